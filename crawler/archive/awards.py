"""The award of an OB02 form: who won, at what price, out of how many offers.

Not read on purpose: the award criteria, which the call holds, remedies, and the statistics by country.
"""

from crawler.archive.form import Node
from crawler.archive.moments import read_amount
from procurement.cleaning import one_line
from procurement.errors import UnreadableNotice
from procurement.models import Translations
from procurement.records import AwardRecord, SupplierRecord

_VAT = {
    "fr": ("hors TVA", "TVA"),
    "de": ("ohne MWST", "MWST"),
    "it": ("senza IVA", "IVA"),
    "en": ("without VAT", "VAT"),
}


def read_awards(body: Node, *, lot_key: str | None) -> AwardRecord:
    """The outcome: every firm of the list with its price; a price from … to … is that of the whole award."""
    spec = body.child("OB02.SPEC")
    award = spec.child("OB02.AWARD")
    firms = list(award.child("PRIM.CONTRACTOR.LIST").children("PRIM.CONTRACTOR"))
    ranges = [_range(firm.child("CONTRACTOR.PRICE")) for firm in firms]
    lows = [low for low, high, _ in ranges if low is not None and high is not None]
    highs = [high for _, high, _ in ranges if high is not None]
    return AwardRecord(
        suppliers=tuple(_supplier(firm) for firm in firms),
        lot_key=lot_key,
        decided_on=spec.child("OB02.INFORMATION/OB02.INFO.AWARD.DATE").day,
        offers_received=spec.child("OB02.INFORMATION/OB02.INFO.NUMBER.OFFERS").number,
        value_low=min(lows, default=None),
        value_high=max(highs, default=None),
        value_currency=next((currency for _, high, currency in ranges if high is not None), None),
        justification=award.words("OB02.AWARD.REASON"),
        note=spec.words("OB02.INFORMATION/OB02.INFO.MISC"),
    )


def _supplier(firm: Node) -> SupplierRecord:
    name = one_line(firm.child("CONTRACTOR.NAME").text, longest=400)
    if not name:
        raise UnreadableNotice(f"{firm.path}/CONTRACTOR.NAME", "empty")
    low, high, currency = _range(firm.child("CONTRACTOR.PRICE"))
    is_price = low is not None and high is None
    country = firm.child("ADDRESS/COUNTRY").line
    return SupplierRecord(
        name=name,
        city=one_line(firm.child("ADDRESS/CITY").text, longest=120),
        postal_code=one_line(firm.child("ADDRESS/ZIPCODE").text, longest=20),
        country=country if len(country) == 2 else None,
        value_amount=low if is_price else None,
        value_currency=currency if is_price else None,
        note=_note(firm),
    )


def _range(price: Node) -> tuple[float | None, float | None, str | None]:
    """The price, or its bounds, with the currency; a price that is not made public is None."""
    low, high = (
        read_amount(node.line, node.path)
        for node in (price.child("CONTRACTOR.PRICE.FROM"), price.child("CONTRACTOR.PRICE.TO"))
    )
    currency = price.value("CURRENCY") or None
    if low is not None and (currency is None or len(currency) != 3):
        raise UnreadableNotice(f"{price.path}@CURRENCY", f"{currency!r} is no currency")
    return low, high, currency if low is not None else None


def _note(firm: Node) -> Translations:
    """What is said of the price, first whether VAT is in it: `WITHOUT_VAT`, `PERCENT_7_7` …"""
    price = firm.child("CONTRACTOR.PRICE")
    words = firm.words("CONTRACTOR.NOTICE", "CONTRACTOR.PRICE.INFO").get(firm.language, "")
    tax = _tax(price.value("VAT"), firm.language) if price.child("CONTRACTOR.PRICE.FROM").line else ""
    text = "\n\n".join(filter(None, (tax, words)))
    return {firm.language: text} if text else {}


def _tax(code: str, language: str) -> str:
    without, name = _VAT[language]
    if code.startswith("PERCENT_"):
        return f"{name} {code.removeprefix('PERCENT_').replace('_', '.')} %"
    return without if code == "WITHOUT_VAT" else code
