"""A publication of simap is read whole, or not at all with the place that is wrong."""

import copy
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from crawler.sample.answers import build
from crawler.simap.reading import read_details
from procurement.errors import UnreadableNotice
from procurement.records import NoticeRecord
from procurement.vocabulary import CriterionKind, NoticeType, Stated

TODAY = date(2026, 11, 24)
SAMPLE = build(TODAY)
CALLS = ("tender", "advance_notice", "request_for_information")
DETAILS = list(SAMPLE.publications().values())
RECORDINGS = Path(__file__).parents[2] / ".." / "shared" / "data" / "simap" / "real"


def read(details: dict[str, Any]) -> NoticeRecord:
    payload = json.dumps(details).encode()
    return read_details(payload, fetched_from="http://127.0.0.1/x", web_url="https://www.simap.ch")


def a_call(*, with_lots: bool) -> dict[str, Any]:
    """A call for bids of the sample, free to be spoilt."""
    wanted = "with" if with_lots else "without"
    found = next(
        details
        for details in DETAILS
        if details["type"] == "tender" and details["base"]["lotsType"] == wanted
    )
    return copy.deepcopy(found)


@pytest.mark.parametrize("details", DETAILS, ids=lambda details: details["base"]["publicationNumber"])
def test_every_publication_of_the_sample_is_read(details: dict[str, Any]) -> None:
    record = read(details)

    assert record.number == details["base"]["publicationNumber"]
    assert record.published_on.isoformat() == details["base"]["publicationDate"]
    assert record.title
    assert json.loads(record.payload) == details
    assert (record.call is not None) == (details["type"] in CALLS)


def test_a_tender_without_lots_has_one_lot_with_its_criteria() -> None:
    details = a_call(with_lots=False)

    call = read(details).call

    assert call is not None
    [lot] = call.lots
    wanted = len(details["criteria"]["awardCriteria"])
    assert len([c for c in lot.criteria if c.kind is CriterionKind.AWARD]) == wanted


def test_each_lot_carries_its_own_place_codes_and_criteria() -> None:
    details = a_call(with_lots=True)

    call = read(details).call

    assert call is not None
    assert [lot.source_key for lot in call.lots] == [lot["id"] for lot in details["lots"]]
    for lot, shape in zip(call.lots, details["lots"], strict=True):
        assert set(lot.cpv_codes) == {code["code"] for code in shape["additionalCpvCodes"]}
        assert lot.place_canton == (shape["orderAddress"] or {}).get("cantonId")


def test_the_codes_of_the_lots_belong_to_the_tender() -> None:
    details = a_call(with_lots=True)

    record = read(details)

    wanted = {code["code"] for lot in details["lots"] for code in lot["additionalCpvCodes"]}
    assert wanted <= set(record.cpv_codes)
    assert set(record.cpv_codes) == set(record.cpv_labels)


def test_the_deadline_keeps_its_instant_and_its_letters() -> None:
    details = a_call(with_lots=False)

    call = read(details).call

    assert call is not None
    assert call.submission_deadline is not None
    assert call.submission_deadline_text == details["dates"]["offerDeadline"]
    assert call.submission_deadline.isoformat() == details["dates"]["offerDeadline"]


def test_seat_and_place_are_kept_apart() -> None:
    details = a_call(with_lots=False)
    details["project-info"]["procOfficeAddress"]["cantonId"] = "GE"
    details["procurement"]["orderAddress"]["cantonId"] = "VD"

    record = read(details)

    assert record.buyer is not None
    assert record.call is not None
    assert (record.buyer.canton, record.call.lots[0].place_canton) == ("GE", "VD")


def test_persons_are_not_read() -> None:
    details = a_call(with_lots=False)
    details["project-info"]["procOfficeAddress"]["contactPerson"]["fr"] = "Une Personne Fictive"
    details["project-info"]["procOfficeAddress"]["email"] = "personne@example.ch"

    record = read(details)

    assert "Personne" not in repr(record.buyer)
    assert "personne@" not in repr(record.buyer)


