"""Notices as a spider hands them over, whole and plausible; each argument overrides one fact."""

from datetime import date, datetime
from typing import Any

from procurement.i18n import ZURICH
from procurement.records import BuyerRecord, CallRecord, CriterionRecord, LotRecord, NoticeRecord
from procurement.vocabulary import (
    ContractNature,
    CriteriaSource,
    CriterionKind,
    NoticeType,
    ProcurementMethod,
    Stated,
)

DEADLINE = datetime(2026, 12, 15, 12, 0, tzinfo=ZURICH)


def a_lot(**overrides: Any) -> LotRecord:
    """The cleaning of schools, with a price to be weighed."""
    facts: dict[str, Any] = {
        "source_key": "",
        "number": 1,
        "title": {"fr": "Nettoyage des écoles"},
        "description": {"fr": "Douze écoles."},
        "cpv_codes": ("90911200",),
        "contract_nature": ContractNature.SERVICES,
        "place_canton": "GE",
        "award_criteria_source": CriteriaSource.DEFINED,
        "criteria": (
            CriterionRecord(CriterionKind.AWARD, {"fr": "Prix"}, weight=60.0, is_price=True),
            CriterionRecord(CriterionKind.AWARD, {"fr": "Qualité"}, weight=40.0),
        ),
    }
    return LotRecord(**{**facts, **overrides})


def a_call(**overrides: Any) -> CallRecord:
    """A call until the 15 December at noon, of one lot."""
    facts: dict[str, Any] = {
        "description": {"fr": "Nettoyage courant."},
        "lots": (a_lot(),),
        "submission_deadline": DEADLINE,
        "submission_deadline_text": DEADLINE.isoformat(),
        "consortium_allowed": Stated.YES,
        "offer_languages": ("fr",),
    }
    return CallRecord(**{**facts, **overrides})


def a_notice(number: int = 1, **overrides: Any) -> NoticeRecord:
    """The publication with this number of one procedure: a call on 20 November, or what the overrides say."""
    facts: dict[str, Any] = {
        "source": "simap",
        "source_key": f"notice-{number:02d}",
        "number": f"20001-{number:02d}",
        "notice_type": NoticeType.TENDER,
        "procedure_key": "project-1",
        "procedure_number": "20001",
        "published_on": date(2026, 11, 19 + number),
        "language": "fr",
        "title": {"fr": "Nettoyage des écoles"},
        "cpv_codes": ("90911200",),
        "url": "https://www.simap.ch/fr/project-detail/project-1",
        "procurement_method": ProcurementMethod.OPEN,
        "payload": f'{{"publication": {number}}}'.encode(),
        "fetched_from": f"https://www.simap.ch/api/publications/{number}",
        "buyer": BuyerRecord("office-1", {"fr": "Ville de Genève"}, city="Genève", canton="GE", country="CH"),
    }
    if overrides.get("notice_type", NoticeType.TENDER) is NoticeType.TENDER:
        facts["call"] = a_call()
    return NoticeRecord(**{**facts, **overrides})
