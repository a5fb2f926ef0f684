"""The forms of the directives of 2014 (R2.0.9: F01_2014 to F25_2014, MOVE): buyer, lots, call and awards."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from crawler.ted.codes import language_of
from crawler.ted.eforms_lots import source_of
from crawler.ted.forms import Form, award_criteria, days_of, lot_number, unique_key
from crawler.ted.parts import Organization, Outcome, price_range
from crawler.ted.tree import Element, day, money, number, string, together, value_of, web_address, whole
from procurement.cleaning import one_line
from procurement.models import Translations
from procurement.records import AwardRecord, CallRecord, CriterionRecord, LotRecord, SupplierRecord
from procurement.vocabulary import ContractNature, CriteriaSource, ProcurementMethod, Stated

_SELECTION = (
    ("SUITABILITY", "QUALIFICATION", "CRITERIA_SELECTION", "RULES_CRITERIA"),
    ("ECONOMIC_FINANCIAL_INFO", "ECONOMIC_FINANCIAL_MIN_LEVEL"),
    ("TECHNICAL_PROFESSIONAL_INFO", "TECHNICAL_PROFESSIONAL_MIN_LEVEL"),
)
_CONDITIONS = {
    "performance": ("PERFORMANCE_CONDITIONS",),
    "payment": ("MAIN_FINANCING_CONDITION", "DETAILS_PAYMENT"),
    "securities": ("DEPOSIT_GUARANTEE_REQUIRED",),
}
_PRICES = ("VAL_TOTAL", "VALUES/VAL_TOTAL", "VALUE/VAL_TOTAL", "VAL_PRIZE")
_RANGES = ("VAL_RANGE_TOTAL", "VALUES/VAL_RANGE_TOTAL", "VALUE/VAL_RANGE_TOTAL")


def read_buyer(form: Form) -> Organization | None:
    """The first contracting body."""
    return form.organization(form.element.find("CONTRACTING_BODY/ADDRESS_CONTRACTING_BODY"), "OFFICIALNAME")


def read_title(form: Form) -> Translations:
    """The procurement's own title (II.1.1)."""
    return form.words(form.element.find("OBJECT_CONTRACT/TITLE"), single=True)


def read_description(form: Form) -> Translations:
    """The procurement's short description (II.1.4)."""
    return form.words(form.element.find("OBJECT_CONTRACT/SHORT_DESCR"))


def read_lots(form: Form, nature: ContractNature | None) -> list[LotRecord]:
    """The lots (II.2), of each procurement that a planning form holds; always at least one."""
    objects = form.element.findall("OBJECT_CONTRACT")
    described = [(each, lot) for each in objects for lot in each.iterfind("OBJECT_DESCR")]
    described = described or [(each, each) for each in objects]
    selection = [*form.selection_criteria(*_SELECTION)]
    considerations = form.considerations()
    lots: list[LotRecord] = []
    keys: set[str] = set()
    for position, (whole_object, lot) in enumerate(described, start=1):
        stated = one_line(string(lot, "LOT_NO"), longest=80)
        key = unique_key(stated, position, keys) if len(described) > 1 else ""
        canton, country = form.place(lot)
        criteria, source = _criteria(form, lot)
        title = form.words(lot.find("TITLE"), single=True)
        if not title and len(objects) > 1:
            title = form.words(whole_object.find("TITLE"), single=True)
        main = whole_object.find("CPV_MAIN") if len(described) == 1 or len(objects) > 1 else None
        duration = lot.find("DURATION")
        value, currency = money(lot.find("VAL_OBJECT"), "CURRENCY")
        lots.append(
            LotRecord(
                source_key=key,
                number=lot_number(stated, position),
                title=title,
                description=form.words(lot.find("SHORT_DESCR")),
                cpv_codes=tuple(sorted(form.cpv_codes(*lot.iterfind("CPV_ADDITIONAL"), main))),
                contract_nature=nature,
                value_amount=round(value) if value is not None else None,
                value_currency=currency,
                place_canton=canton,
                place_country=country,
                place_note=form.words(lot.find("MAIN_SITE")),
                starts_on=day(lot.find("DATE_START")),
                ends_on=day(lot.find("DATE_END")),
                duration_days=days_of(value_of(duration), duration.get("TYPE", ""))
                if duration is not None
                else None,
                can_be_extended=_said(lot, "RENEWAL", "NO_RENEWAL"),
                variants=_said(lot, "ACCEPTED_VARIANTS", "NO_ACCEPTED_VARIANTS"),
                award_criteria_source=source,
                criteria=(*criteria, *selection),
                considerations=considerations,
            )
        )
    return lots


