"""A lot of an eForms notice: what, where and when, its criteria, and its social and green statements."""

import re
from collections.abc import Iterable, Iterator

from crawler.ted.codes import NATURES, language_of, place_of
from crawler.ted.tree import (
    Element,
    cleaned,
    cpv_code,
    day,
    kept_languages,
    known,
    money,
    number,
    string,
    value_of,
    whole,
)
from procurement.cleaning import one_line
from procurement.models import Translations
from procurement.records import ConsiderationRecord, CriterionRecord, LotRecord
from procurement.vocabulary import ContractNature, CriteriaSource, CriterionKind, Stated

# A planning notice has parts, which become lots later; groups of lots are no lots.
LOT_KINDS = frozenset({"Lot", "Part"})
# The lot of a procedure that is not divided (BT-137).
_UNDIVIDED = "LOT-0000"
_EXTENSION = "UBLExtensions/UBLExtension/ExtensionContent/EformsExtension"
_VARIANTS = {"required": Stated.YES, "allowed": Stated.YES, "not-allowed": Stated.NO}
_DAYS = {"DAY": 1.0, "WEEK": 7.0, "MONTH": 365 / 12, "YEAR": 365.0}
# A lot's strategic statements, by the list that the code is from.
_STATEMENTS = {
    "strategic-procurement": "BT-06",
    "environmental-impact": "BT-774",
    "social-objective": "BT-775",
    "innovative-acquisition": "BT-776",
    "gpp-criteria": "BT-805",
    "accessibility": "BT-754",
}
# Codes that say that there is nothing to say.
ESTIMATE = "RequestedTenderTotal/EstimatedOverallContractAmount"
_NOTHING = frozenset({"none", "no", "not-known", "n-inc", "n-inc-just", "false", ""})


def words(elements: Iterable[Element], language: str, *, single: bool = False) -> Translations:
    """Texts by the language that each names, else that of the notice; of the languages of the service."""
    found: dict[str, list[str]] = {}
    for element in elements:
        text = value_of(element)
        if text:
            named = language_of(element.get("languageID", "")) or language
            found.setdefault(named, []).append(cleaned(text, element, single=single))
    return kept_languages(found)


def lot_key(identifier: str) -> str:
    """The key of a lot: its identifier, empty for the one lot of an undivided procedure."""
    return "" if identifier == _UNDIVIDED else one_line(identifier, longest=120)


def read_lot(lot: Element, *, position: int, language: str, nature: ContractNature | None) -> LotRecord:
    """One lot, or the procurement itself when it is given the notice's root."""
    is_lot = lot.tag == "ProcurementProjectLot"
    identifier = string(lot, "ID") if is_lot else _UNDIVIDED
    digits = re.search(r"(\d+)$", identifier)
    project, terms = lot.find("ProcurementProject"), lot.find("TenderingTerms")
    periods = [] if project is None else project.findall("PlannedPeriod")
    locations = [] if project is None else project.findall("RealizedLocation")
    canton, country = place_of(
        (string(each, "Address/CountrySubentityCode"), string(each, "Address/Country/IdentificationCode"))
        for each in locations
    )
    criteria = [*_award_criteria(terms, language)] if is_lot else []
    codes = _codes(project)
    amount, currency = money(lot.find(f"ProcurementProject/{ESTIMATE}"))
    return LotRecord(
        source_key=lot_key(identifier),
        number=min(int(digits[1][-6:]), 99_999) or 1 if digits and is_lot else position,
        title=_words(project, "Name", language, single=True),
        description=_words(project, "Description", language),
        cpv_codes=tuple(sorted(codes)),
        contract_nature=known(NATURES, project.find("ProcurementTypeCode") if project is not None else None)
        or nature,
        value_amount=round(amount) if amount is not None else None,
        value_currency=currency,
        place_canton=canton,
        place_country=country,
        place_postal_code=one_line(string(locations[0], "Address/PostalZone"), longest=20)
        if len(locations) == 1
        else "",
        place_city=_words(locations[0], "Address/CityName", language, single=True)
        if len(locations) == 1
        else {},
        place_note=_words(project, "RealizedLocation/Description", language),
        starts_on=day(periods[0].find("StartDate")) if periods else None,
        ends_on=day(periods[0].find("EndDate")) if periods else None,
        duration_days=_duration(periods[0].find("DurationMeasure")) if periods else None,
        can_be_extended=_extension(project),
        variants=known(_VARIANTS, terms.find("VariantConstraintCode") if terms is not None else None)
        or Stated.NOT_SPECIFIED,
        award_criteria_source=source_of(criteria),
        criteria_note=_words(terms, "AwardingTerms/AwardingCriterion/CalculationExpression", language),
        criteria=(*criteria, *_selection_criteria(terms, language)),
        considerations=tuple(each_once(_considerations(project, terms, language))) if is_lot else (),
    )


def source_of(criteria: list[CriterionRecord]) -> CriteriaSource:
    """Where the award criteria stand, from those that the notice gives."""
    if not criteria:
        return CriteriaSource.NOT_SPECIFIED
    return CriteriaSource.PRICE_ONLY if all(each.is_price for each in criteria) else CriteriaSource.DEFINED


