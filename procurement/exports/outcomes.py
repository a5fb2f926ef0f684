"""Who is named in a release: the buyer, and the winners with their awards; no person is."""

import hashlib
from collections.abc import Iterator, Sequence

from procurement.course import AWARDS, Stage
from procurement.exports.parts import (
    JsonObject,
    address,
    identifier,
    lot_id,
    money,
    start_of,
    texts,
    without_nothing,
)
from procurement.models import Award, AwardSupplier, Buyer, Tender, in_language


def buyer_party(buyer: Buyer, language: str) -> JsonObject:
    """The contracting authority with its seat."""
    seat = address(
        city=buyer.city,
        postal_code=buyer.postal_code,
        canton=buyer.canton,
        country=buyer.country,
        language=language,
    )
    return without_nothing(
        {
            "id": identifier(buyer.source, buyer.source_key),
            **texts("name", buyer.name, language),
            "roles": ["buyer"],
            "address": seat,
        }
    )


def supplier_parties(tender: Tender, stage: Stage) -> list[JsonObject]:
    """The winners that a notice names, each once; the lead of a consortium says so where it is published."""
    parties: dict[str, JsonObject] = {}
    if stage.notice.notice_type not in AWARDS:
        return []
    for supplier in (each for award in stage.notice.awards for each in award.suppliers):
        seat = address(
            city=supplier.city,
            postal_code=supplier.postal_code,
            canton=supplier.canton,
            country=supplier.country,
            language=tender.language,
        )
        key = _supplier_id(tender, supplier)
        party = parties.setdefault(key, {"id": key, "name": supplier.name, "roles": ["supplier"]})
        if seat:
            party.setdefault("address", seat)
        if supplier.is_lead and "leadTenderer" not in party["roles"]:
            party["roles"].append("leadTenderer")
    return list(parties.values())


def awards(tender: Tender, stage: Stage, *, document: JsonObject) -> list[JsonObject]:
    """The awards that a notice publishes, corrects under their first identifier, or takes back."""
    if stage.revokes is not None:
        taken_back = awards(tender, stage.revokes, document={})
        return [{"id": award["id"], "status": "cancelled"} for award in taken_back]
    if stage.notice.notice_type not in AWARDS:
        return []
    first = identifier(tender.source, stage.root_key, "1")
    if not stage.notice.awards:
        # The notice says that it is awarded and nothing more is stored of it.
        lots = _lots_of(tender, stage.notice.lot_key)
        known = {"id": first, "status": "active", "relatedLots": lots, "documents": _link(document)}
        return [without_nothing(known)]
    return [
        _award(tender, stage, award, winners, award_id=name, document=document)
        for position, award in enumerate(stage.notice.awards, start=1)
        for name, winners in _contracts(award, identifier(tender.source, stage.root_key, str(position)))
    ]


def _award(
    tender: Tender,
    stage: Stage,
    award: Award,
    winners: Sequence[AwardSupplier],
    *,
    award_id: str,
    document: JsonObject,
) -> JsonObject:
    language = tender.language
    words = (in_language(text, language) for text in (award.justification, award.note))
    return without_nothing(
        {
            "id": award_id,
            "description": "\n\n".join(filter(None, words)),
            "status": "active" if winners else "unsuccessful",
            "date": start_of(award.decided_on),
            "value": _price(winners),
            "suppliers": [
                {"id": key, "name": name}
                for key, name in {_supplier_id(tender, each): each.name for each in winners}.items()
            ],
            "relatedLots": _lots_of(
                tender, award.lot_key if award.lot_key is not None else stage.notice.lot_key
            ),
            "documents": _link(document),
        }
    )


def _link(document: JsonObject) -> list[JsonObject]:
    return [document] if document else []


def _contracts(award: Award, name: str) -> Iterator[tuple[str, Sequence[AwardSupplier]]]:
    """The awards that one outcome is: several winners are a consortium, unless each has a rank or price."""
    winners = award.suppliers
    apart = len({each.rank for each in winners} - {None}) > 1 or len(_prices(winners)) > 1
    if apart and not any(each.is_lead for each in winners):
        for position, winner in enumerate(winners, start=1):
            yield identifier(name, str(position)), [winner]
    else:
        yield name, winners


def _prices(winners: Sequence[AwardSupplier]) -> set[tuple[float, str | None]]:
    return {(each.value_amount, each.value_currency) for each in winners if each.value_amount is not None}


def _price(winners: Sequence[AwardSupplier]) -> JsonObject | None:
    prices = _prices(winners)
    return money(*next(iter(prices))) if len(prices) == 1 else None


def _lots_of(tender: Tender, key: str | None) -> list[str]:
    if key is not None:
        return [lot_id(key)]
    standing = [lot for lot in tender.lots if not lot.is_withdrawn]
    return [lot_id(standing[0].source_key)] if len(standing) == 1 else []


def _supplier_id(tender: Tender, supplier: AwardSupplier) -> str:
    """The source's own key; without one, the same name in the same place is the same supplier."""
    if supplier.source_key:
        return identifier(tender.source, supplier.source_key)
    name = "|".join(part.casefold() for part in (supplier.name, supplier.postal_code, supplier.city))
    return identifier(tender.source, "supplier", hashlib.sha256(name.encode()).hexdigest()[:16])
