"""Each of simap's eleven kinds of publication is read for what it says: calls, phases and outcomes."""

import copy
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from crawler.simap.reading import read_details
from procurement.errors import UnreadableNotice
from procurement.records import CallRecord, NoticeRecord
from procurement.vocabulary import (
    ContractNature,
    CriteriaSource,
    CriterionKind,
    NoticeType,
    ProcurementMethod,
    Stated,
)
from tests.crawler.test_sample import shape
from tests.crawler.test_simap_reading import DETAILS, a_call

RECORDINGS = Path(__file__).parents[1] / "recordings" / "simap"
INVENTED = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in RECORDINGS.glob("*.json")}
each_invented = pytest.mark.parametrize("name", sorted(INVENTED))


def read(details: dict[str, Any]) -> NoticeRecord:
    return read_details(json.dumps(details).encode(), fetched_from="x", web_url="https://www.simap.ch")


def invented(name: str) -> dict[str, Any]:
    """A publication of ours, free to be changed."""
    return copy.deepcopy(INVENTED[name])


def call_in(name: str) -> CallRecord:
    call = read(INVENTED[name]).call
    assert call is not None
    return call


@pytest.mark.slow
@each_invented
def test_every_invented_publication_has_the_shape_of_simaps_specification(name: str) -> None:
    assert shape()("PublicationDetail", INVENTED[name]) == []


@each_invented
def test_every_invented_publication_is_read(name: str) -> None:
    details = INVENTED[name]

    record = read(details)

    assert record.notice_type == details["type"]
    assert record.number == details["base"]["publicationNumber"]
    assert ("simap", record.number) in record.references


def test_all_eleven_kinds_are_read() -> None:
    kinds = {read(details).notice_type for details in [*DETAILS, *INVENTED.values()]}

    assert kinds == set(NoticeType)


@pytest.mark.parametrize("kind", ["competition", "study_contract"])
def test_a_contest_is_a_call_for_design(kind: str) -> None:
    record = read(INVENTED[kind])

    assert record.contract_nature is ContractNature.DESIGN
    assert record.call is not None
    assert {lot.contract_nature for lot in record.call.lots} == {ContractNature.DESIGN}


def test_a_contest_says_its_prizes_and_its_rules() -> None:
    call = call_in("competition")

    assert (call.value_amount, call.value_currency) == (150_000, "CHF")
    assert call.conditions["prizes"] == {"fr": "CHF 150’000\nQuatre à six prix et mentions."}
    assert call.conditions["purchases"]["fr"].endswith("Sur décision unanime du jury.")
    assert "40" in call.conditions["purchases"]["de"]
    assert {"independent_experts", "jury_decision", "anonymity", "appointments"} <= set(call.conditions)


def test_criteria_without_weights_are_kept_without_weights() -> None:
    [lot] = call_in("competition").lots

    weights = [each.weight for each in lot.criteria if each.kind is CriterionKind.AWARD]
    assert weights == [None, None]


def test_a_study_says_its_compensation_and_whom_it_will_take() -> None:
    call = call_in("study_contract")

    assert call.value_amount is None
    assert call.conditions["compensation"] == {"fr": "CHF 35’000.50\nÀ chaque bureau retenu, hors taxe."}
    assert call.conditions["participants_limit"] == {"fr": "5"}
    assert "purchases" not in call.conditions
    assert call.deadline_is_for_requests


def test_weighted_selection_criteria_keep_their_weights_and_their_note() -> None:
    [lot] = call_in("study_contract").lots

    selection = [each.weight for each in lot.criteria if each.kind is CriterionKind.SELECTION]
    assert selection == [60, 40]
    assert lot.award_criteria_source is CriteriaSource.IN_DOCUMENTS
    assert lot.criteria_note == {"fr": "Note minimale : 3."}


def test_a_request_for_information_asks_without_criteria() -> None:
    details = next(each for each in DETAILS if each["type"] == "request_for_information")

    record = read(details)

    assert record.contract_nature is ContractNature.INFORMATION
    assert record.procurement_method is ProcurementMethod.NONE
    assert record.call is not None
    assert [lot.criteria for lot in record.call.lots] == [()]
    assert record.call.consortium_allowed is Stated.NOT_SPECIFIED


