"""A notice of BOAMP is read whole in each of its forms, or refused with the place that is wrong."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from crawler.boamp.reading import corrects
from procurement.errors import UnreadableNotice
from procurement.records import NoticeRecord
from procurement.vocabulary import (
    ContractNature,
    CriteriaSource,
    CriterionKind,
    NoticeType,
    ProcurementMethod,
    Stated,
)
from tests.crawler.boamp_records import (
    Record,
    call_of,
    every_recording,
    inside,
    read,
    recording,
    with_inside,
)

READABLE = every_recording("broken", "unknown_root")


@pytest.mark.parametrize("record", READABLE, ids=lambda record: record["idweb"])
def test_every_recording_says_who_buys_what_and_when(record: Record) -> None:
    notice = read(record)

    assert (notice.source, notice.number) == ("boamp", record["idweb"])
    assert notice.published_on.isoformat() == record["dateparution"]
    assert notice.title["fr"]
    assert notice.buyer is not None
    assert notice.buyer.country == "FR"
    assert notice.url == record["url_avis"]
    assert ("boamp", record["idweb"]) in notice.references
    assert json.loads(notice.payload) == record


@pytest.mark.parametrize(
    ("case", "kind", "is_correction", "procedure"),
    [
        ("mapa_call", NoticeType.TENDER, False, "25-30001"),
        ("simple_call", NoticeType.TENDER, False, "25-30002"),
        ("eforms_call", NoticeType.TENDER, False, "7d1c0c5e-0000-4000-8000-000000000001"),
        ("eforms_correction", NoticeType.TENDER, True, "7d1c0c5e-0000-4000-8000-000000000001"),
        ("eforms_award", NoticeType.AWARD, False, "7d1c0c5e-0000-4000-8000-000000000001"),
        ("simple_correction", NoticeType.TENDER, True, "25-30002"),
        ("mapa_cancellation", NoticeType.ABANDONMENT, False, "25-30001"),
        ("mapa_award", NoticeType.AWARD, False, "24-99001"),
        ("simple_award", NoticeType.AWARD, False, "24-99002"),
        ("legacy_call", NoticeType.TENDER, False, "21-20007"),
        ("legacy_award", NoticeType.AWARD, False, "21-20007"),
    ],
)
def test_a_notice_joins_the_procedure_it_is_about(
    case: str, kind: NoticeType, is_correction: bool, procedure: str
) -> None:
    notice = read(recording(case))

    assert (notice.notice_type, notice.is_correction, notice.procedure_key) == (
        kind,
        is_correction,
        procedure,
    )


@pytest.mark.parametrize(
    ("nature", "state", "kind"),
    [
        ("PRE-INFORMATION", "INITIAL", NoticeType.ADVANCE_NOTICE),
        ("PREINFORMATION", "INITIAL", NoticeType.ADVANCE_NOTICE),
        ("PERIODIQUE", None, NoticeType.ADVANCE_NOTICE),
        ("INTENTION_CONCLURE", "INITIAL", NoticeType.DIRECT_AWARD),
        ("MODIFICATION", "INITIAL", NoticeType.AWARD),
        ("APPEL_OFFRE", "ANNULATION", NoticeType.ABANDONMENT),
    ],
)
def test_each_nature_is_a_kind_of_publication(nature: str, state: str | None, kind: NoticeType) -> None:
    notice = read({**recording("mapa_call"), "nature": nature, "etat": state})

    assert notice.notice_type is kind


@pytest.mark.parametrize(
    ("field", "value", "path"),
    [
        ("nature", "QUALIFICATION", "nature"),
        ("nature", None, "nature"),
        ("etat", "PERDU", "etat"),
        ("objet", 42, "objet"),
        ("objet", "", None),
        ("dateparution", "hier", "dateparution"),
        ("dateparution", None, "dateparution"),
        ("idweb", "", "idweb"),
        ("code_departement", {"1": ""}, "code_departement"),
        ("donnees", None, "donnees"),
        ("donnees", "", "donnees"),
        ("donnees", "[]", "donnees"),
        ("donnees", "{}", "donnees"),
        ("donnees", '{"DSP": {}}', "donnees"),
        ("donnees", '{"MAPA": {}, "FNSimple": {}}', "donnees"),
        ("donnees", "[" * 100_000, "donnees"),
        ("donnees", '{"EFORMS": {"BusinessRegistration": {}}}', "donnees.EFORMS"),
    ],
)
def test_what_is_not_as_it_should_be_is_refused_with_its_place(
    field: str, value: Any, path: str | None
) -> None:
    record = {**recording("mapa_call"), field: value}

    if path is None:
        assert read(record).title == {
            "fr": "Mission de maîtrise d'œuvre pour la rénovation de la maison des associations."
        }
        return
    with pytest.raises(UnreadableNotice) as refused:
        read(record)
    assert refused.value.path.startswith(path)


@pytest.mark.parametrize("case", ["broken", "unknown_root"])
def test_a_broken_notice_and_an_unknown_form_are_refused(case: str) -> None:
    with pytest.raises(UnreadableNotice, match="donnees"):
        read(recording(case))


def test_a_wrong_type_inside_the_notice_is_refused_with_its_place() -> None:
    tree = inside(recording("mapa_call"))
    tree["MAPA"]["initial"]["description"]["objet"] = True

    with pytest.raises(UnreadableNotice) as refused:
        read(with_inside(recording("mapa_call"), tree))

    assert refused.value.path == "donnees.MAPA.initial.description.objet"


def test_a_call_below_the_thresholds_says_form_of_group_criteria_and_place() -> None:
    notice = read(recording("mapa_call"))

    call = call_of(notice)
    [lot] = call.lots
    assert call.consortium_note == {"fr": "GROUPEMENT SOLIDAIRE"}
    assert call.consortium_allowed is Stated.NOT_SPECIFIED
    assert call.consortium_multiple is Stated.NO
    assert [(each.title["fr"], each.weight, each.is_price) for each in lot.criteria] == [
        ("Valeur technique", 50.0, False),
        ("Prix des prestations", 30.0, True),
        ("Performance en matière d'insertion", 20.0, False),
    ]
    assert (lot.place_city, lot.place_postal_code, lot.place_canton) == ({"fr": "VALFONTAINE"}, "01999", None)
    assert "Ain (01)" in lot.place_note["fr"]
    assert (lot.duration_days, lot.variants) == (548, Stated.NO)
    assert call.documents_url == "https://marches.valfontaine.example/consultation?id=7&lang=fr"
    assert notice.procurement_method is ProcurementMethod.OPEN
    assert [(each.business_term, each.code) for each in lot.considerations] == [("BT-06", "soc-obj")]


def test_titles_in_capitals_stay_and_a_lost_ligature_comes_back() -> None:
    notice = read(recording("mapa_call"))

    assert notice.title == {"fr": "MISSION DE MAITRISE D'ŒUVRE POUR LA MAISON DES ASSOCIATIONS"}
    assert call_of(notice).description["fr"].startswith("Mission de maîtrise d'œuvre")


def test_no_name_telephone_or_address_of_an_official_is_kept() -> None:
    for record in READABLE:
        notice = read(record)
        said = str(
            {name: getattr(notice, name) for name in NoticeRecord.__dataclass_fields__ if name != "payload"}
        )
        assert not [word for word in ("FICTIVE", "Fictive", "@", "0400000000") if word in said]


def test_a_call_on_the_national_form_has_its_lots_codes_and_value() -> None:
    notice = read(recording("simple_call"))

    call = call_of(notice)
    assert [(lot.source_key, lot.title["fr"], lot.cpv_codes) for lot in call.lots] == [
        ("1", "Secteur nord", ("77310000",)),
        ("2", "Secteur sud", ("77312000", "77341000")),
    ]
    assert notice.cpv_codes == ("77310000", "77312000", "77341000")
    assert notice.buyer is not None
    assert (notice.buyer.source_key, notice.buyer.city) == ("20000099900017", "Combe-Haute")
    assert (call.value_amount, call.value_currency) == (180_000, "EUR")
    assert call.consortium_allowed is Stated.YES
    assert call.documents_url == "https://achats.troiscombes.example/dce/42"
    assert [each.weight for each in call.lots[0].criteria] == [40.0, 40.0, 20.0]


def test_criteria_in_the_documents_are_said_to_be_there() -> None:
    tree = inside(recording("mapa_call"))
    tree["MAPA"]["initial"]["criteres"] = {"critereCDC": ""}

    [lot] = call_of(read(with_inside(recording("mapa_call"), tree))).lots

    assert (lot.award_criteria_source, lot.criteria) == (CriteriaSource.IN_DOCUMENTS, ())


def test_one_criterion_alone_is_read_as_several_would_be() -> None:
    tree = inside(recording("mapa_call"))
    tree["MAPA"]["initial"]["criteres"] = {"criterePondere": {"critere": "Prix", "criterePCT": "100"}}

    [lot] = call_of(read(with_inside(recording("mapa_call"), tree))).lots

    assert [(each.title["fr"], each.weight) for each in lot.criteria] == [("Prix", 100.0)]


def test_a_european_call_says_what_is_reserved_and_what_it_is_for() -> None:
    notice = read(recording("eforms_call"))

    schools, offices = call_of(notice).lots
    said = {(each.business_term, each.code) for each in schools.considerations}
    assert said == {
        ("BT-71", "res-ws"),
        ("BT-06", "soc-obj"),
        ("BT-775", "opp"),
        ("BT-774", "circ-econ"),
        ("BT-777", ""),
        ("BT-76", "true"),
    }
    assert [each.business_term for each in offices.considerations] == ["BT-76"]
    assert call_of(notice).conditions["execution"] == {"fr": "Clause sociale : 500 heures d'insertion."}


def test_a_lot_of_a_european_call_has_its_own_value() -> None:
    record = recording("eforms_call")
    tree = inside(record)
    [lot, _] = tree["EFORMS"]["ContractNotice"]["cac:ProcurementProjectLot"]
    lot["cac:ProcurementProject"]["cac:RequestedTenderTotal"] = {
        "cbc:EstimatedOverallContractAmount": {"@currencyID": "EUR", "#text": "70000"}
    }

    schools, offices = call_of(read(with_inside(record, tree))).lots

    assert (schools.value_amount, schools.value_currency) == (70_000, "EUR")
    assert (offices.value_amount, offices.value_currency) == (None, None)


def test_a_european_call_names_its_buyer_lots_criteria_and_deadline() -> None:
    notice = read(recording("eforms_call"))

    call = call_of(notice)
    assert notice.buyer is not None
    assert (notice.buyer.name["fr"], notice.buyer.source_key) == (
        "Agglomération du Léman-Est",
        "20000099800012",
    )
    assert [lot.source_key for lot in call.lots] == ["LOT-0001", "LOT-0002"]
    assert [(each.title["fr"], each.weight, each.is_price) for each in call.lots[0].criteria] == [
        ("Prix", 40.0, True),
        ("Valeur technique", 60.0, False),
    ]
    # The earliest of its lots, in the offset that the notice itself states.
    assert call.submission_deadline == datetime(2025, 4, 22, 10, 0, tzinfo=UTC)
    assert (call.enquiry_deadline, call.lots_per_tenderer) == (date(2025, 4, 12), 2)
    assert (notice.is_under_treaty, notice.contract_nature) == (True, ContractNature.SERVICES)
    assert ("procedure", "7d1c0c5e-0000-4000-8000-000000000001") in notice.references


def test_the_procedure_of_a_european_notice_is_known_without_the_index() -> None:
    notice = read({**recording("eforms_call"), "contractfolderid": None})

    assert notice.procedure_key == "7d1c0c5e-0000-4000-8000-000000000001"


def test_a_european_correction_comes_whole_and_names_what_it_corrects() -> None:
    record = recording("eforms_correction")

    notice = read(record)

    assert (notice.is_correction, notice.corrects_key) == (True, "25-30003")
    assert call_of(notice).submission_deadline == datetime(2025, 5, 6, 10, 0, tzinfo=UTC)
    assert corrects(record) is None


def test_a_requirement_that_the_lot_selects_on_is_a_criterion_of_aptitude() -> None:
    tree = inside(recording("eforms_call"))
    lot = tree["EFORMS"]["ContractNotice"]["cac:ProcurementProjectLot"][0]
    lot["cac:TenderingTerms"]["ext:UBLExtensions"] = {
        "ext:UBLExtension": {
            "ext:ExtensionContent": {
                "efext:EformsExtension": {
                    "efac:SelectionCriteria": {
                        "cbc:Name": "Références",
                        "cbc:Description": "Trois en trois ans.",
                    }
                }
            }
        }
    }

    first = call_of(read(with_inside(recording("eforms_call"), tree))).lots[0]

    assert [each.title for each in first.criteria if each.kind is CriterionKind.SELECTION] == [
        {"fr": "Références"}
    ]


def test_a_consortium_that_won_is_one_award_with_its_leader() -> None:
    won, ended = read(recording("eforms_award")).awards

    assert [(each.name, each.is_lead, each.source_key) for each in won.suppliers] == [
        ("Coopérative Propre Alpes", True, "83000000000011"),
        ("Atelier Tremplin 74", False, "83000000000029"),
    ]
    assert (won.lot_key, won.value_high, won.value_currency) == ("LOT-0001", 231_500.5, "EUR")
    assert (won.decided_on, won.offers_received) == (date(2025, 6, 16), 4)
    assert (ended.lot_key, ended.suppliers, ended.justification) == ("LOT-0002", (), {"fr": "no-rece"})


def test_a_european_procedure_without_any_winner_is_abandoned() -> None:
    tree = inside(recording("eforms_award"))
    extension = tree["EFORMS"]["ContractAwardNotice"]["ext:UBLExtensions"]["ext:UBLExtension"]
    result = extension["ext:ExtensionContent"]["efext:EformsExtension"]["efac:NoticeResult"]
    result["efac:LotResult"] = result["efac:LotResult"][1]

    notice = read(with_inside(recording("eforms_award"), tree))

    assert (notice.notice_type, notice.awards) == (NoticeType.ABANDONMENT, ())


def test_an_award_below_the_thresholds_has_its_winner_and_price() -> None:
    [award] = read(recording("mapa_award")).awards

    [winner] = award.suppliers
    assert (winner.name, winner.value_amount, award.offers_received) == (
        "Menuiserie solidaire du Bugey",
        50_044.0,
        5,
    )


def test_an_award_in_free_words_keeps_them_and_reads_what_stands_once() -> None:
    [award] = read(recording("simple_award")).awards

    assert [each.name for each in award.suppliers] == ["Compost & Compagnie"]
    assert (award.offers_received, award.decided_on, award.value_high) == (3, date(2025, 3, 3), 84_300.0)
    assert award.note["fr"].startswith("Nombre d'offres reçues")


def test_winners_of_whom_nothing_says_that_they_bid_together_are_awards_apart() -> None:
    awards = read({**recording("simple_award"), "titulaire": ["Un", "Deux"]}).awards

    assert [[each.name for each in award.suppliers] for award in awards] == [["Un"], ["Deux"]]
    assert [award.value_high for award in awards] == [None, None]


def test_a_day_that_no_calendar_has_stays_in_the_words() -> None:
    record = recording("simple_award")
    record["donnees"] = record["donnees"].replace("03/03/25", "31/02/25")

    [award] = read(record).awards

    assert award.decided_on is None


def test_an_old_notice_has_its_codes_lots_criteria_and_reservation() -> None:
    notice = read(recording("legacy_call"))

    call = call_of(notice)
    first, second = call.lots
    assert (first.cpv_codes, second.cpv_codes) == (("55524000",), ("55523100",))
    assert (first.variants, first.can_be_extended, second.variants) == (Stated.NO, Stated.YES, Stated.YES)
    assert [(each.title["fr"], each.weight) for each in first.criteria] == [
        ("Qualité des denrées", 60.0),
        ("Prix", 40.0),
    ]
    assert [(each.business_term, each.code) for each in first.considerations] == [("BT-71", "res-ws")]
    assert call.consortium_note == {"fr": "Groupement conjoint avec mandataire solidaire."}


def test_an_old_award_tells_a_group_from_a_ranking() -> None:
    group, *ranked = read(recording("legacy_award")).awards

    assert [(each.name, each.is_lead) for each in group.suppliers] == [
        ("Cuisine du Val", True),
        ("Les Marmites solidaires", False),
    ]
    assert (group.lot_key, group.value_high, group.offers_received) == ("1", 120_000.0, 2)
    assert [(award.suppliers[0].name, award.suppliers[0].rank) for award in ranked] == [
        ("Repas Un", 1),
        ("Repas Deux", 2),
    ]
