"""The shape of an OCDS 1.1 release, strictly, of the fields that are read; any other is let be.

Source: open-contracting/standard 1.1 `release-schema.json`, with the extensions lots, bids, sustainability,
otherRequirements, contractTerms, submissionTerms and the profile for eForms. Contact points are not read.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Name = str | int


class Shape(BaseModel):
    """Base of every shape: no value is bent into another type; translations stand beside (`title_fr`)."""

    model_config = ConfigDict(strict=True, frozen=True, extra="allow", alias_generator=to_camel)


class Address(Shape):
    """Where somebody or something is; the street is not read."""

    locality: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country_name: str | None = None
    country: str | None = None


class Party(Shape):
    """An organisation of the process with its roles."""

    id: Name
    name: str | None = None
    address: Address | None = None
    roles: list[str] = Field(default_factory=list)


class Reference(Shape):
    """An organisation named by its key in `parties`."""

    id: Name | None = None
    name: str | None = None


class Value(Shape):
    """A sum; without an amount it says nothing."""

    amount: float | None = None
    currency: str | None = None


class Period(Shape):
    """From when to when."""

    start_date: str | None = None
    end_date: str | None = None
    duration_in_days: int | None = None


class Classification(Shape):
    """A code with its scheme and words."""

    scheme: str | None = None
    id: Name | None = None
    description: str | None = None


class Item(Shape):
    """What is bought: its codes, the lot that it belongs to, where it is delivered."""

    classification: Classification | None = None
    additional_classifications: list[Classification] = Field(default_factory=list)
    related_lot: Name | None = None
    delivery_addresses: list[Address] = Field(default_factory=list)


class Document(Shape):
    """A file or page about the process."""

    document_type: str | None = None
    url: str | None = None


class Criterion(Shape):
    """A criterion; `type` is price, cost or quality for awards, else the kind of requirement."""

    type: str | None = None
    name: str | None = None
    description: str | None = None
    minimum: str | None = None
    numbers: list[dict[str, Any]] = Field(default_factory=list)


class Criteria(Shape):
    """Criteria with what is said of them all."""

    criteria: list[Criterion] = Field(default_factory=list)
    description: str | None = None


class Sustainability(Shape):
    """A social, green or innovative goal (extension sustainability)."""

    goal: str | None = None
    strategies: list[str] = Field(default_factory=list)
    description: str | None = None


class OtherRequirements(Shape):
    """To whom participation is reserved (extension otherRequirements; eForms BT-71)."""

    reserved_participation: list[str] = Field(default_factory=list)


class ContractTerms(Shape):
    """Terms of the contract (extension contractTerms; eForms BT-736, BT-76, BT-70)."""

    reserved_execution: bool | None = None
    tenderer_legal_form: str | None = None
    performance_terms: str | None = None


class SubmissionTerms(Shape):
    """Terms of the offers (extension submissionTerms; eForms BT-63, BT-97)."""

    variant_policy: str | None = None
    languages: list[str] = Field(default_factory=list)


class Asked(Shape):
    """What a tender and a lot both may say."""

    title: str | None = None
    description: str | None = None
    main_procurement_category: str | None = None
    value: Value | None = None
    tender_period: Period | None = None
    contract_period: Period | None = None
    has_renewal: bool | None = None
    # In the standard a word (`priceOnly`), in the extension for eForms the criteria themselves.
    award_criteria: Criteria | str | None = None
    selection_criteria: Criteria | None = None
    sustainability: list[Sustainability] = Field(default_factory=list)
    other_requirements: OtherRequirements | None = None
    contract_terms: ContractTerms | None = None
    submission_terms: SubmissionTerms | None = None


class Lot(Asked):
    """A lot (extension lots)."""

    id: Name


class LotDetails(Shape):
    """How many lots one may bid for (eForms BT-31); 1e9999 stands for all of them."""

    maximum_lots_bid_per_supplier: float | None = None


class Opening(Shape):
    """When the offers are opened."""

    date: str | None = None


class Tender(Asked):
    """The call."""

    id: Name | None = None
    status: str | None = None
    procurement_method: str | None = None
    procuring_entity: Reference | None = None
    classification: Classification | None = None
    additional_classifications: list[Classification] = Field(default_factory=list)
    items: list[Item] = Field(default_factory=list)
    lots: list[Lot] = Field(default_factory=list)
    lot_details: LotDetails | None = None
    enquiry_period: Period | None = None
    bid_opening: Opening | None = None
    documents: list[Document] = Field(default_factory=list)


class Award(Shape):
    """An outcome: several suppliers of one award bid together."""

    id: Name
    description: str | None = None
    status: str | None = None
    date: str | None = None
    value: Value | None = None
    suppliers: list[Reference] = Field(default_factory=list)
    related_lots: list[Name] = Field(default_factory=list)


class Statistic(Shape):
    """A count about the offers (extension bids)."""

    measure: str | None = None
    value: float | None = None
    related_lot: Name | None = None


class Bids(Shape):
    """The offers, counted."""

    statistics: list[Statistic] = Field(default_factory=list)


class Release(Shape):
    """One publication about a contracting process."""

    ocid: str = Field(min_length=1)
    id: Name
    date: str
    tag: list[str] = Field(min_length=1)
    language: str | None = None
    buyer: Reference | None = None
    parties: list[Party] = Field(default_factory=list)
    tender: Tender | None = None
    awards: list[Award] = Field(default_factory=list)
    bids: Bids | None = None
