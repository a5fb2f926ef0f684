"""« Renouvellements »: contracts that will probably be called for anew, for members and for staff."""

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from procurement.exports.sheets import Sheet
from procurement.i18n import translated_later
from procurement.models import in_language
from procurement.renewals import Horizon, Renewal, renewals
from web.access import Audience, audience
from web.files import csv_of
from web.i18n import gettext, today

bp = Blueprint("renewals", __name__)


MOST_SHOWN = 100
_COLUMNS = (
    translated_later("Appel probable vers"),
    translated_later("Fin du contrat"),
    translated_later("Base"),
    translated_later("Prolongation possible"),
    translated_later("Numéro"),
    translated_later("Marché"),
    translated_later("Lot"),
    translated_later("Adjudicateur"),
    translated_later("Canton"),
    translated_later("CPV"),
    translated_later("Attributaires"),
    translated_later("Page"),
)


@bp.get("/renouvellements")
@audience(Audience.MEMBER)
def own() -> ResponseReturnValue:
    """What may concern the reader's member."""
    return _page(renewals(g.session, today=today(), horizon=_horizon(), member=g.member))


@bp.get("/equipe/renouvellements")
@audience(Audience.STAFF)
def everything() -> ResponseReturnValue:
    """Every forecast."""
    return _page(renewals(g.session, today=today(), horizon=_horizon()))


@bp.get("/equipe/renouvellements.csv")
@audience(Audience.STAFF)
def everything_csv() -> ResponseReturnValue:
    """The same as a table for a spreadsheet."""
    sheet = Sheet(
        title=gettext("Renouvellements"),
        columns=[gettext(column) for column in _COLUMNS],
        rows=[_cells(each) for each in renewals(g.session, today=today(), horizon=_horizon())],
    )
    return csv_of(sheet, "renouvellements.csv")


def _horizon() -> Horizon:
    return Horizon.of(request.args.get("horizon", "")) or Horizon.TWO_YEARS


def _page(found: list[Renewal]) -> str:
    return render_template(
        "renewals/show.html",
        found=found[:MOST_SHOWN],
        count=len(found),
        left_out=max(0, len(found) - MOST_SHOWN),
        horizon=_horizon(),
        horizons=Horizon,
    )


def _cells(each: Renewal) -> list[str]:
    tender, lot = each.tender, each.lot
    return [
        each.expected.strftime("%Y-%m"),
        each.ends_on.isoformat(),
        each.basis.label(g.language),
        lot.can_be_extended.label(g.language),
        tender.number,
        tender.title_in(g.language),
        in_language(lot.title, g.language, tender.language),
        in_language(tender.buyer.name, g.language, tender.language) if tender.buyer else "",
        (tender.buyer.canton if tender.buyer else None) or "",
        ", ".join(lot.cpv_codes or tender.cpv_codes),
        ", ".join(each.winners),
        url_for("tenders.show", tender_id=tender.standing.id, _external=True),
    ]
