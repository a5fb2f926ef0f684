"""For staff: which model proposes, how much of it they keep, what it misses, its thresholds, its lessons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from procurement import bands, lessons, succession
from procurement.errors import ModelMismatch
from procurement.i18n import ZURICH
from procurement.lessons import Decisions, Precision, Week
from procurement.models import Chamber, Member
from procurement.served import Kind
from procurement.vocabulary import DropReason
from web.access import Audience, audience
from web.forms import BandsForm
from web.i18n import gettext, reason, say_number
from web.pages import CHAMBER, MenuEntry
from web.pages.curation import match_or_404
from web.pages.members import sector_words
from web.serving import Serving, models_of, serving

bp = Blueprint("quality", __name__)

MENU = MenuEntry("Qualité", "quality.show", Audience.STAFF, 48, group=CHAMBER)

WEEKS = 26
LESSONS_PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class Row:
    """A member or a reason, with its figures in each stretch of time."""

    words: str
    figures: Sequence[Precision]
    member_id: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What staff decided in one or two stretches of time: a title and the figures of each."""

    titles: Sequence[str]
    stretches: Sequence[Decisions]

    @property
    def overall(self) -> list[Precision]:
        """The whole, in each stretch."""
        return [each.overall for each in self.stretches]

    def by_member(self) -> list[Row]:
        """Each member with its figures, the one with the most decisions first."""
        ids = {key for each in self.stretches for key in each.by_member}
        named = g.session.execute(select(Member.id, Member.name).where(Member.id.in_(ids)))
        return _sorted(
            Row(name, [each.by_member.get(key, Precision()) for each in self.stretches], key)
            for key, name in named
        )

    def by_reason(self) -> list[Row]:
        """Each first reason shown, in general words, with its figures."""
        keys = {key for each in self.stretches for key in each.by_reason}
        return _sorted(
            Row(reason({"key": key}), [each.by_reason.get(key, Precision()) for each in self.stretches])
            for key in keys
        )

    def drops(self) -> list[tuple[DropReason, list[int]]]:
        """How often each reason for dropping was given."""
        found = [
            (each, [stretch.drops.get(each, 0) for stretch in self.stretches])
            for each in DropReason
            if any(each in stretch.drops for stretch in self.stretches)
        ]
        return sorted(found, key=lambda row: -sum(row[1]))


@dataclass(frozen=True, slots=True)
class Trend:
    """The weeks of the chart, and in which of them another model began to serve."""

    weeks: Sequence[Week]
    changes: frozenset[date]

    @property
    def precision(self) -> Precision:
        """All weeks together."""
        found = [week.precision for week in self.weeks]
        return Precision(sum(each.kept for each in found), sum(each.dropped for each in found))

    @property
    def most(self) -> int:
        """The tallest bar, at least one."""
        return max(1, *(week.precision.decided for week in self.weeks))


@bp.get("/qualite")
@audience(Audience.STAFF)
def show() -> ResponseReturnValue:
    """Figures of the matching, and what staff can do about it."""
    chamber: Chamber = g.person.chamber
    form = BandsForm.read(
        hold_from=_as_score(chamber.hold_from),
        strong_from=_as_score(chamber.strong_from),
        sends_strong=chamber.sends_strong,
    )
    return _page(form)


@bp.post("/qualite/seuils")
@audience(Audience.STAFF)
def set_bands() -> ResponseReturnValue:
    """Set the thresholds of the chamber."""
    form = BandsForm.read()
    if not form.validate():
        return _page(form), 422
    bands.set_bands(
        g.session,
        chamber=g.session.get_one(Chamber, g.person.chamber_id, with_for_update=True),
        person=g.person,
        hold_from=form.hold_from.share,
        strong_from=form.strong_from.share,
        sends_strong=form.sends_strong.data,
        now=g.now,
    )
    flash(
        gettext(
            "Seuils enregistrés : les marchés ouverts sont rapprochés à nouveau dans les minutes qui suivent."
        ),
        "success",
    )
    return redirect(url_for("quality.show", _anchor="seuils"), 303)


@bp.post("/qualite/modeles/<kind>/revenir")
@audience(Audience.STAFF)
def roll_back(kind: str) -> ResponseReturnValue:
    """Go back from the model that the reader saw in use to the one before it."""
    leaving = request.form.get("leaving") or None
    try:
        succession.roll_back(g.session, models_of(_kind(kind)), leaving=leaving, person=g.person, now=g.now)
    except ModelMismatch:
        return _unreadable()
    flash(
        gettext(
            "C’est fait : ce qui servait avant sert de nouveau, et le reste jusqu’à ce que vous repreniez."
        ),
        "success",
    )
    return redirect(url_for("quality.show", _anchor=f"modele-{kind}"), 303)


