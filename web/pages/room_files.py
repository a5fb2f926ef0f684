"""The files of a room: put in, fetched and taken out; for those inside it and nobody else."""

from flask import Blueprint, abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from procurement import room_files
from procurement.errors import RuleBroken
from procurement.models import Consortium, RoomFile, RoomTask
from web.access import Audience, audience
from web.errors import said
from web.files import shared_file
from web.forms import NEEDED
from web.i18n import gettext
from web.pages.talk import talk_page
from web.room_access import look_into
from web.room_forms import FileForm

bp = Blueprint("room_files", __name__)


@bp.post("/communautes/<int:consortium_id>/fichiers")
@audience(Audience.SIGNED_IN)
def add(consortium_id: int) -> ResponseReturnValue:
    """Put a file into the room; what stands against it is said beside the field."""
    room, form, sent = look_into(consortium_id), FileForm.read(), request.files.get("file")
    if sent is None or not sent.filename:
        form.file.errors = [NEEDED]
        return talk_page(room, file_form=form), 422
    task = g.session.get(RoomTask, form.task.data) if form.validate() and form.task.data else None
    try:
        room_files.add(
            g.session,
            consortium=room,
            name=sent.filename,
            # One byte more than there may be is enough to know.
            content=sent.stream.read(room_files.MOST_BYTES + 1),
            task=task,
            person=g.person,
            now=g.now,
        )
    except RuleBroken as problem:
        form.file.errors = [said(problem)]
        return talk_page(room, file_form=form), 422
    flash(gettext("Le fichier est dans la communauté."), "success")
    return redirect(url_for("talk.show", consortium_id=room.id, _anchor="fichiers"), 303)


@bp.get("/communautes/<int:consortium_id>/fichiers/<int:file_id>")
@audience(Audience.SIGNED_IN)
def fetch(consortium_id: int, file_id: int) -> ResponseReturnValue:
    """The file, to be saved."""
    file = _file_or_404(look_into(consortium_id), file_id)
    return shared_file(file.content, file.name, file.media_type)


@bp.post("/communautes/<int:consortium_id>/fichiers/<int:file_id>/retirer")
@audience(Audience.SIGNED_IN)
def remove(consortium_id: int, file_id: int) -> ResponseReturnValue:
    """Take a file out of the room."""
    room = look_into(consortium_id)
    file = _file_or_404(room, file_id)
    room_files.remove(g.session, consortium=room, file=file, person=g.person, now=g.now)
    flash(gettext("Le fichier est retiré."), "success")
    return redirect(url_for("talk.show", consortium_id=room.id, _anchor="fichiers"), 303)


def _file_or_404(room: Consortium, file_id: int) -> RoomFile:
    found: RoomFile | None = g.session.get(RoomFile, file_id)
    if found is None or found.consortium_id != room.id:
        abort(404)
    return found
