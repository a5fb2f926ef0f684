"""The lots of an OCDS release: what, where, when, criteria, and social and green statements."""

import math
from collections.abc import Iterator

from crawler.generic import ocds_shape as shape
from crawler.generic.ocds_words import Place, Words, cpv, day_of, known, named, nature_of
from crawler.ted.eforms_lots import each_once
from procurement.cleaning import one_line
from procurement.records import ConsiderationRecord, CriterionRecord, LotRecord
from procurement.vocabulary import CriteriaSource, CriterionKind, Stated

_VARIANTS = {"required": Stated.YES, "allowed": Stated.YES, "notAllowed": Stated.NO}
# otherRequirements.reservedParticipation → eForms BT-71.
_RESERVED = {"shelteredWorkshop": "res-ws", "publicServiceMissionOrganization": "res-pub-ser"}
# sustainability.goal → the code of its list in eForms (mapping of the OCDS profile for eForms).
_GOALS = {
    "social": ("BT-775", "other"),
    "social.accessibility": ("BT-775", "acc-all"),
    "social.ethnicEquality": ("BT-775", "et-eq"),
    "social.genderEquality": ("BT-775", "gen-eq"),
    "social.humanRightsInSupplyChains": ("BT-775", "hum-right"),
    "social.disadvantagedEmploymentOpportunities": ("BT-775", "opp"),
    "social.laborRightsPromotion": ("BT-775", "work-cond"),
    "environmental": ("BT-774", "other"),
    "environmental.biodiversityProtectionRestoration": ("BT-774", "biodiv-eco"),
    "environmental.circularEconomy": ("BT-774", "circ-econ"),
    "environmental.climateChangeAdaptation": ("BT-774", "clim-adapt"),
    "environmental.climateChangeMitigation": ("BT-774", "clim-mitig"),
    "environmental.pollutionPrevention": ("BT-774", "pollu-prev"),
    "environmental.waterResourcesProtection": ("BT-774", "water-mar"),
    "economic.marketInnovationPromotion": ("BT-776", "mar-nov"),
    "economic.processInnovationPromotion": ("BT-776", "proc-innov"),
    "economic.productInnovationPromotion": ("BT-776", "prod-innov"),
    "economic.researchDevelopmentActivities": ("BT-776", "rd-act"),
}
# The list of goals is open: one that eForms has no code for keeps its own name.
_FAMILIES = {"social": "BT-775", "environmental": "BT-774", "economic": "BT-776"}


def estimate_of(value: shape.Value | None) -> tuple[int | None, str | None]:
    """A value in whole units with its currency; neither when no amount is given, or one beyond belief."""
    if value is None or value.amount is None or value.amount >= 1e15:
        return None, None
    return round(value.amount), value.currency


def lots_of(tender: shape.Tender, words: Words) -> tuple[LotRecord, ...]:
    """The lots; a tender without lots has one, which is the whole of it."""
    if not tender.lots:
        return (_lot(tender, tender, tender.items, words, key="", number=1, path="tender"),)
    return tuple(
        _lot(
            lot,
            tender,
            [item for item in tender.items if item.related_lot == lot.id],
            words,
            key=one_line(str(lot.id), longest=120),
            number=position,
            path=f"tender.lots.{position - 1}",
        )
        for position, lot in enumerate(tender.lots, 1)
    )


def _lot(
    asked: shape.Asked,
    tender: shape.Tender,
    items: list[shape.Item],
    words: Words,
    *,
    key: str,
    number: int,
    path: str,
) -> LotRecord:
    place = _place(items)
    period = asked.contract_period or shape.Period()
    terms = asked.submission_terms or tender.submission_terms or shape.SubmissionTerms()
    codes = cpv(_classifications(items), words.language, f"{path}.items")
    category = asked.main_procurement_category or tender.main_procurement_category
    criteria = [*_award_criteria(asked.award_criteria, words, path)]
    selection = asked.selection_criteria or tender.selection_criteria
    amount, currency = estimate_of(asked.value)
    return LotRecord(
        source_key=key,
        number=number,
        title=words.of(asked, "title", f"{path}.title", single=True) if key else {},
        description=words.of(asked, "description", f"{path}.description") if key else {},
        cpv_codes=tuple(sorted(codes)),
        contract_nature=nature_of(category, f"{path}.mainProcurementCategory"),
        value_amount=amount,
        value_currency=currency,
        place_canton=place.canton,
        place_country=place.country,
        place_postal_code=place.postal_code,
        place_city={words.language: place.city} if place.city else {},
        starts_on=day_of(period.start_date, f"{path}.contractPeriod.startDate"),
        ends_on=day_of(period.end_date, f"{path}.contractPeriod.endDate"),
        duration_days=period.duration_in_days,
        can_be_extended=_stated(asked.has_renewal),
        variants=known(_VARIANTS, terms.variant_policy, f"{path}.submissionTerms.variantPolicy")
        if terms.variant_policy
        else Stated.NOT_SPECIFIED,
        award_criteria_source=_source(asked.award_criteria, criteria),
        criteria=(*criteria, *_selection_criteria(selection, words, path)),
        considerations=tuple(each_once(_considerations(asked, tender, words, path))),
    )


