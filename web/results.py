"""The outcome of a tender as its notices publish it: who won which lot, of how many offers, at what price."""

from collections.abc import Sequence
from dataclasses import dataclass

from procurement.exports.course import course_of
from procurement.i18n import translated_later
from procurement.models import Award, AwardSupplier, Lot, Notice, Tender
from procurement.vocabulary import NoticeType
from web.i18n import Published, gettext, published

# Why nobody won, where the notice says it by a code (eForms BT-144).
_NOBODY_WON = {
    "all-rej": translated_later("Toutes les offres ont été retirées ou jugées irrecevables."),
    "chan-need": translated_later("L’adjudicateur a changé ses besoins."),
    "ins-fund": translated_later("Les moyens manquent."),
    "no-rece": translated_later("Aucune offre n’a été reçue."),
    "no-signed": translated_later("Le contrat n’a pas été signé."),
    "one-admi": translated_later("Une seule offre était recevable."),
    "other": translated_later("Une autre raison, que l’avis ne dit pas."),
    "rev-body": translated_later("Une instance de recours en a décidé ainsi."),
    "rev-buyer": translated_later("Un recours a été présenté."),
    "tch-pro-error": translated_later("Il y a eu une erreur technique ou de procédure."),
}


@dataclass(frozen=True, slots=True)
class Winner:
    """Who won: one firm, or several together when the notice says that they are."""

    suppliers: Sequence[AwardSupplier]

    @property
    def is_consortium(self) -> bool:
        """Whether several won together."""
        return len(self.suppliers) > 1


@dataclass(frozen=True, slots=True)
class Result:
    """What one notice says of one lot, or of the whole when there is no lot."""

    notice: Notice
    award: Award
    lot: Lot | None
    winners: Sequence[Winner]
    is_revoked: bool
    reason: str

    @property
    def has_own_price(self) -> bool:
        """Whether the prices stand with the winners."""
        return any(each.value_amount is not None for each in self.award.suppliers)


def results_of(tender: Tender) -> list[Result]:
    """The outcomes by lot; of a notice that was corrected the last correction, one revoked says so."""
    lots = {lot.source_key: lot for lot in tender.lots}
    stages = course_of(tender)
    revoked = {stage.revokes.root_key for stage in stages if stage.revokes is not None}
    newest = {
        stage.root_key: stage.notice
        for stage in stages
        if stage.notice.awards and stage.notice.notice_type is not NoticeType.REVOCATION
    }
    found = [
        _result(notice, award, lots, is_revoked=root_key in revoked)
        for root_key, notice in newest.items()
        for award in notice.awards
    ]
    return sorted(found, key=lambda result: result.lot.number if result.lot else 0)


def _result(notice: Notice, award: Award, lots: dict[str, Lot], *, is_revoked: bool) -> Result:
    said: Published = published(award.justification)
    reason = _NOBODY_WON.get(said.text)
    return Result(
        notice=notice,
        award=award,
        lot=lots.get((award.lot_key if award.lot_key is not None else notice.lot_key) or ""),
        winners=_winners(award.suppliers),
        is_revoked=is_revoked,
        reason=gettext(reason) if reason else "",
    )


def _winners(suppliers: Sequence[AwardSupplier]) -> list[Winner]:
    """The winners in order: a lead and the members after it are one, and so are members without a lead."""
    found: list[list[AwardSupplier]] = []
    for supplier in suppliers:
        joins = supplier.is_lead is False and found and found[-1][-1].is_lead is not None
        if joins:
            found[-1].append(supplier)
        else:
            found.append([supplier])
    return [Winner(each) for each in found]
