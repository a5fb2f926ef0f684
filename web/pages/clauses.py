"""For staff: the model clauses, with what each rests on, to be worded anew, copied or taken as a document."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from config.clauses import LANGUAGES, Clause, clauses
from config.criteria import ess_criteria
from procurement import clauses as worded
from procurement.clauses import Law, Wording
from procurement.documents import MIME_TYPE
from procurement.i18n import translator
from procurement.letters import say_basis, say_cautions, say_kinds, say_uses, sheet_of_clauses
from web.access import Audience, audience
from web.correspondence import ClauseForm
from web.files import file_of
from web.i18n import gettext
from web.pages import CHAMBER, MenuEntry

bp = Blueprint("clauses", __name__)

MENU = MenuEntry("Clauses", "clauses.everything", Audience.STAFF, 50, group=CHAMBER)


@bp.get("/clauses")
@audience(Audience.STAFF)
def everything() -> ResponseReturnValue:
    """Every criterion that has a clause, by group, or those that the words searched for leave."""
    words = request.args.get("q", "")[:100]
    found = worded.wordings(g.session, chamber_id=g.person.chamber_id)
    own = {wording.clause.family for wording in found.values() if wording.own}
    return render_template(
        "clauses/everything.html",
        groups=list(worded.families(words)),
        clauses_of=clauses_of,
        words=words,
        own=own,
        languages=LANGUAGES,
        language=clause_language(),
        uses=uses,
    )


@bp.get("/clauses/<family>")
@audience(Audience.STAFF)
def show(family: str) -> ResponseReturnValue:
    """The clauses of a criterion."""
    return _page(family)


@bp.post("/clauses/<key>/<language>")
@audience(Audience.STAFF)
def reword(key: str, language: str) -> ResponseReturnValue:
    """Use an own text of a clause from now on."""
    clause, form = _clause_or_404(key, language), ClauseForm.read()
    if not form.validate():
        return _page(clause.family, refused=(key, language, form)), 422
    has_changed = worded.reword(
        g.session, clause=clause, language=language, text=form.text.data or "", person=g.person, now=g.now
    )
    flash(
        gettext("Votre texte est enregistré : il remplace la proposition.")
        if has_changed
        else gettext("Rien n’a changé."),
        "success",
    )
    return redirect(url_for("clauses.show", family=clause.family, _anchor=f"{key}-{language}"), 303)


@bp.post("/clauses/<key>/<language>/origine")
@audience(Audience.STAFF)
def restore(key: str, language: str) -> ResponseReturnValue:
    """Use the proposed text of a clause again."""
    clause = _clause_or_404(key, language)
    worded.restore(g.session, clause=clause, language=language, person=g.person, now=g.now)
    flash(gettext("La proposition d’origine est de nouveau employée."), "success")
    return redirect(url_for("clauses.show", family=clause.family, _anchor=f"{key}-{language}"), 303)


@bp.get("/clauses.docx")
@audience(Audience.STAFF)
def document() -> ResponseReturnValue:
    """The clauses that are ticked, as a document."""
    language = request.args.get("langue", "")
    language = language if language in LANGUAGES else "fr"
    chosen = chosen_wordings(request.args.getlist("clause"), language)
    if not chosen:
        flash(gettext("Cochez au moins une clause qui existe dans cette langue."), "warning")
        return redirect(url_for("clauses.everything"), 303)
    content = sheet_of_clauses(chosen, author=g.person.chamber.name, language=language, now=g.now)
    return file_of(content, "clauses.docx", MIME_TYPE)


def chosen_wordings(keys: list[str], language: str) -> list[Wording]:
    """The clauses with these keys in a language, as the reader's chamber words them, in their order."""
    found = worded.wordings(g.session, chamber_id=g.person.chamber_id)
    chosen = (found.get((clause.key, language)) for clause in clauses().clause if clause.key in keys)
    return [wording for wording in chosen if wording is not None]


def clause_language() -> str:
    """The language of clauses that suits the reader: German for who reads German, else French."""
    return "de" if g.language == "de" else "fr"


def clauses_of(family: str) -> list[Clause]:
    """The clauses of a criterion."""
    return [clause for clause in clauses().clause if clause.family == family]


def uses(clause: Clause) -> str:
    """As what a clause may be used, for the reader."""
    return say_uses(clause, g.language)


def kinds(clause: Clause) -> str:
    """The same without the law, where there is but one."""
    return say_kinds(clause, g.language)


def _clause_or_404(key: str, language: str) -> Clause:
    clause = worded.clause_by_key(key)
    if clause is None or language not in clause.text:
        abort(404)
    return clause


def _page(family: str, refused: tuple[str, str, ClauseForm] | None = None) -> str:
    if family not in ess_criteria().by_key():
        abort(404)
    found = worded.wordings(g.session, chamber_id=g.person.chamber_id)
    tr = translator(clause_language())
    shown = [
        (
            clause,
            [found[clause.key, str(language)] for language in clause.text],
            [say_basis(basis, tr) for basis in clauses().bases(clause.basis)],
            say_cautions(clause, tr),
        )
        for clause in clauses_of(family)
    ]
    return render_template(
        "clauses/show.html",
        family=family,
        shown=shown,
        uses=uses,
        language=tr.language,
        group=worded.group_of(family),
        laws=Law,
        refused=refused,
    )
