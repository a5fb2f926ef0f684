"""The invented simap.ch answers in the shape of the real one, whatever the day."""

import csv
import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen
from zoneinfo import ZoneInfo

import pytest

from crawler.sample.answers import Project, Sample, build
from crawler.sample.server import answer, serve

SPECIFICATION = Path(__file__).parents[2] / ".." / "shared" / "data" / "simap" / "openapi.yaml"
MEMBERS = Path(__file__).parents[2] / "crawler" / "sample" / "members.csv"
TUESDAY, SATURDAY = date(2026, 11, 24), date(2026, 11, 28)
BEFORE_SUMMER_TIME, BEFORE_WINTER_TIME = date(2027, 3, 20), date(2026, 10, 24)
DAYS = [TUESDAY, SATURDAY, BEFORE_SUMMER_TIME, BEFORE_WINTER_TIME]
SEARCH = "/publications/v2/project/project-search"
ZURICH = ZoneInfo("Europe/Zurich")
Json = Any
each_day = pytest.mark.parametrize("today", DAYS, ids=str)


@cache
def sample(today: date = TUESDAY) -> Sample:
    return build(today)


def open_tenders(today: date) -> list[Json]:
    return [
        newest
        for newest in (project.details[-1] for project in sample(today).projects)
        if newest["type"] == "tender"
        and datetime.fromisoformat(newest["dates"]["offerDeadline"]).date() > today
    ]


def criteria_of(detail: Json) -> Iterator[list[Json]]:
    for block in [detail.get("criteria"), *detail.get("lots", [])]:
        if block and block["awardCriteria"]:
            yield block["awardCriteria"]


def strings(value: Json) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from strings(part)
    elif isinstance(value, str):
        yield value


def moments(value: Json) -> list[datetime]:
    return [
        datetime.fromisoformat(text) for text in strings(value) if re.fullmatch(r"\d{4}-\d\d-\d\dT.+", text)
    ]


def get(base: str, path: str, **query: str) -> Json:
    with urlopen(f"{base}{path}?{urlencode(query)}") as reply:  # noqa: S310 - the address is our own server's
        return json.load(reply)


def refusal(base: str, path: str, **query: str) -> Json:
    with pytest.raises(HTTPError) as refused:
        get(base, path, **query)
    with refused.value as reply:
        return json.load(reply)


@pytest.fixture
def simap() -> Iterator[str]:
    with serve(TUESDAY) as base:
        yield base


@each_day
def test_the_sample_has_enough_of_everything(today: date) -> None:
    newest = [project.details[-1] for project in sample(today).projects]
    still_open = open_tenders(today)

    assert len(newest) >= 28
    assert len(still_open) >= 16
    assert sum(1 for detail in still_open if detail["lots"]) >= 4
    assert {detail["base"]["creationLanguage"] for detail in still_open} == {"fr", "de", "it"}
    assert {detail["terms"]["consortiumAllowed"] for detail in still_open} == {"yes", "no", "not_specified"}
    assert {detail["type"] for detail in newest} == {
        *("tender", "advance_notice", "request_for_information", "award", "direct_award", "abandonment")
    }
    assert any(detail["base"]["processType"] == "selective" for detail in still_open)
    assert sum(1 for detail in newest if detail["type"] == "tender") > len(still_open)


@each_day
def test_some_deadlines_are_near(today: date) -> None:
    left = [
        (datetime.fromisoformat(detail["dates"]["offerDeadline"]).date() - today).days
        for detail in open_tenders(today)
    ]

    assert sum(1 for days in left if days <= 7) == 2
    assert sum(1 for days in left if 8 <= days <= 14) == 3
    assert max(left) <= 50


def test_the_weights_of_every_set_of_criteria_make_a_hundred() -> None:
    sets = [
        criteria
        for project in sample().projects
        for detail in project.details
        if detail["type"] == "tender"
        for criteria in criteria_of(detail)
    ]

    assert len(sets) >= 10
    assert {sum(criterion["weighting"] for criterion in criteria) for criteria in sets} == {100}
    assert all(sum(1 for criterion in criteria if criterion["isPriceCriterion"]) == 1 for criteria in sets)


