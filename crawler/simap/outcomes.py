"""How procedures of simap end: awards with their winners, selections, abandonments and revocations."""

from crawler.simap import shape
from crawler.simap.words import joined, text_of
from procurement.cleaning import one_line
from procurement.errors import UnreadableNotice
from procurement.models import Translations
from procurement.records import AwardRecord, SupplierRecord
from procurement.vocabulary import NoticeType

# simap's `AbandonmentReason`, after AIMP art. 43 al. 1.
_REASONS: dict[str, Translations] = {
    "a_abandon_due_to_valid_reason": {
        "fr": "L’adjudicateur renonce au marché pour un motif suffisant.",
        "de": "Die Auftraggeberin sieht aus zureichenden Gründen von der Vergabe ab.",
        "it": "Il committente rinuncia all’aggiudicazione per motivi sufficienti.",
        "en": "The buyer gives up the award for a sufficient reason.",
    },
    "b_no_offer_fulfills_requirements": {
        "fr": "Aucune offre ne remplit les exigences.",
        "de": "Kein Angebot erfüllt die Anforderungen.",
        "it": "Nessuna offerta adempie i requisiti.",
        "en": "No offer meets the requirements.",
    },
    "c_due_to_changed_framework_conditions": {
        "fr": "Les conditions-cadres ont changé : des offres plus avantageuses sont attendues.",
        "de": "Die Rahmenbedingungen haben sich geändert: Vorteilhaftere Angebote sind zu erwarten.",
        "it": "Le condizioni quadro sono cambiate: sono attese offerte più vantaggiose.",
        "en": "The conditions have changed: better offers are expected.",
    },
    "d_offers_do_not_allow_economical_procurement": {
        "fr": "Les offres ne permettent pas une acquisition économique ou dépassent le budget.",
        "de": "Die Angebote erlauben keine wirtschaftliche Beschaffung oder übersteigen das Budget.",
        "it": "Le offerte non consentono un acquisto economico o superano il preventivo.",
        "en": "The offers do not allow an economical purchase or exceed the budget.",
    },
    "e_unlawful_competition_agreements": {
        "fr": "Des indices suffisants font penser à une entente illicite entre soumissionnaires.",
        "de": "Hinreichende Anhaltspunkte sprechen für unzulässige Wettbewerbsabreden.",
        "it": "Indizi sufficienti fanno pensare ad accordi illeciti tra offerenti.",
        "en": "There are sufficient signs of an unlawful agreement between tenderers.",
    },
    "f_due_to_changed_requirements": {
        "fr": "Les prestations demandées doivent être modifiées de manière importante.",
        "de": "Die nachgefragten Leistungen müssen wesentlich geändert werden.",
        "it": "Le prestazioni richieste devono essere modificate in modo sostanziale.",
        "en": "What is asked for has to be changed substantially.",
    },
    "g_other": {"fr": "Autre motif.", "de": "Anderer Grund.", "it": "Altro motivo.", "en": "Another reason."},
}
_OF_ONE_LOT = frozenset(
    {
        NoticeType.AWARD,
        NoticeType.DIRECT_AWARD,
        NoticeType.PARTICIPANT_SELECTION,
        NoticeType.SELECTIVE_OFFERING_PHASE,
        NoticeType.ABANDONMENT,
    }
)


def lot_key_of(details: shape.PublicationDetails) -> str | None:
    """The lot that a publication is about; None when it is about the whole."""
    for lot in (details.lot, details.abandonedLot):
        if lot is not None:
            return lot.id
    revoked = details.referencingPub.pubType if details.referencingPub is not None else None
    is_of_one_lot = details.type is NoticeType.REVOCATION and revoked in _OF_ONE_LOT
    if is_of_one_lot and details.lots is not None and len(details.lots) == 1:
        return details.lots[0].id
    return None


