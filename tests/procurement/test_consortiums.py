"""Teaming up: asked without names, silent refusals, one bid a member and lot, in any order of acts."""

import random
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from procurement import admissions, consortiums, requirements
from procurement.db import transaction
from procurement.errors import AimpError, NotAllowed, RuleBroken
from procurement.models import Consortium, Lot, Member, Person, Seat, SeatClaim, Tender
from procurement.rules import Rule
from procurement.teaming import Admission, ConsortiumState, NextAct, SeatRole, SeatState
from procurement.vocabulary import Role, Stated
from tests.factories import NOW, make_lot, make_person, make_tender
from tests.procurement.together import together


def _people(session: Session, count: int) -> list[Person]:
    return [make_person(session, password=None) for _ in range(count)]


def _open(
    session: Session, lead: Person, tender: Tender, *, places: int = 3, lots: Sequence[Lot] = ()
) -> Consortium:
    return consortiums.open_consortium(
        session,
        tender=tender,
        lots=lots or tender.lots,
        lead=_member(lead),
        places=places,
        has_read=True,
        person=lead,
        now=NOW,
    )


def _member(person: Person) -> Member:
    assert person.member is not None
    return person.member


def _ask(
    session: Session,
    consortium: Consortium,
    lead: Person,
    who: Person,
    *,
    role: SeatRole = SeatRole.PARTNER,
) -> Seat:
    return consortiums.ask(
        session,
        consortium=consortium,
        member=_member(who),
        role=role,
        message="Vitrerie de trois écoles",
        person=lead,
        now=NOW,
    )


def _join(session: Session, consortium: Consortium, lead: Person, who: Person) -> Seat:
    seat = _ask(session, consortium, lead, who)
    consortiums.answer(session, seat=seat, accepts=True, person=who, now=NOW)
    return seat


def _rule(broken: pytest.ExceptionInfo[RuleBroken]) -> Rule:
    return broken.value.rule


def test_from_opening_to_a_submitted_bid_every_step_is_dated_and_signed(session: Session) -> None:
    lead, partner = _people(session, 2)
    consortium = _open(session, lead, make_tender(session))
    seat = _join(session, consortium, lead, partner)
    consortiums.bind(session, seat=seat, has_read=True, person=partner, now=NOW)
    shares = {each.id: share for each, share in zip(consortium.seats, (60, 40), strict=True)}
    consortiums.share_out(session, consortium=consortium, shares=shares, person=lead, now=NOW)
    consortiums.complete(session, consortium=consortium, why="Aucun n’a la taille.", person=lead, now=NOW)
    consortiums.submit(session, consortium=consortium, person=lead, now=NOW)

    consortiums.end(
        session, consortium=consortium, state=ConsortiumState.WON, note="Rang 1", person=lead, now=NOW
    )

    assert [(step.state, step.person_id, step.at) for step in consortium.steps] == [
        (ConsortiumState.OPEN, lead.id, NOW),
        (ConsortiumState.FORMING, partner.id, NOW),
        (ConsortiumState.COMPLETE, lead.id, NOW),
        (ConsortiumState.SUBMITTED, lead.id, NOW),
        (ConsortiumState.WON, lead.id, NOW),
    ]


def test_who_is_asked_is_not_inside_before_its_yes(session: Session) -> None:
    lead, asked = _people(session, 2)
    consortium = _open(session, lead, make_tender(session))
    seat = _ask(session, consortium, lead, asked)

    assert not consortiums.may_enter(consortium, asked)
    assert [each.id for each in consortiums.questions_to(session, member=_member(asked), now=NOW)] == [
        seat.id
    ]

    consortiums.answer(session, seat=seat, accepts=True, person=asked, now=NOW)

    assert consortiums.may_enter(consortium, asked)
    assert consortiums.questions_to(session, member=_member(asked), now=NOW) == []


def test_a_refusal_leaves_no_trace_in_the_room(session: Session) -> None:
    lead, asked = _people(session, 2)
    consortium = _open(session, lead, make_tender(session))
    seat = _ask(session, consortium, lead, asked)
    steps = len(consortium.steps)

    consortiums.answer(session, seat=seat, accepts=False, person=asked, now=NOW)

    assert len(consortium.steps) == steps
    assert [each.member_id for each in consortiums.inside(consortium)] == [_member(lead).id]
    # Asked again it answers as before: the lead cannot tell a no from a silence.
    assert _ask(session, consortium, lead, asked) is seat


