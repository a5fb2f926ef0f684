"""Where notices come from: lights, figures, and what staff see beyond."""

from datetime import date, datetime, timedelta

import pytest

from config.tables import holes, sources
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
        (lambda now: [], Light.GREY, "pas encore lue ici"),
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


def test_staff_read_that_nothing_is_wrong(page: Page, writing: Writing, now: datetime) -> None:
    with writing() as session:
        staff = make_person(session, role=Role.STAFF)
        session.add(run(now))

    text = page.sign_in(staff).get("/sources").get_text()

    assert "Tout ce qui a été reçu a pu être lu." in text
    assert "La source a donné tout ce qu’elle liste." in text


def test_a_source_that_was_never_read_shows_what_it_is_and_no_figures(
    page: Page, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        session.add(run(now))
        staff = make_person(session, role=Role.STAFF)

    for browser in (page, page.other().sign_in(staff)):
        soup = browser.get("/sources")
        panels = {str(panel["aria-labelledby"]): panel for panel in soup.select("section.source")}

        assert list(panels) == [*(f"source-{key}" for key in sources()), "holes-title"]
        for key, form in sources().items():
            panel = panels[f"source-{key}"]
            assert bool(panel.select(".chart")) is (key == "simap")
            assert ("pas encore lue ici" in panel.get_text()) is (key != "simap")
            assert ("a pu être lu" in panel.get_text()) is (key == "simap" and browser is not page)
            for words in (form.what, form.licence, *form.known_holes):
                assert words in panel.get_text()


def test_a_source_that_is_not_read_here_stands_on_its_own_page_alone(
    page: Page, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        person, crawl = make_person(session), run(now)
        crawl.source = "ted"
        session.add(crawl)

    lights = [light.get_text() for light in page.sign_in(person).get("/marches").select(".light")]

    # One that the schedule reads, and one that was read here though it does not.
    assert [light.split()[0] for light in lights] == ["simap.ch", "TED"]


def test_what_nobody_reads_is_said_with_how_it_is_filled(page: Page) -> None:
    panel = page.get("/sources").select_one("section[aria-labelledby=holes-title]")

    assert panel is not None
    assert holes()
    for hole in holes():
        for words in (hole.title, hole.why, hole.filled):
            assert words in panel.get_text()
        assert panel.find("a", href=hole.homepage)


def test_the_count_of_cases_is_of_all_of_them(page: Page, writing: Writing, now: datetime) -> None:
    with writing() as session:
        staff = make_person(session, role=Role.STAFF)
        for number in range(23):
            notices.quarantine(
                session,
                source="simap_archive",
                source_key=str(number),
                path="OB01.SPEC",
                problem="no form of ours",
                payload=b"{}",
                fetched_from="http://127.0.0.1/",
                now=now + timedelta(seconds=number),
            )

    panel = page.sign_in(staff).get("/sources").select_one("[aria-labelledby=source-simap_archive]")

    assert panel is not None
    assert panel.select("h3 .count")[0].get_text() == "23"
    assert "Les 20 plus récentes sur 23." in panel.get_text()
    assert len(panel.select(".cases li")) == 20
    assert "OB01.SPEC" not in page.other().get("/sources").get_text()


def test_what_failed_did_not_read_anything(now: datetime) -> None:
    failed, good = run(now, verdict=Verdict.FAILED), run(now, ended=timedelta(days=1))

    found = light_of(sources()["simap"], [failed, good], now)

    assert (found.light, found.read_at) == (Light.RED, good.ended_at)


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
