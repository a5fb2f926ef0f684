"""Every e-mail: in text and HTML, in four languages, with the same links, whatever others wrote into it."""

import inspect
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from sqlalchemy.orm import Session

from procurement import consortiums, matches
from procurement.labelled import LANGUAGES
from procurement.mail import messages, room_messages
from procurement.mail.blocks import Email, Item, Section
from procurement.mail.rendering import render
from procurement.mail.room_messages import Due, RoomNews
from procurement.models import BidResult, CrawlRun, Person, Tender
from procurement.news import Change, News, Question, Reminder, Result
from procurement.teaming import ConsortiumState, PostKind, SeatState
from procurement.vocabulary import Stated, TenderField, Verdict
from tests.factories import (
    NOW,
    make_chamber,
    make_lot,
    make_match,
    make_member,
    make_person,
    make_room,
    make_seat,
    make_tender,
)
from tests.procurement.mails import LINKS

_TODAY = date(2026, 11, 24)
_HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "\"><a href='javascript:alert(1)'>ici</a>",
    "</td></tr></table><form action=//evil.example>",
    "{{ 1237*1013 }}{% for x in y %}",
    "{name}{0}{count}{__class__}",
    "%s%d%(name)s",
    "titre\r\nBcc: victime@example.ch\r\n\r\ncorps",
    "\x1b[31mrouge\x1b[0m\x07",
    "\u202egnp.exe",
    "=HYPERLINK(1)",
    "&lt;b&gt; &amp; é",
    "<!-- --> <![CDATA[x]]>",
]


def _run(source: str, verdict: Verdict | None, ended_at: datetime | None) -> CrawlRun:
    return CrawlRun(
        source=source, since=date(2026, 11, 20), started_at=NOW, ended_at=ended_at, verdict=verdict
    )


def _digest(session: Session, person: Person, **overrides: Any) -> Email:
    """A digest with everything: last chances, news, lots, warnings, and more than fits."""
    assert person.member is not None
    near = make_tender(session, submission_deadline=NOW + timedelta(days=2), value_amount=250_000)
    several = make_tender(session, title={"de": "Reinigung der Schulen"}, language="de")
    make_lot(several)
    for tender in (near, several):
        for lot in tender.lots:
            make_match(session, member=person.member, lot=lot, released_at=NOW)
    found = matches.tenders_of(session, member=person.member, now=NOW)
    facts: dict[str, Any] = {
        "new": found[1:],
        "last_chance": found[:1],
        "left_out": 3,
        "badges": {},
        "runs": [_run("simap", Verdict.OK, NOW), _run("ted", Verdict.PARTIAL, NOW)],
    }
    return messages.digest(
        person=person, member=person.member, links=LINKS, now=NOW, **{**facts, **overrides}
    )


def _sign_in_code(session: Session, person: Person) -> Email:
    return messages.sign_in_code(person=person, code="042137", minutes=10, links=LINKS)


def _source_alarm(session: Session, person: Person) -> Email:
    found = [_run("simap", Verdict.FAILED, NOW - timedelta(hours=hours)) for hours in range(3)]
    found[0].reasons = ["the list of publications could not be read to its end"]
    return messages.source_alarm(person=person, runs=found, is_unread=True, links=LINKS)


def _address_refused(session: Session, person: Person) -> Email:
    # A name and an answer of a relay are theirs, whatever they hold.
    about = make_person(session, name=person.name, password=None)
    about.undeliverable_since, about.undeliverable_words = NOW, f"550 5.1.1 {person.name}"
    return messages.address_refused(person=person, about=about, links=LINKS)


def _whole_digest(session: Session, person: Person) -> Email:
    """A digest with every section, of a tender whose words and winners are those of the person’s name."""
    tender = make_tender(session, title={"fr": person.name}, language="fr")
    tender.enquiry_deadline = NOW.date()
    room = make_room(session, tender=tender, lead=make_person(session, password=None))
    seat = make_seat(session, room, person, SeatState.ASKED)
    day, later = "2026-12-01T11:00:00+00:00", "2026-12-08T11:00:00+00:00"
    changes = [
        (TenderField.TITLE, {"fr": person.name}, {"fr": "Autre titre"}),
        (TenderField.SUBMISSION_DEADLINE, day, later),
        (TenderField.ENQUIRY_DEADLINE, "2026-11-28", None),
        (TenderField.OPENING, day, later),
        (TenderField.CONSORTIUM, ["yes", {}], ["no", {}]),
        (TenderField.SUBCONTRACTING, ["yes", {}], ["yes", {"fr": "x"}]),
        (TenderField.LOTS, {}, {"1": []}),
    ]
    told = News(
        reminders=[
            Reminder(tender, True, NOW.date(), 0, "q1"),
            Reminder(tender, True, NOW.date(), 2, "q2"),
            Reminder(tender, False, NOW.date(), 2, "d2"),
        ],
        changes=[Change(tender, field, old, new, "c") for field, old, new in changes],
        questions=[Question(seat)],
        results=[
            Result(tender, tender.lots[0].source_key, (person.name, "Nettoyage SA"), "a"),
            Result(tender, None, (), "b"),
        ],
    )
    return _digest(session, person, news=told, recovered=["simap"])


