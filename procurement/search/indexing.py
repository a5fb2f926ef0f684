"""The index brought up to date: whatever changed since it was last read is read again."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from procurement import findings, word_index
from procurement.codes import cpv_all_languages
from procurement.models import (
    Finding,
    Lot,
    Notice,
    SearchBits,
    SearchEntry,
    Tender,
    Translations,
)
from procurement.records import BY_HAND
from procurement.search.facets import values_of
from procurement.search.words import GAP, code_words, stems, title_word

# Another one whenever what is read of a tender changes: everything is read again.
INDEXED_WITH = "1"
AT_ONCE = 1_000
# How long ago a tender may have changed for its lots and findings to be looked at again.
_RECENT = timedelta(days=7)


def tenders_to_index(session: Session, *, now: datetime) -> list[int]:
    """The tenders that are new, changed, read anew, merged or split since they were indexed."""
    entry = SearchEntry
    never = (
        select(Tender.id)
        .where(Tender.merged_into_id.is_(None))
        .where(~select(entry.tender_id).where(entry.tender_id == Tender.id).exists())
    )
    merged = (
        select(entry.tender_id)
        .join(Tender, Tender.id == entry.tender_id)
        .where(Tender.merged_into_id.is_not(None))
    )
    other = select(entry.tender_id).where(entry.indexed_with != INDEXED_WITH)
    recent = select(Tender.id).join(entry, entry.tender_id == Tender.id)
    recent = recent.where(Tender.changed_at >= now - _RECENT, Tender.merged_into_id.is_(None))
    changed = recent.where(or_(Tender.changed_at != entry.changed_at, _is_read_since()))
    found = {row for query in (never, merged, other, changed) for row in session.scalars(query)}
    return sorted(found)


def _is_read_since() -> ColumnElement[bool]:
    lots = select(Lot.id).where(Lot.tender_id == Tender.id)
    judged = lots.join(Finding, Finding.lot_id == Lot.id).where(Finding.judged_at > SearchEntry.indexed_at)
    return or_(
        lots.where(Lot.read_at > SearchEntry.indexed_at).correlate(Tender, SearchEntry).exists(),
        judged.correlate(Tender, SearchEntry).exists(),
    )


def index_everything_again(session: Session) -> None:
    """Let every tender be read again: what others say of it (a buyer's seat, staff) may have changed."""
    session.execute(update(SearchEntry).values(indexed_with=""))


def index_tenders(session: Session, ids: Sequence[int], *, now: datetime) -> int:
    """Let these tenders be found by what is known of them now, those that others stand for not at all."""
    rows = session.scalars(select(SearchEntry).where(SearchEntry.tender_id.in_(ids))).all()
    tenders = session.scalars(
        select(Tender)
        .where(Tender.id.in_(ids), Tender.merged_into_id.is_(None))
        .options(
            joinedload(Tender.buyer),
            selectinload(Tender.merged).selectinload(Tender.notices).selectinload(Notice.references),
            selectinload(Tender.notices).selectinload(Notice.references),
            selectinload(Tender.lots).selectinload(Lot.criteria),
        )
    ).all()
    labels = cpv_all_languages(session, {code for tender in tenders for code in _codes(tender)})
    found = findings.speaking(session, {lot.id for tender in tenders for lot in _lots(tender)})
    changes: dict[str, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    for row in rows:
        for value in row.values:
            changes[value][0].add(row.tender_id)
        session.delete(row)
    added = {row.tender_id: row.added_at for row in rows}
    session.flush()
    for tender in tenders:
        lots = _lots(tender)
        values = values_of(
            tender,
            {each.family for lot in lots for each in found.get(lot.id, ())},
            are_unread=any(findings.are_unread(lot) for lot in lots),
            is_read=all(lot.read_at is not None for lot in lots),
        )
        for value in values:
            changes[value][1].add(tender.id)
        session.add(
            SearchEntry(
                tender_id=tender.id,
                values=sorted(values),
                deadline=tender.submission_deadline,
                changed_at=tender.changed_at,
                added_at=added.get(tender.id, now),
                indexed_at=now,
                indexed_with=INDEXED_WITH,
            )
        )
    word_index.remove(session, set(ids) - {tender.id for tender in tenders})
    word_index.write(session, {tender.id: _words(tender, labels) for tender in tenders})
    _change_bits(session, changes)
    session.flush()
    return len(tenders)


def _lots(tender: Tender) -> list[Lot]:
    return [lot for lot in tender.lots if not lot.is_withdrawn]


def _codes(tender: Tender) -> set[str]:
    return {*tender.cpv_codes, *(code for lot in _lots(tender) for code in lot.cpv_codes)}


def _words(tender: Tender, labels: Mapping[str, Translations]) -> list[str]:
    """The words by which a tender is found: codes and titles as such, then every text."""
    lots, codes, buyer = _lots(tender), sorted(_codes(tender)), tender.buyer
    # What staff entered by hand stays theirs, even when a publication stands for it by now.
    told = [tender, *(each for each in tender.merged if each.source != BY_HAND)]
    notices = [notice for each in told for notice in each.notices]
    titles = [*tender.title.values(), *(text for lot in lots for text in lot.title.values())]
    texts = [*titles, tender.number, *(notice.number for notice in notices)]
    texts += [each.value for notice in notices for each in notice.references]
    texts += [*buyer.name.values(), buyer.city] if buyer else []
    texts += [text for code in codes for text in labels.get(code, {}).values()]
    for lot in lots:
        texts += [*lot.place_city.values(), *lot.description.values()]
    texts += tender.description.values()
    for criterion in (each for lot in lots for each in lot.criteria):
        texts += [*criterion.title.values(), *criterion.description.values()]
    words = [word for code in codes for word in code_words(code)]
    for text in _each_once(titles):
        words += [GAP, *map(title_word, stems(text))]
    for text in _each_once(texts):
        words += [GAP, *stems(text)]
    return words


def _each_once(texts: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(text for text in texts if text)


def _change_bits(session: Session, changes: Mapping[str, tuple[set[int], set[int]]]) -> None:
    """Put tenders out of values and into others; what does not change is not written."""
    version = (session.scalar(select(func.max(SearchBits.version))) or 0) + 1
    for key in sorted(changes):
        gone, come = changes[key]
        facet, _, value = key.partition(":")
        row = session.get(SearchBits, (facet, value), with_for_update=True)
        if row is None:
            row = SearchBits(facet=facet, value=value, bits=b"")
            session.add(row)
        bits = bytearray(row.bits)
        needed = max((come | gone), default=0) // 8 + 1
        bits.extend(bytes(max(0, needed - len(bits))))
        for number in gone - come:
            bits[number >> 3] &= ~(1 << (number & 7)) & 255
        for number in come - gone:
            bits[number >> 3] |= 1 << (number & 7)
        row.bits = bytes(bits)
        # Even where no bit changes: the words of a tender may have.
        row.version = version
