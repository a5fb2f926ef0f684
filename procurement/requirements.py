"""What a joint bid has to bring: rows drawn from the notice, edited by the lead, covered by the seats."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from config.criteria import ess_criteria
from procurement import findings
from procurement.accounts import write_audit
from procurement.codes import cpv_labels
from procurement.consortiums import inside, lead_of, must_name_nobody
from procurement.demands import demanding_sentences
from procurement.errors import NotAllowed, RuleBroken
from procurement.models import Consortium, Cover, Lot, Person, Requirement, Seat, Tender, in_language
from procurement.rules import Rule
from procurement.teaming import Coverage, RequirementOrigin
from procurement.vocabulary import CriterionKind

# A team divides no more rows than that; the rest is in the notice.
MOST_ROWS = 60
# How much a row counts when partners are looked for, and how many codes one row may stand for.
WEIGHTS = (1, 2, 3)
MOST_CODES = 5
_LONGEST = 300
_MOST_SENTENCES = 8
# « Lot 2 : vitrages » says its number already.
NUMBERED = re.compile(r"(?:lot|los|lotto)\b", re.IGNORECASE)


def draw(session: Session, *, consortium: Consortium, language: str) -> None:
    """Fill the rows of a consortium without any from its notice: codes, criteria of selection, ESS, text."""
    if consortium.requirements:
        return
    rows = _drawn(session, consortium, language)
    for position, row in enumerate(rows[:MOST_ROWS]):
        row.position = position
        consortium.requirements.append(row)
    session.flush()


def left_out(session: Session, *, consortium: Consortium, language: str) -> list[tuple[str, Requirement]]:
    """What the notice gives and no row holds, each with a key to take it in again; nothing is stored."""
    known = {_mark(row) for row in consortium.requirements}
    known |= {("code", code) for row in consortium.requirements for code in row.cpv_codes}
    found = [row for row in _drawn(session, consortium, language) if _mark(row) not in known]
    return [(_key(row), row) for row in found]


def take_in(
    session: Session, *, consortium: Consortium, key: str, language: str, person: Person, now: datetime
) -> Requirement:
    """Let the lead have a row of the notice again that was taken away; LookupError when there is none."""
    _must_edit(consortium, person)
    offered = dict(left_out(session, consortium=consortium, language=language))
    if key not in offered:
        raise LookupError("the notice gives no such row")
    return _append(session, consortium, offered[key], person, now)


def _drawn(session: Session, consortium: Consortium, language: str) -> list[Requirement]:
    tender, lots = consortium.tender, [each.lot for each in consortium.lots]
    selection = list(_of_selection(lots, language))
    return [
        *_of_work(session, lots, tender.cpv_codes, language),
        *selection,
        *_of_ess(session, lots),
        *_of_text(tender, lots, language, besides={row.text for row in selection}),
    ]


def _mark(row: Requirement) -> tuple[str, str]:
    """What a drawn row is known by again: its code, its family, else its words."""
    if row.origin is RequirementOrigin.CPV:
        return ("code", row.cpv_codes[0])
    return ("family", row.family) if row.family else ("text", row.text)


def _key(row: Requirement) -> str:
    return sha256("\0".join(_mark(row)).encode()).hexdigest()[:16]


def _of_work(session: Session, lots: list[Lot], whole: list[str], language: str) -> Iterable[Requirement]:
    """A row for each lot where there are several, and for each code that no lot is named by."""
    by_lot = {lot.id: _narrowest(lot.cpv_codes or whole) for lot in lots}
    named: set[str] = set()
    if len(lots) > 1:
        for lot in lots:
            codes = by_lot[lot.id]
            named.update(codes[:1])
            title = in_language(lot.title, language, lot.tender.language)
            text = title if NUMBERED.match(title) else f"{lot.number}. {title}"
            yield _row(RequirementOrigin.LOT, text, cpv_codes=codes[:1], weight=2)
    codes = sorted({code for each in by_lot.values() for code in each} - named)
    words = cpv_labels(session, codes, language)
    for code in codes:
        yield _row(RequirementOrigin.CPV, words.get(code) or code, cpv_codes=[code], weight=2)


def _narrowest(codes: Iterable[str]) -> list[str]:
    """The codes without those above another: who covers the narrow one covers what is asked."""
    known = list(dict.fromkeys(codes))
    return [
        code
        for code in known
        if not any(other != code and other.startswith(code.rstrip("0")) for other in known)
    ]


def _of_selection(lots: list[Lot], language: str) -> Iterable[Requirement]:
    seen: set[str] = set()
    for lot in lots:
        for row in lot.criteria:
            text = in_language(row.title, language, lot.tender.language)
            if row.kind is CriterionKind.SELECTION and text and text not in seen:
                seen.add(text)
                yield _row(RequirementOrigin.SELECTION, text)


def _of_ess(session: Session, lots: list[Lot]) -> Iterable[Requirement]:
    """A row for each family that speaks for the ESS; its words are those of the family, for each reader."""
    found = findings.speaking_families(session, [lot.id for lot in lots])
    for family in sorted({family for families in found.values() for family in families}):
        yield _row(RequirementOrigin.ESS, "", family=family)


def _of_text(
    tender: Tender, lots: list[Lot], language: str, *, besides: Collection[str]
) -> Iterable[Requirement]:
    """A row for each sentence of the description that demands something, a few at the most."""
    described = [tender.description, *(lot.description for lot in lots)]
    texts = [in_language(each, language, tender.language) for each in described]
    for sentence in demanding_sentences(texts, most=_MOST_SENTENCES):
        if sentence not in besides:
            yield _row(RequirementOrigin.TEXT, sentence)


def _row(
    origin: RequirementOrigin,
    text: str,
    *,
    cpv_codes: list[str] | None = None,
    family: str | None = None,
    weight: int = 1,
) -> Requirement:
    return Requirement(
        origin=origin, text=text[:_LONGEST], cpv_codes=cpv_codes or [], family=family, weight=weight
    )


def add(session: Session, *, consortium: Consortium, text: str, person: Person, now: datetime) -> Requirement:
    """Let the lead add a row of its own."""
    _must_edit(consortium, person)
    if not text.strip():
        raise RuleBroken(Rule.WORDS_NEEDED)
    return _append(session, consortium, _row(RequirementOrigin.OWN, text.strip()), person, now)


def change(
    session: Session,
    *,
    requirement: Requirement,
    consortium: Consortium,
    text: str,
    weight: int,
    cpv_codes: Sequence[str],
    words: str,
    person: Person,
    now: datetime,
) -> None:
    """Let the lead say a row in its words, how much it counts and which codes it stands for.

    `words` is how the row reads so far: new ones are the lead's own, in every language. Whoever was asked to
    cover the row still reads it without a name.
    """
    _must_edit_row(consortium, requirement, person)
    text = text.strip()
    if not text:
        raise RuleBroken(Rule.WORDS_NEEDED)
    if weight not in WEIGHTS or len(cpv_codes) > MOST_CODES:
        raise ValueError("a row has a weight of ours and few codes")
    if any(requirement.id in seat.asked_for for seat in consortium.seats):
        must_name_nobody([text], lead_of(consortium))
    # The words of a code are official ones: with another code they are the lead's.
    is_renamed = requirement.origin is RequirementOrigin.CPV and list(cpv_codes) != requirement.cpv_codes
    if text != words or is_renamed:
        requirement.text, requirement.family = text[:_LONGEST], None
        requirement.origin = RequirementOrigin.OWN
    requirement.weight, requirement.cpv_codes = weight, list(cpv_codes)
    _note(session, "change", requirement, consortium, person, now)


def move(
    session: Session,
    *,
    consortium: Consortium,
    requirement: Requirement,
    up: bool,
    person: Person,
    now: datetime,
) -> None:
    """Let the lead put a row one place further up or down; at the end nothing moves."""
    _must_edit_row(consortium, requirement, person)
    rows = list(consortium.requirements)
    place = rows.index(requirement)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(rows):
        return
    rows[place], rows[other] = rows[other], rows[place]
    for position, row in enumerate(rows):
        row.position = position
    session.flush()
    session.expire(consortium, ["requirements"])
    _note(session, "move", requirement, consortium, person, now)


def remove(
    session: Session, *, consortium: Consortium, requirement: Requirement, person: Person, now: datetime
) -> None:
    """Let the lead take a row away, with what was said to cover it."""
    _must_edit_row(consortium, requirement, person)
    _note(session, "remove", requirement, consortium, person, now)
    consortium.requirements.remove(requirement)


def _append(
    session: Session, consortium: Consortium, row: Requirement, person: Person, now: datetime
) -> Requirement:
    if len(consortium.requirements) >= MOST_ROWS:
        raise RuleBroken(Rule.TOO_MANY_ROWS, most=MOST_ROWS)
    row.position = max((each.position for each in consortium.requirements), default=-1) + 1
    consortium.requirements.append(row)
    session.flush()
    _note(session, "add", row, consortium, person, now)
    return row


def cover(
    session: Session,
    *,
    seat: Seat,
    requirement: Requirement,
    coverage: Coverage | None,
    evidence: str,
    person: Person,
) -> None:
    """Say how far a seat inside covers a row, and what shows it; None takes it back.

    A member says so for itself, the lead for everybody.
    """
    consortium = seat.consortium
    if requirement not in consortium.requirements or not seat.state.is_inside:
        raise NotAllowed
    if not (person.may_answer_for(seat.member) or person.may_answer_for(lead_of(consortium))):
        raise NotAllowed
    if not consortium.state.is_building:
        raise RuleBroken(Rule.WRONG_MOMENT)
    row = next((each for each in requirement.covers if each.seat_id == seat.id), None)
    if coverage is None:
        if row is not None:
            requirement.covers.remove(row)
        return
    if row is None:
        row = Cover(seat_id=seat.id, seat=seat)
        requirement.covers.append(row)
    row.coverage, row.evidence = coverage, evidence.strip()[:_LONGEST]
    session.flush()


def covered(requirement: Requirement) -> Coverage | None:
    """How far the seats inside cover a row together: wholly when one does; None when it is open."""
    said = {each.coverage for each in requirement.covers if each.seat.state.is_inside}
    if Coverage.WHOLLY in said:
        return Coverage.WHOLLY
    return Coverage.PARTLY if said else None


def words_of(session: Session, rows: Iterable[Requirement], language: str) -> dict[int, str]:
    """The words of each row for a reader, by its id: of a code the official ones, of a family its own."""
    rows = list(rows)
    codes = {row.id: row.cpv_codes[0] for row in rows if row.origin is RequirementOrigin.CPV}
    known, families = cpv_labels(session, list(codes.values()), language), ess_criteria().by_key()
    return {
        row.id: in_language(family.labels, language)
        if (family := families.get(row.family or ""))
        else known.get(codes.get(row.id, "")) or row.text
        for row in rows
    }


def asked_of(seat: Seat) -> list[Requirement]:
    """The rows that a member was asked to cover, as far as they are still there."""
    return [row for row in seat.consortium.requirements if row.id in seat.asked_for]


def still_open(consortium: Consortium) -> list[Requirement]:
    """The rows that nobody covers wholly."""
    return [row for row in consortium.requirements if covered(row) is not Coverage.WHOLLY]


def _must_edit_row(consortium: Consortium, requirement: Requirement, person: Person) -> None:
    _must_edit(consortium, person)
    if requirement not in consortium.requirements:
        raise NotAllowed


def _must_edit(consortium: Consortium, person: Person) -> None:
    is_lead = any(person.may_answer_for(seat.member) for seat in inside(consortium)[:1])
    if not is_lead:
        raise NotAllowed
    if not consortium.state.is_building:
        raise RuleBroken(Rule.WRONG_MOMENT)


def _note(
    session: Session, act: str, row: Requirement, consortium: Consortium, person: Person, now: datetime
) -> None:
    subject, facts = f"consortium:{consortium.id}", {"row": row.id}
    write_audit(session, person=person, act=f"requirement.{act}", subject=subject, facts=facts, now=now)
