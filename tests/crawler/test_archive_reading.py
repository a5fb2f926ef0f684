"""A form of the old simap is read whole, or not at all with the place that is wrong."""

import lzma
import re
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from crawler.archive.files import read_file
from crawler.archive.reading import read_form
from procurement.errors import UnreadableFile, UnreadableNotice
from procurement.i18n import ZURICH
from procurement.models import Tender
from procurement.notices import record_notice
from procurement.records import CallRecord, CriterionRecord, NoticeRecord
from procurement.vocabulary import (
    ContractNature,
    CriteriaSource,
    CriterionKind,
    NoticeType,
    ProcurementMethod,
    Stated,
    TenderState,
)

FORMS = Path(__file__).parents[1] / "recordings" / "archive"
REAL = Path(__file__).parents[2] / ".." / "shared" / "data" / "simap" / "real"
ADDRESS = "https://archiv.simap.ch/api/detail?meldungsnummer=1"


def a_form(name: str, *changes: tuple[str, str]) -> bytes:
    """A form of the recordings, spoilt in the places named."""
    text = (FORMS / f"{name}.xml").read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return text.encode()


def read(name: str, *changes: tuple[str, str], project: str = "") -> NoticeRecord:
    return read_form(a_form(name, *changes), fetched_from=ADDRESS, project=project)


def call_of(record: NoticeRecord) -> CallRecord:
    assert record.call is not None
    return record.call


def award_criteria(record: NoticeRecord) -> list[CriterionRecord]:
    [lot] = call_of(record).lots
    return [each for each in lot.criteria if each.kind is CriterionKind.AWARD]


def with_criteria(*items: tuple[str, str]) -> NoticeRecord:
    """The French call with award criteria as (priority, words)."""
    text = (FORMS / "call_fr.xml").read_text(encoding="utf-8")
    lines = "".join(
        f'<CRITERIA.ITEM PRIORITY="{priority}">{words}</CRITERIA.ITEM>' for priority, words in items
    )
    text = re.sub(r"<CRITERIA\.ITEM.*</CRITERIA\.ITEM>", lines, text, flags=re.S)
    return read_form(text.encode(), fetched_from=ADDRESS)


def test_a_call_says_who_buys_what_and_when() -> None:
    record = read("call_fr", project="170001")

    assert (record.source, record.source_key, record.number) == ("simap_archive", "900101", "900101")
    assert record.notice_type is NoticeType.TENDER
    assert (record.procedure_key, record.procedure_number) == ("170001", "170001")
    assert (record.published_on, record.language) == (date(2023, 2, 6), "fr")
    assert record.title == {"fr": "Entretien des espaces verts communaux"}
    assert record.cpv_codes == ("77310000", "77340000")
    assert record.procurement_method is ProcurementMethod.OPEN
    assert record.contract_nature is ContractNature.SERVICES
    assert record.is_under_treaty is False
    assert record.references == (("simap", "900101"), ("simap_project", "170001"), ("buyer", "EV-2023-01"))
    assert record.buyer is not None
    assert (record.buyer.name, record.buyer.canton) == ({"fr": "Commune de Valmontagne"}, "GE")
    assert (record.buyer.city, record.buyer.postal_code) == ("Valmontagne", "1299")


def test_a_call_has_one_lot_with_its_criteria() -> None:
    call = call_of(read("call_fr"))

    [lot] = call.lots
    assert [(each.title["fr"], each.weight, each.is_price) for each in lot.criteria[:3]] == [
        ("Prix de l'offre", 40.0, True),
        ("Organisation", 35.0, False),
        ("Contribution au développement durable", 25.0, False),
    ]
    assert lot.criteria[1].description == {"fr": "Qui fait quoi, et quand"}
    assert (lot.award_criteria_source, lot.criteria_note) == (
        CriteriaSource.DEFINED,
        {"fr": "Notes de 0 à 5."},
    )
    assert (lot.criteria[3].kind, lot.criteria[3].description, lot.criteria[3].verification) == (
        CriterionKind.SELECTION,
        {"fr": "Deux références comparables"},
        {"fr": "Attestations des clients"},
    )
    assert (lot.variants, lot.partial_offers, lot.can_be_extended) == (Stated.YES, Stated.NO, Stated.YES)
    assert (lot.duration_days, lot.place_note) == (1461, {"fr": "Valmontagne"})


