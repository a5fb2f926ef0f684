"""Every table: what is published, who the members are, what was matched, told, answered, and what ran."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    event,
    false,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from procurement import word_index
from procurement.advice_words import AdviceState, AdviceSubject
from procurement.cantons import BuyerLevel
from procurement.consent_words import ConsentKind
from procurement.db import Base, UtcDateTime, word
from procurement.i18n import ZURICH
from procurement.labelled import LANGUAGES
from procurement.lens import FindingKind, Polarity
from procurement.teaming import (
    Admission,
    ConsortiumState,
    Coverage,
    PostKind,
    RequirementOrigin,
    SeatRole,
    SeatState,
)
from procurement.vocabulary import (
    AnswerChoice,
    ContractNature,
    CriteriaSource,
    CriterionKind,
    DropReason,
    Frequency,
    LegalForm,
    MatchState,
    MessageState,
    NoticeType,
    ProcurementMethod,
    Role,
    Stated,
    Strength,
    TenderField,
    TenderState,
    Verdict,
)

Translations = dict[str, str]
WORKING_DAYS = (0, 1, 2, 3, 4)


def in_language(texts: Translations | None, language: str, created_in: str | None = None) -> str:
    """The text for a reader: their language, else the notice's own, else the first there is, else nothing."""
    if not texts:
        return ""
    for wanted in (language, created_in, *LANGUAGES):
        if wanted and texts.get(wanted):
            return texts[wanted]
    return next(iter(texts.values()), "")


class Chamber(Base):
    """A chamber and how it wants matches handled; its people, members and decisions belong to it alone."""

    __tablename__ = "chamber"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    postal_address: Mapped[str] = mapped_column(String(300), default="")
    adviser_name: Mapped[str] = mapped_column(String(200), default="")
    adviser_email: Mapped[str] = mapped_column(String(254), default="")
    language: Mapped[str] = mapped_column(String(2), default="fr")
    # Three bands: strong from strong_from on, waiting from hold_from on; weaker ones are not proposed.
    strong_from: Mapped[float] = mapped_column(default=0.60)
    hold_from: Mapped[float] = mapped_column(default=0.25)
    sends_strong: Mapped[bool] = mapped_column(default=False)
    # When pairs below the threshold were last drawn for the staff to judge: once a week.
    sampled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What anybody may see without signing in; both are off until the chamber switches them on.
    shows_figures: Mapped[bool] = mapped_column(default=False, server_default=false())
    shows_catalogue: Mapped[bool] = mapped_column(default=False, server_default=false())

    members: Mapped[list["Member"]] = relationship(back_populates="chamber", order_by="Member.name")


class Member(Base):
    """A member organisation and what it can offer."""

    __tablename__ = "member"
    __table_args__ = (UniqueConstraint("chamber_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    chamber_id: Mapped[int] = mapped_column(ForeignKey("chamber.id"), index=True)
    key: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))
    legal_form: Mapped[LegalForm] = mapped_column(word(LegalForm))
    statement: Mapped[str] = mapped_column(Text, default="")
    sectors: Mapped[list[str]] = mapped_column(JSON, default=list)
    cpv_codes: Mapped[list[str]] = mapped_column(JSON, default=list)
    cantons: Mapped[list[str]] = mapped_column(JSON, default=list)
    offer_languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    excluded_words: Mapped[list[str]] = mapped_column(JSON, default=list)
    references: Mapped[list[str]] = mapped_column(JSON, default=list)
    past_wins: Mapped[list[str]] = mapped_column(JSON, default=list, server_default=text("'[]'"))
    # Values of `reserved.Status`; an empty list: it is known to be none of them; None: unknown.
    statuses: Mapped[list[str] | None] = mapped_column(JSON)
    # The largest contract that it carries alone and the smallest that is worth its while; None: unknown.
    largest_contract_chf: Mapped[int | None] = mapped_column(BigInteger)
    smallest_contract_chf: Mapped[int | None] = mapped_column(BigInteger)
    # Since when the member wants to stand in the public catalogue, and whom a buyer may write to there.
    in_catalogue_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    catalogue_contact: Mapped[str] = mapped_column(String(254), default="", server_default="")
    # Whether it may be suggested to others as a partner; how many requirements it takes on at once, if known.
    accepts_proposals: Mapped[bool] = mapped_column(default=True, server_default=true())
    is_active: Mapped[bool] = mapped_column(default=True)
    profile_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    matched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    matched_with: Mapped[str | None] = mapped_column(String(60))

    chamber: Mapped[Chamber] = relationship(back_populates="members")
    people: Mapped[list["Person"]] = relationship(back_populates="member", order_by="Person.name")
    credentials: Mapped[list["Credential"]] = relationship(
        order_by="Credential.family, Credential.name", cascade="all, delete-orphan"
    )


