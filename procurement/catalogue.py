"""The public catalogue: which members a chamber shows to buyers, by their own consent, and who finds whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from config.criteria import family_label
from config.tables import sectors
from procurement.accounts import write_audit
from procurement.cantons import canton_name
from procurement.cleaning import clean_text
from procurement.credentials import can_show
from procurement.errors import NotAllowed, RuleBroken
from procurement.exports.sheets import Sheet
from procurement.i18n import ZURICH, translated_later, translator
from procurement.labelled import Labelled
from procurement.likeness import text_of
from procurement.models import Chamber, Credential, Member, Person
from procurement.reserved import Status
from procurement.rules import Rule

# What a member's own people agree to; the audit trail keeps the words that they read.
CONSENT = translated_later(
    "Notre organisation veut figurer au catalogue public de la chambre. Son nom, sa forme juridique, sa "
    "présentation, ses domaines, ses cantons, son statut, ses labels valables et l’adresse ci-dessous y "
    "seront lus sans connexion, y compris par les moteurs de recherche. Nous pouvons l’en retirer en tout "
    "temps."
)


class Column(Labelled):
    """The columns of the catalogue as a table, in their order."""

    NAME = "name", "Nom", "Name", "Nome", "Name"
    FORM = "form", "Forme juridique", "Rechtsform", "Forma giuridica", "Legal form"
    STATEMENT = "statement", "Présentation", "Beschreibung", "Presentazione", "Description"
    SECTORS = "sectors", "Domaines", "Bereiche", "Settori", "Sectors"
    PLACES = "places", "Cantons", "Kantone", "Cantoni", "Cantons"
    STATUS = "status", "Statut", "Status", "Statuto", "Status"
    LABELS = "labels", "Labels", "Labels", "Marchi", "Labels"
    CONTACT = "contact", "Contact", "Kontakt", "Contatto", "Contact"


@dataclass(frozen=True, slots=True)
class Search:
    """What a buyer looks for; what is empty excludes nobody."""

    sector: str = ""
    canton: str = ""
    status: str = ""
    words: str = ""

    def __bool__(self) -> bool:
        return any((self.sector, self.canton, self.status, self.words))


@dataclass(frozen=True, slots=True)
class Proof:
    """What a member can show today, in words, and until when."""

    words: str
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A member as the catalogue shows it in one language, with what it can show today."""

    member: Member
    sectors: tuple[str, ...]
    cantons: tuple[str, ...]
    statuses: tuple[str, ...]
    proofs: tuple[Proof, ...]
    contact: str

    @property
    def plain(self) -> str:
        """All that is shown, as it is searched."""
        labels = (proof.words for proof in self.proofs)
        parts = (self.member.name, self.member.statement, *self.sectors, *self.cantons, *self.statuses)
        return text_of(" ".join([*parts, *labels])).plain


def chamber_shown(session: Session) -> Chamber | None:
    """The chamber whose catalogue anybody may read; None while none has switched it on."""
    shown = select(Chamber).where(Chamber.shows_catalogue.is_(True)).order_by(Chamber.id)
    return session.scalars(shown.limit(1)).first()


def listed(session: Session, *, chamber: Chamber, language: str, now: datetime) -> list[Listed]:
    """The active members of a chamber that want to stand in its catalogue, by name."""
    found = session.scalars(
        select(Member)
        .where(Member.chamber_id == chamber.id, Member.is_active, Member.in_catalogue_since.is_not(None))
        .options(selectinload(Member.credentials))
    ).all()
    shown = [show(member, contact=chamber.adviser_email, language=language, now=now) for member in found]
    return sorted(shown, key=lambda each: text_of(each.member.name).plain)


def show(member: Member, *, contact: str, language: str, now: datetime) -> Listed:
    """A member as the catalogue shows it, or would; `contact` is the chamber's, for who gives no own one."""
    today = now.astimezone(ZURICH).date()
    known = sectors()
    return Listed(
        member=member,
        sectors=tuple(_label(known[key].labels, language) for key in member.sectors if key in known),
        cantons=tuple(canton_name(code, language) for code in member.cantons),
        statuses=tuple(
            status.label(language) for each in member.statuses or () if (status := Status.of(each))
        ),
        proofs=tuple(_proof(each, language) for each in member.credentials if can_show(each, today=today)),
        contact=member.catalogue_contact or contact,
    )


def _proof(credential: Credential, language: str) -> Proof:
    words = credential.name or family_label(credential.family, language)
    figure = f" ({credential.figure})" if credential.figure is not None else ""
    return Proof(f"{words}{figure}", credential.valid_until)


def find(entries: Iterable[Listed], search: Search) -> list[Listed]:
    """The entries that a search leaves; a member that names no canton works in all of them."""
    wanted = text_of(search.words).plain.split()
    return [
        each
        for each in entries
        if (not search.sector or search.sector in each.member.sectors)
        and (not search.canton or not each.member.cantons or search.canton in each.member.cantons)
        and (not search.status or search.status in (each.member.statuses or ()))
        and all(word in each.plain for word in wanted)
    ]


def join(
    session: Session,
    *,
    member: Member,
    contact: str,
    person: Person,
    language: str,
    now: datetime,
    consent_note: str = "",
) -> None:
    """Let a member stand in the catalogue, by the word of its own people; a new address is a new word.

    Staff may do so only with a note on who agreed, when and how.
    """
    if not person.may_edit(member) or not member.is_active:
        raise NotAllowed
    facts = {"consent": translator(language).gettext(CONSENT), "contact": contact}
    if not person.may_answer_for(member):
        note = clean_text(consent_note, longest=500)
        if not note:
            raise RuleBroken(Rule.CONSENT_NEEDED)
        facts["note"] = note
    if member.in_catalogue_since is None:
        member.in_catalogue_since = now
    member.catalogue_contact = contact
    write_audit(
        session, person=person, act="catalogue.join", subject=f"member:{member.id}", facts=facts, now=now
    )


def leave(session: Session, *, member: Member, person: Person, now: datetime) -> bool:
    """Take a member out of the catalogue at once: its own people, or staff; whether it stood there."""
    if not person.may_edit(member):
        raise NotAllowed
    if member.in_catalogue_since is None:
        return False
    member.in_catalogue_since, member.catalogue_contact = None, ""
    write_audit(session, person=person, act="catalogue.leave", subject=f"member:{member.id}", now=now)
    return True


def switch(session: Session, *, chamber: Chamber, person: Person, is_on: bool, now: datetime) -> None:
    """Show a chamber's catalogue to anybody, or to nobody."""
    if not person.is_staff or person.chamber_id != chamber.id:
        raise NotAllowed
    chamber.shows_catalogue = is_on
    write_audit(
        session,
        person=person,
        act="catalogue.show" if is_on else "catalogue.hide",
        subject=f"chamber:{chamber.id}",
        now=now,
    )


def table(entries: Sequence[Listed], *, language: str) -> Sheet:
    """Entries as a table for spreadsheets."""
    return Sheet(
        title=translator(language).gettext("Catalogue"),
        columns=[column.label(language) for column in Column],
        rows=[_cells(each, language) for each in entries],
    )


def _cells(entry: Listed, language: str) -> tuple[str, ...]:
    member = entry.member
    return (
        member.name,
        member.legal_form.label(language),
        member.statement,
        ", ".join(entry.sectors),
        ", ".join(entry.cantons) or translator(language).gettext("tous"),
        ", ".join(entry.statuses),
        ", ".join(proof.words for proof in entry.proofs),
        entry.contact,
    )


def _label(labels: dict[str, str], language: str) -> str:
    return labels.get(language) or labels["fr"]