@pytest.mark.parametrize("cause", ["bound elsewhere", "wants no proposals", "left the chamber"])
def test_whatever_the_cause_a_member_is_just_not_available(session: Session, cause: str) -> None:
    lead, other, asked = _people(session, 3)
    tender = make_tender(session)
    if cause == "bound elsewhere":
        _join(session, _open(session, other, tender), other, asked)
    elif cause == "wants no proposals":
        _member(asked).accepts_proposals = False
    else:
        _member(asked).is_active = False
    consortium = _open(session, lead, tender)

    with pytest.raises(RuleBroken) as broken:
        _ask(session, consortium, lead, asked)

    assert _rule(broken) is Rule.NOT_AVAILABLE
    assert not broken.value.facts


def test_one_member_is_in_one_bid_on_a_lot_and_free_for_another_lot(session: Session) -> None:
    lead, other, partner = _people(session, 3)
    tender = make_tender(session, lots=[])
    first, second = make_lot(tender), make_lot(tender)
    session.flush()
    _join(session, _open(session, lead, tender, lots=[first]), lead, partner)
    elsewhere = _open(session, other, tender, lots=[second])

    seat = _join(session, elsewhere, other, partner)

    assert seat.state is SeatState.JOINED
    with pytest.raises(RuleBroken) as broken:
        _open(session, partner, tender, lots=[first])
    assert _rule(broken) is Rule.ALREADY_COMMITTED


def test_several_bids_are_possible_only_on_the_staffs_record_with_words_and_page(session: Session) -> None:
    lead, other, partner = _people(session, 3)
    staff = make_person(session, role=Role.STAFF, password=None)
    tender = make_tender(session)
    _join(session, _open(session, lead, tender), lead, partner)
    consortium = _open(session, other, tender)
    with pytest.raises(RuleBroken):
        _ask(session, consortium, other, partner)
    with pytest.raises(RuleBroken) as broken:
        admissions.record_admission(
            session,
            tender=tender,
            admission=Admission.MULTIPLE,
            quotation="Admis.",
            page=" ",
            person=staff,
            now=NOW,
        )
    assert _rule(broken) is Rule.QUOTATION_NEEDED

    admissions.record_admission(
        session,
        tender=tender,
        admission=Admission.MULTIPLE,
        quotation="La participation multiple est admise.",
        page="12",
        person=staff,
        now=NOW,
    )

    assert _join(session, consortium, other, partner).state is SeatState.JOINED


@pytest.mark.parametrize(
    ("stated", "role", "rule"),
    [
        ("consortium_allowed", SeatRole.PARTNER, Rule.CONSORTIUM_EXCLUDED),
        ("subcontracting_allowed", SeatRole.SUBCONTRACTOR, Rule.SUBCONTRACTING_EXCLUDED),
    ],
)
def test_what_the_notice_excludes_needs_a_record(
    session: Session, stated: str, role: SeatRole, rule: Rule
) -> None:
    lead, asked = _people(session, 2)
    tender = make_tender(session)
    consortium = _open(session, lead, tender)
    setattr(tender, stated, Stated.NO)

    with pytest.raises(RuleBroken) as broken:
        _ask(session, consortium, lead, asked, role=role)

    assert _rule(broken) is rule


def test_the_deadline_closes_everything(session: Session) -> None:
    lead, asked = _people(session, 2)
    tender = make_tender(session)
    consortium = _open(session, lead, tender)
    seat = _ask(session, consortium, lead, asked)
    tender.submission_deadline = NOW - timedelta(minutes=1)

    with pytest.raises(RuleBroken) as broken:
        consortiums.answer(session, seat=seat, accepts=True, person=asked, now=NOW)

    assert _rule(broken) is Rule.DEADLINE_PASSED
    assert consortiums.questions_to(session, member=_member(asked), now=NOW) == []


def test_whoever_answers_for_the_whole_has_read_so(session: Session) -> None:
    lead, partner = _people(session, 2)
    seat = _join(session, _open(session, lead, make_tender(session)), lead, partner)

    with pytest.raises(RuleBroken) as broken:
        consortiums.bind(session, seat=seat, has_read=False, person=partner, now=NOW)

    assert _rule(broken) is Rule.SOLIDARITY_UNREAD


