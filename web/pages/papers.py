"""The papers of a room: what each is for, when it is due, and the Word file that it makes."""

from flask import Blueprint, abort, g, render_template
from flask.typing import ResponseReturnValue

from config.clauses import LANGUAGES
from config.papers import Paper, papers
from procurement import papers as written
from procurement.documents import MIME_TYPE
from procurement.models import Consortium
from procurement.spelling import normalise
from procurement.teaming import ConsortiumState
from procurement.wording import typeset
from web.access import Audience, audience
from web.files import file_of
from web.forms import CHOOSE
from web.pages import RoomPage
from web.pages.clauses import clause_language
from web.room_access import look_into
from web.room_forms import PaperForm

bp = Blueprint("papers", __name__)

ROOM_PAGE = RoomPage("Papiers", "papers.overview", 40)


@bp.get("/communautes/<int:consortium_id>/papiers")
@audience(Audience.SIGNED_IN)
def overview(consortium_id: int) -> ResponseReturnValue:
    """Every paper that the room can have made."""
    return _page(look_into(consortium_id))


@bp.post("/communautes/<int:consortium_id>/papiers/<key>")
@audience(Audience.SIGNED_IN)
def write(consortium_id: int, key: str) -> ResponseReturnValue:
    """A paper as a document; that it was made is noted, so it is no address to be opened again."""
    room, form = look_into(consortium_id), PaperForm.read()
    paper = papers().by_key().get(key) or abort(404)
    options = written.form_options(room, paper)
    if form.validate() and options and form.chosen is None:
        form.group_form.errors = [CHOOSE]
    if form.errors:
        return _page(room, refused=(key, form)), 422
    language = form.language.data or "fr"
    content = written.write(
        g.session,
        consortium=room,
        paper=paper,
        language=language,
        form=form.chosen if options else None,
        person=g.person,
        now=g.now,
    )
    name = f"{written.title_of(room, paper, language)} {room.tender.standing.number}"
    return file_of(content, f"{normalise(name).replace(' ', '-')}.docx", MIME_TYPE)


def _page(room: Consortium, refused: tuple[str, PaperForm] | None = None) -> str:
    language = clause_language()
    return render_template(
        "room/papers.html",
        room=room,
        papers=papers().paper,
        title_of=lambda paper: written.title_of(room, paper, language),
        options_of=lambda paper: written.form_options(room, paper),
        states_of=_states,
        said=lambda words: typeset(words[g.language], g.language),
        law=written.law_for(room),
        languages=LANGUAGES,
        language=language,
        version=papers().version,
        refused=refused,
    )


def _states(paper: Paper) -> str:
    """In which states of a room a paper makes sense, for the reader."""
    return ", ".join(state.label(g.language) for state in ConsortiumState if state.value in paper.states)
