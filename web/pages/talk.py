"""What is said, decided and shared in a room; for those inside it and nobody else."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from procurement import room_files, talk
from procurement.consortiums import inside, lead_of
from procurement.errors import RuleBroken
from procurement.file_kinds import ENDINGS
from procurement.models import Consortium, RoomPost
from procurement.teaming import PostKind
from web.access import Audience, audience
from web.errors import said
from web.i18n import gettext
from web.pages import RoomPage
from web.room_access import look_into
from web.room_forms import FileForm, PostForm

bp = Blueprint("talk", __name__)

ROOM_PAGE = RoomPage("Échanges", "talk.show", 30)


@bp.get("/communautes/<int:consortium_id>/echanges")
@audience(Audience.SIGNED_IN)
def show(consortium_id: int) -> ResponseReturnValue:
    """The thread, the log of decisions and the files."""
    return talk_page(look_into(consortium_id))


# Whoever writes reads too: an adviser torn between two rooms does neither, and its look is on record.
@bp.post("/communautes/<int:consortium_id>/echanges")
@audience(Audience.SIGNED_IN)
def post(consortium_id: int) -> ResponseReturnValue:
    """Write a message or a decision; what stands against it is said beside the text, which is kept."""
    room, form = look_into(consortium_id), PostForm.read()
    try:
        written = talk.post(
            g.session,
            consortium=room,
            kind=form.what,
            text=form.text.data or "",
            is_no_price=form.is_no_price.data,
            person=g.person,
            now=g.now,
        )
    except RuleBroken as problem:
        form.text.errors = [said(problem)]
        return talk_page(room, form=form), 422
    return redirect(url_for("talk.show", consortium_id=room.id, _anchor=f"message-{written.id}"), 303)


@bp.post("/communautes/<int:consortium_id>/echanges/<int:post_id>/retirer")
@audience(Audience.SIGNED_IN)
def take_back(consortium_id: int, post_id: int) -> ResponseReturnValue:
    """Take a message of one’s own back."""
    room, written = look_into(consortium_id), g.session.get(RoomPost, post_id)
    if written is None:
        abort(404)
    talk.take_back(g.session, consortium=room, written=written, person=g.person, now=g.now)
    flash(gettext("Votre message est retiré."), "success")
    return redirect(url_for("talk.show", consortium_id=room.id, _anchor=f"message-{post_id}"), 303)


def talk_page(room: Consortium, *, form: PostForm | None = None, file_form: FileForm | None = None) -> str:
    """The page, with forms as they were filled in when something was wrong."""
    return render_template(
        "room/talk.html",
        room=room,
        form=form or PostForm(),
        file_form=file_form or FileForm(),
        thread=talk.thread(g.session, consortium=room, before=request.args.get("avant", type=int)),
        decisions=talk.decisions(g.session, consortium=room),
        files=room_files.files_of(g.session, consortium=room),
        tasks=room_files.open_tasks(g.session, consortium=room),
        is_named=talk.is_named,
        is_lead=g.person.may_answer_for(lead_of(room)),
        is_alone=len(inside(room)) < 2,
        can_write=not room.state.is_over,
        kinds=PostKind,
        longest=talk.LONGEST,
        most_files=room_files.MOST_FILES,
        endings=",".join(ENDINGS),
    )
