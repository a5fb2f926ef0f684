"""The same tender at several sources is one; what is doubtful waits for staff; a split stays split."""

import itertools
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from procurement import merging
from procurement.errors import NotAllowed
from procurement.models import Buyer, NoticeReference, Tender, TenderPair
from procurement.vocabulary import Role
from tests.factories import make_person, make_tender

_numbers = itertools.count()
TITLE = "Nettoyage écologique des écoles et des crèches de la commune"
BUYER = "Ville des Trois-Ponts, service des bâtiments"


def a_tender(session: Session, source: str, now: datetime, **overrides: object) -> Tender:
    """A tender at a source, open for twenty days."""
    name = {"fr": str(overrides.pop("buyer_name", BUYER))}
    buyer = Buyer(source=source, source_key=f"office-{next(_numbers)}", name=name)
    facts = {
        "source": source,
        "title": {"fr": TITLE},
        "submission_deadline": now + timedelta(days=20),
        "buyer": buyer,
        **overrides,
    }
    return make_tender(session, **facts)


def run(session: Session, now: datetime) -> merging.MergeReport:
    session.flush()
    return merging.merge_pending(session, since=now - timedelta(days=400), now=now)


def refer(tender: Tender, scheme: str, value: str) -> None:
    tender.notices[0].references.append(NoticeReference(scheme=scheme, value=value))


def test_a_notice_that_names_another_is_the_same_tender(session: Session, now: datetime) -> None:
    simap = a_tender(session, "simap", now)
    ted = a_tender(session, "ted", now, title={"de": "Ganz anders"}, submission_deadline=None)
    refer(simap, "ted", ted.notices[0].number)

    report = run(session, now)

    assert (report.merged, ted.merged_into) == (1, simap)


def test_a_shared_procedure_identifier_is_the_same_tender(session: Session, now: datetime) -> None:
    boamp = a_tender(session, "boamp", now)
    ted = a_tender(session, "ted", now, title={"de": "Ganz anders"}, submission_deadline=None)
    for tender in (boamp, ted):
        refer(tender, "procedure", "6b1d4f1e-0000-4000-8000-000000000001")

    run(session, now)

    assert ted.merged_into is boamp


def test_buyer_deadline_and_title_together_make_one_tender(session: Session, now: datetime) -> None:
    simap = a_tender(session, "simap", now)
    ted = a_tender(session, "ted", now)

    report = run(session, now)

    assert (report.merged, report.doubtful) == (1, 0)
    assert ted.merged_into is simap
    assert not ted.is_open(now)
    assert simap.is_open(now)


def test_merging_twice_merges_once(session: Session, now: datetime) -> None:
    a_tender(session, "simap", now)
    a_tender(session, "ted", now)
    run(session, now)

    again = run(session, now)

    assert (again.merged, again.doubtful) == (0, 0)


def test_a_third_source_joins_the_two(session: Session, now: datetime) -> None:
    simap, boamp, ted = (a_tender(session, source, now) for source in ("simap", "boamp", "ted"))

    run(session, now)

    assert [boamp.merged_into, ted.merged_into] == [simap, simap]


def test_what_a_merged_tender_stood_for_moves_with_it(session: Session, now: datetime) -> None:
    boamp, ted = a_tender(session, "boamp", now), a_tender(session, "ted", now)
    run(session, now)
    simap = a_tender(session, "simap", now)

    run(session, now)

    assert [boamp.merged_into, ted.merged_into] == [simap, simap]


@pytest.mark.parametrize(
    "facts",
    [
        {"title": {"fr": "Maintenance d’un tomographe"}},
        {"buyer_name": "Hôpital du Plateau"},
        {"submission_deadline_days": 40},
    ],
    ids=["title", "buyer", "deadline"],
)
def test_what_differs_is_not_merged(session: Session, now: datetime, facts: dict[str, object]) -> None:
    days = facts.pop("submission_deadline_days", None)
    if isinstance(days, int):
        facts["submission_deadline"] = now + timedelta(days=days)
    a_tender(session, "simap", now)
    ted = a_tender(session, "ted", now, **facts)

    report = run(session, now)

    assert report.merged == 0
    assert ted.merged_into is None


