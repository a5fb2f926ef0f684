"""The shape of simap's publications: a wrong type is an error with its path, an unknown field is let be.

Source: simap OpenAPI 1.5.1, `PublicationDetail`, one shape for its eleven kinds.
Every block but the base may be null: awards carry no dates, tenders with lots no criteria.
"""

import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from procurement.labelled import LANGUAGES
from procurement.vocabulary import NoticeType, Stated

# A field of simap is called `date`, which would hide the type.
Day = datetime.date


class Shape(BaseModel):
    """Base of every shape: no value is bent into another type."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", allow_inf_nan=False)


def _from(choices: type[NoticeType] | type[Stated]) -> BeforeValidator:
    def read(value: object) -> object:
        if isinstance(value, str) and (member := choices.of(value)) is not None:
            return member
        raise ValueError(f"none of {', '.join(choices)}")

    return BeforeValidator(read)


PubType = Annotated[NoticeType, _from(NoticeType)]
ThreeValued = Annotated[Stated, _from(Stated)]


class Text(Shape):
    """A text in up to four languages; each may be null."""

    de: str | None = None
    en: str | None = None
    fr: str | None = None
    it: str | None = None


class Code(Shape):
    """A code with its words."""

    code: str = Field(pattern=r"^\d{8}$")
    label: Text | None = None


class Money(Shape):
    """An amount; simap gives the block with nulls when there is none."""

    currency: str | None = Field(None, pattern=r"^[a-z]{3}$")
    price: float | None = None


class DateRange(Shape):
    """A period: two dates, either may be null."""

    dateRange: list[Day | None] = []


class OptionalTime(Shape):
    """An instant of which only the day may count."""

    dateTime: str | None = None
    ignoreTime: bool | None = None


class OrderAddress(Shape):
    """Where a contract is performed."""

    countryId: str | None = None
    cantonId: str | None = None
    postalCode: str | None = None
    city: Text | None = None


class OfficeAddress(OrderAddress):
    """Who buys; persons, telephones and e-mail addresses are not read."""

    name: Text | None = None


class PublicationBase(Shape):
    """What every kind of publication carries."""

    title: Text | None = None
    type: PubType
    projectId: str
    projectNumber: str
    publicationNumber: str
    publicationDate: Day
    processType: str
    lotsType: str
    stateContractArea: bool | None = None
    creationLanguage: str
    procOfficeId: str | None = None
    orderType: str | None = None
    competitionType: str | None = None
    studyType: str | None = None
    cpvCode: Code | None = None
    corrected: bool | None = None
    correctedPubId: str | None = None
    initialPublicationDate: Day | None = None
    referencingPubId: str | None = None
    participantLotsLimitation: int | None = None
    participantLotsLimitationNote: Text | None = None

    @property
    def language(self) -> str:
        """The language that the notice was written in, French when it is none of ours."""
        return self.creationLanguage if self.creationLanguage in LANGUAGES else "fr"


class ProjectInfo(Shape):
    """Buyer, documents, and how to hand in an offer."""

    title: Text | None = None
    procOfficeAddress: OfficeAddress | None = None
    documentsLanguages: list[str] | None = None
    documentsSourceType: str | None = None
    documentsSourceUrl: str | None = None
    offerLanguages: list[str] | None = None
    offerTypes: list[str] | None = None
    participantLimitation: int | None = None


class QualificationCriterion(Shape):
    """A selection criterion."""

    title: Text | None = None
    description: Text | None = None
    verification: Text | None = None
    weighting: float | None = None


class AwardCriterion(QualificationCriterion):
    """An award criterion; the weighting in percent."""

    isPriceCriterion: bool | None = None


class TermsCriterion(Shape):
    """A condition of participation."""

    description: Text | None = None
    verification: Text | None = None


class Criteria(Shape):
    """Award and selection criteria, of a tender without lots or of one lot."""

    awardCriteriaSelection: str | None = None
    awardCriteria: list[AwardCriterion] | None = None
    awardCriteriaNote: Text | None = None
    qualificationCriteriaInDocuments: ThreeValued | None = None
    qualificationCriteria: list[QualificationCriterion] | None = None
    qualificationCriteriaNote: Text | None = None
    weightedQualificationCriteriaNote: Text | None = None
    weightedQualificationCriteria: list[QualificationCriterion] | None = None


class Procurement(Shape):
    """What is bought, where and when; with lots nearly all of it is null."""

    orderDescription: Text | None = None
    orderType: str | None = None
    cpvCode: Code | None = None
    additionalCpvCodes: list[Code] | None = None
    orderAddress: OrderAddress | None = None
    orderAddressDescription: Text | None = None
    contractPeriod: DateRange | None = None
    contractDays: int | None = None
    executionPeriod: DateRange | None = None
    executionDays: int | None = None
    canContractBeExtended: ThreeValued | None = None
    variants: ThreeValued | None = None
    partialOffers: ThreeValued | None = None


class LotShape(Procurement, Criteria):
    """A lot: its own description, place, codes and criteria."""

    id: str
    lotNumber: int
    title: Text | None = None
    projectSubType: str | None = None


class Question(Shape):
    """A round of questions: its last day, and an hour that may hide in the note."""

    date: Day | None = None
    note: Text | None = None


class Appointment(Shape):
    """A visit, an interview, a presentation."""

    name: Text | None = None
    date: Day | None = None
    note: Text | None = None


class Dates(Shape):
    """The calendar of a call."""

    offerDeadline: str | None = None
    offerOpening: OptionalTime | None = None
    qnas: list[Question] | None = None
    otherAppointments: list[Appointment] | None = None
    publicationDateForecast: Day | None = None
    specificDeadlinesAndFormalRequirements: Text | None = None


class Terms(Shape):
    """Who may bid, alone or together, and the conditions in free words."""

    consortiumAllowed: ThreeValued | None = None
    consortiumMultiApplicationAllowed: ThreeValued | None = None
    consortiumNote: Text | None = None
    subContractorAllowed: ThreeValued | None = None
    subContractorMultiApplicationAllowed: ThreeValued | None = None
    subContractorNote: Text | None = None
    termsType: str | None = None
    termsCriteria: list[TermsCriterion] | None = None
    termsNote: Text | None = None
    otherRequirements: Text | None = None
    preInvolvedVendor: Text | None = None
    termsOfBusiness: Text | None = None
    termsOfPayment: Text | None = None
    includedCosts: Text | None = None
    securityDeposits: Text | None = None
    nonWTORequirements: Text | None = None
    walkThroughNotes: Text | None = None
    remediesNotice: Text | None = None
    totalPrice: Money | None = None
    totalPriceNote: Text | None = None
    purchasesAllowed: ThreeValued | None = None
    purchaseMaxShareOfTotalPrice: int | None = None
    purchaseNote: Text | None = None
    compensation: Money | None = None
    compensationNote: Text | None = None
    independentExperts: Text | None = None
    bindingJuryDecision: Text | None = None
    anonymity: Text | None = None


class VendorAddress(Shape):
    """The seat of a firm; its street is not read."""

    postalCode: str | None = None
    city: str | None = None
    cantonId: str | None = None
    countryId: str | None = None


class Vendor(Shape):
    """A firm: selected to bid, or the winner at a price and on a rank."""

    vendorId: str | None = None
    vendorName: str
    vendorAddress: VendorAddress | None = None
    price: Money | None = None
    note: Text | None = None
    rank: int | None = None


class NumberRange(Shape):
    """From the lowest to the highest."""

    low: float | None = Field(None, alias="from")
    high: float | None = Field(None, alias="to")


class PriceRange(Shape):
    """The lowest and the highest price, where they are given instead of the winner's."""

    currency: str | None = Field(None, pattern=r"^[a-z]{3}$")
    range: NumberRange | None = None


