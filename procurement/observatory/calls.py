"""The calls that the observatory counts: one row each, with what was read of it and what was found."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from procurement.cantons import BuyerLevel
from procurement.findings import speaks_clause, unread_clause
from procurement.labelled import Labelled
from procurement.lens import FindingKind
from procurement.models import Finding, Lot, Notice, Tender
from procurement.observatory.kindred import kindred
from procurement.observatory.sectors import sectors_of
from procurement.records import BY_HAND
from procurement.vocabulary import NoticeType, ProcurementMethod

_CALLS = tuple(each for each in NoticeType if each.calls_for_bids)


class Reading(Labelled):
    """What is known of a call; each is exactly one of these."""

    ASKS = (
        "asks",
        "critère ESS trouvé",
        "ESS-Kriterium gefunden",
        "criterio ESS trovato",
        "ESS criterion found",
    )
    SILENT = (
        "silent",
        "lu, sans critère ESS",
        "gelesen, ohne ESS-Kriterium",
        "letto, senza criterio ESS",
        "read, without an ESS criterion",
    )
    IN_DOCUMENTS = (
        "in_documents",
        "critères dans le dossier, non lus",
        "Kriterien in den Unterlagen, nicht gelesen",
        "criteri nella documentazione, non letti",
        "criteria in the documents, not read",
    )
    UNREAD = (
        "unread",
        "avis pas encore lu",
        "Bekanntmachung noch nicht gelesen",
        "avviso non ancora letto",
        "notice not yet read",
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """How a call asks for a family of criteria: whether among award criteria, and there with which weight."""

    is_award: bool = False
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call for bids as it is counted: `buyer_id` is the first row of a buyer that has several.

    `canton` is that of the buyer's seat, else that of the place of performance.
    """

    tender_id: int
    published_on: date
    method: ProcurementMethod
    is_under_treaty: bool | None
    buyer_id: int | None
    level: BuyerLevel | None
    canton: str | None
    sectors: frozenset[str]
    divisions: frozenset[str]
    reading: Reading
    families: Mapping[str, Asked] = field(default_factory=dict)

    @property
    def quarter(self) -> int:
        """The quarter of its year, from 1 to 4."""
        return (self.published_on.month + 2) // 3


@dataclass(frozen=True, slots=True)
class Choice:
    """Which calls are looked at; None: whatever they are in this respect."""

    year: int | None = None
    quarter: int | None = None
    level: BuyerLevel | None = None
    canton: str | None = None
    sector: str | None = None
    method: ProcurementMethod | None = None
    treaty: bool | None = None
    buyer_id: int | None = None

    def holds(self, call: Call) -> bool:
        """Whether it is one of them."""
        return (
            self.year in (None, call.published_on.year)
            and self.quarter in (None, call.quarter)
            and self.level in (None, call.level)
            and self.canton in (None, call.canton)
            and (self.sector is None or self.sector in call.sectors)
            and self.method in (None, call.method)
            and self.treaty in (None, call.is_under_treaty)
            and self.buyer_id in (None, call.buyer_id)
        )

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return all(getattr(self, each.name) is None for each in fields(self))

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day of the period; None without a year."""
        if self.year is None:
            return None
        first, last = (self.quarter * 3 - 2, self.quarter * 3) if self.quarter else (1, 12)
        return date(self.year, first, 1), date(self.year, last, 30 if last in (6, 9) else 31)


def read_calls(session: Session) -> list[Call]:
    """Every call that counts, in the order of publication.

    A call counts once, at the source that stands for the others; what was broken off counts, for its buyer
    asked. What staff entered by hand does not, nor what was announced or awarded without a call, nor a call
    all of whose lots were withdrawn.
    """
    families = _families(session)
    lots = (
        select(
            Lot.tender_id,
            func.max(case((unread_clause(), 1), else_=0)).label("is_in_documents"),
            func.max(case((Lot.read_at.is_(None), 1), else_=0)).label("waits"),
            func.min(Lot.place_canton).label("place"),
        )
        .where(Lot.is_withdrawn.is_(False))
        .group_by(Lot.tender_id)
        .subquery()
    )
    called = select(Notice.tender_id).where(Notice.notice_type.in_(_CALLS))
    rows = session.execute(
        select(
            Tender.id,
            Tender.published_on,
            Tender.procurement_method,
            Tender.is_under_treaty,
            Tender.cpv_codes,
            Tender.buyer_id,
            lots.c.is_in_documents,
            lots.c.waits,
            lots.c.place,
        )
        .join(lots, lots.c.tender_id == Tender.id)
        .where(Tender.merged_into_id.is_(None), Tender.source != BY_HAND, Tender.id.in_(called))
        .order_by(Tender.published_on, Tender.id)
    )
    buyers = kindred(session)
    return [
        Call(
            tender_id=row.id,
            published_on=row.published_on,
            method=row.procurement_method,
            is_under_treaty=row.is_under_treaty,
            buyer_id=buyer.id if (buyer := buyers.get(row.buyer_id)) else None,
            level=buyer.level if buyer else None,
            canton=(buyer and buyer.canton) or row.place,
            sectors=sectors_of(tuple(row.cpv_codes or ())),
            divisions=frozenset(code[:2] for code in row.cpv_codes or ()),
            reading=_reading(row.id in families, bool(row.is_in_documents), bool(row.waits)),
            families=families.get(row.id, {}),
        )
        for row in rows
    ]


def _reading(asks: bool, is_in_documents: bool, waits: bool) -> Reading:
    """What was found counts at once; that there is nothing is said only when everything was read."""
    if asks:
        return Reading.ASKS
    if waits:
        return Reading.UNREAD
    return Reading.IN_DOCUMENTS if is_in_documents else Reading.SILENT


def _families(session: Session) -> dict[int, dict[str, Asked]]:
    """What each tender asks for, by family, with the heaviest weight stated; rules of access ask nothing."""
    found: dict[int, dict[str, Asked]] = {}
    rows = session.execute(
        select(Lot.tender_id, Finding.family, Finding.kind, func.max(Finding.weight))
        .join(Finding.lot)
        .where(speaks_clause(), Lot.is_withdrawn.is_(False), Finding.kind != FindingKind.ACCESS)
        .group_by(Lot.tender_id, Finding.family, Finding.kind)
    )
    for tender_id, family, kind, weight in rows:
        asked = found.setdefault(tender_id, {})
        before, is_award = asked.get(family, Asked()), kind is FindingKind.AWARD
        weights = [each for each in (before.weight, weight if is_award else None) if each is not None]
        asked[family] = Asked(before.is_award or is_award, max(weights, default=None))
    return found
