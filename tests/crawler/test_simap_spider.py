"""The spider of simap.ch asks for what its publications point at, and notices when their shape drifts."""

import copy
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from scrapy.http import Request, TextResponse
from scrapy.utils.test import get_crawler
from sqlalchemy import Engine

from config.tables import sources
from crawler.sample.answers import build
from crawler.source import Missing, Run, Tally, Unreadable
from crawler.spiders.simap import SimapSpider
from procurement.db import transaction
from procurement.i18n import ZURICH
from procurement.models import MissingNotice
from procurement.notices import pointed_at, record_notice
from procurement.records import NoticeRecord
from tests.crawler.conftest import Installation
from tests.crawler.spoiled import Fault, Spoiled
from tests.crawler.test_simap_kinds import INVENTED, read
from tests.crawler.test_simap_reading import DETAILS

BASE = "http://127.0.0.1:1/simap/api"
SEARCH = f"{BASE}/publications/v2/project/project-search"
AWARD = next(each for each in DETAILS if each["type"] == "award" and each["base"]["referencingPubId"])
CORRECTION = next(each for each in DETAILS if each["base"].get("correctedPubId"))


def spider_on(engine: Engine, **given: Any) -> SimapSpider:
    run = Run("simap", engine, "test", Tally(), lambda: datetime(2026, 11, 24, tzinfo=UTC))
    facts: dict[str, Any] = {"known": frozenset(), "open_cases": {}, **given}
    return SimapSpider(
        form=sources()["simap"],
        base_url=BASE,
        since=date(2026, 11, 1),
        until=date(2026, 11, 24),
        run=run,
        **facts,
    )


def answer_of(body: object, url: str = f"{BASE}/x", status: int = 200) -> TextResponse:
    return TextResponse(url, status=status, body=json.dumps(body).encode(), request=Request(url))


def asked(found: Iterator[object]) -> list[str]:
    """The keys of the publications that are asked for."""
    return [each.cb_kwargs["key"] for each in found if isinstance(each, Request) and "key" in each.cb_kwargs]


@pytest.mark.parametrize(
    ("details", "pointed"),
    [
        (AWARD, AWARD["base"]["referencingPubId"]),
        (CORRECTION, CORRECTION["base"]["correctedPubId"]),
    ],
    ids=["the call behind an award", "the version before a correction"],
)
def test_what_a_publication_points_at_is_asked_for_once(
    engine: Engine, details: dict[str, Any], pointed: str
) -> None:
    spider = spider_on(engine)

    first = asked(spider.publication(answer_of(details), key=details["id"], number=""))
    second = asked(spider.publication(answer_of(details), key=details["id"], number=""))

    assert (first, second) == ([pointed], [])
    assert (spider.tally.listed, spider.tally.asked_again) == (0, 1)


def test_what_is_stored_is_not_asked_for(engine: Engine) -> None:
    spider = spider_on(engine, known=frozenset({AWARD["base"]["referencingPubId"]}))

    assert asked(spider.publication(answer_of(AWARD), key=AWARD["id"], number="")) == []
    assert spider.tally.expected == 0


def test_a_call_by_invitation_is_not_asked_for(engine: Engine) -> None:
    details = INVENTED["award_by_invitation"]

    found = list(spider_on(engine).publication(answer_of(details), key=details["id"], number=""))

    assert [type(each) for each in found] == [NoticeRecord]


def test_what_is_pointed_at_and_not_given_is_missing(engine: Engine) -> None:
    found = list(spider_on(engine).publication(answer_of({}, status=404), key="gone", number=""))

    assert found == [Missing("gone", "", "HTTP 404", f"{BASE}/x")]


