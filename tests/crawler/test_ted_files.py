"""What is no notice of TED is refused with its place, and files hold the same notices as the site."""

import io
import tarfile
import zipfile
from datetime import date
from functools import lru_cache
from pathlib import Path

import pytest

from crawler.ted.archive import read_file
from crawler.ted.codes import (
    canton_of,
    country_of,
    language_of,
    place_of,
    publication_number,
)
from crawler.ted.search import body, question
from crawler.ted.tree import web_address
from procurement.errors import UnreadableFile, UnreadableNotice
from tests.crawler.ted_notices import (
    NOTICES,
    read,
    recording,
    spoilt,
)

REAL = Path(__file__).parents[2] / ".." / "shared" / "data" / "ted"


@pytest.mark.parametrize(
    ("name", "right", "wrong", "named"),
    [
        ("eforms_geneva_call", ">cn-standard<", ">gossip<", "NoticeTypeCode"),
        ("eforms_geneva_call", ">open<", ">lottery<", "TenderingProcess/ProcedureCode"),
        ("eforms_geneva_call", ">2026-07-10+02:00<", ">demain<", "TenderSubmissionDeadlinePeriod/EndDate"),
        ("eforms_geneva_call", ">12:00:00+02:00<", ">25:00:00+02:00<", "EndTime"),
        ("eforms_geneva_call", ">90919300<", ">9091<", "ItemClassificationCode"),
        ("eforms_geneva_call", ">820000.50<", ">beaucoup<", "EstimatedOverallContractAmount"),
        ("eforms_geneva_call", 'currencyID="CHF"', 'currencyID="francs"', "EstimatedOverallContractAmount"),
        ("eforms_geneva_call", ">false<", ">peut-être<", "GovernmentAgreementConstraintIndicator"),
        ("eforms_geneva_call", ">not-allowed<", ">maybe<", "VariantConstraintCode"),
        ("eforms_geneva_call", ">FRA</cbc:NoticeL", ">QQQ</cbc:NoticeL", "NoticeLanguageCode"),
        ("eforms_geneva_call", ">2026-07-03+02:00<", ">1026-07-03+02:00<", "EndTime"),
        ("eforms_geneva_call", ">00900101-2026<", ">soon<", "NoticePublicationID"),
        ("export_2014_reserved_call", "20200117", "20201317", "DATE_PUB"),
        ("export_2014_reserved_call", '<PR_PROC CODE="1">', '<PR_PROC CODE="?">', "PR_PROC"),
        ("export_2014_reserved_call", ">12:00<", ">midi<", "TIME_RECEIPT_TENDERS"),
        ("export_2014_reserved_call", 'CATEGORY="ORIGINAL"', 'CATEGORY="TRANSLATION"', "FORM_SECTION"),
        ("export_2014_reserved_call", ">FR</LG_ORIG>", "></LG_ORIG>", "LG_ORIG"),
        ("export_2007_call", "<MONTH>02</MONTH>", "<MONTH>13</MONTH>", "RECEIPT_LIMIT_DATE"),
        ("export_2007_call", 'FMTVAL="90000.00"', 'FMTVAL="90 000"', "VALUE_COST"),
    ],
)
def test_a_wrong_value_is_named_by_its_place(name: str, right: str, wrong: str, named: str) -> None:
    with pytest.raises(UnreadableNotice) as raised:
        read(spoilt(name, right, wrong))

    assert raised.value.path.partition("[")[0].endswith(named) or named in raised.value.path


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"", "no XML"),
        (recording("eforms_planning")[:900], "no XML"),
        (b"<!DOCTYPE html><html><body>cookies</body></html>", "page for people"),
        (b"<a/>", "neither eForms nor TED_EXPORT"),
        (b"<BusinessRegistrationInformationNotice/>", "no procurement"),
        (b'<!DOCTYPE x [<!ENTITY e "e">]><ContractNotice><ID>&e;</ID></ContractNotice>', "stands for"),
        (b"<a>" * 3000, "no XML"),
        (b'<TED_EXPORT DOC_ID="090206-2020"/>', "absent"),
    ],
    ids=["empty", "cut", "page", "other", "registration", "entities", "deep", "hollow"],
)
def test_what_is_no_notice_is_refused_in_words(payload: bytes, words: str) -> None:
    with pytest.raises(UnreadableNotice, match=words):
        read(payload)


def test_a_notice_that_was_not_asked_for_is_refused() -> None:
    with pytest.raises(UnreadableNotice, match="was sent for"):
        read(recording("eforms_geneva_call"), number="900102-2026")


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("00367831-2026", "367831-2026"),
        ("367831-2026", "367831-2026"),
        ("2013/S 12-090208", "90208-2013"),
        ("2026/S 103-367831", "367831-2026"),
        ("n.a.", None),
        ("0-2026", None),
    ],
)
def test_a_publication_has_one_spelling(written: str, number: str | None) -> None:
    assert publication_number(written) == number


