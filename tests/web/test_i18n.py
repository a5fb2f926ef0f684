"""The language of a page and the words said in it."""

from datetime import datetime

import pytest
from flask import Flask, g

from procurement.i18n import page_languages
from web.i18n import language_name, names_lot, page_language, percent, published


@pytest.mark.parametrize("wanted", ["xx", "", None])
def test_a_language_that_is_not_ours_is_french(wanted: str | None) -> None:
    assert page_language(wanted) == "fr"


def test_a_page_is_never_half_translated() -> None:
    for wanted in ("fr", "de", "it", "en"):
        assert page_language(wanted) == (wanted if wanted in page_languages() else "fr")


@pytest.mark.parametrize(
    ("title", "number", "named"),
    [
        ("Lot 2 : vitrages", 2, True),
        ("LOS 2 – Fenster", 2, True),
        ("Lotto n. 2", 2, True),
        ("Lot n° 2", 2, True),
        ("Lot 21", 2, False),
        ("Lotissement 2", 2, False),
        ("Vitrages, lot 2", 2, False),
    ],
)
def test_a_lot_is_not_numbered_twice(title: str, number: int, named: bool) -> None:
    assert names_lot(title, number) is named


def test_words_are_said_in_the_language_of_the_request(app: Flask, now: datetime) -> None:
    with app.test_request_context():
        g.language, g.now = "fr", now
        assert percent(12.5) == "12,5\u00a0%"
        assert percent(40) == "40\u00a0%"
        assert language_name("de") == "allemand"
        g.language = "en"
        assert percent(12.5) == "12.5\u00a0%"


def test_a_published_text_says_which_language_it_is_in(app: Flask) -> None:
    with app.test_request_context():
        g.language = "fr"
        assert published({"de": "Reinigung", "it": "Pulizia"}, "de").language == "de"
        assert published({"de": "Reinigung", "fr": "Nettoyage"}, "de").text == "Nettoyage"
        assert published({}, "de").text == ""
        assert published({"fr": "Un\n\n Deux "}).paragraphs == ["Un", "Deux"]