def test_an_advance_notice_says_when_the_call_is_expected() -> None:
    details = copy.deepcopy(next(each for each in DETAILS if each["type"] == "advance_notice"))
    details["dates"]["publicationDateForecast"] = "2027-03-15"

    call = read(details).call

    assert call is not None
    assert call.submission_deadline is None
    assert list(call.conditions["expected_on"].values()) == ["15.03.2027"]


def test_the_offering_phase_states_a_part_of_the_call() -> None:
    record = read(INVENTED["selective_offering_phase"])

    call = record.call
    assert call is not None
    assert call.is_partial
    assert not call.deadline_is_for_requests
    assert call.submission_deadline_text == "2027-01-22T12:00:00+01:00"
    [lot] = call.lots
    assert lot.source_key == record.lot_key
    assert (lot.number, [each.weight for each in lot.criteria]) == (2, [40, 35, 25])
    assert set(call.conditions) == {"offering_phase"}


def test_those_selected_are_named_and_are_no_winners() -> None:
    record = read(INVENTED["participant_selection"])

    [outcome] = record.awards
    assert record.call is None
    assert outcome.suppliers == ()
    assert outcome.lot_key == record.lot_key is not None
    assert outcome.note["fr"].splitlines()[0] == "Coopérative La Marmite, Grangeneuve"
    assert outcome.note["fr"].endswith("Trois candidatures sur sept ont été retenues.")


def test_an_award_names_winner_price_rank_and_reason() -> None:
    details = copy.deepcopy(next(each for each in DETAILS if each["type"] == "award"))
    vendor = details["decision"]["vendors"][0]
    vendor["price"], vendor["rank"] = {"currency": "eur", "price": 1234.5, "vatType": "full"}, 1

    [award] = read(details).awards

    first = award.suppliers[0]
    assert (first.name, first.source_key) == (vendor["vendorName"], vendor["vendorId"])
    assert (first.value_amount, first.value_currency, first.rank) == (1234.5, "EUR", 1)
    assert award.decided_on == date.fromisoformat(details["decision"]["awardDecisionDate"])
    assert award.offers_received == details["decision"]["numberOfSubmissions"]
    assert award.justification


def test_an_award_of_a_lot_is_of_that_lot() -> None:
    details = next(each for each in DETAILS if each["type"] == "award" and each["lot"])

    record = read(details)

    assert record.lot_key == details["lot"]["id"]
    assert [award.lot_key for award in record.awards] == [record.lot_key]


def test_an_award_may_give_a_range_instead_of_the_price() -> None:
    [award] = read(INVENTED["award_by_invitation"]).awards

    assert (award.value_low, award.value_high, award.value_currency) == (41200.0, 58900.5, "CHF")
    [winner] = award.suppliers
    assert (winner.value_amount, winner.value_currency, winner.rank) == (None, None, 0)


def test_partners_of_a_consortium_stay_in_the_words_of_the_award() -> None:
    [award] = read(INVENTED["award_by_invitation"]).awards

    assert len(award.suppliers) == 1
    assert "Menuiserie du Bief" in award.suppliers[0].note["fr"]


def test_an_abandonment_says_why_in_the_language_of_the_reader() -> None:
    record = read(INVENTED["abandonment_of_a_lot"])

    [outcome] = record.awards
    assert outcome.lot_key == record.lot_key == INVENTED["abandonment_of_a_lot"]["abandonedLot"]["id"]
    assert outcome.suppliers == ()
    assert outcome.note["fr"].splitlines() == [
        "Aucune offre ne remplit les exigences.",
        "Der Umbau der Turnhallen verzögert sich.",
        "Das Los wird 2027 neu ausgeschrieben.",
    ]


def test_a_reason_that_is_new_does_not_hide_that_a_procedure_ended() -> None:
    details = invented("abandonment")
    details["abandonment"]["reasons"] = ["h_out_of_money"]

    [outcome] = read(details).awards

    assert outcome.note == {"fr": "h_out_of_money"}


@pytest.mark.parametrize(
    ("name", "is_of_a_lot"), [("revocation_of_an_award", True), ("revocation_of_a_call", False)]
)
def test_a_revocation_is_of_the_lot_whose_award_it_takes_back(name: str, is_of_a_lot: bool) -> None:
    record = read(INVENTED[name])

    [outcome] = record.awards
    assert outcome.note
    assert (record.lot_key is not None) == is_of_a_lot
    assert record.refers_to_key == INVENTED[name]["referencingPub"]["publicationId"]


def test_a_revoked_call_with_one_lot_is_revoked_whole() -> None:
    details = invented("revocation_of_an_award")
    details["referencingPub"]["pubType"] = "tender"

    assert read(details).lot_key is None


