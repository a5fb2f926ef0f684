"""The forms before the directives of 2014 (R2.0.7, R2.0.8): the same facts under names of their own."""

import re
from collections.abc import Iterator
from datetime import date

from crawler.ted.codes import language_of, place_of
from crawler.ted.eforms_lots import source_of
from crawler.ted.forms import Form, award_criteria, days_of, lot_number, unique_key
from crawler.ted.parts import Organization, Outcome, price_range
from crawler.ted.tree import Element, broken, string, value_of
from procurement.cleaning import one_line
from procurement.models import Translations
from procurement.records import AwardRecord, CallRecord, CriterionRecord, LotRecord, SupplierRecord
from procurement.vocabulary import ContractNature, CriteriaSource, ProcurementMethod, Stated

_TITLES = (
    "TITLE_CONTRACT",
    "TITLE_DESIGN_CONTACT_NOTICE",
    "TITLE_RESULT_DESIGN_CONTEST",
    "TITLE_QUALIFICATION_SYSTEM",
    "TITLE_NOTICE_BUYER_PROFILE",
)
_DESCRIPTIONS = (
    "SHORT_CONTRACT_DESCRIPTION",
    "SHORT_DESCRIPTION_CONTRACT",
    "DESCRIPTION_OF_CONTRACT",
    "CONTRACT_OBJECT_DESCRIPTION",
    "SHORT_DESCRIPTION",
    "DESCRIPTION",
)
_LOTS = ("F02_ANNEX_B", "F05_ANNEX_B", "F17_ANNEX_B", "LOT_PRIOR_INFORMATION")
# A planning form may hold several procurements, each with its title.
_OBJECTS = ("OBJECT_WORKS_PRIOR_INFORMATION", "OBJECT_SUPPLY_SERVICE_PRIOR_INFORMATION")
_SELECTION = (
    ("ECONOMIC_OPERATORS_PERSONAL_SITUATION", "PERSONAL_SITUATION", "CRITERIA_SELECTION_PARTICIPANTS"),
    ("EAF_CAPACITY_INFORMATION", "EAF_CAPACITY_MIN_LEVEL", "FINANCIAL_CAPACITY"),
    ("T_CAPACITY_INFORMATION", "T_CAPACITY_MIN_LEVEL", "TECHNICAL_CAPACITY"),
)
_CONDITIONS = {
    "performance": ("EXISTENCE_OTHER_PARTICULAR_CONDITIONS",),
    "payment": ("MAIN_FINANCING_CONDITIONS",),
    "securities": ("DEPOSITS_GUARANTEES_REQUIRED",),
    "additional_information": ("ADDITIONAL_INFORMATION",),
}
_AWARDS = ("AWARD_OF_CONTRACT", "AWARD_OF_CONTRACT_DEFENCE", "AWARD_AND_CONTRACT_VALUE")
_VARIANTS = {"YES": Stated.YES, "NO": Stated.NO}


def read_buyer(form: Form) -> Organization | None:
    """The contracting authority."""
    return form.organization(form.first("CA_CE_CONCESSIONAIRE_PROFILE"), "ORGANISATION")


def read_title(form: Form) -> Translations:
    """The procurement's own title; that of the first, where a planning form holds several."""
    return form.words(form.first(*_TITLES), single=True)


def read_description(form: Form) -> Translations:
    """The procurement's short description."""
    return form.words(form.first(*_DESCRIPTIONS))


