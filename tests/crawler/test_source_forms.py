"""The forms of the sources: checked before a run, written out for people, and one's own beside ours."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from aimp import main
from config import tables
from config.settings import BadConfiguration, Settings, settings
from config.tables import SourceForm, holes, jobs, sources
from crawler.generic.check import faults_of
from crawler.generic.document import cadence_of, cron_in_words, write_sources
from crawler.spiders import spider_of
from tests.crawler.own_sources import FEED_FORM, LIST_FORM, LONG_FORM, OCDS_FORM
from tests.crawler.pages import form_of

PAGE: dict[str, Any] = {"item": "li", "title": "h3", "language": "fr"}
DOCUMENT = Path(tables.__file__).parents[1] / "docs" / "sources.md"


@pytest.fixture(autouse=True)
def _read_anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Read settings and forms anew, from an environment that names no file of one's own."""
    monkeypatch.delenv("AIMP_SOURCES_FILE", raising=False)
    readers = (settings, sources, holes)
    for reader in readers:
        reader.cache_clear()
    yield
    for reader in readers:
        reader.cache_clear()


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of an installation's own sources."""
    path = tmp_path / "own.toml"
    monkeypatch.setenv("AIMP_SOURCES_FILE", str(path))
    return path


def changed(**changes: Any) -> SourceForm:
    form = form_of("page", PAGE).model_dump(exclude_none=True)
    return SourceForm.model_validate({**form, **changes})


@pytest.mark.parametrize(
    "form", [LIST_FORM, LONG_FORM, FEED_FORM, OCDS_FORM], ids=["list", "long", "feed", "ocds"]
)
def test_a_source_of_ones_own_is_a_form_of_about_twenty_lines(own: Path, form: str) -> None:
    ours = set(sources_of_config())
    own.write_text(form.format(address="http://127.0.0.1:8099"), encoding="utf-8")

    [added] = sources().keys() - ours

    assert len([line for line in form.splitlines() if line]) <= 23
    assert faults_of(sources()[added], Settings()) == []


def sources_of_config() -> list[str]:
    """The keys of our own file alone."""
    file = Path(tables.__file__).parent / "sources.toml"
    return [source["key"] for source in tomllib.loads(file.read_text(encoding="utf-8"))["source"]]


def test_a_key_of_ours_cannot_be_taken(own: Path) -> None:
    own.write_text(
        LIST_FORM.replace('"onlieu"', '"simap"').format(address="https://x.example"), encoding="utf-8"
    )

    with pytest.raises(BadConfiguration, match=r"own\.toml: the key 'simap' stands twice"):
        sources()


def test_a_file_that_is_not_there_is_named(own: Path) -> None:
    with pytest.raises(BadConfiguration, match=r"own\.toml: No such file"):
        sources()


def test_the_place_of_a_fault_is_named(own: Path) -> None:
    own.write_text(
        LIST_FORM.replace('language = "fr"', 'language = "rm"').format(address="https://x.example")
    )

    with pytest.raises(BadConfiguration, match=r"own\.toml: source\.0\.page\.language: "):
        sources()