class Credential(Base):
    """What a member can show for an ESS criterion: a label, a certificate with its expiry, a figure."""

    __tablename__ = "credential"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    # The key of a criterion of config/ess_criteria.toml.
    family: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(200))
    # A count that the criterion asks for: apprentices, places of integration …
    figure: Mapped[int | None]
    valid_until: Mapped[date | None]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Attestation(Base):
    """The day of a paper that bids ask for (AVS, LPP, taxes …): its date, never the paper itself."""

    __tablename__ = "attestation"
    __table_args__ = (UniqueConstraint("member_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    # The key of an attestation of config/preparation.toml.
    kind: Mapped[str] = mapped_column(String(60))
    issued_on: Mapped[date]
    # The paper's own last day, where it names one.
    valid_until: Mapped[date | None]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MemberTie(Base):
    """That two members are tied (same direction, same foundation …), as staff know it: a warning, no bar."""

    __tablename__ = "member_tie"
    __table_args__ = (UniqueConstraint("member_id", "other_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # The one with the smaller id first.
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(String(300))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

    member: Mapped["Member"] = relationship(foreign_keys=[member_id])
    other: Mapped["Member"] = relationship(foreign_keys=[other_id])


class Person(Base):
    """Somebody who signs in or is written to: of a member, or of the chamber's staff."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    chamber_id: Mapped[int] = mapped_column(ForeignKey("chamber.id"), index=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    role: Mapped[Role] = mapped_column(word(Role))
    language: Mapped[str] = mapped_column(String(2), default="fr")
    frequency: Mapped[Frequency] = mapped_column(word(Frequency), default=Frequency.DAILY)
    paused_until: Mapped[date | None]
    # On which days (0: Monday) and from which hour of Zurich on the digest may come.
    weekdays: Mapped[list[int]] = mapped_column(
        JSON, default=lambda: list(WORKING_DAYS), server_default=text("'[0, 1, 2, 3, 4]'")
    )
    hour: Mapped[int] = mapped_column(default=7, server_default=text("7"))
    unsubscribed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Since when the address takes no mail and what the relay said; how often in a row it took none for a day.
    undeliverable_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undeliverable_words: Mapped[str] = mapped_column(String(300), default="", server_default="")
    failures: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    chamber: Mapped[Chamber] = relationship()
    member: Mapped[Member | None] = relationship(back_populates="people")
    consents: Mapped[list["Consent"]] = relationship(cascade="all, delete-orphan", order_by="Consent.id")

    @property
    def is_staff(self) -> bool:
        """Whether this person works for the chamber."""
        return self.role is Role.STAFF

    @property
    def may_sign_in(self) -> bool:
        """Whether this person may enter: active, and of a member that is, when of one."""
        return self.is_active and (self.member is None or self.member.is_active)

    def may_curate(self, match: "Match") -> bool:
        """Whether this person decides on a match: staff of the same chamber."""
        return self.is_staff and match.chamber_id == self.chamber_id

    def may_answer_for(self, member: Member) -> bool:
        """Whether this person answers in the name of a member: one of its own people."""
        return self.member_id == member.id and self.is_active

    def may_edit(self, member: Member) -> bool:
        """Whether this person changes a member's profile: its own people, and staff of its chamber."""
        is_staff_of_it = self.is_staff and self.chamber_id == member.chamber_id
        return is_staff_of_it or self.may_answer_for(member)


class Consent(Base):
    """That somebody agreed to a kind of e-mail, when, and to which version of the words they read."""

    __tablename__ = "consent"
    __table_args__ = (UniqueConstraint("person_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[ConsentKind] = mapped_column(word(ConsentKind))
    text_version: Mapped[int]
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignIn(Base):
    """One sign-in on one browser: checked on every request, so that it can be ended at any time."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()


class SignInCode(Base):
    """A one-time code sent by e-mail: short-lived, used once, bound to the browser that asked for it."""

    __tablename__ = "sign_in_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    code_digest: Mapped[str] = mapped_column(String(64))
    browser_digest: Mapped[str] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()


class RateCount(Base):
    """How often something was tried in a window of time: shared by all web workers, kept over restarts."""

    __tablename__ = "rate_count"

    key: Mapped[str] = mapped_column(String(300), primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class AuditEntry(Base):
    """Who did what, when: written by the verbs, never changed."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    chamber_id: Mapped[int | None] = mapped_column(ForeignKey("chamber.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    act: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Cpv(Base):
    """A code of the Common Procurement Vocabulary with its official words, as sources give them."""

    __tablename__ = "cpv"

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    labels: Mapped[Translations] = mapped_column(JSON)


class OfficialList(Base):
    """An official list read from its source: how many entries it had, and when."""

    __tablename__ = "official_list"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    entries: Mapped[int]
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BuyingOffice(Base):
    """A buying office of a source, with the canton of the institution that it belongs to."""

    __tablename__ = "buying_office"
    __table_args__ = (UniqueConstraint("source", "source_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(40))
    source_key: Mapped[str] = mapped_column(String(120))
    # Offices of the Confederation and from abroad have no canton.
    canton: Mapped[str | None] = mapped_column(String(2))
    level: Mapped[BuyerLevel | None] = mapped_column(word(BuyerLevel))


class Buyer(Base):
    """A contracting authority as one source names it; its seat is not the place of performance."""

    __tablename__ = "buyer"
    __table_args__ = (UniqueConstraint("source", "source_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(40))
    source_key: Mapped[str] = mapped_column(String(120))
    name: Mapped[Translations] = mapped_column(JSON)
    city: Mapped[str] = mapped_column(String(120), default="")
    postal_code: Mapped[str] = mapped_column(String(20), default="")
    canton: Mapped[str | None] = mapped_column(String(2), index=True)
    country: Mapped[str | None] = mapped_column(String(2))
    level: Mapped[BuyerLevel | None] = mapped_column(word(BuyerLevel))


class BuyerContact(Base):
    """Somebody at a buyer whom the staff of a chamber know; never shown to members."""

    __tablename__ = "buyer_contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    chamber_id: Mapped[int] = mapped_column(ForeignKey("chamber.id"), index=True)
    buyer_id: Mapped[int] = mapped_column(ForeignKey("buyer.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    function: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    telephone: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

    buyer: Mapped[Buyer] = relationship()


class ClauseText(Base):
    """A model clause as a chamber's staff worded it, in the place of that of config/clauses.toml."""

    __tablename__ = "clause_text"
    __table_args__ = (UniqueConstraint("chamber_id", "family", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    chamber_id: Mapped[int] = mapped_column(ForeignKey("chamber.id"))
    family: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(2))
    text: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class Tender(Base):
    """One procedure as its publications leave it: what follows from its notices in order."""

    __tablename__ = "tender"
    __table_args__ = (
        UniqueConstraint("source", "procedure_key"),
        Index("ix_tender_open", "state", "submission_deadline"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(40))
    procedure_key: Mapped[str] = mapped_column(String(120))
    number: Mapped[str] = mapped_column(String(40))
    buyer_id: Mapped[int | None] = mapped_column(ForeignKey("buyer.id"), index=True)
    state: Mapped[TenderState] = mapped_column(word(TenderState))
    title: Mapped[Translations] = mapped_column(JSON)
    description: Mapped[Translations] = mapped_column(JSON)
    language: Mapped[str] = mapped_column(String(2))
    procurement_method: Mapped[ProcurementMethod] = mapped_column(word(ProcurementMethod))
    contract_nature: Mapped[ContractNature | None] = mapped_column(word(ContractNature))
    is_under_treaty: Mapped[bool | None]
    cpv_codes: Mapped[list[str]] = mapped_column(JSON, default=list)
    value_amount: Mapped[int | None] = mapped_column(BigInteger)
    value_currency: Mapped[str | None] = mapped_column(String(3))
    published_on: Mapped[date] = mapped_column(index=True)
    submission_deadline: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The source's own text of the deadline, with its offset: what was published, to the letter.
    submission_deadline_text: Mapped[str | None] = mapped_column(String(40))
    deadline_is_for_requests: Mapped[bool] = mapped_column(default=False)
    enquiry_deadline: Mapped[date | None]
    enquiries: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    opening: Mapped[datetime | None] = mapped_column(UtcDateTime)
    consortium_allowed: Mapped[Stated] = mapped_column(word(Stated), default=Stated.NOT_SPECIFIED)
    consortium_multiple: Mapped[Stated] = mapped_column(word(Stated), default=Stated.NOT_SPECIFIED)
    consortium_note: Mapped[Translations] = mapped_column(JSON, default=dict)
    subcontracting_allowed: Mapped[Stated] = mapped_column(word(Stated), default=Stated.NOT_SPECIFIED)
    subcontracting_multiple: Mapped[Stated] = mapped_column(word(Stated), default=Stated.NOT_SPECIFIED)
    subcontracting_note: Mapped[Translations] = mapped_column(JSON, default=dict)
    lots_per_tenderer: Mapped[int | None]
    lots_per_tenderer_note: Mapped[Translations] = mapped_column(JSON, default=dict)
    conditions: Mapped[dict[str, Translations]] = mapped_column(JSON, default=dict)
    participation_source: Mapped[str | None] = mapped_column(String(40))
    offer_languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    offer_channels: Mapped[list[str]] = mapped_column(JSON, default=list)
    document_languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    documents_source: Mapped[str | None] = mapped_column(String(40))
    documents_url: Mapped[str | None] = mapped_column(String(1000))
    has_documents: Mapped[bool | None]
    remedies: Mapped[Translations] = mapped_column(JSON, default=dict)
    url: Mapped[str] = mapped_column(String(500))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    # The same tender at another source, which stands for both; none: it stands for itself.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("tender.id"), index=True)

    buyer: Mapped[Buyer | None] = relationship()
    merged_into: Mapped["Tender | None"] = relationship(remote_side=[id], back_populates="merged")
    merged: Mapped[list["Tender"]] = relationship(back_populates="merged_into", order_by="Tender.source")
    changes: Mapped[list["TenderChange"]] = relationship(
        back_populates="tender", order_by="TenderChange.id", cascade="all, delete-orphan"
    )
    lots: Mapped[list["Lot"]] = relationship(
        back_populates="tender", order_by="Lot.number", cascade="all, delete-orphan"
    )
    notices: Mapped[list["Notice"]] = relationship(back_populates="tender", order_by="Notice.number")

    def is_open(self, now: datetime) -> bool:
        """Whether one may still bid: called for and not past its deadline; an unknown one never closes.

        A tender that another one stands for is not open by itself.
        """
        if self.state is not TenderState.CALLED or self.merged_into_id is not None:
            return False
        return self.submission_deadline is None or self.submission_deadline > now

    @property
    def standing(self) -> "Tender":
        """The tender that stands for this one: itself, unless the same is read at a nearer source."""
        return self if self.merged_into is None else self.merged_into.standing

    @property
    def deadline_day(self) -> date | None:
        """The day of the deadline in Zurich; None where none is known."""
        at = self.submission_deadline
        return at.astimezone(ZURICH).date() if at is not None else None

    def title_in(self, language: str) -> str:
        """The title for a reader of this language."""
        return in_language(self.title, language, self.language)

    @property
    def original_title(self) -> str:
        """The title in the language the notice was written in."""
        return in_language(self.title, self.language)


class Lot(Base):
    """A part that can be bid for by itself; a tender without lots has one, so nothing downstream asks."""

    __tablename__ = "lot"
    __table_args__ = (UniqueConstraint("tender_id", "source_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id", ondelete="CASCADE"), index=True)
    source_key: Mapped[str] = mapped_column(String(120))
    number: Mapped[int]
    title: Mapped[Translations] = mapped_column(JSON, default=dict)
    description: Mapped[Translations] = mapped_column(JSON, default=dict)
    contract_nature: Mapped[ContractNature | None] = mapped_column(word(ContractNature))
    cpv_codes: Mapped[list[str]] = mapped_column(JSON, default=list)
    value_amount: Mapped[int | None] = mapped_column(BigInteger)
    value_currency: Mapped[str | None] = mapped_column(String(3))
    place_canton: Mapped[str | None] = mapped_column(String(2), index=True)
    place_country: Mapped[str | None] = mapped_column(String(2))
    place_postal_code: Mapped[str] = mapped_column(String(20), default="")
    place_city: Mapped[Translations] = mapped_column(JSON, default=dict)
    place_note: Mapped[Translations] = mapped_column(JSON, default=dict)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    duration_days: Mapped[int | None]
    can_be_extended: Mapped[Stated] = mapped_column(word(Stated), default=Stated.NOT_SPECIFIED)
    variants: Mapped[Stated] = mapped_column(word(Stated), default=Stated.NOT_SPECIFIED)
    partial_offers: Mapped[Stated] = mapped_column(word(Stated), default=Stated.NOT_SPECIFIED)
    award_criteria_source: Mapped[CriteriaSource] = mapped_column(
        word(CriteriaSource), default=CriteriaSource.NOT_SPECIFIED
    )
    selection_criteria_in_documents: Mapped[Stated] = mapped_column(
        word(Stated), default=Stated.NOT_SPECIFIED
    )
    criteria_note: Mapped[Translations] = mapped_column(JSON, default=dict)
    # A correction may take a lot away: it is kept, and no longer matched.
    is_withdrawn: Mapped[bool] = mapped_column(default=False)
    matched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    matched_with: Mapped[str | None] = mapped_column(String(60))
    # When its texts were last read for ESS criteria, and with which version of them; none: not yet.
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    read_with: Mapped[str | None] = mapped_column(String(60))

    tender: Mapped[Tender] = relationship(back_populates="lots")
    criteria: Mapped[list["Criterion"]] = relationship(
        back_populates="lot", order_by="Criterion.position", cascade="all, delete-orphan"
    )
    considerations: Mapped[list["Consideration"]] = relationship(
        back_populates="lot", order_by="Consideration.id", cascade="all, delete-orphan"
    )
    findings: Mapped[list["Finding"]] = relationship(
        back_populates="lot", order_by="Finding.id", cascade="all, delete-orphan"
    )


class Finding(Base):
    """An ESS criterion found in what a notice says of a lot, with the very words that prove it."""

    __tablename__ = "finding"

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id", ondelete="CASCADE"), index=True)
    # The key of a criterion of config/ess_criteria.toml.
    family: Mapped[str] = mapped_column(String(60), index=True)
    kind: Mapped[FindingKind] = mapped_column(word(FindingKind))
    polarity: Mapped[Polarity] = mapped_column(word(Polarity), default=Polarity.PRESENT)
    # In percent of all award criteria, where the notice states it.
    weight: Mapped[float | None]
    # Whether it speaks for an organisation of the ESS: no condition that every bidder signs does.
    counts: Mapped[bool]
    language: Mapped[str] = mapped_column(String(2), default="")
    # Where it stands: the name of the field, `evidence` being its text from `start` on.
    field: Mapped[str] = mapped_column(String(120))
    start: Mapped[int]
    evidence: Mapped[str] = mapped_column(Text)
    sentence: Mapped[str] = mapped_column(Text)
    rule: Mapped[str] = mapped_column(String(120))
    # How sure the learned opinion is that it counts, in [0, 1]; none: it was not asked.
    opinion: Mapped[float | None]
    found_with: Mapped[str] = mapped_column(String(60))
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # What staff say of it; none: nobody has judged it.
    is_right: Mapped[bool | None]
    judged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    judged_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

    lot: Mapped[Lot] = relationship(back_populates="findings")
    judged_by: Mapped[Person | None] = relationship()


class Criterion(Base):
    """An award or selection criterion, or a condition of participation, as the notice words it."""

    __tablename__ = "criterion"

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id", ondelete="CASCADE"), index=True)
    kind: Mapped[CriterionKind] = mapped_column(word(CriterionKind))
    position: Mapped[int]
    title: Mapped[Translations] = mapped_column(JSON, default=dict)
    description: Mapped[Translations] = mapped_column(JSON, default=dict)
    verification: Mapped[Translations] = mapped_column(JSON, default=dict)
    weight: Mapped[float | None]
    is_price: Mapped[bool] = mapped_column(default=False)

    lot: Mapped[Lot] = relationship(back_populates="criteria")


class Consideration(Base):
    """A social, green or reserving statement that a notice makes in a field of its own (eForms BT-71 …)."""

    __tablename__ = "consideration"

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id", ondelete="CASCADE"), index=True)
    business_term: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(60), default="")
    text: Mapped[Translations] = mapped_column(JSON, default=dict)

    lot: Mapped[Lot] = relationship(back_populates="considerations")


class Notice(Base):
    """One publication of a tender at its source."""

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("source", "source_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"), index=True)
    source: Mapped[str] = mapped_column(String(40))
    source_key: Mapped[str] = mapped_column(String(120))
    number: Mapped[str] = mapped_column(String(40))
    notice_type: Mapped[NoticeType] = mapped_column(word(NoticeType))
    is_correction: Mapped[bool] = mapped_column(default=False)
    corrects_key: Mapped[str | None] = mapped_column(String(120))
    refers_to_key: Mapped[str | None] = mapped_column(String(120))
    # The lot that an award or an abandonment is about; none: the whole tender.
    lot_key: Mapped[str | None] = mapped_column(String(120))
    published_on: Mapped[date] = mapped_column(index=True)
    cpv_codes: Mapped[list[str]] = mapped_column(JSON, default=list)
    url: Mapped[str] = mapped_column(String(500))
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)

    tender: Mapped[Tender] = relationship(back_populates="notices")
    references: Mapped[list["NoticeReference"]] = relationship(
        back_populates="notice", order_by="NoticeReference.id", cascade="all, delete-orphan"
    )
    awards: Mapped[list["Award"]] = relationship(
        back_populates="notice", order_by="Award.id", cascade="all, delete-orphan"
    )
    versions: Mapped[list["NoticeVersion"]] = relationship(
        back_populates="notice", order_by="NoticeVersion.number", cascade="all, delete-orphan"
    )


class SearchEntry(Base):
    """That a standing tender can be found: when it was indexed, and the values that it is filtered by."""

    __tablename__ = "search_entry"

    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id", ondelete="CASCADE"), primary_key=True)
    # « lieu:GE », « cpv:909 » …: what stands in the bits of `SearchBits`.
    values: Mapped[list[str]] = mapped_column(JSON)
    deadline: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    # The tender's own moment of change that was indexed; another one: to be indexed again.
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    indexed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    indexed_with: Mapped[str] = mapped_column(String(20), index=True)


# The index of words is no table that the models can describe: each database has its own kind.
event.listen(SearchEntry.__table__, "after_create", lambda _table, link, **_: word_index.create(link))


class SearchBits(Base):
    """The tenders that have a value: bit n is on when tender n does."""

    __tablename__ = "search_bits"

    facet: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[str] = mapped_column(String(60), primary_key=True)
    # Grows with every change, so that a process knows when to read them again.
    version: Mapped[int]
    bits: Mapped[bytes] = mapped_column(LargeBinary)


class SavedSearch(Base):
    """A search that a person keeps under a name: its address, and when its hits were last looked at."""

    __tablename__ = "saved_search"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    # The part of the address after the question mark.
    address: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TenderChange(Base):
    """One field of a tender that a publication changed: what it was and what it is."""

    __tablename__ = "tender_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id", ondelete="CASCADE"), index=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"), index=True)
    field: Mapped[TenderField] = mapped_column(word(TenderField))
    old: Mapped[Any] = mapped_column(JSON)
    new: Mapped[Any] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    tender: Mapped[Tender] = relationship(back_populates="changes")
    notice: Mapped["Notice"] = relationship()


class TenderPair(Base):
    """Two tenders of different sources that may be one: how alike they are, and what staff said of it."""

    __tablename__ = "tender_pair"
    __table_args__ = (UniqueConstraint("first_id", "second_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("tender.id", ondelete="CASCADE"))
    second_id: Mapped[int] = mapped_column(ForeignKey("tender.id", ondelete="CASCADE"), index=True)
    score: Mapped[float]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # None while nobody has said; a pair that staff split is never merged again by itself.
    is_same: Mapped[bool | None]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

    first: Mapped[Tender] = relationship(foreign_keys=[first_id])
    second: Mapped[Tender] = relationship(foreign_keys=[second_id])


class NoticeReference(Base):
    """Another name of a notice or its procedure, by which the same tender is known at another source."""

    __tablename__ = "notice_reference"
    __table_args__ = (
        UniqueConstraint("notice_id", "scheme", "value"),
        Index("ix_notice_reference_value", "scheme", "value"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"))
    scheme: Mapped[str] = mapped_column(String(40))
    value: Mapped[str] = mapped_column(String(200))

    notice: Mapped[Notice] = relationship(back_populates="references")


class Award(Base):
    """What an award notice says of one lot or of the whole: who won, of how many offers, at which price."""

    __tablename__ = "award"

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"), index=True)
    lot_key: Mapped[str | None] = mapped_column(String(120))
    decided_on: Mapped[date | None]
    offers_received: Mapped[int | None]
    value_low: Mapped[float | None]
    value_high: Mapped[float | None]
    value_currency: Mapped[str | None] = mapped_column(String(3))
    justification: Mapped[Translations] = mapped_column(JSON, default=dict)
    note: Mapped[Translations] = mapped_column(JSON, default=dict)

    notice: Mapped[Notice] = relationship(back_populates="awards")
    suppliers: Mapped[list["AwardSupplier"]] = relationship(
        back_populates="award", order_by="AwardSupplier.position", cascade="all, delete-orphan"
    )


class AwardSupplier(Base):
    """A winner, or a partner of the winning consortium; the price as published."""

    __tablename__ = "award_supplier"

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(400), index=True)
    source_key: Mapped[str | None] = mapped_column(String(120))
    city: Mapped[str] = mapped_column(String(120), default="")
    postal_code: Mapped[str] = mapped_column(String(20), default="")
    canton: Mapped[str | None] = mapped_column(String(2))
    country: Mapped[str | None] = mapped_column(String(2))
    rank: Mapped[int | None]
    is_lead: Mapped[bool | None]
    value_amount: Mapped[float | None]
    value_currency: Mapped[str | None] = mapped_column(String(3))
    note: Mapped[Translations] = mapped_column(JSON, default=dict)

    award: Mapped[Award] = relationship(back_populates="suppliers")


class NoticeVersion(Base):
    """What a source answered for a notice, exactly as received (zlib), once per different content."""

    __tablename__ = "notice_version"
    __table_args__ = (
        UniqueConstraint("notice_id", "number"),
        UniqueConstraint("notice_id", "digest"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    fetched_at: Mapped[datetime] = mapped_column(UtcDateTime)
    fetched_from: Mapped[str] = mapped_column(String(1000))

    notice: Mapped[Notice] = relationship(back_populates="versions")


class Quarantine(Base):
    """An answer that could not be read: kept whole, with the place that is wrong, until it can."""

    __tablename__ = "quarantine"
    __table_args__ = (UniqueConstraint("source", "source_key", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(40))
    source_key: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64))
    path: Mapped[str] = mapped_column(String(300))
    problem: Mapped[str] = mapped_column(String(1000))
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    fetched_from: Mapped[str] = mapped_column(String(1000))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MissingNotice(Base):
    """A publication that the source lists and refuses to give; asked for again by later runs."""

    __tablename__ = "missing_notice"
    __table_args__ = (UniqueConstraint("source", "source_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(40))
    source_key: Mapped[str] = mapped_column(String(120))
    number: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str] = mapped_column(String(300))
    fetched_from: Mapped[str] = mapped_column(String(1000))
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    found_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CrawlRun(Base):
    """One run over one source; a run without a verdict crashed, or is still under way."""

    __tablename__ = "crawl_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(40), index=True)
    since: Mapped[date]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verdict: Mapped[Verdict | None] = mapped_column(word(Verdict))
    listed: Mapped[int] = mapped_column(default=0)
    requested: Mapped[int] = mapped_column(default=0)
    stored: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    quarantined: Mapped[int] = mapped_column(default=0)
    missing: Mapped[int] = mapped_column(default=0)
    lost: Mapped[int] = mapped_column(default=0)
    healed: Mapped[int] = mapped_column(default=0)
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)


class Lease(Base):
    """Who may do something alone, and until when."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    holder: Mapped[str] = mapped_column(String(120))
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class JobRun(Base):
    """One run of a job of the schedule, with how its steps ended."""

    __tablename__ = "job_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[str] = mapped_column(String(60), index=True)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)


class Match(Base):
    """A lot that fits a member: score, reasons and model frozen at the moment it was proposed."""

    __tablename__ = "match"
    __table_args__ = (
        UniqueConstraint("member_id", "lot_id"),
        Index("ix_match_queue", "chamber_id", "released_at", "dropped_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    chamber_id: Mapped[int] = mapped_column(ForeignKey("chamber.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id", ondelete="CASCADE"), index=True)
    notice_version_id: Mapped[int] = mapped_column(ForeignKey("notice_version.id"))
    score: Mapped[float]
    strength: Mapped[Strength] = mapped_column(word(Strength))
    signals: Mapped[dict[str, float]] = mapped_column(JSON, default=dict)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    risk: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    model: Mapped[str] = mapped_column(String(60))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Free to be told to the member: kept by staff, or sent without waiting by the chamber's own rule.
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dropped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    drop_reason: Mapped[DropReason | None] = mapped_column(word(DropReason))
    alerted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Drawn at random below the threshold, standing for so many pairs; none: proposed by its score.
    sample_of: Mapped[int | None]
    # Staff said that what became of it teaches nothing.
    unlearned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    member: Mapped[Member] = relationship()
    lot: Mapped[Lot] = relationship()
    decided_by: Mapped[Person | None] = relationship()

    @property
    def state(self) -> MatchState:
        """Where the match stands, by its dates."""
        if self.dropped_at is not None:
            return MatchState.DROPPED
        return MatchState.RELEASED if self.released_at is not None else MatchState.PROPOSED

    @property
    def is_sample(self) -> bool:
        """Whether chance proposed it, not its score: it goes to the member only when staff keep it."""
        return self.sample_of is not None


class Answer(Base):
    """What a member says of a tender; seen by that member and the staff, by nobody else."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("member_id", "tender_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    choice: Mapped[AnswerChoice] = mapped_column(word(AnswerChoice))
    reason: Mapped[str] = mapped_column(String(500), default="")
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)

    member: Mapped[Member] = relationship()
    tender: Mapped[Tender] = relationship()


class AdmissionRecord(Base):
    """What staff read in a tender's documents about teaming up, with the words and where they stand."""

    __tablename__ = "admission_record"
    __table_args__ = (UniqueConstraint("chamber_id", "tender_id", "admission"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    chamber_id: Mapped[int] = mapped_column(ForeignKey("chamber.id"))
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id", ondelete="CASCADE"), index=True)
    admission: Mapped[Admission] = mapped_column(word(Admission))
    quotation: Mapped[str] = mapped_column(Text)
    page: Mapped[str] = mapped_column(String(60))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class Involvement(Base):
    """That a member took part in preparing a tender (LMP art. 14), as staff read it: a warning, no bar."""

    __tablename__ = "involvement"
    __table_args__ = (UniqueConstraint("tender_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    quotation: Mapped[str] = mapped_column(Text)
    page: Mapped[str] = mapped_column(String(60))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

    member: Mapped[Member] = relationship()


class Consortium(Base):
    """A joint bid of members on some lots of a tender; seen by those inside it, and by staff on the record.

    There is no field for a price, on purpose (LCart art. 5 al. 3).
    """

    __tablename__ = "consortium"

    id: Mapped[int] = mapped_column(primary_key=True)
    chamber_id: Mapped[int] = mapped_column(ForeignKey("chamber.id"), index=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"), index=True)
    state: Mapped[ConsortiumState] = mapped_column(word(ConsortiumState), default=ConsortiumState.OPEN)
    # How many members it can have, the lead included.
    places: Mapped[int]
    why_together: Mapped[str] = mapped_column(Text, default="")
    # Whom of the staff the lead asked in; none: no staff inside.
    adviser_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)

    tender: Mapped[Tender] = relationship()
    adviser: Mapped[Person | None] = relationship()
    lots: Mapped[list["ConsortiumLot"]] = relationship(
        cascade="all, delete-orphan", order_by="ConsortiumLot.lot_id"
    )
    seats: Mapped[list["Seat"]] = relationship(
        back_populates="consortium", cascade="all, delete-orphan", order_by="Seat.id"
    )
    steps: Mapped[list["ConsortiumStep"]] = relationship(
        cascade="all, delete-orphan", order_by="ConsortiumStep.id"
    )
    requirements: Mapped[list["Requirement"]] = relationship(
        cascade="all, delete-orphan", order_by="Requirement.position, Requirement.id"
    )


class ConsortiumLot(Base):
    """A lot that a consortium bids for."""

    __tablename__ = "consortium_lot"

    consortium_id: Mapped[int] = mapped_column(
        ForeignKey("consortium.id", ondelete="CASCADE"), primary_key=True
    )
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), primary_key=True)

    lot: Mapped[Lot] = relationship()


class ConsortiumStep(Base):
    """A change of state: when, by whom, with a word."""

    __tablename__ = "consortium_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    consortium_id: Mapped[int] = mapped_column(ForeignKey("consortium.id", ondelete="CASCADE"), index=True)
    state: Mapped[ConsortiumState] = mapped_column(word(ConsortiumState))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    note: Mapped[str] = mapped_column(Text, default="")

    person: Mapped[Person | None] = relationship()


class Seat(Base):
    """A member's place in a consortium, from the nameless question to the yes that binds."""

    __tablename__ = "seat"
    __table_args__ = (UniqueConstraint("consortium_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    consortium_id: Mapped[int] = mapped_column(ForeignKey("consortium.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    role: Mapped[SeatRole] = mapped_column(word(SeatRole))
    state: Mapped[SeatState] = mapped_column(word(SeatState))
    # In percent of the work; those of a complete consortium add up to 100.
    share: Mapped[int | None]
    # What the lead says of the work, without its name, and the requirements that it asks for, by their ids.
    message: Mapped[str] = mapped_column(Text, default="")
    asked_for: Mapped[list[int]] = mapped_column(JSON, default=list)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # CO art. 544 al. 3: who signs answers for the whole; nobody commits before having read it.
    solidarity_read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Whether the member takes the contract that was won among its references; None: not said yet.
    wants_reference: Mapped[bool | None]

    consortium: Mapped[Consortium] = relationship(back_populates="seats")
    member: Mapped[Member] = relationship()


class SeatClaim(Base):
    """A committed seat binds its member for a lot: the database itself refuses a second one."""

    __tablename__ = "seat_claim"
    __table_args__ = (UniqueConstraint("member_id", "lot_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id", ondelete="CASCADE"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))


class Requirement(Base):
    """Something that the bid has to bring, and how far the seats cover it."""

    __tablename__ = "requirement"

    id: Mapped[int] = mapped_column(primary_key=True)
    consortium_id: Mapped[int] = mapped_column(ForeignKey("consortium.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    origin: Mapped[RequirementOrigin] = mapped_column(word(RequirementOrigin))
    text: Mapped[str] = mapped_column(Text)
    # The codes or criterion that it was drawn from: what suggestions are looked for with.
    cpv_codes: Mapped[list[str]] = mapped_column(JSON, default=list)
    family: Mapped[str | None] = mapped_column(String(60))
    weight: Mapped[int] = mapped_column(default=1)

    covers: Mapped[list["Cover"]] = relationship(cascade="all, delete-orphan", order_by="Cover.id")


class Cover(Base):
    """That a seat covers a requirement, how far, and what shows it."""

    __tablename__ = "cover"
    __table_args__ = (UniqueConstraint("requirement_id", "seat_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id", ondelete="CASCADE"))
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id", ondelete="CASCADE"), index=True)
    coverage: Mapped[Coverage] = mapped_column(word(Coverage))
    evidence: Mapped[str] = mapped_column(Text, default="")

    seat: Mapped[Seat] = relationship()


class RoomTask(Base):
    """Something to be done before the bid is handed in, by whom and until when."""

    __tablename__ = "room_task"

    id: Mapped[int] = mapped_column(primary_key=True)
    consortium_id: Mapped[int] = mapped_column(ForeignKey("consortium.id", ondelete="CASCADE"), index=True)
    # The key of a task of config/preparation.toml; empty: written by the room itself.
    key: Mapped[str] = mapped_column(String(60), default="")
    text: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date]
    # Whether the room set the day: then it stays when the deadline moves.
    is_day_set: Mapped[bool] = mapped_column(default=False)
    # Whose it is; none: of everybody inside.
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("seat.id", ondelete="SET NULL"))
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

    consortium: Mapped[Consortium] = relationship()
    seat: Mapped[Seat | None] = relationship()
    done_by: Mapped[Person | None] = relationship()


class RoomPost(Base):
    """Something written in a room: a message, or a decision that stays in its log."""

    __tablename__ = "room_post"

    id: Mapped[int] = mapped_column(primary_key=True)
    consortium_id: Mapped[int] = mapped_column(ForeignKey("consortium.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    kind: Mapped[PostKind] = mapped_column(word(PostKind))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Taken back by its author: the text is gone, that there was something stays.
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person | None] = relationship()


class RoomFile(Base):
    """A file of a room, read by those inside it only; its bytes are loaded when somebody fetches it."""

    __tablename__ = "room_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    consortium_id: Mapped[int] = mapped_column(ForeignKey("consortium.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    # The task that it answers, if any.
    task_id: Mapped[int | None] = mapped_column(ForeignKey("room_task.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    person: Mapped[Person | None] = relationship()
    task: Mapped[RoomTask | None] = relationship()


class CalendarLink(Base):
    """A person's secret address of a calendar, its own or a room's; renewing it ends the one before."""

    __tablename__ = "calendar_link"
    __table_args__ = (UniqueConstraint("person_id", "consortium_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    # None: the person's own calendar.
    consortium_id: Mapped[int | None] = mapped_column(
        ForeignKey("consortium.id", ondelete="CASCADE"), index=True
    )
    version: Mapped[int] = mapped_column(default=1)
    renewed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()
    consortium: Mapped[Consortium | None] = relationship()


class BidResult(Base):
    """What is known of the outcome of a bid: read from an award notice, then said by the lead. No price."""

    __tablename__ = "bid_result"

    id: Mapped[int] = mapped_column(primary_key=True)
    consortium_id: Mapped[int] = mapped_column(ForeignKey("consortium.id", ondelete="CASCADE"), unique=True)
    # The notice that ended the procedure, and what it says of this bid; none: it cannot be told from it.
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id", ondelete="SET NULL"))
    suggested: Mapped[ConsortiumState | None] = mapped_column(word(ConsortiumState))
    found_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When the lead was asked by e-mail.
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What the lead says: the day it was told of the decision, the rank, why, and the debriefing's answers.
    notified_on: Mapped[date | None]
    rank: Mapped[int | None]
    offers: Mapped[int | None]
    # Values of `teaming.LossReason`.
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)
    # Answers by the key of the question, of config/debriefing.toml.
    debriefing: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    lesson: Mapped[str] = mapped_column(Text, default="")
    said_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

    consortium: Mapped[Consortium] = relationship()
    notice: Mapped[Notice | None] = relationship()
    said_by: Mapped[Person | None] = relationship()


class AdviceRequest(Base):
    """A request for help, seen by its member and the staff: who has it, until when, what came of it."""

    __tablename__ = "advice_request"
    __table_args__ = (Index("ix_advice_request_waiting", "chamber_id", "state", "due_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    chamber_id: Mapped[int] = mapped_column(ForeignKey("chamber.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    subject: Mapped[AdviceSubject] = mapped_column(word(AdviceSubject))
    text: Mapped[str] = mapped_column(Text)
    # Where it was asked from, if anywhere; staff see a room's name of it, and nothing inside it.
    tender_id: Mapped[int | None] = mapped_column(ForeignKey("tender.id", ondelete="SET NULL"))
    consortium_id: Mapped[int | None] = mapped_column(ForeignKey("consortium.id", ondelete="SET NULL"))
    state: Mapped[AdviceState] = mapped_column(word(AdviceState), default=AdviceState.OPEN)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    due_on: Mapped[date | None]
    outcome: Mapped[str] = mapped_column(Text, default="")
    minutes_spent: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    member: Mapped[Member] = relationship()
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    owner: Mapped[Person | None] = relationship(foreign_keys=[owner_id])
    tender: Mapped[Tender | None] = relationship()
    consortium: Mapped[Consortium | None] = relationship()


class Message(Base):
    """An e-mail of the outbox: at most one per key, sent at least once, always under one Message-ID."""

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_due", "state", "not_before"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(300))
    body_text: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    unsubscribe_url: Mapped[str | None] = mapped_column(String(500))
    state: Mapped[MessageState] = mapped_column(word(MessageState), default=MessageState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(String(300), default="")

    person: Mapped[Person | None] = relationship()


class Told(Base):
    """That a person was told of a notice, and as what: the same thing is never told twice."""

    __tablename__ = "told"
    __table_args__ = (UniqueConstraint("person_id", "notice_version_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    notice_version_id: Mapped[int] = mapped_column(ForeignKey("notice_version.id"))
    kind: Mapped[str] = mapped_column(String(20))
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Work(Base):
    """Something asked of the matcher: claimed by a worker, done once, or set aside after three failures."""

    __tablename__ = "work"
    __table_args__ = (
        Index("ix_work_due", "done_at", "not_before"),
        Index(
            "uq_work_waiting_key",
            "key",
            unique=True,
            sqlite_where=text("done_at IS NULL AND failed_at IS NULL"),
            postgresql_where=text("done_at IS NULL AND failed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    key: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(40))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    last_error: Mapped[str] = mapped_column(String(300), default="")
