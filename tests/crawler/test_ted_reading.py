"""A notice of TED in eForms is read whole: what is bought, from whom, until when, and who won it."""

from datetime import date
from pathlib import Path

import pytest

from crawler.ted.codes import (
    publication_number,
)
from procurement.errors import UnreadableNotice
from procurement.vocabulary import (
    ContractNature,
    CriteriaSource,
    CriterionKind,
    NoticeType,
    ProcurementMethod,
    Stated,
)
from tests.crawler.ted_notices import NOTICES, call_of, lots_of, read, recording, spoilt, statements


@pytest.mark.parametrize("path", NOTICES, ids=lambda path: path.stem)
def test_every_invented_notice_is_read_and_kept_as_it_came(path: Path) -> None:
    record = read(path.read_bytes())

    assert record.source == "ted"
    assert record.source_key == record.number == publication_number(record.number)
    assert record.title
    assert record.payload == path.read_bytes()
    assert ("ted", record.number) in record.references


@pytest.mark.parametrize("path", NOTICES, ids=lambda path: path.stem)
def test_persons_and_printed_titles_are_not_read(path: Path) -> None:
    record = read(path.read_bytes())

    words = repr([getattr(record, name) for name in record.__dataclass_fields__ if name != "payload"])
    assert "Personne-Fictive" not in words
    assert "@invente.example" not in words
    assert not any(phone in words for phone in ("000 00 00", "400000000", "400000001"))
    assert "imprimés" not in words
    assert "words of the code" not in words


def test_a_call_of_geneva_says_who_buys_what_and_until_when() -> None:
    record = read(recording("eforms_geneva_call"))

    assert record.notice_type is NoticeType.TENDER
    assert record.procurement_method is ProcurementMethod.OPEN
    assert record.contract_nature is ContractNature.SERVICES
    assert record.published_on == date(2026, 5, 29)
    assert record.title["de"].startswith("Reinigung")
    assert record.is_under_treaty is True
    assert record.buyer is not None
    assert (record.buyer.canton, record.buyer.country, record.buyer.city) == ("GE", "CH", "Valfleury")
    call = call_of(record)
    assert call.submission_deadline is not None
    assert call.submission_deadline.isoformat() == "2026-07-03T12:00:00+02:00"
    assert call.submission_deadline_text == "2026-07-03+02:00 12:00:00+02:00"
    assert call.enquiry_deadline == date(2026, 6, 15)
    assert call.opening is not None
    assert (call.value_amount, call.value_currency) == (820000, "CHF")
    assert call.lots_per_tenderer == 2
    assert call.offer_languages == ("fr", "de")
    assert call.documents_url == "https://dossiers.invente.example/ouvrir?id=12&lot=1"
    assert set(call.conditions) == {"performance", "payment", "securities", "additional_information"}
    assert "solidairement" in call.consortium_note["fr"]
    assert call.consortium_allowed is Stated.NOT_SPECIFIED


def test_the_procedure_the_notice_and_its_number_are_its_names() -> None:
    record = read(recording("eforms_geneva_call"))

    assert record.procedure_key == "aaaaaaaa-0000-4000-8000-000000000001"
    assert record.references == (
        ("procedure", "aaaaaaaa-0000-4000-8000-000000000001"),
        ("ted", "900101-2026"),
        ("notice", "bbbbbbbb-0000-4000-8000-000000000001-01"),
    )


def test_each_lot_carries_its_own_codes_place_time_and_rules() -> None:
    first, second = lots_of("eforms_geneva_call")

    assert first.cpv_codes == ("90911200", "90919300")
    assert (first.place_canton, first.place_city, first.place_postal_code) == (
        "GE",
        {"fr": "Valfleury"},
        "1299",
    )
    assert (first.starts_on, first.ends_on, first.duration_days) == (
        date(2026, 9, 1),
        date(2030, 8, 31),
        None,
    )
    assert (first.variants, first.can_be_extended) == (Stated.YES, Stated.YES)
    assert (second.variants, second.can_be_extended) == (Stated.NO, Stated.NOT_SPECIFIED)
    assert second.duration_days == 730
    assert second.title == {"fr": "Entretien des espaces verts", "de": "Grünpflege"}


def test_a_lot_in_two_cantons_names_none_of_them() -> None:
    _, second = lots_of("eforms_geneva_call")

    assert (second.place_canton, second.place_country) == (None, "CH")


def test_reserved_and_social_fields_become_statements_of_their_lot() -> None:
    first, second = lots_of("eforms_geneva_call")

    assert statements(second) == {
        ("BT-71", "res-ws"),
        ("BT-736", "yes"),
        ("BT-06", "soc-obj"),
        ("BT-777", ""),
        ("BT-775", "opp"),
        ("BT-775", "work-cond"),
        ("BT-754", "inc"),
    }
    assert statements(first) == {
        ("BT-76", "true"),
        ("BT-06", "env-imp"),
        ("BT-774", "circ-econ"),
        ("BT-805", "national"),
    }