@bp.post("/qualite/modeles/<kind>/reprendre")
@audience(Audience.STAFF)
def resume(kind: str) -> ResponseReturnValue:
    """Let the nightly training promote again."""
    try:
        succession.resume(g.session, models_of(_kind(kind)), person=g.person, now=g.now)
    except ModelMismatch:
        return _unreadable()
    flash(gettext("L’apprentissage peut de nouveau mettre un meilleur modèle en service."), "success")
    return redirect(url_for("quality.show", _anchor=f"modele-{kind}"), 303)


@bp.get("/qualite/lecons")
@audience(Audience.STAFF)
def lessons_learned() -> ResponseReturnValue:
    """Every decision that the tool learns from, the newest first, a page at a time."""
    every, taken_back = lessons.count_lessons(g.session, chamber_id=g.person.chamber_id)
    pages = max(1, -(-every // LESSONS_PER_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    found = lessons.lessons(
        g.session,
        chamber_id=g.person.chamber_id,
        limit=LESSONS_PER_PAGE,
        offset=(page - 1) * LESSONS_PER_PAGE,
    )
    return render_template(
        "quality/lessons.html",
        lessons=found,
        took_back=lessons.who_took_back(g.session, found),
        every=every,
        taken_back=taken_back,
        page=page,
        pages=pages,
    )


@bp.post("/qualite/lecons/<int:match_id>/oublier")
@audience(Audience.STAFF)
def unlearn(match_id: int) -> ResponseReturnValue:
    """Let no training learn from a decision any more."""
    match = match_or_404(match_id)
    lessons.unlearn(g.session, match=match, person=g.person, now=g.now)
    return _back_to_lesson(match_id)


@bp.post("/qualite/lecons/<int:match_id>/reprendre")
@audience(Audience.STAFF)
def learn_again(match_id: int) -> ResponseReturnValue:
    """Let the next training learn from a decision again."""
    match = match_or_404(match_id)
    lessons.learn_again(g.session, match=match, person=g.person, now=g.now)
    return _back_to_lesson(match_id)


def _back_to_lesson(match_id: int) -> ResponseReturnValue:
    page = request.args.get("page", 1, type=int)
    return redirect(
        url_for("quality.lessons_learned", page=page if page > 1 else None, _anchor=f"lecon-{match_id}"), 303
    )


def _kind(name: str) -> Kind:
    return Kind(name) if name in set(Kind) else abort(404)


def _unreadable() -> ResponseReturnValue:
    flash(gettext("Il ne peut pas être lu quel modèle sert : rien n’a été changé."), "warning")
    return redirect(url_for("quality.show"), 303)


def _as_score(threshold: float) -> str:
    return say_number(100 * threshold, 1).removesuffix(",0").removesuffix(".0")


def _page(form: BandsForm) -> str:
    chamber: Chamber = g.person.chamber
    match, cpv = serving(Kind.MATCH), serving(Kind.CPV)
    since = g.now - timedelta(weeks=bands.WEEKS)
    thresholds = sorted({*bands.THRESHOLDS, chamber.hold_from, chamber.strong_from})
    return render_template(
        "quality/show.html",
        chamber=chamber,
        form=form,
        match=match,
        cpv=cpv,
        told=_told(match),
        trend=_trend(match),
        recall=lessons.recall(g.session, chamber_id=chamber.id, since=since),
        coverage=bands.coverage(
            g.session,
            chamber_id=chamber.id,
            now=g.now,
            thresholds=thresholds,
            score=match.weights.score if match.weights else None,
        ),
        weeks=bands.WEEKS,
        sector_words=sector_words,
        lesson_count=lessons.count_lessons(g.session, chamber_id=chamber.id)[0],
    )


def _told(match: Serving) -> Told:
    """Before and after the last change of model; the last days, where there was none."""
    turn, days = match.turn, lessons.DAYS
    if turn is None:
        found = lessons.decided_since(
            g.session, chamber_id=g.person.chamber_id, since=g.now - timedelta(days=days)
        )
        return Told([gettext("{days} derniers jours").format(days=days)], [found])
    both = lessons.before_and_after(
        g.session, chamber_id=g.person.chamber_id, model=turn.model, promoted_at=turn.at
    )
    return Told(
        [gettext("{days} jours avant").format(days=days), gettext("depuis ce modèle")],
        [both.before, both.after],
    )


def _trend(match: Serving) -> Trend:
    weeks = lessons.by_week(g.session, chamber_id=g.person.chamber_id, now=g.now, weeks=WEEKS)
    days = (turn.at.astimezone(ZURICH).date() for turn in match.turns)
    return Trend(weeks, frozenset(day - timedelta(days=day.weekday()) for day in days))


def _sorted(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-sum(each.decided for each in row.figures), row.words))