def test_deadlines_are_swiss_wall_time() -> None:
    call = call_of(read("call_fr"))

    assert call.submission_deadline == datetime(2023, 3, 20, 11, 30, tzinfo=ZURICH)
    assert call.submission_deadline_text == "20.03.2023 11:30"
    assert call.opening == datetime(2023, 3, 20, 14, 0, tzinfo=ZURICH)
    assert call.enquiry_deadline == date(2023, 2, 17)
    assert call.enquiries == ({"date": "2023-02-17", "note": {"fr": "Par le forum seulement."}},)


def test_a_deadline_without_an_hour_runs_to_the_end_of_its_day() -> None:
    call = call_of(read("call_de"))

    assert call.submission_deadline == datetime(2023, 4, 3, 23, 59, tzinfo=ZURICH)
    assert call.submission_deadline_text == "03.04.2023"
    assert call.opening is None


def test_a_clause_is_read_and_its_words_are_kept() -> None:
    call = call_of(read("call_fr"))

    assert (call.consortium_allowed, call.consortium_multiple) == (Stated.YES, Stated.NO)
    assert call.consortium_note["fr"].startswith("Admises selon")
    assert call.subcontracting_allowed is Stated.NOT_SPECIFIED
    assert call.subcontracting_note == {"fr": "Voir dossier d'appel d'offres"}
    refused = call_of(read("call_de"))
    assert (refused.consortium_allowed, refused.subcontracting_allowed) == (Stated.NO, Stated.YES)


def test_words_are_plain_text_and_no_markup() -> None:
    record = read("call_fr")

    assert "parcs <nord> & sud." in call_of(record).description["fr"]


def test_conditions_and_remedies_are_kept() -> None:
    call = call_of(read("call_fr"))

    assert call.conditions["participation"] == {"fr": "Être à jour de ses cotisations."}
    assert call.conditions["other_requirements"]["fr"].startswith("Égalité salariale")
    assert "juridiction fictive" in call.remedies["fr"]
    assert (call.offer_languages, call.documents_source) == (("fr",), "documents_source_simap")


def test_a_restricted_procedure_is_selective_and_its_deadline_is_for_requests() -> None:
    record = read("call_de")

    call = call_of(record)
    assert record.procurement_method is ProcurementMethod.SELECTIVE
    assert call.deadline_is_for_requests
    assert call.lots[0].award_criteria_source is CriteriaSource.IN_DOCUMENTS
    assert call.lots[0].selection_criteria_in_documents is Stated.YES
    assert (call.lots[0].starts_on, call.lots[0].ends_on) == (date(2023, 6, 1), date(2024, 12, 31))


def test_the_address_of_an_office_that_works_for_the_buyer_is_not_the_buyers() -> None:
    record = read("call_de")

    assert record.buyer is not None
    assert (record.buyer.name, record.buyer.city) == ({"de": "Gemeinde Musterlingen"}, "")
    assert record.buyer.canton == "ZH"


def test_each_lot_has_its_own_codes_and_criteria() -> None:
    record = read("call_it")

    call = call_of(record)
    assert [(lot.source_key, lot.number, lot.title["it"]) for lot in call.lots] == [
        ("1", 1, "Scuola elementare"),
        ("2", 2, "Scuola media"),
    ]
    assert [lot.cpv_codes for lot in call.lots] == [("90911200",), ("90911300",)]
    assert [(each.title["it"], each.weight) for each in call.lots[0].criteria] == [
        ("Prezzo", 60.0),
        ("Formazione", 40.0),
    ]
    assert call.lots[1].award_criteria_source is CriteriaSource.IN_DOCUMENTS
    assert record.cpv_codes == ("90910000", "90911200", "90911300")
    assert (call.lots_per_tenderer, call.consortium_allowed) == (1, Stated.NO)