class Decision(Shape):
    """Who won, of how many, at which price and why."""

    awardDecisionDate: Day | None = None
    numberOfSubmissions: float | None = None
    totalPriceRange: PriceRange | None = None
    totalPriceSelectionNote: Text | None = None
    awardDecisionJustification: Text | None = None
    awardDecisionJuryDescription: Text | None = None
    awardDecisionNote: Text | None = None
    vendors: list[Vendor] | None = None


class ParticipantSelection(Shape):
    """Who may bid in a selective procedure."""

    participantSelectionNote: Text | None = None
    vendors: list[Vendor] | None = None


class Abandonment(Shape):
    """Why a procedure, or one lot of it, is given up."""

    reasons: list[str] | None = None
    otherReason: Text | None = None
    remarks: Text | None = None


class Revocation(Shape):
    """Why a publication is taken back."""

    reason: Text | None = None
    remarks: Text | None = None


class PhaseNotice(Shape):
    """What the buyer says to those selected."""

    notice: Text | None = None


class Correction(Shape):
    """What a correction says of itself; the paths that it lists as changed are not always complete."""

    correctedPubId: str | None = None
    remarks: Text | None = None


class Reference(Shape):
    """The publication that this one follows or corrects; null when that one is not public."""

    publicationId: str | None = None
    pubType: PubType | None = None


class TedReference(Shape):
    """The same notice on TED."""

    url: str | None = None


class LotReference(Shape):
    """The lot that a publication is about."""

    id: str
    lotNumber: int = 1
    title: Text | None = None
    projectSubType: str | None = None


class PublicationDetails(Shape):
    """One publication, whatever its kind; blocks that the kind has not are absent."""

    id: str
    type: PubType
    projectType: str | None = None
    base: PublicationBase
    hasProjectDocuments: bool | None = None
    ted: TedReference | None = None
    referencingPub: Reference | None = None
    correction: Correction | None = None
    lot: LotReference | None = None
    abandonedLot: LotReference | None = None
    lots: list[LotShape] | None = None
    procurement: Procurement | None = None
    terms: Terms | None = None
    dates: Dates | None = None
    criteria: Criteria | None = None
    notice: PhaseNotice | None = None
    decision: Decision | None = None
    selection: ParticipantSelection | None = Field(None, alias="participant-selection")
    abandonment: Abandonment | None = None
    revocation: Revocation | None = None
    info: ProjectInfo | None = Field(None, alias="project-info")
