"""Reasons, risks and gates: said in four languages, with every fact in its place."""

import re
from typing import Any

import pytest

from procurement.cantons import canton_name
from procurement.labelled import LANGUAGES
from procurement.partner_words import OFFERS
from procurement.reasons import GATES, REASONS, RISKS, say, say_gate
from procurement.wording import Wording

_WORDED: dict[str, Wording] = {**REASONS, **RISKS, **OFFERS, **GATES}
_FACTS: dict[str, Any] = {
    "code": "90919300",
    "labels": {"fr": "Services de nettoyage des écoles", "de": "Reinigung von Schulen"},
    "own_code": "90910000",
    "own_labels": {"fr": "Services de nettoyage"},
    "words": ["nettoyage", "écoles"],
    "canton": "GE",
    "place": "CH-VD",
    "language": "de",
    "languages": ["de", "it"],
    "deadline": "2026-12-14T11:00:00+00:00",
    "days": 20,
    "year": 2026,
    "value_chf": 450_000,
    "reserved_to": ["res-ws"],
    "sure": 0.85,
    "titles": {"fr": "Nettoyage des crèches"},
    "weight": 12.5,
    "reference": "Nettoyage de trois écoles pour une commune",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", _WORDED)
def test_every_key_is_said_in_every_language_with_its_facts(key: str, language: str) -> None:
    sentence = _WORDED[key].say(_FACTS, language)

    names = re.findall(r"\{(\w+)\}", _WORDED[key].full[language])
    assert "{" not in sentence
    assert sentence.endswith(".")
    assert (sentence == _WORDED[key].plain[language]) is (not names)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", _WORDED)
@pytest.mark.parametrize("facts", [{}, {name: None for name in _FACTS}, {"labels": {}, "words": []}])
def test_a_fact_that_is_not_known_leaves_a_whole_sentence(
    facts: dict[str, Any], key: str, language: str
) -> None:
    sentence = _WORDED[key].say(facts, language)

    assert sentence == _WORDED[key].plain[language]
    assert sentence.endswith(".")
    assert not re.search(r"[{}]|None|: ?\.|\(\)", sentence)


@pytest.mark.parametrize("key", _WORDED)
def test_the_languages_of_a_sentence_name_the_same_facts(key: str) -> None:
    named = {tuple(sorted(re.findall(r"\{(\w+)\}", text))) for text in _WORDED[key].full.values()}

    assert len(named) == 1


@pytest.mark.parametrize("key", _WORDED)
def test_french_sentences_follow_french_typography(key: str) -> None:
    sentence = _WORDED[key].say(_FACTS, "fr")

    assert not re.search(r"'|[^\u00a0][:;?!»]|«[^\u00a0]", sentence)


@pytest.mark.parametrize("key", ["cpv_same", "cpv_under", "cpv_near"])
def test_a_code_never_stands_without_its_words(key: str) -> None:
    without_words = {**_FACTS, "labels": {}, "own_labels": {}}

    assert "9091" not in say({"key": key, "facts": without_words}, "fr")


def test_a_code_is_said_with_the_words_of_the_readers_language() -> None:
    reason = {"key": "cpv_same", "facts": _FACTS}

    assert say(reason, "de") == "CPV-Code 90919300 (Reinigung von Schulen), den Sie angegeben haben."
    assert "Services de nettoyage des écoles" in say(reason, "it")


@pytest.mark.parametrize(
    ("reason", "language", "sentence"),
    [
        (
            {"key": "title_words", "facts": {"words": ["vitres", "écoles"]}},
            "fr",
            "Le titre emploie vos mots\u00a0: «\u00a0vitres\u00a0», «\u00a0écoles\u00a0».",
        ),
        (
            {"key": "few_days", "facts": {"deadline": "2026-12-04T11:00:00+00:00"}},
            "fr",
            "Peu de temps\u00a0: délai le ven. 4 déc. 2026.",
        ),
        (
            {"key": "offer_language", "facts": {"language": "fr"}},
            "it",
            "Il bando è in un’altra lingua, ma l’offerta può essere presentata in francese.",
        ),
        (
            {"key": "place_in_reach", "facts": {"canton": "GE"}},
            "en",
            "Carried out within your reach: Geneva.",
        ),
        ({"key": "place_in_reach"}, "rm", "Lieu d’exécution dans votre rayon d’action."),
    ],
)
def test_a_reason_reads_as_a_sentence(reason: dict[str, Any], language: str, sentence: str) -> None:
    assert say(reason, language) == sentence


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", [{"key": "stars_in_line", "facts": {"sign": "Leo"}}, {}, {"facts": None}])
def test_a_reason_of_an_older_model_is_said_in_general_terms(reason: dict[str, Any], language: str) -> None:
    assert say(reason, language).endswith(".")
    assert say_gate(reason, language).endswith(".")


@pytest.mark.parametrize(
    ("place", "sentence"), [("CH-FR", "Out of reach: Fribourg."), ("FR", "Out of reach: France.")]
)
def test_the_canton_of_fribourg_is_not_france(place: str, sentence: str) -> None:
    assert say_gate({"key": "place", "facts": {"place": place}}, "en") == sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_canton_has_a_name(language: str) -> None:
    assert canton_name("GE", language) in ("Genève", "Genf", "Ginevra", "Geneva")
    assert canton_name("XX", language) == "XX"
