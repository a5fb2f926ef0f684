"""Texts: plain letters keep their places, sentences leave nothing out."""

import pytest

from matcher.ess.plain import plain
from matcher.ess.sentences import sentences, trimmed


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("Réemploi d’Éléments", "reemploi d'elements"),
        ("mise en œuvre", "mise en oeuvre"),
        ("Grösse, Straße", "grosse, strasse"),
        ("Nachhal-\ntigkeit", "nachhaltigkeit"),
        ("Hoch- und Tiefbau", "hoch- und tiefbau"),
        ("e\u0301colabel", "ecolabel"),
        ("recy\u00adclage", "recyclage"),
        ("10\u202f%", "10 %"),
    ],
)
def test_a_text_is_made_plain(text: str, letters: str) -> None:
    assert plain(text).letters == letters


@pytest.mark.parametrize(
    "text", ["Nachhal-\ntigkeit zählt", "œuvre d’œuvre", "a\u0301 b ß c", "déjà vu", "x"]
)
def test_every_word_is_found_again_in_the_original(text: str) -> None:
    ready = plain(text)

    for start in range(len(ready.clean)):
        first, last = ready.origin(start, start + 1)
        assert 0 <= first < last <= len(text)
    assert ready.origin(0, len(ready.clean)) == (0, len(text))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Prix. Délai.", ["Prix. ", "Délai."]),
        ("Selon l’art. 29 et l’annexe.", ["Selon l’art. 29 et l’annexe."]),
        ("30 Prix ; 70 Qualité", ["30 Prix ; ", "70 Qualité"]),
        ("Points :\n- Un\n- Deux", ["Points :\n", "- Un\n", "- Deux"]),
        ("40 points2ème critère", ["40 points", "2ème critère"]),
        ("le prix.Le délai", ["le prix.", "Le délai"]),
        ("", [""]),
    ],
)
def test_sentences_are_cut_and_nothing_is_lost(text: str, parts: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == parts


def test_a_sentence_is_quoted_without_its_separators() -> None:
    assert trimmed(" - Un ; ", 0, 8) == (3, 5)