def each_once(found: Iterable[ConsiderationRecord]) -> Iterator[ConsiderationRecord]:
    """Each statement once, in the order of the notice."""
    seen: list[ConsiderationRecord] = []
    for each in found:
        if each not in seen:
            seen.append(each)
            yield each


def _words(parent: Element | None, path: str, language: str, *, single: bool = False) -> Translations:
    return words(parent.iterfind(path), language, single=single) if parent is not None else {}


def _codes(project: Element | None) -> set[str]:
    """CPV codes, main and additional (BT-262, BT-263)."""
    if project is None:
        return set()
    return {
        cpv_code(element, value_of(element))
        for path in ("MainCommodityClassification", "AdditionalCommodityClassification")
        for element in project.iterfind(f"{path}/ItemClassificationCode")
        if value_of(element) and element.get("listName", "cpv") in ("cpv", "")
    }


def _duration(element: Element | None) -> int | None:
    """A duration in days (BT-36); months and years are those of a mean year."""
    amount = number(element)
    if element is None or amount is None or element.get("unitCode") not in _DAYS:
        return None
    days = round(amount * _DAYS[element.get("unitCode", "")])
    return days if 0 < days < 36_525 else None


def _extension(project: Element | None) -> Stated:
    """Whether the contract may be renewed (BT-58, BT-57)."""
    if project is None:
        return Stated.NOT_SPECIFIED
    times = whole(project.find("ContractExtension/MaximumNumberNumeric"))
    if times or string(project, "ContractExtension/Renewal/Period/Description"):
        return Stated.YES
    return Stated.NO if times == 0 else Stated.NOT_SPECIFIED


def _award_criteria(terms: Element | None, language: str) -> Iterator[CriterionRecord]:
    """Award criteria (BT-539, BT-734, BT-540); a weight only where it is an exact percentage (BT-5421)."""
    for element in (
        ()
        if terms is None
        else terms.iterfind("AwardingTerms/AwardingCriterion/SubordinateAwardingCriterion")
    ):
        is_price = string(element, "AwardingCriterionTypeCode") == "price"
        title = words(element.iterfind("Name"), language, single=True)
        description = words(element.iterfind("Description"), language)
        if title or description or is_price:
            yield CriterionRecord(
                kind=CriterionKind.AWARD,
                title=title,
                description=description,
                weight=_weight(element),
                is_price=is_price,
            )


def _weight(criterion: Element) -> float | None:
    for parameter in criterion.iterfind(f"{_EXTENSION}/AwardCriterionParameter"):
        code = parameter.find("ParameterCode")
        if code is not None and code.get("listName") == "number-weight" and value_of(code) == "per-exa":
            weight = number(parameter.find("ParameterNumeric"))
            return weight if weight is not None and weight <= 100 else None
    return None


def _selection_criteria(terms: Element | None, language: str) -> Iterator[CriterionRecord]:
    """Selection criteria that are used (BT-750; in older SDKs with a name, BT-749)."""
    for element in () if terms is None else terms.iterfind(f"{_EXTENSION}/SelectionCriteria"):
        if string(element, "CalculationExpressionCode") == "n-used":
            continue
        title = words(element.iterfind("Name"), language, single=True)
        description = words(element.iterfind("Description"), language)
        if title or description:
            yield CriterionRecord(kind=CriterionKind.SELECTION, title=title, description=description)


def _considerations(
    project: Element | None, terms: Element | None, language: str
) -> Iterator[ConsiderationRecord]:
    """Reserving, social and green statements, each with the business term that it fills."""
    for requirement in () if terms is None else terms.iterfind("TendererQualificationRequest"):
        for element in requirement.iterfind("SpecificTendererRequirement/TendererRequirementTypeCode"):
            if element.get("listName") == "reserved-procurement" and value_of(element) not in _NOTHING:
                yield ConsiderationRecord("BT-71", value_of(element)[:60])
        form = words(requirement.iterfind("CompanyLegalForm"), language)
        if form or string(requirement, "CompanyLegalFormCode") == "true":
            yield ConsiderationRecord("BT-76", "true", form)
    for element in (
        () if terms is None else terms.iterfind("ContractExecutionRequirement/ExecutionRequirementCode")
    ):
        if element.get("listName") == "reserved-execution" and value_of(element) not in _NOTHING:
            yield ConsiderationRecord("BT-736", value_of(element)[:60])
    for additional in () if project is None else project.iterfind("ProcurementAdditionalType"):
        code = additional.find("ProcurementTypeCode")
        term = _STATEMENTS.get(code.get("listName", "")) if code is not None else None
        if term is None or value_of(code) in _NOTHING:
            continue
        yield ConsiderationRecord(term, value_of(code)[:60])
        text = words(additional.iterfind("ProcurementType"), language)
        if text and term == "BT-06":
            yield ConsiderationRecord("BT-777", "", text)
