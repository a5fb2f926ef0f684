"""The official lists of simap: words of the CPV, and where a buying office belongs."""

import json
import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy.orm import Session

from crawler.simap.codes import labels_of, seats_of
from crawler.simap.listing import CodeTree, Institutions, Offices
from procurement.cantons import BuyerLevel
from procurement.codes import Seat, remember_cpv
from procurement.models import Cpv
from tests.crawler.conftest import Installation
from tests.crawler.spoiled import Fault, Spoiled

REFRESH = """
import json
from datetime import UTC, datetime
from config.settings import settings
from crawler.simap.codes import refresh_codes
from procurement.db import connect
engine = connect(settings().database_address)
report = refresh_codes(engine, settings(), lambda: datetime(2026, 11, 24, tzinfo=UTC))
cantons = [seat.canton for seat in report.seats.values()]
print(json.dumps([report.cpv_codes, report.cpv_changed, cantons, report.problems]))
"""


def words(**written: str) -> dict[str, str | None]:
    return {language: written.get(language) for language in ("de", "en", "fr", "it")}


def a_node(key: str, german: str, parent: str | None = None) -> dict[str, Any]:
    return {"id": key, "name": words(de=german), "parentInstitutionId": parent, "path": key}


def an_office(key: str, institution: str | None, kind: str | None = "communal") -> dict[str, Any]:
    return {"id": key, "name": "Office inventé", "type": kind, "institutionId": institution}


def test_every_code_of_the_tree_has_its_words() -> None:
    leaf = {"code": "90911200", "label": words(fr="Nettoyage&nbsp;de bâtiments", de="Gebäudereinigung")}
    tree = {"codes": [{"code": "90000000", "label": words(fr="Propreté"), "codes": [{**leaf, "codes": []}]}]}

    found = labels_of(CodeTree.model_validate(tree))

    assert found == {
        "90000000": {"fr": "Propreté"},
        "90911200": {"fr": "Nettoyage de bâtiments", "de": "Gebäudereinigung"},
    }


def test_an_office_belongs_to_the_canton_at_the_root_of_its_institution_and_has_the_level_of_its_kind() -> (
    None
):
    nodes = [
        a_node("ge", "Genf"),
        a_node("communes", "Gemeinden", "ge"),
        a_node("valmont", "Valmont-le-Lac", "communes"),
        a_node("federation", "Bund"),
        a_node("loop-1", "Kreis", "loop-2"),
        a_node("loop-2", "Kreis", "loop-1"),
    ]
    offices = [
        an_office("of-a-commune", "valmont"),
        an_office("of-the-root", "ge", "other_cantonal"),
        an_office("federal", "federation", "central_federation"),
        an_office("lost", "nowhere", "a kind of next year"),
        an_office("nobodys", None, "foreign"),
        an_office("in-a-circle", "loop-1", None),
    ]

    found = seats_of(
        Institutions.model_validate({"institutions": nodes}), Offices.model_validate({"procOffices": offices})
    )

    assert found == {
        "of-a-commune": Seat("GE", BuyerLevel.COMMUNE),
        "of-the-root": Seat("GE", BuyerLevel.CANTON),
        "federal": Seat(None, BuyerLevel.CONFEDERATION),
        "lost": Seat(None, None),
        "nobodys": Seat(None, BuyerLevel.ABROAD),
        "in-a-circle": Seat(None, None),
    }


def test_official_words_replace_those_of_a_notice_and_stay(session: Session) -> None:
    remember_cpv(session, {"90911200": {"fr": "Ménage", "it": "Pulizia"}})

    changed = remember_cpv(session, {"90911200": {"fr": "Nettoyage"}}, official=True)
    remember_cpv(session, {"90911200": {"fr": "Ménage"}})

    assert changed == 1
    assert session.get_one(Cpv, "90911200").labels == {"fr": "Nettoyage", "it": "Pulizia"}
    assert remember_cpv(session, {"90911200": {"fr": "Nettoyage"}}, official=True) == 0


def test_a_long_list_is_kept_whole(session: Session) -> None:
    labels = {f"{number:08d}": {"fr": f"Code {number}"} for number in range(1, 1201)}

    assert remember_cpv(session, labels, official=True) == 1200
    assert remember_cpv(session, labels, official=True) == 0


def refreshed(installation: Installation) -> list[Any]:
    """What reading the lists in a process of its own reports."""
    child = subprocess.run(
        [sys.executable, "-c", REFRESH],
        env=installation.environment,
        cwd=installation.folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    found: list[Any] = json.loads(child.stdout.splitlines()[-1])
    return found


@pytest.mark.slow
def test_the_lists_are_read_and_kept_once(source: Spoiled, installation: Installation) -> None:
    codes, changed, cantons, problems = refreshed(installation)

    assert problems == []
    assert changed == codes > 0
    assert {"GE", "VD"} <= set(cantons)
    assert refreshed(installation)[:2] == [codes, 0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "part", "named"),
    [
        (Fault(status=404), "/codes/v1/cpv", "/codes/v1/cpv"),
        (Fault(body=lambda right: b'{"codes": 42}'), "/codes/v1/cpv", "/codes/v1/cpv: codes"),
        (Fault(status=302, headers={"Location": "https://evil.example/"}), "/cantons/v1", "/cantons/v1"),
    ],
    ids=["refused", "wrong shape", "led elsewhere"],
)
def test_a_list_that_cannot_be_read_is_named_and_changes_nothing(
    source: Spoiled, installation: Installation, fault: Fault, part: str, named: str
) -> None:
    source.spoil = lambda path, before: fault if path.endswith(part) else None

    codes, changed, _, problems = refreshed(installation)

    assert (codes, changed) == (0, 0)
    assert [problem for problem in problems if problem.startswith(named)] == problems != []