def test_nobody_speaks_for_another(session: Session) -> None:
    lead, partner, stranger = _people(session, 3)
    consortium = _open(session, lead, make_tender(session))
    seat = _ask(session, consortium, lead, partner)

    with pytest.raises(NotAllowed):
        consortiums.answer(session, seat=seat, accepts=True, person=lead, now=NOW)
    with pytest.raises(NotAllowed):
        _ask(session, consortium, stranger, partner)
    with pytest.raises(NotAllowed):
        consortiums.submit(session, consortium=consortium, person=partner, now=NOW)


def test_a_team_is_whole_only_with_all_committed_and_shares_of_a_hundred(session: Session) -> None:
    lead, partner = _people(session, 2)
    consortium = _open(session, lead, make_tender(session))
    seat = _join(session, consortium, lead, partner)

    with pytest.raises(RuleBroken) as broken:
        consortiums.complete(session, consortium=consortium, why="Taille", person=lead, now=NOW)
    assert _rule(broken) is Rule.NOT_ALL_COMMITTED

    consortiums.bind(session, seat=seat, has_read=True, person=partner, now=NOW)
    shares = {each.id: 45 for each in consortium.seats}
    consortiums.share_out(session, consortium=consortium, shares=shares, person=lead, now=NOW)
    with pytest.raises(RuleBroken) as broken:
        consortiums.complete(session, consortium=consortium, why="Taille", person=lead, now=NOW)
    assert _rule(broken) is Rule.SHARES_NOT_WHOLE
    assert broken.value.facts == {"sum": 90}


def test_giving_up_frees_everybody(session: Session) -> None:
    lead, partner, other = _people(session, 3)
    tender = make_tender(session)
    consortium = _open(session, lead, tender)
    _join(session, consortium, lead, partner)

    consortiums.end(
        session, consortium=consortium, state=ConsortiumState.NO_BID, note="", person=lead, now=NOW
    )

    assert _join(session, _open(session, other, tender), other, partner).state is SeatState.JOINED


@pytest.mark.parametrize(
    "message", ["Ici {lead}.", "Appelez {person}", "ecrire à quelqu.un@example.ch", "voir www.example.ch"]
)
def test_a_question_names_nobody(session: Session, message: str) -> None:
    lead, asked = _people(session, 2)
    consortium = _open(session, lead, make_tender(session))

    with pytest.raises(RuleBroken) as broken:
        consortiums.ask(
            session,
            consortium=consortium,
            member=_member(asked),
            role=SeatRole.PARTNER,
            message=message.format(lead=_member(lead).name.upper(), person=lead.name),
            person=lead,
            now=NOW,
        )

    assert _rule(broken) is Rule.NAMES_ITS_AUTHOR


def test_a_row_of_the_leads_own_names_nobody_either(session: Session) -> None:
    lead, asked = _people(session, 2)
    consortium = _open(session, lead, make_tender(session))
    row = requirements.add(session, consortium=consortium, text=f"Comme {lead.name}", person=lead, now=NOW)

    with pytest.raises(RuleBroken) as broken:
        consortiums.ask(
            session,
            consortium=consortium,
            member=_member(asked),
            role=SeatRole.PARTNER,
            message="",
            person=lead,
            now=NOW,
            rows=[row],
        )

    assert _rule(broken) is Rule.NAMES_ITS_AUTHOR


def test_the_lead_has_read_that_it_answers_for_the_whole(session: Session) -> None:
    [lead] = _people(session, 1)
    tender = make_tender(session)

    with pytest.raises(RuleBroken) as broken:
        consortiums.open_consortium(
            session,
            tender=tender,
            lots=tender.lots,
            lead=_member(lead),
            places=3,
            has_read=False,
            person=lead,
            now=NOW,
        )

    assert _rule(broken) is Rule.SOLIDARITY_UNREAD


def test_the_same_call_at_another_source_is_no_way_into_a_second_bid(session: Session) -> None:
    lead, other, partner = _people(session, 3)
    tender, twin = make_tender(session), make_tender(session, source="ted")
    _join(session, _open(session, lead, twin), lead, partner)
    twin.merged_into = tender
    session.flush()

    with pytest.raises(RuleBroken) as broken:
        _ask(session, _open(session, other, tender), other, partner)

    assert _rule(broken) is Rule.NOT_AVAILABLE


def test_a_room_goes_on_when_another_source_stands_for_its_tender(session: Session) -> None:
    lead, partner = _people(session, 2)
    tender, twin = make_tender(session), make_tender(session, source="ted")
    consortium = _open(session, lead, twin)
    twin.merged_into = tender
    session.flush()

    assert _join(session, consortium, lead, partner).state is SeatState.JOINED


