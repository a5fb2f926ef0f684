"""Model clauses as a chamber words them: the proposed text, or that of its staff, and how it came about."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.clauses import Clause, clauses
from config.criteria import ess_criteria
from procurement.accounts import write_audit
from procurement.cleaning import clean_text
from procurement.errors import NotAllowed
from procurement.labelled import Labelled
from procurement.likeness import text_of
from procurement.models import AuditEntry, ClauseText, Person

_REWORD = "clause.reword"


class Group(Labelled):
    """The groups of criteria, in the order in which clauses are shown."""

    EMPLOYMENT = (
        "social_emploi",
        "Emploi et formation",
        "Arbeit und Bildung",
        "Lavoro e formazione",
        "Employment",
    )
    CONDITIONS = (
        "conditions_travail",
        "Conditions de travail",
        "Arbeitsbedingungen",
        "Condizioni di lavoro",
        "Working conditions",
    )
    STATUS = (
        "statut_gouvernance",
        "Statut et participation",
        "Status und Mitwirkung",
        "Statuto e partecipazione",
        "Status and participation",
    )
    PLACE = "territoire", "Proximité", "Nähe", "Prossimità", "Proximity"
    ENVIRONMENT = "environnement", "Environnement", "Umwelt", "Ambiente", "Environment"
    SUPPLY_CHAIN = (
        "solidarite_internationale",
        "Chaîne d’approvisionnement",
        "Lieferkette",
        "Catena di fornitura",
        "Supply chain",
    )
    INCLUSION = "inclusion", "Inclusion", "Inklusion", "Inclusione", "Inclusion"
    GENERAL = (
        "generique",
        "Développement durable en général",
        "Nachhaltigkeit allgemein",
        "Sviluppo sostenibile in generale",
        "Sustainability in general",
    )
    ACCESS = (
        "acces",
        "Accès des petites organisations",
        "Zugang kleiner Organisationen",
        "Accesso delle piccole organizzazioni",
        "Access of small organisations",
    )


class Law(Labelled):
    """The law under which a clause is written."""

    SWISS = (
        "ch",
        "droit suisse (AIMP, LMP)",
        "Schweizer Recht (IVöB, BöB)",
        "diritto svizzero (CIAP, LAPub)",
        "Swiss law (AIMP, LMP)",
    )
    FRENCH = (
        "fr",
        "droit français (code de la commande publique)",
        "französisches Recht (code de la commande publique)",
        "diritto francese (code de la commande publique)",
        "French law (code de la commande publique)",
    )


@dataclass(frozen=True, slots=True)
class Wording:
    """A clause in one language as a chamber uses it; `own` when its staff have worded it.

    `is_older`: what was proposed has changed since they did.
    """

    clause: Clause
    language: str
    text: str
    own: ClauseText | None = None
    changed_by: Person | None = None
    is_older: bool = False


def group_of(family: str) -> Group:
    """The group that a criterion stands in."""
    group = ess_criteria().by_key()[family].group
    return next(each for each in Group if each.value == group)


def clause_by_key(key: str) -> Clause | None:
    """The clause with this key; None when there is none."""
    return next((clause for clause in clauses().clause if clause.key == key), None)


def families(words: str = "") -> Iterator[tuple[Group, list[str]]]:
    """The criteria that have clauses, by group; with words, those whose name or text holds them all."""
    wanted = text_of(words).plain.split()
    for group in Group:
        found: dict[str, None] = {}
        for clause in clauses().clause:
            if group_of(clause.family) is group and all(word in _plain(clause) for word in wanted):
                found[clause.family] = None
        if found:
            yield group, list(found)


def _plain(clause: Clause) -> str:
    labels = ess_criteria().by_key()[clause.family].labels
    return text_of(" ".join([*labels.values(), *clause.text.values()])).plain


def wordings(session: Session, *, chamber_id: int) -> dict[tuple[str, str], Wording]:
    """Every clause in each of its languages as a chamber uses it, by key and language."""
    own = {
        (row.family, row.language): row
        for row in session.scalars(select(ClauseText).where(ClauseText.chamber_id == chamber_id))
    }
    people = {row.changed_by_id for row in own.values() if row.changed_by_id is not None}
    by_id = {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(people)))}
    found = {}
    for clause in clauses().clause:
        for language, text in clause.text.items():
            row = own.get((clause.key, language))
            found[clause.key, str(language)] = Wording(
                clause=clause,
                language=language,
                text=row.text if row else text,
                own=row,
                changed_by=by_id.get(row.changed_by_id or 0) if row else None,
                is_older=row is not None and _original_changed(session, row, text),
            )
    return found


def reword(
    session: Session, *, clause: Clause, language: str, text: str, person: Person, now: datetime
) -> bool:
    """Let a chamber use its own text of a clause; the proposed text, or none, is the way back to it.

    Returns whether anything changed.
    """
    if not person.is_staff or language not in clause.text:
        raise NotAllowed
    text, original = clean_text(text), _original(clause, language)
    if text in ("", original):
        return restore(session, clause=clause, language=language, person=person, now=now)
    row = _own(session, clause=clause, language=language, person=person)
    before = row.text if row else original
    if text == before:
        return False
    if row is None:
        row = ClauseText(chamber_id=person.chamber_id, family=clause.key, language=language)
        session.add(row)
    row.text, row.changed_at, row.changed_by_id = text, now, person.id
    _audit(
        session,
        act=_REWORD,
        clause=clause,
        language=language,
        person=person,
        now=now,
        before=before,
        original=_digest(original),
    )
    return True


def restore(session: Session, *, clause: Clause, language: str, person: Person, now: datetime) -> bool:
    """Let a chamber use the proposed text again; what its staff had written stays in the audit trail."""
    if not person.is_staff:
        raise NotAllowed
    row = _own(session, clause=clause, language=language, person=person)
    if row is None:
        return False
    session.delete(row)
    _audit(
        session,
        act="clause.restore",
        clause=clause,
        language=language,
        person=person,
        now=now,
        before=row.text,
    )
    return True


def _own(session: Session, *, clause: Clause, language: str, person: Person) -> ClauseText | None:
    return session.scalar(
        select(ClauseText)
        .where(
            ClauseText.chamber_id == person.chamber_id,
            ClauseText.family == clause.key,
            ClauseText.language == language,
        )
        .with_for_update(of=ClauseText)
    )


def _original(clause: Clause, language: str) -> str:
    return next((text for each, text in clause.text.items() if each == language), "")


def _original_changed(session: Session, row: ClauseText, original: str) -> bool:
    """Whether the proposed text is another one than when staff last worded theirs: the audit trail knows."""
    facts = session.scalar(
        select(AuditEntry.facts)
        .where(
            AuditEntry.act == _REWORD,
            AuditEntry.chamber_id == row.chamber_id,
            AuditEntry.subject == _subject(row.family, row.language),
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    return facts is not None and facts.get("original") != _digest(original)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _subject(key: str, language: str) -> str:
    return f"clause:{key}:{language}"


def _audit(
    session: Session, *, act: str, clause: Clause, language: str, person: Person, now: datetime, **facts: str
) -> None:
    subject = _subject(clause.key, language)
    write_audit(session, person=person, act=act, subject=subject, facts=facts, now=now)
