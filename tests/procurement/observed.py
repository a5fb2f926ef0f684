"""A small world for the observatory, made by hand so that every figure can be counted on fingers."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from procurement.cantons import BuyerLevel
from procurement.lens import FindingKind
from procurement.models import Award, AwardSupplier, Buyer, Member, Notice, Tender
from procurement.vocabulary import CriteriaSource, NoticeType, ProcurementMethod, TenderState
from tests.factories import NOW, make_finding, make_member, make_notice, make_tender

INSERTION, APPRENTICES = "insertion_socioprofessionnelle", "apprentissage_formation"


@dataclass(frozen=True)
class World:
    """The buyers of the world, and the member who won there."""

    city: Buyer
    office: Buyer
    canton: Buyer
    member: Member


def make_buyer(session: Session, name: str, **overrides: Any) -> Buyer:
    """A buyer of simap with its seat in Geneva."""
    facts = {"source": "simap", "source_key": name, "name": {"fr": name}, "canton": "GE", "country": "CH"}
    buyer = Buyer(**{**facts, **overrides})
    session.add(buyer)
    session.flush()
    return buyer


def read(tender: Tender) -> Tender:
    """Let the tender have been read, with nothing found."""
    for lot in tender.lots:
        lot.read_at, lot.read_with = NOW, "test"
    return tender


def asking(session: Session, *, families: dict[str, Any] | None = None, **overrides: Any) -> Tender:
    """A tender that asks for these families, each with the facts of its finding."""
    tender = read(make_tender(session, **overrides))
    for family, facts in (families or {INSERTION: {}}).items():
        make_finding(session, tender.lots[0], family=family, **facts)
    return tender


def silent(session: Session, **overrides: Any) -> Tender:
    """A tender that was read and asks for nothing."""
    return read(make_tender(session, **overrides))


def in_documents(session: Session, **overrides: Any) -> Tender:
    """A tender that was read and whose criteria stand in documents."""
    tender = read(make_tender(session, **overrides))
    tender.lots[0].award_criteria_source = CriteriaSource.IN_DOCUMENTS
    return tender


def awarded(session: Session, tender: Tender, *suppliers: dict[str, Any], on: date, **facts: Any) -> Notice:
    """The award of a tender to these firms."""
    notice = make_notice(session, tender, notice_type=NoticeType.AWARD, published_on=on, **facts)
    award = Award(justification={}, note={})
    award.suppliers = [
        AwardSupplier(**{"position": position, "note": {}, "value_currency": "CHF", **supplier})
        for position, supplier in enumerate(suppliers)
    ]
    notice.awards.append(award)
    tender.state = TenderState.AWARDED
    session.flush()
    return notice


def a_world(session: Session) -> World:
    """Twelve calls of three buyers in two years, an award to a member, and five that do not count.

    The city: six calls, three ask (10 %, 20 %, none stated), two are silent, one refers to its documents.
    The federal office: two calls under treaty, one asks in its conditions, one waits to be read.
    The canton: four calls, one asks for apprentices at 5 %, three are silent, one of these for construction.
    """
    city = make_buyer(session, "Ville de Valmont", level=BuyerLevel.COMMUNE)
    office = make_buyer(session, "Office fédéral des essais", level=BuyerLevel.CONFEDERATION, canton=None)
    canton = make_buyer(session, "Canton de Valmont", canton="VD")
    member = make_member(session, name="Coopérative Éclat")
    first = asking(session, buyer=city, published_on=date(2025, 2, 3), families={INSERTION: {"weight": 10.0}})
    asking(
        session,
        buyer=city,
        published_on=date(2026, 1, 5),
        families={
            INSERTION: {"weight": 20.0, "sentence": "Insertion : 20 %"},
            APPRENTICES: {"kind": FindingKind.EXECUTION_CONDITION, "weight": None},
        },
    )
    asking(session, buyer=city, published_on=date(2026, 4, 1), families={INSERTION: {"weight": None}})
    silent(session, buyer=city, published_on=date(2026, 4, 2))
    silent(session, buyer=city, published_on=date(2026, 4, 3), state=TenderState.CANCELLED)
    in_documents(session, buyer=city, published_on=date(2026, 5, 4))
    treaty = {"buyer": office, "is_under_treaty": True, "published_on": date(2026, 7, 1)}
    asking(
        session, families={APPRENTICES: {"kind": FindingKind.EXECUTION_CONDITION, "weight": None}}, **treaty
    )
    make_tender(session, **treaty)
    asking(session, buyer=canton, published_on=date(2026, 10, 1), families={APPRENTICES: {"weight": 5.0}})
    for codes in (["90911200"], ["90911200"], ["45000000"]):
        silent(
            session,
            buyer=canton,
            published_on=date(2026, 10, 2),
            cpv_codes=codes,
            procurement_method=ProcurementMethod.SELECTIVE,
            is_under_treaty=None,
        )
    awarded(session, first, {"name": "COOPÉRATIVE ÉCLAT", "value_amount": 90_000.0}, on=date(2026, 3, 1))
    _what_does_not_count(session, city, first)
    session.flush()
    return World(city, office, canton, member)


def _what_does_not_count(session: Session, city: Buyer, first: Tender) -> None:
    asking(session, buyer=city, source="ted", merged_into_id=first.id)
    asking(session, buyer=city, source="hand")
    for kind in (NoticeType.DIRECT_AWARD, NoticeType.ADVANCE_NOTICE):
        asking(session, buyer=city).notices[0].notice_type = kind
    asking(session, buyer=city).lots[0].is_withdrawn = True
