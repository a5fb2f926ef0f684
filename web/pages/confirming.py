"""For staff: findings on which the rules and the learned opinion disagree, to be confirmed or refused."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from procurement import findings
from procurement.models import Finding
from web.access import Audience, audience
from web.i18n import family_label, gettext

bp = Blueprint("confirming", __name__)

MOST_WAITING = 30
MOST_JUDGED = 12


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding with the name of its family, its sentence cut around the words that prove it."""

    finding: Finding
    family: str
    before: str
    evidence: str
    after: str


@bp.get("/equipe/criteres-a-confirmer")
@audience(Audience.STAFF)
def waiting() -> ResponseReturnValue:
    """What waits for a word of the staff, and what was said last."""
    count = findings.count_contested(g.session)
    return render_template(
        "confirming/waiting.html",
        waiting=[shown(each) for each in findings.contested(g.session, limit=MOST_WAITING)],
        count=count,
        left_out=max(0, count - MOST_WAITING),
        judged=[shown(each) for each in findings.judged(g.session, limit=MOST_JUDGED)],
    )


@bp.post("/equipe/criteres/<int:finding_id>/compte")
@audience(Audience.STAFF)
def confirm(finding_id: int) -> ResponseReturnValue:
    """The finding speaks for an organisation of the ESS."""
    return _judge(finding_id, is_right=True)


@bp.post("/equipe/criteres/<int:finding_id>/ne-compte-pas")
@audience(Audience.STAFF)
def refuse(finding_id: int) -> ResponseReturnValue:
    """The finding speaks for nobody: a false friend, or what every bidder signs."""
    return _judge(finding_id, is_right=False)


@bp.post("/equipe/criteres/<int:finding_id>/defaire")
@audience(Audience.STAFF)
def undo(finding_id: int) -> ResponseReturnValue:
    """Take a judgement back: the finding waits again."""
    finding = finding_or_404(finding_id)
    if finding.judged_at is not None:
        findings.take_back(g.session, finding=finding, person=g.person, now=g.now)
        flash(gettext("Défait : ce critère attend de nouveau."), "success")
    return redirect(url_for("confirming.waiting"), 303)


def finding_or_404(finding_id: int) -> Finding:
    """A finding, locked: two who judge at once do so one after the other."""
    wanted = select(Finding).where(Finding.id == finding_id).with_for_update(of=Finding)
    found: Finding | None = g.session.scalar(wanted)
    return found or abort(404)


def shown(finding: Finding) -> ShownFinding:
    """A finding for the page; a family that is no longer read keeps its key."""
    before, evidence, after = finding.sentence.partition(finding.evidence)
    return ShownFinding(
        finding=finding,
        family=family_label(finding.family),
        before=before,
        evidence=evidence,
        after=after,
    )


def _judge(finding_id: int, *, is_right: bool) -> ResponseReturnValue:
    finding = finding_or_404(finding_id)
    if finding.judged_at is not None:
        # Two people may judge at once: the second sees what the first has said and undoes nothing.
        flash(gettext("Ce critère est déjà confirmé ou refusé."), "warning")
    else:
        findings.judge(g.session, finding=finding, person=g.person, is_right=is_right, now=g.now)
        flash(
            gettext("C’est noté : il compte.") if is_right else gettext("C’est noté : il ne compte pas."),
            "success",
        )
    return redirect(url_for("confirming.waiting"), 303)