def read_call(
    form: Form, lots: list[LotRecord], *, country: str | None, method: ProcurementMethod
) -> CallRecord:
    """Deadlines, languages, documents and conditions of a call (sections I, III, IV, VI)."""
    element = form.element
    on, at = element.find("PROCEDURE/DATE_RECEIPT_TENDERS"), element.find("PROCEDURE/TIME_RECEIPT_TENDERS")
    opening = element.find("PROCEDURE/OPENING_CONDITION")
    value, currency = money(element.find("OBJECT_CONTRACT/VAL_ESTIMATED_TOTAL"), "CURRENCY")
    conditions = {name: form.all_words(*tags) for name, tags in _CONDITIONS.items()}
    conditions["additional_information"] = together(
        form.words(element.find(path))
        for path in ("COMPLEMENTARY_INFO/INFO_ADD", "OBJECT_CONTRACT/OBJECT_DESCR/INFO_ADD")
    )
    division = element.find("OBJECT_CONTRACT/LOT_DIVISION")
    most = whole(division.find("LOT_MAX_NUMBER")) if division is not None else None
    if division is not None and division.find("LOT_ONE_ONLY") is not None:
        most = 1
    return CallRecord(
        description=read_description(form),
        lots=tuple(lots),
        submission_deadline=form.moment(day(on), value_of(at), at if at is not None else element, country),
        submission_deadline_text=f"{value_of(on)} {value_of(at)}".strip()[:40] or None,
        deadline_is_for_requests=on is not None and method is ProcurementMethod.SELECTIVE,
        opening=_opening(form, opening, country),
        consortium_note=form.all_words("LEGAL_FORM"),
        lots_per_tenderer=most,
        lots_per_tenderer_note=form.all_words("LOT_COMBINING_CONTRACT_RIGHT"),
        conditions={name: text for name, text in conditions.items() if text},
        offer_languages=_languages(element),
        documents_url=web_address(string(element, "CONTRACTING_BODY/URL_DOCUMENT")),
        remedies=form.words(element.find("COMPLEMENTARY_INFO/REVIEW_PROCEDURE")),
        value_amount=round(value) if value is not None else None,
        value_currency=currency,
    )


def read_correction(form: Form, *, country: str | None) -> CallRecord | None:
    """The new deadline that a corrigendum sets (F14, section IV.2.2); None when it changes something else."""
    for change in form.element.iterfind("CHANGES/CHANGE"):
        on, at = change.find("NEW_VALUE/DATE"), change.find("NEW_VALUE/TIME")
        if string(change, "WHERE/SECTION").startswith("IV.2.2") and on is not None:
            return CallRecord(
                description={},
                lots=(),
                submission_deadline=form.moment(day(on), value_of(at), on, country),
                submission_deadline_text=f"{value_of(on)} {value_of(at)}".strip()[:40],
                is_partial=True,
            )
    return None


def read_awards(form: Form) -> Outcome:
    """One award per awarded contract or prize (V); a lot without a winner is an award without suppliers."""
    awards = [_award(form, each) for each in form.element.iterfind("AWARD_CONTRACT")]
    awards += [_award(form, each) for each in form.element.iterfind("RESULTS")]
    lots = {award.lot_key for award in awards}
    if len(lots) == 1 and len(form.element.findall("OBJECT_CONTRACT/OBJECT_DESCR")) <= 1:
        awards = [replace(award, lot_key=None) for award in awards]
    return Outcome(awards, is_without_winner=bool(awards) and _is_without_winner(form.element))


