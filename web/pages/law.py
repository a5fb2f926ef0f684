"""For staff: the open tenders in which a rule is touched, and the tables of law that say so."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from config.criteria import ess_criteria
from config.law import ANY_CANTON, CONFEDERATION, AppealDelay, Threshold, law
from procurement import appeals, legality
from procurement.appeals import Appeal, Delay
from procurement.exports.tables import safe_cell
from procurement.i18n import translated_later
from procurement.legal_words import Check
from procurement.models import Tender
from web.access import Audience, audience
from web.i18n import gettext, today
from web.legality import ShownPoint, ShownRow, rule, shown
from web.pages import MenuEntry

bp = Blueprint("law", __name__)

MENU = MenuEntry("Points juridiques", "law.points", Audience.STAFF, 45)

MOST_TENDERS = 50

_COLUMNS = (
    translated_later("Numéro"),
    translated_later("Marché"),
    translated_later("Adjudicateur"),
    translated_later("Canton"),
    translated_later("Délai"),
    translated_later("Point"),
    translated_later("Degré"),
    translated_later("Constat"),
    translated_later("Article"),
    translated_later("Marque"),
    translated_later("Vérifié le"),
    translated_later("Texte de l’avis"),
    translated_later("Recours contre l’appel, au plus tard"),
    translated_later("Page"),
)
_KINDS = {
    "goods": translated_later("fournitures"),
    "services": translated_later("services"),
    "finishing_works": translated_later("second œuvre"),
    "structural_works": translated_later("gros œuvre"),
}


@dataclass(frozen=True, slots=True)
class TenderPoints:
    """An open tender with its points, and until when its call may be contested."""

    tender: Tender
    points: Sequence[ShownPoint]
    appeal: Appeal | None

    @property
    def canton(self) -> str:
        """The canton of the buyer's seat, else nothing."""
        return (self.tender.buyer.canton if self.tender.buyer else None) or ""


@bp.app_template_global("legal_row")
def _legal_row(delay: Delay) -> ShownRow:
    return ShownRow.of(delay.rule)


@bp.get("/equipe/points-juridiques")
@audience(Audience.STAFF)
def points() -> ResponseReturnValue:
    """The open tenders with points, those whose call may still be contested first."""
    everything, check = _found(), Check.of(request.args.get("point", ""))
    canton = request.args.get("canton", "")
    wanted = _filtered(everything, check, canton)
    return render_template(
        "law/points.html",
        tenders=wanted[:MOST_TENDERS],
        left_out=max(0, len(wanted) - MOST_TENDERS),
        count=len(everything),
        checks=_counted(everything, canton),
        cantons=sorted(Counter(each.canton for each in everything if each.canton).items()),
        check=check,
        canton=canton,
        running=sum(1 for each in wanted if each.appeal is not None and each.appeal.is_running),
    )


@bp.get("/equipe/points-juridiques.csv")
@audience(Audience.STAFF)
def points_csv() -> ResponseReturnValue:
    """The same as a table for a spreadsheet, a line per point."""
    file = io.StringIO(newline="")
    file.write("\ufeff")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([gettext(column) for column in _COLUMNS])
    check, canton = Check.of(request.args.get("point", "")), request.args.get("canton", "")
    for each in _filtered(_found(), check, canton):
        for point in each.points:
            if check in (None, point.concern.check):
                writer.writerow([safe_cell(cell) for cell in _cells(each, point)])
    return Response(
        file.getvalue(),
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="points-juridiques.csv"'},
    )


@bp.get("/equipe/tables-du-droit")
@audience(Audience.STAFF)
def tables() -> ResponseReturnValue:
    """What the service takes for law: every row with its source, its day and its mark."""
    criteria = ess_criteria().by_key()
    return render_template(
        "law/tables.html",
        version=law().version,
        rules=[rule(article) for article in law().article],
        families={key: each.labels[g.language] for key, each in criteria.items()},
        regimes=[(row, ShownRow.of(row)) for row in law().regime],
        appeals=[(_whose(row), row, ShownRow.of(row)) for row in law().appeal],
        deadlines=[(row, rule(law().article_of(row.article))) for row in law().deadline],
        thresholds=[(_of_kind(row), row, ShownRow.of(row)) for row in law().threshold],
    )


def _found() -> list[TenderPoints]:
    """Every open tender with points, those whose delay to appeal ends first on top."""
    found = [
        TenderPoints(tender, [shown(concern, tender) for concern in concerns], _appeal_of_call(tender))
        for tender, concerns in legality.open_points(g.session, now=g.now)
    ]
    return sorted(found, key=_most_pressing)


def _most_pressing(each: TenderPoints) -> tuple[bool, int]:
    if each.appeal is None or not each.appeal.is_running:
        return True, 0
    return False, min(delay.days_left for delay in each.appeal.delays if delay.is_running)


def _appeal_of_call(tender: Tender) -> Appeal | None:
    """The newest publication of the call: nothing else can be contested while it is open."""
    return next(iter(appeals.appeals_of(tender, today=today())), None)


def _filtered(everything: Sequence[TenderPoints], check: Check | None, canton: str) -> list[TenderPoints]:
    return [
        each
        for each in everything
        if canton in ("", each.canton)
        and (check is None or any(point.concern.check is check for point in each.points))
    ]


def _counted(everything: Sequence[TenderPoints], canton: str) -> list[tuple[Check, int]]:
    """How many tenders raise each check, in the canton that is looked at."""
    counts = Counter(
        check
        for each in _filtered(everything, None, canton)
        for check in {point.concern.check for point in each.points}
    )
    return [(check, counts[check]) for check in Check if counts[check]]


def _cells(each: TenderPoints, point: ShownPoint) -> list[str]:
    tender, concern, text = each.tender, point.concern, point.texts[0]
    running = [delay for delay in each.appeal.delays if delay.is_running] if each.appeal else []
    return [
        tender.number,
        tender.title_in(g.language),
        next(iter(tender.buyer.name.values()), "") if tender.buyer else "",
        each.canton,
        tender.submission_deadline.date().isoformat() if tender.submission_deadline else "",
        concern.check.label(g.language),
        concern.severity.label(g.language),
        point.sentence,
        text.name,
        text.mark.label(g.language),
        text.checked.isoformat(),
        concern.quote.text if concern.quote else "",
        running[0].last_day.isoformat() if running else "",
        url_for("tenders.show", tender_id=tender.id, _external=True),
    ]


def _whose(row: AppealDelay) -> str | None:
    """The canton of a delay; None for the Confederation and for any canton."""
    return None if row.of in (CONFEDERATION, ANY_CANTON) else row.of


def _of_kind(row: Threshold) -> str:
    return gettext(_KINDS[row.kind])
