"""Words, dates and deadlines in the reader's language, hours in Zurich."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from procurement import i18n
from procurement.i18n import ZURICH, Translator, Urgency, days_until, say_deadline
from procurement.labelled import LANGUAGES
from procurement.models import in_language

_NOON = datetime(2026, 11, 24, 12, 0, tzinfo=ZURICH)


@pytest.mark.parametrize(
    ("days", "urgency", "words"),
    [
        (0, Urgency.URGENT, "aujourd’hui"),
        (1, Urgency.URGENT, "demain"),
        (2, Urgency.URGENT, "dans 2 jours"),
        (7, Urgency.URGENT, "dans 7 jours"),
        (8, Urgency.SOON, "dans 8 jours"),
        (14, Urgency.SOON, "dans 14 jours"),
        (15, Urgency.CALM, "dans 15 jours"),
        (400, Urgency.CALM, "dans 400 jours"),
    ],
)
def test_a_deadline_is_said_in_days_with_its_urgency(days: int, urgency: Urgency, words: str) -> None:
    at = _NOON + timedelta(days=days, hours=1)

    said = say_deadline(at, now=_NOON, language="fr")

    assert (said.urgency, said.words, said.days) == (urgency, words, days)


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(seconds=1), timedelta(days=40)])
def test_a_deadline_that_has_passed_is_closed_even_today(ago: timedelta) -> None:
    said = say_deadline(_NOON - ago, now=_NOON, language="fr")

    assert (said.urgency, said.words) == (Urgency.CLOSED, "clos")
    assert said.exact


def test_a_deadline_to_come_is_closed_when_the_tender_is() -> None:
    said = say_deadline(_NOON + timedelta(days=9), now=_NOON, language="fr", is_closed=True)

    assert (said.urgency, said.words) == (Urgency.CLOSED, "clos")


@pytest.mark.parametrize(
    ("is_closed", "urgency", "words"),
    [(False, Urgency.UNKNOWN, "délai non précisé"), (True, Urgency.CLOSED, "clos")],
)
def test_a_deadline_that_nobody_knows_is_not_guessed(is_closed: bool, urgency: Urgency, words: str) -> None:
    said = say_deadline(None, now=_NOON, language="fr", is_closed=is_closed)

    assert (said.urgency, said.words, said.exact, said.days) == (urgency, words, "", None)


@pytest.mark.parametrize(
    ("at", "now", "days"),
    [
        (datetime(2026, 11, 24, 23, 30, tzinfo=UTC), datetime(2026, 11, 24, 22, 30, tzinfo=UTC), 1),
        (datetime(2026, 11, 24, 22, 59, tzinfo=UTC), datetime(2026, 11, 23, 23, 1, tzinfo=UTC), 0),
        (datetime(2026, 10, 26, 11, 0, tzinfo=UTC), datetime(2026, 10, 24, 10, 0, tzinfo=UTC), 2),
        (datetime(2027, 3, 29, 10, 0, tzinfo=UTC), datetime(2027, 3, 27, 11, 0, tzinfo=UTC), 2),
        (datetime(2026, 11, 20, 9, 0, tzinfo=UTC), datetime(2026, 11, 24, 9, 0, tzinfo=UTC), -4),
    ],
)
def test_days_are_those_of_the_calendar_in_zurich(at: datetime, now: datetime, days: int) -> None:
    assert days_until(at, now) == days


@pytest.mark.parametrize(
    ("language", "whole", "half"),
    [
        ("fr", "12\u00a0h", "16\u00a0h\u00a030"),
        ("de", "12:00\u00a0Uhr", "16:30\u00a0Uhr"),
        ("it", "ore\u00a012:00", "ore\u00a016:30"),
        ("en", "12:00", "16:30"),
    ],
)
def test_an_hour_is_said_as_one_says_it(language: str, whole: str, half: str) -> None:
    assert i18n.say_hour(_NOON, language) == whole
    assert i18n.say_hour(datetime(2026, 11, 24, 15, 30, tzinfo=UTC), language) == half


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "jeu. 3 sept. 2026"),
        ("de", "Do. 3. Sept. 2026"),
        ("it", "gio 3 set 2026"),
        ("en", "Thu 3 Sept 2026"),
        ("rm", "jeu. 3 sept. 2026"),
    ],
)
def test_a_day_is_said_with_its_weekday(language: str, said: str) -> None:
    assert i18n.say_date(date(2026, 9, 3), language) == said


def test_an_instant_is_said_in_zurich_in_summer_and_winter() -> None:
    summer, winter = datetime(2026, 7, 1, 10, 0, tzinfo=UTC), datetime(2026, 12, 1, 11, 0, tzinfo=UTC)

    assert i18n.say_instant(summer, "fr") == "mer. 1 juil. 2026, 12\u00a0h"
    assert i18n.say_instant(winter, "fr") == "mar. 1 déc. 2026, 12\u00a0h"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "CHF\u00a01\u202f250\u202f000"),
        ("de", "CHF\u00a01’250’000"),
        ("it", "CHF\u00a01’250’000"),
        ("en", "CHF\u00a01,250,000"),
    ],
)
def test_an_amount_is_said_without_cents(language: str, said: str) -> None:
    assert i18n.say_amount(1_250_000, "CHF", language) == said


def test_an_amount_in_euro_names_its_currency() -> None:
    assert i18n.say_amount(900, "EUR", "fr") == "EUR\u00a0900"


@pytest.mark.parametrize("language", [None, "", "rm", "FR", "xx"])
def test_a_language_that_is_none_of_ours_is_french(language: str | None) -> None:
    assert i18n.known_language(language) == "fr"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_of_ours_is_known(language: str) -> None:
    assert i18n.known_language(language) == language
    assert i18n.translator(language).language == language


@pytest.mark.parametrize(
    ("language", "count", "form"),
    [("fr", 0, "un"), ("fr", 1, "un"), ("fr", 2, "plusieurs"), ("de", 0, "plusieurs"), ("de", 1, "un")],
)
def test_zero_is_singular_in_french_only(language: str, count: int, form: str) -> None:
    assert Translator(language, None).ngettext("un", "plusieurs", count) == form


def _german() -> Catalog:
    catalog = Catalog(locale="de")
    catalog.add("clos", "geschlossen")
    catalog.add("demain", "")
    catalog.add(("{count} marché", "{count} marchés"), ("{count} Auftrag", "{count} Aufträge"))
    catalog.add(("un", "plusieurs"), ("eins", ""))
    return catalog


def test_a_text_is_put_into_the_language_of_its_catalogue() -> None:
    german = Translator("de", _german())

    assert german.gettext("clos") == "geschlossen"
    assert german.ngettext("{count} marché", "{count} marchés", 1) == "{count} Auftrag"
    assert german.ngettext("{count} marché", "{count} marchés", 0) == "{count} Aufträge"


def test_a_text_without_a_translation_stays_french() -> None:
    german = Translator("de", _german())

    assert german.gettext("demain") == "demain"
    assert german.gettext("aujourd’hui") == "aujourd’hui"
    assert german.ngettext("un", "plusieurs", 3) == "plusieurs"


def test_a_catalogue_that_is_there_is_read_and_opens_its_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "de.po").open("wb") as file:
        write_po(file, _german())
    monkeypatch.setattr(i18n, "_FOLDER", tmp_path)
    i18n.translator.cache_clear()
    i18n.page_languages.cache_clear()

    try:
        assert i18n.translator("de").gettext("clos") == "geschlossen"
        assert i18n.translator("it").gettext("clos") == "clos"
        assert i18n.page_languages() == ("fr", "de")
    finally:
        i18n.translator.cache_clear()
        i18n.page_languages.cache_clear()


@pytest.mark.parametrize(
    ("texts", "language", "created_in", "said"),
    [
        ({"fr": "a", "de": "b"}, "de", None, "b"),
        ({"fr": "a", "de": "b"}, "it", "de", "b"),
        ({"fr": "a", "de": "b"}, "it", None, "a"),
        ({"de": "b"}, "fr", None, "b"),
        ({"fr": "", "it": "c"}, "fr", None, "c"),
        ({"rm": "d"}, "fr", None, "d"),
        ({}, "fr", None, ""),
        (None, "fr", None, ""),
    ],
)
def test_a_text_is_shown_in_the_readers_language_else_in_its_own(
    texts: dict[str, str] | None, language: str, created_in: str | None, said: str
) -> None:
    assert in_language(texts, language, created_in) == said
