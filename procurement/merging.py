"""The same tender at several sources is one: exact keys first, then likeness; doubt goes to staff."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, load_only, selectinload

from procurement.accounts import write_audit
from procurement.errors import NotAllowed
from procurement.likeness import (
    NEAR,
    UNDATED,
    Face,
    Likeness,
    Verdict,
    compare,
    held_back,
    likeness,
)
from procurement.models import Notice, NoticeReference, Person, Tender, TenderPair

# The source whose tender stands for the others: the nearest to the buyer, with the most fields.
_STANDING = ("simap", "amtsblattportal", "boamp", "ted", "simap_archive")
# A buyer's own number for its file is no name by which another source knows it.
PRIVATE = frozenset({"buyer"})
_EXACT = Likeness(1.0, 1.0, 1.0, True, exact="key")
_AT_ONCE = 500
_DAYS_NEAR = 2


@dataclass(slots=True)
class MergeReport:
    """What a run of merging did."""

    merged: int = 0
    doubtful: int = 0


def merge_pending(session: Session, *, since: datetime, now: datetime) -> MergeReport:
    """Merge the tenders changed since a moment with their like elsewhere; running it twice does nothing.

    Exact keys merge at once: a reference that one notice makes to another, or a procedure identifier that
    both carry. Else title, buyer and deadline must agree and nothing may speak against it. Where it is likely
    and no more, or where two tenders of one source are equally like, the pair waits for staff.
    """
    report = MergeReport()
    changed = session.scalars(
        select(Tender)
        .where(Tender.changed_at >= since, Tender.merged_into_id.is_(None))
        .options(
            joinedload(Tender.buyer),
            selectinload(Tender.merged),
            selectinload(Tender.notices).selectinload(Notice.references),
        )
        .order_by(Tender.id)
    ).all()
    if not changed:
        return report
    said: dict[tuple[int, int], bool | None] = {
        (first, second): is_same
        for first, second, is_same in session.execute(
            select(TenderPair.first_id, TenderPair.second_id, TenderPair.is_same)
        )
    }
    pool = _pool(session, changed)
    exact = [(tender, other, _EXACT) for tender, other in _by_key(session, changed)]
    alike = ((tender, *found) for tender in changed for found in pool.candidates(tender))
    # All names are followed before likeness is weighed: what has its like already is no rival.
    for tender, other, how in chain(exact, alike):
        # What stands for others is asked about, so that nobody is asked twice.
        one, two = _standing(tender), _standing(other)
        if one is two or _is_split(one, two, said):
            continue
        is_taken = any(_is_taken(one, each.source) for each in _group(two))
        if how.verdict is Verdict.MERGE and not is_taken:
            _merge(one, two, now)
            report.merged += 1
        elif _ids(one, two) not in said and (how.exact or not is_taken):
            session.add(_doubtful(one, two, held_back(how, "taken") if is_taken else how, now))
            said[_ids(one, two)] = None
            report.doubtful += 1
    session.flush()
    return report


def decide(session: Session, *, pair: TenderPair, person: Person, is_same: bool, now: datetime) -> None:
    """Staff say whether two tenders are one; « no » is kept, so that they are never merged by themselves."""
    if not person.is_staff:
        raise NotAllowed
    pair.is_same, pair.decided_at, pair.decided_by_id = is_same, now, person.id
    if is_same:
        _merge(pair.first, pair.second, now)
    else:
        for one, other in ((pair.first, pair.second), (pair.second, pair.first)):
            if one.merged_into_id == other.id:
                one.merged_into, one.changed_at = None, now
    write_audit(
        session,
        person=person,
        act="tender.same" if is_same else "tender.split",
        subject=f"pair:{pair.id}",
        now=now,
    )


def split(session: Session, *, tender: Tender, person: Person, now: datetime) -> None:
    """Take a merged tender out again, in one act; it is not merged by itself any more."""
    if not person.is_staff:
        raise NotAllowed
    standing = tender.merged_into
    if standing is None:
        return
    first, second = _ids(tender, standing)
    pair = session.scalar(
        select(TenderPair).where(TenderPair.first_id == first, TenderPair.second_id == second)
    )
    if pair is None:
        pair = _doubtful(tender, standing, likeness(tender, standing), now)
        session.add(pair)
        session.flush()
    decide(session, pair=pair, person=person, is_same=False, now=now)


def doubtful(session: Session, *, limit: int | None = None) -> list[TenderPair]:
    """The pairs that wait for staff, the most alike first, at most so many."""
    pairs = _waiting(select(TenderPair)).options(
        joinedload(TenderPair.first).joinedload(Tender.buyer),
        joinedload(TenderPair.second).joinedload(Tender.buyer),
    )
    return list(session.scalars(pairs.order_by(TenderPair.score.desc(), TenderPair.id).limit(limit)))


def count_doubtful(session: Session) -> int:
    """How many pairs wait for staff."""
    return session.scalar(_waiting(select(func.count(TenderPair.id)))) or 0


def _waiting(pairs: Select[tuple[Any]]) -> Select[tuple[Any]]:
    """Those of the pairs that nobody has decided; what has become one meanwhile waits no more."""
    first, second = aliased(Tender), aliased(Tender)
    return (
        pairs.join(first, TenderPair.first_id == first.id)
        .join(second, TenderPair.second_id == second.id)
        .where(
            TenderPair.is_same.is_(None),
            func.coalesce(first.merged_into_id, first.id) != func.coalesce(second.merged_into_id, second.id),
        )
    )


class Pool:
    """Tenders by day of deadline, else of publication, among which the like of one are looked for."""

    def __init__(self, tenders: Iterable[Tender], procedures: dict[int, set[str]] | None = None) -> None:
        self._faces: dict[int, Face] = {}
        self._due: dict[date, list[Face]] = defaultdict(list)
        self._published: dict[date, list[Face]] = defaultdict(list)
        self._undated: dict[date, list[Face]] = defaultdict(list)
        self._procedures = procedures or {}
        for tender in tenders:
            face = self._faces[id(tender)] = Face(tender)
            self._published[tender.published_on].append(face)
            if face.deadline is not None:
                self._due[face.deadline.date()].append(face)
            else:
                self._undated[tender.published_on].append(face)

    def candidates(self, tender: Tender) -> list[tuple[Tender, Likeness]]:
        """The tenders of other sources that may be this one, the most alike first.

        Where one source has two that are equally like, neither is it by itself. What has its like at the
        other's source already is left out.
        """
        face = self._faces[id(tender)]
        found = [
            (other, how)
            for other in self._around(face)
            if other.tender.source != tender.source
            and (how := self._compare(face, other)).verdict is not Verdict.APART
            and not _is_taken(other.tender, tender.source)
            and not _is_taken(tender, other.tender.source)
        ]
        found.sort(key=lambda each: (-each[1].score, each[0].tender.id or 0))
        like = [other for other, how in found if how.verdict is Verdict.MERGE]
        return [
            (other.tender, held_back(how, "rivals") if self._has_rivals(face, other, how, like) else how)
            for other, how in found
        ]

    def _has_rivals(self, face: Face, other: Face, how: Likeness, like: Sequence[Face]) -> bool:
        """Whether another tender of either source is as like as this pair."""
        if how.verdict is not Verdict.MERGE:
            return False
        if any(each is not other and each.tender.source == other.tender.source for each in like):
            return True
        return any(
            each is not face
            and each.tender.source == face.tender.source
            and self._compare(each, other).verdict is Verdict.MERGE
            and not _is_taken(each.tender, other.tender.source)
            for each in self._around(other)
        )

    def _compare(self, one: Face, other: Face) -> Likeness:
        how = compare(one, other)
        if how.verdict is Verdict.MERGE:
            named = self._procedures.get(one.tender.id), self._procedures.get(other.tender.id)
            if named[0] and named[1] and named[0].isdisjoint(named[1]):
                return held_back(how, "procedure")
        return how

    def _around(self, face: Face) -> Iterator[Face]:
        """The other tenders at the same time that have a word or a number of the title in common."""
        near = _days(face.tender.published_on, UNDATED.days)
        if face.deadline is None:
            groups = [self._published[day] for day in near if day in self._published]
        else:
            due = _days(face.deadline.date(), _DAYS_NEAR)
            groups = [self._due[day] for day in due if day in self._due]
            groups += [self._undated[day] for day in near if day in self._undated]
        for group in groups:
            for other in group:
                if other is not face and not face.marks.isdisjoint(other.marks):
                    yield other


def _days(day: date, margin: int) -> list[date]:
    return [day + timedelta(days=shift) for shift in range(-margin, margin + 1)]


def _pool(session: Session, changed: Sequence[Tender]) -> Pool:
    """The changed tenders and all that may be one of them, in two queries."""
    published = [tender.published_on for tender in changed]
    window: list[ColumnElement[bool]] = [
        and_(
            Tender.submission_deadline.is_(None),
            Tender.published_on.between(min(published) - UNDATED, max(published) + UNDATED),
        )
    ]
    if deadlines := [tender.submission_deadline for tender in changed if tender.submission_deadline]:
        window.append(Tender.submission_deadline.between(min(deadlines) - NEAR, max(deadlines) + NEAR))
    if undated := [tender.published_on for tender in changed if tender.submission_deadline is None]:
        window.append(Tender.published_on.between(min(undated) - UNDATED, max(undated) + UNDATED))
    around = session.scalars(
        select(Tender)
        .where(or_(*window))
        .options(
            load_only(
                Tender.source,
                Tender.title,
                Tender.buyer_id,
                Tender.cpv_codes,
                Tender.published_on,
                Tender.submission_deadline,
                Tender.merged_into_id,
            ),
            joinedload(Tender.buyer),
            selectinload(Tender.merged).load_only(Tender.source),
        )
    ).all()
    procedures: dict[int, set[str]] = defaultdict(set)
    for tender_id, value in session.execute(
        select(Notice.tender_id, NoticeReference.value)
        .join(NoticeReference.notice)
        .join(Notice.tender)
        .where(NoticeReference.scheme == "procedure", or_(*window))
    ):
        procedures[tender_id].add(value)
    return Pool(dict.fromkeys([*changed, *around]), procedures)


def _by_key(session: Session, changed: Sequence[Tender]) -> Iterator[tuple[Tender, Tender]]:
    """Tenders of two sources whose notices name one another or share an identifier; the changed one first."""
    bearers: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for tender in changed:
        for notice in tender.notices:
            bearers[notice.source][notice.number].add(tender.id)
            for each in notice.references:
                if each.scheme not in PRIVATE:
                    bearers[each.scheme][each.value].add(tender.id)
    found: set[tuple[int, int]] = set()
    for scheme, values in bearers.items():
        for some in _in_turn(sorted(values)):
            named = select(NoticeReference.value, Notice.tender_id).join(NoticeReference.notice)
            named = named.where(NoticeReference.scheme == scheme, NoticeReference.value.in_(some))
            numbered = select(Notice.number, Notice.tender_id)
            numbered = numbered.where(Notice.source == scheme, Notice.number.in_(some))
            for value, other in [*session.execute(named), *session.execute(numbered)]:
                found |= {(tender_id, other) for tender_id in values[value]}
    ids = sorted({other for tender_id, other in found if tender_id != other})
    tenders = {
        each.id: each
        for some in _in_turn(ids)
        for each in session.scalars(
            select(Tender)
            .where(Tender.id.in_(some))
            .options(joinedload(Tender.buyer), selectinload(Tender.merged).load_only(Tender.source))
        )
    }
    own = {tender.id: tender for tender in changed}
    for tender_id, other in sorted(found):
        if tender_id != other and own[tender_id].source != tenders[other].source:
            yield own[tender_id], tenders[other]


def _in_turn(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """As many values at a time as one question may hold."""
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]


def _merge(first: Tender, second: Tender, now: datetime) -> None:
    """Let the tender of the nearer source stand for both, and for what either stood for."""
    # Either may stand for itself no more: what stands for it is what is merged, so that no chain comes about.
    first, second = _standing(first), _standing(second)
    if first is second:
        return
    standing, other = sorted((first, second), key=lambda each: (_rank(each), each.id))
    for child in [other, *other.merged]:
        child.merged_into = standing
    standing.changed_at = now


def _rank(tender: Tender) -> int:
    return _STANDING.index(tender.source) if tender.source in _STANDING else len(_STANDING)


def _standing(tender: Tender) -> Tender:
    return tender.merged_into or tender


def _group(tender: Tender) -> list[Tender]:
    """All that are one with a tender, itself among them."""
    return [_standing(tender), *_standing(tender).merged]


def _is_taken(tender: Tender, source: str) -> bool:
    """Whether a tender has its like at a source already: two calls of one source are never one."""
    return any(each.source == source for each in _group(tender))


def _is_split(one: Tender, other: Tender, said: Mapping[tuple[int, int], bool | None]) -> bool:
    """Whether staff have said of any of the two groups that they are two."""
    return any(said.get(_ids(first, second)) is False for first in _group(one) for second in _group(other))


def _ids(one: Tender, other: Tender) -> tuple[int, int]:
    return (one.id, other.id) if one.id < other.id else (other.id, one.id)


def _doubtful(one: Tender, other: Tender, how: Likeness, now: datetime) -> TenderPair:
    first, second = sorted((one, other), key=lambda each: each.id)
    facts = {
        "title": how.title,
        "buyer": how.buyer,
        "same_deadline": how.same_deadline,
        "exact": how.exact,
        "against": list(how.against),
    }
    return TenderPair(first=first, second=second, score=how.score, facts=facts, found_at=now)
