"""The outcome of a tender as its notices publish it: who won which lot, of how many offers, at what price."""

from collections.abc import Sequence
from dataclasses import dataclass

from procurement.course import Outcome, outcomes_of
from procurement.i18n import translated_later
from procurement.models import Award, AwardSupplier, Lot, Notice, Tender
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
    found = [_result(outcome, lots) for outcome in outcomes_of(tender)]
    return sorted(found, key=lambda result: result.lot.number if result.lot else 0)


def _result(outcome: Outcome, lots: dict[str, Lot]) -> Result:
    notice, award = outcome.notice, outcome.award
    said: Published = published(award.justification)
    reason = _NOBODY_WON.get(said.text)
    return Result(
        notice=notice,
        award=award,
        lot=lots.get((award.lot_key if award.lot_key is not None else notice.lot_key) or ""),
        winners=_winners(award.suppliers),
        is_revoked=outcome.is_revoked,
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
