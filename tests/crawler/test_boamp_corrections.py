"""When offers must be in, by the notice, by the index, and after a correction in free words."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crawler.boamp.questions import record_url
from crawler.boamp.reading import canonical, read_record
from procurement.errors import UnreadableNotice
from tests.crawler.boamp_records import (
    BASE,
    Record,
    call_of,
    inside,
    read,
    read_corrected,
    recording,
    with_inside,
)

PARIS = ZoneInfo("Europe/Paris")


def without_own_deadline(case: str) -> Record:
    """A call of which only the index says when offers must be in."""
    record = recording(case)
    text = record["donnees"]
    for hidden in (
        '"receptionOffres"',
        '"dateReceptionOffres"',
        '"cac:TenderSubmissionDeadlinePeriod"',
        '"RECEPT_OFFRES"',
    ):
        text = text.replace(hidden, '"absent"')
    return {**record, "donnees": text}


@pytest.mark.parametrize(
    ("case", "published", "indexed", "deadline"),
    [
        (
            "eforms_call",
            "2025-07-01",
            "2025-07-31T10:00:00+00:00",
            datetime(2025, 7, 31, 12, 0, tzinfo=PARIS),
        ),
        (
            "eforms_call",
            "2025-12-01",
            "2025-12-31T10:00:00+00:00",
            datetime(2025, 12, 31, 11, 0, tzinfo=PARIS),
        ),
        ("mapa_call", "2025-07-01", "2025-07-31T12:00:00+00:00", datetime(2025, 7, 31, 12, 0, tzinfo=PARIS)),
        (
            "simple_call",
            "2025-12-01",
            "2025-12-31T12:00:00+00:00",
            datetime(2025, 12, 31, 12, 0, tzinfo=PARIS),
        ),
        ("legacy_call", "2021-02-09", "2021-03-08T11:00:00+00:00", datetime(2021, 3, 8, 11, 0, tzinfo=PARIS)),
        ("mapa_call", "2025-07-01", None, None),
    ],
)
def test_the_index_says_utc_and_means_it_only_for_european_notices(
    case: str, published: str, indexed: str | None, deadline: datetime | None
) -> None:
    record = {**without_own_deadline(case), "dateparution": published, "datelimitereponse": indexed}

    call = call_of(read(record))

    assert call.submission_deadline == deadline
    assert call.submission_deadline_text == indexed


def test_the_hour_that_a_notice_states_itself_comes_before_the_index() -> None:
    call = call_of(read(recording("legacy_call")))

    assert call.submission_deadline == datetime(2021, 3, 8, 12, 0, tzinfo=PARIS)
    assert call.submission_deadline_text == "2021-03-08T12:00:00+01:00"


@pytest.mark.parametrize("text", ["demain", "0001-01-01T00:00:00", "9999-12-31T23:59:59-12:00"])
def test_a_deadline_that_is_none_is_refused(text: str) -> None:
    tree = inside(recording("mapa_call"))
    tree["MAPA"]["initial"]["delais"]["receptionOffres"] = text

    with pytest.raises(UnreadableNotice) as refused:
        read(with_inside(recording("mapa_call"), tree))

    assert refused.value.path.endswith("delais.receptionOffres")


def test_a_correction_in_words_names_what_it_corrects_and_has_no_call_alone() -> None:
    notice = read(recording("simple_correction"))

    assert (notice.is_correction, notice.corrects_key, notice.call) == (True, "25-30002", None)
    assert ("boamp", "25-30002") in notice.references


def test_a_correction_read_with_its_call_is_the_call_as_it_stands_now() -> None:
    notice = read_corrected(recording("simple_correction"), recording("simple_call"))

    call = call_of(notice)
    assert (notice.number, notice.corrects_key) == ("25-30005", "25-30002")
    assert call.submission_deadline == datetime(2025, 4, 17, 12, 0, tzinfo=PARIS)
    assert "17/04/2025 à 12h00" in call.conditions["correction"]["fr"]
    assert [lot.number for lot in call.lots] == [1, 2]
    assert notice.cpv_codes == ("77310000", "77312000", "77341000")


@pytest.mark.parametrize(
    ("said", "deadline"),
    [
        # Nothing of a deadline: the one of the call holds.
        (
            {"rubrique": "Objet", "lire": "Taille des haies comprise."},
            datetime(2025, 4, 10, 17, 0, tzinfo=PARIS),
        ),
        (
            "Date limite de remise des offres : au lieu de 10/04/2025 à 17h00, lire 24/04/2025 à 16 h 30.",
            datetime(2025, 4, 24, 16, 30, tzinfo=PARIS),
        ),
        (
            {
                "rubDelais": "ReceptionOffres",
                "auLieuDeDate": "2025-04-10T17:00:00",
                "lireDate": "2025-04-25T12:00:00",
            },
            datetime(2025, 4, 25, 12, 0, tzinfo=PARIS),
        ),
        (
            [
                {"rubrique": "Lots"},
                {"delai": {"rubDelais": "ReceptionOffres", "lireDate": "2025-04-25T10:00:00Z"}},
            ],
            datetime(2025, 4, 25, 12, 0, tzinfo=PARIS),
        ),
        # A deadline that changed in words that are not understood is unknown, not the old one.
        ("La date limite de réception des offres est reportée d'une semaine.", None),
        (
            "Réception des plis : lire 17/04/2025 à 12h00. Remise des offres : lire 18/04/2025 à 12h00.",
            None,
        ),
        ("Date limite de réception des offres : lire 31/04/2025 à 12h00", None),
        ("Remise des offres : lire 17/04/2025 à 12h00 locales", None),
        ("Remise des offres inchangée. Visite : lire 17/04/2025 à 12h00", None),
    ],
)
def test_a_new_deadline_is_read_only_where_it_is_certain(said: Any, deadline: datetime | None) -> None:
    tree = inside(recording("simple_correction"))
    tree["FNSimple"]["rectificatif"]["infosRectif"] = said

    notice = read_corrected(with_inside(recording("simple_correction"), tree), recording("simple_call"))

    assert call_of(notice).submission_deadline == deadline


def test_a_second_correction_stands_on_the_first() -> None:
    tree = inside(recording("simple_correction"))
    tree["FNSimple"]["rectificatif"]["infosRectif"] = {"rubrique": "Objet", "lire": "Haies comprises."}
    second = with_inside(recording("simple_correction"), tree, idweb="25-30025", dateparution="2025-03-20")

    notice = read_corrected(
        second, recording("simple_call"), recording("simple_correction"), recording("broken")
    )

    call = call_of(notice)
    assert call.submission_deadline == datetime(2025, 4, 17, 12, 0, tzinfo=PARIS)
    assert "Haies comprises." in call.conditions["correction"]["fr"]


def test_an_answer_without_the_notice_asked_for_is_refused() -> None:
    answer = {"total_count": 1, "results": [recording("mapa_call")]}

    with pytest.raises(UnreadableNotice, match="results"):
        read_record(canonical(answer), fetched_from=record_url(BASE, "25-99999"))
