"""A publication of a cantonal gazette is read whole, or not at all with the place that is wrong."""

from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from crawler.gazette.reading import Words, read_publication
from crawler.gazette.shape import day_of
from crawler.gazette.titles import read_title
from procurement.errors import UnreadableNotice
from procurement.i18n import ZURICH
from procurement.models import Tender
from procurement.notices import record_notice
from procurement.records import CallRecord, NoticeRecord
from procurement.vocabulary import NoticeType, ProcurementMethod

PUBLICATIONS = Path(__file__).parents[1] / "recordings" / "gazette"
ADDRESS = "https://amtsblattportal.ch/api/v1/publications/1/xml"


def read(name: str, *changes: tuple[str, str], words: Words | None = None) -> NoticeRecord:
    """A publication of the recordings, spoilt in the places named."""
    text = (PUBLICATIONS / f"{name}.xml").read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return read_publication(text.encode(), fetched_from=ADDRESS, words=words or Words())


def call_of(record: NoticeRecord) -> CallRecord:
    assert record.call is not None
    return record.call


def test_a_call_says_who_buys_what() -> None:
    record = read("call_it")

    assert (record.source, record.number) == ("amtsblattportal", "OB-TI10-0000009001")
    assert record.notice_type is NoticeType.TENDER
    assert (record.published_on, record.language) == (date(2026, 11, 20), "it")
    assert record.title == {"it": "Pulizia delle scuole di Pietrachiara"}
    assert record.procurement_method is ProcurementMethod.OPEN
    assert record.buyer is not None
    assert (record.buyer.name, record.buyer.canton) == ({"it": "Comune di Pietrachiara"}, "TI")
    description = call_of(record).description["it"]
    assert "Pulizia ordinaria & vetri." in description
    assert "<" not in description


def test_the_number_of_the_original_is_its_exact_reference() -> None:
    record = read("call_it")

    assert record.references == (("simap", "90001-01"),)
    assert (record.procedure_key, record.procedure_number) == ("simap:90001", "90001")


@pytest.mark.parametrize("placeholder", ["--", "-", "", "siehe simap"])
def test_a_placeholder_is_no_reference(placeholder: str) -> None:
    record = read("call_it", ("#90001-01", placeholder))

    assert record.references == ()
    assert record.procedure_key == record.source_key


def test_the_deadline_is_the_one_that_the_text_announces() -> None:
    call = call_of(read("call_it"))

    assert call.submission_deadline == datetime(2027, 1, 15, 16, 0, tzinfo=ZURICH)
    assert call.submission_deadline_text == "15.01.2027 16:00"


@pytest.mark.parametrize(
    "line",
    [
        "Scadenza 15.01.2027",
        "Presentazione dell'offerta: 31.02.2027 16:00",
        "Presentazione dell'offerta: 15.01.2020 16:00",
        "Presentazione dell'offerta: 15.01.2027 16:00 Presentazione dell'offerta: 16.01.2027 16:00",
    ],
    ids=["no such line", "no such day", "in the past", "two that differ"],
)
def test_a_deadline_that_is_not_certain_is_unknown(line: str) -> None:
    call = call_of(read("call_it", ("Presentazione dell’offerta: 15.01.2027 16:00", line)))

    assert (call.submission_deadline, call.submission_deadline_text) == (None, None)


def test_a_procedure_that_the_text_does_not_name_is_none() -> None:
    assert read("outside_it").procurement_method is ProcurementMethod.NONE


def test_the_buyer_is_the_one_on_whose_behalf_it_is_published() -> None:
    record = read("award_de")

    assert record.buyer is not None
    assert (record.buyer.name, record.buyer.canton) == ({"de": "Gemeinde Oberdorfen"}, "AR")
    assert (record.notice_type, record.call, record.references) == (NoticeType.AWARD, None, ())


def test_languages_of_one_notice_make_one_tender(session: Session, now: datetime) -> None:
    words = Words()

    for name in ("call_it", "call_fr"):
        record_notice(session, read(name, words=words), now=now)

    [tender] = session.query(Tender).all()
    assert tender.title == {
        "it": "Pulizia delle scuole di Pietrachiara",
        "fr": "Nettoyage des écoles de Pietrachiara",
    }
    assert set(tender.description) == {"it", "fr"}