def _award(form: Form, element: Element) -> AwardRecord:
    contract = next((each for each in element.iter("AWARDED_CONTRACT", "AWARDED_PRIZE")), None)
    lot_key = one_line(string(element, "LOT_NO"), longest=80) or None
    if contract is None:
        return AwardRecord(suppliers=(), lot_key=lot_key)
    price = _amount(contract, _PRICES)
    span = next((found for path in _RANGES if (found := contract.find(path)) is not None), None)
    low = number(span.find("LOW")) if span is not None else None
    high = number(span.find("HIGH")) if span is not None else None
    range_currency = (None, span.get("CURRENCY")) if span is not None else (None, None)
    low, high, currency = price_range(low, high, [price])
    return AwardRecord(
        suppliers=tuple(_suppliers(form, contract, price)),
        lot_key=lot_key,
        decided_on=_decided_on(contract),
        offers_received=whole(next(contract.iter("NB_TENDERS_RECEIVED", "NB_PARTICIPANTS"), None)),
        value_low=low,
        value_high=high,
        value_currency=currency or range_currency[1],
    )


def _suppliers(
    form: Form, contract: Element, price: tuple[float | None, str | None]
) -> Iterator[SupplierRecord]:
    """The winners; the form says whether they are a group, not who leads it."""
    is_group = next(contract.iter("AWARDED_TO_GROUP"), None) is not None
    found = [
        form.organization(each, "OFFICIALNAME")
        for each in contract.iter("ADDRESS_CONTRACTOR", "ADDRESS_WINNER")
    ]
    for position, organization in enumerate(each for each in found if each is not None):
        yield organization.as_supplier(
            form.language,
            is_lead=False if is_group and len(found) > 1 else None,
            value=price if position == 0 else (None, None),
        )


def _is_without_winner(element: Element) -> bool:
    return next(element.iter("AWARDED_CONTRACT", "AWARDED_PRIZE"), None) is None and (
        next(element.iter("NO_AWARDED_CONTRACT", "NO_AWARDED_PRIZE"), None) is not None
    )


def _decided_on(contract: Element) -> date | None:
    return day(next(contract.iter("DATE_CONCLUSION_CONTRACT", "DATE_DECISION_JURY"), None))


def _amount(contract: Element, paths: tuple[str, ...]) -> tuple[float | None, str | None]:
    for path in paths:
        if (element := contract.find(path)) is not None:
            return money(element, "CURRENCY")
    return None, None


def _criteria(form: Form, lot: Element) -> tuple[list[CriterionRecord], CriteriaSource]:
    """Award criteria of a lot (II.2.5), with their weights, or a pointer to the documents."""
    stated: list[tuple[Translations, str, bool]] = []
    for element in lot.iter("AC_QUALITY", "AC_COST", "AC_PRICE", "AC_CRITERIA"):
        stated.append(
            (
                form.words(element.find("AC_CRITERION"), single=True),
                string(element, "AC_WEIGHTING"),
                element.tag == "AC_PRICE",
            )
        )
    if not stated:
        stated = [(form.words(each, single=True), "", False) for each in lot.iter("AC_CRITERION")]
    criteria = [*award_criteria(stated)]
    if not criteria and next(lot.iter("AC_PROCUREMENT_DOC"), None) is not None:
        return criteria, CriteriaSource.IN_DOCUMENTS
    return criteria, source_of(criteria)


def _said(lot: Element, yes: str, no: str) -> Stated:
    if lot.find(yes) is not None:
        return Stated.YES
    return Stated.NO if lot.find(no) is not None else Stated.NOT_SPECIFIED


def _opening(form: Form, opening: Element | None, country: str | None) -> datetime | None:
    if opening is None:
        return None
    at = opening.find("TIME_OPENING_TENDERS")
    return form.moment(day(opening.find("DATE_OPENING_TENDERS")), value_of(at), opening, country)


def _languages(element: Element) -> tuple[str, ...]:
    found = (language_of(each.get("VALUE", "")) for each in element.iterfind("PROCEDURE/LANGUAGES/LANGUAGE"))
    return tuple(dict.fromkeys(language for language in found if language))
