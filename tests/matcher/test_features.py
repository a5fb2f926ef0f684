"""The text space: a French profile meets notices in other languages."""

from typing import Any

import pytest

from config.tables import sectors
from matcher.features import TextSpace, member_text
from tests.matcher.facts import a_lot, a_member

_GARDENER: dict[str, Any] = {
    "id": 2,
    "statement": "Nous entretenons des parcs et des cimetières et plantons des haies.",
    "sectors": ("espaces_verts_nature",),
    "cpv_codes": ("77310000",),
    "cpv_words": {
        "77310000": {
            "fr": "Réalisation et entretien d’espaces verts",
            "de": "Anlage und Pflege von Grünflächen",
            "it": "Servizi di piantagione e manutenzione di zone verdi",
            "en": "Planting and maintenance services of green areas",
        }
    },
}


@pytest.mark.parametrize(
    ("language", "title", "description"),
    [
        ("de", "Unterhaltsreinigung von zwei Schulen", "Reinigung der Gebäude und der Fenster."),
        ("it", "Pulizia di due scuole", "Servizio di pulizia degli edifici e delle vetrate."),
        ("en", "Cleaning of two schools", "Cleaning of the building and its windows."),
        ("fr", "Nettoyage de deux écoles", "Entretien des bureaux et des vitres."),
        ("rm", "Nettoyage de deux écoles", "Entretien des bureaux et des vitres."),
    ],
)
def test_a_french_profile_finds_a_notice_in_another_language(
    language: str, title: str, description: str
) -> None:
    lot = a_lot(language=language, title={language: title}, description={language: description})
    cleaner, gardener = a_member(), a_member(**_GARDENER)

    space = TextSpace([lot], [cleaner, gardener], sectors=sectors())

    in_known_language = 0.15 if language != "rm" else 0.0
    assert space.likeness(1, 1) >= in_known_language
    assert space.likeness(1, 1) >= 3 * space.likeness(1, 2)


def test_the_words_shared_are_those_of_the_notice() -> None:
    lot = a_lot(language="de", title={"de": "Reinigung von Schulen"}, description={"de": "Gebäudereinigung."})

    space = TextSpace([lot], [a_member()], sectors=sectors())

    assert {"reinigung", "gebäudereinigung"} <= set(space.shared_words(1, 1))


def test_a_lot_in_two_languages_is_compared_in_the_nearer_one() -> None:
    german = {"title": {"de": "Unterhalt"}, "description": {}, "language": "de"}
    both = {
        "title": {"de": "Unterhalt", "fr": "Nettoyage de deux écoles"},
        "description": {},
        "language": "de",
    }
    space = TextSpace([a_lot(**german), a_lot(**both | {"id": 2})], [a_member()], sectors=sectors())

    assert space.likeness(2, 1) > space.likeness(1, 1)


def test_own_words_in_another_language_stay_out_where_official_ones_exist() -> None:
    member = a_member()

    assert "nettoyons" not in member_text(member, "de", sectors(), "fr")
    assert "Gebäudereinigung" in member_text(member, "de", sectors(), "fr")
    assert "nettoyons" in member_text(member, "fr", sectors(), "fr")


def test_own_words_serve_where_there_is_nothing_else() -> None:
    member = a_member(sectors=(), cpv_codes=(), cpv_words={})

    assert "nettoyons" in member_text(member, "de", sectors(), "fr")


def test_a_lot_or_member_without_text_is_like_nothing() -> None:
    silent = a_member(id=2, statement="", sectors=(), cpv_codes=(), cpv_words={})
    empty = a_lot(id=2, title={}, description={})

    space = TextSpace([a_lot(), empty], [a_member(), silent], sectors=sectors())

    assert space.likeness(2, 1) == space.likeness(1, 2) == 0.0
    assert space.shared_words(1, 2) == space.shared_words(2, 1) == []


def test_an_empty_batch_can_be_placed() -> None:
    space = TextSpace([], [], sectors={})

    assert space.matrix([], []).shape == (0, 0)
    assert space.likeness(1, 1) == 0.0


def test_asking_about_one_member_only_changes_no_figure() -> None:
    lots, members = [a_lot()], [a_member(**_GARDENER), a_member()]

    everybody = TextSpace(lots, members, sectors=sectors())
    one = TextSpace(lots, members, sectors=sectors(), asked={1})

    assert one.likeness(1, 1) == pytest.approx(everybody.likeness(1, 1), abs=1e-12)
    assert one.likeness(1, 2) == 0.0
    assert everybody.matrix([1], [1, 2]).shape == (1, 2)
