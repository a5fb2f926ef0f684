"""The words of the trade: four labels each, and a missing one is an error at import."""

import string

import pytest

from procurement import reserved, vocabulary
from procurement.labelled import LANGUAGES, Labelled
from procurement.rules import Rule
from procurement.vocabulary import NoticeType, Stated

_ENUMS = [
    each
    for module in (vocabulary, reserved)
    for each in vars(module).values()
    if isinstance(each, type) and issubclass(each, Labelled) and each.__module__ == module.__name__
]
_WORDS = [member for each in _ENUMS for member in each]
_TYPEWRITER = "'\""


@pytest.mark.parametrize("word", _WORDS, ids=lambda word: f"{type(word).__name__}.{word}")
def test_every_word_has_a_label_in_every_language(word: Labelled) -> None:
    assert set(word.labels) == set(LANGUAGES)
    assert all(label == label.strip() and label for label in word.labels.values())


@pytest.mark.parametrize("word", _WORDS, ids=lambda word: f"{type(word).__name__}.{word}")
def test_no_label_holds_the_quotes_of_a_typewriter(word: Labelled) -> None:
    assert not any(sign in label for label in word.labels.values() for sign in _TYPEWRITER)


def test_a_word_with_an_empty_label_is_refused_at_import() -> None:
    with pytest.raises(ValueError, match=r"Colour\.red lacks a label"):
        Labelled("Colour", {"RED": ("red", "rouge", "rot", "", "red")})  # type: ignore[call-arg, arg-type]


def test_a_word_without_a_label_is_refused_at_import() -> None:
    with pytest.raises(TypeError, match="en"):
        Labelled("Colour", {"RED": ("red", "rouge", "rot", "rosso")})  # type: ignore[call-arg, arg-type]


@pytest.mark.parametrize("rule", Rule)
def test_every_translation_of_a_rule_names_the_same_facts(rule: Rule) -> None:
    facts = {
        language: {name for _, name, _, _ in string.Formatter().parse(label) if name}
        for language, label in rule.labels.items()
    }

    assert len({frozenset(names) for names in facts.values()}) == 1


def test_a_value_is_found_again_and_another_is_none() -> None:
    assert Stated.of("not_specified") is Stated.NOT_SPECIFIED
    assert Stated.of("perhaps") is None
    assert Stated.of("") is None


def test_a_reader_of_another_language_gets_french() -> None:
    assert Stated.YES.label("rm") == Stated.YES.label("fr") == "admis selon l’avis"


def test_a_word_is_its_value() -> None:
    assert str(NoticeType.TENDER) == NoticeType.TENDER.value == "tender"


@pytest.mark.parametrize("notice_type", NoticeType)
def test_only_calls_open_a_procedure(notice_type: NoticeType) -> None:
    opens = {NoticeType.TENDER, NoticeType.COMPETITION, NoticeType.STUDY_CONTRACT}

    assert notice_type.calls_for_bids is (notice_type in opens)
