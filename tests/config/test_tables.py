"""The files of config/: a bad one stops the start and names its place, ours are whole."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config import tables
from config.readers import PageForm, Selectors
from config.settings import BadConfiguration, Settings, settings
from config.tables import (
    Hole,
    Job,
    Sector,
    SourceForm,
    cpv_words,
    holes,
    jobs,
    schedule_timezone,
    sectors,
    sources,
)
from procurement.labelled import LANGUAGES

_READERS = (settings, sectors, sources, holes, jobs, schedule_timezone, cpv_words)
_HOLE = """[[hole]]
title = "FAO"
homepage = "https://fao.example.ch"
why = "payant"
checked = "2026-11-22"
filled = "à la main"
"""
_JOB = '[[job]]\nkey = "watch"\ncron = "{cron}"\nsteps = ["deliver"]\n'
_OURS = Path(tables.__file__).parent


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of our own in the place of config/, read anew."""
    monkeypatch.setattr(tables, "_FOLDER", tmp_path)
    for reader in _READERS:
        reader.cache_clear()
    yield tmp_path
    for reader in _READERS:
        reader.cache_clear()


def test_what_is_no_toml_names_file_and_line(folder: Path) -> None:
    (folder / "schedule.toml").write_text('timezone = "Europe/Zurich"\njob = [\n')

    with pytest.raises(BadConfiguration, match=r"^config/schedule\.toml: .*(line 3|end of document)"):
        jobs()


def test_a_missing_file_is_named(folder: Path) -> None:
    with pytest.raises(BadConfiguration, match=r"^config/sectors\.toml: No such file"):
        sectors()


def test_a_file_that_is_not_utf8_is_named(folder: Path) -> None:
    (folder / "sectors.toml").write_bytes('version = "été"'.encode("latin-1"))

    with pytest.raises(BadConfiguration, match=r"^config/sectors\.toml: .*utf-8"):
        sectors()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[[job]]\n", r"timezone: Field required"),
        ('timezone = "x"\n[[job]]\nkey = "a"\nsteps = []\n', r"job\.0\.cron: Field required"),
        ('timezone = "x"\ncolour = 1\njob = []\n', r"colour: Extra inputs"),
        (
            'timezone = "x"\n' + _JOB.format(cron="0 7 * * mon") + "timeout_minutes = 'x'",
            r"job\.0\.timeout_minutes",
        ),
    ],
)
def test_a_wrong_shape_names_its_place(folder: Path, text: str, place: str) -> None:
    (folder / "schedule.toml").write_text(text)

    with pytest.raises(BadConfiguration, match=rf"^config/schedule\.toml: {place}"):
        jobs()


@pytest.mark.parametrize(
    ("cron", "problem"),
    [
        ("0 7 * * 1-5", "mon-fri"),
        ("0 7 * * 0", "mon-fri"),
        ("0 7 * * mon,3", "mon-fri"),
        ("0 2 * * *", "02:00"),
        ("30 2 * * mon-fri", "02:00"),
        ("0 02 * * *", "02:00"),
        ("0 2,14 * * *", "02:00"),
        ("0 7 * *", "five fields"),
        ("0 7 * * mon 2026", "five fields"),
        ("", "five fields"),
    ],
)
def test_a_schedule_that_would_mean_another_moment_is_refused(folder: Path, cron: str, problem: str) -> None:
    (folder / "schedule.toml").write_text('timezone = "Europe/Zurich"\n' + _JOB.format(cron=cron))

    with pytest.raises(BadConfiguration, match=f"{problem}"):
        jobs()


@pytest.mark.parametrize("cron", ["0 7 * * mon-fri", "*/5 * * * *", "30 12 1 * *", "0 20,22 * * sun"])
def test_a_schedule_that_means_one_moment_is_read(folder: Path, cron: str) -> None:
    (folder / "schedule.toml").write_text('timezone = "Europe/Zurich"\n' + _JOB.format(cron=cron))

    assert [job.cron for job in jobs()] == [cron]


@pytest.mark.parametrize("code", ["9091000", "909100000", "90910000-9", "9091000x", ""])
def test_a_code_of_other_than_eight_digits_is_refused(folder: Path, code: str) -> None:
    (folder / "sectors.toml").write_text(
        'version = "1"\n[[sector]]\nkey = "a"\nlabels = {}\nkeywords = {}\n'
        f'core = [{{ code = "{code}", label = "x" }}]\n'
    )

    with pytest.raises(BadConfiguration, match=r"sector\.0\.core\.0\.code"):
        sectors()


def test_what_is_read_is_never_changed() -> None:
    job = jobs()[0]

    with pytest.raises(ValueError, match="frozen"):
        job.cron = "* * * * *"  # type: ignore[misc]


@pytest.mark.parametrize("sector", sectors().values(), ids=lambda sector: str(sector.key))
def test_every_sector_is_whole_in_four_languages(sector: Sector) -> None:
    assert set(sector.labels) == set(LANGUAGES)
    assert set(sector.keywords) == set(LANGUAGES)
    assert all(label.strip() for label in sector.labels.values())
    assert all(words and all(word.strip() for word in words) for words in sector.keywords.values())
    assert sector.core


@pytest.mark.parametrize("sector", sectors().values(), ids=lambda sector: str(sector.key))
def test_no_code_of_a_sector_stands_twice(sector: Sector) -> None:
    codes = [cpv.code for cpv in (*sector.core, *sector.related, *sector.excluded)]

    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("file", "block"), [("sectors.toml", "sector"), ("sources.toml", "source"), ("schedule.toml", "job")]
)
def test_no_key_stands_twice_in_a_file(file: str, block: str) -> None:
    keys = [each["key"] for each in tomllib.loads((_OURS / file).read_text(encoding="utf-8"))[block]]

    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("source", sources().values(), ids=lambda source: str(source.key))