def test_codes_of_places_and_languages_come_in_our_letters() -> None:
    assert (country_of("CHE"), country_of("UK"), country_of("EL"), country_of("WWW")) == (
        "CH",
        "GB",
        "GR",
        None,
    )
    assert (language_of("DEU"), language_of("FR"), language_of("QQQ")) == ("de", "fr", None)
    assert (canton_of("CH013"), canton_of("CH01"), canton_of("FRK28")) == ("GE", None, None)
    assert place_of([("CH013", ""), ("FRK28", "")]) == (None, None)
    assert place_of([]) == (None, None)


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "http://", "https://[x", "deux mots", "x" * 2000, ""]
)
def test_a_link_that_is_no_web_address_is_left_out(link: str) -> None:
    assert web_address(link) is None


def test_the_question_names_places_buyers_and_days_as_ted_writes_them() -> None:
    asked = question(["CHE", "FRK21", "FRK28"], since=date(2026, 11, 1), until=date(2026, 11, 24))

    assert asked == (
        "(place-of-performance IN (CHE FRK21 FRK28) OR buyer-country IN (CHE)"
        " OR buyer-country-sub IN (FRK21 FRK28))"
        " AND publication-date >= 20261101 AND publication-date <= 20261124"
    )
    assert b"iterationNextToken" not in body(asked, "")
    assert b'"iterationNextToken": "abc"' in body(asked, "abc")


def test_a_region_of_three_letters_is_no_country() -> None:
    asked = question(["FRK"], since=date(2026, 11, 1), until=date(2026, 11, 1))

    assert "buyer-country IN" not in asked
    assert "buyer-country-sub IN (FRK)" in asked


def archives(loose: list[Path], folder: Path) -> list[Path]:
    """Some files as a zip and two tars, with another one among them."""
    (folder / "LISEZMOI.txt").write_text("rien")
    made = [folder / "all.zip", folder / "all.tar.gz", folder / "all.tar.xz"]
    with zipfile.ZipFile(made[0], "w") as packed:
        for path in (folder / "LISEZMOI.txt", *loose):
            packed.write(path, f"x/{path.name}")
    for target, mode in ((made[1], "w:gz"), (made[2], "w:xz")):
        with tarfile.open(target, mode) as tar:  # type: ignore[call-overload]
            for path in (folder / "LISEZMOI.txt", *loose):
                tar.add(path, arcname=f"x/{path.name}")
    return made


def test_files_and_archives_give_the_same_notices(tmp_path: Path) -> None:
    loose = [tmp_path / f"{read(path.read_bytes()).number}.xml" for path in NOTICES]
    for path, source in zip(loose, NOTICES, strict=True):
        path.write_bytes(source.read_bytes())

    found = sorted(each[:2] for path in loose for each in read_file(path))

    assert len(found) == len(NOTICES)
    assert all(sorted(each[:2] for each in read_file(path)) == found for path in archives(loose, tmp_path))
    assert {read(payload, key).number for key, payload in found} == {key for key, _ in found}


def test_one_file_is_an_archive_of_one(tmp_path: Path) -> None:
    path = tmp_path / "00900101_2026.xml"
    path.write_bytes(recording("eforms_geneva_call"))

    assert [found.key for found in read_file(path)] == ["900101-2026"]


@pytest.mark.parametrize("name", ["x.zip", "x.tar.xz", "x.tar.gz", "x.rar", "absent.xml"])
def test_a_damaged_archive_is_named(tmp_path: Path, name: str) -> None:
    if name != "absent.xml":
        (tmp_path / name).write_bytes(b"not an archive")

    with pytest.raises(UnreadableFile, match=name):
        list(read_file(tmp_path / name))


def test_a_file_that_swells_is_not_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("1-2026.xml", b" " * 100_000)
    with tarfile.open(tmp_path / "bomb.tar.gz", "w:gz") as tar:
        member = tarfile.TarInfo("1-2026.xml")
        member.size = 100_000
        tar.addfile(member, io.BytesIO(b" " * member.size))

    for name in ("bomb.zip", "bomb.tar.gz"):
        with pytest.raises(UnreadableFile, match="larger than 10000 bytes"):
            list(read_file(tmp_path / name, largest=10_000))


@lru_cache(maxsize=1)
def real_archives() -> tuple[Path, ...]:
    return tuple(sorted(REAL.glob("*.tar.xz")))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_real_notice_is_read_or_refused_in_words() -> None:
    if not real_archives():
        pytest.skip("no notices beside the project")
    refused, count = 0, 0
    for path in real_archives():
        for key, payload, _ in read_file(path):
            count += 1
            try:
                record = read(payload, key)
            except UnreadableNotice:
                refused += 1
            else:
                assert record.title
                assert record.published_on.year >= 2010

    assert count >= 1000
    assert refused < 0.1 * count
