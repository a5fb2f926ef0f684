"""Whether a paper will do at the deadline of a bid, by its dates alone."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement import attestations
from procurement.attestations import Dates, Holding, papers_of, stated_by, to_renew
from procurement.cantons import BuyerLevel
from procurement.errors import NotAllowed, RuleBroken
from procurement.i18n import ZURICH
from procurement.models import Attestation, AuditEntry, Buyer
from tests.factories import NOW, make_attestation, make_member, make_person, make_tender

DEADLINE = datetime(2027, 1, 31, 16, 0, tzinfo=ZURICH)


@pytest.mark.parametrize(
    ("issued", "until", "holding"),
    [
        (date(2026, 10, 31), None, Holding.HOLDS),
        (date(2026, 10, 30), None, Holding.TOO_OLD),
        (date(2026, 11, 20), date(2027, 1, 31), Holding.HOLDS),
        (date(2026, 11, 20), date(2027, 1, 30), Holding.EXPIRES),
    ],
)
def test_in_geneva_a_paper_holds_for_three_months_to_the_day(
    session: Session, issued: date, until: date | None, holding: Holding
) -> None:
    member, tender = make_member(session), make_tender(session, submission_deadline=DEADLINE)
    stated = make_attestation(session, member, issued_on=issued, valid_until=until)
    paper = next(each for each in papers_of(tender) if each.kind == "avs")

    assert paper.holding(stated) is holding
    assert paper.holding(None) is Holding.MISSING


def test_three_months_before_a_31st_is_the_last_of_the_month(session: Session) -> None:
    tender = make_tender(session, submission_deadline=datetime(2027, 5, 31, 12, tzinfo=ZURICH))

    assert papers_of(tender)[0].earliest == date(2027, 2, 28)


def test_what_counts_no_months_is_good_until_it_expires(session: Session) -> None:
    member, tender = make_member(session), make_tender(session, submission_deadline=DEADLINE)
    old = make_attestation(session, member, kind="liability", issued_on=date(2020, 1, 1))
    paper = next(each for each in papers_of(tender) if each.kind == "liability")

    assert paper.holding(old) is Holding.HOLDS
    assert paper.is_unsure


@pytest.mark.parametrize(
    ("facts", "has", "lacks"),
    [
        ({"canton": "GE", "country": "CH"}, "source_tax", "fr_social"),
        ({"canton": "VD", "country": "CH"}, "avs", "source_tax"),
        ({"canton": "GE", "country": "CH", "level": BuyerLevel.CONFEDERATION}, "avs", "source_tax"),
        ({"country": "FR"}, "fr_social", "avs"),
    ],
)
def test_each_buyer_asks_for_its_own_papers(
    session: Session, facts: dict[str, object], has: str, lacks: str
) -> None:
    buyer = Buyer(source="simap", source_key="b", name={"fr": "Service"}, **facts)

    kinds = {paper.kind for paper in papers_of(make_tender(session, buyer=buyer))}

    assert has in kinds
    assert lacks not in kinds


def test_without_a_deadline_nothing_can_be_said(session: Session) -> None:
    assert papers_of(make_tender(session, submission_deadline=None)) == []


def test_only_what_was_stated_is_to_be_renewed(session: Session) -> None:
    member, tender = make_member(session), make_tender(session, submission_deadline=DEADLINE)
    make_attestation(session, member, issued_on=date(2026, 6, 1))
    make_attestation(session, member, kind="laa")

    found = to_renew(papers_of(tender), stated_by(session, [member.id]), member.id)

    assert [paper.kind for paper in found] == ["avs"]


def test_dates_are_stated_changed_and_taken_back_on_record(session: Session) -> None:
    person = make_person(session, password=None)
    member, today = person.member, NOW.date()
    assert member is not None
    first, second = Dates(today - timedelta(days=30)), Dates(today, today + timedelta(days=60))

    def state(dates: Dates | None) -> bool:
        return attestations.state(
            session, member=member, stated={"avs": dates, "lpp": None}, person=person, now=NOW
        )

    assert [state(first), state(first), state(second)] == [True, False, True]
    session.flush()
    row = session.scalars(select(Attestation)).one()
    assert (row.issued_on, row.valid_until) == (second.issued_on, second.valid_until)
    assert state(None)
    session.flush()
    assert session.scalars(select(Attestation)).all() == []
    acts = session.scalars(select(AuditEntry).where(AuditEntry.act == "attestations")).all()
    assert [entry.facts for entry in acts] == [{"kinds": ["avs"]}] * 3


@pytest.mark.parametrize(
    "dates",
    [Dates(NOW.date() + timedelta(days=1)), Dates(NOW.date(), NOW.date() - timedelta(days=1))],
    ids=["to come", "crossed"],
)
def test_days_that_cannot_be_are_refused(session: Session, dates: Dates) -> None:
    person = make_person(session, password=None)
    assert person.member is not None

    with pytest.raises(RuleBroken):
        attestations.state(session, member=person.member, stated={"avs": dates}, person=person, now=NOW)


def test_nobody_states_for_another_member(session: Session) -> None:
    person = make_person(session, password=None)

    with pytest.raises(NotAllowed):
        attestations.state(session, member=make_member(session), stated={}, person=person, now=NOW)


def test_an_unknown_kind_is_a_mistake(session: Session) -> None:
    person = make_person(session, password=None)
    assert person.member is not None

    with pytest.raises(LookupError):
        attestations.state(session, member=person.member, stated={"x": None}, person=person, now=NOW)
