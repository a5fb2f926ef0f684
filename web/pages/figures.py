"""The figures that a chamber shows to anybody: counts and shares of what is published, and no names."""

from flask import Blueprint, abort, g, render_template
from flask.typing import ResponseReturnValue

from config.tables import sources
from procurement.accounts import chamber_with_figures
from procurement.observatory.calls import Reading
from procurement.observatory.figures import LEAST, Dimension
from procurement.observatory.method import METHOD
from procurement.observatory.names import names_of
from procurement.observatory.survey import survey
from web.access import Audience, audience
from web.charts import parts, trend_line
from web.i18n import gettext, today

bp = Blueprint("figures", __name__)


@bp.get("/chiffres")
@audience(Audience.PUBLIC)
def shown() -> ResponseReturnValue:
    """The figures of the first chamber that shows them; while none does, there is no such page."""
    chamber = chamber_with_figures(g.session) or abort(404)
    found = survey(g.session, chamber_id=chamber.id)
    levels = found.by(Dimension.LEVEL)
    return render_template(
        "figures/shown.html",
        chamber=chamber,
        survey=found,
        levels=levels,
        names=names_of(g.session, Dimension.LEVEL, [key for key, _ in levels], g.language),
        trend=trend_line(found),
        readings=Reading,
        parts=parts,
        least=LEAST,
        method=[gettext(text) for text in METHOD],
        sources=sources(),
        today=today(),
    )
