"""Leads: the facts of stored lots and members, and nothing that was not known."""

from sqlalchemy.orm import Session

from matcher.lead import lot_facts, member_facts
from procurement.models import Cpv
from procurement.vocabulary import CriterionKind, TenderState
from tests.factories import make_lot, make_member, make_tender


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