def test_one_notice_alone_has_a_criterion_on_apprentices_under_the_treaty_for_staff_to_see() -> None:
    reserved = re.compile(r"apprenti|insertion|chômage|Lernende|apprendist|reinseriment", re.IGNORECASE)

    touched = {
        detail["base"]["projectNumber"]
        for project in sample().projects
        for detail in project.details
        if detail["base"]["stateContractArea"]
        and reserved.search(json.dumps(list(criteria_of(detail)), ensure_ascii=False))
    }

    assert touched == {"90005"}


@each_day
def test_no_deadline_and_no_publication_falls_on_a_week_end(today: date) -> None:
    for project in sample(today).projects:
        for detail in project.details:
            due = moments(detail.get("dates"))
            questions = [
                question["date"] for question in detail.get("dates", {}).get("qnas", []) if question["date"]
            ]
            assert all(moment.weekday() < 5 for moment in due)
            assert all(date.fromisoformat(day).weekday() < 5 for day in questions)
            assert date.fromisoformat(detail["base"]["publicationDate"]).weekday() < 5


@each_day
def test_the_newest_publication_is_of_today_or_of_the_last_working_day(today: date) -> None:
    newest = max(project.row["publicationDate"] for project in sample(today).projects)

    assert newest == (today - timedelta(days=max(0, today.weekday() - 4))).isoformat()


@each_day
def test_questions_close_before_offers(today: date) -> None:
    for detail in open_tenders(today):
        questions = date.fromisoformat(detail["dates"]["qnas"][0]["date"])
        assert questions < datetime.fromisoformat(detail["dates"]["offerDeadline"]).date()


@pytest.mark.parametrize("today", [BEFORE_SUMMER_TIME, BEFORE_WINTER_TIME], ids=str)
def test_every_instant_has_the_offset_of_zurich_on_its_day(today: date) -> None:
    written = [
        moment
        for project in sample(today).projects
        for detail in project.details
        for moment in moments(detail)
    ]

    assert all(moment.utcoffset() == moment.astimezone(ZURICH).utcoffset() for moment in written)
    assert {moment.utcoffset() for moment in written} == {timedelta(hours=1), timedelta(hours=2)}


def test_a_correction_moves_the_deadline_and_leaves_the_earlier_publication_readable() -> None:
    corrected = next(
        project
        for project in sample().projects
        if project.row["corrected"] and project.row["pubType"] == "tender"
    )
    before, after = corrected.details

    assert after["dates"]["offerDeadline"] > before["dates"]["offerDeadline"]
    assert after["correction"]["correctedPubId"] == before["id"]
    assert after["correction"]["correctionDiffKeys"][0] == "dates.offerDeadline"
    assert before["procurement"]["orderDescription"] != after["procurement"]["orderDescription"]


def test_every_address_and_person_is_invented() -> None:
    for project in sample().projects:
        for text in strings([project.row, *project.details]):
            assert all(host in ("example.ch", "example.org") for host in re.findall(r"@([\w.-]+)", text))


def test_every_member_can_be_read() -> None:
    with MEMBERS.open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    members = [row for row in rows if row["name"]]

    assert len(members) >= 8
    assert len(rows) == 11
    assert {row["key"] for row in rows} == {row["key"] for row in members}
    assert all(len(member["statement"].split(". ")) >= 3 for member in members)
    assert all(re.fullmatch(r"\d{8}(;\d{8}){1,5}", member["cpv_codes"]) for member in members)
    assert all(re.fullmatch(r"[a-z_]+(;[a-z_]+)*", member["sectors"]) for member in members)
    assert {member["legal_form"] for member in members} <= {
        *("association", "cooperative", "foundation", "limited_company", "joint_stock_company")
    }
    assert all(row["person_email"].endswith("@example.ch") for row in rows)
    assert {row["frequency"] for row in rows} == {"instant_any_hour"}
    assert {row["person_language"] for row in rows} == {"fr", "de", "en"}


