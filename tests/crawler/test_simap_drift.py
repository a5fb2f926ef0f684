"""A field that simap adds or drops is noticed, whatever else is read."""

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from crawler.expectations import verdict_on
from crawler.simap.drift import Drift, drift_of, known_of
from crawler.source import Tally
from procurement.vocabulary import NoticeType, Verdict
from tests.crawler.test_sample import SPECIFICATION
from tests.crawler.test_simap_kinds import INVENTED
from tests.crawler.test_simap_reading import DETAILS, RECORDINGS, recorded_details

Json = Any


@pytest.mark.parametrize("details", [*DETAILS, *INVENTED.values()], ids=lambda each: each["id"])
def test_a_publication_as_specified_does_not_drift(details: Json) -> None:
    assert drift_of(details) == Drift()


def test_no_recorded_publication_drifts() -> None:
    if not RECORDINGS.exists():
        pytest.skip("no recordings beside the project")

    drifts = [drift_of(details) for details in recorded_details()]

    assert len(drifts) >= 30
    assert set(drifts) == {Drift()}


@pytest.mark.parametrize(
    ("place", "path"),
    [
        ((), "novelty"),
        (("base",), "base.novelty"),
        (("base", "title"), "base.title.novelty"),
        (("project-info", "procOfficeAddress"), "project-info.procOfficeAddress.novelty"),
        (("criteria", "awardCriteria", 0), "criteria.awardCriteria.novelty"),
        (("criteria", "awardCriteria", 0, "title"), "criteria.awardCriteria.title.novelty"),
    ],
)
def test_a_new_field_is_named_by_its_path(place: tuple[str | int, ...], path: str) -> None:
    details: Json = copy.deepcopy(INVENTED["competition"])
    holder = details
    for step in place:
        holder = holder[step]
    holder["novelty"] = {"deep": [1, 2]}

    assert drift_of(details) == Drift(unknown=frozenset({path}))


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("competition", "dates"),
        ("competition", "base.procOfficeId"),
        ("competition", "terms.consortiumAllowed"),
        ("award_by_invitation", "decision.vendors"),
        ("abandonment", "abandonment.reasons"),
    ],
)
def test_a_field_that_we_count_on_is_missed(name: str, path: str) -> None:
    details: Json = copy.deepcopy(INVENTED[name])
    *parents, last = path.split(".")
    holder = details
    for step in parents:
        holder = holder[step]
    del holder[last]

    assert drift_of(details) == Drift(vanished=frozenset({path}))


def test_what_is_null_has_not_vanished() -> None:
    details = copy.deepcopy(INVENTED["competition"])
    details["criteria"] = details["dates"] = None

    assert drift_of(details) == Drift()


@pytest.mark.parametrize("answer", [None, [], 42, "text", {}, {"type": "gossip"}, {"type": ["tender"]}])
def test_what_is_no_publication_of_a_known_kind_is_a_drift(answer: Json) -> None:
    assert drift_of(answer).unknown


@pytest.mark.parametrize(
    ("gone", "verdict"), [(0, Verdict.OK), (2, Verdict.OK), (3, Verdict.PARTIAL), (100, Verdict.PARTIAL)]
)
def test_a_run_is_incomplete_when_a_field_is_gone_from_more_than_one_in_fifty(
    gone: int, verdict: Verdict
) -> None:
    from config.tables import sources

    tally = Tally(listed=100, stored=100, examined=100, vanished={"base.procOfficeId": gone})

    found, reasons = verdict_on(
        tally, form=sources()["simap"], finish_reason="finished", spider_errors=0, window_days=1
    )

    assert found is verdict
    assert (verdict is Verdict.OK) == (reasons == [])


@cache
def schemas() -> Json:
    if not SPECIFICATION.exists():
        pytest.skip("simap's specification is not beside the repository")
    yaml = pytest.importorskip("yaml")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(SPECIFICATION.read_text(encoding="utf-8"), loader)["components"]["schemas"]


def paths_in(schema: Json, prefix: str = "") -> Iterator[str]:
    """Every path below a schema, whatever its variant; a text in four languages ends with a tilde."""
    if "$ref" in schema:
        yield from paths_in(schemas()[schema["$ref"].rsplit("/", 1)[-1]], prefix)
    for part in (*schema.get("allOf", []), *schema.get("oneOf", [])):
        yield from paths_in(part, prefix)
    if "items" in schema:
        yield from paths_in(schema["items"], prefix)
    for name, inner in schema.get("properties", {}).items():
        below = set(paths_in(inner, f"{prefix}{name}."))
        languages = {f"{prefix}{name}.{language}" for language in ("de", "en", "fr", "it")}
        yield f"{prefix}{name}~" if below == languages else f"{prefix}{name}"
        yield from below - languages


def known_paths(known: Json, prefix: str = "") -> Iterator[str]:
    for name, below in known.fields.items():
        yield f"{prefix}{name}~" if below.is_text else f"{prefix}{name}"
        yield from known_paths(below, f"{prefix}{name}.")


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind.value for kind in NoticeType])
def test_the_known_paths_are_those_of_simaps_specification(kind: str) -> None:
    target = schemas()["PublicationDetail"]["discriminator"]["mapping"][kind]

    specified = set(paths_in({"$ref": target}))

    assert set(known_paths(known_of(kind))) == specified
