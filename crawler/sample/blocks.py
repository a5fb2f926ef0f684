"""Writes what is bought, lot by lot, by what offers are judged and who may make them."""

from typing import Any

from crawler.sample import days
from crawler.sample.publication import Publication, kinds
from crawler.sample.words import JsonObject, codes, identifier, paragraphs, texts

CONSTRUCTION_CODES = ("bkpCodes", "ebkphCodes", "ebkptCodes", "npkCodes")
PRICE_TITLES = ("Prix", "Preis", "Prezzo")
LEFT_TO_THE_LOTS = (
    *("additionalCpvCodes", "canContractBeExtended", "canContractBeExtendedNote", "contractDays"),
    *("contractDeadlineType", "contractPeriod", "executionDays", "executionDeadlineType", "executionNote"),
    *("executionPeriod", "options", "optionsNote", "orderAddress", "orderAddressDescription"),
    *("orderAddressOnlyDescription", "partialOffers", "partialOffersNote", "variants", "variantsNote"),
)


def place_of_work(publication: Publication, facts: JsonObject) -> JsonObject:
    """Say where the work is done: in fields, or in words alone with the fields left empty."""
    words, fields = facts.get("place_described"), facts.get("place") or {}
    return {
        "orderAddressOnlyDescription": "yes" if words else "no",
        "orderAddressDescription": publication.text(words),
        "orderAddress": {
            "countryId": "CH",
            "cantonId": fields.get("canton"),
            "postalCode": fields.get("postal_code"),
            "city": publication.text(fields.get("city")),
        },
    }


def period(publication: Publication, facts: JsonObject) -> JsonObject:
    """Say how long the contract lasts and when the work is done."""
    length, span = facts.get("contract_days"), facts.get("contract")
    kind = "days_after" if length else "date_time" if span else "not_specified"
    dates = {"dateRange": days.months(publication.today, span["in"], span["months"])} if span else None
    return {
        "contractDeadlineType": kind,
        "contractDays": length,
        "contractPeriod": dates,
        "executionDeadlineType": kind,
        "executionDays": length,
        "executionPeriod": dates,
        "executionNote": texts(),
    }


def conditions_of_contract(publication: Publication, facts: JsonObject) -> JsonObject:
    """Say whether prolongation, options, variants and partial offers are foreseen."""
    extension, options = facts.get("extension"), facts.get("options")
    return {
        "canContractBeExtended": "yes" if extension else "no",
        "canContractBeExtendedNote": publication.text(extension),
        "options": "yes" if options else "no",
        "optionsNote": publication.text(options),
        "variants": facts.get("variants", "no"),
        "variantsNote": publication.text(facts.get("variants_note")),
        "partialOffers": "no",
        "partialOffersNote": texts(),
    }


def procurement(publication: Publication) -> JsonObject:
    """Say what is bought; with lots, nearly everything is left to them."""
    facts, labels = publication.facts, publication.book["codes"]
    bought = kinds(publication) | {
        "cpvCode": codes(labels["cpv"], [facts["cpv"]])[0],
        "orderDescription": publication.descriptions(),
    }
    if facts.get("lots"):
        return bought | dict.fromkeys(LEFT_TO_THE_LOTS + trade_fields(publication.kind))
    return (
        bought
        | place_of_work(publication, facts)
        | period(publication, facts)
        | conditions_of_contract(publication, facts)
        | {"additionalCpvCodes": codes(labels["cpv"], facts.get("more_cpv", []))}
        | trade(publication, facts, publication.kind)
    )


def trade_fields(kind: str) -> tuple[str, ...]:
    """Name the fields that exist only for works, services or supplies."""
    if kind == "supply":
        return ("supplyType",)
    works = ("oagCodes", "constructionType", "constructionCategory") if kind == "construction" else ()
    return (*CONSTRUCTION_CODES, "cpcCode", *works)


def trade(publication: Publication, facts: JsonObject, kind: str) -> JsonObject:
    """Fill the fields that exist only for works, services or supplies."""
    values: dict[str, Any] = {
        "supplyType": "buy",
        "cpcCode": None,
        "constructionType": "execution",
        "constructionCategory": publication.facts.get("category", "structural_engineering"),
        "bkpCodes": codes(publication.book["codes"]["bkp"], facts.get("bkp", [])),
    }
    return {field: values.get(field, []) for field in trade_fields(kind)}


def information_sought(publication: Publication) -> JsonObject:
    """Say what a request for information is about."""
    facts, labels = publication.facts, publication.book["codes"]["cpv"]
    return place_of_work(publication, facts) | {
        "additionalCpvCodes": codes(labels, facts.get("more_cpv", [])),
        "cpcCode": None,
        "cpvCode": codes(labels, [facts["cpv"]])[0],
        "executionDays": None,
        "executionDeadlineType": "not_specified",
        "executionNote": texts(),
        "executionPeriod": None,
        "oagCodes": [],
        "orderDescription": publication.descriptions(),
        **{field: [] for field in CONSTRUCTION_CODES},
    }


