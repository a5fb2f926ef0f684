"""The ESS criteria of a tender at a glance: the weightiest first, each family once, and what is unread."""

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from config.criteria import ess_criteria, family_label
from procurement import alerts
from procurement.badges import Badge, Badges, badges_on
from procurement.labelled import LANGUAGES
from procurement.lens import FindingKind
from procurement.links import Links
from procurement.mail.blocks import Tag
from procurement.mail.messages import _tags
from procurement.vocabulary import CriteriaSource
from tests.factories import NOW, make_finding, make_lot, make_match, make_person, make_tender

INSERTION = "insertion_socioprofessionnelle"


def test_a_family_is_shown_once_with_its_strongest_place_and_greatest_weight(session: Session) -> None:
    tender = make_tender(session, lots=[])
    one, two = make_lot(tender), make_lot(tender)
    session.flush()
    make_finding(session, one, kind=FindingKind.SUBJECT, weight=None)
    make_finding(session, one, weight=5)
    make_finding(session, two, weight=12.5)

    (badge,) = badges_on(session, {7: [one, two]})[7].all

    assert badge == Badge(INSERTION, FindingKind.AWARD, 12.5)
    assert badge.short("fr") == "Insertion\u00a012,5\u00a0%"
    assert badge.full("en") == "Work integration, award criterion, 12.5\u00a0%"


def test_what_decides_comes_before_what_describes(session: Session) -> None:
    lot = make_tender(session).lots[0]
    for family, kind, weight in (
        ("biodiversite", FindingKind.SUBJECT, None),
        ("energie_climat", FindingKind.AWARD, 5),
        (INSERTION, FindingKind.EXECUTION_CONDITION, None),
        ("mobilite_douce", FindingKind.AWARD, 20),
        ("apprentissage_formation", FindingKind.AWARD, None),
    ):
        make_finding(session, lot, family=family, kind=kind, weight=weight)

    badges = badges_on(session, {1: [lot]})[1]

    assert [badge.family for badge in badges.all] == [
        "mobilite_douce",
        "energie_climat",
        "apprentissage_formation",
        INSERTION,
        "biodiversite",
    ]
    assert (len(badges.shown), badges.more) == (3, 2)
    assert badges.only("biodiversite").families == {"biodiversite"}


def test_nothing_found_and_nothing_unread_is_nothing_to_show(session: Session) -> None:
    tender = make_tender(session, lots=[])
    read = make_lot(tender)
    unread = make_lot(tender, award_criteria_source=CriteriaSource.IN_DOCUMENTS)
    session.flush()

    found = badges_on(session, {1: [read], 2: [read, unread]})

    assert not found[1]
    assert found[2]
    assert found[2].are_unread


def test_the_badges_of_a_page_take_one_query(session: Session) -> None:
    lots = [make_tender(session).lots[0] for _ in range(5)]
    for lot in lots:
        make_finding(session, lot)
    asked: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *facts: asked.append(facts[2]))

    badges_on(session, {lot.id: [lot] for lot in lots})

    assert len(asked) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_family_has_a_name_in_every_language(language: str) -> None:
    names = {family_label(criterion.key, language) for criterion in ess_criteria().criteria}

    assert len(names) == len(ess_criteria().criteria)
    assert family_label("of_a_later_file", language) == "of_a_later_file"


def test_a_mail_names_three_criteria_counts_the_others_and_says_what_is_unread() -> None:
    badges = Badges(
        tuple(
            Badge(family, FindingKind.AWARD if weight else FindingKind.SUBJECT, weight)
            for family, weight in (
                (INSERTION, 10),
                ("energie_climat", 5),
                ("biodiversite", None),
                ("x", None),
            )
        ),
        are_unread=True,
    )

    assert list(_tags(badges, "de")) == [
        Tag("Arbeitsintegration\u00a010\u00a0%", True),
        Tag("Energie und Klima\u00a05\u00a0%", True),
        Tag("Biodiversität", False),
        Tag("+1", False),
        Tag("Kriterien in den Unterlagen, nicht gelesen", False),
    ]


def test_the_digest_tells_the_criteria_in_text_and_html(session: Session) -> None:
    person = make_person(session)
    tender = make_tender(session)
    make_finding(session, tender.lots[0])
    make_match(session, member=person.member, tender=tender, released_at=NOW)
    links = Links("http://127.0.0.1:8000", "a key that is long enough for the tests")

    message = alerts.post_alerts(session, person_id=person.id, links=links, now=NOW)

    assert message is not None
    assert "Critères ESS\u00a0: Insertion\u00a010\u00a0%" in message.body_text
    assert "Insertion\u00a010\u00a0%</span>" in message.body_html
