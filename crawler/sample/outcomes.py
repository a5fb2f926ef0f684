"""Writes the details of what ends a procedure: awards, direct awards and abandonments."""

from crawler.sample import days
from crawler.sample.blocks import trade
from crawler.sample.publication import Publication, identity, reference
from crawler.sample.words import PUBLISHER, JsonObject, codes, identifier, office_address, paragraphs, texts


def award(publication: Publication) -> JsonObject:
    """Give the answer for the award of a project, or of one of its lots."""
    facts, tender = publication.facts, publication.earlier
    lot = awarded_lot(publication)
    base = identity(publication, "award") | {
        "publicationTed": facts.get("treaty", False),
        "referencingPubId": tender["id"] if tender else None,
        "referencingLotId": lot["id"] if lot else None,
    }
    bought = purchase(publication, "award") | {
        "projectOrderDescription": publication.descriptions() if lot else None,
    }
    return frame(publication, base, lot) | {
        "referencingPub": reference(tender) if tender else None,
        "procurement": bought,
        "decision": decision(publication),
    }


def direct_award(publication: Publication) -> JsonObject:
    """Give the answer for an award without a call."""
    base = identity(publication, "direct_award") | {
        "competitionType": None,
        "studyType": None,
        "followupAward": False,
        "orderType": publication.kind,
        "referencingPubId": None,
        "referencingLotId": None,
    }
    return frame(publication, base, None) | {
        "procurement": purchase(publication, "direct_award"),
        "decision": decision(publication),
    }


def abandonment(publication: Publication) -> JsonObject:
    """Give the answer for a procedure that is broken off."""
    facts, tender = publication.facts, publication.earlier
    base = identity(publication, "abandonment") | {
        "publicationTed": facts.get("treaty", False),
        "referencingPubId": tender["id"] if tender else None,
        "referencingLotId": None,
    }
    answer = frame(publication, base, None)
    answer["abandonedLot"] = answer.pop("lot")
    addresses = {key: value for key, value in answer["project-info"].items() if key.endswith("Address")}
    return answer | {
        "project-info": addresses,
        "abandonment": {
            "publicationDate": publication.published,
            "reasons": facts["reasons"],
            "otherReason": texts(),
            "remarks": publication.text(facts.get("remarks")),
            "remediesNotice": publication.remedies(),
        },
    }


def frame(publication: Publication, base: JsonObject, lot: JsonObject | None) -> JsonObject:
    """Give what the details of every outcome have around them."""
    key = publication.facts["office"]
    return {
        "id": base["id"],
        "type": base["type"],
        "projectType": base["projectType"],
        "base": base,
        "hasProjectDocuments": False,
        "ted": None,
        "publishers": [PUBLISHER],
        "lot": lot,
        "project-info": {
            "procOfficeAddress": office_address(publication.office, key, "buyer"),
            "procurementRecipientAddress": office_address(publication.office, key, "recipient"),
            "publicationTed": base.get("publicationTed", False),
            "stateContractArea": base["stateContractArea"],
            "title": publication.titles(),
        },
    }


def awarded_lot(publication: Publication) -> JsonObject | None:
    """Give the lot an award is about, where the project has lots."""
    number = publication.facts.get("lot")
    return publication.lots()[number - 1] if number else None


def purchase(publication: Publication, kind_of_notice: str) -> JsonObject:
    """Say what was bought, in the shape awards have."""
    facts, labels = publication.facts, publication.book["codes"]["cpv"]
    lot = facts["lots"][facts["lot"] - 1] if facts.get("lot") else facts
    return trade(publication, facts, publication.kind) | {
        "additionalCpvCodes": codes(labels, lot.get("more_cpv", [])),
        "cpvCode": codes(labels, [facts["cpv"]])[0],
        "externalReference": None,
        "orderDescription": publication.text(paragraphs(lot["description"])),
        "orderType": publication.kind,
        "processType": publication.process,
        "projectType": "tender",
        "pubType": kind_of_notice,
    }


def decision(publication: Publication) -> JsonObject:
    """Say who won, at what price, out of how many offers, and why."""
    facts = publication.facts
    return {
        "awardDecisionDate": days.weekday(publication.today, facts["decided"]).isoformat(),
        "awardDecisionJuryDescription": texts(),
        "awardDecisionJustification": publication.text(facts["reason"]),
        "awardDecisionNote": publication.text(facts.get("note")),
        "awardDecisionWithJustification": True,
        "numberOfSubmissions": facts.get("submissions"),
        "remediesNotice": publication.remedies(),
        "totalPriceRange": {"currency": None, "range": None, "vatType": None},
        "totalPriceSelection": "price_of_selected_offers",
        "totalPriceSelectionNote": texts(),
        "vendors": [vendor(publication, winner) for winner in facts["vendors"]],
    }


def vendor(publication: Publication, winner: JsonObject) -> JsonObject:
    """Give the winning firm with its price."""
    firm = publication.book["firms"][winner["firm"]]
    return {
        "note": publication.text(winner.get("note")),
        "price": {"currency": "chf", "price": winner["price"], "vatType": "no_vat"},
        "rank": winner.get("rank"),
        "vendorAddress": {
            "cantonId": firm["canton"],
            "city": firm["city"],
            "countryId": "CH",
            "postalCode": firm["postal_code"],
            "street": firm["street"],
        },
        "vendorId": identifier("firm", winner["firm"]),
        "vendorName": firm["name"],
    }