def outcomes_of(details: shape.PublicationDetails) -> tuple[AwardRecord, ...]:
    """What a publication decides: who won, or in words why nobody did or who may go on."""
    language, lot_key = details.base.language, lot_key_of(details)
    if details.decision is not None:
        return (_award(details.decision, language, lot_key),)
    note: Translations = {}
    if details.selection is not None:
        note = _selected(details.selection, language)
    elif details.abandonment is not None:
        note = _abandoned(details.abandonment, language)
    elif details.revocation is not None:
        note = joined(
            text_of(details.revocation.reason, "revocation.reason"),
            text_of(details.revocation.remarks, "revocation.remarks"),
            created_in=language,
        )
    return (AwardRecord((), lot_key=lot_key, note=note),) if note else ()


def _award(decision: shape.Decision, language: str, lot_key: str | None) -> AwardRecord:
    offers, prices = decision.numberOfSubmissions, decision.totalPriceRange or shape.PriceRange()
    if offers is not None and not (offers.is_integer() and 0 <= offers < 1_000_000):
        raise UnreadableNotice("decision.numberOfSubmissions", f"{offers} is no number of offers")
    limits = prices.range or shape.NumberRange()
    note = joined(
        text_of(decision.totalPriceSelectionNote, "decision.totalPriceSelectionNote"),
        text_of(decision.awardDecisionJuryDescription, "decision.awardDecisionJuryDescription"),
        text_of(decision.awardDecisionNote, "decision.awardDecisionNote"),
        created_in=language,
    )
    return AwardRecord(
        suppliers=tuple(_supplier(vendor, place) for place, vendor in enumerate(decision.vendors or [])),
        lot_key=lot_key,
        decided_on=decision.awardDecisionDate,
        offers_received=int(offers) if offers is not None else None,
        value_low=limits.low,
        value_high=limits.high,
        value_currency=prices.currency.upper() if prices.currency else None,
        justification=text_of(decision.awardDecisionJustification, "decision.awardDecisionJustification"),
        note=note,
    )


def _supplier(vendor: shape.Vendor, place: int) -> SupplierRecord:
    """A winner; simap names the leading firm alone, partners of a consortium stand in the note."""
    name = one_line(vendor.vendorName, longest=400)
    if not name:
        raise UnreadableNotice(f"decision.vendors.{place}.vendorName", "empty")
    seat, price = vendor.vendorAddress or shape.VendorAddress(), vendor.price or shape.Money()
    return SupplierRecord(
        name=name,
        source_key=vendor.vendorId,
        city=one_line(seat.city or "", longest=120),
        postal_code=one_line(seat.postalCode or "", longest=20),
        canton=seat.cantonId,
        country=seat.countryId,
        rank=vendor.rank,
        value_amount=price.price,
        value_currency=price.currency.upper() if price.currency and price.price is not None else None,
        note=text_of(vendor.note, f"decision.vendors.{place}.note"),
    )


def _selected(selection: shape.ParticipantSelection, language: str) -> Translations:
    """Who may bid: they are named, and they are no winners."""
    names = []
    for vendor in selection.vendors or []:
        seat = vendor.vendorAddress or shape.VendorAddress()
        names.append(", ".join(filter(None, (one_line(vendor.vendorName), one_line(seat.city or "")))))
    note = text_of(selection.participantSelectionNote, "participant-selection.participantSelectionNote")
    return joined({language: "\n".join(names)} if names else {}, note, created_in=language)


def _abandoned(abandonment: shape.Abandonment, language: str) -> Translations:
    """Why a procedure is given up; a reason that we do not know stands as simap names it."""
    other = text_of(abandonment.otherReason, "abandonment.otherReason")
    # Another reason that is worded needs no label.
    named = [each for each in abandonment.reasons or [] if not (other and each == "g_other")]
    reasons = [_REASONS.get(each, {language: one_line(each)}) for each in named]
    remarks = text_of(abandonment.remarks, "abandonment.remarks")
    return joined(*reasons, other, remarks, created_in=language)