def test_lots_of_one_number_stay_apart() -> None:
    call = call_of(read("call_it", ("<LOT.NR>2</LOT.NR>", "<LOT.NR>1</LOT.NR>")))

    assert [(lot.source_key, lot.number) for lot in call.lots] == [("1", 1), ("1#2", 2)]


@pytest.mark.parametrize(
    ("items", "weights"),
    [
        ([("60%", "Prix"), ("40 %", "Qualité")], [60.0, 40.0]),
        ([("(60%)", "Prix"), ("(40%)", "Qualité")], [60.0, 40.0]),
        ([("45%", "Prix"), ("35", "Qualité"), ("20", "Délais")], [45.0, 35.0, 20.0]),
        ([("62,5", "Prix"), ("37.5", "Qualité")], [62.5, 37.5]),
        # Some percents below a hundred are what they are; numbers that are none are kept as words.
        ([("30%", "Prix"), ("50 points", "Qualité")], [30.0, None]),
        ([("40 points", "Prix"), ("60 points", "Qualité")], [None, None]),
        ([("75", "Prix"), ("50", "Qualité")], [None, None]),
        ([("0", "aucun")], [None]),
        # More than a hundred in all: nobody knows of what.
        ([("80%", "Prix"), ("70%", "Qualité")], [None, None]),
    ],
)
def test_a_weight_is_a_percent_or_part_of_a_hundred(
    items: list[tuple[str, str]], weights: list[float | None]
) -> None:
    criteria = award_criteria(with_criteria(*items))

    assert [each.weight for each in criteria] == weights
    for (priority, _), each in zip(items, criteria, strict=True):
        assert (each.weight is not None) or priority in each.description["fr"]


def test_weights_that_share_out_the_one_above_are_lines_of_it() -> None:
    items = [("50%", "Personnes"), ("30%", "Cheffe"), ("20%", "Suppléant"), ("30%", "Offre"), ("20%", "Prix")]

    criteria = award_criteria(with_criteria(*items))

    assert [(each.title["fr"], each.weight) for each in criteria] == [
        ("Personnes", 50.0),
        ("Offre", 30.0),
        ("Prix", 20.0),
    ]
    assert criteria[0].description == {"fr": "30% Cheffe\n20% Suppléant"}


def test_lines_without_a_weight_explain_the_criterion_above() -> None:
    record = with_criteria(("", "Lire ceci d’abord."), ("70%", "Prix"), ("", "révisé"), ("30%", "Qualité"))

    criteria = award_criteria(record)

    assert [(each.title["fr"], each.description) for each in criteria] == [
        ("Prix", {"fr": "révisé"}),
        ("Qualité", {}),
    ]
    assert call_of(record).lots[0].criteria_note == {"fr": "Notes de 0 à 5.\n\nLire ceci d’abord."}


@pytest.mark.parametrize(
    ("title", "is_price"),
    [
        ("Prix", True),
        ("C1: PRIX", True),
        ("CRITÈRE 2 - Prix global", False),
        ("ZK 3.1 Gesamtpreis", True),
        ("Bereinigter Angebotspreis", True),
        ("Preis-Leistungsverhältnis", False),
        ("Prezzo", True),
        ("Série de prix", False),
    ],
)
def test_a_criterion_is_the_price_when_its_title_begins_with_it(title: str, is_price: bool) -> None:
    [criterion] = award_criteria(with_criteria(("100%", title)))

    assert criterion.is_price is is_price