def test_the_next_step_has_its_owner_at_every_stage(session: Session) -> None:
    lead, partner = _people(session, 2)
    consortium = _open(session, lead, make_tender(session))

    def step() -> tuple[NextAct, list[int]] | None:
        found = consortiums.next_step(consortium, NOW)
        return (found.act, [seat.member_id for seat in found.seats]) if found else None

    lead_id, partner_id = _member(lead).id, _member(partner).id
    assert step() == (NextAct.FIND, [lead_id])
    seat = _join(session, consortium, lead, partner)
    assert step() == (NextAct.COMMIT, [partner_id])
    consortiums.bind(session, seat=seat, has_read=True, person=partner, now=NOW)
    assert step() == (NextAct.SHARE, [lead_id])
    shares = {each.id: 50 for each in consortium.seats}
    consortiums.share_out(session, consortium=consortium, shares=shares, person=lead, now=NOW)
    assert step() == (NextAct.COMPLETE, [lead_id])
    consortiums.complete(session, consortium=consortium, why="Taille", person=lead, now=NOW)
    assert step() == (NextAct.SUBMIT, [lead_id])
    consortiums.submit(session, consortium=consortium, person=lead, now=NOW)
    assert step() == (NextAct.RESULT, [lead_id])
    consortiums.end(session, consortium=consortium, state=ConsortiumState.LOST, note="", person=lead, now=NOW)
    assert step() is None


def test_after_the_deadline_a_team_that_was_not_whole_says_what_became_of_it(session: Session) -> None:
    [lead] = _people(session, 1)
    tender = make_tender(session)
    consortium = _open(session, lead, tender)
    tender.submission_deadline = NOW - timedelta(minutes=1)

    found = consortiums.next_step(consortium, NOW)

    assert found is not None
    assert found.act is NextAct.CLOSE


def test_a_bid_that_a_whole_team_handed_in_can_be_noted_after_the_deadline(session: Session) -> None:
    lead, partner = _people(session, 2)
    tender = make_tender(session)
    consortium = _open(session, lead, tender)
    seat = _join(session, consortium, lead, partner)
    consortiums.bind(session, seat=seat, has_read=True, person=partner, now=NOW)
    shares = {each.id: 50 for each in consortium.seats}
    consortiums.share_out(session, consortium=consortium, shares=shares, person=lead, now=NOW)
    consortiums.complete(session, consortium=consortium, why="Taille", person=lead, now=NOW)
    tender.submission_deadline = NOW - timedelta(minutes=1)

    consortiums.submit(session, consortium=consortium, person=lead, now=NOW)

    assert consortium.state is ConsortiumState.SUBMITTED


def _check(session: Session) -> None:
    """What must hold after every act, whatever came before."""
    session.flush()
    for consortium in session.scalars(select(Consortium)):
        seats = consortiums.inside(consortium)
        assert len(seats) <= consortium.places
        assert [seat.role for seat in seats].count(SeatRole.LEAD) == 1
        assert consortium.state is consortium.steps[-1].state
        ids = [seat.id for seat in consortium.seats]
        claims = session.scalars(select(SeatClaim).where(SeatClaim.seat_id.in_(ids)))
        claimed = {(claim.seat_id, claim.lot_id) for claim in claims}
        bound = [] if consortium.state.is_over else seats
        assert claimed == {(seat.id, each.lot_id) for seat in bound for each in consortium.lots}
        if consortium.state in (ConsortiumState.COMPLETE, ConsortiumState.SUBMITTED):
            assert all(seat.state is SeatState.CONFIRMED for seat in seats)
            assert sum(seat.share or 0 for seat in seats) == 100
            assert consortium.why_together
            assert all(seat.solidarity_read_at for seat in seats if seat.role.is_solidary)
    pairs = [(claim.member_id, claim.lot_id) for claim in session.scalars(select(SeatClaim))]
    assert len(pairs) == len(set(pairs))