def _room_news(text: str) -> list[RoomNews]:
    """More than fits into one e-mail: a long message, a file, somebody who has left."""
    kinds = (PostKind.DECISION, PostKind.MESSAGE, None)
    return [RoomNews(kind, by, f"{text} {'mot ' * 60}", NOW) for kind in kinds for by in ("Zoé", "")] * 3


def _of_room(name: str) -> Callable[[Session, Person], Email]:
    """A message about a seat that somebody else has in somebody else's room."""

    def sample(session: Session, person: Person) -> Email:
        room = make_room(session)
        seat = make_seat(session, room, make_person(session, password=None), SeatState.JOINED)
        # What the lead wrote is theirs, whatever it holds.
        seat.message = person.name
        by = consortiums.lead_of(room).people[0]
        facts: dict[str, dict[str, Any]] = {
            "proposal": {"seat": seat, "rows": ["Vitrerie", person.name]},
            "joined": {"seat": seat, "by": by},
            "left": {"seat": seat},
            "let_go": {"seat": seat},
            "complete": {"consortium": room, "members": [each.member for each in room.seats]},
            "adviser": {"consortium": room, "by": by},
            "reminder": {"dues": [Due(room, [(_TODAY, person.name)], ["AVS"])], "today": _TODAY},
            "news": {"rooms": [(room, _room_news(person.name))]},
            "result_wanted": {
                "result": BidResult(consortium=room, consortium_id=room.id, suggested=ConsortiumState.LOST)
            },
            "result": {"consortium": room},
        }
        # A reference is asked for where the bid was won.
        room.state = ConsortiumState.WON if name == "result" else room.state
        email: Email = getattr(room_messages, name)(person=person, links=LINKS, **facts[name])
        return email

    return sample


_OF_ROOMS = (
    "proposal",
    "joined",
    "left",
    "let_go",
    "complete",
    "adviser",
    "reminder",
    "news",
    "result_wanted",
    "result",
)
_SAMPLES: dict[str, Callable[[Session, Person], Email]] = {
    "digest": _whole_digest,
    "sign_in_code": _sign_in_code,
    "source_alarm": _source_alarm,
    "source_back": lambda _session, person: messages.source_back(person=person, source="simap", links=LINKS),
    "address_refused": _address_refused,
    **{name: _of_room(name) for name in _OF_ROOMS},
}
_FUNCTIONS = [
    name
    for module in (messages, room_messages)
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__
    and inspect.signature(function).return_annotation is Email
    and not name.startswith("_")
]
each_message = pytest.mark.parametrize("name", _FUNCTIONS)
each_language = pytest.mark.parametrize("language", LANGUAGES)


