"""For staff: the open tenders in which a rule is touched, and the tables of law that say so."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from config.criteria import ess_criteria
from config.law import ANY_CANTON, CONFEDERATION, AppealDelay, Threshold, law
from procurement import appeals, legality
from procurement.appeals import Appeal, Delay
from procurement.exports.sheets import Sheet
from procurement.i18n import translated_later
from procurement.legal_words import Check, Severity
from procurement.models import Tender
from web.access import Audience, audience
from web.files import csv_of
from web.i18n import gettext, today
from web.legality import ShownPoint, ShownRow, rule, shown
from web.pages import TENDERS, MenuEntry

bp = Blueprint("law", __name__)

MENU = MenuEntry("Points juridiques", "law.points", Audience.STAFF, 45, group=TENDERS)

MOST_TENDERS = 50
TO_EXAMINE, EVERYTHING = "a-examiner", "tout"
_CHOICES = (TO_EXAMINE, EVERYTHING, *(check.value for check in Check))

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


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: what is to be examined, everything, or one check; in one canton or all."""

    point: str
    canton: str

    @classmethod
    def read(cls) -> "Asked":
        """As the address says; what is no choice is what is to be examined."""
        point = request.args.get("point", "")
        return cls(point if point in _CHOICES else TO_EXAMINE, request.args.get("canton", ""))

    def of(self, everything: Sequence[TenderPoints]) -> list[TenderPoints]:
        """The tenders that have such points, each with these alone."""
        found = [
            replace(each, points=[point for point in each.points if self._wants(point)])
            for each in everything
            if self.canton in ("", each.canton)
        ]
        return [each for each in found if each.points]

    def _wants(self, point: ShownPoint) -> bool:
        if self.point == TO_EXAMINE:
            return point.concern.severity is Severity.EXAMINE
        return self.point in (EVERYTHING, point.concern.check.value)


@bp.app_template_global("legal_row")
def _legal_row(delay: Delay) -> ShownRow:
    return ShownRow.of(delay.rule)


@bp.get("/equipe/points-juridiques")
@audience(Audience.STAFF)
def points() -> ResponseReturnValue:
    """The open tenders with points, those whose call may still be contested first."""
    everything, asked = _found(), Asked.read()
    in_canton = [each for each in everything if asked.canton in ("", each.canton)]
    wanted = asked.of(everything)
    return render_template(
        "law/points.html",
        tenders=wanted[:MOST_TENDERS],
        left_out=max(0, len(wanted) - MOST_TENDERS),
        asked=asked,
        choices=[(value, len(Asked(value, "").of(in_canton))) for value in _CHOICES],
        checks={check.value: check for check in Check},
        cantons=sorted(Counter(each.canton for each in everything if each.canton).items()),
        running=sum(1 for each in wanted if each.appeal is not None and each.appeal.is_running),
        count=len(wanted),
    )


@bp.get("/equipe/points-juridiques.csv")
@audience(Audience.STAFF)
def points_csv() -> ResponseReturnValue:
    """The same as a table for a spreadsheet, a line per point."""
    sheet = Sheet(
        title=gettext("Points juridiques"),
        columns=[gettext(column) for column in _COLUMNS],
        rows=[_cells(each, point) for each in Asked.read().of(_found()) for point in each.points],
    )
    return csv_of(sheet, "points-juridiques.csv")


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
