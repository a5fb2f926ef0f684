"""Leads: the facts of stored lots and members, and nothing that was not known."""

import pytest
from sqlalchemy.orm import Session

from matcher.lead import lot_facts, member_facts
from procurement.models import Consideration, Cpv
from procurement.vocabulary import ContractNature, CriterionKind, Stated, TenderState
from tests.factories import make_lot, make_member, make_tender
from tests.matcher.facts import a_lot


def test_a_lot_carries_the_facts_of_its_tender(session: Session) -> None:
    session.add(Cpv(code="90911200", labels={"de": "Gebäudereinigung"}))
    tender = make_tender(session, cpv_codes=["90919300"])

    facts = lot_facts(session, tender.lots[0])

    assert facts.cpv_codes == ("90911200", "90919300")
    assert facts.cpv_words["90911200"]["de"] == "Gebäudereinigung"
    assert facts.title == {"fr": "Nettoyage écologique des écoles"}
    assert (facts.place_canton, facts.buyer_canton) == ("GE", "GE")
    assert facts.selection_criteria == ("Trois références",)
    assert facts.award_criteria == ("Prix", "Qualité")
    assert facts.is_called


def test_the_title_of_a_tender_without_lots_counts_once(session: Session) -> None:
    tender = make_tender(session, title={"fr": "Nettoyage"})
    tender.lots[0].title = {"fr": "Nettoyage", "de": "Reinigung"}

    facts = lot_facts(session, tender.lots[0])

    assert facts.lot_title == {"de": "Reinigung"}
    assert facts.languages == ("fr", "de")


def test_the_text_of_a_lot_joins_that_of_its_tender_without_saying_it_twice(session: Session) -> None:
    tender = make_tender(session, description={"fr": "Écoles."})
    same = make_lot(tender, description={"fr": "Écoles."})
    other = make_lot(tender, description={"fr": "Vitres.", "de": ""})

    assert lot_facts(session, same).description == {"fr": "Écoles."}
    assert lot_facts(session, other).description == {"fr": "Écoles.\nVitres."}


def test_a_tender_that_is_not_called_or_a_lot_taken_away_is_not_on_offer(session: Session) -> None:
    awarded = make_tender(session, state=TenderState.AWARDED)
    called = make_tender(session)
    called.lots[0].is_withdrawn = True

    assert not lot_facts(session, awarded.lots[0]).is_called
    assert not lot_facts(session, called.lots[0]).is_called


def test_a_lot_without_buyer_place_or_criteria_has_unknown_facts(session: Session) -> None:
    tender = make_tender(session)
    tender.buyer = None
    lot = make_lot(tender, place_canton=None, place_country=None, criteria=[])

    facts = lot_facts(session, lot)

    assert (facts.buyer_name, facts.buyer_canton, facts.place_canton) == ("", None, None)
    assert not facts.place_is_abroad
    assert facts.selection_criteria == ()


def test_a_place_in_another_country_is_abroad(session: Session) -> None:
    tender = make_tender(session)

    facts = lot_facts(session, make_lot(tender, place_canton=None, place_country="FR"))

    assert facts.place_is_abroad


def test_a_member_carries_its_profile(session: Session) -> None:
    member = make_member(session, cpv_codes=["90910000"], offer_languages=["fr", "de"])

    facts = member_facts(session, member)

    assert facts.cpv_words["90910000"]["fr"]
    assert facts.first_language == "fr"
    assert facts.changed_at == member.profile_changed_at


def test_a_condition_of_participation_counts_as_asked_of_the_bidder(session: Session) -> None:
    tender = make_tender(session)
    tender.lots[0].criteria[0].kind = CriterionKind.PARTICIPATION

    assert lot_facts(session, tender.lots[0]).selection_criteria == ("Prix", "Trois références")


def test_the_value_of_a_tender_is_that_of_its_only_lot(session: Session) -> None:
    tender = make_tender(session, value_amount=90_000, value_currency="CHF")

    facts = lot_facts(session, tender.lots[0])

    assert (facts.value_amount, facts.value_currency, facts.value_chf) == (90_000, "CHF", 90_000)