def read_lots(form: Form, nature: ContractNature | None) -> list[LotRecord]:
    """The lots of annex B, else the procurements of a planning form, else the whole; always at least one."""
    found = [*form.element.iter(*_LOTS)] or [*form.element.iter(*_OBJECTS)]
    parts = found if len(found) > 1 else [form.element]
    selection = [*form.selection_criteria(*_SELECTION)]
    criteria, source = _criteria(form)
    keys: set[str] = set()
    lots: list[LotRecord] = []
    for position, part in enumerate(parts, start=1):
        is_whole = part is form.element
        stated = one_line(string(part, "LOT_NUMBER"), longest=80)
        # What a lot does not say of its place and time is said of the whole.
        place = form.first("LOCATION_NUTS", within=part)
        place = place if place is not None else form.first("LOCATION_NUTS")
        nuts = [] if place is None else [(each.get("CODE", ""), "") for each in place.iter("NUTS")]
        canton, country = place_of(nuts)
        starts_on, ends_on, days = _period(form, part)
        codes = form.first("CPV", within=part)
        lots.append(
            LotRecord(
                source_key="" if is_whole else unique_key(stated, position, keys),
                number=lot_number(stated, position),
                title={}
                if is_whole
                else form.words(form.first("LOT_TITLE", *_TITLES, within=part), single=True),
                description=form.words(form.first("LOT_DESCRIPTION", *_DESCRIPTIONS, within=part)),
                cpv_codes=tuple(sorted(form.cpv_codes(codes))),
                contract_nature=nature,
                place_canton=canton,
                place_country=country,
                place_note=form.words(form.first("LOCATION", within=place)) if place is not None else {},
                starts_on=starts_on,
                ends_on=ends_on,
                duration_days=days,
                can_be_extended=_renewal(form),
                variants=_variants(form),
                award_criteria_source=source,
                criteria=(*criteria, *selection),
                considerations=form.considerations(),
            )
        )
    return lots


def read_call(
    form: Form, lots: list[LotRecord], *, country: str | None, method: ProcurementMethod
) -> CallRecord:
    """Deadlines, languages and conditions of a call."""
    limit = form.first("RECEIPT_LIMIT_DATE")
    opening = form.first("CONDITIONS_FOR_OPENING_TENDERS")
    opened = opening.find("DATE_TIME") if opening is not None else None
    conditions = {name: form.all_words(*tags) for name, tags in _CONDITIONS.items()}
    value, currency = _estimate(form)
    on = _date(limit)
    return CallRecord(
        description=read_description(form),
        lots=tuple(lots),
        submission_deadline=(
            form.moment(on, string(limit, "TIME"), limit, country) if limit is not None else None
        ),
        submission_deadline_text=f"{on} {string(limit, 'TIME')}".strip()[:40] if on is not None else None,
        deadline_is_for_requests=on is not None and method is ProcurementMethod.SELECTIVE,
        opening=(
            form.moment(_date(opened), string(opened, "TIME"), opened, country)
            if opened is not None
            else None
        ),
        consortium_note=form.all_words("LEGAL_FORM"),
        conditions={name: text for name, text in conditions.items() if text},
        offer_languages=_languages(form),
        remedies=form.all_words("LODGING_OF_APPEALS_PRECISION"),
        value_amount=round(value) if value is not None else None,
        value_currency=currency,
    )


def read_awards(form: Form) -> Outcome:
    """One award per contract (V); these forms have no field for a lot without a winner."""
    return Outcome([_award(form, each) for each in form.element.iter(*_AWARDS)])


def _award(form: Form, element: Element) -> AwardRecord:
    costs = form.first("COSTS_RANGE_AND_CURRENCY_WITH_VAT_RATE", within=element)
    price = _cost(costs, "VALUE_COST")
    low, low_currency = _cost(costs, "LOW_VALUE")
    high, _ = _cost(costs, "HIGH_VALUE")
    low, high, currency = price_range(low, high, [price, (low, low_currency)])
    offers = value_of(form.first("OFFERS_RECEIVED_NUMBER", "NUMBER_OF_OFFERS_RECEIVED", within=element))
    return AwardRecord(
        suppliers=tuple(_suppliers(form, element, price)),
        lot_key=one_line(string(element, "LOT_NUMBER"), longest=80) or None,
        decided_on=_date(form.first("CONTRACT_AWARD_DATE", "DATE_OF_CONTRACT_AWARD", within=element)),
        # The field was free text: only a plain count is one.
        offers_received=int(offers) if re.fullmatch(r"\d{1,6}", offers) else None,
        value_low=low,
        value_high=high,
        value_currency=currency,
    )


def _suppliers(
    form: Form, element: Element, price: tuple[float | None, str | None]
) -> Iterator[SupplierRecord]:
    """The winners; whether they are a group these forms do not say."""
    found = [form.organization(each.getparent(), "ORGANISATION") for each in element.iter("ORGANISATION")]
    for position, organization in enumerate(each for each in found if each is not None):
        yield organization.as_supplier(form.language, value=price if position == 0 else (None, None))


