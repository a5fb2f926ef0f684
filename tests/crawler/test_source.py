"""JSON from outside is read strictly, and an answer without end is refused before it takes the memory."""

import pytest

from crawler.generic.packages import read_package
from crawler.generic.selecting import parse_page
from crawler.source import Ending, Tally, read_json
from crawler.xml import parse_xml


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "empty"),
        (b"[NaN]", "NaN is no JSON"),
        (b"[1, -Infinity]", "Infinity is no JSON"),
        (b'{"a": 1, "b": {"c": 1, "c": 1}}', "'c' stands twice"),
        (b'{"a": 1, "\\u0061": 2}', "'a' stands twice"),
        (b"[" * 200_000, "nested too deeply"),
        (b"9" * 5_000, "digits"),
        (b"[" + b"{}," * 1_000_000 + b"1]", "more than"),
        (b"{" + b",".join(b'"%d":0' % each for each in range(400_000)) + b"}", "more than"),
        (b'"\xff"', "utf-8"),
    ],
)
def test_what_is_no_json_of_ours_is_said_in_words(body: bytes, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_json(body)


def test_a_long_text_is_no_swarm() -> None:
    assert read_json(b'["%s"]' % (b"mots, et mots " * 20_000)) != []


@pytest.mark.parametrize(
    "refused",
    [
        lambda: parse_xml(b"<a>" + b"<b/>" * 1_000_000 + b"</a>"),
        lambda: parse_xml(b"<a " + b" ".join(b'a%d=""' % each for each in range(600_000)) + b"/>"),
        lambda: parse_page(b"<b>x" * 100_000),
        lambda: read_package(b'{"releases": [' + b"{}," * 1_000_000 + b"{}]}"),
    ],
    ids=["elements", "attributes", "tags of a page", "releases"],
)
def test_an_answer_without_end_is_refused(refused: object) -> None:
    assert callable(refused)

    with pytest.raises(ValueError, match="more than"):
        refused()


@pytest.mark.parametrize("ending", ["stored", "unchanged", "quarantined", "missing"])
def test_an_ending_is_counted_once(ending: Ending) -> None:
    tally = Tally(listed=1)

    tally.count(ending)

    assert tally.accounted == getattr(tally, ending) == 1
