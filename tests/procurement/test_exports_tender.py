"""What a release says of a tender: lots, items, criteria, and what it considers."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from procurement.exports.ocds import UNREGISTERED_PREFIX
from procurement.models import Buyer, Consideration
from procurement.notices import record_notice
from procurement.vocabulary import (
    ContractNature,
    CriteriaSource,
    ProcurementMethod,
    Stated,
)
from tests.factories import make_lot, make_tender
from tests.procurement.exported import Json, everything, releases_of
from tests.procurement.records import a_call, a_lot, a_notice

STRATEGIES = [
    "awardCriteria",
    "contractPerformanceConditions",
    "selectionCriteria",
    "technicalSpecifications",
]


def lot_with(session: Session, now: datetime, *said: tuple[str, str, str]) -> Json:
    """The lot of a release whose notice makes these statements: term, code and words."""
    tender = make_tender(session)
    tender.lots[0].considerations = [
        Consideration(business_term=term, code=code, text={"fr": words} if words else {})
        for term, code, words in said
    ]
    [release] = releases_of(session, now)
    [lot] = release["tender"]["lots"]
    assert isinstance(lot, dict)
    return lot


def names_in(found: Any) -> Iterator[str]:
    """Every field name, at whatever depth."""
    if isinstance(found, list):
        for entry in found:
            yield from names_in(entry)
    elif isinstance(found, dict):
        for name, value in found.items():
            yield name
            yield from names_in(value)


@pytest.mark.parametrize(
    ("term", "code", "fields"),
    [
        ("BT-71", "res-ws", {"otherRequirements": {"reservedParticipation": ["shelteredWorkshop"]}}),
        (
            "BT-71",
            "res-pub-ser",
            {"otherRequirements": {"reservedParticipation": ["publicServiceMissionOrganization"]}},
        ),
        ("BT-736", "yes", {"contractTerms": {"reservedExecution": True}}),
        ("BT-726", "true", {"suitability": {"sme": True}}),
        ("BT-71", "none", {}),
        ("BT-736", "no", {}),
        ("BT-736", "not-known", {}),
        ("BT-06", "none", {}),
        ("BT-999", "opp", {}),
        ("BT-06", "of-tomorrow", {}),
    ],
)
def test_what_a_notice_reserves_has_its_field(
    session: Session, now: datetime, term: str, code: str, fields: Json
) -> None:
    lot = lot_with(session, now, (term, code, ""))

    considered = {"otherRequirements", "contractTerms", "suitability", "hasSustainability", "sustainability"}
    assert {name: value for name, value in lot.items() if name in considered} == fields


@pytest.mark.parametrize(
    ("term", "code", "goal", "strategies"),
    [
        ("BT-06", "soc-obj", "social", STRATEGIES),
        ("BT-06", "env-imp", "environmental", STRATEGIES),
        ("BT-06", "inn-pur", "economic.innovativePurchase", STRATEGIES),
        ("BT-775", "opp", "social.disadvantagedEmploymentOpportunities", STRATEGIES),
        ("BT-775", "work-cond", "social.laborRightsPromotion", STRATEGIES),
        ("BT-775", "acc-all", "social.accessibility", STRATEGIES),
        ("BT-775", "et-eq", "social.ethnicEquality", STRATEGIES),
        ("BT-775", "gen-eq", "social.genderEquality", STRATEGIES),
        ("BT-775", "hum-right", "social.humanRightsInSupplyChains", STRATEGIES),
        ("BT-775", "other", "social", STRATEGIES),
        ("BT-774", "circ-econ", "environmental.circularEconomy", None),
        ("BT-774", "clim-mitig", "environmental.climateChangeMitigation", None),
        ("BT-774", "other", "environmental", None),
        ("BT-776", "proc-innov", "economic.processInnovationPromotion", None),
    ],
)
def test_goals_bear_the_codes_of_the_sustainability_extension(
    session: Session, now: datetime, term: str, code: str, goal: str, strategies: list[str] | None
) -> None:
    lot = lot_with(session, now, (term, code, ""))

    assert lot["hasSustainability"] is True
    expected = {"goal": goal} if strategies is None else {"goal": goal, "strategies": strategies}
    assert lot["sustainability"] == [expected]


def test_a_goal_named_twice_stands_once_with_all_its_words(session: Session, now: datetime) -> None:
    lot = lot_with(
        session,
        now,
        ("BT-775", "opp", "Huit places d’insertion."),
        ("BT-775", "opp", "Deux apprentis."),
        ("BT-777", "", "Le marché soutient l’insertion."),
    )

    goal, described = lot["sustainability"]
    assert goal["description"] == "Huit places d’insertion.\n\nDeux apprentis."
    assert described == {"description": "Le marché soutient l’insertion."}


def test_terms_in_words_are_terms_of_the_contract(session: Session, now: datetime) -> None:
    lot = lot_with(
        session, now, ("BT-70", "", "Cinq pour cent des heures."), ("BT-76", "", "Société simple.")
    )

    assert lot["contractTerms"] == {
        "performanceTerms": "Cinq pour cent des heures.",
        "tendererLegalForm": "Société simple.",
    }


def test_the_tender_block_says_what_is_bought_where_and_until_when(session: Session, now: datetime) -> None:
    make_tender(
        session,
        value_amount=450_000,
        value_currency="chf",
        procurement_method=ProcurementMethod.SELECTIVE,
        offer_channels=["offer_external", "offer_digital_simap"],
        lots_per_tenderer=2,
        documents_url="https://dossier.example.ch/42",
    )

    [release] = releases_of(session, now)

    tender = release["tender"]
    assert tender["procurementMethod"] == "selective"
    assert tender["procurementMethodDetails"] == "procédure sélective"
    assert tender["mainProcurementCategory"] == "services"
    assert tender["value"] == {"amount": 450000, "currency": "CHF"}
    assert tender["tenderPeriod"] == {"endDate": "2026-12-14T12:00:00+01:00"}
    assert tender["enquiryPeriod"] == {"endDate": "2026-12-04T23:59:59+01:00"}
    assert tender["submissionMethod"] == ["written", "electronicSubmission"]
    assert tender["lotDetails"] == {"maximumLotsBidPerSupplier": 2}
    assert [each["documentType"] for each in tender["documents"]] == ["tenderNotice", "biddingDocuments"]
    [item] = tender["items"]
    assert item["classification"]["id"] == "90911200"
    assert item["classification"]["scheme"] == "CPV"
    assert item["relatedLot"] == tender["lots"][0]["id"] == "whole"
    assert item["deliveryAddresses"] == [
        {"locality": "Genève", "postalCode": "1205", "region": "GE", "countryName": "Suisse"}
    ]
    [lot] = tender["lots"]
    assert lot["contractPeriod"] == {
        "startDate": "2027-02-01T00:00:00+01:00",
        "endDate": "2029-01-31T23:59:59+01:00",
    }
    assert lot["submissionTerms"] == {"languages": ["fr"]}
    assert lot["selectionCriteria"] == {"criteria": [{"description": "Trois références"}]}


@pytest.mark.parametrize(
    ("nature", "category"),
    [
        (ContractNature.GOODS, "goods"),
        (ContractNature.WORKS, "works"),
        (ContractNature.SERVICES, "services"),
        (ContractNature.DESIGN, None),
        (ContractNature.INFORMATION, None),
        (None, None),
    ],
)
def test_only_the_three_categories_of_the_standard_are_named(
    session: Session, now: datetime, nature: ContractNature | None, category: str | None
) -> None:
    make_tender(session, contract_nature=nature)

    [release] = releases_of(session, now)

    assert release["tender"].get("mainProcurementCategory") == category


@pytest.mark.parametrize(
    ("sources", "kind"),
    [
        ([CriteriaSource.PRICE_ONLY], "priceOnly"),
        ([CriteriaSource.DEFINED, CriteriaSource.DEFINED], "ratedCriteria"),
        ([CriteriaSource.DEFINED, CriteriaSource.PRICE_ONLY], None),
        ([CriteriaSource.IN_DOCUMENTS], None),
        ([CriteriaSource.NOT_SPECIFIED], None),
    ],
)
def test_how_a_tender_is_awarded_is_said_where_its_notice_says_it_of_every_lot(
    session: Session, now: datetime, sources: list[CriteriaSource], kind: str | None
) -> None:
    tender = make_tender(session, lots=[])
    for source in sources:
        make_lot(tender, award_criteria_source=source)

    [release] = releases_of(session, now)

    assert release["tender"].get("awardCriteria") == kind


@pytest.mark.parametrize(
    ("variants", "policy"),
    [(Stated.YES, "allowed"), (Stated.NO, "notAllowed"), (Stated.NOT_SPECIFIED, None)],
)
def test_variants_are_a_term_of_submission_only_where_the_notice_states_it(
    session: Session, now: datetime, variants: Stated, policy: str | None
) -> None:
    tender = make_tender(session)
    tender.lots[0].variants = variants

    [release] = releases_of(session, now)

    assert release["tender"]["lots"][0]["submissionTerms"].get("variantPolicy") == policy


def test_texts_are_in_the_language_of_the_notice_and_others_bear_their_language(
    session: Session, now: datetime
) -> None:
    make_tender(session, language="de", title={"de": "Reinigung", "fr": "Nettoyage", "it": ""})

    [release] = releases_of(session, now)

    assert release["language"] == "de"
    titles = {name: text for name, text in release["tender"].items() if name.startswith("title")}
    assert titles == {"title": "Reinigung", "title_fr": "Nettoyage"}


def test_what_is_unknown_is_left_out_and_nothing_is_null(session: Session, now: datetime) -> None:
    everything(session, now)

    def empties(found: Any) -> bool:
        inside = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
        return found in (None, "", [], {}) or any(empties(each) for each in inside)

    assert not any(empties(release) for release in releases_of(session, now))


def test_no_person_is_named(session: Session, now: datetime) -> None:
    everything(session, now)

    names = set(names_in(releases_of(session, now)))

    assert not names & {"contactPoint", "email", "telephone", "faxNumber", "persons", "beneficialOwners"}


def test_links_that_are_none_of_the_web_are_left_out(session: Session, now: datetime) -> None:
    make_tender(session, url="javascript:alert(1)", documents_url="http://[broken")

    [release] = releases_of(session, now)

    [document] = release["tender"]["documents"]
    assert "url" not in document


def test_odd_keys_of_a_source_make_no_odd_identifiers(session: Session, now: datetime) -> None:
    make_tender(
        session,
        source="boamp",
        procedure_key="26-1/2 é#x",
        buyer=Buyer(source="b", source_key="a b", name={}),
    )

    [release] = releases_of(session, now)

    assert release["ocid"] == f"{UNREGISTERED_PREFIX}-boamp-26-1%2F2%20%C3%A9%23x"
    assert release["buyer"] == {"id": "b-a%20b"}


def test_lots_that_were_never_published_apart_make_way_for_those_that_are(
    session: Session, now: datetime
) -> None:
    record_notice(session, a_notice(1), now=now)
    lots = (a_lot(source_key="a"), a_lot(source_key="b", number=2))
    record_notice(session, a_notice(2, is_correction=True, call=a_call(lots=lots)), now=now)
    record_notice(session, a_notice(3, is_correction=True, call=a_call(lots=lots[:1])), now=now)

    lots_now = releases_of(session, now)[-1]["tender"]["lots"]

    assert [(lot["id"], lot["status"]) for lot in lots_now] == [("a", "active"), ("b", "cancelled")]


def test_a_lot_has_the_value_that_is_its_own(session: Session, now: datetime) -> None:
    tender = make_tender(session)
    tender.lots[0].value_amount, tender.lots[0].value_currency = 20_000, "EUR"

    [release] = releases_of(session, now)

    assert release["tender"]["lots"][0]["value"] == {"amount": 20_000, "currency": "EUR"}
    assert "value" not in release["tender"]
