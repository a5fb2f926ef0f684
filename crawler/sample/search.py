"""Searches the invented projects with the filters of simap.ch, and refuses what simap.ch refuses."""

import json
import re
import uuid
from collections.abc import Collection
from datetime import date

from crawler.sample.answers import Project, Sample
from crawler.sample.words import LANGUAGES, JsonObject

PAGE = 20
Query = dict[str, list[str]]
SUB_TYPES = frozenset(
    (
        *("construction", "service", "supply", "project_competition", "idea_competition"),
        *("overall_performance_competition", "project_study", "idea_study", "overall_performance_study"),
        "request_for_information",
    )
)
PROCESS_TYPES = frozenset(("open", "selective", "invitation", "direct", "no_process"))
NOTICE_TYPES = frozenset(
    (
        *("advance_notice", "request_for_information", "tender", "competition", "study_contract"),
        *("award_tender", "award_study_contract", "award_competition", "direct_award"),
        *("participant_selection", "revocation", "abandonment", "selective_offering_phase"),
    )
)
AWARDS = frozenset(("award", "direct_award"))


class Refused(Exception):
    """A request that simap.ch answers with an error."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def found(sample: Sample, query: Query) -> JsonObject:
    """Give one page of the projects that pass every filter, newest first."""
    since, until = day(query, "newestPublicationFrom"), day(query, "newestPublicationUntil")
    sub_types = among(query, "projectSubTypes", SUB_TYPES)
    processes = among(query, "processTypes", PROCESS_TYPES)
    notices = notice_types(query)
    cantons = among(query, "orderAddressCantons", {canton["id"] for canton in sample.cantons["cantons"]})
    owners, branches, sought = organizations(query), cpv_branches(query), words(query)
    among(query, "lang", LANGUAGES)

    def passes(project: Project) -> bool:
        row = project.row
        return (
            (not since or row["publicationDate"] >= since)
            and (not until or row["publicationDate"] <= until)
            and (not sub_types or row["projectSubType"] in sub_types)
            and (not processes or row["processType"] in processes)
            and (not notices or row["pubType"] in notices)
            and (not cantons or bool(project.places() & cantons))
            and (not owners or bool(project.owners & owners))
            and (not branches or any(code.startswith(tuple(branches)) for code in project.cpv_codes))
            and (not sought or all(word in text_of(project) for word in sought))
        )

    rows = sorted((project.row for project in sample.projects if passes(project)), key=rank, reverse=True)
    if after := last_item(query):
        rows = [row for row in rows if rank(row) < after]
    page = rows[:PAGE]
    last = "|".join(rank(page[-1])) if page else ""
    return {"projects": page, "pagination": {"lastItem": last, "itemsPerPage": PAGE}}


def rank(row: JsonObject) -> tuple[str, str]:
    """Give what rows are ordered by, which is also the cursor of the next page."""
    return row["publicationDate"].replace("-", ""), row["projectNumber"]


def values(query: Query, name: str) -> set[str]:
    """Give the values of a parameter, repeated or separated by commas."""
    return {value for given in query.get(name, []) for value in given.split(",") if value}


def among(query: Query, name: str, known: Collection[str]) -> set[str]:
    """Give the values of a parameter, all of which must be known."""
    given = values(query, name)
    if given - set(known):
        raise Refused(400, "E0025", f"Invalid parameter {name}")
    return given


def notice_types(query: Query) -> set[str]:
    """Give the types of notice to keep: the filter names awards otherwise than the rows do."""
    given = among(query, "newestPubTypes", NOTICE_TYPES)
    return given | AWARDS if any(name.startswith("award_") for name in given) else given


def organizations(query: Query) -> set[str]:
    """Give the offices and institutions to keep."""
    given = values(query, "issuedByOrganizations")
    try:
        return {str(uuid.UUID(value)) for value in given}
    except ValueError:
        raise Refused(400, "E0025", "Invalid parameter issuedByOrganizations") from None


def cpv_branches(query: Query) -> set[str]:
    """Give the beginnings of the codes to keep: a code stands for its whole branch."""
    given = values(query, "cpvCodes")
    if not all(re.fullmatch(r"\d{8}", code) for code in given):
        raise Refused(400, "E0025", "Invalid parameter cpvCodes")
    return {code.rstrip("0").ljust(2, "0") for code in given}


def words(query: Query) -> list[str]:
    """Give the words looked for, which must be long enough and well quoted."""
    text = query.get("search", [""])[0].strip()
    if text and len(text) < 3:
        raise Refused(400, "E0012", "Query too short")
    if text.count('"') % 2:
        raise Refused(400, "E0071", "Syntax error in search")
    return text.replace('"', " ").casefold().split()


def day(query: Query, name: str) -> str:
    """Give a day of the query, or nothing."""
    given = query.get(name, [""])[0]
    try:
        return date.fromisoformat(given).isoformat() if given else ""
    except ValueError:
        raise Refused(400, "E0025", f"Invalid parameter {name}") from None


def last_item(query: Query) -> tuple[str, str] | None:
    """Give the cursor of the page before, or nothing."""
    given = query.get("lastItem", [""])[0]
    if not given:
        return None
    if not re.fullmatch(r"\d{8}\|\d+", given):
        raise Refused(400, "E0025", "Invalid parameter lastItem")
    published, _, number = given.partition("|")
    return published, number


def text_of(project: Project) -> str:
    """Give all the words of a project, numbers included, for the full-text search."""
    newest = project.details[-1]
    blocks = [project.row, newest.get("procurement"), newest.get("lots"), newest["base"]]
    return json.dumps(blocks, ensure_ascii=False).casefold()
