"""A notice in TED's older XML is read whole, in both generations of its forms."""

from datetime import date

import pytest

from crawler.ted.forms import award_criteria
from procurement.errors import UnreadableNotice
from procurement.vocabulary import (
    ContractNature,
    CriteriaSource,
    NoticeType,
    Stated,
)
from tests.crawler.ted_notices import call_of, read, recording, spoilt, statements


def test_an_old_call_is_read_in_both_its_original_languages() -> None:
    record = read(recording("export_2014_reserved_call"))

    call = call_of(record)
    first, second = call.lots
    assert record.number == "90206-2020"
    assert record.title == {"fr": "Entretien des parcs de Valdessai", "de": "Pflege der Parks von Valdessai"}
    assert record.is_under_treaty is True
    assert record.buyer is not None
    assert (record.buyer.city, record.buyer.country) == ("Valdessai", "FR")
    assert statements(first) == {("BT-71", "res-ws"), ("BT-736", "yes")}
    assert first.description["fr"] == "Surface de 900 m2 environ."
    assert [(each.title.get("fr"), each.weight) for each in first.criteria[:2]] == [
        ("Parcours d’insertion", 60.0),
        (None, 40.0),
    ]
    assert (first.duration_days, first.can_be_extended, first.variants) == (730, Stated.YES, Stated.YES)
    assert second.award_criteria_source is CriteriaSource.IN_DOCUMENTS
    assert (second.starts_on, second.variants) == (date(2020, 4, 1), Stated.NO)
    assert call.submission_deadline is not None
    assert call.submission_deadline.isoformat() == "2020-02-17T12:00:00+01:00"
    assert (call.lots_per_tenderer, call.value_amount) == (2, 240000)
    assert call.documents_url == "https://acheteur.invente.example/dce?id=7&v=2"
    assert call.conditions["performance"]["fr"] == "Clause d’insertion de 300 heures."


def test_an_old_award_belongs_to_the_call_that_it_names_and_hides_what_is_withheld() -> None:
    record = read(recording("export_2014_group_award"))

    group, without = record.awards
    assert record.procedure_key == read(recording("export_2014_reserved_call")).procedure_key
    assert record.refers_to_key == "90206-2020"
    assert [(each.name, each.is_lead) for each in group.suppliers] == [
        ("Chantier École des Bornes Fictives", False),
        ("Régie de Quartier Inventée", False),
    ]
    assert (group.offers_received, group.decided_on) == (3, date(2020, 5, 20))
    assert (group.value_low, group.suppliers[0].value_amount) == (None, None)
    assert (without.suppliers, without.lot_key) == ((), "2")


def test_an_old_corrigendum_changes_the_deadline_and_nothing_else() -> None:
    record = read(recording("export_2014_corrigendum"))

    call = call_of(record)
    assert (record.is_correction, record.corrects_key) == (True, "90206-2020")
    assert call.is_partial
    assert call.lots == ()
    assert call.submission_deadline is not None
    assert call.submission_deadline.isoformat() == "2020-02-24T16:00:00+01:00"


def test_lots_may_take_any_of_their_sizes_from_the_form() -> None:
    payload = recording("export_2014_reserved_call")
    payload = payload.replace(b"<LOT_MAX_NUMBER>2</LOT_MAX_NUMBER>", b"<LOT_ONE_ONLY/>")
    payload = payload.replace(b"<LOT_NO>2</LOT_NO>", b"<LOT_NO>1</LOT_NO>")

    call = call_of(read(payload))

    assert call.lots_per_tenderer == 1
    assert [lot.source_key for lot in call.lots] == ["1", "1#2"]


def test_a_planning_form_used_as_a_call_is_a_call() -> None:
    notice = '<LEGAL_BASIS VALUE="32014L0024"/><NOTICE TYPE="PRI_CALL_COMPETITION"/>'
    payload = spoilt("export_2014_reserved_call", '<LEGAL_BASIS VALUE="32014L0024"/>', notice)
    code = b'TD_DOCUMENT_TYPE CODE="3"'

    announced = read(recording("export_2014_reserved_call").replace(code, b'TD_DOCUMENT_TYPE CODE="0"'))
    called = read(payload.replace(code, b'TD_DOCUMENT_TYPE CODE="0"'))
    contest = read(payload.replace(code, b'TD_DOCUMENT_TYPE CODE="D"'))

    assert announced.notice_type is NoticeType.ADVANCE_NOTICE
    assert called.notice_type is NoticeType.TENDER
    assert contest.contract_nature is ContractNature.DESIGN


