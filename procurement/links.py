"""Addresses that e-mails carry: pages of the application and signed links that need no sign-in."""

from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

from procurement.models import CalendarLink, Person
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

    def room_tasks(self, consortium_id: int) -> str:
        """What is to be done in a room, and until when."""
        return f"{self.base_url}/communautes/{consortium_id}/echeances"

    def calendar(self, link: CalendarLink) -> str:
        """The secret address of a calendar: it holds until it is renewed."""
        return f"{self.base_url}/calendrier/{_calendar_signer(self.key).dumps(_calendar_facts(link))}.ics"

    def result(self, consortium_id: int) -> str:
        """What came of the bid of a consortium, for those inside it."""
        return f"{self.base_url}/communautes/{consortium_id}/resultat"

    def room_talk(self, consortium_id: int) -> str:
        """What is said, decided and shared in a room, for those inside it."""
        return f"{self.room(consortium_id)}/echanges"

    def rooms(self) -> str:
        """The rooms of a member, and what it is asked."""
        return f"{self.base_url}/communautes"

    def proposal(self, seat_id: int) -> str:
        """The page that asks for the click on a proposal: opening it changes nothing."""
        return f"{self.base_url}/communautes/propositions/{seat_id}"

    def advice(self) -> str:
        """What a member asked the staff of its chamber."""
        return f"{self.base_url}/conseil"

    def advice_desk(self, request_id: int) -> str:
        """A request for advice, for the staff."""
        return f"{self.base_url}/equipe/conseils/{request_id}"

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


def _calendar_signer(key: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt="calendar-1")


def _calendar_facts(link: CalendarLink) -> list[int]:
    # With the moment: a row that was deleted may leave its number to another.
    return [link.id, link.version, int(link.renewed_at.timestamp())]


def calendar_id_of_token(token: str, *, key: str) -> int | None:
    """The row that the address of a calendar was made for, whether it still holds or not; None: not ours."""
    try:
        value = _calendar_signer(key).loads(token)
    except BadSignature:
        return None
    return value[0] if isinstance(value, list) and value and isinstance(value[0], int) else None


def is_address_of(link: CalendarLink, token: str, *, key: str) -> bool:
    """Whether this is the address that a calendar has today."""
    try:
        return bool(_calendar_signer(key).loads(token) == _calendar_facts(link))
    except BadSignature:
        return False
