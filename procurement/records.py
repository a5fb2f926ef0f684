"""One publication as read from its source: the shape that every spider fills, in clean text."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from procurement.models import Translations
from procurement.vocabulary import (
    ContractNature,
    CriteriaSource,
    CriterionKind,
    NoticeType,
    ProcurementMethod,
    Stated,
)

# The source of what staff enter themselves.
BY_HAND = "hand"


@dataclass(frozen=True, slots=True)
class BuyerRecord:
    """A contracting authority as a notice names it; `canton` is that of its seat."""

    source_key: str
    name: Translations
    city: str = ""
    postal_code: str = ""
    canton: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class CriterionRecord:
    """A criterion or condition as worded in the notice; `weight` in percent."""

    kind: CriterionKind
    title: Translations
    description: Translations = field(default_factory=dict)
    verification: Translations = field(default_factory=dict)
    weight: float | None = None
    is_price: bool = False


@dataclass(frozen=True, slots=True)
class ConsiderationRecord:
    """A social, green or reserving statement in a field of its own.

    `business_term` names the field of eForms (BT-71, BT-775 …), `code` its value.
    """

    business_term: str
    code: str = ""
    text: Translations = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SupplierRecord:
    """A winner as published; `value_amount` in `value_currency`, without VAT where the notice says so."""

    name: str
    source_key: str | None = None
    city: str = ""
    postal_code: str = ""
    canton: str | None = None
    country: str | None = None
    rank: int | None = None
    is_lead: bool | None = None
    value_amount: float | None = None
    value_currency: str | None = None
    note: Translations = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AwardRecord:
    """The outcome of one lot, of the whole when `lot_key` is None; several suppliers may be a consortium.

    Without suppliers nobody has won: `note` says why, or who was selected to bid.
    """

    suppliers: tuple[SupplierRecord, ...]
    lot_key: str | None = None
    decided_on: date | None = None
    offers_received: int | None = None
    value_low: float | None = None
    value_high: float | None = None
    value_currency: str | None = None
    justification: Translations = field(default_factory=dict)
    note: Translations = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LotRecord:
    """A lot, or the whole of a tender without lots."""

    source_key: str
    number: int
    title: Translations
    description: Translations
    cpv_codes: tuple[str, ...]
    contract_nature: ContractNature | None = None
    value_amount: int | None = None
    value_currency: str | None = None
    place_canton: str | None = None
    place_country: str | None = None
    place_postal_code: str = ""
    place_city: Translations = field(default_factory=dict)
    place_note: Translations = field(default_factory=dict)
    starts_on: date | None = None
    ends_on: date | None = None
    duration_days: int | None = None
    can_be_extended: Stated = Stated.NOT_SPECIFIED
    variants: Stated = Stated.NOT_SPECIFIED
    partial_offers: Stated = Stated.NOT_SPECIFIED
    award_criteria_source: CriteriaSource = CriteriaSource.NOT_SPECIFIED
    selection_criteria_in_documents: Stated = Stated.NOT_SPECIFIED
    criteria_note: Translations = field(default_factory=dict)
    criteria: tuple[CriterionRecord, ...] = ()
    considerations: tuple[ConsiderationRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class CallRecord:
    """What a call for bids says beyond its title: deadlines, rules, documents and lots.

    A partial one, such as the offering phase of a selective procedure, changes only what it states.
    """

    description: Translations
    lots: tuple[LotRecord, ...]
    submission_deadline: datetime | None = None
    submission_deadline_text: str | None = None
    deadline_is_for_requests: bool = False
    enquiry_deadline: date | None = None
    enquiries: tuple[dict[str, Any], ...] = ()
    opening: datetime | None = None
    consortium_allowed: Stated = Stated.NOT_SPECIFIED
    consortium_multiple: Stated = Stated.NOT_SPECIFIED
    consortium_note: Translations = field(default_factory=dict)
    subcontracting_allowed: Stated = Stated.NOT_SPECIFIED
    subcontracting_multiple: Stated = Stated.NOT_SPECIFIED
    subcontracting_note: Translations = field(default_factory=dict)
    lots_per_tenderer: int | None = None
    lots_per_tenderer_note: Translations = field(default_factory=dict)
    conditions: dict[str, Translations] = field(default_factory=dict)
    participation_source: str | None = None
    offer_languages: tuple[str, ...] = ()
    offer_channels: tuple[str, ...] = ()
    document_languages: tuple[str, ...] = ()
    documents_source: str | None = None
    documents_url: str | None = None
    remedies: Translations = field(default_factory=dict)
    value_amount: int | None = None
    value_currency: str | None = None
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class NoticeRecord:
    """One publication as read from its source, in clean text; `payload` is the answer as received."""

    source: str
    source_key: str
    number: str
    notice_type: NoticeType
    procedure_key: str
    procedure_number: str
    published_on: date
    language: str
    title: Translations
    cpv_codes: tuple[str, ...]
    url: str
    procurement_method: ProcurementMethod
    payload: bytes
    fetched_from: str
    contract_nature: ContractNature | None = None
    is_under_treaty: bool | None = None
    has_documents: bool | None = None
    is_correction: bool = False
    corrects_key: str | None = None
    refers_to_key: str | None = None
    lot_key: str | None = None
    buyer: BuyerRecord | None = None
    call: CallRecord | None = None
    cpv_labels: dict[str, Translations] = field(default_factory=dict)
    # Other names of this notice or its procedure: ("ted", "617328-2026"), ("procedure", BT-04's value) …
    references: tuple[tuple[str, str], ...] = ()
    awards: tuple[AwardRecord, ...] = ()