def test_a_range_of_offers_and_a_single_contract_belong_to_the_whole() -> None:
    payload = recording("export_2014_group_award").replace(b'PUBLICATION="NO"', b'PUBLICATION="YES"')
    spread = b'<VAL_RANGE_TOTAL CURRENCY="EUR"><LOW>100000</LOW><HIGH>150000.50</HIGH></VAL_RANGE_TOTAL>'
    payload = payload.replace(b'<VAL_TOTAL CURRENCY="EUR">123456.00</VAL_TOTAL>', spread)
    start, end = payload.index(b'<AWARD_CONTRACT ITEM="2">'), payload.index(b"<COMPLEMENTARY_INFO")
    lot_start, lot_end = payload.index(b'<OBJECT_DESCR ITEM="2">'), payload.index(b"</OBJECT_CONTRACT>")

    record = read(payload[:lot_start] + payload[lot_end:start] + payload[end:])

    [award] = record.awards
    assert (award.lot_key, award.value_low, award.value_high) == (None, 100000.0, 150000.5)
    assert award.value_currency == "EUR"


def test_a_corrigendum_of_something_else_leaves_the_call_alone() -> None:
    record = read(spoilt("export_2014_corrigendum", "IV.2.2)", "VI.3)"))

    assert (record.is_correction, record.call) == (True, None)


def test_the_lowest_price_and_the_documents_are_sources_of_criteria() -> None:
    payload = recording("export_2007_call")
    start, end = payload.index(b"<CRITERIA_STATED_BELOW>"), payload.index(b"</CRITERIA_STATED_BELOW>") + 24

    def source(stated: bytes) -> CriteriaSource:
        return call_of(read(payload[:start] + stated + payload[end:])).lots[0].award_criteria_source

    assert source(b"<LOWEST_PRICE/>") is CriteriaSource.PRICE_ONLY
    assert source(b"<CRITERIA_STATED_IN_OTHER_DOCUMENT/>") is CriteriaSource.IN_DOCUMENTS
    assert source(b"") is CriteriaSource.NOT_SPECIFIED


def test_the_oldest_forms_are_read_lot_by_lot() -> None:
    record = read(recording("export_2007_call"))

    call = call_of(record)
    meals, snacks = call.lots
    assert record.is_under_treaty is False
    assert (meals.source_key, meals.title, meals.cpv_codes) == ("01", {"fr": "Repas"}, ("55321000",))
    assert (snacks.number, snacks.variants, snacks.duration_days) == (2, Stated.NO, 365)
    assert meals.place_country == "FR"
    assert statements(meals) == {("BT-71", "res-ws")}
    assert [each.weight for each in meals.criteria[:2]] == [70.0, None]
    assert call.consortium_note == {"fr": "Groupement conjoint avec mandataire solidaire."}
    assert call.deadline_is_for_requests
    assert call.submission_deadline_text == "2013-02-18 16:00"


def test_a_form_without_a_title_takes_the_beginning_of_its_description() -> None:
    record = read(recording("export_2007_award"))

    assert record.title == {"fr": "Repas pour l’hôpital."}
    [award] = record.awards
    assert (award.lot_key, award.offers_received, award.value_high) == ("01", 2, 84500.0)


@pytest.mark.parametrize(
    ("stated", "weights"),
    [
        ([("Qualité", "60"), ("Prix", "40")], [60.0, 40.0]),
        ([("Qualité", "60 %"), ("Prix", "40,5%")], [60.0, 40.5]),
        ([("Qualité", "6"), ("Prix", "4")], [None, None]),
        ([("Qualité", "60 points"), ("Prix", "40 points")], [None, None]),
        ([("Qualité", ""), ("Prix", "100")], [None, 100.0]),
    ],
)
def test_bare_numbers_are_percentages_when_they_come_to_a_hundred(
    stated: list[tuple[str, str]], weights: list[float | None]
) -> None:
    found = award_criteria(({"fr": title}, weight, False) for title, weight in stated)

    assert [each.weight for each in found] == weights


def test_free_text_without_structure_is_refused() -> None:
    payload = recording("export_2014_corrigendum").replace(b"F14_2014", b"OTH_NOT")

    with pytest.raises(UnreadableNotice, match="free text"):
        read(payload)


def test_an_old_lot_has_its_own_value() -> None:
    value = '<LOT_NO>1</LOT_NO><VAL_OBJECT CURRENCY="EUR">90000.00</VAL_OBJECT>'

    call = call_of(read(spoilt("export_2014_reserved_call", "<LOT_NO>1</LOT_NO>", value)))

    assert [(lot.value_amount, lot.value_currency) for lot in call.lots] == [(90000, "EUR"), (None, None)]
