"""law.toml: every row has its source, its day and its mark; a bad one stops the start and is named."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from config import tables
from config.law import Article, Law, Sourced, law
from config.settings import BadConfiguration
from procurement.labelled import LANGUAGES

_OURS = Path(tables.__file__).parent / "law.toml"
_BREAKABLE = re.compile(r"[^\s\u00a0] [:;?!»]|« ")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of our own in the place of config/, read anew."""
    monkeypatch.setattr(tables, "_FOLDER", tmp_path)
    law.cache_clear()
    yield tmp_path
    law.cache_clear()


def _rows(table: Law) -> list[Sourced]:
    texts = [text for article in table.article for text in article.texts]
    return [*texts, *table.regime, *table.appeal, *table.threshold]


def test_our_table_is_whole_and_marks_the_rows_that_nobody_has_read() -> None:
    marks = {row.mark for row in _rows(law())}

    assert marks == {"found", "recalled"}
    assert not any(row.is_confirmed for row in _rows(law()))
    assert all(law().source_of(row).title for row in _rows(law()))


@pytest.mark.parametrize("article", law().article, ids=lambda each: each.key)
def test_french_of_the_table_has_its_apostrophes_and_spaces(article: Article) -> None:
    text = article.says["fr"]

    assert "'" not in text
    assert not _BREAKABLE.search(text)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        (
            'mark = "found"',
            'mark = "sure"',
            r"article\.0\.texts\.0\.mark: Input should be 'found' or 'recalled'",
        ),
        ("checked = 2026-11-24", 'checked = "soon"', r"article\.0\.texts\.0\.checked"),
        ('source = "lmp"', 'source = "hearsay"', r"article complementary_criteria: no source 'hearsay'"),
        ('law = "lmp"', 'law = "other"', r"article complementary_criteria: no law 'other'"),
        ('key = "weights"', 'key = "deadlines"', "deadlines stands twice"),
        ('article = "deadlines"', 'article = "gone"', "deadline: no article 'gone'"),
        ("least = 10", "least = 41", r"deadline\.0: .*least, usual and minimum"),
        ('of = "*"', 'of = "ZH"', "a row for the confederation and one for any canton"),
        ("days = 20", 'days = 20\nconfirmed_by = "Solène"', r"appeal\.0: .*go together"),
        ('fr = "LMP", ', "", r"law\.0\.names: .*in fr, de, it and en"),
        ("earlier|past)", "earlier|past", r"article\.1\.patterns\.en"),
    ],
)
def test_a_bad_row_stops_the_start_and_is_named(folder: Path, old: str, new: str, place: str) -> None:
    text = _OURS.read_text(encoding="utf-8")
    assert old in text
    (folder / "law.toml").write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(BadConfiguration, match=r"^config/law\.toml: .*" + place):
        law()


def test_an_article_with_patterns_has_examples_in_each_language() -> None:
    raw = tomllib.loads(_OURS.read_text(encoding="utf-8"))
    (article,) = [each for each in raw["article"] if each["key"] == "earlier_contracts"]
    del article["ignores"]["it"]

    with pytest.raises(ValueError, match="earlier_contracts: ignores in fr, de, it and en"):
        Article.model_validate(article)


def test_an_open_question_shows_the_shorter_delay_first_until_a_person_confirms_one(folder: Path) -> None:
    text = _OURS.read_text(encoding="utf-8")
    (folder / "law.toml").write_text(text, encoding="utf-8")
    assert [row.days for row in law().appeals_in("GE")] == [10, 20]

    signed = 'law = "aimp2019"\ndays = 20\nconfirmed_by = "S. Vuagnat"\nconfirmed_on = 2027-01-04\n'
    begin, end = text.split('of = "GE"\nlaw = "aimp2019"\ndays = 20\n')
    (folder / "law.toml").write_text(f'{begin}of = "GE"\n{signed}{end}', encoding="utf-8")
    law.cache_clear()

    (row,) = law().appeals_in("GE")
    assert (row.days, row.is_confirmed) == (20, True)


@pytest.mark.parametrize(
    ("of", "days"), [("confederation", [20]), ("VD", [20]), ("ZH", [20]), ("TI", [10, 20])]
)
def test_a_canton_without_a_row_has_that_of_any_canton(of: str, days: list[int]) -> None:
    assert [row.days for row in law().appeals_in(of)] == days


def test_a_row_is_to_be_looked_at_again_after_a_year() -> None:
    row = law().appeal[0]

    assert not row.is_old(row.checked + timedelta(days=366))
    assert row.is_old(row.checked + timedelta(days=367))
    signed = row.model_copy(update={"confirmed_by": "S. V.", "confirmed_on": date(2028, 1, 3)})
    assert not signed.is_old(date(2028, 6, 1))


def test_each_regime_names_its_law_in_every_language() -> None:
    for row in law().regime:
        assert set(law().names_of(row.law)) == set(LANGUAGES)
    assert [row.law for row in law().regimes_in("GE")] == ["aimp1994", "aimp2019"]
    assert law().regimes_in("ZH") == []