def test_an_award_names_its_winners_and_their_prices() -> None:
    record = read("award_fr", project="170001")

    [award] = record.awards
    assert (record.notice_type, record.procedure_key, record.lot_key) == (NoticeType.AWARD, "170001", None)
    assert record.call is None
    assert [(each.name, each.city, each.value_amount, each.value_currency) for each in award.suppliers] == [
        ("Jardins Solidaires, société coopérative", "Valmontagne", 118500.5, "CHF"),
        ("Vert Partagé Sàrl", "Montclair", 95000.0, "CHF"),
        ("Ateliers du Lac, association", "Rivebelle", None, None),
    ]
    assert [each.note for each in award.suppliers] == [{"fr": "hors TVA"}, {"fr": "TVA 7.7 %"}, {}]
    assert (award.decided_on, award.offers_received) == (date(2023, 5, 2), 5)
    assert award.justification == {"fr": "La meilleure offre de chaque secteur."}


def test_an_award_of_one_lot_may_give_a_range_of_prices() -> None:
    record = read("award_lot_fr")

    [award] = record.awards
    assert (record.lot_key, award.lot_key) == ("2", "2")
    assert (award.value_low, award.value_high, award.value_currency) == (80000.0, 120000.0, "CHF")
    assert award.suppliers[0].value_amount is None


def test_an_award_that_names_its_call_refers_to_it() -> None:
    named = read("award_fr", ("<OB02.INFO.PROJECT/>", "<OB02.INFO.PROJECT>900101</OB02.INFO.PROJECT>"))

    assert (named.refers_to_key, read("award_fr").refers_to_key) == ("900101", None)


def test_an_award_joins_its_call_through_the_project(session: Session, now: datetime) -> None:
    for name in ("call_fr", "award_fr"):
        record_notice(session, read(name, project="170001"), now=now)

    [tender] = session.query(Tender).all()
    assert (tender.number, tender.state) == ("170001", TenderState.AWARDED)


def test_without_a_project_a_form_stands_alone() -> None:
    assert read("call_fr").procedure_key != read("award_fr").procedure_key


def test_persons_are_not_read() -> None:
    for name in ("call_fr", "call_de", "call_it", "award_fr"):
        record = read(name)

        said = repr((record.title, record.buyer, record.call, record.awards))
        assert "Camille" not in said
        assert "@" not in said


@pytest.mark.parametrize(
    ("name", "before", "after", "path"),
    [
        ("call_fr", 'LANG="FR"', 'LANG="RM"', "FORM@LANG"),
        ("call_fr", 'ID="900101"', 'ID="?"', "FORM@ID"),
        ("call_fr", 'VALUE="OPEN"', 'VALUE="OTHER"', "FORM/OB01/OB.PROC@VALUE"),
        ("call_fr", 'OB.WTO VALUE="NO"', 'OB.WTO VALUE="PERHAPS"', "FORM/OB01/OB.WTO@VALUE"),
        ("call_fr", ">06.02.2023<", "><", "FORM/OB01/SIMAP.PUB.DATE"),
        ("call_fr", ">06.02.2023<", ">30.02.2023<", "FORM/OB01/SIMAP.PUB.DATE"),
        ("call_fr", ">20.03.2023<", ">20.03.1923<", "OB01.COND.SEND.DEADLINE.DATE"),
        ("call_fr", ">20.03.2023<", ">demain<", "OB01.COND.SEND.DEADLINE.DATE"),
        ("call_fr", ">11:30<", ">midi<", "OB01.COND.SEND.DEADLINE.HOUR"),
        ("call_fr", ">11:30<", ">25:30<", "OB01.COND.SEND.DEADLINE.HOUR"),
        ("call_fr", 'CODE="77310000"', 'CODE="7731"', "CONT.CPV[0]@CODE"),
        ("call_fr", "<MONTHS>48<", "<MONTHS>viele<", "TIMEFRAME/MONTHS"),
        ("call_fr", "CONT.SERV.TYPE", "CONT.OTHER.TYPE", "OB01.CONT.OBJ"),
        ("call_fr", 'CRITERIA VALUE="CRITERIA"', 'CRITERIA VALUE="DICE"', "AWARD.CRITERIA@VALUE"),
        ("call_fr", "Recours dans", "<B>Recours</B> dans", "OB01.INFO.LEGAL"),
        ("call_fr", "Recours dans", "&nbsp;dans", "answer"),
        ("award_fr", "118'500.50", "cher", "CONTRACTOR.PRICE.FROM"),
        ("award_fr", ">5<", ">cinq<", "OB02.INFO.NUMBER.OFFERS"),
        ("award_fr", "Vert Partagé Sàrl", "", "PRIM.CONTRACTOR[1]/CONTRACTOR.NAME"),
        ("award_fr", 'CURRENCY="CHF" VALUE="SPECIFIED"', 'CURRENCY="" VALUE="SPECIFIED"', "CONTRACTOR.PRICE"),
        ("award_fr", "OB02>", "OB05>", "FORM"),
    ],
)
def test_what_is_not_as_it_should_be_is_refused_with_its_place(
    name: str, before: str, after: str, path: str
) -> None:
    with pytest.raises(UnreadableNotice) as caught:
        read(name, (before, after))

    assert path in caught.value.path


