"""Words of notices and profiles: one form for all spellings."""

import pytest

from matcher.words import (
    KeywordIndex,
    as_written,
    holds_phrase,
    language_of,
    normalise,
    stem,
    stems_of,
    telling_words,
)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Travaux d’entretien de l'École", "travaux entretien de ecole"),
        ("Straße und Gebäude", "strasse und gebaude"),
        ("Manutenzione dell’edificio", "manutenzione edificio"),
        ("Main-d’œuvre, 2023–2026", "main oeuvre 2023 2026"),
        ("ﬁches NETTOYÉES", "fiches nettoyees"),
        ("", ""),
    ],
)
def test_spellings_of_a_text_become_one(written: str, normal: str) -> None:
    assert normalise(written) == normal


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("nettoyage", "nettoyages"),
        ("scolaire", "scolaires"),
        ("bureau", "bureaux"),
        ("pulizia", "pulizie"),
        ("reinigung", "reinigungen"),
        ("jardin", "jardins"),
    ],
)
def test_usual_forms_of_a_word_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_a_short_word_is_its_own_stem() -> None:
    assert stem("bus") == "bus"


def test_words_of_the_trade_and_places_tell_nothing() -> None:
    assert telling_words("Prestations de service pour la Ville de Genève, lot 2, 2026") == []


def test_a_word_is_quoted_as_it_is_written() -> None:
    assert as_written("L’Élagage d’arbres") == {stem("elagage"): "élagage", stem("arbres"): "arbres"}


def test_a_compound_with_a_hyphen_gives_each_of_its_words() -> None:
    assert set(as_written("vélos-cargos").values()) == {"velos", "cargos"}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Nous nettoyons des bureaux avec des équipes en insertion", "fr"),
        ("Wir reinigen Büros und betreiben eine Wäscherei", "de"),
        ("Puliamo gli uffici e le scuole della città con i nostri collaboratori", "it"),
        ("We clean the offices of schools", "en"),
        ("Nettoyage", None),
    ],
)
def test_a_text_tells_its_language(text: str, language: str | None) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("text", "phrase", "holds"),
    [
        ("désamiantage d'une école", "Désamiantage", True),
        ("transport de marchandises dangereuses", "marchandises dangereuses", True),
        ("amiantage", "amiant", False),
        ("nettoyage", " ", False),
    ],
)
def test_a_phrase_is_found_as_whole_words(text: str, phrase: str, holds: bool) -> None:
    assert holds_phrase(normalise(text), phrase) is holds


@pytest.mark.parametrize(
    ("text", "keyword", "language", "found"),
    [
        ("Services de traiteurs", "traiteur", "fr", True),
        ("Unterhaltsreinigung von Büros", "Reinigung", "de", True),
        ("Reinigungsarbeiten", "Reinigung", "de", True),
        ("Personentransport", "Sport", "de", False),
        ("Kindergarten", "Garten", "de", False),
        ("servizi di pulizie", "pulizia", "it", True),
        ("canteens for schools", "canteen", "en", True),
        ("information aux usagers", "formation", "fr", False),
    ],
)
def test_a_keyword_is_found_in_its_usual_forms(text: str, keyword: str, language: str, found: bool) -> None:
    index = KeywordIndex({"sector": [keyword, "unrelated"]}, language)

    assert list(index.found_in(normalise(text))) == ([("sector", keyword)] if found else [])


def test_stems_of_a_text_leave_out_what_tells_nothing() -> None:
    assert stems_of("le nettoyage des locaux") == {stem("nettoyage"), stem("locaux")}