def test_every_member_has_two_open_tenders_in_reach() -> None:
    with MEMBERS.open(encoding="utf-8", newline="") as table:
        members = [row for row in csv.DictReader(table) if row["name"]]
    shown = {detail["id"] for detail in open_tenders(TUESDAY)}
    still_open = [project for project in sample().projects if project.row["publicationId"] in shown]

    def suits(project: Project, member: dict[str, str]) -> bool:
        languages = set(project.details[-1]["project-info"]["offerLanguages"])
        return bool(
            project.cpv_codes & set(member["cpv_codes"].split(";"))
            and languages & set(member["offer_languages"].split(";"))
            and (not project.places() or project.places() & set(member["cantons"].split(";")))
        )

    for member in members:
        assert sum(1 for project in still_open if suits(project, member)) >= 2, member["key"]


def test_paging_shows_every_project_once_and_its_newest_publication_can_be_read(simap: str) -> None:
    seen: list[str] = []
    page = get(simap, SEARCH, lang="fr")
    while page["projects"]:
        for row in page["projects"]:
            path = f"/publications/v1/project/{row['id']}/publication-details/{row['publicationId']}"
            seen.append(get(simap, path)["base"]["projectNumber"])
        page = get(simap, SEARCH, lang="fr", lastItem=page["pagination"]["lastItem"])

    assert len(seen) == len(set(seen)) == len(sample().projects)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"newestPubTypes": "award_tender"}, {"award", "direct_award"}),
        ({"processTypes": "no_process"}, {"request_for_information"}),
        ({"search": "tomodensitomètre"}, {"tender"}),
        ({"cpvCodes": "33000000"}, {"tender"}),
        ({"issuedByOrganizations": "1306538b-12b9-4874-801c-9d0e4fa18a4d"}, {"tender"}),
        ({"newestPublicationFrom": "2026-11-25"}, set()),
    ],
)
def test_filters_narrow_as_on_the_platform(filters: dict[str, str], expected: set[str]) -> None:
    found = answer(sample(), SEARCH, {name: [value] for name, value in filters.items()})

    assert {row["pubType"] for row in found["projects"]} == expected


def test_the_seat_of_the_buyer_finds_what_the_place_of_performance_hides(simap: str) -> None:
    by_seat = get(
        simap, SEARCH, issuedByOrganizations="d03fdaa0-62a2-4338-894e-8ff20828b067", search="portail web"
    )
    by_place = get(simap, SEARCH, orderAddressCantons="GE", search="portail web")

    assert len(by_seat["projects"]) == 1
    assert by_place["projects"] == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"newestPubTypes": "award"}, "E0025"),
        ({"projectSubTypes": "service,gardening"}, "E0025"),
        ({"cpvCodes": "72"}, "E0025"),
        ({"orderAddressCantons": "XX"}, "E0025"),
        ({"newestPublicationFrom": "yesterday"}, "E0025"),
        ({"search": "ab"}, "E0012"),
    ],
)
def test_a_bad_value_is_refused_with_simaps_error_body(simap: str, query: dict[str, str], code: str) -> None:
    body = refusal(simap, SEARCH, **query)

    assert (body["status"], body["error"], body["errorCode"]) == (400, "Bad Request", code)
    assert body["path"] == f"/api{SEARCH}"


def test_what_does_not_exist_is_answered_with_404(simap: str) -> None:
    project, nobody = sample().projects[0].id, "00000000-0000-4000-8000-000000000000"
    for path in (
        f"/publications/v1/project/{project}/publication-details/{nobody}",
        f"/publications/v2/project/{nobody}/project-header",
        "/publications/v1/search",
    ):
        assert (refusal(simap, path)["status"], refusal(simap, path)["errorCode"]) == (404, "E0002")
    assert refusal(simap, "/publications/v2/project/90001/project-header")["errorCode"] == "E0013"


def test_the_past_of_a_lot_is_told_only_when_the_lot_is_named(simap: str) -> None:
    awarded = next(
        project for project in sample().projects if project.row["pubType"] == "award" and project.row["lots"]
    )
    second = awarded.row["lots"][1]
    path = f"/publications/v1/publication/{second['publicationId']}/past-publications"

    assert refusal(simap, path)["errorCode"] == "E0003"
    past = get(simap, path, lotId=second["lotId"])["pastPublications"]
    assert [entry["publicationNumber"] for entry in past] == [f"{awarded.row['projectNumber']}-01"]