def test_our_own_forms_never_name_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sources.toml").write_text(LIST_FORM.format(address="http://127.0.0.1:1"), encoding="utf-8")
    monkeypatch.setattr(tables, "_FOLDER", tmp_path)

    with pytest.raises(BadConfiguration, match="on this machine"):
        sources()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"url_setting": "simap_url"}, "exactly one of url and url_setting"),
        ({"url": ""}, "exactly one of url and url_setting"),
        ({"url": "http://www.onlieu.example"}, "an https address"),
        ({"url": "ftp://www.onlieu.example"}, "an https address"),
        ({"reader": "feed"}, r"needs its own table, \[source.feed\]"),
        ({"reader": ""}, "the table 'page' needs reader = 'page'"),
        ({"reader": "../page"}, "match pattern"),
        ({"key": "Ville d’Onlieu"}, "match pattern"),
        ({"key": "x" * 41}, "match pattern"),
    ],
)
def test_a_form_is_read_in_one_way_or_refused(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        changed(**changes)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"hosts": ["autre.example"]}, "hosts: https://www.onlieu.example/marches is not https on one of"),
        ({"hosts": []}, "on one of none"),
        ({"hosts": ["www.onlieu.example", "https://x.example"]}, "hosts: names of hosts"),
        ({"expected_per_run": (9, 3)}, "expected_per_run: from 9 to 3"),
        ({"expected_per_run": (0, 0)}, "expected_per_run"),
        ({"delay_seconds": 0}, "delay_seconds"),
        ({"licence": " "}, "licence: "),
        ({"licence_checked": "hier"}, "licence_checked: 'hier' is no day"),
        ({"reader": "nobody", "page": None}, "there is no crawler/spiders/nobody.py"),
        ({"url": "", "url_setting": "onlieu_url"}, "url_setting: 'onlieu_url' is no setting"),
        ({"page": {**PAGE, "title": "h3 >> a"}}, "page.title: `h3 >> a` is no CSS selector"),
        ({"page": {**PAGE, "item": "li@id"}}, "page.item: `li@id` is an element"),
        ({"page": {**PAGE, "link": "a", "detail": {"deadline": "["}}}, "page.detail.deadline: "),
        ({"page": {**PAGE, "notice_type": "call"}}, "notice_type: 'call' is none of"),
        ({"page": {**PAGE, "procurement_method": "free"}}, "procurement_method: 'free'"),
        ({"page": {**PAGE, "contract_nature": "food"}}, "contract_nature: 'food'"),
        ({"page": {**PAGE, "only_if": "marché|"}}, "lets every title pass"),
    ],
)
def test_a_form_that_cannot_be_used_says_why(changes: dict[str, Any], fault: str) -> None:
    assert any(fault in each for each in faults_of(changed(**changes), Settings()))


@pytest.mark.parametrize("key", sources())
def test_every_form_of_ours_can_be_used(key: str) -> None:
    form = sources()[key]

    assert faults_of(form, Settings()) == []
    assert spider_of(form.spider).__module__ == f"crawler.spiders.{form.spider}"


def test_the_command_names_each_source_and_its_fault(own: Path) -> None:
    wrong = LIST_FORM.replace("[0, 20]", "[20, 0]")
    own.write_text(wrong.format(address="http://127.0.0.1:1"), encoding="utf-8")

    result = CliRunner().invoke(main, ["sources", "check"])

    assert result.exit_code == 1
    assert "simap: ok, https://www.simap.ch/api\n" in result.output
    assert "onlieu: expected_per_run: from 20 to 0 is no range\n" in result.output


def test_the_page_about_the_sources_is_up_to_date() -> None:
    written = write_sources(sources().values(), holes(), jobs())

    assert DOCUMENT.read_text(encoding="utf-8") == written, "run `aimp sources write --out docs/sources.md`"


def test_the_page_says_what_is_not_read() -> None:
    written = write_sources([changed(known_holes=["Rien avant 2020 | rien."])], holes(), jobs())

    assert "fao.ge.ch" in written
    assert "Rien avant 2020 \\| rien." in written
    assert "(lecteur `page`)" in written


def test_the_page_is_written_to_a_file(tmp_path: Path) -> None:
    out = tmp_path / "sources.md"

    result = CliRunner().invoke(main, ["sources", "write", "--out", str(out)])

    assert result.exit_code == 0, result.output
    assert out.read_text(encoding="utf-8") == CliRunner().invoke(main, ["sources", "write"]).output


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("*/30 6-20 * * *", "toutes les 30 minutes de 6 h à 20 h"),
        ("*/5 * * * *", "toutes les 5 minutes"),
        ("0 7 * * mon-fri", "à 7 h 00, du lundi au vendredi"),
        ("15 6,18 * * *", "à 6 h 15 et à 18 h 15, chaque jour"),
        ("40 * * * *", "chaque heure à la minute 40"),
        ("0 5 * * sun", "à 5 h 00, le dimanche"),
        ("0 5 1 * *", "`0 5 1 * *`"),
        ("0 5 * * lun", "`0 5 * * lun`"),
    ],
)
def test_a_cadence_is_said_in_words(cron: str, words: str) -> None:
    assert cron_in_words(cron) == words


def test_what_no_job_reads_is_read_by_hand() -> None:
    assert cadence_of("onlieu", jobs()).startswith("à la main")