def lot_details(publication: Publication, number: int, lot: JsonObject) -> JsonObject:
    """Say everything about one lot, which has no main code of its own."""
    short = publication.lots()[number - 1]
    kind = short["projectSubType"]
    own = {field: value for field, value in trade(publication, lot, kind).items() if field != "cpcCode"}
    return (
        short
        | own
        | place_of_work(publication, lot)
        | period(publication, lot)
        | conditions_of_contract(publication, lot)
        | criteria(publication, lot, f"lot {number}")
        | {
            "additionalCpvCodes": codes(publication.book["codes"]["cpv"], lot.get("more_cpv", [])),
            "orderDescription": publication.text(paragraphs(lot["description"])),
            "orderType": kind,
            "processType": publication.process,
            "weightedQualificationCriteria": [],
            "weightedQualificationCriteriaInDocuments": "no",
            "weightedQualificationCriteriaNote": texts(),
        }
    )


def criteria(publication: Publication, facts: JsonObject, owner: str) -> JsonObject:
    """Say by what offers and bidders are judged."""
    wanted = facts.get("qualification", [])
    stated = criteria_selection(publication, facts)
    judged: JsonObject = {
        "awardCriteriaSelection": stated,
        "awardCriteriaNote": publication.text(facts.get("criteria_note")),
        "awardCriteria": [
            {
                "id": identifier("criterion", publication.publication_id, owner, place),
                "title": publication.text(title),
                "description": publication.text(f"<p>{description}</p>"),
                "verification": None,
                "weighting": weight,
                "maxPoints": weight * 5,
                "isPriceCriterion": title in PRICE_TITLES,
            }
            for place, (weight, title, description) in enumerate(facts.get("award", []), start=1)
        ],
        "qualificationCriteria": [
            {
                "id": identifier("qualification", publication.publication_id, owner, place),
                "title": publication.text(title),
                "description": publication.text(f"<p>{description}</p>"),
                "verification": publication.text(proof),
            }
            for place, (title, description, proof) in enumerate(wanted, start=1)
        ],
        "qualificationCriteriaAsPDF": False,
        "qualificationCriteriaInDocuments": "no" if wanted else "yes",
        "qualificationCriteriaNote": publication.text(facts.get("qualification_note")),
    }
    if publication.process == "selective":
        judged["weightedQualificationCriteria"] = [
            {
                "id": identifier("weighted", publication.publication_id, owner, place),
                "title": publication.text(title),
                "description": publication.text(f"<p>{description}</p>"),
                "verification": None,
                "weighting": weight,
                "maxPoints": weight * 5,
            }
            for place, (weight, title, description) in enumerate(facts["weighted_qualification"], start=1)
        ]
        judged["weightedQualificationCriteriaInDocuments"] = "no"
        judged["weightedQualificationCriteriaNote"] = texts()
    return judged


def criteria_selection(publication: Publication, facts: JsonObject) -> str:
    """Say how the award criteria are given."""
    if facts.get("price_only"):
        return "total_price"
    if facts.get("award"):
        return "criteria_defined"
    return "not_specified" if publication.facts.get("type") == "advance_notice" else "criteria_in_documents"


def terms(publication: Publication) -> JsonObject:
    """Say who may bid, with whom, and under what conditions."""
    facts = publication.facts
    conditions = facts.get("conditions", [])
    told = facts.get("terms_note")
    return kinds(publication) | {
        "consortiumAllowed": facts["consortium"],
        "consortiumMultiApplicationAllowed": facts.get("consortium_multi", "not_specified"),
        "consortiumNote": publication.text(facts.get("consortium_note")),
        "subContractorAllowed": facts["subcontractors"],
        "subContractorMultiApplicationAllowed": facts.get("subcontractors_multi", "not_specified"),
        "subContractorNote": publication.text(facts.get("subcontractors_note")),
        "termsType": "defined" if conditions else "in_documents" if told else "none",
        "termsCriteria": [
            {
                "id": identifier("condition", publication.publication_id, place),
                "description": publication.text(description),
                "verification": publication.text(proof),
            }
            for place, (description, proof) in enumerate(conditions, start=1)
        ],
        "termsCriteriaAsPDF": False,
        "termsNote": publication.text(told),
        "remediesNotice": publication.remedies(),
        "termsOfPayment": publication.phrase("payment"),
        "includedCosts": publication.phrase("costs"),
        "walkThroughNotes": publication.text(facts.get("visit")),
        "nonWTORequirements": texts(),
        "otherRequirements": texts(),
        "preInvolvedVendor": texts(),
        "securityDeposits": texts(),
        "termsOfBusiness": texts(),
    }
