"""A source changes its shape without a word: nothing is read otherwise than meant, and it is noticed."""

import copy
import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import create_engine

from crawler.expectations import verdict_on
from procurement.db import connect, transaction
from procurement.errors import UnreadableNotice
from procurement.records import NoticeRecord
from procurement.runs import runs_of
from procurement.vocabulary import CriteriaSource, ProcurementMethod, Stated
from tests.crawler.conftest import Installation
from tests.crawler.spoiled import Fault, Spoiled
from tests.crawler.test_simap_reading import DETAILS, a_call
from tests.crawler.test_simap_spider import spider_on

Json = Any

_PATHS = {
    "call": """
        id type base base/title base/type base/projectId base/projectNumber base/publicationNumber
        base/publicationDate base/processType base/lotsType base/stateContractArea
        base/creationLanguage base/procOfficeId base/cpvCode base/cpvCode/code base/orderType
        hasProjectDocuments project-info project-info/title project-info/procOfficeAddress
        project-info/procOfficeAddress/name project-info/procOfficeAddress/cantonId
        project-info/procOfficeAddress/city project-info/offerLanguages project-info/offerTypes
        procurement procurement/orderDescription procurement/orderAddress
        procurement/orderAddress/cantonId procurement/orderAddress/city
        procurement/additionalCpvCodes procurement/contractPeriod
        procurement/contractPeriod/dateRange procurement/canContractBeExtended procurement/variants
        procurement/partialOffers terms terms/consortiumAllowed terms/consortiumNote
        terms/subContractorAllowed terms/termsCriteria terms/termsNote terms/remediesNotice dates
        dates/offerDeadline dates/offerOpening dates/qnas criteria criteria/awardCriteria
        criteria/awardCriteria/0/title criteria/awardCriteria/0/weighting
        criteria/awardCriteria/0/isPriceCriterion criteria/awardCriteriaSelection
        criteria/qualificationCriteria
    """,
    "lots": """
        lots lots/0/id lots/0/lotNumber lots/0/title lots/0/orderDescription lots/0/orderAddress
        lots/0/orderAddress/cantonId lots/0/additionalCpvCodes lots/0/awardCriteria
        lots/0/awardCriteriaSelection lots/0/projectSubType
    """,
    "award": """
        decision decision/vendors decision/vendors/0/vendorName decision/vendors/0/price
        decision/vendors/0/price/price decision/vendors/0/price/currency decision/vendors/0/vendorId
        decision/awardDecisionDate decision/numberOfSubmissions decision/awardDecisionJustification
    """,
}
_PUBLICATIONS: dict[str, Json] = {
    "call": a_call(with_lots=False),
    "lots": a_call(with_lots=True),
    "award": next(each for each in DETAILS if each["type"] == "award"),
}
FIELDS = [(kind, path) for kind, paths in _PATHS.items() for path in paths.split()]
each_field = pytest.mark.parametrize(("kind", "path"), FIELDS, ids=[path for _, path in FIELDS])


def holder_of(details: Json, path: str) -> tuple[Json, str]:
    """What holds the field, and its name in there."""
    *parents, last = path.split("/")
    for parent in parents:
        details = details[int(parent)] if parent.isdigit() else details[parent]
    return details, last


def without(details: Json, path: str) -> Json:
    holder, last = holder_of(details, path)
    del holder[last]
    return details


def renamed(details: Json, path: str) -> Json:
    holder, last = holder_of(details, path)
    holder[f"{last}New"] = holder.pop(last)
    return details


def retyped(details: Json, path: str) -> list[Json]:
    """The publication with a value of each type that the field has not; all numbers are of one."""
    holder, last = holder_of(details, path)
    right = holder[last]
    others: list[Json] = ["2", 2, 2.5, True, [right], {"value": right}, [], {}]
    found = []
    for other in others:
        is_number = isinstance(right, int | float) and type(other) in (int, float)
        if not isinstance(other, type(right)) and not is_number:
            changed = copy.deepcopy(details)
            inside, _ = holder_of(changed, path)
            inside[last] = other
            found.append(changed)
    return found


def read_as_a_run(details: Json) -> tuple[NoticeRecord | UnreadableNotice, list[str]]:
    """What the spider makes of a publication, and what the run says of it at its end."""
    spider = spider_on(create_engine("sqlite://"))
    spider.tally.listed = spider.tally.stored = 1
    found: NoticeRecord | UnreadableNotice
    try:
        found = spider.read(json.dumps(details).encode(), url="http://127.0.0.1/x")
    except UnreadableNotice as problem:
        found = problem
    _, reasons = verdict_on(
        spider.tally, form=spider.form, finish_reason="finished", spider_errors=0, window_days=1
    )
    return found, [*reasons, *spider.tally.reasons]


