"""The results of an eForms award notice: per lot who won, alone or as a consortium, of how many offers."""

from collections.abc import Iterable
from datetime import date

from crawler.ted.eforms_lots import lot_key, words
from crawler.ted.parts import Organization, Outcome, price_range
from crawler.ted.tree import Element, day, flag, money, number, string, together, value_of, whole
from procurement.models import Translations
from procurement.records import AwardRecord, SupplierRecord

_RESULT = "UBLExtensions/UBLExtension/ExtensionContent/EformsExtension/NoticeResult"
# eForms demands a day of award even where there is none: senders then write this one.
_NO_DAY = date(2000, 1, 1)


def read_awards(root: Element, organizations: dict[str, Organization], *, language: str) -> Outcome:
    """One award per lot result; several tenderers under one tendering party are a consortium (OPT-170)."""
    result = root.find(_RESULT)
    if result is None:
        return Outcome()
    tenders = _by_id(result.iterfind("LotTender"))
    parties = _by_id(result.iterfind("TenderingParty"))
    contracts = _by_id(result.iterfind("SettledContract"))
    justification = _justification(root, language)
    awards, states = [], []
    for lot_result in result.iterfind("LotResult"):
        state = string(lot_result, "TenderResultCode")
        states.append(state)
        signed = [contracts[key] for key in _ids(lot_result, "SettledContract") if key in contracts]
        suppliers: list[SupplierRecord] = []
        prices = []
        for tender in _winning(lot_result, signed, tenders) if state in ("selec-w", "") else ():
            price = money(tender.find("LegalMonetaryTotal/PayableAmount"))
            prices.append(price)
            suppliers += _suppliers(tender, parties, organizations, price, language)
        low, low_currency = money(lot_result.find("LowerTenderAmount"))
        high, high_currency = money(lot_result.find("HigherTenderAmount"))
        low, high, currency = price_range(low, high, [*prices, (low, low_currency), (high, high_currency)])
        awards.append(
            AwardRecord(
                suppliers=tuple(suppliers),
                lot_key=lot_key(string(lot_result, "TenderLot/ID")) or None,
                decided_on=_decided_on(root, signed),
                offers_received=_offers(lot_result),
                value_low=low,
                value_high=high,
                value_currency=currency,
                justification=justification,
            )
        )
    return Outcome(awards, is_without_winner=bool(states) and all(each == "clos-nw" for each in states))


def _by_id(elements: Iterable[Element]) -> dict[str, Element]:
    return {string(element, "ID"): element for element in elements}


def _ids(parent: Element, path: str) -> list[str]:
    return [string(element, "ID") for element in parent.iterfind(path)]


def _winning(lot_result: Element, signed: list[Element], tenders: dict[str, Element]) -> list[Element]:
    """The offers that won: those under contract, for a result may list others; without contracts, all."""
    listed = _ids(lot_result, "LotTender")
    under_contract = {key for contract in signed for key in _ids(contract, "LotTender")}
    won = [key for key in listed if key in under_contract] or listed
    return [tenders[key] for key in dict.fromkeys(won) if key in tenders]


def _suppliers(
    tender: Element,
    parties: dict[str, Element],
    organizations: dict[str, Organization],
    price: tuple[float | None, str | None],
    language: str,
) -> Iterable[SupplierRecord]:
    """The members of the bid, the lead first; the price of a joint bid stands with its first member."""
    party = parties.get(string(tender, "TenderingParty/ID"))
    members = [
        (organizations[key], flag(element.find("GroupLeadIndicator")) is True)
        for element in (() if party is None else party.iterfind("Tenderer"))
        if (key := string(element, "ID")) in organizations
    ]
    members.sort(key=lambda member: not member[1])
    rank = whole(tender.find("RankCode"))
    for position, (organization, is_lead) in enumerate(members):
        yield organization.as_supplier(
            language,
            is_lead=is_lead if len(members) > 1 else None,
            rank=rank,
            value=price if position == 0 else (None, None),
        )


def _decided_on(root: Element, signed: list[Element]) -> date | None:
    """The day of the decision (BT-1451), else that of the notice, else of the contract (BT-145)."""
    decided = [day(contract.find("AwardDate")) for contract in signed]
    general = day(root.find("TenderResult/AwardDate"))
    concluded = [day(contract.find("IssueDate")) for contract in signed]
    return next((each for each in (*decided, general, *concluded) if each and each != _NO_DAY), None)


def _offers(lot_result: Element) -> int | None:
    """The number of offers received (BT-759 for BT-760 `tenders`)."""
    for statistics in lot_result.iterfind("ReceivedSubmissionsStatistics"):
        if string(statistics, "StatisticsCode") == "tenders":
            found = number(statistics.find("StatisticsNumeric"))
            return int(found) if found is not None else None
    return None


def _justification(root: Element, language: str) -> Translations:
    """Why the contract was awarded without a call (BT-135)."""
    return together(
        words(reason.iterfind("ProcessReason"), language)
        for reason in root.iterfind("TenderingProcess/ProcessJustification")
        if (code := reason.find("ProcessReasonCode")) is not None
        and code.get("listName") == "direct-award-justification"
        and value_of(code)
    )
