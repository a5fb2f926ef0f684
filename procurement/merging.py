"""The same tender at several sources is one: exact keys first, then likeness; doubt goes to staff."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from procurement.accounts import write_audit
from procurement.errors import NotAllowed
from procurement.models import Notice, NoticeReference, Person, Tender, TenderPair

# The source whose tender stands for the others: the nearest to the buyer, with the most fields.
_STANDING = ("simap", "amtsblattportal", "boamp", "ted", "simap_archive")
MERGE_FROM = 0.90
DOUBT_FROM = 0.70
_NEAR = timedelta(hours=36)
_WORD = re.compile(r"[^\W_]{2,}")
# Words that every buyer or title has: they tell nothing apart.
_COMMON = frozenset(
    {"de", "des", "du", "la", "le", "les", "et", "pour", "der", "die", "das", "und", "für", "von"}
    | {"della", "di", "per", "the", "of", "and", "sa", "ag", "service", "services"}
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two tenders are, in [0, 1]: the whole, and what it is made of."""

    score: float
    title: float
    buyer: float
    same_deadline: bool
    exact: str = ""


@dataclass(slots=True)
class MergeReport:
    """What a run of merging did."""

    merged: int = 0
    doubtful: int = 0


def merge_pending(session: Session, *, since: datetime, now: datetime) -> MergeReport:
    """Merge the tenders changed since a moment with their like elsewhere; running it twice does nothing.

    Exact keys merge at once: a reference that one notice makes to another, or a procedure identifier that
    both carry. Else buyer, deadline and title must be alike enough; in between, the pair waits for staff.
    """
    report = MergeReport()
    changed = session.scalars(
        select(Tender)
        .where(Tender.changed_at >= since, Tender.merged_into_id.is_(None))
        .options(joinedload(Tender.buyer), selectinload(Tender.notices).selectinload(Notice.references))
        .order_by(Tender.id)
    ).all()
    for tender in changed:
        for other, likeness in _candidates(session, tender):
            if tender.merged_into_id is not None:
                break
            pair = _pair(session, tender, other)
            if pair is not None and pair.is_same is False:
                continue
            if likeness.score >= MERGE_FROM:
                _merge(tender, other, now)
                report.merged += 1
            elif pair is None:
                session.add(_doubtful(tender, other, likeness, now))
                report.doubtful += 1
        session.flush()
    return report


def likeness(first: Tender, second: Tender) -> Likeness:
    """How alike two tenders are by buyer, deadline and title, in whatever languages both have a title."""
    title = max(
        (
            _overlap(_words(one), _words(two))
            for language, one in first.title.items()
            for other_language, two in second.title.items()
            if language == other_language
        ),
        default=max(
            (_overlap(_words(o), _words(t)) for o in first.title.values() for t in second.title.values()),
            default=0.0,
        ),
    )
    buyer = max(
        (
            _overlap(_words(one), _words(two))
            for one in (first.buyer.name.values() if first.buyer else ())
            for two in (second.buyer.name.values() if second.buyer else ())
        ),
        default=0.0,
    )
    same_deadline = _near(first.submission_deadline, second.submission_deadline)
    score = 0.6 * title + 0.25 * buyer + (0.15 if same_deadline else 0.0)
    return Likeness(round(score, 3), round(title, 3), round(buyer, 3), same_deadline)


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
    pair = _pair(session, tender, standing)
    if pair is None:
        pair = _doubtful(tender, standing, likeness(tender, standing), now)
        session.add(pair)
        session.flush()
    decide(session, pair=pair, person=person, is_same=False, now=now)


def doubtful(session: Session) -> list[TenderPair]:
    """The pairs that wait for staff, the most alike first."""
    return list(
        session.scalars(
            select(TenderPair)
            .where(TenderPair.is_same.is_(None))
            .options(
                joinedload(TenderPair.first).joinedload(Tender.buyer),
                joinedload(TenderPair.second).joinedload(Tender.buyer),
            )
            .order_by(TenderPair.score.desc(), TenderPair.id)
        )
    )


def _candidates(session: Session, tender: Tender) -> Iterator[tuple[Tender, Likeness]]:
    """Tenders of other sources that may be this one, exact ones first."""
    seen: set[int] = set()
    for other in _by_key(session, tender):
        if other.id not in seen and other.source != tender.source:
            seen.add(other.id)
            yield other, Likeness(1.0, 1.0, 1.0, True, exact="key")
    if tender.submission_deadline is None:
        return
    around = session.scalars(
        select(Tender)
        .where(
            Tender.source != tender.source,
            Tender.merged_into_id.is_(None),
            Tender.submission_deadline.between(
                tender.submission_deadline - _NEAR, tender.submission_deadline + _NEAR
            ),
        )
        .options(joinedload(Tender.buyer))
    )
    found = [(other, likeness(tender, other)) for other in around if other.id not in seen]
    for other, how in sorted(found, key=lambda pair: -pair[1].score):
        if how.score >= DOUBT_FROM and how.title >= 0.5 and how.buyer >= 0.3:
            yield other, how


def _by_key(session: Session, tender: Tender) -> Iterable[Tender]:
    """Tenders whose notices this one's notices name, that name this one's, or that share an identifier."""
    named = {(each.scheme, each.value) for notice in tender.notices for each in notice.references}
    own = {(notice.source, notice.number) for notice in tender.notices}
    wanted = or_(
        *(
            (Notice.source == scheme) & (Notice.number == value)
            for scheme, value in sorted(named)
            if scheme in _STANDING
        ),
        *(
            Notice.id.in_(
                select(NoticeReference.notice_id).where(
                    NoticeReference.scheme == scheme, NoticeReference.value == value
                )
            )
            for scheme, value in sorted(named | own)
        ),
    )
    ids = select(Notice.tender_id).where(wanted, Notice.tender_id != tender.id)
    return session.scalars(
        select(Tender).where(Tender.id.in_(ids), Tender.merged_into_id.is_(None)).order_by(Tender.id)
    )


def _merge(first: Tender, second: Tender, now: datetime) -> None:
    """Let the tender of the nearer source stand for both, and for what either stood for."""
    # Either may stand for itself no more: what stands for it is what is merged, so that no chain comes about.
    first, second = first.merged_into or first, second.merged_into or second
    if first is second:
        return
    standing, other = sorted((first, second), key=lambda each: (_rank(each), each.id))
    for child in [other, *other.merged]:
        child.merged_into = standing
    standing.changed_at = now


def _rank(tender: Tender) -> int:
    return _STANDING.index(tender.source) if tender.source in _STANDING else len(_STANDING)


def _pair(session: Session, one: Tender, other: Tender) -> TenderPair | None:
    first, second = sorted((one.id, other.id))
    return session.scalar(
        select(TenderPair).where(TenderPair.first_id == first, TenderPair.second_id == second)
    )


def _doubtful(one: Tender, other: Tender, how: Likeness, now: datetime) -> TenderPair:
    first, second = sorted((one, other), key=lambda each: each.id)
    facts = {"title": how.title, "buyer": how.buyer, "same_deadline": how.same_deadline}
    return TenderPair(first=first, second=second, score=how.score, facts=facts, found_at=now)


def _near(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and abs(one - other) <= _NEAR


def _words(text: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return frozenset(word for word in _WORD.findall(plain) if word not in _COMMON)


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Dice's coefficient of two sets of words."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0
