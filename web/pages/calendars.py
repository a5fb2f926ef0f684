"""Calendars for other programs: a room's behind its secret address, a tender's deadline as a file."""

from flask import Blueprint, Response, abort, g, make_response
from flask.typing import ResponseReturnValue

from procurement import calendars
from web.access import Audience, audience
from web.pages.rooms import links
from web.pages.tenders import tender_or_404

bp = Blueprint("calendars", __name__)


@bp.get("/calendrier/<token>.ics")
@audience(Audience.PUBLIC)
def room(token: str) -> ResponseReturnValue:
    """A person's calendar of a room; the address is the proof, and ends when it is renewed or they leave."""
    link = calendars.link_behind(g.session, token, key=links().key)
    if link is None:
        abort(404)
    return _calendar(calendars.room_calendar(g.session, link=link, links=links(), now=g.now))


@bp.get("/marches/<int:tender_id>/delai.ics")
@audience(Audience.SIGNED_IN)
def deadline(tender_id: int) -> ResponseReturnValue:
    """The deadline of a tender, to be taken into a calendar once."""
    tender = tender_or_404(tender_id).standing
    if tender.submission_deadline is None:
        abort(404)
    response = _calendar(calendars.deadline_calendar(tender, language=g.language, links=links(), now=g.now))
    response.headers["Content-Disposition"] = f'attachment; filename="delai-{tender.id}.ics"'
    return response


def _calendar(content: bytes) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