def _place(items: list[shape.Item]) -> Place:
    """The place of delivery, as far as all items agree on it."""
    places = [named(address) for item in items for address in item.delivery_addresses]
    if len(set(places)) == 1:
        return places[0]
    cantons, countries = {each.canton for each in places}, {each.country for each in places}
    return Place(
        canton=cantons.pop() if len(cantons) == 1 else None,
        country=countries.pop() if len(countries) == 1 else None,
    )


def _classifications(items: list[shape.Item]) -> list[shape.Classification | None]:
    return [each for item in items for each in (item.classification, *item.additional_classifications)]


def _award_criteria(said: shape.Criteria | str | None, words: Words, path: str) -> Iterator[CriterionRecord]:
    for each in said.criteria if isinstance(said, shape.Criteria) else ():
        yield CriterionRecord(
            kind=CriterionKind.AWARD,
            title=words.of(each, "name", f"{path}.awardCriteria", single=True),
            description=words.of(each, "description", f"{path}.awardCriteria"),
            weight=_weight(each),
            is_price=each.type == "price",
        )


def _weight(criterion: shape.Criterion) -> float | None:
    """The weight in percent, when the criterion has exactly one and it is stated as such."""
    weights = [
        each.get("number")
        for each in criterion.numbers
        if each.get("weight") in ("percentageExact", "percentageRangeMiddle")
    ]
    [weight] = weights if len(weights) == 1 else [None]
    is_number = isinstance(weight, int | float) and not isinstance(weight, bool)
    return float(weight) if is_number and math.isfinite(weight) else None  # type: ignore[arg-type]


def _selection_criteria(said: shape.Criteria | None, words: Words, path: str) -> Iterator[CriterionRecord]:
    for each in said.criteria if said else ():
        yield CriterionRecord(
            kind=CriterionKind.SELECTION,
            title=words.of(each, "name", f"{path}.selectionCriteria", single=True),
            description=words.of(each, "description", f"{path}.selectionCriteria"),
            verification=words.of(each, "minimum", f"{path}.selectionCriteria"),
        )


def _source(said: shape.Criteria | str | None, criteria: list[CriterionRecord]) -> CriteriaSource:
    if said == "priceOnly" or (criteria and all(each.is_price for each in criteria)):
        return CriteriaSource.PRICE_ONLY
    return CriteriaSource.DEFINED if criteria else CriteriaSource.NOT_SPECIFIED


def _considerations(
    asked: shape.Asked, tender: shape.Tender, words: Words, path: str
) -> Iterator[ConsiderationRecord]:
    """The statements of a lot, and those of the whole tender, which hold for each lot."""
    for part in (asked, tender):
        reserved = part.other_requirements.reserved_participation if part.other_requirements else []
        for each in reserved:
            where = f"{path}.otherRequirements.reservedParticipation"
            yield ConsiderationRecord("BT-71", known(_RESERVED, each, where))
        if part.contract_terms and part.contract_terms.reserved_execution:
            yield ConsiderationRecord("BT-736", "yes")
        for said in part.sustainability:
            yield _goal(said, words, path)


def _goal(said: shape.Sustainability, words: Words, path: str) -> ConsiderationRecord:
    text = words.of(said, "description", f"{path}.sustainability")
    goal = said.goal or ""
    family = _FAMILIES.get(goal.partition(".")[0], "BT-06")
    term, code = _GOALS.get(goal, (family, one_line(goal, longest=60)))
    return ConsiderationRecord(term, code, text)


def _stated(value: bool | None) -> Stated:
    return Stated.NOT_SPECIFIED if value is None else Stated.YES if value else Stated.NO
