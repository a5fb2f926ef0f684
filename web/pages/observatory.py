"""The observatory, for staff: who asks for ESS criteria, how often, how heavily, in which words."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import (
    Blueprint,
    abort,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from config.tables import sources
from procurement import accounts
from procurement.cantons import BuyerLevel
from procurement.exports.observed import figures_sheet, quotes_sheet, sheets
from procurement.exports.ocds import Publisher, ocds_packages
from procurement.models import Buyer
from procurement.observatory.calls import Choice, Reading
from procurement.observatory.figures import LEAST, Dimension, Tally
from procurement.observatory.kindred import kindred
from procurement.observatory.method import METHOD
from procurement.observatory.names import buyer_names, names_of
from procurement.observatory.quotes import Quote, quotes, telling
from procurement.observatory.survey import Survey, survey
from procurement.vocabulary import ProcurementMethod
from web.access import Audience, audience
from web.charts import parts, trend_line
from web.choices import address_of, choice, dimension
from web.files import csv_of, file_of, xlsx_of
from web.i18n import gettext, today
from web.pages import CHAMBER, MenuEntry

bp = Blueprint("observatory", __name__)

MENU = MenuEntry("Observatoire", "observatory.overview", Audience.STAFF, 49, group=CHAMBER)

MOST_ROWS = 30
MOST_BUYERS = 50
MOST_QUOTES = 40


@dataclass(frozen=True, slots=True)
class Row:
    """A value of a dimension with its tally; `key` leads to a page of its own, where there is one."""

    key: Any
    words: str
    tally: Tally


@bp.get("/observatoire")
@audience(Audience.STAFF)
def overview() -> ResponseReturnValue:
    """The figures of the calls that the address chooses."""
    found, by = _survey(), dimension()
    rows = _rows(found, by)
    return render_template(
        "observatory/overview.html",
        **_said(found),
        by=by,
        dimensions=Dimension,
        rows=rows[:MOST_ROWS],
        left_out=max(0, len(rows) - MOST_ROWS),
        highest=_highest(rows),
        levels=BuyerLevel,
        methods=ProcurementMethod,
        cantons=_known(found, Dimension.CANTON),
        sectors=_known(found, Dimension.SECTOR),
        report_years=found.years,
    )


@bp.get("/observatoire/adjudicateurs")
@audience(Audience.STAFF)
def buyers() -> ResponseReturnValue:
    """The buyers by how surely they ask, each with the sentence that says most."""
    found = _survey()
    ranked, too_few = found.league.ranked[:MOST_BUYERS], found.league.too_few[:MOST_BUYERS]
    shown = {buyer for buyer, _ in (*ranked, *too_few)}
    names = buyer_names(g.session, shown, g.language)
    return render_template(
        "observatory/buyers.html",
        **_said(found),
        ranked=[Row(buyer, names[buyer], each) for buyer, each in ranked],
        too_few=[Row(buyer, names[buyer], each) for buyer, each in too_few],
        left_out=len(found.league.ranked) + len(found.league.too_few) - len(shown),
        best=telling(quotes(g.session, asking=found.asking)),
    )


@bp.get("/observatoire/adjudicateurs/<int:buyer_id>")
@audience(Audience.STAFF)
def buyer(buyer_id: int) -> ResponseReturnValue:
    """What one buyer asks for, with every sentence."""
    asked = kindred(g.session).get(buyer_id) or abort(404)
    found = survey(g.session, chamber_id=g.person.chamber_id, choice=Choice(buyer_id=asked.id))
    said: Sequence[Quote] = quotes(g.session, asking=found.asking)
    return render_template(
        "observatory/buyer.html",
        **_said(found),
        buyer=g.session.get_one(Buyer, asked.id),
        level=asked.level,
        canton=asked.canton,
        quotes=said[:MOST_QUOTES],
        quotes_count=len(said),
    )


@bp.post("/observatoire/publication")
@audience(Audience.STAFF)
def publish() -> ResponseReturnValue:
    """Let anybody see the figures, or nobody but staff."""
    shows = request.form.get("montrer") == "1"
    accounts.show_figures(g.session, person=g.person, shows=shows, now=g.now)
    words = gettext("Les chiffres sont publics.") if shows else gettext("Les chiffres ne sont plus publics.")
    flash(words, "success")
    return redirect(url_for("observatory.overview", _anchor="publier"), 303)


@bp.get("/observatoire/chiffres.csv")
@audience(Audience.STAFF)
def figures_csv() -> ResponseReturnValue:
    """The figures as a table."""
    return csv_of(figures_sheet(g.session, _survey(), g.language), "chiffres.csv")


@bp.get("/observatoire/citations.csv")
@audience(Audience.STAFF)
def quotes_csv() -> ResponseReturnValue:
    """The sentences as a table."""
    return csv_of(quotes_sheet(g.session, _survey(), g.language), "citations.csv")


@bp.get("/observatoire/observatoire.xlsx")
@audience(Audience.STAFF)
def book() -> ResponseReturnValue:
    """Every table in one book."""
    return xlsx_of(sheets(g.session, _survey(), g.language), "observatoire.xlsx")


@bp.get("/observatoire/ocds.json")
@audience(Audience.STAFF)
def package() -> ResponseReturnValue:
    """The tenders that ask as one package of OCDS, with their goals of sustainability."""
    publisher = Publisher(
        name=g.person.chamber.name, packages_url=url_for("home.front", _external=True) + "ocds"
    )
    asking, everything = _survey().asking, 10**9
    found = ocds_packages(g.session, publisher=publisher, now=g.now, asking=asking, page_size=everything)
    return file_of(json.dumps(next(found, {}), ensure_ascii=False), "ocds.json", "application/json")


@bp.get("/observatoire/rapport-<int:year>.pdf")
@audience(Audience.STAFF)
def report(year: int) -> ResponseReturnValue:
    """The report of a year, to be printed."""
    from procurement.report.yearly import yearly_report

    if not 1990 <= year <= 2100:
        abort(404)
    found = yearly_report(g.session, chamber=g.person.chamber, year=year, language=g.language, now=g.now)
    return file_of(found, f"rapport-{year}.pdf", "application/pdf")


def _survey() -> Survey:
    return survey(g.session, chamber_id=g.person.chamber_id, choice=choice())


def _said(found: Survey) -> dict[str, Any]:
    """What every page of the observatory shows of a survey."""
    return {
        "survey": found,
        "address": address_of(found.choice),
        "readings": Reading,
        "least": LEAST,
        "parts": parts,
        "trend": trend_line(found),
        "method": [gettext(text) for text in METHOD],
        "sources": sources(),
        "chamber": g.person.chamber,
        "today": today(),
    }


def _rows(found: Survey, by: Dimension) -> list[Row]:
    tallied = found.by(by)
    words = names_of(g.session, by, [key for key, _ in tallied], g.language)
    return [Row(key, words[key], each) for key, each in tallied]


def _highest(rows: Sequence[Row]) -> Row | None:
    """The value with the highest share, where there are two to compare."""
    known = [row for row in rows if row.key is not None and row.tally.share is not None]
    return max(known, key=lambda row: row.tally.share or 0.0) if len(known) > 1 else None


def _known(found: Survey, by: Dimension) -> list[tuple[str, str]]:
    """The values that some call has, by their words."""
    keys = {
        each
        for call in found.every_call
        for each in (call.sectors if by is Dimension.SECTOR else (call.canton,))
    }
    words = names_of(g.session, by, keys, g.language)
    return sorted(((key, words[key]) for key in keys if key is not None), key=lambda pair: pair[1])
