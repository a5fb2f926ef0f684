"""What an ESS criterion is to a member: an advantage, neutral, a barrier, or not known, with the reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from procurement.labelled import Labelled
from procurement.lens import FindingKind, Polarity
from procurement.models import Finding, Lot, Member
from procurement.reserved import Status, may_take_part
from procurement.stance_words import STANCES
from procurement.vocabulary import LegalForm, Stated


class Side(Labelled):
    """Which side a criterion is on, for one member."""

    ADVANTAGE = "advantage", "atout", "Vorteil", "vantaggio", "advantage"
    NEUTRAL = "neutral", "neutre", "neutral", "neutro", "neutral"
    BARRIER = "barrier", "obstacle", "Hindernis", "ostacolo", "barrier"
    UNKNOWN = "unknown", "à préciser", "zu klären", "da precisare", "to be clarified"


@dataclass(frozen=True, slots=True)
class Stance:
    """A side with its reason, a key of `STANCES` and the facts that its sentence needs."""

    side: Side
    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def say(self, language: str) -> str:
        """The reason as a sentence for its reader."""
        return STANCES[self.key].say(self.facts, language)


@dataclass(frozen=True, slots=True)
class Asked:
    """A criterion as a notice asks for it; `words` are what it says there, where labels may be named.

    `reserved_to` are the codes of eForms to whom taking part is reserved, where the notice states them.
    """

    family: str
    kind: FindingKind = FindingKind.AWARD
    polarity: Polarity = Polarity.PRESENT
    weight: float | None = None
    words: str = ""
    reserved_to: tuple[str, ...] = ()
    is_abroad: bool = False

    @classmethod
    def of(cls, finding: Finding, lot: Lot) -> Self:
        """What a finding asks for in its lot."""
        return cls(
            family=finding.family,
            kind=finding.kind,
            polarity=finding.polarity,
            weight=finding.weight,
            words=_words_around(finding, lot),
            reserved_to=tuple(
                each.code for each in lot.considerations if each.business_term == "BT-71" and each.code
            ),
            is_abroad=bool(lot.place_country) and lot.place_country != "CH",
        )


@dataclass(frozen=True, slots=True)
class Proof:
    """Something that a member can show; a figure of nought says that it has none."""

    name: str
    figure: int | None = None
    valid_until: date | None = None

    @property
    def is_none(self) -> bool:
        """Whether the member says that there is nothing to show."""
        return self.figure == 0

    def holds_on(self, day: date) -> bool:
        """Whether it can be shown on that day."""
        return not self.is_none and (self.valid_until is None or self.valid_until >= day)

    @property
    def facts(self) -> dict[str, Any]:
        """The proof as a sentence needs it."""
        return {"name": self.name, "figure": self.figure}


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a member where criteria are concerned; no statuses known: None."""

    legal_form: LegalForm
    statuses: frozenset[str] | None = None
    proofs: Mapping[str, tuple[Proof, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, member: Member) -> Self:
        """What a member's profile and proofs say."""
        proofs: dict[str, tuple[Proof, ...]] = {}
        for each in member.credentials:
            proof = Proof(each.name, each.figure, each.valid_until)
            proofs[each.family] = (*proofs.get(each.family, ()), proof)
        return cls(
            legal_form=member.legal_form,
            statuses=None if member.statuses is None else frozenset(member.statuses),
            proofs=proofs,
        )

    @property
    def families(self) -> list[str]:
        """The families of criteria of which anything is known."""
        return list(dict.fromkeys([*_BY_STATUS, _BY_LEGAL_FORM, *self.proofs]))


# What a bidder must have to take part at all, or be able to supply.
_MUST = frozenset(
    {FindingKind.QUALIFICATION, FindingKind.PARTICIPATION_CONDITION, FindingKind.TECHNICAL_SPEC}
)
# What a status or a legal form shows by itself.
_BY_STATUS = {
    "insertion_socioprofessionnelle": Status.WORK_INTEGRATION,
    "handicap_ateliers_proteges": Status.SHELTERED_WORKSHOP,
}
_BY_LEGAL_FORM = "statut_non_lucratif"
_NOT_FOR_PROFIT = frozenset({LegalForm.ASSOCIATION, LegalForm.FOUNDATION})
_LABELS = "ecolabels_management"
# Labels that a notice may ask for by name: another one does not do.
_NAMED_LABELS = (
    "iso 9001",
    "iso 14001",
    "iso 20121",
    "iso 26000",
    "iso 45001",
    "iso 50001",
    "emas",
    "ecovadis",
    "b corp",
    "fsc",
    "pefc",
)


def stance(asked: Asked, standing: Standing, *, today: date, needed_on: date | None = None) -> Stance:
    """What a criterion is to a member: what is not known is never a barrier.

    A proof counts when it is valid on the day it is needed, the deadline for bids.
    """
    needed_on = max(today, needed_on or today)
    if asked.kind is FindingKind.BOILERPLATE:
        return Stance(Side.NEUTRAL, "same_for_all")
    if asked.kind is FindingKind.ACCESS:
        return Stance(Side.NEUTRAL, f"access_{asked.polarity.value}")
    if asked.kind is FindingKind.RESERVED:
        return _reserved(asked, standing)
    proofs = standing.proofs.get(asked.family, ())
    named = _named_labels(asked.words) if asked.family == _LABELS else frozenset()
    fitting = [proof for proof in proofs if not named or named & _named_labels(proof.name)]
    valid = [proof for proof in fitting if proof.holds_on(needed_on)]
    if valid:
        return Stance(Side.ADVANTAGE, "can_show", {"proofs": [proof.facts for proof in valid]})
    if own := _by_itself(asked, standing):
        return own
    others = [proof for proof in proofs if proof.holds_on(needed_on)]
    if others and not fitting:
        return _lacks_named(asked, named, others)
    return _without_proof(asked, fitting or list(proofs), today)


def _without_proof(asked: Asked, proofs: list[Proof], today: date) -> Stance:
    ended = [proof for proof in proofs if not proof.is_none and proof.valid_until is not None]
    if ended:
        return _ended(asked, ended, today)
    if proofs:
        return _has_none(asked)
    if asked.kind is FindingKind.PARTICIPATION_CONDITION:
        return Stance(Side.NEUTRAL, "condition_to_declare")
    if asked.kind is FindingKind.SUBJECT:
        return Stance(Side.NEUTRAL, "is_the_subject")
    return Stance(Side.UNKNOWN, "nothing_said")


def _by_itself(asked: Asked, standing: Standing) -> Stance | None:
    """What a member's status or legal form shows without a proof of its own."""
    wanted = _BY_STATUS.get(asked.family)
    if wanted is not None and wanted.value in (standing.statuses or ()):
        return Stance(Side.ADVANTAGE, "by_status", {"status": wanted.value})
    if asked.family == _BY_LEGAL_FORM and standing.legal_form in _NOT_FOR_PROFIT:
        return Stance(Side.ADVANTAGE, "by_legal_form", {"legal_form": standing.legal_form.value})
    return None


def _reserved(asked: Asked, standing: Standing) -> Stance:
    said = may_take_part(standing.statuses, asked.reserved_to) if asked.reserved_to else _unnamed(standing)
    if said is Stated.NO:
        return Stance(Side.BARRIER, "reserved_to_others")
    if said is Stated.NOT_SPECIFIED:
        return Stance(Side.UNKNOWN, "reserved_to_check")
    # A status of Swiss law opens nothing abroad by itself.
    return Stance(Side.UNKNOWN, "reserved_abroad") if asked.is_abroad else Stance(Side.ADVANTAGE, "reserved")


def _unnamed(standing: Standing) -> Stated:
    """Reserved without a word on to whom: who is known to have no status is not meant."""
    return Stated.NO if standing.statuses is not None and not standing.statuses else Stated.NOT_SPECIFIED


def _words_around(finding: Finding, lot: Lot) -> str:
    """The sentence of a finding, and all that its criterion says: a label may be named beside the title."""
    position = finding.field.split(".")[1:2]
    texts = (
        text
        for criterion in lot.criteria
        if [str(criterion.position)] == position
        for words in (criterion.title, criterion.description, criterion.verification)
        for text in words.values()
    )
    return " ".join((finding.sentence, *texts))


def _named_labels(text: str) -> frozenset[str]:
    plain = " ".join(text.lower().replace("-", " ").replace("iso/", "iso ").split())
    return frozenset(
        label for label in _NAMED_LABELS if label in plain or label.replace("iso ", "iso") in plain
    )


def _lacks_named(asked: Asked, named: frozenset[str], valid: list[Proof]) -> Stance:
    facts = {
        "labels_named": sorted(label.upper() for label in named),
        "proofs": [proof.facts for proof in valid],
    }
    side = Side.BARRIER if asked.kind in _MUST else Side.NEUTRAL
    return Stance(side, "another_label", facts)


def _ended(asked: Asked, ended: list[Proof], today: date) -> Stance:
    """The last of the proofs that do not hold on the day they are needed."""
    last = max(ended, key=lambda proof: proof.valid_until or date.min)
    until = last.valid_until or date.min
    side = Side.BARRIER if asked.kind in _MUST else Side.NEUTRAL
    key = "has_ended" if until < today else "ends_too_early"
    return Stance(side, key, {"until": until.isoformat(), "proofs": [last.facts]})


def _has_none(asked: Asked) -> Stance:
    if asked.kind in _MUST:
        return Stance(Side.BARRIER, "has_none")
    if asked.kind is FindingKind.EXECUTION_CONDITION:
        return Stance(Side.NEUTRAL, "to_be_arranged")
    if asked.kind is FindingKind.SUBJECT:
        return Stance(Side.NEUTRAL, "is_the_subject")
    return Stance(Side.NEUTRAL, "gains_nothing")
