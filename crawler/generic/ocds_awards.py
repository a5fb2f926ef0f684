"""The outcomes of an OCDS release: who won which lot, at what price, of how many offers."""

from collections.abc import Iterator

from crawler.generic import ocds_shape as shape
from crawler.generic.ocds_words import Words, day_of, named
from procurement.cleaning import one_line
from procurement.errors import UnreadableNotice
from procurement.records import AwardRecord, SupplierRecord

# Counts of the offers received, the surest first (extension bids, statistic.csv).
_COUNTS = ("bids", "validBids")
# What is pending may still change; what is cancelled is no outcome.
_OUTCOMES = (None, "active", "unsuccessful")


def awards_of(release: shape.Release, words: Words) -> tuple[AwardRecord, ...]:
    """One outcome per award and lot; an unsuccessful one has no supplier."""
    lots = {lot.id for lot in release.tender.lots} if release.tender else set()
    return tuple(
        _award(award, lot, release, words, f"awards.{position}")
        for position, award in enumerate(release.awards)
        if award.status in _OUTCOMES
        for lot in (award.related_lots if lots or len(award.related_lots) > 1 else [None]) or [None]
    )


def _award(
    award: shape.Award, lot: str | int | None, release: shape.Release, words: Words, path: str
) -> AwardRecord:
    is_won = award.status != "unsuccessful"
    amount = award.value.amount if award.value else None
    currency = award.value.currency if award.value and amount is not None else None
    # The price of a consortium is that of all its members: it belongs to the award, not to one of them.
    is_alone = len(award.suppliers) == 1 and len(award.related_lots) < 2
    return AwardRecord(
        suppliers=tuple(_suppliers(award, release, path, amount if is_alone else None, currency))
        if is_won
        else (),
        lot_key=one_line(str(lot), longest=120) if lot is not None else None,
        decided_on=day_of(award.date, f"{path}.date"),
        offers_received=_offers(release, lot),
        value_low=amount if is_won and not is_alone and len(award.related_lots) < 2 else None,
        value_high=amount if is_won and not is_alone and len(award.related_lots) < 2 else None,
        value_currency=currency if is_won and not is_alone else None,
        note=words.of(award, "description", f"{path}.description"),
    )


def _suppliers(
    award: shape.Award, release: shape.Release, path: str, amount: float | None, currency: str | None
) -> Iterator[SupplierRecord]:
    for position, supplier in enumerate(award.suppliers):
        party = next((each for each in release.parties if each.id == supplier.id), None)
        name = one_line(supplier.name or (party.name if party else None) or "", longest=400)
        if not name:
            raise UnreadableNotice(f"{path}.suppliers.{position}.name", "the supplier has none")
        place = named(party.address if party else None)
        yield SupplierRecord(
            name=name,
            source_key=one_line(str(supplier.id), longest=120) if supplier.id is not None else None,
            city=place.city[:120],
            postal_code=place.postal_code,
            canton=place.canton,
            country=place.country,
            is_lead="leadTenderer" in party.roles if party and len(award.suppliers) > 1 else None,
            value_amount=amount,
            value_currency=currency if amount is not None else None,
        )


def _offers(release: shape.Release, lot: str | int | None) -> int | None:
    """How many offers came in for the lot; without lots, for the whole."""
    for measure in _COUNTS:
        for each in release.bids.statistics if release.bids else ():
            if each.measure == measure and each.related_lot == lot and each.value is not None:
                return int(each.value)
    return None
