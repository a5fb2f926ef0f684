"""Writes the details of tenders, advance notices and requests for information."""

from crawler.sample import days
from crawler.sample.blocks import criteria, information_sought, lot_details, procurement, terms
from crawler.sample.publication import Publication, identity, kinds, reference
from crawler.sample.words import PUBLISHER, JsonObject, codes, identifier, office_address, texts


def details(publication: Publication) -> JsonObject:
    """Give the whole answer for a tender, an advance notice or a request for information."""
    kind_of_notice = publication.facts.get("type", "tender")
    corrects = publication.earlier if publication.facts.get("remarks") else None
    initial = first_publication(corrects) if corrects else None
    base = identity(publication, kind_of_notice) | {
        "corrected": corrects is not None,
        "correctedPubId": corrects["id"] if corrects else None,
        "initialPublicationDate": initial,
        "cpvCode": codes(publication.book["codes"]["cpv"], [publication.facts["cpv"]])[0],
        "cpcCode": None,
    }
    answer: JsonObject = {
        "id": publication.publication_id,
        "type": kind_of_notice,
        "projectType": base["projectType"],
        "hasProjectDocuments": kind_of_notice == "tender",
        "ted": None,
        "publishers": [PUBLISHER],
        "referencingPub": reference(corrects) if corrects else None,
        "correction": correction(publication, corrects, initial) if corrects else None,
    }
    if kind_of_notice == "request_for_information":
        return answer | {
            "base": base,
            "project-info": documents(publication),
            "procurement": information_sought(publication),
            "dates": question_dates(publication, initial),
            "terms": {
                "otherRequirements": texts(),
                "termsNote": publication.text(publication.facts.get("terms_note")),
            },
        }
    lots = publication.facts.get("lots", [])
    return answer | {
        "base": base
        | {
            "lots": publication.lots(),
            "orderType": publication.kind,
            "participantLotsLimitation": publication.facts.get("lots_limit"),
            "participantLotsLimitationNote": publication.text(publication.facts.get("lots_note")),
            "publicationTed": publication.facts.get("treaty", False),
            "referencingPubId": None,
        },
        "invitedVendors": None,
        "project-info": documents(publication) | formalities(publication),
        "procurement": procurement(publication),
        "lots": [lot_details(publication, place, lot) for place, lot in enumerate(lots, start=1)],
        "terms": terms(publication),
        "dates": question_dates(publication, initial) | offer_dates(publication),
        "criteria": None
        if lots
        else criteria(publication, publication.facts, "project") | kinds(publication),
    }


def first_publication(corrects: JsonObject) -> str:
    """Say when a notice that is now corrected was first published."""
    base = corrects["base"]
    return str(base["initialPublicationDate"] or base["publicationDate"])


def correction(publication: Publication, corrects: JsonObject, initial: str | None) -> JsonObject:
    """Say what a correction changes."""
    return {
        "correctedPubId": corrects["id"],
        "initialPublicationDate": initial,
        "remarks": publication.text(publication.facts["remarks"]),
        "correctionDiffKeys": publication.facts["changed"],
    }


def documents(publication: Publication) -> JsonObject:
    """Say who buys, where the documents are and how an offer is handed in."""
    key, facts = publication.facts["office"], publication.facts
    languages = facts.get("offer_languages", [publication.language])
    by_platform = facts.get("treaty") or facts.get("type") == "request_for_information"
    offers = facts.get("offers", ["offer_digital_simap"] if by_platform else ["offer_external"])
    by_post = "offer_external" in offers
    return {
        "procOfficeAddress": office_address(publication.office, key, "buyer"),
        "procurementRecipientAddress": office_address(publication.office, key, "recipient"),
        "title": publication.titles(),
        "documentsLanguages": [publication.language],
        "documentsLanguagesNote": texts(),
        "documentsSourceAddress": None,
        "documentsSourceEmail": None,
        "documentsSourceNote": publication.text(facts.get("documents_note")),
        "documentsSourceType": "documents_source_simap",
        "documentsSourceUrl": None,
        "offerAddress": office_address(publication.office, key, "offers") if by_post else None,
        "offerDigitalExternalPlatformUrl": None,
        "offerLanguages": languages,
        "offerSpecificNote": publication.phrase("by_post") if by_post else None,
        "offerTypes": offers,
    }