def test_the_value_of_a_whole_tender_is_not_that_of_one_of_its_lots(session: Session) -> None:
    tender = make_tender(session, value_amount=90_000, value_currency="CHF")
    other = make_lot(tender, value_amount=20_000, value_currency="EUR", is_withdrawn=True)

    assert lot_facts(session, tender.lots[0]).value_chf is None
    assert (lot_facts(session, other).value_amount, lot_facts(session, other).value_chf) == (20_000, None)


@pytest.mark.parametrize("of_lot", [True, False])
def test_the_prizes_of_a_contest_are_not_its_value(session: Session, of_lot: bool) -> None:
    nature = ContractNature.SERVICES if of_lot else ContractNature.DESIGN
    tender = make_tender(session, value_amount=90_000, value_currency="CHF", contract_nature=nature)
    if of_lot:
        tender.lots[0].contract_nature = ContractNature.DESIGN

    assert lot_facts(session, tender.lots[0]).value_chf is None


def test_what_a_lot_is_reserved_to_is_read_from_its_statements(session: Session) -> None:
    tender = make_tender(session)
    tender.lots[0].considerations = [
        Consideration(business_term=term, code=code, text={})
        for term, code in (
            ("BT-71", "res-ws"),
            ("BT-71", "none"),
            ("BT-71", "res-ws"),
            ("BT-71", ""),
            ("BT-736", "no"),
            ("BT-775", "opp"),
        )
    ]
    other = make_lot(tender, considerations=[Consideration(business_term="BT-736", code="yes", text={})])

    facts = lot_facts(session, tender.lots[0])

    assert (facts.reserved_to, facts.is_execution_reserved) == (("res-ws", ""), False)
    assert (lot_facts(session, other).reserved_to, lot_facts(session, other).is_execution_reserved) == (
        (),
        True,
    )


@pytest.mark.parametrize(
    ("consortium", "subcontracting", "source", "is_alone"),
    [
        (Stated.NO, Stated.NO, None, True),
        (Stated.NO, Stated.NO, "defined_in_notice", True),
        (Stated.NO, Stated.NO, "in_documents", False),
        (Stated.NO, Stated.NOT_SPECIFIED, None, False),
        (Stated.NOT_SPECIFIED, Stated.NO, None, False),
    ],
)
def test_a_bidder_stands_alone_only_where_the_notice_says_so_itself(
    session: Session, consortium: Stated, subcontracting: Stated, source: str | None, is_alone: bool
) -> None:
    tender = make_tender(
        session,
        consortium_allowed=consortium,
        subcontracting_allowed=subcontracting,
        participation_source=source,
    )

    assert lot_facts(session, tender.lots[0]).asks_for_one_bidder is is_alone


@pytest.mark.parametrize("statuses", [None, [], ["work_integration"]])
def test_a_member_that_is_nothing_of_the_kind_is_not_one_of_which_nothing_is_known(
    session: Session, statuses: list[str] | None
) -> None:
    member = make_member(session, statuses=statuses, largest_contract_chf=5)
    session.expire(member)

    facts = member_facts(session, member)

    assert facts.statuses == (None if statuses is None else tuple(statuses))
    assert (facts.largest_contract_chf, facts.smallest_contract_chf) == (5, None)


def test_what_a_member_has_won_counts_as_its_references_do(session: Session) -> None:
    member = make_member(session, references=["Écoles", "Crèches"], past_wins=["Crèches", "Musée"])

    assert member_facts(session, member).references == ("Écoles", "Crèches", "Musée")


@pytest.mark.parametrize(
    ("amount", "currency", "francs"),
    [
        (2, "CHF", 2),
        (5_000, "chf", 5_000),
        (1, "CHF", None),
        (0, "CHF", None),
        (None, "CHF", None),
        (5_000, "EUR", None),
        (5_000, None, None),
    ],
)
def test_a_sum_counts_in_francs_only(amount: int | None, currency: str | None, francs: int | None) -> None:
    assert a_lot(value_amount=amount, value_currency=currency).value_chf == francs