def test_a_notice_written_in_italian_has_its_french_summary() -> None:
    record = read(INVENTED["tender_in_italian"])

    assert record.language == "it"
    assert set(record.title) == {"it", "fr"}
    assert record.call is not None
    assert record.call.description["it"].endswith("• scuole\n• casa comunale")
    assert record.call.lots[0].can_be_extended is Stated.YES


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("https://ted.europa.eu/udl?uri=TED:NOTICE:90108-2026:HTML:FR:HTML", "90108-2026"),
        ("https://ted.europa.eu/en/notice/-/detail/00090108-2026", "90108-2026"),
        ("https://ted.europa.eu/", None),
        (None, None),
    ],
)
def test_the_same_notice_on_ted_is_known_by_its_number(url: str | None, number: str | None) -> None:
    details = invented("tender_in_italian")
    details["ted"] = {"status": "published", "url": url}

    references = dict(read(details).references)

    assert references.get("ted") == number


@pytest.mark.parametrize("changed", [["dates.offerDeadline"], []])
def test_a_correction_keeps_its_remarks_whether_or_not_it_lists_what_changed(changed: list[str]) -> None:
    details = a_call(with_lots=False)
    details["base"] |= {"corrected": True, "correctedPubId": "the-version-before"}
    details["correction"] = {
        "correctedPubId": "the-version-before",
        "initialPublicationDate": None,
        "remarks": {"de": None, "en": None, "fr": "Le délai est prolongé.", "it": None},
        "correctionDiffKeys": changed,
    }
    details["referencingPub"] = {"publicationId": "the-version-before", "pubType": "tender"}

    record = read(details)

    assert (record.is_correction, record.corrects_key) == (True, "the-version-before")
    assert record.refers_to_key is None
    assert record.call is not None
    assert record.call.conditions["correction"] == {"fr": "Le délai est prolongé."}


def test_a_correction_may_come_after_the_deadline_it_repeats() -> None:
    details = a_call(with_lots=False)
    details["base"] |= {"initialPublicationDate": "2026-01-05", "publicationDate": "2026-03-20"}
    details["dates"]["offerDeadline"] = "2026-03-10T12:00:00+01:00"

    call = read(details).call

    assert call is not None
    assert call.submission_deadline_text == "2026-03-10T12:00:00+01:00"


@pytest.mark.parametrize(
    ("name", "path", "value", "named"),
    [
        ("award_by_invitation", ("decision", "numberOfSubmissions"), 2.5, "decision.numberOfSubmissions"),
        ("award_by_invitation", ("decision", "numberOfSubmissions"), -1, "decision.numberOfSubmissions"),
        ("award_by_invitation", ("decision", "awardDecisionDate"), "hier", "decision.awardDecisionDate"),
        (
            "award_by_invitation",
            ("decision", "vendors", 0, "vendorName"),
            " ",
            "decision.vendors.0.vendorName",
        ),
        (
            "award_by_invitation",
            ("decision", "vendors", 0, "price"),
            "12'000",
            "decision.vendors.0.price",
        ),
        (
            "participant_selection",
            ("participant-selection", "vendors"),
            {},
            "participant-selection.vendors",
        ),
        ("abandonment", ("abandonment", "reasons"), "g_other", "abandonment.reasons"),
        ("competition", ("terms", "totalPrice", "price"), "beaucoup", "terms.totalPrice.price"),
        ("competition", ("base", "competitionType"), "lottery", "base.competitionType"),
        ("selective_offering_phase", ("dates", "offerDeadline"), "bientôt", "dates.offerDeadline"),
        (
            "selective_offering_phase",
            ("criteria", "awardCriteriaSelection"),
            "dice",
            "criteria.awardCriteriaSelection",
        ),
    ],
)
def test_a_wrong_value_is_named_by_its_path(
    name: str, path: tuple[str | int, ...], value: object, named: str
) -> None:
    details: Any = invented(name)
    place = details
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value

    with pytest.raises(UnreadableNotice) as raised:
        read(details)

    assert raised.value.path == named


def test_a_language_that_is_none_of_ours_loses_no_text() -> None:
    details = invented("abandonment_of_a_lot")
    details["base"]["creationLanguage"] = "rm"

    record = read(details)

    assert record.language == "fr"
    assert "Umbau" in record.awards[0].note["fr"]