@pytest.mark.parametrize("payload", [b"", b"<html></html>", b"{}", a_form("call_fr")[:900]])
def test_what_is_no_whole_form_is_asked_for_again(payload: bytes) -> None:
    with pytest.raises(ValueError, match=r"empty|no XML|no FORM"):
        read_form(payload, fetched_from=ADDRESS)


def test_a_bomb_of_entities_is_not_blown_up() -> None:
    bomb = a_form("call_fr", ('<!ENTITY % OB01 "INCLUDE">', '<!ENTITY a "x"><!ENTITY b "&a;&a;&a;">'))

    with pytest.raises(UnreadableNotice):
        read_form(bomb.replace(b"Tonte,", b"&b;"), fetched_from=ADDRESS)


def test_forms_come_out_of_a_file_one_by_one(tmp_path: Path) -> None:
    forms = [a_form("call_fr"), a_form("award_fr"), a_form("call_de")]
    path = tmp_path / "forms.csv"
    path.write_bytes(b"id;form\n" + b"\n;".join(forms))

    found = {key: form for key, form, _ in read_file(path)}

    assert list(found) == ["900101", "900201", "900102"]
    assert [read_form(form, fetched_from=str(path)).number for form in found.values()] == list(found)


def test_a_packed_file_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "forms.csv.xz"
    path.write_bytes(lzma.compress(a_form("call_it")))

    assert [found.key for found in read_file(path)] == ["900103"]


def test_a_cut_form_is_given_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "forms.csv"
    path.write_bytes(a_form("call_fr")[:800] + a_form("award_fr") + a_form("call_de")[:800])

    found = [(key, form.endswith(b"</FORM>")) for key, form, _ in read_file(path)]

    assert found == [("900101", False), ("900201", True), ("900102", False)]


def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "forms.csv.xz"
    path.write_bytes(b"plain")

    with pytest.raises(UnreadableFile, match=r"forms\.csv\.xz"):
        list(read_file(path))


@pytest.mark.skipif(not REAL.is_dir(), reason="the real forms are not on this machine")
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("dehess_simap-soapgrabber/Notices.csv.xz", 367),
        ("dehess_simap-soapgrabber/Awards.csv", 18),
        ("ando2022_tenders_classifier/archiv_detail_1016039.xml", 1),
    ],
)
def test_every_real_form_is_read(name: str, count: int) -> None:
    forms = [form for _, form, _ in read_file(REAL / name) if form.endswith(b"</FORM>")]

    records = [read_form(form, fetched_from=ADDRESS) for form in forms]

    assert len(records) == count
    for record in records:
        for lot in record.call.lots if record.call else ():
            weights = [each.weight for each in lot.criteria if each.weight is not None]
            assert not weights or abs(sum(weights) - 100) < 0.5


def test_an_award_of_several_lots_is_refused() -> None:
    lot = '<OB02.CONT.LOT KIND="LOTS"><LOT.NR>2</LOT.NR>'

    with pytest.raises(UnreadableNotice, match="several lots"):
        read("award_lot_fr", (lot, f"{lot.replace('>2<', '>1<')}</OB02.CONT.LOT>{lot}"))
