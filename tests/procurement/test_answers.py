"""What a member says of a tender: only its own people, only while it is open, a refusal with its reason."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement import matches
from procurement.errors import NotAllowed, RuleBroken
from procurement.models import Answer, AuditEntry, Person, Tender
from procurement.rules import Rule
from procurement.vocabulary import AnswerChoice, Role, TenderState
from tests.factories import make_chamber, make_member, make_person, make_tender


def _answer(
    session: Session,
    person: Person,
    tender: Tender,
    choice: AnswerChoice = AnswerChoice.INTERESTED,
    *,
    now: datetime,
    reason: str = "",
) -> Answer:
    assert person.member is not None
    given = matches.answer(
        session,
        tender=tender,
        member=person.member,
        person=person,
        choice=choice,
        reason=reason,
        now=now,
    )
    session.flush()
    return given


@pytest.mark.parametrize("choice", [AnswerChoice.INTERESTED, AnswerChoice.SEEKING_PARTNERS])
def test_a_member_answers_in_one_click(session: Session, now: datetime, choice: AnswerChoice) -> None:
    person, tender = make_person(session), make_tender(session)

    given = _answer(session, person, tender, choice, now=now)

    assert (given.choice, given.person_id, given.answered_at) == (choice, person.id, now)
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.act, entry.subject) == ("answer", f"tender:{tender.id}")
    assert entry.facts == {"choice": choice.value, "reason": ""}


def test_a_refusal_needs_its_reason(session: Session, now: datetime) -> None:
    person, tender = make_person(session), make_tender(session)

    with pytest.raises(RuleBroken) as caught:
        _answer(session, person, tender, AnswerChoice.NOT_FOR_US, now=now)

    assert caught.value.rule is Rule.REASON_NEEDED
    assert session.scalars(select(Answer)).all() == []


def test_a_refusal_with_its_reason_is_kept(session: Session, now: datetime) -> None:
    person, tender = make_person(session), make_tender(session)

    given = _answer(session, person, tender, AnswerChoice.NOT_FOR_US, now=now, reason="too_big")

    assert given.reason == "too_big"


def test_a_later_answer_replaces_the_first(session: Session, now: datetime) -> None:
    person, tender = make_person(session), make_tender(session)
    colleague = make_person(session, member=person.member)
    _answer(session, person, tender, AnswerChoice.NOT_FOR_US, now=now, reason="too_big")

    _answer(session, colleague, tender, now=now + timedelta(hours=1))

    given = session.scalars(select(Answer)).one()
    assert (given.choice, given.reason, given.person_id) == (AnswerChoice.INTERESTED, "", colleague.id)
    assert len(session.scalars(select(AuditEntry)).all()) == 2


def test_nobody_answers_after_the_deadline(session: Session, now: datetime) -> None:
    person, tender = make_person(session), make_tender(session, submission_deadline=now)

    with pytest.raises(RuleBroken) as caught:
        _answer(session, person, tender, now=now)

    assert caught.value.rule is Rule.DEADLINE_PASSED
    assert caught.value.facts == {"deadline": now}


def test_nobody_answers_to_what_was_cancelled(session: Session, now: datetime) -> None:
    person, tender = make_person(session), make_tender(session, state=TenderState.CANCELLED)

    with pytest.raises(RuleBroken):
        _answer(session, person, tender, now=now)


@pytest.mark.parametrize("who", ["another member", "staff", "somebody who left"])
def test_nobody_answers_for_a_member_but_its_own_people(session: Session, now: datetime, who: str) -> None:
    member, tender = make_member(session), make_tender(session)
    person = {
        "another member": lambda: make_person(session),
        "staff": lambda: make_person(session, role=Role.STAFF),
        "somebody who left": lambda: make_person(session, member=member, is_active=False),
    }[who]()

    with pytest.raises(NotAllowed):
        matches.answer(
            session,
            tender=tender,
            member=member,
            person=person,
            choice=AnswerChoice.INTERESTED,
            now=now,
        )

    assert session.scalars(select(Answer)).all() == []


def test_members_answer_apart_from_one_another(session: Session, now: datetime) -> None:
    first, second, tender = make_person(session), make_person(session), make_tender(session)
    _answer(session, first, tender, now=now)

    _answer(session, second, tender, AnswerChoice.NOT_FOR_US, now=now, reason="too_far")

    assert first.member is not None
    answer = matches.answer_of(session, member=first.member, tender=tender)
    assert answer is not None
    assert answer.choice is AnswerChoice.INTERESTED


def test_staff_see_the_newest_answers_of_their_chamber_only(session: Session, now: datetime) -> None:
    first, second = make_person(session), make_person(session)
    stranger = make_person(session, member=make_member(session, chamber=make_chamber(session, key="autre")))
    for minutes, person in enumerate((first, stranger, second)):
        _answer(session, person, make_tender(session), now=now + timedelta(minutes=minutes))

    seen = matches.answers_on(session, chamber_id=first.chamber_id)

    assert [answer.person_id for answer in seen] == [second.id, first.id]
    assert len(matches.answers_on(session, chamber_id=first.chamber_id, limit=1)) == 1