def _cost(costs: Element | None, tag: str) -> tuple[float | None, str | None]:
    """An amount from FMTVAL, which is machine-made; its text is as typed."""
    element = next(costs.iter(tag), None) if costs is not None else None
    if element is None or costs is None:
        return None, None
    text = element.get("FMTVAL", "")
    if not text:
        return None, None
    if not re.fullmatch(r"\d{1,20}(\.\d+)?", text):
        raise broken(element, f"{text[:40]!r} is no amount")
    return float(text), costs.get("CURRENCY")


def _estimate(form: Form) -> tuple[float | None, str | None]:
    """The estimated value of the whole, where the form has a field with one amount for it."""
    for tag in (
        "QUANTITY_SCOPE",
        "TOTAL_ESTIMATED",
        "QUANTITY_SCOPE_WORKS",
        "QUANTITY_SCOPE_PRIOR_INFORMATION",
    ):
        scope = form.first(tag)
        costs = form.first("COSTS_RANGE_AND_CURRENCY", within=scope) if scope is not None else None
        if costs is not None and next(costs.iterancestors(*_LOTS), None) is None:
            amount, currency = _cost(costs, "VALUE_COST")
            if amount is not None:
                return amount, currency
    return None, None


def _criteria(form: Form) -> tuple[list[CriterionRecord], CriteriaSource]:
    """The award criteria of the whole: the lowest price, those stated, or a pointer to the documents."""
    criteria = [
        *award_criteria(
            (form.words(each.find("CRITERIA"), single=True), string(each, "WEIGHTING"), False)
            for each in form.element.iter("CRITERIA_DEFINITION")
        )
    ]
    if criteria:
        return criteria, source_of(criteria)
    if form.first("LOWEST_PRICE") is not None:
        return [], CriteriaSource.PRICE_ONLY
    if form.first("CRITERIA_STATED_IN_OTHER_DOCUMENT") is not None:
        return [], CriteriaSource.IN_DOCUMENTS
    return [], CriteriaSource.NOT_SPECIFIED


def _period(form: Form, part: Element) -> tuple[date | None, date | None, int | None]:
    """The period of a part, else that of the whole, which stands outside the lots."""
    whole = (
        each
        for each in form.element.iter("PERIOD_WORK_DATE_STARTING")
        if next(each.iterancestors(*_LOTS), None) is None
    )
    period = form.first("PERIOD_WORK_DATE_STARTING", within=part) if part is not form.element else None
    period = period if period is not None else next(whole, None)
    if period is None:
        return None, None, None
    days = days_of(string(period, "DAYS"), "DAY") or days_of(string(period, "MONTHS"), "MONTH")
    return _date(period.find("INTERVAL_DATE/START_DATE")), _date(period.find("INTERVAL_DATE/END_DATE")), days


def _renewal(form: Form) -> Stated:
    recurrent = form.first("RECURRENT_CONTRACT", "NUMBER_POSSIBLE_RENEWALS")
    return Stated.YES if recurrent is not None else Stated.NOT_SPECIFIED


def _variants(form: Form) -> Stated:
    element = form.first("ACCEPTED_VARIANTS")
    return (
        _VARIANTS.get(element.get("VALUE", ""), Stated.NOT_SPECIFIED)
        if element is not None
        else Stated.NOT_SPECIFIED
    )


def _date(element: Element | None) -> date | None:
    """A day from its three parts; None when one of them is missing."""
    if element is None:
        return None
    parts = [string(element, name) for name in ("YEAR", "MONTH", "DAY")]
    if not all(parts):
        return None
    try:
        return date(*(int(part) for part in parts))
    except ValueError as problem:
        raise broken(element, f"{'-'.join(parts)[:40]} is no date") from problem


def _languages(form: Form) -> tuple[str, ...]:
    found = (language_of(each.get("VALUE", "")) for each in form.element.iter("LANGUAGE_EC"))
    return tuple(dict.fromkeys(language for language in found if language))