def test_every_source_says_where_it_is_and_what_to_expect(source: SourceForm) -> None:
    if not source.is_read_from_files_alone:
        assert source.url or source.url_setting in Settings.model_fields
        assert source.hosts
        assert source.homepage
    assert source.title
    assert source.licence
    assert source.expected_per_run[0] <= source.expected_per_run[1]


def _source(**facts: str) -> str:
    """The form of a source in TOML."""
    lines = {
        "key": '"geneve"',
        "title": '"Genève"',
        "homepage": '"https://www.example.ch"',
        "url": '"https://www.example.ch/avis"',
        "hosts": '["www.example.ch"]',
        "licence": '"inconnue"',
        "licence_checked": '"2026-11-22"',
        "expected_per_run": "[0, 10]",
        **facts,
    }
    return "[[source]]\n" + "".join(f"{name} = {value}\n" for name, value in lines.items() if value)


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"url": '"http://www.example.ch"'}, "an https address"),
        ({"url": '"https://"'}, "an https address"),
        ({"url": ""}, "exactly one of url and url_setting"),
        ({"url_setting": '"simap_url"'}, "exactly one of url and url_setting"),
        ({"homepage": ""}, "homepage"),
        ({"reader": '"csv"', "csv": '{ language = "fr" }'}, "neither url nor url_setting"),
        ({"reader": '"csv"', "url": ""}, r"needs its own table, \[source\.csv\]"),
        ({"reader": '"feed"'}, r"needs its own table, \[source\.feed\]"),
        ({"feed": '{ language = "fr" }'}, "the table 'feed' needs reader = 'feed'"),
        ({"reader": '"ocds"', "feed": '{ language = "fr" }'}, r"needs its own table, \[source\.ocds\]"),
        ({"key": '"Genève !"'}, r"source\.0\.key"),
        ({"url": '"http://127.0.0.1:8000/avis"'}, "is on this machine"),
    ],
)
def test_a_source_that_cannot_be_read_is_refused(folder: Path, facts: dict[str, str], problem: str) -> None:
    (folder / "sources.toml").write_text(_source(**facts), encoding="utf-8")

    with pytest.raises(BadConfiguration, match=rf"^config/sources\.toml: .*{problem}"):
        sources()


def test_a_source_read_by_a_general_reader_names_it(folder: Path) -> None:
    own, general = _source(), _source(key='"vaud"', reader='"feed"', feed='{ language = "fr" }')
    (folder / "sources.toml").write_text(own + general, encoding="utf-8")

    assert {key: source.spider for key, source in sources().items()} == {"geneve": "geneve", "vaud": "feed"}


@pytest.mark.parametrize(
    ("key", "url", "problem"),
    [
        ("geneve", "https://www.example.ch", "the key 'geneve' stands twice"),
        ("ours", "https://www.example.ch", None),
        ("ours", "http://127.0.0.1:8000", None),
    ],
)
def test_an_installation_adds_sources_of_its_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch, key: str, url: str, problem: str | None
) -> None:
    (folder / "sources.toml").write_text(_source(), encoding="utf-8")
    own = folder / "own.toml"
    own.write_text(_source(key=f'"{key}"', url=f'"{url}"') + _HOLE, encoding="utf-8")
    monkeypatch.setenv("AIMP_SOURCES_FILE", str(own))
    settings.cache_clear()

    if problem is None:
        assert list(sources()) == ["geneve", "ours"]
        assert [hole.title for hole in holes()] == ["FAO"]
    else:
        with pytest.raises(BadConfiguration, match=f"own.toml: {problem}"):
            sources()


@pytest.mark.parametrize("hole", holes(), ids=lambda hole: str(hole.title)[:30])
def test_every_hole_says_why_and_how_it_is_filled(hole: Hole) -> None:
    assert all((hole.homepage, hole.why, hole.checked, hole.filled))


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"item": "li", "title": "a", "only_if": "("}, "not a regular expression"),
        ({"item": "li", "title": "a", "deadline_pattern": "au .*"}, "one group"),
        ({"item": "li", "title": "a", "deadline_pattern": "("}, "not a regular expression"),
        ({"item": "li", "title": "a", "detail": {"title": "h1"}}, "detail needs link"),
        ({"item": "li", "link": "a"}, "title is needed"),
        ({"item": "li", "link": "a", "detail": {"title": "h1"}, "only_if": "x"}, "only_if needs a title"),
        ({"item": "", "title": "a"}, "item"),
        ({"item": "li", "title": "a", "canton": "Genève"}, "canton"),
        ({"item": "li", "title": "a", "language": "rm"}, "language"),
    ],
)
def test_a_page_whose_form_cannot_be_right_is_refused(table: dict[str, object], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        PageForm.model_validate({"language": "fr", **table})


def test_a_page_is_read_by_the_form_of_its_list_and_entries() -> None:
    form = PageForm.model_validate(
        {
            "language": "fr",
            "item": "li",
            "link": "a",
            "detail": {"title": "h1"},
            "deadline_pattern": r"jusqu’au (\d+ \w+ \d{4})",
        }
    )

    assert (form.detail, form.most_pages) == (Selectors(title="h1"), 20)


@pytest.mark.parametrize("job", jobs(), ids=lambda job: str(job.key))
def test_every_job_has_steps(job: Job) -> None:
    assert job.steps
    assert job.timeout_minutes > 0


def test_the_schedule_is_read_in_a_zone_that_exists() -> None:
    assert ZoneInfo(schedule_timezone()).key == "Europe/Zurich"


def test_the_words_of_every_code_of_a_sector_are_known() -> None:
    words = cpv_words()

    assert all(words[cpv.code] for sector in sectors().values() for cpv in sector.core)
