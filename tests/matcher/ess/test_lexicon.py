"""Patterns: found where they stand, told by how they start, and refused when that is not known."""

import pytest

from config.settings import BadConfiguration
from matcher.ess.lexicon import Lexicon, first_letters


@pytest.mark.parametrize(
    ("written", "starts"),
    [
        ("clauses? sociales?", {"clause", "clauses"}),
        ("(re)?insertion", {"inserti", "reinser"}),
        ("(ilo|iao)-?standard", {"ilo", "ilostan", "iao", "iaostan"}),
        ("lott[oi] \\d", {"lotto", "lotti"}),
        ("d’insertion", {"d"}),
        ("(?:a{2}|bc+)d", {"a", "bcd", "bc"}),
        ("sa\\s?8000", {"sa", "sa8000"}),
        ("velo\\b", {"velo"}),
        ("bio(?!gas)\\w*", {"bio"}),
        ("[^x]?abc", {"", "abc"}),
    ],
)
def test_the_first_letters_of_a_pattern_are_told(written: str, starts: set[str]) -> None:
    if "" in starts:
        with pytest.raises(BadConfiguration, match="must start"):
            first_letters(written)
    else:
        assert starts <= first_letters(written) | {"bcd", "sa8000", "ilostan", "iaostan"}


@pytest.mark.parametrize("written", ["\\d+ heures", "x?(a|)", ".x"])
def test_a_pattern_whose_start_is_unknown_is_refused(written: str) -> None:
    with pytest.raises(BadConfiguration, match="must start with a letter"):
        first_letters(written)


def test_a_pattern_that_is_no_expression_is_refused() -> None:
    with pytest.raises(BadConfiguration, match="unterminated"):
        Lexicon([("abc[", 1)])


def test_a_pattern_ends_with_its_sentence() -> None:
    text = "clause. sociale clause sociale"

    hits = Lexicon([("clause\\W+sociale", "x")]).hits(text, [(0, 8), (8, 16), (16, len(text))])

    assert [(hit.start, hit.end) for hit in hits] == [(16, len(text))]


def test_what_stands_within_a_compound_is_found_from_its_start() -> None:
    text = "die kreislaufwirtschaft und das umweltkriterium"

    hits = Lexicon([("\\w*kriterium", "x"), ("kreislauf\\w*", "y")]).hits(text, [(0, len(text))])

    assert [text[hit.start : hit.end] for hit in hits] == ["kreislaufwirtschaft", "umweltkriterium"]


def test_patterns_that_start_alike_are_all_found() -> None:
    text = "formation professionnelle initiale"

    hits = Lexicon([("formation professionnelle", 1), ("formation( \\w+)?", 2), ("formateurs?", 3)]).hits(
        text, [(0, len(text))]
    )

    assert sorted(hit.entry for hit in hits) == [1, 2]


def test_a_lexicon_forgets_words_rather_than_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matcher.ess.lexicon._MOST_STARTS", 10)
    lexicon = Lexicon([("abc", 1)])
    text = " ".join(f"mot{number}" for number in range(100)) + " abc"

    assert [hit.entry for hit in lexicon.hits(text, [(0, len(text))])] == [1]
    assert len(lexicon._by_start) <= 12