# What a publication may leave out, by what simap publishes.
_MAY_BE_ABSENT = frozenset(
    {"hasProjectDocuments", "dates/offerOpening", "decision/awardDecisionJustification"}
)
# Without them something else stands in, or a no: that they are gone is noticed, see below.
_STANDS_IN = frozenset({"base/procOfficeId", "criteria/awardCriteria/0/isPriceCriterion"})
_SILENT: tuple[Any, ...] = (
    None,
    "",
    (),
    {},
    Stated.NOT_SPECIFIED,
    CriteriaSource.NOT_SPECIFIED,
    ProcurementMethod.NONE,
)


def is_honest(said: Any, right: Any) -> bool:
    """Whether what was read says the same as what was right, or keeps silent; of parts, each of them."""
    if said == right or any(said is each or said == each for each in _SILENT):
        return True
    if dataclasses.is_dataclass(said) and dataclasses.is_dataclass(right):
        names = [each.name for each in dataclasses.fields(said)]
        return all(
            name == "payload" or is_honest(getattr(said, name), getattr(right, name)) for name in names
        )
    if isinstance(said, tuple) and isinstance(right, tuple):
        return all(any(is_honest(one, other) for other in right) for one in said)
    if isinstance(said, dict) and isinstance(right, dict):
        return all(is_honest(value, right.get(name)) for name, value in said.items())
    return False


def changed(kind: str, path: str, change: Callable[[Json, str], Json]) -> Json:
    return change(copy.deepcopy(_PUBLICATIONS[kind]), path)


@each_field
@pytest.mark.parametrize("change", [without, renamed], ids=["gone", "renamed"])
def test_a_field_that_is_not_where_it_was_is_silence_or_an_error(
    kind: str, path: str, change: Callable[[Json, str], Json]
) -> None:
    right, _ = read_as_a_run(_PUBLICATIONS[kind])

    found, _ = read_as_a_run(changed(kind, path, change))

    if isinstance(found, UnreadableNotice):
        assert found.path
    else:
        assert is_honest(found, right) or path in _STANDS_IN


@each_field
def test_a_field_that_is_gone_is_noticed(kind: str, path: str) -> None:
    found, reasons = read_as_a_run(changed(kind, path, without))

    is_noticed = isinstance(found, UnreadableNotice) or bool(reasons)
    assert is_noticed or path in _MAY_BE_ABSENT


@each_field
def test_a_field_with_a_new_name_is_reported_by_it(kind: str, path: str) -> None:
    _, reasons = read_as_a_run(changed(kind, path, renamed))

    named = ".".join(part for part in path.split("/") if not part.isdigit())
    assert f"unknown field {named}New" in reasons or path == "type"


@each_field
def test_a_field_of_another_type_is_an_error_with_its_path(kind: str, path: str) -> None:
    for details in retyped(copy.deepcopy(_PUBLICATIONS[kind]), path):
        found, _ = read_as_a_run(details)

        assert isinstance(found, UnreadableNotice)
        assert path.split("/")[0] in found.path or found.path == "answer"


@pytest.mark.slow
def test_a_run_says_that_a_field_has_a_new_name(source: Spoiled, installation: Installation) -> None:
    new_name = Fault(body=lambda right: right.replace(b'"consortiumAllowed"', b'"consortiumPermitted"'))
    source.spoil = lambda path, before: new_name if "/publication-details/" in path else None

    code, said = installation.run("crawl", "simap")

    with transaction(connect(f"sqlite:///{installation.folder / 'var' / 'aimp.db'}")) as session:
        [run] = runs_of(session, source="simap")
    assert (code, run.verdict, run.quarantined) == (0, "partial", 0), said
    assert any("terms.consortiumAllowed is gone from" in reason for reason in run.reasons)
    assert "unknown field terms.consortiumPermitted" in run.reasons


@pytest.mark.parametrize(("path", "value"), [("base/lotsType", "partly"), ("lots", None)])
def test_a_call_with_lots_is_not_read_as_one_whole(path: str, value: Json) -> None:
    details = copy.deepcopy(_PUBLICATIONS["lots"])
    holder, last = holder_of(details, path)
    holder[last] = value

    found, _ = read_as_a_run(details)

    assert isinstance(found, UnreadableNotice)
    assert found.path == path.replace("/", ".")
