"""Turns the invented notices into the answers simap.ch would give on a given day."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from crawler.sample.calls import details
from crawler.sample.outcomes import abandonment, award, direct_award
from crawler.sample.publication import Publication
from crawler.sample.words import JsonObject, identifier, office_name, texts

INVENTED = Path(__file__).with_name("notices.toml")
WRITERS: dict[str, Callable[[Publication], JsonObject]] = {
    "award": award,
    "direct_award": direct_award,
    "abandonment": abandonment,
}
LEVELS = {
    "confederation": ["central_federation", "decentral_federation", "other_federation"],
    "abroad": ["foreign"],
}
CANTONAL_LEVELS = ["cantonal", "other_cantonal", "communal", "other_communal"]
DATES_OF_CALLS = ("tender", "advance_notice")


@dataclass(frozen=True)
class Project:
    """One invented project: its publications, oldest first, and the row and header that show the newest."""

    id: str
    details: tuple[JsonObject, ...]
    row: JsonObject
    header: JsonObject
    owners: frozenset[str]
    cpv_codes: frozenset[str]

    def places(self) -> set[str]:
        """Name the cantons given as place of performance."""
        addresses = [self.row["orderAddress"], *(lot["orderAddress"] for lot in self.row["lots"])]
        return {address["cantonId"] for address in addresses if address and address["cantonId"]}


@dataclass(frozen=True)
class Sample:
    """Everything the invented simap.ch knows on one day."""

    projects: tuple[Project, ...]
    cantons: JsonObject
    institutions: JsonObject
    offices: JsonObject
    cpv_codes: JsonObject

    def publications(self) -> dict[str, JsonObject]:
        """Give the details of every publication by its identifier."""
        return {detail["id"]: detail for project in self.projects for detail in project.details}


def build(today: date) -> Sample:
    """Give the same sample every time for the same day."""
    book = tomllib.loads(INVENTED.read_text(encoding="utf-8"))
    cpv_labels = book["codes"]["cpv"]
    return Sample(
        projects=tuple(project(today, book, facts) for facts in book["projects"]),
        cantons={"cantons": [{"id": canton, "nuts3": nuts} for canton, nuts in book["cantons"].items()]},
        institutions={"institutions": [institution(key, root) for key, root in book["institutions"].items()]},
        offices={"procOffices": [office(book, key) for key in book["offices"]]},
        cpv_codes={
            "codes": [
                {"code": code, "label": texts(**label), "hasChildren": False, "codes": []}
                for code, label in cpv_labels.items()
            ]
        },
    )


def project(today: date, book: JsonObject, facts: JsonObject) -> Project:
    """Give a project with all its publications and the two short forms that show its newest."""
    written: list[JsonObject] = []
    for sequence, step in enumerate([{}, *facts.get("then", [])], start=1):
        earlier = written[0] if step.get("lot") else written[-1] if written else None
        told = facts | step
        if replaced := step.get("replaced"):
            told["description"] = facts["description"].replace(*replaced)
        publication = Publication(today=today, book=book, facts=told, sequence=sequence, earlier=earlier)
        written.append(WRITERS.get(told.get("type", "tender"), details)(publication))
    short = row(facts, book, written)
    office_id = written[0]["base"]["procOfficeId"]
    return Project(
        id=short["id"],
        details=tuple(written),
        row=short,
        header=header(short, written),
        owners=frozenset({office_id, root_of(book, facts["office"])}),
        cpv_codes=frozenset(
            {facts["cpv"], *facts.get("more_cpv", [])}.union(
                *(lot.get("more_cpv", []) for lot in facts.get("lots", []))
            )
        ),
    )


def row(facts: JsonObject, book: JsonObject, written: list[JsonObject]) -> JsonObject:
    """Give the search result of a project: what it is, and its newest publication."""
    call, newest = written[0], written[-1]
    base, bought = call["base"], call.get("procurement", {})
    has_place = not facts.get("lots") and call["type"] != "direct_award"
    return {
        "id": base["projectId"],
        "title": newest["base"]["title"],
        "projectNumber": base["projectNumber"],
        "projectType": base["projectType"],
        "projectSubType": sub_type(call),
        "processType": base["processType"],
        "lotsType": base["lotsType"],
        **shown(newest),
        "procOfficeName": office_name(book["offices"][facts["office"]]),
        "orderAddressOnlyDescription": bought["orderAddressOnlyDescription"] if has_place else None,
        "orderAddress": bought["orderAddress"] if has_place else None,
        "lots": [
            {
                "lotId": lot["id"],
                "lotNumber": lot["lotNumber"],
                "lotTitle": lot["title"],
                **shown(newest_of_lot(written, lot["id"])),
                "orderAddressOnlyDescription": lot["orderAddressOnlyDescription"],
                "orderAddress": lot["orderAddress"],
            }
            for lot in call.get("lots", [])
        ],
    }


def sub_type(detail: JsonObject) -> str:
    """Say the type of market, as search and header name it."""
    return str(detail["base"].get("orderType") or detail["projectType"])


def shown(detail: JsonObject) -> JsonObject:
    """Give what short forms repeat of a publication."""
    base = detail["base"]
    return {
        "publicationId": detail["id"],
        "publicationNumber": base["publicationNumber"],
        "publicationDate": base["publicationDate"],
        "pubType": detail["type"],
        "corrected": base.get("corrected", False),
    }


def newest_of_lot(written: list[JsonObject], lot_id: str) -> JsonObject:
    """Give the newest publication that is about this lot, or about all of them."""
    return next(detail for detail in reversed(written) if is_about(detail, lot_id))


def is_about(detail: JsonObject, lot_id: str) -> bool:
    """Say whether a publication is about this lot or about the whole project."""
    return not detail.get("lot") or detail["lot"]["id"] == lot_id


def header(short: JsonObject, written: list[JsonObject]) -> JsonObject:
    """Give the header of a project: the newest publication, or that of every lot."""
    kind = sub_type(written[0])
    has_lots = bool(short["lots"])
    allowed = {"primary": None, "secondary": None, "other": ["pdf_export"]}
    return {
        "id": short["id"],
        "projectNumber": short["projectNumber"],
        "projectType": short["projectType"],
        "projectSubType": kind,
        "processType": short["processType"],
        "orderType": written[0]["base"].get("orderType"),
        "studyType": None,
        "competitionType": None,
        "lotsType": short["lotsType"],
        "lots": [
            {
                "id": lot["lotId"],
                "lotNumber": lot["lotNumber"],
                "title": lot["lotTitle"],
                "projectSubType": kind,
                "latestPublication": heading(kind, newest_of_lot(written, lot["lotId"])),
                "latestVendorDigitalSubmission": None,
            }
            for lot in short["lots"]
        ],
        "latestPublication": None if has_lots else heading(kind, written[-1]),
        "latestVendorDigitalSubmission": None,
        "vendorStatus": None,
        "actions": {
            "projectOther": ["share"],
            "withoutLots": None if has_lots else allowed,
            "lots": {lot["lotId"]: allowed for lot in short["lots"]} if has_lots else None,
        },
    }


def heading(kind: str, detail: JsonObject) -> JsonObject:
    """Give what the header tells of one publication."""
    base = detail["base"]
    return {
        "id": detail["id"],
        "projectType": detail["projectType"],
        "projectSubType": kind,
        "processType": base["processType"],
        "publicationNumber": base["publicationNumber"],
        "pubType": detail["type"],
        "corrected": base.get("corrected", False),
        "title": base["title"],
        "dates": heading_dates(detail),
        "hasProjectDocuments": detail["hasProjectDocuments"],
    }


def heading_dates(detail: JsonObject) -> JsonObject:
    """Give the dates the header repeats, which depend on the type of notice and on the procedure."""
    base = detail["base"]
    told = {"pubType": detail["type"], "publicationDate": base["publicationDate"]}
    if detail["type"] not in DATES_OF_CALLS:
        return told
    dates = detail["dates"]
    told |= {"processType": base["processType"], "qnas": dates["qnas"]}
    if base["processType"] == "selective":
        return told | {
            "participationRequestDeadline": dates["offerDeadline"],
            "participationRequestOpening": dates["participationRequestOpening"],
            "offerSubmissionDeadline": dates["offerSubmission"],
        }
    return told | {"offerDeadline": dates["offerDeadline"], "offerOpening": dates["offerOpening"]}


def past_publications(known: Project, publication_id: str, lot_id: str | None) -> JsonObject:
    """Give what was published before, newest first, of the project or of one of its lots."""
    place = next(place for place, detail in enumerate(known.details) if detail["id"] == publication_id)
    before = [detail for detail in known.details[:place] if not lot_id or is_about(detail, lot_id)]
    return {
        "pastPublications": [
            {
                "id": detail["id"],
                "projectType": detail["projectType"],
                "projectSubType": known.row["projectSubType"],
                "processType": known.row["processType"],
                "publicationNumber": detail["base"]["publicationNumber"],
                "pubType": detail["type"],
                "corrected": detail["base"].get("corrected", False),
                "publicationDate": detail["base"]["publicationDate"],
                "lotNumber": (detail.get("lot") or {}).get("lotNumber"),
            }
            for detail in reversed(before)
        ]
    }


def root_of(book: JsonObject, office_key: str) -> str:
    """Name the institution at the root of a buying office: its canton, or the Confederation."""
    seat = book["offices"][office_key]
    return str(book["institutions"][seat.get("root", seat["canton"])]["id"])


def institution(key: str, root: JsonObject) -> JsonObject:
    """Give one root institution as the platform lists it."""
    return {
        "id": root["id"],
        "name": texts(**root["name"]),
        "handlesProcOfficesTypes": LEVELS.get(key, CANTONAL_LEVELS),
        "userCanCreateProcOffice": False,
        "path": root["id"],
        "compCentreId": identifier("competence centre", key),
        "parentInstitutionId": None,
    }


def office(book: JsonObject, key: str) -> JsonObject:
    """Give one buying office as the public list shows it."""
    known = book["offices"][key]
    root = known.get("root", known["canton"])
    return {
        "id": identifier("office", key),
        "name": known["name"],
        "type": known["type"],
        "institutionId": book["institutions"][root]["id"],
        "compCentreId": identifier("competence centre", root),
    }
