"""The observatory's figures, counted against a small world made by hand."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from config.criteria import family_label
from procurement.cantons import BuyerLevel
from procurement.consortiums import end, lead_of
from procurement.findings import judge
from procurement.lens import FindingKind
from procurement.observatory.calls import Call, Choice, Reading, read_calls
from procurement.observatory.figures import (
    Dimension,
    FamilyFigure,
    Tally,
    families,
    league,
    quarters,
    tallies,
    tally,
)
from procurement.observatory.names import names_of
from procurement.observatory.quotes import quotes, telling
from procurement.observatory.wins import together, won, won_by_members
from procurement.shares import wilson
from procurement.teaming import ConsortiumState
from procurement.vocabulary import CriteriaSource, NoticeType, ProcurementMethod, Role, Stated
from tests.factories import NOW, make_chamber, make_finding, make_lot, make_member, make_person, make_tender
from tests.procurement.bids import award, submitted
from tests.procurement.observed import (
    APPRENTICES,
    INSERTION,
    a_world,
    asking,
    awarded,
    in_documents,
    make_buyer,
    read,
    silent,
)


def counted(each: Tally) -> tuple[int, int, int, int]:
    """Asking, silent, in documents, unread."""
    counts = each.counts
    return (
        counts[Reading.ASKS],
        counts[Reading.SILENT],
        counts[Reading.IN_DOCUMENTS],
        counts[Reading.UNREAD],
    )


def by(calls: list[Call], dimension: Dimension) -> dict[object, tuple[int, int, int, int]]:
    return {key: counted(each) for key, each in tallies(calls, dimension)}


def test_each_call_counts_once_and_what_is_no_call_does_not(session: Session) -> None:
    a_world(session)

    every = tally(read_calls(session))

    assert counted(every) == (5, 5, 1, 1)
    assert (every.calls, every.asking, every.read) == (12, 5, 10)
    assert every.share == 0.5
    assert every.least == pytest.approx(5 / 12)


def test_what_stands_in_documents_is_never_counted_as_none(session: Session) -> None:
    for _ in range(5):
        asking(session)
    before = tally(read_calls(session))

    for lot_says in (
        {"award_criteria_source": CriteriaSource.IN_DOCUMENTS},
        {"selection_criteria_in_documents": Stated.YES},
    ):
        tender = read(make_tender(session))
        for name, value in lot_says.items():
            setattr(tender.lots[0], name, value)
    make_tender(session)
    session.flush()
    after = tally(read_calls(session))

    assert counted(before) == (5, 0, 0, 0)
    assert counted(after) == (5, 0, 2, 1)
    assert before.share == after.share == 1.0
    assert after.least == pytest.approx(5 / 8)


def test_a_tender_is_silent_only_when_every_lot_was_read(session: Session) -> None:
    tender = silent(session)
    make_lot(tender)
    session.flush()
    assert [call.reading for call in read_calls(session)] == [Reading.UNREAD]

    read(tender)
    session.flush()

    assert [call.reading for call in read_calls(session)] == [Reading.SILENT]


def test_what_was_found_counts_though_the_rest_is_in_documents(session: Session) -> None:
    tender = in_documents(session)
    make_finding(session, tender.lots[0], kind=FindingKind.SUBJECT)

    [call] = read_calls(session)

    assert call.reading is Reading.ASKS


def test_a_rule_of_access_and_what_staff_refuse_ask_for_nothing(session: Session) -> None:
    access, refused, sworn = (read(make_tender(session)) for _ in range(3))
    make_finding(session, access.lots[0], family="consortium_sous_traitance", kind=FindingKind.ACCESS)
    finding = make_finding(session, refused.lots[0])
    confirmed = make_finding(session, sworn.lots[0], counts=False, kind=FindingKind.BOILERPLATE)
    assert counted(tally(read_calls(session))) == (1, 2, 0, 0)
    staff = make_person(session, role=Role.STAFF)

    judge(session, finding=finding, person=staff, is_right=False, now=NOW)
    assert counted(tally(read_calls(session))) == (0, 3, 0, 0)
    judge(session, finding=confirmed, person=staff, is_right=True, now=NOW)

    assert counted(tally(read_calls(session))) == (1, 2, 0, 0)


def test_calls_are_told_apart_by_level_canton_treaty_procedure_and_year(session: Session) -> None:
    a_world(session)
    calls = read_calls(session)

    city, office, canton = (3, 2, 1, 0), (1, 0, 0, 1), (1, 3, 0, 0)
    assert by(calls, Dimension.LEVEL) == {
        BuyerLevel.COMMUNE: city,
        BuyerLevel.CONFEDERATION: office,
        None: canton,
    }
    # The federal office has no seat known here: the place of performance stands in.
    assert by(calls, Dimension.CANTON) == {"GE": (4, 2, 1, 1), "VD": canton}
    assert by(calls, Dimension.TREATY) == {False: (4, 2, 1, 0), True: office, None: (0, 3, 0, 0)}
    assert by(calls, Dimension.METHOD) == {
        ProcurementMethod.OPEN: (5, 2, 1, 1),
        ProcurementMethod.SELECTIVE: (0, 3, 0, 0),
    }
    assert list(by(calls, Dimension.YEAR).items()) == [(2025, (1, 0, 0, 0)), (2026, (4, 5, 1, 1))]


def test_calls_are_told_apart_by_trade_and_one_of_two_trades_counts_in_both(session: Session) -> None:
    silent(session, cpv_codes=["90911200"])
    silent(session, cpv_codes=["90911200", "55523100"])
    silent(session, cpv_codes=[])
    calls = read_calls(session)

    assert by(calls, Dimension.DIVISION) == {"90": (0, 2, 0, 0), "55": (0, 1, 0, 0), None: (0, 1, 0, 0)}
    found = by(calls, Dimension.SECTOR)
    assert found["nettoyage_conciergerie_blanchisserie"] == (0, 2, 0, 0)
    assert found["restauration_traiteur"] == (0, 1, 0, 0)
    assert found[None] == (0, 1, 0, 0)


def test_the_trend_has_every_quarter_even_without_calls(session: Session) -> None:
    a_world(session)

    found = [(key, counted(each)) for key, each in quarters(read_calls(session))]

    assert found == [
        ((2025, 1), (1, 0, 0, 0)),
        ((2025, 2), (0, 0, 0, 0)),
        ((2025, 3), (0, 0, 0, 0)),
        ((2025, 4), (0, 0, 0, 0)),
        ((2026, 1), (1, 0, 0, 0)),
        ((2026, 2), (1, 2, 1, 0)),
        ((2026, 3), (1, 0, 0, 1)),
        ((2026, 4), (1, 3, 0, 0)),
    ]
    assert quarters([]) == []


def test_families_come_with_how_often_and_how_heavily_they_are_asked(session: Session) -> None:
    a_world(session)

    insertion, apprentices = families(read_calls(session))

    assert insertion == FamilyFigure(INSERTION, calls=3, as_award=3, weights=(10.0, 20.0))
    assert (insertion.median, insertion.range) == (15.0, (10.0, 20.0))
    assert apprentices == FamilyFigure(APPRENTICES, calls=3, as_award=1, weights=(5.0,))
    assert (FamilyFigure(INSERTION, 1, 0, ()).median, FamilyFigure(INSERTION, 1, 0, ()).range) == (None, None)


def test_the_heaviest_lot_says_how_heavily_a_tender_asks(session: Session) -> None:
    tender = asking(session, families={INSERTION: {"weight": 5.0}})
    make_finding(session, make_lot(tender), weight=15.0)
    make_finding(session, tender.lots[0], weight=40.0, kind=FindingKind.QUALIFICATION)

    [figure] = families(read_calls(session))

    assert figure == FamilyFigure(INSERTION, calls=1, as_award=1, weights=(15.0,))


def test_a_choice_leaves_out_what_is_not_in_it(session: Session) -> None:
    world = a_world(session)
    calls = read_calls(session)

    def of(**facts: object) -> tuple[int, int, int, int]:
        return counted(tally(call for call in calls if Choice(**facts).holds(call)))  # type: ignore[arg-type]

    assert of(year=2026, quarter=2) == (1, 2, 1, 0)
    assert of(level=BuyerLevel.COMMUNE) == of(buyer_id=world.city.id) == (3, 2, 1, 0)
    assert of(canton="VD", method=ProcurementMethod.OPEN) == (1, 0, 0, 0)
    assert of(treaty=True) == (1, 0, 0, 1)
    assert of(treaty=False) == (4, 2, 1, 0)
    assert of(sector="nettoyage_conciergerie_blanchisserie") == (5, 4, 1, 1)
    assert Choice().is_everything
    assert not Choice(treaty=False).is_everything


@pytest.mark.parametrize(
    ("choice", "days"),
    [
        (Choice(), None),
        (Choice(year=2026), (date(2026, 1, 1), date(2026, 12, 31))),
        (Choice(year=2026, quarter=1), (date(2026, 1, 1), date(2026, 3, 31))),
        (Choice(year=2026, quarter=2), (date(2026, 4, 1), date(2026, 6, 30))),
        (Choice(year=2026, quarter=4), (date(2026, 10, 1), date(2026, 12, 31))),
    ],
)
def test_a_period_has_its_first_and_last_day(choice: Choice, days: tuple[date, date] | None) -> None:
    assert choice.days == days


def test_a_share_of_too_few_calls_is_not_said(session: Session) -> None:
    world = a_world(session)

    found = league(read_calls(session))

    assert [buyer for buyer, _ in found.ranked] == [world.city.id]
    assert [buyer for buyer, _ in found.too_few] == [world.canton.id, world.office.id]
    assert all(each.share is None and each.interval is None for _, each in found.too_few)


def test_one_call_that_asks_is_no_habit(session: Session) -> None:
    often, rarely, once = (make_buyer(session, name) for name in ("souvent", "rarement", "peu d’appels"))
    for buyer, asks, others in ((often, 12, 8), (rarely, 1, 19), (once, 3, 2)):
        for _ in range(asks):
            asking(session, buyer=buyer)
        for _ in range(others):
            silent(session, buyer=buyer)

    ranked = league(read_calls(session)).ranked

    # Three of five is as much as twelve of twenty, and less sure.
    assert [buyer for buyer, _ in ranked] == [often.id, once.id, rarely.id]


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (1, 20, 0.0089, 0.2361)],
)
def test_the_interval_is_that_of_wilson(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of, deviations=1.96) == pytest.approx((low, high), abs=0.0001)


def test_values_are_said_in_words(session: Session) -> None:
    world = a_world(session)

    def said(dimension: Dimension, *keys: object, language: str = "fr") -> dict[object, str]:
        return names_of(session, dimension, keys, language)

    assert said(Dimension.BUYER, world.city.id)[world.city.id] == "Ville de Valmont"
    assert said(Dimension.CANTON, "GE", None, language="de") == {"GE": "Genf", None: "Nicht angegeben"}
    assert said(Dimension.LEVEL, BuyerLevel.COMMUNE)[BuyerLevel.COMMUNE] == "Commune"
    assert said(Dimension.TREATY)[False] == "Hors accords internationaux"
    assert said(Dimension.DIVISION, "99")["99"] == "99 libellé inconnu"
    assert said(Dimension.SECTOR, "nettoyage_conciergerie_blanchisserie")[None] == (
        "Hors des domaines des membres"
    )
    assert said(Dimension.YEAR, 2026)[2026] == "2026"
    assert (family_label(INSERTION, "fr"), family_label("plus_connue", "fr")) == (
        "Insertion socioprofessionnelle",
        "plus_connue",
    )


def test_what_a_buyer_asks_is_quoted_newest_first_and_lots_do_not_repeat_it(session: Session) -> None:
    world = a_world(session)
    tender = asking(session, buyer=world.city, published_on=date(2026, 11, 1), families={INSERTION: {}})
    make_finding(session, make_lot(tender))
    make_finding(session, tender.lots[0], kind=FindingKind.ACCESS, family="variantes_admises")
    make_finding(session, tender.lots[0], counts=False, family="egalite_salariale")
    every = {call.tender_id: call.buyer_id for call in read_calls(session)}
    of_city = {tender: buyer for tender, buyer in every.items() if buyer == world.city.id}

    found = quotes(session, asking=of_city)

    assert [(each.published_on, each.family, each.weight) for each in found] == [
        (date(2026, 11, 1), INSERTION, 10.0),
        (date(2026, 4, 1), INSERTION, None),
        (date(2026, 1, 5), INSERTION, 20.0),
        (date(2026, 1, 5), APPRENTICES, None),
        (date(2025, 2, 3), INSERTION, 10.0),
    ]
    assert {each.buyer_id for each in found} == {world.city.id}
    assert quotes(session, asking={}) == []
    best = telling(quotes(session, asking=every))
    assert best[world.city.id].sentence == "Insertion : 20 %"
    assert set(best) == {world.city.id, world.office.id, world.canton.id}


def test_a_member_won_what_was_awarded_to_the_very_same_name(session: Session) -> None:
    world = a_world(session)
    other = make_member(session, name="Coopérative Éclat", chamber=make_chamber(session, key="autre"))
    nearly = silent(session)
    awarded(session, nearly, {"name": "Coopérative Éclat Sàrl"}, on=date(2026, 3, 2))

    [win] = won_by_members(session, chamber_id=world.member.chamber_id)
    won = together([win])

    assert (win.member_id, win.amount, win.currency, win.is_joint) == (world.member.id, 90_000, "CHF", False)
    assert (won.tenders, won.members, won.priced, won.amounts) == (1, 1, 1, {"CHF": 90_000.0})
    assert [each.member_id for each in won_by_members(session, chamber_id=other.chamber_id)] == [other.id]


def test_what_was_won_counts_in_the_period_of_its_publication(session: Session) -> None:
    chamber = a_world(session).member.chamber_id

    def won(year: int, quarter: int | None = None) -> int:
        return len(won_by_members(session, chamber_id=chamber, days=Choice(year=year, quarter=quarter).days))

    assert (won(2025), won(2026), won(2026, 1), won(2026, 2)) == (0, 1, 1, 0)


def test_an_award_taken_back_or_corrected_counts_as_it_stands(session: Session) -> None:
    member = make_member(session, name="Atelier Sève")
    revoked, corrected = silent(session), silent(session)
    notice = awarded(session, revoked, {"name": "Atelier Sève"}, on=date(2026, 3, 1))
    taken_back = awarded(session, revoked, on=date(2026, 3, 20), refers_to_key=notice.source_key)
    taken_back.notice_type = NoticeType.REVOCATION
    wrong = awarded(session, corrected, {"name": "Atelier Sève", "value_amount": 1.0}, on=date(2026, 3, 1))
    awarded(
        session,
        corrected,
        {"name": "Atelier Sève", "value_amount": 2.0},
        on=date(2026, 3, 5),
        is_correction=True,
        corrects_key=wrong.source_key,
    )

    [win] = won_by_members(session, chamber_id=member.chamber_id)

    assert (win.tender_id, win.amount) == (corrected.id, 2.0)


def test_an_award_read_at_two_sources_is_won_once(session: Session) -> None:
    member = make_member(session, name="Atelier Sève")
    standing = silent(session)
    merged = silent(session, source="ted", merged_into_id=standing.id)
    only_elsewhere = silent(session)
    elsewhere = silent(session, source="ted", merged_into_id=only_elsewhere.id)
    for tender, amount in ((standing, 10.0), (merged, 11.0), (elsewhere, 12.0)):
        awarded(session, tender, {"name": "Atelier Sève", "value_amount": amount}, on=date(2026, 3, 1))

    wins = won_by_members(session, chamber_id=member.chamber_id)

    assert {(win.tender_id, win.amount) for win in wins} == {(standing.id, 10.0), (only_elsewhere.id, 12.0)}


def test_the_price_of_a_joint_bid_counts_once(session: Session) -> None:
    chamber = make_member(session, name="Atelier Sève").chamber_id
    make_member(session, name="Coopérative Éclat")
    joint, apart = silent(session), silent(session)
    names = ("Atelier Sève", "Coopérative Éclat")
    awarded(
        session,
        joint,
        *({"name": name, "value_amount": 100.0, "is_lead": name == names[0]} for name in names),
        on=date(2026, 3, 1),
    )
    awarded(
        session,
        apart,
        *({"name": name, "value_amount": 30.0, "rank": rank} for rank, name in enumerate(names)),
        {"name": "Atelier Sève", "value_amount": None},
        on=date(2026, 3, 1),
    )

    won = together(won_by_members(session, chamber_id=chamber))

    assert (len(won.wins), won.tenders, won.members, won.priced) == (5, 2, 2, 4)
    assert won.amounts == {"CHF": 160.0}


def test_a_call_belongs_to_the_quarter_of_its_month(session: Session) -> None:
    for month in (1, 3, 4, 12):
        silent(session, published_on=date(2026, month, 1) + timedelta(days=20))

    assert [call.quarter for call in read_calls(session)] == [1, 1, 2, 4]


def test_the_rows_of_one_buyer_at_several_sources_are_counted_as_one(session: Session) -> None:
    first = make_buyer(session, "Ville de Valmont", canton=None)
    same = make_buyer(session, "COMMUNE DE VALMONT", source="ted", level=BuyerLevel.COMMUNE)
    elsewhere = make_buyer(session, "Valmont", source="boamp", canton=None, country="FR")
    other_canton = make_buyer(session, "Gemeinde Valmont", source="archive", canton="BE")
    unnamed = [make_buyer(session, "", source_key=str(number)) for number in range(2)]
    for buyer in (first, same, elsewhere, other_canton, *unnamed):
        silent(session, buyer=buyer)

    calls = read_calls(session)

    assert by(calls, Dimension.BUYER) == {
        first.id: (0, 2, 0, 0),
        **{each.id: (0, 1, 0, 0) for each in (elsewhere, other_canton, *unnamed)},
    }
    # What one of the rows knows, the buyer knows.
    assert {(call.level, call.canton) for call in calls if call.buyer_id == first.id} == {
        (BuyerLevel.COMMUNE, "GE")
    }


def test_a_bid_that_its_lead_says_was_won_is_a_number_beside_until_it_is_published(session: Session) -> None:
    room = submitted(session)
    lead = lead_of(room).people[0]
    end(session, consortium=room, state=ConsortiumState.WON, note="", person=lead, now=NOW)
    other = submitted(session, lead=lead, partner=room.seats[1].member.people[0])
    session.flush()

    def found(year: int) -> tuple[int, int]:
        found = won(session, chamber_id=room.chamber_id, days=Choice(year=year).days)
        return found.said, found.tenders

    assert other.state is ConsortiumState.SUBMITTED
    assert (found(2026), found(2025)) == ((1, 0), (0, 0))
    award(session, room.tender, "Association Escalade", published_on=date(2026, 12, 30))
    session.expire_all()
    assert found(2026) == (0, 1)