@cache
def shape() -> Any:
    """Give a function that lists what in an answer departs from simap's own specification."""
    if not SPECIFICATION.exists():
        pytest.skip("simap's specification is not beside the repository")
    jsonschema = pytest.importorskip("jsonschema")
    yaml = pytest.importorskip("yaml")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    schemas = yaml.load(SPECIFICATION.read_text(encoding="utf-8"), loader)["components"]["schemas"]
    definitions = {name: translated(schema, schemas) for name, schema in schemas.items()}

    @cache
    def validator(name: str) -> Any:
        whole = {"$defs": definitions, "$ref": f"#/$defs/{name}", "unevaluatedProperties": False}
        return jsonschema.Draft202012Validator(whole)

    def departures(name: str, value: Json) -> list[str]:
        return [f"{error.json_path}: {error.message[:200]}" for error in validator(name).iter_errors(value)]

    return departures


def translated(schema: Json, schemas: Json) -> Json:
    """Give a schema of OpenAPI as JSON Schema: nulls pass, as in the recordings, unknown keys do not."""
    kept: Json = {key: schema[key] for key in ("type", "enum") if key in schema}
    if "$ref" in schema:
        kept["$ref"] = schema["$ref"].replace("#/components/schemas/", "#/$defs/")
    if "properties" in schema:
        kept["properties"] = {
            key: {"anyOf": [{"type": "null"}, closed(value, schemas)]}
            for key, value in schema["properties"].items()
        }
    if "items" in schema:
        kept["items"] = closed(schema["items"], schemas)
    parts = [translated(part, schemas) for part in schema.get("allOf", [])]
    if discriminator := schema.get("discriminator" if "oneOf" in schema else "", None):
        for value, target in discriminator["mapping"].items():
            name = discriminator["propertyName"]
            told = {"properties": {name: {"const": value}}, "required": [name]}
            parts.append({"if": told, "then": {"$ref": target.replace("#/components/schemas/", "#/$defs/")}})
    required = sorted(set(schema.get("required", [])) & names_of(schema, schemas))
    return kept | ({"allOf": parts} if parts else {}) | ({"required": required} if required else {})


def closed(schema: Json, schemas: Json) -> Json:
    """Give a schema that admits no unknown key, where it describes an object with named keys."""
    open_ended = "additionalProperties" in schema or not names_of(schema, schemas)
    inner = translated(schema, schemas)
    return inner if open_ended else {"allOf": [inner], "unevaluatedProperties": False}


def names_of(schema: Json, schemas: Json) -> set[str]:
    """Name the keys a schema describes, with those of the schemas it is made of."""
    if "$ref" in schema:
        return names_of(schemas[schema["$ref"].rsplit("/", 1)[-1]], schemas)
    parts = [*schema.get("allOf", []), *schema.get("oneOf", [])]
    return set(schema.get("properties", {})).union(*(names_of(part, schemas) for part in parts))


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_every_answer_has_the_shape_of_simaps_specification() -> None:
    departures, everything = shape(), sample()

    wrong = departures("Cantons", everything.cantons) + departures("Institutions", everything.institutions)
    wrong += departures("ProcOfficesPublicData", everything.offices)
    for project in everything.projects:
        wrong += departures("ProjectsSearchEntry", project.row)
        wrong += departures("PublicProjectHeader", project.header)
        lot = {"lotId": [project.row["lots"][0]["lotId"]]} if project.row["lots"] else {}
        for detail in project.details:
            wrong += departures("PublicationDetail", detail)
            past = f"/publications/v1/publication/{detail['id']}/past-publications"
            wrong += departures("PastPublications", answer(everything, past, lot))

    assert wrong == []


@pytest.mark.slow
def test_the_check_of_the_shape_sees_an_unknown_key_and_a_wrong_value() -> None:
    departures, detail = shape(), json.loads(json.dumps(sample().projects[0].details[0]))

    detail["terms"]["consortiumAllowed"] = "perhaps"
    detail["lots"][0]["mainCpvCode"] = None

    assert len(departures("PublicationDetail", detail)) >= 2
