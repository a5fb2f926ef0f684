"""Addresses that e-mails carry: pages of the application and signed links that need no sign-in."""

from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

from procurement.models import Person
from procurement.vocabulary import AnswerChoice


@dataclass(frozen=True, slots=True)
class Links:
    """Builds addresses below the application's public one; `key` signs those that act for a person."""

    base_url: str
    key: str

    def home(self) -> str:
        """The front page."""
        return f"{self.base_url}/"

    def tender(self, tender_id: int) -> str:
        """The page of a tender."""
        return f"{self.base_url}/marches/{tender_id}"

    def matches(self) -> str:
        """The page of all the tenders that fit a member."""
        return f"{self.base_url}/marches"

    def answer(self, tender_id: int, choice: AnswerChoice) -> str:
        """The page that asks for the click on an answer: opening it changes nothing."""
        return f"{self.base_url}/marches/{tender_id}/reponse?choix={choice.value}"

    def room(self, consortium_id: int) -> str:
        """The room of a consortium, for those inside it."""
        return f"{self.base_url}/communautes/{consortium_id}"

    def rooms(self) -> str:
        """The rooms of a member, and what it is asked."""
        return f"{self.base_url}/communautes"

    def proposal(self, seat_id: int) -> str:
        """The page that asks for the click on a proposal: opening it changes nothing."""
        return f"{self.base_url}/communautes/propositions/{seat_id}"

    def preferences(self) -> str:
        """The page where a person sets how often to hear from us."""
        return f"{self.base_url}/preferences"

    def sign_in_code(self) -> str:
        """The page where a one-time code is typed."""
        return f"{self.base_url}/connexion/code"

    def sources(self) -> str:
        """The page of the sources and how their last runs ended."""
        return f"{self.base_url}/sources"

    def queue(self) -> str:
        """The staff's queue of proposed matches."""
        return f"{self.base_url}/equipe/file"

    def member(self, member_id: int) -> str:
        """The page of a member, for staff."""
        return f"{self.base_url}/equipe/membres/{member_id}"

    def unsubscribe(self, person: Person) -> str:
        """The signed link that stops alerts without signing in (RFC 8058)."""
        return f"{self.base_url}/desabonnement/{_unsubscribe_signer(self.key).dumps(person.id)}"


def _unsubscribe_signer(key: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt="unsubscribe-1")


def person_of_unsubscribe_token(token: str, *, key: str) -> int | None:
    """The person that a link to stop alerts was made for; None when the link is not ours."""
    try:
        value = _unsubscribe_signer(key).loads(token)
    except BadSignature:
        return None
    return value if isinstance(value, int) else None