def test_two_calls_of_one_source_are_never_merged(session: Session, now: datetime) -> None:
    first, second = a_tender(session, "simap", now), a_tender(session, "simap", now)

    run(session, now)

    assert first.merged_into is second.merged_into is None


def doubtful_pair(session: Session, now: datetime) -> TenderPair:
    a_tender(session, "simap", now)
    a_tender(session, "ted", now, title={"fr": "Nettoyage écologique des écoles, lot 2"})
    assert run(session, now).doubtful == 1
    [pair] = merging.doubtful(session)
    return pair


def test_a_doubtful_pair_waits_for_staff_once(session: Session, now: datetime) -> None:
    doubtful_pair(session, now)

    assert run(session, now).doubtful == 0
    assert len(merging.doubtful(session)) == 1


def test_staff_say_that_two_are_one(session: Session, now: datetime) -> None:
    pair = doubtful_pair(session, now)

    merging.decide(session, pair=pair, person=make_person(session, role=Role.STAFF), is_same=True, now=now)

    assert pair.second.merged_into is pair.first
    assert merging.doubtful(session) == []


def test_what_staff_split_is_never_merged_by_itself(session: Session, now: datetime) -> None:
    simap, ted = a_tender(session, "simap", now), a_tender(session, "ted", now)
    run(session, now)

    merging.split(session, tender=ted, person=make_person(session, role=Role.STAFF), now=now)

    assert ted.merged_into is None
    assert run(session, now).merged == 0
    assert simap.merged_into is None


def test_only_staff_decide(session: Session, now: datetime) -> None:
    pair = doubtful_pair(session, now)

    with pytest.raises(NotAllowed):
        merging.decide(session, pair=pair, person=make_person(session), is_same=True, now=now)


def test_two_lots_of_one_buyer_with_one_deadline_are_two_tenders(session: Session, now: datetime) -> None:
    titles = [{"fr": f"{TITLE}, lot {number}"} for number in (1, 2)]
    simap = [a_tender(session, "simap", now, title=title) for title in titles]
    ted = [a_tender(session, "ted", now, title=title) for title in titles]

    report = run(session, now)

    assert (report.merged, report.doubtful) == (2, 0)
    assert [tender.merged_into for tender in ted] == simap


def test_two_calls_that_read_the_same_are_left_to_staff(session: Session, now: datetime) -> None:
    """A building's trades may bear one title; which call is which, only a reader can say."""
    simap = a_tender(session, "simap", now)
    twins = [a_tender(session, "ted", now) for _ in range(2)]

    report = run(session, now)

    assert (report.merged, report.doubtful) == (0, 2)
    assert {pair.second for pair in merging.doubtful(session)} == set(twins)
    assert all("rivals" in pair.facts["against"] for pair in merging.doubtful(session))
    assert simap.merged == []


def test_a_name_tells_two_calls_apart_that_read_the_same(session: Session, now: datetime) -> None:
    simap = [a_tender(session, "simap", now) for _ in range(2)]
    ted = [a_tender(session, "ted", now) for _ in range(2)]
    refer(simap[1], "ted", ted[0].notices[0].number)

    report = run(session, now)

    assert (report.merged, report.doubtful) == (2, 0)
    assert [tender.merged_into for tender in ted] == [simap[1], simap[0]]


def test_another_procedure_identifier_is_left_to_staff(session: Session, now: datetime) -> None:
    for number, source in enumerate(("boamp", "ted")):
        refer(a_tender(session, source, now), "procedure", f"6b1d4f1e-0000-4000-8000-00000000000{number}")

    report = run(session, now)

    assert (report.merged, report.doubtful) == (0, 1)


