"""For staff: what members answered, the newest first."""

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from procurement import matches
from procurement.vocabulary import AnswerChoice
from web.access import Audience, audience
from web.pages import TENDERS, MenuEntry

bp = Blueprint("answers", __name__)

MENU = MenuEntry("Réponses", "answers.newest", Audience.STAFF, 30, group=TENDERS)

MOST_ANSWERS = 100


@bp.get("/equipe/reponses")
@audience(Audience.STAFF)
def newest() -> ResponseReturnValue:
    """The newest answers of the chamber's members."""
    found = matches.answers_on(g.session, chamber_id=g.person.chamber_id, limit=MOST_ANSWERS)
    return render_template(
        "answers/newest.html",
        answers=found,
        counted=[(choice, sum(1 for each in found if each.choice is choice)) for choice in AnswerChoice],
    )
