"""The report of a year: the same numbers as the observatory, in words that every reader of PDF can show."""

import io
from datetime import date, datetime, timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy.orm import Session

from procurement.lens import FindingKind
from procurement.report.paper import printable
from procurement.report.yearly import yearly_report
from tests.factories import make_chamber, make_finding
from tests.procurement.catalogues import french_in
from tests.procurement.observed import INSERTION, a_world, asking, awarded, in_documents, make_buyer, silent


def report_of(session: Session, now: datetime, *, year: int = 2026, language: str = "fr") -> PdfReader:
    """The report of a year, read again."""
    session.flush()
    found = yearly_report(session, chamber=make_chamber(session), year=year, language=language, now=now)
    return PdfReader(io.BytesIO(found))


def text_of(reader: PdfReader) -> str:
    """All its words, with plain spaces."""
    return " ".join(" ".join(page.extract_text() for page in reader.pages).replace("\u00a0", " ").split())


def test_the_report_holds_the_figures_of_its_year(session: Session, now: datetime) -> None:
    a_world(session)

    reader = report_of(session, now)

    text = text_of(reader)
    for words in (
        "APRÈS-GE",
        "Rapport 2026",
        "44 % des appels lus demandent un critère ESS : 4 sur 9.",
        "Entre 19 % et 73 %, à 95 %.",
        "Un appel renvoie au dossier : il ne compte ni pour ni contre.",
        "3 d’entre eux le demandent parmi leurs critères d’adjudication",
        "Critères dans le dossier, non lus 1",
        "Insertion socioprofessionnelle 2 2 1 20 % 20 % – 20 %",
        "Vaud 4 1 3 0 0 – 25 %",
        "3 adjudicateurs ont moins de 5 appels lus",
        "« Insertion : 20 % »",
        "Un marché gagné par un membre. Somme des prix publiés (1 sur 1) : CHF 90 000.",
        "Wilson",
        "simap.ch – ",
        "État du mar. 24 nov. 2026.",
    ):
        assert words in text, words
    assert "BOAMP" not in text
    assert reader.metadata is not None
    assert reader.metadata.title == "Les critères ESS dans les marchés publics, 2026"
    assert reader.root_object.get("/Lang") == "fr"
    assert len(reader.outline) > 8


def test_the_same_rows_at_the_same_moment_give_the_same_bytes(session: Session, now: datetime) -> None:
    a_world(session)
    chamber = make_chamber(session)

    first, second, later = (
        yearly_report(session, chamber=chamber, year=2026, language="fr", now=moment)
        for moment in (now, now, now + timedelta(days=1))
    )

    assert first == second != later


def test_a_year_is_compared_with_the_one_before_and_its_quarters_are_drawn(
    session: Session, now: datetime
) -> None:
    buyer = make_buyer(session, "Ville de Valmont")
    for year, asks in ((2025, 2), (2026, 8)):
        for number in range(10):
            make = asking if number < asks else silent
            make(session, buyer=buyer, published_on=date(year, 1 + number % 2 * 6, 10))

    reader = report_of(session, now)

    text = text_of(reader)
    assert "80 % des appels lus demandent un critère ESS : 8 sur 10." in text
    assert "L’année d’avant : 20 % (2 sur 10)." in text
    assert "T1 2025" in text
    assert "Ville de Valmont 10 8 80 % 49 % – 94 %" in text
    assert "0 adjudicateur" not in text


def test_a_year_in_which_nothing_was_read_says_so(session: Session, now: datetime) -> None:
    for _ in range(6):
        in_documents(session, published_on=date(2026, 3, 1))

    text = text_of(report_of(session, now))

    assert "Trop peu d’appels ont pu être lus pour dire une part." in text
    assert "6 appels renvoient au dossier : ils ne comptent ni pour ni contre." in text
    assert "Aucun critère ESS n’a été trouvé dans ces appels." in text
    assert "Aucune adjudication à un membre n’a été publiée dans cette période." in text
    assert "Il faut deux trimestres avec cinq appels lus" in text


def test_a_year_without_calls_is_a_report_too(session: Session, now: datetime) -> None:
    text = text_of(report_of(session, now, year=2019))

    assert "Rapport 2019" in text
    assert "0 appels d’offres comptés" in text


def test_many_buyers_and_long_sentences_fill_pages_and_lose_nothing(session: Session, now: datetime) -> None:
    for number in range(14):
        buyer = make_buyer(session, f"Adjudicateur {number} au nom assez long pour deux lignes du tableau")
        for _ in range(5):
            tender = asking(session, buyer=buyer, published_on=date(2026, 2, 2), families={INSERTION: {}})
        make_finding(
            session,
            tender.lots[0],
            weight=30.0,
            kind=FindingKind.AWARD,
            sentence=f"Phrase {number} : " + "des places de travail en insertion, " * 30,
        )

    reader = report_of(session, now)

    text = text_of(reader)
    assert len(reader.pages) > 5
    assert all(f"Adjudicateur {number} au nom" in text for number in range(14))
    assert sum(f"Phrase {number} :" in text for number in range(14)) == 12


def test_an_award_without_price_has_none_in_the_report(session: Session, now: datetime) -> None:
    a_world(session)
    awarded(session, silent(session), {"name": "Coopérative Éclat"}, on=date(2026, 6, 1))

    text = text_of(report_of(session, now))

    assert "2 marchés gagnés par un membre. Somme des prix publiés (1 sur 2) : CHF 90 000." in text


@pytest.mark.parametrize("language", ["de", "it", "en"])
def test_the_report_holds_no_french_of_ours(session: Session, now: datetime, language: str) -> None:
    buyer = make_buyer(session, "Gemeinde Oberdorfen")
    for _ in range(6):
        tender = asking(
            session,
            buyer=buyer,
            published_on=date(2026, 2, 2),
            title={"de": "Reinigung"},
            families={INSERTION: {"sentence": "Integration."}},
        )
    awarded(session, tender, {"name": "Atelier"}, on=date(2026, 3, 3))

    text = text_of(report_of(session, now, language=language))

    assert french_in(text.partition("simap.ch – ")[0], language) == []


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("œuvre d’été – « là » … €", "œuvre d’été – « là » … €"),
        ("CHF\u00a090\u202f000", "CHF\u00a090\u00a0000"),
        ("Łódź, Čapek, Ştefan", "?ódz, Capek, Stefan"),
        ("e\u0301cole", "école"),
        ("東京 \u2212 5", "?? - 5"),
    ],
)
def test_what_the_fonts_do_not_have_is_printed_bare(text: str, printed: str) -> None:
    assert printable(text) == printed
