"""The outcome of a European procedure: from the result of each lot to the firms behind the winning tender."""

from dataclasses import replace

from crawler.boamp import moments, words
from crawler.boamp.tree import Node
from procurement.records import AwardRecord, SupplierRecord

_EXTENSION = (
    "ext:UBLExtensions",
    "ext:UBLExtension",
    "ext:ExtensionContent",
    "efext:EformsExtension",
)
_COUNTRIES = {"FRA": "FR", "CHE": "CH", "DEU": "DE", "ITA": "IT", "BEL": "BE", "LUX": "LU", "AUT": "AT"}


def organisations(notice: Node) -> dict[str, Node]:
    """The companies of a notice by the key under which its parts point at them."""
    companies = notice.all(*_EXTENSION, "efac:Organizations", "efac:Organization", "efac:Company")
    return {key: node for node in companies if (key := node.text("cac:PartyIdentification", "cbc:ID"))}


def read_awards(notice: Node) -> tuple[tuple[AwardRecord, ...], bool]:
    """The outcome of each lot, and whether every one of them ended without a winner.

    Several tenderers of one tendering party are a consortium (OPT-300); OPT-170 marks who leads it.
    """
    result = notice.first(*_EXTENSION, "efac:NoticeResult")
    companies = organisations(notice)
    parties, tenders, contracts = (
        {node.text("cbc:ID"): node for node in result.all(name)}
        for name in ("efac:TenderingParty", "efac:LotTender", "efac:SettledContract")
    )
    awards, outcomes = [], set()
    for lot in result.all("efac:LotResult"):
        outcome = lot.text("cbc:TenderResultCode")
        outcomes.add(outcome)
        days = [
            moments.day_of(day, f"{contract.path}.cbc:AwardDate")
            for key in lot.texts("efac:SettledContract", "cbc:ID")
            if (contract := contracts.get(key)) is not None
            for day in contract.texts("cbc:AwardDate")
        ]
        won = [tenders[key] for key in lot.texts("efac:LotTender", "cbc:ID") if key in tenders]
        offers = [
            words.whole(node.text("efbc:StatisticsNumeric"))
            for node in lot.all("efac:ReceivedSubmissionsStatistics")
            if node.text("efbc:StatisticsCode") == "tenders"
        ]
        common = AwardRecord(
            suppliers=(),
            lot_key=lot.text("efac:TenderLot", "cbc:ID")[:60] or None,
            decided_on=min((day for day in days if day), default=None),
            offers_received=next(iter(offers), None),
        )
        if outcome != "selec-w":
            reason = lot.text("efac:DecisionReason", "efbc:DecisionReasonCode")
            awards.append(replace(common, justification={"fr": reason} if reason else {}))
            continue
        # A framework may have several winners, each with a tender of its own: one award for each.
        for tender in won:
            party = parties.get(
                tender.text("efac:TenderingParty", "cbc:ID"), tender.first("efac:TenderingParty")
            )
            price = tender.first("cac:LegalMonetaryTotal", "cbc:PayableAmount")
            value = words.amount(price.text())
            awards.append(
                replace(
                    common,
                    suppliers=tuple(
                        _supplier(companies[key], tenderer)
                        for tenderer in party.all("efac:Tenderer")
                        if (key := tenderer.text("cbc:ID")) in companies
                    ),
                    value_high=value,
                    value_currency=(price.attribute("currencyID") or "EUR") if value else None,
                )
            )
    return tuple(awards), bool(outcomes) and outcomes == {"clos-nw"}


def _supplier(company: Node, tenderer: Node) -> SupplierRecord:
    address = company.first("cac:PostalAddress")
    numbers = [words.siret(text) for text in company.texts("cac:PartyLegalEntity", "cbc:CompanyID")]
    lead = tenderer.text("efbc:GroupLeadIndicator")
    return SupplierRecord(
        name=words.name(company.text("cac:PartyName", "cbc:Name"), company.path),
        source_key=next((number for number in numbers if number), None),
        city=words.name(address.text("cbc:CityName"), address.path, longest=120),
        postal_code=words.name(address.text("cbc:PostalZone"), address.path, longest=20),
        country=_COUNTRIES.get(address.text("cac:Country", "cbc:IdentificationCode")),
        is_lead={"true": True, "false": False}.get(lead),
    )