def test_a_weight_is_read_only_where_it_is_a_percentage() -> None:
    first, second = lots_of("eforms_geneva_call")

    weights = [(each.title.get("fr"), each.weight, each.is_price) for each in first.criteria[:3]]
    assert weights == [
        ("Prix", 40.0, True),
        ("Organisation", 35.0, False),
        ("Développement durable", 25.0, False),
    ]
    assert [each.weight for each in second.criteria] == [None, None]
    assert second.award_criteria_source is CriteriaSource.DEFINED


def test_selection_criteria_that_are_not_used_are_left_out() -> None:
    first, _ = lots_of("eforms_geneva_call")

    chosen = [each for each in first.criteria if each.kind is CriterionKind.SELECTION]
    assert len(chosen) == 2
    assert not any("Non utilisé" in text for each in chosen for text in each.description.values())


def test_a_restricted_call_of_haute_savoie_is_for_requests_and_reserved() -> None:
    record = read(recording("eforms_haute_savoie_social"))

    call = call_of(record)
    [lot] = call.lots
    assert call.deadline_is_for_requests
    assert call.submission_deadline is not None
    assert call.subcontracting_allowed is Stated.YES
    assert (lot.source_key, lot.place_canton, lot.place_country) == ("", None, "FR")
    assert {("BT-71", "res-pub-ser"), ("BT-775", "opp")} <= statements(lot)
    assert ("BT-736", "not-known") not in statements(lot)
    assert record.refers_to_key == "900105-2026"
    assert record.is_under_treaty is None


def test_a_consortium_is_named_with_its_lead_first_and_its_price_once() -> None:
    record = read(recording("eforms_consortium_award"))

    joint, _, _ = record.awards
    assert record.notice_type is NoticeType.AWARD
    assert record.call is None
    assert [(each.name, each.is_lead, each.value_amount) for each in joint.suppliers] == [
        ("Association Main Ouverte Fictive", True, 495000.0),
        ("Les Balais Imaginaires, coopérative", False, None),
    ]
    assert (joint.lot_key, joint.offers_received, joint.decided_on) == ("LOT-0001", 4, date(2026, 9, 14))
    assert (joint.value_low, joint.value_high, joint.value_currency) == (480000.0, 540000.0, "CHF")


def test_a_lot_without_a_winner_is_an_award_without_suppliers() -> None:
    _, without, _ = read(recording("eforms_consortium_award")).awards

    assert (without.suppliers, without.offers_received, without.lot_key) == ((), 0, "LOT-0002")


def test_of_a_winner_who_is_a_person_no_address_is_kept() -> None:
    _, _, alone = read(recording("eforms_consortium_award")).awards

    [winner] = alone.suppliers
    assert (winner.name, winner.country, winner.is_lead) == ("Dominique Inventé", "FR", None)
    assert (winner.city, winner.postal_code, winner.source_key) == ("", "", None)
    assert alone.offers_received is None


def test_when_no_lot_has_a_winner_the_procedure_is_abandoned() -> None:
    record = read(spoilt("eforms_consortium_award", ">selec-w<", ">clos-nw<"))

    assert record.notice_type is NoticeType.ABANDONMENT


def test_an_award_without_a_call_is_a_direct_award() -> None:
    record = read(spoilt("eforms_consortium_award", ">open<", ">neg-wo-call<"))

    assert record.notice_type is NoticeType.DIRECT_AWARD


def test_a_modification_counts_no_winner_a_second_time() -> None:
    record = read(spoilt("eforms_consortium_award", ">can-standard<", ">can-modif<"))

    assert (record.notice_type, record.awards) == (NoticeType.AWARD, ())


def test_a_change_names_what_it_changes_and_holds_the_whole_call() -> None:
    record = read(recording("eforms_geneva_change"))

    assert record.is_correction
    assert record.corrects_key == "900101-2026"
    assert record.procedure_key == read(recording("eforms_geneva_call")).procedure_key
    deadline = call_of(record).submission_deadline
    assert deadline is not None
    assert deadline.isoformat() == "2026-07-10T12:00:00+02:00"


def test_a_change_that_names_an_identifier_keeps_it() -> None:
    record = read(
        spoilt("eforms_geneva_change", ">00900101-2026<", ">bbbbbbbb-0000-4000-8000-000000000001-01<")
    )

    assert record.corrects_key == "bbbbbbbb-0000-4000-8000-000000000001-01"


def test_a_call_that_is_cancelled_is_an_abandonment() -> None:
    record = read(spoilt("eforms_geneva_change", ">update-add<", ">cancel<"))

    assert (record.notice_type, record.call) == (NoticeType.ABANDONMENT, None)


def test_a_planning_notice_announces_the_parts_to_come() -> None:
    record = read(recording("eforms_planning"))

    assert record.notice_type is NoticeType.ADVANCE_NOTICE
    assert [lot.source_key for lot in call_of(record).lots] == ["PAR-0001", "PAR-0002"]
    assert record.procurement_method is ProcurementMethod.NONE