def test_a_number_that_a_buyer_gives_its_files_names_no_tender(session: Session, now: datetime) -> None:
    archive = a_tender(session, "simap_archive", now, title={"fr": "Stores en toile"})
    ted = a_tender(session, "ted", now)
    for tender in (archive, ted):
        refer(tender, "buyer", "2026-01")

    assert run(session, now).merged == 0


def test_a_name_of_what_is_merged_already_leads_to_what_stands_for_it(
    session: Session, now: datetime
) -> None:
    simap, ted = a_tender(session, "simap", now), a_tender(session, "ted", now)
    run(session, now)
    boamp = a_tender(session, "boamp", now, title={"fr": "Tout autre chose"}, submission_deadline=None)
    refer(boamp, "ted", ted.notices[0].number)

    run(session, now)

    assert boamp.merged_into is simap


def test_two_calls_that_name_one_notice_are_left_to_staff(session: Session, now: datetime) -> None:
    ted = a_tender(session, "ted", now)
    for title in ("Chapes", "Peinture"):
        refer(a_tender(session, "simap", now, title={"fr": title}), "ted", ted.notices[0].number)

    report = run(session, now)

    assert (report.merged, report.doubtful) == (1, 1)
    assert run(session, now).doubtful == 0


def test_only_staff_split(session: Session, now: datetime) -> None:
    simap, ted = a_tender(session, "simap", now), a_tender(session, "ted", now)
    run(session, now)

    with pytest.raises(NotAllowed):
        merging.split(session, tender=ted, person=make_person(session), now=now)

    assert ted.merged_into is simap


def test_what_is_not_merged_is_not_split(session: Session, now: datetime) -> None:
    simap = a_tender(session, "simap", now)

    merging.split(session, tender=simap, person=make_person(session, role=Role.STAFF), now=now)

    assert merging.doubtful(session) == []


def test_staff_may_take_apart_what_they_said_is_one(session: Session, now: datetime) -> None:
    staff = make_person(session, role=Role.STAFF)
    pair = doubtful_pair(session, now)
    merging.decide(session, pair=pair, person=staff, is_same=True, now=now)

    merging.split(session, tender=pair.second, person=staff, now=now)

    assert (pair.is_same, pair.second.merged_into) == (False, None)


def test_a_split_is_not_got_round_by_a_third_source(session: Session, now: datetime) -> None:
    simap, boamp, ted = (a_tender(session, source, now) for source in ("simap", "boamp", "ted"))
    run(session, now)
    merging.split(session, tender=ted, person=make_person(session, role=Role.STAFF), now=now)

    assert run(session, now).merged == 0
    assert (boamp.merged_into, ted.merged_into) == (simap, None)


def test_a_pair_that_became_one_by_a_correction_waits_no_more(session: Session, now: datetime) -> None:
    pair = doubtful_pair(session, now)
    pair.second.title = {"fr": TITLE}

    assert run(session, now).merged == 1
    assert merging.doubtful(session) == []


def test_calls_without_a_deadline_are_merged_when_published_together(session: Session, now: datetime) -> None:
    codes = ["90911200", "90919300"]
    simap = a_tender(session, "simap", now, submission_deadline=None, cpv_codes=codes)
    ted = a_tender(session, "ted", now, submission_deadline=None, cpv_codes=codes)

    run(session, now)

    assert ted.merged_into is simap


def test_nothing_changed_asks_for_nothing(session: Session, now: datetime) -> None:
    assert run(session, now) == merging.MergeReport(merged=0, doubtful=0)


def test_the_questions_asked_do_not_grow_with_the_tenders(session: Session, now: datetime) -> None:
    asked = []

    def count(*_: object) -> None:
        asked.append(1)

    for number in range(40):
        a_tender(session, "simap", now, title={"fr": f"{TITLE}, lot {number}"})
        a_tender(session, "ted", now, title={"fr": f"Tout autre chose, lot {number}"})
    session.flush()
    event.listen(session.get_bind(), "before_cursor_execute", count)

    merging.merge_pending(session, since=now - timedelta(days=400), now=now)

    event.remove(session.get_bind(), "before_cursor_execute", count)
    assert len(asked) < 20