def formalities(publication: Publication) -> JsonObject:
    """Give what only a call for offers adds to the information on the project."""
    added = kinds(publication) | {
        "dialog": "no",
        "dialogNote": None,
        "documentsCosts": {"currency": None, "price": None},
        "documentsCostsNote": texts(),
        "documentsWithCosts": "no",
        "participantLotsLimitation": publication.facts.get("lots_limit"),
        "participantLotsLimitationNote": publication.text(publication.facts.get("lots_note")),
        "publicationLanguages": [publication.language],
        "publicationLanguagesComment": texts(),
        "publicationTed": publication.facts.get("treaty", False),
        "stateContractArea": publication.facts.get("treaty", False),
    }
    if publication.process == "selective":
        added["participantLimitation"] = publication.facts["participants"]
    return added


def question_dates(publication: Publication, initial: str | None) -> JsonObject:
    """Say until when questions are taken and answers or offers expected."""
    facts = publication.facts
    asked, due = facts.get("questions"), facts.get("deadline")
    forecast = facts.get("forecast")
    return {
        "documentsAvailable": None,
        "expressionOfInterestUntil": None,
        "initialPublicationDate": initial,
        "offerDeadline": None if due is None else days.instant(publication.today, due, facts["time"]),
        "otherAppointments": [
            {
                "id": identifier("appointment", publication.publication_id, place),
                "name": publication.text(name),
                "date": days.weekday(publication.today, offset).isoformat(),
                "note": publication.text(note),
            }
            for place, (name, offset, note) in enumerate(facts.get("appointments", []), start=1)
        ],
        "publicationDate": publication.published,
        "publicationDateForecast": days.weekday(publication.today, forecast).isoformat()
        if forecast
        else None,
        "qnaRoundSourceType": "simap",
        "qnas": [
            {
                "id": identifier("questions", publication.publication_id),
                "date": None if asked is None else days.weekday(publication.today, asked).isoformat(),
                "note": texts() if asked is None else publication.phrase("questions"),
                "externalLink": None,
            }
        ],
        "specificDeadlinesAndFormalRequirements": texts(),
    }


def offer_dates(publication: Publication) -> JsonObject:
    """Say how long offers bind and when they, or the requests to take part, are opened."""
    facts = publication.facts
    dates = kinds(publication) | {
        "offerValidityDeadlineDate": None,
        "offerValidityDeadlineDays": 180,
        "offerValidityDeadlineType": "days_after",
        "offerValidityNotes": texts(),
    }
    if publication.process == "selective":
        opened = days.instant(publication.today, facts["deadline"] + 1, "00:00")
        handed_in = days.instant(publication.today, facts["deadline"] + 60, "12:00")
        return dates | {
            "participationRequestOpening": {"dateTime": opened, "ignoreTime": True},
            "participationRequestOpeningNotes": texts(),
            "selectParticipants": None,
            "selectParticipantsNotes": texts(),
            "offerSubmission": {"dateTime": handed_in, "ignoreTime": False},
            "offerSubmissionNotes": texts(),
        }
    opening = facts.get("opening")
    moment = days.instant(publication.today, opening["in"], opening["time"]) if opening else None
    return dates | {
        "offerOpening": {"dateTime": moment, "ignoreTime": False} if moment else None,
        "offerOpeningCity": publication.text(publication.office["city"] if opening else None),
        "offerOpeningNotes": texts(),
        "offerOpeningPostalCode": publication.office["postal_code"] if opening else None,
        "publicOfferOpening": opening["public"] if opening else "no",
        "reductionMinimumOfferDeadline": False,
    }
