"""What a member can show for ESS criteria: stated, changed and withdrawn by its people or by staff."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from config.criteria import ess_criteria
from config.guides import guides
from procurement import credentials
from procurement.credentials import Validity
from procurement.models import Credential, Member
from web.access import Audience, audience
from web.i18n import gettext, today
from web.pages.members import member_or_404
from web.proof_forms import ProofForm

bp = Blueprint("proofs", __name__)


@bp.get("/profil/preuves")
@audience(Audience.MEMBER)
def own() -> ResponseReturnValue:
    """What the reader's own organisation can show."""
    return _page(g.member, _new_form())


@bp.post("/profil/preuves")
@audience(Audience.MEMBER)
def state_own() -> ResponseReturnValue:
    """Add something that the reader's own organisation can show."""
    return _state(g.member)


@bp.get("/profil/preuves/<int:proof_id>")
@audience(Audience.MEMBER)
def edit_own(proof_id: int) -> ResponseReturnValue:
    """The form of one of the reader's own proofs."""
    return _edit_page(g.member, _proof_or_404(g.member, proof_id))


@bp.post("/profil/preuves/<int:proof_id>")
@audience(Audience.MEMBER)
def change_own(proof_id: int) -> ResponseReturnValue:
    """Change one of the reader's own proofs."""
    return _change(g.member, _proof_or_404(g.member, proof_id))


@bp.post("/profil/preuves/<int:proof_id>/retirer")
@audience(Audience.MEMBER)
def withdraw_own(proof_id: int) -> ResponseReturnValue:
    """Withdraw one of the reader's own proofs."""
    return _withdraw(g.member, _proof_or_404(g.member, proof_id))


@bp.get("/equipe/membres/<int:member_id>/preuves")
@audience(Audience.STAFF)
def show(member_id: int) -> ResponseReturnValue:
    """What a member of the chamber can show."""
    return _page(member_or_404(member_id), _new_form())


@bp.post("/equipe/membres/<int:member_id>/preuves")
@audience(Audience.STAFF)
def state(member_id: int) -> ResponseReturnValue:
    """Add something that a member can show."""
    return _state(member_or_404(member_id))


@bp.get("/equipe/membres/<int:member_id>/preuves/<int:proof_id>")
@audience(Audience.STAFF)
def edit(member_id: int, proof_id: int) -> ResponseReturnValue:
    """The form of one of a member's proofs."""
    member = member_or_404(member_id)
    return _edit_page(member, _proof_or_404(member, proof_id))


@bp.post("/equipe/membres/<int:member_id>/preuves/<int:proof_id>")
@audience(Audience.STAFF)
def change(member_id: int, proof_id: int) -> ResponseReturnValue:
    """Change one of a member's proofs."""
    member = member_or_404(member_id)
    return _change(member, _proof_or_404(member, proof_id))


@bp.post("/equipe/membres/<int:member_id>/preuves/<int:proof_id>/retirer")
@audience(Audience.STAFF)
def withdraw(member_id: int, proof_id: int) -> ResponseReturnValue:
    """Withdraw one of a member's proofs."""
    member = member_or_404(member_id)
    return _withdraw(member, _proof_or_404(member, proof_id))


def _proof_or_404(member: Member, proof_id: int) -> Credential:
    return next((each for each in member.credentials if each.id == proof_id), None) or abort(404)


def _new_form() -> ProofForm:
    """An empty form, for the family that the address names."""
    return ProofForm(family=request.args.get("critere", "")[:60])


def _state(member: Member) -> ResponseReturnValue:
    form = ProofForm.read()
    if not form.validate():
        return _page(member, form), 422
    credentials.state(g.session, member=member, person=g.person, shown=form.shown, now=g.now)
    flash(gettext("C’est noté ; les marchés sont cherchés à nouveau."), "success")
    return redirect(address_of(member), 303)


def _change(member: Member, proof: Credential) -> ResponseReturnValue:
    form = ProofForm.of(proof)
    if not form.validate():
        return _edit_page(member, proof, form), 422
    has_changed = credentials.change(
        g.session, member=member, person=g.person, credential=proof, shown=form.shown, now=g.now
    )
    flash(
        gettext("C’est noté ; les marchés sont cherchés à nouveau.")
        if has_changed
        else gettext("Rien n’a changé."),
        "success",
    )
    return redirect(address_of(member), 303)


def _withdraw(member: Member, proof: Credential) -> ResponseReturnValue:
    credentials.withdraw(g.session, member=member, person=g.person, credential=proof, now=g.now)
    flash(gettext("La preuve est retirée."), "success")
    return redirect(address_of(member), 303)


def address_of(member: Member, *, critere: str | None = None) -> str:
    """Where a member's proofs stand, for the reader; with the form for one criterion."""
    if g.person.is_staff:
        return url_for("proofs.show", member_id=member.id, critere=critere)
    return url_for("proofs.own", critere=critere)


def _page(member: Member, form: ProofForm) -> str:
    return render_template(
        "proofs/everything.html",
        member=member,
        form=form,
        proofs=[(each, credentials.validity_of(each, today=today())) for each in member.credentials],
        validities=Validity,
        here=address_of(member),
        **_words(),
    )


def _edit_page(member: Member, proof: Credential, form: ProofForm | None = None) -> str:
    return render_template(
        "proofs/edit.html",
        member=member,
        proof=proof,
        form=form or ProofForm.of(proof),
        here=address_of(member),
        **_words(),
    )


def _words() -> dict[str, object]:
    return {
        "families": [each.key for each in ess_criteria().criteria if each.group != "acces"],
        "counted": {family: guide.counts.get(g.language, "") for family, guide in guides().items()},
    }