def test_an_example_identifier_left_in_a_notice_names_no_procedure() -> None:
    example = "aff2863e-b4cc-4e91-baba-b3b85f709117"

    record = read(spoilt("eforms_geneva_call", "aaaaaaaa-0000-4000-8000-000000000001", example))

    assert record.procedure_key == "900101-2026"
    assert ("procedure", example) not in record.references


def test_a_withheld_value_is_absent() -> None:
    record = read(spoilt("eforms_geneva_call", ">820000.50<", ">-1<"))

    assert call_of(record).value_amount is None


def test_a_deadline_without_its_hour_is_no_instant_and_keeps_its_text() -> None:
    payload = recording("eforms_haute_savoie_social").replace(
        b"<cbc:EndTime>17:00:00+02:00</cbc:EndTime>", b""
    )

    call = call_of(read(payload))

    assert call.submission_deadline is None
    assert call.submission_deadline_text == "2026-06-30+02:00"


def test_an_hour_without_offset_has_that_of_its_day_or_none_at_all() -> None:
    of_the_day = spoilt("eforms_haute_savoie_social", ">17:00:00+02:00<", ">17:00:00<")
    of_nothing = of_the_day.replace(b"2026-06-30+02:00", b"2026-06-30")

    deadline = call_of(read(of_the_day)).submission_deadline

    assert deadline is not None
    assert deadline.isoformat() == "2026-06-30T17:00:00+02:00"
    with pytest.raises(UnreadableNotice, match=r"EndTime.*no offset"):
        read(of_nothing)


def test_a_notice_in_another_language_keeps_it() -> None:
    payload = recording("eforms_haute_savoie_social").replace(b"FRA</cbc:Notice", b"POL</cbc:Notice")

    record = read(payload.replace(b'languageID="FRA"', b'languageID="POL"'))

    assert record.language == "pl"
    assert list(record.title) == ["pl"]
    assert record.url.startswith("https://ted.europa.eu/en/")


def test_a_change_sent_under_a_kind_of_its_own_is_a_correction_of_a_call() -> None:
    record = read(spoilt("eforms_geneva_call", ">cn-standard<", ">corr<"))

    assert (record.notice_type, record.is_correction) == (NoticeType.TENDER, True)


def test_a_design_contest_is_no_service() -> None:
    record = read(spoilt("eforms_haute_savoie_social", ">cn-social<", ">cn-desg<"))

    assert (record.notice_type, record.contract_nature) == (NoticeType.COMPETITION, ContractNature.DESIGN)


def test_a_direct_award_says_why_and_names_the_call_before_it() -> None:
    reason = (
        '<cac:ProcessJustification><cbc:ProcessReasonCode listName="direct-award-justification">unsuitable'
        "</cbc:ProcessReasonCode><cbc:ProcessReason>Aucune offre recevable.</cbc:ProcessReason>"
        "<cbc:Description>00900101-2026</cbc:Description></cac:ProcessJustification></cac:TenderingProcess>"
    )
    payload = recording("eforms_consortium_award").replace(b"</cac:TenderingProcess>", reason.encode(), 1)

    record = read(payload)

    assert record.awards[0].justification == {"fr": "Aucune offre recevable."}
    assert record.refers_to_key == "900101-2026"


def test_an_award_of_one_later_lot_says_nothing_of_the_others() -> None:
    payload = recording("eforms_consortium_award")
    start, end = payload.index(b"<cac:ProcurementProjectLot>"), payload.rindex(b"<cac:ProcurementProjectLot>")

    record = read(payload[:start] + payload[end:])

    assert record.lot_key == "LOT-0003"


def test_a_withheld_text_and_day_are_absent() -> None:
    payload = spoilt("eforms_consortium_award", ">2026-09-14+02:00<", ">1970-01-01Z<")

    record = read(
        payload.replace(b"Main Ouverte Fictive", b"Main").replace(b">Association Main<", b">unpublished<")
    )

    [winner] = record.awards[0].suppliers
    assert winner.name.startswith("Les Balais")
    assert record.awards[0].decided_on == date(2026, 10, 1)


def test_a_lot_has_its_own_value_beside_that_of_the_whole() -> None:
    project = '<cbc:Name languageID="FRA">Nettoyage des écoles du centre</cbc:Name>'
    value = (
        '<cac:RequestedTenderTotal><cbc:EstimatedOverallContractAmount currencyID="CHF">310000.5'
        "</cbc:EstimatedOverallContractAmount></cac:RequestedTenderTotal>"
    )

    call = call_of(read(spoilt("eforms_geneva_call", project, project + value)))

    assert (call.value_amount, call.value_currency) == (820000, "CHF")
    assert [(lot.value_amount, lot.value_currency) for lot in call.lots] == [(310000, "CHF"), (None, None)]
