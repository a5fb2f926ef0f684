"""The same tender at several sources is one; what is doubtful waits for staff; a split stays split."""

import itertools
from datetime import datetime, timedelta

import pytest
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