class _Walk:
    """Acts drawn by chance: mostly by whoever may, now and then by anybody."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session, self.chance = session, random.Random(seed)
        self.people = _people(session, 7)
        self.tender = make_tender(session, lots=[])
        self.lots = [make_lot(self.tender) for _ in range(4)]
        session.flush()

    def act(self) -> None:
        """One act, which a rule may refuse."""
        acts = (self.opens, self.asks, self.answers, self.commits, self.leaves, self.completes, self.ends)
        [act] = self.chance.choices(acts, weights=(1, 6, 8, 8, 1, 6, 1))
        rooms = self.session.scalars(select(Consortium)).all()
        if rooms:
            act(self.chance.choice(rooms))
        else:
            self.opens()

    def who(self, member: Member) -> Person:
        mine = next(person for person in self.people if person.member_id == member.id)
        return mine if self.chance.random() < 0.9 else self.chance.choice(self.people)

    def opens(self, room: Consortium | None = None) -> None:
        lots = self.chance.sample(self.lots, self.chance.randint(1, 2))
        lead = self.chance.choice(self.people)
        _open(self.session, lead, self.tender, places=self.chance.randint(2, 4), lots=lots)

    def asks(self, room: Consortium) -> None:
        lead, other = self.who(consortiums.lead_of(room)), self.chance.choice(self.people)
        _ask(self.session, room, lead, other, role=self.chance.choice(list(SeatRole)))

    def answers(self, room: Consortium) -> None:
        seat = self.chance.choice(room.seats)
        accepts, person = self.chance.random() < 0.85, self.who(seat.member)
        consortiums.answer(self.session, seat=seat, accepts=accepts, person=person, now=NOW)

    def commits(self, room: Consortium) -> None:
        seat = self.chance.choice(room.seats)
        has_read = self.chance.random() < 0.9
        consortiums.bind(self.session, seat=seat, has_read=has_read, person=self.who(seat.member), now=NOW)

    def leaves(self, room: Consortium) -> None:
        seat = self.chance.choice(room.seats)
        consortiums.leave(self.session, seat=seat, person=self.who(seat.member), now=NOW)

    def completes(self, room: Consortium) -> None:
        person, seats = self.who(consortiums.lead_of(room)), consortiums.inside(room)
        shares = {each.id: 100 // len(seats) for each in seats}
        shares[seats[0].id] += 100 - sum(shares.values())
        consortiums.share_out(self.session, consortium=room, shares=shares, person=person, now=NOW)
        consortiums.complete(self.session, consortium=room, why="Taille", person=person, now=NOW)

    def ends(self, room: Consortium) -> None:
        person = self.who(consortiums.lead_of(room))
        if self.chance.random() < 0.5:
            consortiums.submit(self.session, consortium=room, person=person, now=NOW)
        else:
            state = self.chance.choice(list(ConsortiumState))
            consortiums.end(self.session, consortium=room, state=state, note="", person=person, now=NOW)


@pytest.mark.parametrize("seed", range(3))
def test_no_history_of_acts_breaks_an_invariant(session: Session, seed: int) -> None:
    walk, done = _Walk(session, seed), 0

    for _ in range(120):
        with suppress(AimpError), session.begin_nested():
            walk.act()
            done += 1
        _check(session)

    seen = {step.state for room in session.scalars(select(Consortium)) for step in room.steps}
    assert done > 10
    assert {ConsortiumState.OPEN, ConsortiumState.FORMING} <= seen


def _say_yes(engine: Engine, seat_id: int, person_id: int) -> str:
    """Answer in a transaction of its own: « yes », or the rule that was in the way."""
    try:
        with transaction(engine) as session:
            seat, person = session.get_one(Seat, seat_id), session.get_one(Person, person_id)
            consortiums.answer(session, seat=seat, accepts=True, person=person, now=NOW)
    except RuleBroken as broken:
        return broken.rule.value
    return "yes"


def test_of_twenty_who_want_the_last_place_one_has_it(engine: Engine) -> None:
    with transaction(engine) as session:
        lead, *others = _people(session, 21)
        consortium = _open(session, lead, make_tender(session), places=2)
        asked = [(_ask(session, consortium, lead, each).id, each.id) for each in others]
        room = consortium.id

    got = together([partial(_say_yes, engine, *each) for each in asked])

    assert sorted(got) == [Rule.NO_PLACE_LEFT.value] * 19 + ["yes"]
    with transaction(engine, read_only=True) as session:
        assert len(consortiums.inside(session.get_one(Consortium, room))) == 2


def test_of_ten_rooms_that_a_member_enters_at_once_it_is_in_one(engine: Engine) -> None:
    with transaction(engine) as session:
        partner, *leads = _people(session, 11)
        tender = make_tender(session)
        seats = [_ask(session, _open(session, lead, tender), lead, partner).id for lead in leads]
        person_id = partner.id

    got = together([partial(_say_yes, engine, each, person_id) for each in seats])

    assert sorted(got) == [Rule.ALREADY_COMMITTED.value] * 9 + ["yes"]
