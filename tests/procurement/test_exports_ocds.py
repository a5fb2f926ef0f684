"""The export for other programs: OCDS 1.1 release packages, valid, whole, a page each."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from config.settings import BadConfiguration
from procurement.exports.ocds import UNREGISTERED_PREFIX, Publisher, ocds_packages, write_packages
from procurement.models import Consideration
from procurement.notices import record_notice
from procurement.vocabulary import (
    NoticeType,
)
from tests.factories import make_lot, make_notice, make_tender
from tests.procurement.exported import PUBLISHER, Json, everything, releases_of
from tests.procurement.ocds_schema import is_here, problems_of
from tests.procurement.records import a_notice


@pytest.mark.skipif(not is_here, reason="the schemas of the standard are not at hand")
def test_every_package_is_valid_against_the_standard_and_its_extensions(
    session: Session, now: datetime
) -> None:
    everything(session, now)
    session.flush()

    packages = list(ocds_packages(session, publisher=PUBLISHER, now=now, page_size=20))

    assert len(packages) > 1
    assert [problem for package in packages for problem in problems_of(package)] == []


@pytest.mark.skipif(not is_here, reason="the schemas of the standard are not at hand")
@pytest.mark.parametrize(
    "spoil",
    [
        lambda release: release.update(date="2026-11-20T00:00:00"),
        lambda release: release.update(tag=["call"]),
        lambda release: release["tender"].update(mainProcurementCategory="supplies"),
        lambda release: release["tender"].update(procurmentMethod="open"),
        lambda release: release["tender"]["lots"][0].pop("id"),
        lambda release: release["tender"]["lots"][0].update(sustainability=[{"goal": "social.insertion"}]),
        lambda release: release["parties"][0].update(roles=["officer"]),
    ],
)
def test_what_is_against_the_standard_is_noticed(session: Session, now: datetime, spoil: Any) -> None:
    make_tender(session)
    [package] = ocds_packages(session, publisher=PUBLISHER, now=now)

    spoil(package["releases"][0])

    assert problems_of(package) != []


def test_a_package_says_who_publishes_it_when_and_where(session: Session, now: datetime) -> None:
    make_tender(session)

    [package] = ocds_packages(session, publisher=PUBLISHER, now=now)

    assert package["version"] == "1.1"
    assert package["uri"] == "https://aimp.example.ch/ocds/20261124T080000Z/releases-0001.json"
    assert package["publishedDate"] == "2026-11-24T08:00:00+00:00"
    assert package["publisher"] == {"name": "Chambre d’exemple", "uri": "https://chambre.example.ch"}
    assert "license" not in package


def test_nothing_stored_gives_no_package(session: Session, now: datetime) -> None:
    assert list(ocds_packages(session, publisher=PUBLISHER, now=now)) == []


@pytest.mark.parametrize("prefix", ["", "ocds-", "ocds-12345", "ocds-1234567", "OCDS-123456", "aimp"])
def test_a_prefix_of_another_form_is_refused(prefix: str) -> None:
    with pytest.raises(BadConfiguration, match="OCID prefix"):
        Publisher(name="x", packages_url="https://x.example", ocid_prefix=prefix)


def test_a_registered_prefix_begins_every_ocid(session: Session, now: datetime) -> None:
    make_tender(session, procedure_key="project-x")
    publisher = Publisher(name="x", packages_url="https://x.example", ocid_prefix="ocds-7k2p9q")

    [package] = ocds_packages(session, publisher=publisher, now=now)

    assert package["releases"][0]["ocid"] == "ocds-7k2p9q-simap-project-x"


def test_there_is_one_release_per_notice_under_the_ocid_of_its_procedure(
    session: Session, now: datetime
) -> None:
    record_notice(session, a_notice(1), now=now)
    record_notice(session, a_notice(2, is_correction=True, corrects_key="notice-01"), now=now)

    first, second = releases_of(session, now)

    assert first["ocid"] == second["ocid"] == f"{UNREGISTERED_PREFIX}-simap-project-1"
    assert [first["id"], second["id"]] == ["simap-notice-01-20001-01", "simap-notice-02-20001-02"]
    assert [first["date"], second["date"]] == ["2026-11-20T00:00:00+01:00", "2026-11-21T00:00:00+01:00"]
    assert {first["initiationType"], second["initiationType"]} == {"tender"}


def test_only_extensions_that_are_used_are_listed(session: Session, now: datetime) -> None:
    tender = make_tender(session, lots=[], offer_languages=[])
    make_lot(tender, criteria=[], place_city={}, place_canton=None, place_country=None, place_postal_code="")

    [bare] = ocds_packages(session, publisher=PUBLISHER, now=now)
    tender.lots[0].considerations = [Consideration(business_term="BT-71", code="res-ws", text={})]
    session.flush()
    [reserved] = ocds_packages(session, publisher=PUBLISHER, now=now)

    def short(package: Json) -> list[str]:
        return [
            url.split("/")[-3].removeprefix("ocds_").removesuffix("_extension")
            for url in package["extensions"]
        ]

    assert short(bare) == ["lots"]
    assert short(reserved) == ["lots", "otherRequirements"]


def test_packages_hold_a_page_each_and_lose_nothing(session: Session, now: datetime) -> None:
    for _ in range(5):
        make_notice(session, make_tender(session), notice_type=NoticeType.AWARD)

    packages = list(ocds_packages(session, publisher=PUBLISHER, now=now, page_size=4))

    assert [len(package["releases"]) for package in packages] == [4, 4, 2]
    assert len({package["uri"] for package in packages}) == 3
    ids = [release["id"] for package in packages for release in package["releases"]]
    assert len(set(ids)) == len(ids) == 10


def test_since_a_moment_the_whole_course_of_each_changed_tender_is_given(
    session: Session, now: datetime
) -> None:
    make_tender(session, changed_at=now - timedelta(days=3))
    changed = make_tender(session, changed_at=now - timedelta(hours=1), procedure_key="changed")
    make_notice(session, changed, notice_type=NoticeType.AWARD)

    releases = releases_of(session, now, since=now - timedelta(days=1))

    assert [release["ocid"][-7:] for release in releases] == ["changed", "changed"]


def test_files_hold_whole_packages_below_a_folder_of_the_export(
    session: Session, now: datetime, tmp_path: Path
) -> None:
    for _ in range(3):
        make_tender(session)
    packages = list(ocds_packages(session, publisher=PUBLISHER, now=now, page_size=2))

    written = write_packages(packages, tmp_path / "ocds")

    files = sorted(path for path in (tmp_path / "ocds").rglob("*") if path.is_file())
    assert written == (2, 3)
    assert [str(path.relative_to(tmp_path / "ocds")) for path in files] == [
        "20261124T080000Z/releases-0001.json",
        "20261124T080000Z/releases-0002.json",
    ]
    assert [json.loads(path.read_text(encoding="utf-8")) for path in files] == packages
