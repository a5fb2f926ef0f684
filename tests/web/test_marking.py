"""The words that matched, marked on the tender's page for the member whose match it is."""

from datetime import datetime
from typing import Any

import pytest

from procurement.vocabulary import Role
from tests.factories import make_lot, make_match, make_person, make_tender
from tests.web.conftest import Page, Writing
from web.marking import Marker


@pytest.mark.parametrize(
    ("words", "text", "marked"),
    [
        (["nettoyage"], "Nettoyage des vitres", "<mark>Nettoyage</mark> des vitres"),
        (
            ["écoles"],
            "L’ECOLE et les e\u0301coles",
            "L’<mark>ECOLE</mark> et les <mark>e\u0301coles</mark>",
        ),
        (["vitre"], "Vitres, vitrage", "<mark>Vitres</mark>, vitrage"),
        (
            ["entretien des locaux"],
            "Entretien des locaux, entretien",
            "<mark>Entretien des locaux</mark>, entretien",
        ),
        (["nettoyage", "nettoyage des vitres"], "Nettoyage des vitres", "<mark>Nettoyage des vitres</mark>"),
        (["formation"], "Informations utiles", "Informations utiles"),
        (["main d’œuvre"], "Main d'œuvre seule", "<mark>Main d&#39;œuvre</mark> seule"),
        ([], "rien à marquer", "rien à marquer"),
        (["", "…"], "rien à marquer", "rien à marquer"),
    ],
)
def test_a_word_is_marked_whatever_its_accents_and_endings(words: list[str], text: str, marked: str) -> None:
    assert str(Marker(words).mark(text)) == marked


def test_german_compounds_are_marked_where_german_is_read() -> None:
    marker = Marker(["Reinigung"])

    assert str(marker.mark("Gebäudereinigung", "de")) == "<mark>Gebäudereinigung</mark>"
    assert str(marker.mark("Gebäudereinigung", "fr")) == "Gebäudereinigung"


@pytest.mark.parametrize("word", ["mark", "script", "lt", "amp", "39", "b"])
def test_no_mark_stands_inside_markup_and_no_text_becomes_markup(word: str) -> None:
    text = "<b onclick='x'>A&B</b> <script>mark</script> &lt;"

    marked = str(Marker([word]).mark(text))

    plain = marked.replace("<mark>", "").replace("</mark>", "")
    assert "<" not in plain
    assert ">" not in plain
    assert plain == str(Marker().mark(text))


def test_the_words_of_the_reasons_are_taken_and_no_other_fact() -> None:
    reasons: list[dict[str, Any]] = [
        {"key": "title_words", "facts": {"words": ["vitres"]}},
        {"key": "place_in_reach", "facts": {"canton": "GE"}},
        {"key": "weak_evidence"},
    ]

    assert str(Marker.of(reasons).mark("Vitres, GE")) == "<mark>Vitres</mark>, GE"


def test_the_page_marks_titles_and_descriptions_for_the_member_whose_match_it_is(
    page: Page, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        person, stranger = make_person(session), make_person(session)
        staff = make_person(session, role=Role.STAFF)
        tender = make_tender(session, lots=[])
        make_lot(tender, title={"fr": "Écoles du bas"})
        make_lot(tender, title={"fr": "Crèches"}, description={"fr": "<i>Nettoyage</i> & vitres"})
        session.flush()
        make_match(session, member=person.member, lot=tender.lots[0], released_at=now)
    here = f"/marches/{tender.id}"

    soup = page.sign_in(person).get(here)

    assert soup.h1 is not None
    assert [mark.get_text() for mark in soup.h1("mark")] == ["Nettoyage", "écoles"]
    assert [mark.get_text() for mark in soup.select(".lot-title mark")] == ["Écoles"]
    assert "<i>Nettoyage</i> & vitres" in soup.get_text()
    assert soup.i is None
    assert soup.title is not None
    assert "<mark>" not in soup.title.get_text()
    for other in (stranger, staff):
        assert page.other().sign_in(other).get(here)("mark") == []