def test_a_correction_belongs_to_its_call(session: Session, now: datetime) -> None:
    words = Words()
    records = [read(name, words=words) for name in ("call_it", "correction_it")]

    for record in records:
        record_notice(session, record, now=now)

    [tender] = session.query(Tender).all()
    assert [record.is_correction for record in records] == [False, True]
    assert tender.submission_deadline == datetime(2027, 1, 22, 16, 0, tzinfo=ZURICH)


@pytest.mark.parametrize(
    ("title", "sub_rubric", "kind", "is_correction", "rest"),
    [
        ("Bando - Opere da pittore", "OB-TI10", NoticeType.TENDER, False, "Opere da pittore"),
        ("Ausschreibung – Heizung - Ersatz", "OB-AR10", NoticeType.TENDER, False, "Heizung - Ersatz"),
        ("Concorso - Opere da pittore", "OB-TI10", NoticeType.TENDER, False, "Opere da pittore"),
        ("Concorso - Scuola", "OB-TI20", NoticeType.COMPETITION, False, "Scuola"),
        ("Rettifica Bando - Opere", "OB-TI10", NoticeType.TENDER, True, "Opere"),
        ("Berichtigung - Heizung", "OB-AR10", NoticeType.TENDER, True, "Heizung"),
        ("Rectification Appel d’offres - Travaux", "OB-TI10", NoticeType.TENDER, True, "Travaux"),
        ("Aggiudicazione - Opere", "OB-TI70", NoticeType.AWARD, False, "Opere"),
        ("Abbruch - Heizung", "OB-AR70", NoticeType.ABANDONMENT, False, "Heizung"),
        ("Revoca - Opere", "OB-TI70", NoticeType.REVOCATION, False, "Opere"),
        # A word that is not known stays in the title.
        ("Lotto 2 - Opere", "OB-TI10", NoticeType.TENDER, False, "Lotto 2 - Opere"),
        ("Avviso di gara per il bosco", "OB-TI65", NoticeType.TENDER, False, "Avviso di gara per il bosco"),
        ("Comunicazione", "OB-TI70", None, False, "Comunicazione"),
    ],
)
def test_the_first_word_of_the_title_says_what_it_is(
    title: str, sub_rubric: str, kind: NoticeType | None, is_correction: bool, rest: str
) -> None:
    assert read_title(title, sub_rubric) == (kind, is_correction, rest)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-07-07", date(2026, 7, 7)),
        ("2026-07-07T00:00:00.000Z", date(2026, 7, 7)),
        ("2026-07-06T22:00:00.000Z", date(2026, 7, 7)),
    ],
)
def test_a_day_is_the_one_in_switzerland(text: str, day: date) -> None:
    assert day_of(text) == day


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ("<language>it<", "<language>xx<", "meta.language"),
        ("<publicationDate>2026-11-20<", "<publicationDate>ieri<", "meta.publicationDate"),
        ("<publicationDate>2026-11-20<", "<publicationDate><", "meta.publicationDate"),
        ("<subRubric>OB-TI10<", "<subRubric><", "meta.subRubric"),
        ("<content>", "<other>", "publication"),
        ("Bando - Pulizia delle scuole di Pietrachiara", "", "meta.title"),
        ("Procedura libera", "&procedura;", "answer"),
    ],
)
def test_what_is_not_as_it_should_be_is_refused_with_its_place(before: str, after: str, path: str) -> None:
    changes = [(before, after)]
    if before == "<content>":
        changes.append(("</content>", "</other>"))
    if after.startswith("&"):
        changes.append(("<?xml version='1.0' encoding='UTF-8'?>", '<!DOCTYPE a SYSTEM "a.dtd">'))

    with pytest.raises(UnreadableNotice) as caught:
        read("call_it", *changes)

    assert path in caught.value.path


def test_an_unknown_kind_waits_in_quarantine() -> None:
    with pytest.raises(UnreadableNotice, match="says what it is"):
        read("outside_it", ("OB-TI65<", "OB-TI70<"))


@pytest.mark.parametrize("payload", [b"", b"<html></html>", b"<publication><meta>", b"{}"])
def test_what_is_no_whole_publication_is_asked_for_again(payload: bytes) -> None:
    with pytest.raises(ValueError, match=r"empty|no XML|no publication"):
        read_publication(payload, fetched_from=ADDRESS, words=Words())
