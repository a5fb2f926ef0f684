"""Tenders of every kind for the tests of exports, and the releases that they become."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from procurement.exports.ocds import Publisher, ocds_packages
from procurement.models import Award, AwardSupplier, Consideration, Criterion, Notice, Tender
from procurement.vocabulary import (
    ContractNature,
    CriterionKind,
    NoticeType,
    ProcurementMethod,
    Stated,
    TenderState,
)
from tests.factories import make_lot, make_notice, make_tender

PUBLISHER = Publisher(
    name="Chambre d’exemple",
    url="https://chambre.example.ch",
    packages_url="https://aimp.example.ch/ocds/",
)
Json = dict[str, Any]


def releases_of(session: Session, now: datetime, **options: Any) -> list[Json]:
    """Every release of everything stored, in the order of the packages."""
    session.flush()
    packages = ocds_packages(session, publisher=PUBLISHER, now=now, **options)
    return [release for package in packages for release in package["releases"]]


def award_of(notice: Notice, *suppliers: Json, **facts: Any) -> Award:
    """An outcome that a notice publishes, with these winners."""
    award = Award(**{"decided_on": date(2027, 1, 12), "justification": {}, "note": {}, **facts})
    award.suppliers = [
        AwardSupplier(**{"position": position, "note": {}, **supplier})
        for position, supplier in enumerate(suppliers)
    ]
    notice.awards.append(award)
    return award


def awarded(session: Session, *suppliers: Json, **facts: Any) -> Tender:
    """A tender that was called and awarded to these."""
    tender = make_tender(session, state=TenderState.AWARDED)
    notice = make_notice(
        session, tender, notice_type=NoticeType.AWARD, published_on=date(2027, 1, 15), source_key="award-1"
    )
    award_of(notice, *suppliers, **facts)
    return tender


def everything(session: Session, now: datetime) -> None:
    """A tender of every kind and course, with every field filled or empty, and texts that are hard."""
    tender = make_tender(
        session,
        title={"fr": 'Repas <b>&</b> "cantine" \u202e…', "de": "Mahlzeiten", "it": ""},
        description={"fr": "Ligne une.\nLigne deux.", "en": "Line one."},
        value_amount=450_000,
        value_currency="CHF",
        lots_per_tenderer=2,
        offer_channels=["offer_external", "offer_digital_simap", "offer_specific"],
        documents_url="https://dossier.example.ch/a b?c=é",
        source="boamp",
        procedure_key="26-1/2 é",
    )
    [whole] = tender.lots
    whole.is_withdrawn = True
    full = make_lot(
        tender,
        source_key="lot-a",
        cpv_codes=["55520000", "55523100"],
        duration_days=400,
        variants=Stated.YES,
        considerations=[
            Consideration(business_term=term, code=code, text=words)
            for term, code, words in (
                ("BT-71", "res-ws", {}),
                ("BT-71", "res-pub-ser", {}),
                ("BT-736", "yes", {}),
                ("BT-06", "soc-obj", {"fr": "Emplois d’insertion."}),
                ("BT-774", "circ-econ", {}),
                ("BT-775", "opp", {"fr": "Huit places."}),
                ("BT-775", "gen-eq", {}),
                ("BT-776", "proc-innov", {}),
                ("BT-777", "", {"fr": "Le marché soutient l’insertion."}),
                ("BT-70", "", {"fr": "Cinq pour cent des heures."}),
                ("BT-76", "", {"fr": "Société simple."}),
                ("BT-726", "true", {}),
            )
        ],
    )
    full.criteria.append(
        Criterion(kind=CriterionKind.AWARD, position=9, title={"fr": "Prix"}, weight=60, is_price=True)
    )
    empty: Json = {"criteria": [], "cpv_codes": [], "title": {}, "description": {}, "place_city": {}}
    make_lot(tender, source_key="lot-b", place_canton=None, place_country="ZZ", starts_on=None, **empty)
    make_lot(tender, source_key="lot-c", is_withdrawn=True, contract_nature=ContractNature.DESIGN)
    award = make_notice(
        session,
        tender,
        notice_type=NoticeType.AWARD,
        published_on=date(2027, 1, 15),
        url="javascript:alert(1)",
    )
    award_of(
        award,
        {"name": "Atelier Sève SA", "source_key": "s-1", "city": "Genève", "country": "CH", "is_lead": True},
        {"name": "Coopérative Éclat", "value_amount": 1234.5, "value_currency": "ZZZ", "is_lead": False},
        lot_key="lot-a",
    )
    award_of(award, lot_key="lot-b", note={"fr": "Aucune offre."})
    make_notice(session, tender, notice_type=NoticeType.REVOCATION, published_on=date(2027, 2, 1))
    for kind in NoticeType:
        for is_correction in (False, True):
            for lot_key in (None, "lot-1"):
                other = make_tender(session, procurement_method=ProcurementMethod.NONE, buyer=None)
                other.notices[0].notice_type = kind
                other.notices[0].is_correction = is_correction
                other.notices[0].lot_key = lot_key
    direct = make_tender(session, lots=[], cpv_codes=[], contract_nature=None, submission_deadline=None)
    direct.buyer = None
    direct.notices[0].notice_type = NoticeType.DIRECT_AWARD
