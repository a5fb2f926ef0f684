"""The past of a member: what it won, what was kept and dropped for it, known before a notice appeared."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy.orm import Session

from matcher.batch import load_batch
from matcher.past import Past, Win
from matcher.recall import read_past
from procurement.matches import answer, drop, keep
from procurement.models import Award, AwardSupplier, Member, Notice
from procurement.reasons import RISKS, say
from procurement.vocabulary import AnswerChoice, DropReason, NoticeType, Role
from tests.factories import make_match, make_member, make_notice, make_person, make_room, make_tender
from tests.matcher.facts import a_context, a_lead, a_lot, a_past, of_peers, signals_of

_CATERING: dict[str, Any] = {
    "title": {"fr": "Repas de midi"},
    "description": {"fr": "Repas chauds pour un restaurant."},
    "own_cpv_codes": ("55524000",),
    "tender_cpv_codes": ("55524000",),
}


def feedback(past: Past, lot: dict[str, Any] | None = None, member: dict[str, Any] | None = None) -> float:
    """What the past says of the cleaning of two schools."""
    return signals_of(a_lead(lot, member), past)["feedback_likeness"].value


def test_a_past_that_says_nothing_is_one_half() -> None:
    assert feedback(Past()) == 0.5
    assert feedback(a_past(lot=_CATERING)) == pytest.approx(0.5, abs=0.01)


def test_a_lot_like_one_kept_says_more_and_one_like_one_dropped_less() -> None:
    assert feedback(a_past()) > 0.8
    assert feedback(a_past(is_good=False)) < 0.2


def test_a_kept_and_a_dropped_one_alike_say_nothing_together() -> None:
    kept, dropped = a_past(), a_past(is_good=False)

    assert feedback(replace(kept, acts=kept.acts + dropped.acts)) == 0.5


@pytest.mark.parametrize(
    ("published_on", "is_known"), [(date(2026, 10, 1), False), (date(2026, 10, 2), True)]
)
def test_only_what_was_said_before_the_notice_appeared_is_known(published_on: date, is_known: bool) -> None:
    lot = {"published_on": published_on, "buyer_names": ("ville",)}
    won = Past(wins=(Win(1, ("ville",), "Musée", date(2026, 10, 1)),))

    assert (feedback(a_past(), lot) > 0.5) is is_known
    for past in (won, a_past()):
        assert (signals_of(a_lead(lot), past)["buyer_known"].value > 0) is is_known


def test_a_decision_on_the_tender_itself_says_nothing_of_it() -> None:
    assert feedback(a_past(), {"tender_id": 90}) == 0.5


def test_what_members_of_ones_sector_kept_says_half_as_much_and_never_who_nor_what() -> None:
    own, peers = feedback(a_past()), feedback(of_peers(), member={"id": 4})

    assert peers - 0.5 == pytest.approx((own - 0.5) / 2)
    found = signals_of(a_lead(member={"id": 4}), of_peers())["feedback_likeness"]
    assert (found.reason, found.facts) == ("like_kept_in_sector", {})


def test_too_few_members_of_a_sector_are_not_listened_to_for_one_could_tell_who_it_was() -> None:
    assert feedback(of_peers(2), member={"id": 4}) == 0.5


@pytest.mark.parametrize("other", [{"chamber_id": 2}, {"sectors": ("espaces_verts_nature",)}])
def test_members_of_another_chamber_or_sector_are_not_like_it(other: dict[str, Any]) -> None:
    assert feedback(of_peers(), member={"id": 4, **other}) == 0.5


@pytest.mark.parametrize(("is_own", "title"), [(True, "Nettoyage de trois écoles"), (False, None)])
def test_what_was_dropped_is_a_doubt_and_named_only_where_the_member_refused_it_itself(
    is_own: bool, title: str | None
) -> None:
    from matcher.classifier import RuleOfThumb
    from matcher.judge import score_lead

    lead = a_lead()

    judged = score_lead(lead, a_context(lead, a_past(is_good=False, is_own=is_own)), RuleOfThumb())

    assert judged.risk is not None
    assert judged.risk["key"] == "like_refused"
    assert all(reason["key"] not in RISKS for reason in judged.reasons)
    assert (title or "un marché qui") in say(judged.risk, "fr")


def test_a_buyer_that_gave_a_contract_says_more_than_one_whose_lot_was_kept() -> None:
    won = Past(wins=(Win(1, ("stadt", "ville"), "Musée", date(2026, 9, 1)),))
    of_another = Past(wins=(Win(2, ("ville",), "Musée", date(2026, 9, 1)),))

    values = [
        signals_of(a_lead({"buyer_names": ("ville",)}), past)["buyer_known"].value
        for past in (won, a_past(), of_another, Past())
    ]

    assert values == [1.0, 0.5, 0.0, 0.0]


def test_of_many_titles_won_the_newest_are_told_each_once() -> None:
    wins = [Win(1, (), f"Marché {number % 25}", date(2026, 1, 1) + timedelta(number)) for number in range(50)]

    titles = Past(wins=tuple(wins)).titles_won(1)

    assert titles[0] == "Marché 24"
    assert len(titles) == 20


def _won(session: Session, name: str, **tender: Any) -> Notice:
    found = make_tender(session, **tender)
    notice = make_notice(session, found, source_key=f"award-{found.id}", notice_type=NoticeType.AWARD)
    notice.awards.append(Award(suppliers=[AwardSupplier(position=1, name=name)]))
    session.flush()
    return notice


def _past_of(session: Session, now: datetime, *members: Member) -> Past:
    return read_past(session, names={member.id: member.name for member in members}, now=now)


def test_an_award_to_the_very_name_of_a_member_is_a_win_and_a_reference(
    session: Session, now: datetime
) -> None:
    member = make_member(session, name="Coopérative Éclat", references=["Crèches"])
    notice = _won(session, "COOPERATIVE ECLAT", title={"fr": "Vitres du musée"})
    _won(session, "Coopérative Éclat SA", title={"fr": "Autre"})

    batch = load_batch(session, now=now)

    (win,) = batch.past.wins
    assert (win.member_id, win.title, win.known_on) == (
        member.id,
        "Vitres du musée",
        notice.first_seen_at.date(),
    )
    assert win.buyers
    assert batch.members[member.id].references == ("Crèches", "Vitres du musée")


def test_a_win_that_stands_among_the_references_already_is_not_read_twice(
    session: Session, now: datetime
) -> None:
    own = "Vitres du musée, Ville de Genève (2026), en communauté"
    member = make_member(session, name="Coopérative Éclat", references=[own])
    _won(session, "Coopérative Éclat", title={"fr": "Vitres du musée"})

    assert load_batch(session, now=now).members[member.id].references == (own,)


def test_the_lot_that_was_won_is_told_where_the_notice_says_which(session: Session, now: datetime) -> None:
    member = make_member(session, name="Éclat")
    notice = _won(session, "Éclat", title={"fr": "Nettoyage"})
    lot = notice.tender.lots[0]
    lot.title, notice.awards[0].lot_key = {"fr": "Vitres"}, lot.source_key

    assert _past_of(session, now, member).wins[0].title == "Nettoyage, Vitres"


def test_what_staff_decide_and_members_answer_is_remembered(session: Session, now: datetime) -> None:
    staff = make_person(session, role=Role.STAFF)
    kept, dropped, late, refused = (make_match(session, tender=make_tender(session)) for _ in range(4))
    for match in (kept, refused):
        keep(session, match=match, person=staff, now=now)
    drop(session, match=dropped, person=staff, reason=DropReason.NOT_THEIR_TRADE, now=now)
    drop(session, match=late, person=staff, reason=DropReason.TOO_LATE, now=now)
    person = make_person(session, member=refused.member, role=Role.MEMBER)
    answer(
        session,
        tender=refused.lot.tender,
        member=refused.member,
        person=person,
        choice=AnswerChoice.INTERESTED,
        reason="",
        now=now,
    )

    past = _past_of(session, now)

    found = {act.lot_id: (act.is_good, act.is_own, act.said_on) for act in past.acts}
    assert found == {
        kept.lot_id: (True, False, now.date()),
        dropped.lot_id: (False, False, now.date()),
        refused.lot_id: (True, True, now.date()),
    }
    assert set(past.lots) == set(found)


def test_who_bids_with_whom_is_not_remembered(session: Session, now: datetime) -> None:
    match = make_match(session, released_at=now)
    lead = make_person(session, member=match.member, password=None)
    make_room(session, lead=lead, tender=match.lot.tender)

    assert _past_of(session, now).acts == ()


@pytest.mark.parametrize("days", [0, 600])
def test_a_lesson_taken_back_and_what_is_long_ago_are_forgotten(
    days: int, session: Session, now: datetime
) -> None:
    match = make_match(session)
    keep(session, match=match, person=make_person(session, role=Role.STAFF), now=now - timedelta(days=days))
    match.unlearned_at = None if days else now

    assert _past_of(session, now).acts == ()


def test_a_code_in_common_counts_beside_the_text() -> None:
    other_words = {"title": {"fr": "Entretien"}, "description": {"fr": "Locaux communaux."}}

    alike = feedback(a_past(lot=other_words))

    assert 0.6 < alike < feedback(a_past())


def test_a_memory_without_lots_leans_nowhere() -> None:
    context = a_context(a_lead())

    leaning = context.leaning(a_lot())

    assert np.array_equal(leaning.kept, leaning.dropped)
