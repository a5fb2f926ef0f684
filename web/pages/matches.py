"""My matches: the tenders released to a member, by what there is to do about them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from flask import Blueprint, current_app, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from procurement import matches
from procurement.badges import badges_of_tenders
from procurement.i18n import days_until
from procurement.matches import MatchedTender
from procurement.vocabulary import AnswerChoice
from web.access import Audience, audience
from web.ess_filter import EssFilter
from web.lights import watched
from web.misses import ask_misses, misses_of
from web.pages import MenuEntry

bp = Blueprint("matches", __name__)

MENU = MenuEntry("Mes marchés", "matches.overview", Audience.MEMBER, 10)

LAST_CHANCE_DAYS = 7


@dataclass(slots=True)
class Sorted:
    """Tenders by what there is to do: the nearest deadline first in each."""

    last_chance: list[MatchedTender] = field(default_factory=list)
    to_decide: list[MatchedTender] = field(default_factory=list)
    answered: list[MatchedTender] = field(default_factory=list)
    closed: list[MatchedTender] = field(default_factory=list)

    @property
    def unanswered(self) -> list[MatchedTender]:
        """What waits for an answer."""
        return [*self.last_chance, *self.to_decide]

    def only(self, is_wanted: Callable[[MatchedTender], bool]) -> "Sorted":
        """Those that are wanted, each where it was."""
        return Sorted(*([item for item in shelf if is_wanted(item)] for shelf in self._shelves))

    @property
    def _shelves(self) -> tuple[list[MatchedTender], ...]:
        return self.last_chance, self.to_decide, self.answered, self.closed

    @property
    def everything(self) -> list[MatchedTender]:
        """All of them."""
        return [item for shelf in self._shelves for item in shelf]

    @property
    def open_count(self) -> int:
        """How many one may still bid for."""
        return len(self.last_chance) + len(self.to_decide) + len(self.answered)


@bp.get("/marches")
@audience(Audience.MEMBER)
def overview() -> ResponseReturnValue:
    """The member's tenders."""
    found = matches.tenders_of(g.session, member=g.member, now=g.now, include_closed=True)
    shelves = sort_matches(found, g.now)
    badges = badges_of_tenders(g.session, shelves.everything)
    wanted = EssFilter.of(badges.values())
    misses = None if shelves.open_count else misses_of(g.member)
    return render_template(
        "matches/overview.html",
        found=shelves.only(lambda item: wanted.lets_through(badges[item.tender.id])),
        open_count=shelves.open_count,
        badges=badges,
        filter=wanted,
        misses=misses,
        refresh_after=misses.asked.refresh_after if misses else None,
        lights=watched(g.session, planned=current_app.extensions["aimp"]["reads"], now=g.now),
    )


@bp.post("/marches/proches")
@audience(Audience.MEMBER)
def ask_near() -> ResponseReturnValue:
    """Ask which tenders came near the reader's own organisation."""
    ask_misses(g.member)
    return redirect(url_for("matches.overview"), 303)


def sort_matches(found: Sequence[MatchedTender], now: datetime) -> Sorted:
    """Put each tender where its reader looks for it; refusals come last among the answers."""
    shelves = Sorted()
    far = datetime.max.replace(tzinfo=now.tzinfo)
    for item in sorted(_standing(found), key=lambda item: item.tender.submission_deadline or far):
        deadline = item.tender.submission_deadline
        if not item.tender.is_open(now):
            shelves.closed.append(item)
        elif item.answer is not None:
            shelves.answered.append(item)
        elif deadline is not None and days_until(deadline, now) <= LAST_CHANCE_DAYS:
            shelves.last_chance.append(item)
        else:
            shelves.to_decide.append(item)
    shelves.answered.sort(
        key=lambda item: item.answer is not None and item.answer.choice is AnswerChoice.NOT_FOR_US
    )
    shelves.closed.sort(key=lambda item: item.tender.published_on, reverse=True)
    return shelves


def _standing(found: Sequence[MatchedTender]) -> Iterator[MatchedTender]:
    """Each tender once: one that was merged is shown as the one that stands for it."""
    seen = {item.tender.id for item in found if item.tender.merged_into is None}
    for item in found:
        standing = item.tender.merged_into
        if standing is None:
            yield item
        elif standing.id not in seen:
            seen.add(standing.id)
            answer = matches.answer_of(g.session, member=item.best.member, tender=standing)
            yield replace(item, tender=standing, answer=answer or item.answer)
