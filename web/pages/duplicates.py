"""For staff: two tenders of different sources that may be one, side by side; and taking them apart again."""

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from config.tables import sources
from procurement import entered, merging
from procurement.i18n import translated_later
from procurement.models import Tender, TenderPair
from web.access import Audience, audience
from web.addresses import web_host
from web.i18n import gettext

bp = Blueprint("duplicates", __name__)

MOST_PAIRS = 50

# What speaks against two tenders being one, by the names that merging gives it.
_AGAINST = {
    "title": translated_later("les titres n’ont pas tous leurs mots en commun"),
    "numbers": translated_later("les numéros dans les titres diffèrent"),
    "language": translated_later("les titres n’ont aucune langue en commun"),
    "buyer": translated_later("les noms des adjudicateurs ne se ressemblent pas assez"),
    "deadline": translated_later("le délai n’est pas le même, ou manque d’un côté"),
    "hour": translated_later("le délai est du même jour, à une autre heure"),
    "time": translated_later("les publications sont trop éloignées dans le temps"),
    "codes": translated_later("les codes CPV ne sont pas de la même branche"),
    "description": translated_later("les descriptions ne disent pas la même chose"),
    "procedure": translated_later("les numéros de procédure diffèrent"),
    "rivals": translated_later("un autre marché ressemble tout autant"),
    "taken": translated_later("l’un des deux a déjà son pareil à cette source"),
}


@bp.get("/equipe/doublons")
@audience(Audience.STAFF)
def waiting() -> ResponseReturnValue:
    """The pairs that wait for a decision, the most alike first."""
    return render_template(
        "duplicates/waiting.html",
        pairs=merging.doubtful(g.session, limit=MOST_PAIRS),
        left_out=max(0, merging.count_doubtful(g.session) - MOST_PAIRS),
        doubts=doubts,
        source_title=source_title,
        web_host=web_host,
    )


@bp.post("/equipe/doublons/<int:pair_id>/meme")
@audience(Audience.STAFF)
def same(pair_id: int) -> ResponseReturnValue:
    """The two are one tender."""
    return _decide(pair_id, is_same=True)


@bp.post("/equipe/doublons/<int:pair_id>/deux")
@audience(Audience.STAFF)
def different(pair_id: int) -> ResponseReturnValue:
    """The two are two tenders, and stay so."""
    return _decide(pair_id, is_same=False)


@bp.post("/equipe/marches/<int:tender_id>/separer")
@audience(Audience.STAFF)
def split(tender_id: int) -> ResponseReturnValue:
    """Take a merged tender out again; when somebody did already, its page says so by being its own."""
    tender: Tender = g.session.scalar(
        select(Tender).where(Tender.id == tender_id).with_for_update(of=Tender)
    ) or abort(404)
    if tender.merged_into is not None:
        merging.split(g.session, tender=tender, person=g.person, now=g.now)
        flash(gettext("Séparés : ce sont de nouveau deux marchés, et ils le resteront."), "success")
    return redirect(url_for("tenders.show", tender_id=tender.id), 303)


def doubts(pair: TenderPair) -> list[str]:
    """What speaks against a pair, in words; a reason that has none is left out."""
    return [gettext(_AGAINST[name]) for name in pair.facts.get("against", ()) if name in _AGAINST]


def source_title(key: str) -> str:
    """The name of a source for a reader; an unknown one keeps its key."""
    if key == entered.SOURCE:
        return gettext("Saisi par l’équipe")
    known = sources().get(key)
    return known.title if known is not None else key


def _decide(pair_id: int, *, is_same: bool) -> ResponseReturnValue:
    pair: TenderPair = g.session.scalar(
        select(TenderPair).where(TenderPair.id == pair_id).with_for_update(of=TenderPair)
    ) or abort(404)
    if pair.is_same is not None:
        # Two people may decide at once: the second sees what the first has decided and undoes nothing.
        flash(gettext("Cette paire est déjà décidée."), "warning")
    else:
        merging.decide(g.session, pair=pair, person=g.person, is_same=is_same, now=g.now)
        flash(
            gettext("C’est noté : un seul marché.") if is_same else gettext("C’est noté : deux marchés."),
            "success",
        )
    return redirect(url_for("duplicates.waiting"), 303)
