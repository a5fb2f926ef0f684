"""OCDS packages are read by their form alone: each release whole, or refused with its place."""

import json
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from scrapy.http import Request, TextResponse
from sqlalchemy import Engine

from config.readers import OcdsForm
from config.tables import SourceForm
from crawler.generic.ocds import is_after_the_award, read_release
from crawler.generic.packages import read_package
from crawler.source import Item, Unreadable
from crawler.spiders.ocds import OcdsSpider
from procurement.errors import UnreadableNotice
from procurement.i18n import ZURICH
from procurement.records import NoticeRecord
from procurement.vocabulary import (
    ContractNature,
    CriteriaSource,
    CriterionKind,
    NoticeType,
    ProcurementMethod,
    Stated,
)
from tests.crawler.own_sources import OCDS_FORM
from tests.crawler.pages import Page, a_run, form_of, install_with, serve_pages
from tests.crawler.releases import a_release

SAMPLES = Path(__file__).parents[2] / ".." / "shared" / "data" / "ted" / "ocds_samples"
PACKAGE = "https://www.onlieu.example/ocds.json"


def an_award(**changes: Any) -> dict[str, Any]:
    """The outcome of one lot of two, won by two firms together."""
    return a_release(
        id="7-2",
        tag=["award", "contract"],
        parties=[
            {
                "id": "S1",
                "name": "Parcs & Cie",
                "roles": ["supplier", "leadTenderer"],
                "address": {"region": "CH011"},
            },
            {"id": "S2", "name": "Jardins Solidaires", "roles": ["supplier"]},
        ],
        awards=[
            {
                "id": "A1",
                "status": "active",
                "date": "2026-08-10T00:00:00+02:00",
                "value": {"amount": 180000, "currency": "CHF"},
                "suppliers": [{"id": "S1", "name": "Parcs & Cie"}, {"id": "S2"}],
                "relatedLots": ["LOT-1"],
            }
        ],
        bids={"statistics": [{"id": "1", "measure": "bids", "value": 4, "relatedLot": "LOT-1"}]},
        **changes,
    )


def read(release: dict[str, Any], **form: Any) -> NoticeRecord:
    payload = json.dumps(release, ensure_ascii=False).encode()
    return read_release(
        payload,
        OcdsForm(language="fr", **form),
        source="valdor",
        fetched_from=PACKAGE,
        homepage="https://www.onlieu.example",
    )


def listed(engine: Engine, *releases: Any, **changes: Any) -> list[Item | Request]:
    """What the spider makes of a package."""
    spider = OcdsSpider(**a_run(form(), engine, **changes))
    body = json.dumps({"uri": PACKAGE, "version": "1.1", "releases": list(releases)})
    return list(spider.releases(TextResponse(PACKAGE, body=body.encode(), request=Request(PACKAGE))))


def form() -> SourceForm:
    return form_of("ocds", {"language": "fr"}, url=PACKAGE)


def test_a_call_is_read_whole() -> None:
    record = read(a_release())

    assert record.source_key == "ocds-abc123-7/7-1"
    assert (record.procedure_key, record.references) == ("ocds-abc123-7", (("ocid", "ocds-abc123-7"),))
    assert record.notice_type is NoticeType.TENDER
    assert record.procurement_method is ProcurementMethod.OPEN
    assert record.contract_nature is ContractNature.SERVICES
    assert record.published_on == date(2026, 8, 13)
    assert record.title == {"fr": "Entretien des parcs", "de": "Unterhalt der Parks"}
    assert record.cpv_codes == ("77310000", "77313000", "77340000")
    assert record.cpv_labels["77310000"] == {"fr": "Espaces verts"}
    call = record.call
    assert call is not None
    assert call.description == {"fr": "Deux lots."}
    assert call.submission_deadline == datetime(2026, 9, 3, 12, tzinfo=ZURICH)
    assert call.enquiry_deadline == date(2026, 8, 21)
    assert call.opening == datetime(2026, 9, 4, 9, tzinfo=ZURICH)
    assert (call.value_amount, call.value_currency, call.lots_per_tenderer) == (250_000, "CHF", 1)
    assert [(lot.value_amount, lot.value_currency) for lot in call.lots] == [(150_000, "CHF"), (None, None)]
    assert call.offer_languages == ("fr", "de")
    assert call.consortium_note == {"fr": "Société simple"}
    assert call.documents_url == "https://www.onlieu.example/d"


