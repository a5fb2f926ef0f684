"""HTML fragments become clean text."""

import contextlib

import pytest

from crawler.text import html_to_text
from procurement.errors import UnreadableNotice


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("<p>Un</p><p><br></p><p>Deux</p>", "Un\n\nDeux"),
        ("<ul><li>vitres</li><li>sols</li></ul>", "• vitres\n• sols"),
        ("Nettoyage&nbsp;&nbsp;&nbsp;des sols", "Nettoyage des sols"),
        ("avant<br>après", "avant\naprès"),
        ("3 < 5 et 7 > 2", "3 < 5 et 7 > 2"),
        ("<b>gras</b> et <a href='javascript:alert(1)'>lien</a>", "gras et lien"),
        ("<script>alert(1)</script>reste<style>p{}</style>", "reste"),
        ("sans balise", "sans balise"),
        ("", ""),
    ],
)
def test_a_fragment_becomes_its_words(fragment: str, text: str) -> None:
    assert html_to_text(fragment) == text


@pytest.mark.parametrize("entity", ["&#8238;", "&#x202e;", "&#0;", "&#27;[31m", "&#x2066;", "&#xfeff;"])
def test_an_entity_cannot_bring_back_what_was_cleaned(entity: str) -> None:
    assert html_to_text(f"<p>a{entity}b</p>").replace("[31m", "") in ("ab", "a�b")


def test_deep_nesting_ends_in_text_or_in_a_named_error() -> None:
    deep = "<div>" * 100_000 + "fond" + "</div>" * 100_000

    with contextlib.suppress(UnreadableNotice):
        assert len(html_to_text(deep, path="procurement.orderDescription")) <= 200_000
