"""Legal notes: what this information is worth, what is kept about people, and what sources allow."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from config.tables import sources
from procurement.sign_in import CODE_MINUTES
from web.access import Audience, audience

bp = Blueprint("legal", __name__)


@bp.get("/mentions")
@audience(Audience.PUBLIC)
def notes() -> ResponseReturnValue:
    """The legal notes."""
    return render_template("legal/notes.html", sources=sources().values(), code_minutes=CODE_MINUTES)