def test_what_an_interrupted_run_left_is_asked_for_by_the_next(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        record_notice(session, read(AWARD), now=now)

    assert asked(spider_on(engine).take_again()) == [AWARD["base"]["referencingPubId"]]


def test_what_was_asked_for_in_vain_is_not_owed_any_more(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        record_notice(session, read(AWARD), now=now)
        record_notice(session, read(INVENTED["award_by_invitation"]), now=now)
        session.add(
            MissingNotice(
                source="simap",
                source_key=AWARD["base"]["referencingPubId"],
                reason="HTTP 404",
                fetched_from="x",
                first_at=now,
                last_at=now,
            )
        )

    with transaction(engine) as session:
        assert pointed_at(session, source="simap") == {}
        assert pointed_at(session, source="elsewhere") == {}


def a_page(*rows: dict[str, Any], last_item: str = "") -> dict[str, Any]:
    return {"projects": list(rows), "pagination": {"lastItem": last_item, "itemsPerPage": 20}}


def with_lots() -> dict[str, Any]:
    projects = build(date(2026, 11, 24)).projects
    return copy.deepcopy(next(project.row for project in projects if project.row["lotsType"] == "with"))


def test_a_project_that_moves_between_pages_is_read_as_it_was_and_as_it_is(engine: Engine) -> None:
    spider, before = spider_on(engine), with_lots()
    after = copy.deepcopy(before)
    after |= {"publicationId": "a-newer-one", "publicationNumber": "90001-09"}

    found = [
        *spider.search_page(answer_of(a_page(before), SEARCH), last_item=""),
        *spider.search_page(answer_of(a_page(before), SEARCH), last_item="20261120|1"),
        *spider.search_page(answer_of(a_page(after), SEARCH), last_item="20261119|1"),
    ]

    keys = asked(iter(found))
    assert sorted(keys) == sorted(set(keys))
    assert {before["publicationId"], "a-newer-one"} <= set(keys)
    headers = [each.url for each in found if isinstance(each, Request) and each.url.endswith("-header")]
    assert len(headers) == 2


@pytest.mark.parametrize("cursor", ["same", "", None])
def test_a_cursor_that_does_not_move_fails_the_list(engine: Engine, cursor: str | None) -> None:
    spider = spider_on(engine)
    spider.crawler = get_crawler(SimapSpider, {"RETRY_TIMES": 0})
    rows = [{**with_lots(), "id": f"project-{number}", "lots": []} for number in range(20)]
    page = {"projects": rows, "pagination": {"lastItem": cursor, "itemsPerPage": 20}}

    found = list(spider.search_page(answer_of(page, SEARCH), last_item="same"))

    assert (found, spider.tally.listing_failed) == ([], True)


def test_pages_that_become_shorter_are_read_to_the_last(engine: Engine) -> None:
    spider = spider_on(engine)
    rows = [{**with_lots(), "id": f"project-{number}", "lots": []} for number in range(10)]
    page = {"projects": rows, "pagination": {"lastItem": "20261119|1", "itemsPerPage": 10}}

    found = list(spider.search_page(answer_of(page, SEARCH), last_item=""))

    assert any(isinstance(each, Request) and "lastItem=20261119" in each.url for each in found)


def test_of_a_list_only_the_row_that_cannot_be_read_is_kept(engine: Engine) -> None:
    wrong = {**with_lots(), "publicationId": None}

    found = list(spider_on(engine).search_page(answer_of(a_page(with_lots(), wrong), SEARCH), last_item=""))

    [kept] = [each for each in found if isinstance(each, Unreadable)]
    assert (json.loads(kept.payload), kept.path) == (wrong, "projects[].publicationId")


def test_an_unknown_field_is_named_once_a_run(engine: Engine) -> None:
    spider = spider_on(engine)
    details = copy.deepcopy(AWARD)
    details["base"]["novelty"] = 1

    for _ in range(3):
        spider.read(json.dumps(details).encode(), url="x")

    assert spider.tally.reasons == ["unknown field base.novelty"]
    assert (spider.tally.examined, spider.tally.vanished) == (3, {})


def test_a_vanished_field_is_counted_even_when_the_publication_cannot_be_read(engine: Engine) -> None:
    spider = spider_on(engine)
    details = copy.deepcopy(AWARD)
    del details["base"]["projectId"]

    [found] = spider.publication(answer_of(details), key=details["id"], number="")

    assert isinstance(found, Unreadable)
    assert (spider.tally.examined, spider.tally.vanished) == (1, {"base.projectId": 1})


@pytest.mark.slow
def test_a_run_collects_earlier_publications_and_finds_later_what_was_lost(
    source: Spoiled, installation: Installation
) -> None:
    everything = build(datetime.now(UTC).astimezone(ZURICH).date()).publications()
    behind = next(each["base"]["referencingPubId"] for each in everything.values() if each["type"] == "award")
    source.spoil = lambda path, before: Fault(status=500) if path.endswith(behind) else None

    installation.run("crawl", "simap", "--since", "2023-01-01")

    first = installation.status()
    assert (first["notices"], first["runs"][0]["verdict"]) == (len(everything) - 1, "partial")
    source.spoil = lambda path, before: None
    _, said = installation.run("crawl", "simap")
    second = installation.status()
    assert (second["notices"], second["runs"][0]["verdict"]) == (len(everything), "ok"), said
