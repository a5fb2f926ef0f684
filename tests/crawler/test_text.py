"""HTML fragments become clean text."""

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
    within, beyond = ("<div>" * depth + "fond" + "</div>" * depth for depth in (100, 9_000))

    assert html_to_text(within) == "fond"
    with pytest.raises(UnreadableNotice, match="orderDescription"):
        html_to_text(beyond, path="procurement.orderDescription")


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "part",
    ["<p>x", "<li>x", "x<br>", "<tr><td>x"],
    ids=["paragraphs", "items", "breaks", "rows"],
)
def test_a_field_made_of_tags_takes_no_longer_than_one_of_words(part: str) -> None:
    tags = part.count("<")

    assert html_to_text(part * (20_000 // tags)).count("x") > 200
    with pytest.raises(UnreadableNotice, match=r"orderDescription.*more than 20000 parts"):
        html_to_text(part * (20_000 // tags + 1), path="procurement.orderDescription")


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("<template>a<li>b<p>c</p></li></template>d", "d"),
        ("<p>a<!-- rien -->b</p>", "ab"),
        ("<p>a</p>\n \n<p>b</p>", "a\n\nb"),
        ("<p>a</p><script>x</p>y</script>b", "a\nb"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "ab"),
    ],
)
def test_tags_that_are_badly_closed_hide_nothing(fragment: str, text: str) -> None:
    assert html_to_text(fragment) == text
