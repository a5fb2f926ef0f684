"""What an ESS criterion is to a member: an advantage, neutral, a barrier, or not known, with the reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from procurement.labelled import Labelled
from procurement.lens import FindingKind, Polarity
from procurement.models import Finding, Lot, Member
from procurement.reserved import Status, may_take_part
from procurement.vocabulary import LegalForm, Stated
from procurement.wording import Wording, wording


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
    """A criterion as a notice asks for it; `words` are those that prove it.

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
            words=finding.evidence,
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
    valid = [proof for proof in proofs if proof.holds_on(needed_on)]
    named = _named_labels(asked.words)
    fitting = [proof for proof in valid if not named or named & _named_labels(proof.name)]
    if fitting:
        return Stance(Side.ADVANTAGE, "can_show", {"proofs": [proof.facts for proof in fitting]})
    if own := _by_itself(asked, standing):
        return own
    return _lacks_named(asked, named, valid) if valid else _without_proof(asked, proofs, today)


def _without_proof(asked: Asked, proofs: tuple[Proof, ...], today: date) -> Stance:
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


STANCES: dict[str, Wording] = {
    "can_show": wording(
        "Vous pouvez le montrer : {proofs}.",
        "Das können Sie belegen: {proofs}.",
        "Potete dimostrarlo: {proofs}.",
        "You can show it: {proofs}.",
    ),
    "by_status": wording(
        "Votre statut le montre : {status}.",
        "Ihr Status belegt es: {status}.",
        "Lo dimostra il vostro statuto: {status}.",
        "Your status shows it: {status}.",
    ),
    "by_legal_form": wording(
        "Votre forme juridique le montre : {legal_form}. Joignez vos statuts.",
        "Ihre Rechtsform belegt es: {legal_form}. Legen Sie die Statuten bei.",
        "Lo dimostra la vostra forma giuridica: {legal_form}. Allegate gli statuti.",
        "Your legal form shows it: {legal_form}. Enclose your statutes.",
        plain=(
            "Votre forme juridique le montre. Joignez vos statuts.",
            "Ihre Rechtsform belegt es. Legen Sie die Statuten bei.",
            "Lo dimostra la vostra forma giuridica. Allegate gli statuti.",
            "Your legal form shows it. Enclose your statutes.",
        ),
    ),
    "another_label": wording(
        "Demandé : {labels_named}. Vous avez indiqué {proofs} : demandez si un équivalent est admis.",
        "Verlangt: {labels_named}. Sie haben {proofs} angegeben: Fragen Sie, ob Gleichwertiges gilt.",
        "Richiesto: {labels_named}. Avete indicato {proofs}: chiedete se è ammesso un equivalente.",
        "Asked for: {labels_named}. You have given {proofs}: ask whether an equivalent is admitted.",
        plain=(
            "Un autre label est demandé : demandez si un équivalent est admis.",
            "Ein anderes Label wird verlangt: Fragen Sie, ob Gleichwertiges gilt.",
            "È richiesto un altro label: chiedete se è ammesso un equivalente.",
            "Another label is asked for: ask whether an equivalent is admitted.",
        ),
    ),
    "has_ended": wording(
        "Échu le {until} : {proofs}. À renouveler, ou à corriger dans vos preuves.",
        "Abgelaufen am {until}: {proofs}. Zu erneuern oder in Ihren Nachweisen zu berichtigen.",
        "Scaduto il {until}: {proofs}. Da rinnovare, o da correggere nelle vostre prove.",
        "Expired on {until}: {proofs}. To be renewed, or to be corrected among your proofs.",
        plain=(
            "Votre preuve est échue.",
            "Ihr Nachweis ist abgelaufen.",
            "La vostra prova è scaduta.",
            "Your proof has expired.",
        ),
    ),
    "ends_too_early": wording(
        "Échoit le {until}, avant le délai : {proofs}.",
        "Läuft am {until} ab, vor der Frist: {proofs}.",
        "Scade il {until}, prima del termine: {proofs}.",
        "Expires on {until}, before the deadline: {proofs}.",
        plain=(
            "Votre preuve échoit avant le délai.",
            "Ihr Nachweis läuft vor der Frist ab.",
            "La vostra prova scade prima del termine.",
            "Your proof expires before the deadline.",
        ),
    ),
    "has_none": wording(
        "C'est exigé, et vous avez indiqué que vous n'en avez pas.",
        "Das wird verlangt, und Sie haben angegeben, dass Sie nichts dergleichen haben.",
        "È richiesto, e avete indicato di non averne.",
        "It is required, and you have said that you have none.",
    ),
    "to_be_arranged": wording(
        "Vous n'en avez pas : à organiser pour la durée du contrat, seul ou avec un autre membre.",
        "Sie haben nichts dergleichen: für die Vertragsdauer zu regeln, allein oder mit einem Mitglied.",
        "Non ne avete: da organizzare per la durata del contratto, da soli o con un altro membro.",
        "You have none: to be arranged for the contract, alone or with another member.",
    ),
    "gains_nothing": wording(
        "Vous n'en avez pas : ces points seront à gagner sur d'autres critères.",
        "Sie haben nichts dergleichen: Diese Punkte sind bei anderen Kriterien zu holen.",
        "Non ne avete: questi punti vanno guadagnati su altri criteri.",
        "You have none: these points are to be won on other criteria.",
    ),
    "same_for_all": wording(
        "Clause générale, la même pour tous les soumissionnaires.",
        "Allgemeine Klausel, dieselbe für alle Anbietenden.",
        "Clausola generale, uguale per tutti gli offerenti.",
        "A general clause, the same for every tenderer.",
    ),
    "condition_to_declare": wording(
        "Condition à déclarer par tous les soumissionnaires ; elle ne distingue personne.",
        "Eine Bedingung, die alle Anbietenden erklären; sie unterscheidet niemanden.",
        "Condizione da dichiarare da tutti gli offerenti; non distingue nessuno.",
        "A condition that every tenderer declares; it sets nobody apart.",
    ),
    "is_the_subject": wording(
        "C'est l'objet même du marché : vos prestations décident, non une preuve.",
        "Es ist der Gegenstand selbst: Ihre Leistungen entscheiden, nicht ein Nachweis.",
        "È l'oggetto stesso della commessa: decidono le vostre prestazioni, non una prova.",
        "It is the very subject: your services decide, not a proof.",
    ),
    "nothing_said": wording(
        "Rien n'est indiqué dans vos preuves.",
        "In Ihren Nachweisen steht dazu nichts.",
        "Nelle vostre prove non c'è nulla al riguardo.",
        "Your proofs say nothing of it.",
    ),
    "reserved": wording(
        "Réservé à votre statut.",
        "Ihrem Status vorbehalten.",
        "Riservato al vostro statuto.",
        "Reserved to your status.",
    ),
    "reserved_to_others": wording(
        "Réservé à un statut que vous n'avez pas.",
        "Einem Status vorbehalten, den Sie nicht haben.",
        "Riservato a uno statuto che non avete.",
        "Reserved to a status that you do not have.",
    ),
    "reserved_to_check": wording(
        "Réservé : votre statut est à vérifier ou à indiquer à la chambre.",
        "Vorbehalten: Ihr Status ist zu prüfen oder der Kammer anzugeben.",
        "Riservato: il vostro statuto è da verificare o da indicare alla camera.",
        "Reserved: your status is to be checked, or to be given to the chamber.",
    ),
    "reserved_abroad": wording(
        "Réservé à l'étranger : votre statut suisse doit y être reconnu.",
        "Im Ausland vorbehalten: Ihr Schweizer Status muss dort anerkannt sein.",
        "Riservato all'estero: il vostro statuto svizzero deve esservi riconosciuto.",
        "Reserved abroad: your Swiss status must be recognised there.",
    ),
    "access_present": wording(
        "Règle d'accès, la même pour tous.",
        "Zugangsregel, dieselbe für alle.",
        "Regola d'accesso, uguale per tutti.",
        "A rule of access, the same for all.",
    ),
    "access_admitted": wording(
        "Admis, selon l'avis.",
        "Zugelassen, laut Bekanntmachung.",
        "Ammesso, secondo il bando.",
        "Admitted, by the notice.",
    ),
    "access_limited": wording(
        "Admis dans certaines limites, selon l'avis.",
        "In Grenzen zugelassen, laut Bekanntmachung.",
        "Ammesso entro certi limiti, secondo il bando.",
        "Admitted within limits, by the notice.",
    ),
    "access_excluded": wording(
        "Exclu, selon l'avis.",
        "Ausgeschlossen, laut Bekanntmachung.",
        "Escluso, secondo il bando.",
        "Excluded, by the notice.",
    ),
}
