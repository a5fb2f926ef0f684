"""What both families of notices come to: shared steps from read parts to a record."""

from dataclasses import dataclass, field
from datetime import datetime

from procurement.labelled import LANGUAGES
from procurement.models import Translations
from procurement.records import AwardRecord, BuyerRecord, SupplierRecord
from procurement.vocabulary import NoticeType, ProcurementMethod

SOURCE = "ted"


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The instants of a call, with the text of the deadline as published."""

    submission: datetime | None = None
    text: str | None = None
    is_for_requests: bool = False
    opening: datetime | None = None


@dataclass(frozen=True, slots=True)
class Organization:
    """A buyer or a bidder as a notice names it."""

    name: Translations
    national_id: str = ""
    city: str = ""
    postal_code: str = ""
    canton: str | None = None
    country: str | None = None
    is_person: bool = False

    def as_buyer(self, language: str) -> BuyerRecord:
        """The buyer; its key is its name in its country, for national numbers are often blank or invented."""
        name = self.name.get(language) or next(iter(self.name.values()))
        return BuyerRecord(
            source_key=f"{self.country or ''}:{name.casefold()}"[:120],
            name=self.name,
            city=self.city,
            postal_code=self.postal_code,
            canton=self.canton,
            country=self.country,
        )

    def as_supplier(
        self,
        language: str,
        *,
        is_lead: bool | None = None,
        rank: int | None = None,
        value: tuple[float | None, str | None] = (None, None),
    ) -> SupplierRecord:
        """The winner; of a person no more than the name and country is kept."""
        name = self.name.get(language) or next(iter(self.name.values()))
        return SupplierRecord(
            name=name[:400],
            source_key=(self.national_id or None) if not self.is_person else None,
            city="" if self.is_person else self.city,
            postal_code="" if self.is_person else self.postal_code,
            canton=self.canton,
            country=self.country,
            rank=rank,
            is_lead=is_lead,
            value_amount=value[0],
            value_currency=value[1],
        )


@dataclass(slots=True)
class Outcome:
    """The results of an award notice: what was awarded, and whether every lot ended without a winner."""

    awards: list[AwardRecord] = field(default_factory=list)
    is_without_winner: bool = False


def kind_of(stated: NoticeType, method: ProcurementMethod, *, is_without_winner: bool) -> NoticeType:
    """The kind of an award notice: by direct award, or an abandonment when no lot found a winner."""
    if stated is not NoticeType.AWARD:
        return stated
    if is_without_winner:
        return NoticeType.ABANDONMENT
    return NoticeType.DIRECT_AWARD if method is ProcurementMethod.DIRECT else NoticeType.AWARD


def page_of(number: str, language: str) -> str:
    """The page on which people read a notice."""
    shown = language if language in LANGUAGES else "en"
    return f"https://ted.europa.eu/{shown}/notice/-/detail/{number}"


def price_range(
    low: float | None, high: float | None, prices: list[tuple[float | None, str | None]]
) -> tuple[float | None, float | None, str | None]:
    """Lowest and highest offer where the notice says, else the price of the one winner, with the currency."""
    stated = [(amount, currency) for amount, currency in prices if amount is not None]
    currency = next((name for _, name in prices if name), None)
    if low is None and high is None and len(stated) == 1:
        low = high = stated[0][0]
    return low, high, currency