def test_each_lot_has_its_own_codes_place_and_criteria() -> None:
    call = read(a_release()).call

    assert call is not None
    first, second = call.lots
    assert (first.source_key, first.title, first.cpv_codes) == ("LOT-1", {"fr": "Rive gauche"}, ("77313000",))
    assert (first.place_canton, first.place_country, second.place_canton) == ("GE", "CH", None)
    assert (first.starts_on, first.duration_days) == (date(2027, 1, 1), 730)
    assert (first.can_be_extended, second.can_be_extended) == (Stated.YES, Stated.NOT_SPECIFIED)
    assert (first.variants, second.variants) == (Stated.NO, Stated.YES)
    assert first.award_criteria_source is CriteriaSource.DEFINED
    assert [(each.kind, each.weight, each.is_price) for each in first.criteria] == [
        (CriterionKind.AWARD, None, True),
        (CriterionKind.AWARD, 20.0, False),
        (CriterionKind.SELECTION, None, False),
    ]


def test_social_and_reserving_statements_bear_the_names_of_eforms() -> None:
    call = read(a_release()).call

    assert call is not None
    said = [(each.business_term, each.code, each.text.get("fr", "")) for each in call.lots[0].considerations]
    assert said == [
        ("BT-71", "res-ws", ""),
        ("BT-736", "yes", ""),
        ("BT-775", "opp", "Deux postes d’insertion"),
        ("BT-774", "circ-econ", ""),
        ("BT-775", "social.smeInclusion", ""),
    ]
    assert call.lots[1].considerations == ()


def test_the_buyer_has_the_address_of_its_party_and_no_contact() -> None:
    buyer = read(a_release()).buyer

    assert buyer is not None
    assert (buyer.source_key, buyer.name) == ("CH-ONL", {"fr": "Commune d’Onlieu"})
    assert (buyer.city, buyer.postal_code, buyer.canton, buyer.country) == ("Onlieu", "1299", "GE", "CH")
    assert "Ada" not in repr(buyer)


def test_an_outcome_names_the_consortium_and_the_lot() -> None:
    record = read(an_award())

    [award] = record.awards
    assert (record.notice_type, record.lot_key, record.call) == (NoticeType.AWARD, "LOT-1", None)
    assert (award.lot_key, award.decided_on, award.offers_received) == ("LOT-1", date(2026, 8, 10), 4)
    assert [(each.name, each.is_lead, each.value_amount) for each in award.suppliers] == [
        ("Parcs & Cie", True, None),
        ("Jardins Solidaires", False, None),
    ]
    assert (award.value_low, award.value_high, award.value_currency) == (180_000, 180_000, "CHF")
    assert award.suppliers[0].canton == "VD"


def test_a_price_belongs_to_the_one_who_won_alone() -> None:
    release = an_award()
    release["awards"][0]["suppliers"].pop()

    [award] = read(release).awards

    assert [(each.value_amount, each.value_currency, each.is_lead) for each in award.suppliers] == [
        (180_000, "CHF", None)
    ]
    assert award.value_low is None


@pytest.mark.parametrize(
    ("tags", "tender", "kind", "is_correction"),
    [
        (["planning"], {}, NoticeType.ADVANCE_NOTICE, False),
        (["tender"], {}, NoticeType.TENDER, False),
        (["planning", "tender"], {}, NoticeType.TENDER, False),
        (["tenderAmendment"], {}, NoticeType.TENDER, True),
        (["tenderUpdate"], {"status": "cancelled"}, NoticeType.ABANDONMENT, True),
        (["tenderCancellation"], {}, NoticeType.ABANDONMENT, False),
        (["award"], {}, NoticeType.AWARD, False),
        (["award", "contract"], {"procurementMethod": "direct"}, NoticeType.DIRECT_AWARD, False),
        (["awardCancellation"], {}, NoticeType.REVOCATION, False),
    ],
)
def test_the_tag_says_what_a_release_is(
    tags: list[str], tender: dict[str, str], kind: NoticeType, is_correction: bool
) -> None:
    release = a_release(tag=tags)
    release["tender"] |= tender

    record = read(release)

    assert (record.notice_type, record.is_correction) == (kind, is_correction)


