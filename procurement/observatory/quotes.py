"""The very sentences in which buyers ask for ESS criteria, with where and when they were published."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement.findings import speaks_clause
from procurement.lens import FindingKind
from procurement.models import Finding, Lot, Tender, Translations

# Databases take no endless list of values; for more all are read.
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of a call that asks for a family of criteria; `field` names where it stands."""

    buyer_id: int | None
    tender_id: int
    title: Translations
    published_on: date
    url: str
    family: str
    kind: FindingKind
    weight: float | None
    field: str
    sentence: str
    language: str


def quotes(session: Session, *, asking: Mapping[int, int | None]) -> list[Quote]:
    """The sentences of these tenders with their buyers, the newest first, what several lots repeat once."""
    wanted = (
        select(
            Tender.id.label("tender_id"),
            Tender.title,
            Tender.published_on,
            Tender.url,
            Finding.family,
            Finding.kind,
            Finding.weight,
            Finding.field,
            Finding.sentence,
            Finding.language,
        )
        .join(Lot, Lot.tender_id == Tender.id)
        .join(Finding, Finding.lot_id == Lot.id)
        .where(
            speaks_clause(),
            Lot.is_withdrawn.is_(False),
            Finding.kind != FindingKind.ACCESS,
        )
        .order_by(Tender.published_on.desc(), Tender.id.desc(), Lot.number, Finding.id)
    )
    if len(asking) <= _AT_ONCE:
        wanted = wanted.where(Tender.id.in_(asking))
    found: dict[tuple[int, str, str], Quote] = {}
    for row in session.execute(wanted):
        if row.tender_id in asking:
            quote = Quote(buyer_id=asking[row.tender_id], **row._mapping)
            found.setdefault((row.tender_id, row.family, row.sentence), quote)
    return list(found.values())


def telling(found: Iterable[Quote]) -> dict[int, Quote]:
    """For each buyer the sentence that says most: an award criterion, the heaviest, the newest."""
    best: dict[int, Quote] = {}
    for quote in found:
        if quote.buyer_id is not None and _says(quote) > _says(best.get(quote.buyer_id)):
            best[quote.buyer_id] = quote
    return best


def _says(quote: Quote | None) -> tuple[bool, float]:
    return (quote.kind is FindingKind.AWARD, quote.weight or 0.0) if quote else (False, -1.0)