class _Reader(HTMLParser):
    """Reads what a mail program would act on: elements, their attributes, and the text a person sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.text += data

    @property
    def links(self) -> list[str]:
        """The addresses of its links, in order."""
        return [value for name, value in self.attributes if name == "href"]


def _links_of_text(text: str) -> list[str]:
    return re.findall(r"https?://\S+", text)


def _build(session: Session, name: str, language: str, **facts: Any) -> Email:
    return _SAMPLES[name](session, make_person(session, language=language, **facts))


def test_every_message_has_a_sample_here() -> None:
    assert set(_SAMPLES) == set(_FUNCTIONS)


@each_language
@each_message
def test_every_message_says_the_same_in_text_and_html(session: Session, name: str, language: str) -> None:
    rendered = render(_build(session, name, language))

    html = _Reader(rendered.html)
    assert rendered.subject
    assert html.links
    assert _links_of_text(rendered.text) == html.links
    assert ("lang", language) in html.attributes


@each_language
@each_message
def test_every_sentence_of_a_message_is_in_both_forms(session: Session, name: str, language: str) -> None:
    email = _build(session, name, language)

    rendered = render(email)

    shown = " ".join(_Reader(rendered.html).text.split())
    said = " ".join(rendered.text.split())
    for sentence in (email.greeting, *email.foot, *(link.label for link in email.foot_links)):
        assert " ".join(sentence.split()) in shown
        assert " ".join(sentence.split()) in said


@each_message
def test_every_message_is_a_whole_page_without_scripts_images_or_other_hosts(
    session: Session, name: str
) -> None:
    html = render(_build(session, name, "fr")).html

    read = _Reader(html)
    assert html.startswith("<!doctype html>")
    assert not {"script", "img", "link", "iframe", "form", "style"} & set(read.elements)
    hosts = {link.split("/")[2] for link in read.links}
    assert hosts <= {"veille.example.ch", "www.simap.ch"}


@each_language
@each_message
def test_no_message_leaves_a_brace_or_none_unfilled(session: Session, name: str, language: str) -> None:
    rendered = render(_build(session, name, language))

    assert "{" not in rendered.text + rendered.subject
    assert "None" not in rendered.text + rendered.subject


@each_message
@pytest.mark.parametrize("hostile", _HOSTILE, ids=lambda text: ascii(text)[:30])
def test_what_others_wrote_is_shown_and_does_nothing(session: Session, name: str, hostile: str) -> None:
    plain = _Reader(render(_build(session, name, "fr")).html)
    make_chamber(session, postal_address=hostile, adviser_name=hostile)
    chamber_name = make_chamber(session).name
    make_chamber(session, name=hostile)
    person = make_person(
        session, name=hostile, member=make_member(session, name=hostile), email="hostile@example.ch"
    )

    email = _SAMPLES[name](session, person)
    rendered = render(email)

    read = _Reader(rendered.html)
    assert chamber_name != hostile
    assert set(read.elements) <= set(plain.elements)
    assert {key for key, _ in read.attributes} <= {key for key, _ in plain.attributes}
    assert all(link.startswith("https://") for link in read.links)
    assert "1253081" not in rendered.subject
    assert rendered.subject.splitlines() == [rendered.subject]


@pytest.mark.parametrize("hostile", _HOSTILE, ids=lambda text: ascii(text)[:30])
def test_a_hostile_notice_is_harmless_in_subject_text_and_html(session: Session, hostile: str) -> None:
    person = make_person(session)
    plain = _Reader(render(_digest(session, person)).html)
    hostile_tender = make_tender(
        session, title={"fr": hostile}, submission_deadline=NOW + timedelta(days=1), language="fr"
    )
    assert hostile_tender.buyer is not None
    hostile_tender.buyer.name = {"fr": hostile}
    hostile_tender.lots[0].place_city = {"fr": hostile}
    make_match(
        session,
        member=person.member,
        tender=hostile_tender,
        released_at=NOW,
        reasons=[{"key": "title_words", "facts": {"words": [hostile]}}],
        risk={"key": hostile, "facts": {hostile: hostile}},
    )

    rendered = render(_digest(session, person))

    read = _Reader(rendered.html)
    assert set(read.elements) <= set(plain.elements)
    assert all(not name.startswith("on") for name, _ in read.attributes)
    assert all(link.startswith("https://") for link in read.links)
    assert rendered.subject.splitlines() == [rendered.subject]
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", rendered.subject)


def test_the_subject_says_what_is_inside(session: Session) -> None:
    email = _digest(session, make_person(session))

    assert render(email).subject.replace("\u00a0", " ") == (
        "1 nouveau marché, 1 délai proche : Ville de Genève – Service des écoles"
    )


def test_the_subject_names_three_buyers_and_is_never_too_long(session: Session) -> None:
    person = make_person(session)
    for _ in range(9):
        tender = make_tender(session)
        assert tender.buyer is not None
        tender.buyer.name = {"fr": f"Commune {tender.id} " + "x" * 300}
        make_match(session, member=person.member, tender=tender, released_at=NOW)
    assert person.member is not None
    found = matches.tenders_of(session, member=person.member, now=NOW)

    subject = render(_digest(session, person, new=found, last_chance=[])).subject

    assert subject.startswith("9 nouveaux marchés")
    assert subject.count("…") == 3
    assert len(subject) <= 180


def test_an_item_holds_the_facts_by_which_one_decides(session: Session) -> None:
    person = make_person(session)

    text = render(_digest(session, person)).text

    for part in (
        "Nettoyage écologique des écoles",
        "Ville de Genève – Service des écoles · Genève · procédure ouverte · CHF\u00a0250\u202f000",
        "dans 2 jours · jeu. 26 nov. 2026, 9\u00a0h · correspondance forte",
        "Le titre emploie vos mots",
        "Lieu d’exécution dans votre rayon d’action",
        "! L’avis demande plusieurs références.",
        "Avis officiel",
    ):
        assert part in text


def test_a_title_in_another_language_stands_with_its_original(session: Session) -> None:
    tender = make_tender(session, title={"de": "Reinigung", "fr": "Nettoyage"}, language="de")
    person = make_person(session)
    make_match(session, member=person.member, tender=tender, released_at=NOW)
    assert person.member is not None
    found = matches.tenders_of(session, member=person.member, now=NOW)

    email = _digest(session, person, new=found, last_chance=[])

    (section,) = [block for block in email.blocks if isinstance(block, Section)]
    assert "* Nettoyage\n  (Reinigung)\n" in render(email).text

    [item] = section.items
    assert isinstance(item, Item)
    assert (item.title.label, item.original_title) == ("Nettoyage", "Reinigung")


def test_a_tender_with_lots_names_the_best_for_the_member(session: Session) -> None:
    text = render(_digest(session, make_person(session))).text

    assert "2 lots pour vous, d’abord" in text


def test_without_an_official_notice_there_is_no_link_to_one(session: Session) -> None:
    tender, person = make_tender(session, url=""), make_person(session)
    make_match(session, member=person.member, tender=tender, released_at=NOW)
    assert person.member is not None
    found = matches.tenders_of(session, member=person.member, now=NOW)

    rendered = render(_digest(session, person, new=found, last_chance=[]))

    for shown in (rendered.text, rendered.html):
        assert "Avis officiel" not in shown
        assert 'href=""' not in shown


def test_nothing_unknown_is_said_of_a_tender(session: Session) -> None:
    tender = make_tender(session, value_amount=None)
    tender.buyer = None
    tender.lots[0].place_city = {}
    match = make_match(session, tender=tender, released_at=NOW)
    matched = matches.matched_tender(session, member=match.member, tender=tender)
    assert matched is not None

    assert messages.tender_facts(tender, matched, "fr") == "procédure ouverte"


def test_a_long_place_is_cut(session: Session) -> None:
    tender = make_tender(session)
    tender.lots[0].place_city = {}
    tender.lots[0].place_note = {"fr": "Divers lieux du canton " * 10}
    match = make_match(session, tender=tender, released_at=NOW)
    matched = matches.matched_tender(session, member=match.member, tender=tender)
    assert matched is not None

    place = messages.tender_facts(tender, matched, "fr").split(" · ")[1]

    assert len(place) == 58
    assert place.endswith("…")


@pytest.mark.parametrize(
    ("verdict", "ended_days_ago", "is_warned"),
    [
        (Verdict.OK, 0, False),
        (Verdict.OK, 2, False),
        (Verdict.OK, 3, True),
        (Verdict.PARTIAL, 0, True),
        (Verdict.FAILED, 0, True),
        (None, None, True),
    ],
)
def test_a_source_that_may_have_missed_something_is_told(
    session: Session, verdict: Verdict | None, ended_days_ago: int | None, is_warned: bool
) -> None:
    ended_at = None if ended_days_ago is None else NOW - timedelta(days=ended_days_ago)

    text = render(_digest(session, make_person(session), runs=[_run("simap", verdict, ended_at)])).text

    assert ("un marché peut manquer" in text) is is_warned
    assert ("simap, lu" in text) is (ended_at is not None and verdict is not Verdict.FAILED)


def test_without_an_adviser_nobody_is_named(session: Session) -> None:
    person = make_person(session)
    make_chamber(session, adviser_name="", postal_address="")

    text = render(_digest(session, person)).text

    assert "Une question" not in text


def test_one_tender_left_out_is_said_in_the_singular(session: Session) -> None:
    person = make_person(session)

    assert "Un autre marché" in render(_digest(session, person, left_out=1)).text
    assert "3 autres marchés" in render(_digest(session, person)).text
    assert "autre" not in render(_digest(session, person, left_out=0)).text.split("Voir tous")[0][-60:]


def test_the_code_is_in_the_subject_and_signs_nobody_in_by_a_link(session: Session) -> None:
    rendered = render(_sign_in_code(session, make_person(session)))

    assert "042137" in rendered.subject
    assert "042137" in rendered.text
    assert all("042137" not in link for link in _links_of_text(rendered.text))


def test_a_tender_says_nothing_of_consortia_in_a_digest(session: Session) -> None:
    assert Tender.__table__.columns["consortium_allowed"].default.arg is Stated.NOT_SPECIFIED
