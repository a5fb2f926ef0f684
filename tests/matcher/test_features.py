"""The text space: a French profile meets notices in other languages."""

from typing import Any

import pytest

from config.tables import sectors
from matcher import features
from matcher.features import TextSpace, learn_words, member_text
from matcher.lead import LotFacts, MemberFacts
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


def a_space(lots: list[LotFacts], members: list[MemberFacts]) -> TextSpace:
    """The members among these lots."""
    return TextSpace(learn_words(lots, members, sectors=sectors()), members, sectors=sectors())


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

    to_cleaner, to_gardener = a_space([lot], [cleaner, gardener]).row(lot)

    in_known_language = 0.15 if language != "rm" else 0.0
    assert to_cleaner >= in_known_language
    assert to_cleaner >= 3 * to_gardener


def test_the_words_shared_are_those_of_the_notice() -> None:
    lot = a_lot(language="de", title={"de": "Reinigung von Schulen"}, description={"de": "Gebäudereinigung."})

    space = a_space([lot], [a_member()])

    assert {"reinigung", "gebäudereinigung"} <= set(space.shared_words(lot, 1))


def test_a_lot_in_two_languages_is_compared_in_the_nearer_one() -> None:
    german = {"title": {"de": "Unterhalt"}, "description": {}, "language": "de"}
    both = {
        "title": {"de": "Unterhalt", "fr": "Nettoyage de deux écoles"},
        "description": {},
        "language": "de",
    }
    in_one, in_two = a_lot(**german), a_lot(**both | {"id": 2})
    space = a_space([in_one, in_two], [a_member()])

    assert space.row(in_two)[0] > space.row(in_one)[0]


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

    space = a_space([a_lot(), empty], [a_member(), silent])

    assert space.row(empty).tolist() == [0.0, 0.0]
    assert space.row(a_lot())[1] == 0.0
    assert space.shared_words(a_lot(), 2) == space.shared_words(empty, 1) == []


def test_nobody_can_be_placed() -> None:
    assert a_space([], []).row(a_lot()).shape == (0,)


def test_asking_about_one_member_only_changes_no_figure() -> None:
    lot, members = a_lot(), [a_member(**_GARDENER), a_member()]
    weights = learn_words([lot], members, sectors=sectors())

    everybody = TextSpace(weights, members, sectors=sectors()).row(lot)
    one = TextSpace(weights, members[1:], sectors=sectors()).row(lot)

    assert one.tolist() == pytest.approx(everybody[1:].tolist(), abs=1e-12)


def test_of_many_lots_some_are_enough_to_learn_what_words_weigh(monkeypatch: pytest.MonkeyPatch) -> None:
    lots = [a_lot(id=number) for number in range(10)]
    read: list[int] = []

    def noted(lot: LotFacts, language: str) -> str:
        read.append(lot.id)
        return "Nettoyage"

    monkeypatch.setattr(features, "_LEARNED_FROM", 4)
    monkeypatch.setattr(features, "lot_text", noted)

    learn_words(lots, [], sectors=sectors())

    assert read == [0, 3, 6, 9]


def test_the_nearest_of_several_references_is_the_one_that_counts() -> None:
    references = ("Catalogue d’une bibliothèque", "Nettoyage de deux écoles")
    cleaner, silent = a_member(references=references), a_member(id=2)
    space = a_space([a_lot()], [silent, cleaner])

    none, near = space.reference_row(a_lot())

    assert none == 0.0
    assert near > 0.3
    assert space.nearest_reference(a_lot(), cleaner.id) == references[1]
