"""Where notices come from: lights, figures, and what staff see beyond."""

from datetime import date, datetime, timedelta

import pytest

from config.tables import sources
from procurement import notices, runs
from procurement.models import CrawlRun, Person
from procurement.vocabulary import Role, Verdict
from tests.factories import make_notice, make_person, make_tender
from tests.web.conftest import Page, Writing
from web.lights import Light, light_of


def run(
    now: datetime, *, ended: timedelta | None = timedelta(0), verdict: Verdict | None = Verdict.OK
) -> CrawlRun:
    """A run that ended this long ago, or has not."""
    started = now - (ended or timedelta(0)) - timedelta(minutes=5)
    return CrawlRun(
        source="simap",
        since=date(2026, 11, 23),
        started_at=started,
        ended_at=now - ended if ended is not None else None,
        verdict=verdict,
    )


@pytest.mark.parametrize(
    ("make", "light", "word"),
    [
        (lambda now: [], Light.GREY, "jamais lue"),
        (lambda now: [run(now)], Light.GREEN, "à jour"),
        (lambda now: [run(now, verdict=Verdict.PARTIAL)], Light.AMBER, "lecture incomplète"),
        (lambda now: [run(now, verdict=Verdict.FAILED)], Light.RED, "dernière lecture échouée"),
        (lambda now: [run(now, verdict=None)], Light.RED, "dernière lecture échouée"),
        (lambda now: [run(now, ended=timedelta(days=3))], Light.AMBER, "en retard"),
        (lambda now: [run(now, ended=None, verdict=None)], Light.GREY, "première lecture en cours"),
        (lambda now: [run(now, ended=None, verdict=None), run(now)], Light.GREEN, "à jour"),
        (
            lambda now: [run(now - timedelta(hours=3), ended=None, verdict=None), run(now)],
            Light.RED,
            "lecture interrompue",
        ),
    ],
)
def test_a_light_says_how_a_source_stands(make: object, light: Light, word: str, now: datetime) -> None:
    assert callable(make)

    found = light_of(next(iter(sources().values())), make(now), now)

    assert (found.light, found.word) == (light, word)


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        (timedelta(minutes=170), "lu ce matin à 6\u00a0h\u00a010"),
        (timedelta(hours=19), "lu hier à 14\u00a0h"),
        (timedelta(days=4), "lu le ven. 20 nov. 2026 à 9\u00a0h"),
        (timedelta(hours=-5), "lu aujourd’hui à 14\u00a0h"),
    ],
)
def test_it_is_said_when_a_source_was_read(
    page: Page, writing: Writing, now: datetime, ended: timedelta, words: str
) -> None:
    with writing() as session:
        session.add(run(now, ended=ended))

    assert words in page.get("/sources").get_text()


def test_the_chart_counts_thirty_days_and_has_its_table(page: Page, writing: Writing, now: datetime) -> None:
    with writing() as session:
        tender = make_tender(session)
        make_notice(session, tender, published_on=date(2026, 11, 22))
        make_notice(session, tender, published_on=date(2026, 11, 22))
        make_notice(session, tender, published_on=date(2026, 10, 1))

    soup = page.get("/sources")

    assert "3 publications en 30 jours, 2 au plus en un jour" in soup.get_text().replace("\u00a0", " ")
    assert len(soup.select(".chart tbody tr")) == 30
    assert len(soup.select(".chart svg .bar-day")) == 1
    assert len(soup.select(".chart svg .bar-weekend")) == 1


def test_a_visitor_reads_terms_and_holes_but_no_internals(
    page: Page, writing: Writing, now: datetime
) -> None:
    fill(writing, now)

    text = page.get("/sources").get_text()

    form = sources()["simap"]
    for words in (form.licence, form.known_holes[0], "80 publications listées", "2 refusées par la source"):
        assert words in text
    assert "offerDeadline" not in text
    assert "two were refused" not in text


def test_staff_read_what_could_not_be_read_and_why(page: Page, writing: Writing, now: datetime) -> None:
    fill(writing, now)
    with writing() as session:
        staff: Person = make_person(session, role=Role.STAFF)

    text = page.sign_in(staff).get("/sources").get_text()

    for words in ("dates.offerDeadline", "is no date-time", "12345-01", "403 refused", "two were refused"):
        assert words in text


def test_staff_read_that_nothing_is_wrong(page: Page, writing: Writing) -> None:
    with writing() as session:
        staff = make_person(session, role=Role.STAFF)

    text = page.sign_in(staff).get("/sources").get_text()

    assert "Tout ce qui a été reçu a pu être lu." in text
    assert "La source a donné tout ce qu’elle liste." in text


def fill(writing: Writing, now: datetime) -> None:
    """A run with everything that can go wrong."""
    with writing() as session:
        crawl = runs.start_crawl(session, source="simap", since=date(2026, 11, 23), now=now)
        crawl.ended_at, crawl.verdict, crawl.reasons = now, Verdict.PARTIAL, ["two were refused"]
        crawl.listed, crawl.stored, crawl.unchanged = 80, 20, 56
        crawl.missing, crawl.quarantined, crawl.lost = 2, 1, 1
        runs.start_crawl(session, source="simap", since=date(2026, 11, 23), now=now)
        notices.quarantine(
            session,
            source="simap",
            source_key="a",
            path="dates.offerDeadline",
            problem="'demain' is no date-time",
            payload=b"{}",
            fetched_from="http://127.0.0.1/",
            now=now,
        )
        notices.note_missing(
            session,
            source="simap",
            source_key="b",
            number="12345-01",
            reason="403 refused",
            fetched_from="http://127.0.0.1/",
            now=now,
        )


def test_the_legal_notes_say_what_is_kept_and_what_is_not_done(page: Page) -> None:
    text = page.get("/mentions").get_text()

    for words in ("pas un conseil juridique", "argon2id", "Un seul cookie", sources()["simap"].licence):
        assert words in text