def test_an_outcome_without_a_winner_is_an_abandonment() -> None:
    release = an_award()
    release["awards"][0]["status"] = "unsuccessful"

    assert read(release).notice_type is NoticeType.ABANDONMENT


@pytest.mark.parametrize("status", ["pending", "cancelled"])
def test_what_is_not_decided_is_no_outcome(status: str) -> None:
    release = an_award()
    release["awards"][0]["status"] = status

    assert read(release).awards == ()


def test_a_tender_without_lots_has_one_lot() -> None:
    release = a_release()
    del release["tender"]["lots"]

    call = read(release).call

    assert call is not None
    [lot] = call.lots
    assert (lot.source_key, lot.cpv_codes) == ("", ("77313000", "77340000"))


@pytest.mark.parametrize(
    ("end", "moment"),
    [
        ("2026-09-03", datetime(2026, 9, 3, 23, 59, tzinfo=ZURICH)),
        ("2026-09-03T10:00:00Z", datetime(2026, 9, 3, 12, tzinfo=ZURICH)),
    ],
)
def test_the_deadline_is_a_moment_or_the_end_of_a_day(end: str, moment: datetime) -> None:
    release = a_release()
    release["tender"]["tenderPeriod"]["endDate"] = end

    call = read(release).call

    assert call is not None
    assert call.submission_deadline == moment


def test_without_a_common_deadline_the_earliest_of_the_lots_counts() -> None:
    release = a_release()
    del release["tender"]["tenderPeriod"]
    for lot, end in zip(release["tender"]["lots"], ("2026-09-10T12:00:00Z", "2026-09-03"), strict=True):
        lot["tenderPeriod"] = {"endDate": end}

    call = read(release).call

    assert call is not None
    assert call.submission_deadline_text == "2026-09-03"


