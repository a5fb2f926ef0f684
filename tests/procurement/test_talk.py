"""What is said and decided in a room: by whom, taken back by whom, and no price of the bid."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement import consortiums, talk
from procurement.errors import NotAllowed, RuleBroken
from procurement.models import AuditEntry, Consortium, Person, RoomPost
from procurement.rules import Rule
from procurement.teaming import ConsortiumState, PostKind, SeatState
from procurement.vocabulary import Role
from tests.factories import NOW, make_person, make_post, make_room, make_seat


@pytest.fixture
def room(session: Session) -> Consortium:
    """A room with a lead, a partner and an adviser."""
    found = make_room(session, adviser=make_person(session, role=Role.STAFF, password=None))
    make_seat(session, found, make_person(session, password=None), SeatState.JOINED)
    return found


def _lead(room: Consortium) -> Person:
    return consortiums.lead_of(room).people[0]


def _partner(room: Consortium) -> Person:
    return room.seats[1].member.people[0]


def _adviser(session: Session, room: Consortium) -> Person:
    return session.get_one(Person, room.adviser_id)


def test_everybody_inside_writes_and_the_newest_is_first(session: Session, room: Consortium) -> None:
    for person in (_lead(room), _partner(room), _adviser(session, room)):
        make_post(session, room, person, text=f"De {person.id}\r\n\u202edans l’ordre")

    found = talk.thread(session, consortium=room)

    people = [_adviser(session, room).id, _partner(room).id, _lead(room).id]
    assert [post.person_id for post in found.posts] == people
    assert found.posts[0].text == f"De {people[0]}\ndans l’ordre"
    assert found.older_than is None


def test_a_long_thread_comes_in_pages_without_a_gap(session: Session, room: Consortium) -> None:
    written = [make_post(session, room, _lead(room), text=str(number)).id for number in range(talk.PAGE + 3)]

    first = talk.thread(session, consortium=room)
    rest = talk.thread(session, consortium=room, before=first.older_than)

    assert [post.id for post in (*first.posts, *rest.posts)] == written[::-1]
    assert rest.older_than is None


@pytest.mark.parametrize("state", [SeatState.ASKED, SeatState.DECLINED, SeatState.LEFT])
def test_nobody_outside_writes(session: Session, room: Consortium, state: SeatState) -> None:
    outsider = make_person(session, password=None)
    make_seat(session, room, outsider, state)

    for person in (outsider, make_person(session, password=None), make_person(session, role=Role.STAFF)):
        with pytest.raises(NotAllowed):
            make_post(session, room, person)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (" \n\u200b", Rule.WORDS_NEEDED),
        ("x" * 4_001, Rule.WORDS_TOO_MANY),
        ("45 fr./h", Rule.LOOKS_LIKE_PRICE),
    ],
)
def test_a_text_is_there_not_too_long_and_no_price(
    session: Session, room: Consortium, text: str, rule: Rule
) -> None:
    with pytest.raises(RuleBroken) as refused:
        make_post(session, room, _lead(room), text=text)

    assert refused.value.rule is rule
    assert session.scalars(select(RoomPost)).all() == []


def test_a_sum_that_is_not_the_price_of_the_bid_can_be_written(session: Session, room: Consortium) -> None:
    written = make_post(session, room, _lead(room), text="Caution : CHF 5'000", is_no_price=True)

    assert written.text == "Caution : CHF 5'000"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CHF 120'000", "CHF 120'000"),
        ("chf120000", "chf120000"),
        ("Total Fr. 95.50 HT", "Fr. 95.50"),
        ("on dit 45 fr./h ?", "45 fr"),
        ("12 500 francs", "12 500 francs"),
        ("120’000.– en tout", "120’000.–"),
        ("95.-", "95.-"),
        ("€ 30", "€ 30"),
        ("30 €", "30 €"),
        ("à 1,5 million, soit 120 kCHF", "120 kCHF"),
        ("95/h", "95/h"),
        ("95 de l’heure", "95 de l’heure"),
        ("3500 Franken", "3500 Franken"),
    ],
)
def test_what_looks_like_a_price_is_seen(text: str, found: str) -> None:
    assert talk.price_in(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Séance mardi 24.11.2026 à 14 h, salle 3",
        "Le prix compte pour 40 %, le délai est de 120 jours.",
        "40 h par semaine, 2 équipes de 3",
        "Art. 5 al. 3, lot 2, CPV 90910000",
        "Tél. 022 555 01 02",
        "Trois français et deux fribourgeois",
        "24/7, et 12 places",
    ],
)
def test_other_numbers_are_no_price(text: str) -> None:
    assert talk.price_in(text) is None


def test_whoever_wrote_a_message_takes_it_back_and_its_text_is_gone(
    session: Session, room: Consortium
) -> None:
    written = make_post(session, room, _partner(room))

    for _ in range(2):
        talk.take_back(session, consortium=room, written=written, person=_partner(room), now=NOW)

    assert (written.text, written.withdrawn_at) == ("", NOW)
    acts = session.scalars(select(AuditEntry.act).where(AuditEntry.act.startswith("room."))).all()
    assert list(acts) == ["room.message", "room.take_back"]


def test_nobody_else_takes_a_message_back_and_a_decision_stays(session: Session, room: Consortium) -> None:
    message = make_post(session, room, _partner(room))
    decision = make_post(session, room, _lead(room), kind=PostKind.DECISION)

    for written, rule in ((message, Rule.NOT_ITS_AUTHOR), (decision, Rule.DECISION_STAYS)):
        with pytest.raises(RuleBroken) as refused:
            talk.take_back(session, consortium=room, written=written, person=_lead(room), now=NOW)
        assert refused.value.rule is rule


def test_a_post_of_another_room_is_out_of_reach(session: Session, room: Consortium) -> None:
    other = make_room(session)

    with pytest.raises(NotAllowed):
        talk.take_back(
            session,
            consortium=other,
            written=make_post(session, room, _lead(room)),
            person=_lead(other),
            now=NOW,
        )


def test_decisions_make_a_log_of_their_own(session: Session, room: Consortium) -> None:
    make_post(session, room, _lead(room))
    first, second = (
        make_post(session, room, _lead(room), kind=PostKind.DECISION, text=text) for text in "ab"
    )

    assert list(talk.decisions(session, consortium=room)) == [second, first]


def test_a_room_that_is_over_is_read_only(session: Session, room: Consortium) -> None:
    written = make_post(session, room, _lead(room))
    consortiums.end(
        session, consortium=room, state=ConsortiumState.NO_BID, note="", person=_lead(room), now=NOW
    )

    with pytest.raises(RuleBroken) as refused:
        make_post(session, room, _lead(room))
    with pytest.raises(RuleBroken):
        talk.take_back(session, consortium=room, written=written, person=_lead(room), now=NOW)

    assert refused.value.rule is Rule.ROOM_OVER
    assert len(talk.thread(session, consortium=room).posts) == 1


def test_who_has_left_writes_no_more_and_is_no_longer_named(session: Session, room: Consortium) -> None:
    partner, seat = _partner(room), room.seats[1]
    make_post(session, room, partner)
    assert talk.is_named(room, partner)

    consortiums.leave(session, seat=seat, person=partner, now=NOW + timedelta(hours=1))

    assert not talk.is_named(room, partner)
    assert talk.is_named(room, _adviser(session, room))
    assert not talk.is_named(room, None)
    with pytest.raises(NotAllowed):
        make_post(session, room, partner)