def test_what_a_notice_does_not_say_is_not_specified() -> None:
    details = a_call(with_lots=False)
    details["terms"]["consortiumAllowed"] = None

    call = read(details).call

    assert call is not None
    assert call.consortium_allowed is Stated.NOT_SPECIFIED


def test_the_first_deadline_of_a_selective_procedure_is_for_requests() -> None:
    details = next(each for each in DETAILS if each["base"]["processType"] == "selective")

    call = read(details).call

    assert call is not None
    assert call.deadline_is_for_requests


def test_a_correction_names_what_it_corrects() -> None:
    details = next(each for each in DETAILS if each["base"].get("corrected"))

    record = read(details)

    assert record.is_correction
    assert record.corrects_key == details["base"]["correctedPubId"]


def test_a_link_that_is_no_web_address_is_left_out() -> None:
    details = a_call(with_lots=False)
    details["project-info"]["documentsSourceUrl"] = "javascript:alert(1)"

    call = read(details).call

    assert call is not None
    assert call.documents_url is None


def spoilt(path: str, value: object) -> dict[str, Any]:
    details = a_call(with_lots=False)
    place: Any = details
    *parents, last = path.split(".")
    for parent in parents:
        place = place[int(parent)] if parent.isdigit() else place[parent]
    place[last] = value
    return details


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("base.title", 42, "base.title"),
        ("base.publicationDate", "demain", "base.publicationDate"),
        ("base.type", "gossip", "base.type"),
        ("base.processType", "lottery", "base.processType"),
        ("base.stateContractArea", "yes", "base.stateContractArea"),
        ("base.cpvCode", {"code": "7921"}, "base.cpvCode.code"),
        ("dates.offerDeadline", "2027-01-07T11:00:00", "dates.offerDeadline"),
        ("dates.offerDeadline", "bientôt", "dates.offerDeadline"),
        ("dates.offerDeadline", "1027-01-07T11:00:00+01:00", "dates.offerDeadline"),
        ("dates.offerDeadline", "2020-01-07T11:00:00+01:00", "dates.offerDeadline"),
        ("terms.consortiumAllowed", "perhaps", "terms.consortiumAllowed"),
        ("criteria.awardCriteriaSelection", "dice", "procurement.awardCriteriaSelection"),
        ("criteria.awardCriteria", {"0": "prix"}, "criteria.awardCriteria"),
        ("procurement.orderDescription", ["texte"], "procurement.orderDescription"),
        ("project-info.offerLanguages", "fr", "project-info.offerLanguages"),
    ],
)
def test_a_wrong_value_is_named_by_its_path(path: str, value: object, named: str) -> None:
    with pytest.raises(UnreadableNotice) as raised:
        read(spoilt(path, value))

    assert raised.value.path == named


@pytest.mark.parametrize("block", ["base", "type", "id"])
def test_a_vanished_block_is_named(block: str) -> None:
    details = a_call(with_lots=False)
    del details[block]

    with pytest.raises(UnreadableNotice, match=block):
        read(details)


def test_a_field_that_we_do_not_know_is_let_be() -> None:
    details = a_call(with_lots=False)
    details["base"]["novelty"] = {"deep": [1, 2]}

    assert read(details).number


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"42", b"\xff\xfe", b'{"id": NaN}', b"<html>"])
def test_an_answer_that_is_no_publication_is_an_error_of_ours(body: bytes) -> None:
    with pytest.raises(UnreadableNotice):
        read_details(body, fetched_from="x", web_url="https://www.simap.ch")


def recorded_details() -> list[dict[str, Any]]:
    """The recorded publications, where they stand beside the project."""
    contents = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(RECORDINGS.rglob("*.json"))]
    return [
        details
        for content in contents
        for details in (content if isinstance(content, list) else [content])
        if isinstance(details, dict) and "publishers" in details and "type" in details
    ]


def test_every_recorded_publication_is_read() -> None:
    if not RECORDINGS.exists():
        pytest.skip("no recordings beside the project")

    records = [read(details) for details in recorded_details()]

    assert len(records) >= 30
    for record in records:
        ends = record.notice_type in (NoticeType.AWARD, NoticeType.DIRECT_AWARD)
        assert ends == (record.call is None)
        assert ends == any(award.suppliers for award in record.awards)