@pytest.mark.parametrize(
    ("spoil", "path"),
    [
        (lambda r: r.pop("date"), "date"),
        (lambda r: r.update(date="2026-08-12T10:00:00"), "date"),
        (lambda r: r.update(tag=["compiled"]), "tag"),
        (lambda r: r.update(tag=["contract"]), "tag"),
        (lambda r: r.update(tag="tender"), "tag"),
        (lambda r: r["tender"].update(title=7), "tender.title"),
        (lambda r: r["tender"].update(title="", title_de="", description=None), "tender.title"),
        (lambda r: r["tender"].update(title_de=["x"]), "tender.title_de"),
        (lambda r: r["tender"].update(procurementMethod="framework"), "tender.procurementMethod"),
        (lambda r: r["tender"].update(mainProcurementCategory="supplies"), "tender.mainProcurementCategory"),
        (
            lambda r: r["tender"]["tenderPeriod"].update(endDate="2026-09-03T12:00"),
            "tender.tenderPeriod.endDate",
        ),
        (lambda r: r["tender"]["classification"].update(id="7731"), "tender.items"),
        (lambda r: r["tender"]["classification"].update(id=3000000), "tender.items"),
        (lambda r: r["tender"]["value"].update(amount="250000"), "tender.value.amount"),
        (
            lambda r: r["tender"]["lots"][0]["otherRequirements"].update(reservedParticipation=["women"]),
            "tender.lots.0.otherRequirements.reservedParticipation",
        ),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(spoil: Any, path: str) -> None:
    release = a_release()
    spoil(release)

    with pytest.raises(UnreadableNotice) as caught:
        read(release)

    assert caught.value.path == path


def test_people_read_the_notice_where_the_form_says() -> None:
    record = read(a_release(), web_url="https://www.onlieu.example/n/{ocid}/{id}")

    assert record.url == "https://www.onlieu.example/n/ocds-abc123-7/7-1"


def test_a_release_is_kept_letter_for_letter(engine: Engine) -> None:
    first = b'{"ocid":"o-1", "x": 1e9999, "y":"\\u00e9]}"}'
    body = b'{ "releases" :[ ' + first + b' , {"ocid":"o-2"}\n], "links": {"next": "p2"}}'

    package = read_package(body)

    assert [each.payload for each in package.releases] == [first, b'{"ocid":"o-2"}']
    assert package.following == "p2"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "Expecting value"),
        (b"<html>", "Expecting value"),
        (b"[]", "no JSON object"),
        (b'{"records": []}', "a record package"),
        (b'{"releases": {}}', "no list"),
        (b'{"releases": [], "links": {"next": 7}}', "links.next"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"releases": [\xff]}', "decode"),
    ],
)
def test_what_is_no_release_package_is_refused(body: bytes, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_package(body)


def test_all_the_lots_may_be_written_as_infinity() -> None:
    release = a_release()
    release["tender"]["lotDetails"]["maximumLotsBidPerSupplier"] = float("inf")

    call = read(release).call

    assert call is not None
    assert call.lots_per_tenderer is None


def test_what_comes_after_the_award_and_what_is_old_is_left_out(engine: Engine) -> None:
    contract = a_release(id="7-3", tag=["contract", "implementation"])
    old = a_release(id="7-0", date="2026-07-31T10:00:00Z")

    [record] = listed(engine, contract, old, a_release())

    assert isinstance(record, NoticeRecord)
    assert record.number == "7-1"


def test_a_release_without_a_name_is_kept_and_costs_no_other(engine: Engine) -> None:
    first, second, third = listed(engine, {"tag": ["tender"]}, 7, a_release())

    assert isinstance(first, Unreadable)
    assert isinstance(second, Unreadable)
    assert isinstance(third, NoticeRecord)
    assert (first.path, second.payload) == ("releases[]", b"7")


@pytest.mark.parametrize(
    ("file", "read_at_least"),
    [
        ("elenuvarova_fts_release_package.json", 20),
        ("OFFICIAL-FICTIONAL-EXAMPLE_ocds-213czf-000-00001.json", 1),
    ],
)
def test_published_packages_are_read_or_refused_with_their_place(file: str, read_at_least: int) -> None:
    path = SAMPLES / file
    if not path.exists():
        pytest.skip("the recorded packages are not here")
    outcomes: Counter[str] = Counter()

    for release in read_package(path.read_bytes()).releases:
        if is_after_the_award(release.content["tag"]):
            outcomes["left out"] += 1
            continue
        try:
            read(release.content)
            outcomes["read"] += 1
        except UnreadableNotice as problem:
            outcomes["refused"] += bool(problem.path)

    assert outcomes["read"] >= read_at_least
    assert outcomes.total() == len(json.loads(path.read_bytes())["releases"])


@pytest.mark.slow
def test_packages_are_followed_to_the_last_one_and_read_once(tmp_path: Path) -> None:
    with serve_pages() as pages:
        last = {"releases": [an_award(), a_release()]}
        pages.pages["/p2"] = Page(json.dumps(last), kind="application/json")
        platform = install_with(tmp_path, OCDS_FORM.format(address=pages.address))
        today = datetime.now(ZURICH).date().isoformat()
        start = f"/ocds?from=2026-08-01&to={today}"
        first_page = {"releases": [a_release()], "links": {"next": "/p2"}}
        pages.pages[start] = Page(json.dumps(first_page), kind="application/json")

        first = platform.run("crawl", "valdor", "--since", "2026-08-01")
        stored = platform.status()
        platform.run("crawl", "valdor", "--since", "2026-08-01")
        again = platform.last_run()
        pages.pages["/p2"] = Page('{"message": "moved"}', kind="application/json")
        changed = platform.run("crawl", "valdor", "--since", "2026-08-01")

        assert first[0] == 0, first[1]
        assert (stored["notices"], stored["tenders"], stored["quarantined"]) == (2, 1, 0)
        assert (again["verdict"], again["stored"], again["unchanged"]) == ("ok", 0, 2)
        assert (changed[0], platform.last_run()["verdict"]) == (1, "failed")
