"""How to answer an ESS criterion: what buyers ask, what proves it, what it rests on, and who can show it."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, abort, g, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from config.criteria import EssCriterion, ess_criteria
from config.guides import guides, guides_checked
from procurement import credentials, matches
from procurement.badges import Badges, badges_of_tenders
from procurement.credentials import Validity
from procurement.i18n import translated_later
from procurement.matches import MatchedTender
from procurement.models import Member
from procurement.stance import Side, Stance
from procurement.wording import typeset
from web.access import Audience, audience
from web.i18n import Published, family_label, gettext, published, today
from web.pages.matches import sort_matches
from web.pages.proofs import address_of

bp = Blueprint("criteria", __name__)

_GROUPS = {
    "social_emploi": translated_later("Emploi, formation, insertion"),
    "conditions_travail": translated_later("Conditions de travail"),
    "statut_gouvernance": translated_later("Statut et gouvernance"),
    "territoire": translated_later("Territoire"),
    "environnement": translated_later("Environnement"),
    "solidarite_internationale": translated_later("Solidarité internationale"),
    "inclusion": translated_later("Inclusion"),
    "generique": translated_later("Développement durable"),
    "acces": translated_later("Règles d’accès"),
}
_GATES = {
    "award_criterion_only_non_treaty": translated_later(
        "Comme critère d’adjudication, admis seulement hors des accords internationaux."
    ),
    "none_for_art10_exclusion": translated_later(
        "Un tel marché peut être hors du champ de la loi (art. 10), si l’adjudicateur le veut."
    ),
    "legal_risk_local_preference": translated_later(
        "Préférer les entreprises d’ici est interdit : le critère doit porter sur la prestation."
    ),
    "no_swiss_equivalent": translated_later(
        "N’existe qu’à l’étranger, en France et dans l’Union européenne."
    ),
}


@bp.get("/criteres")
@audience(Audience.SIGNED_IN)
def everything() -> ResponseReturnValue:
    """Every family of criteria, by group, with what it is to the reader's organisation."""
    groups: dict[str, list[EssCriterion]] = {}
    for criterion in ess_criteria().criteria:
        groups.setdefault(criterion.group, []).append(criterion)
    return render_template(
        "criteria/everything.html",
        groups=[(_group_words(group), found) for group, found in groups.items()],
        stances=credentials.answerable(g.member, today=today()) if g.member else {},
        definition=_definition,
    )


@bp.get("/criteres/<family>")
@audience(Audience.SIGNED_IN)
def show(family: str) -> ResponseReturnValue:
    """The guide of a family, with the reader's own proofs and open tenders, or for staff the members."""
    criterion = ess_criteria().by_key().get(family) or abort(404)
    text, language = guides()[family].text(g.language)
    tenders, badges = _own_tenders(family)
    return render_template(
        "criteria/show.html",
        criterion=criterion,
        name=family_label(family),
        definition=_definition(criterion),
        guide=text,
        guide_language=language,
        typeset=lambda words: typeset(words, language),
        typeset_basis=lambda words: typeset(words, "fr"),
        gate_words=gettext(_GATES[criterion.treaty_gate]) if criterion.treaty_gate in _GATES else "",
        checked=guides_checked(),
        proofs=_own_proofs(family),
        stance=credentials.answerable(g.member, today=today()).get(family) if g.member else None,
        validities=Validity,
        proofs_address=address_of(g.member, critere=family) if g.member else None,
        tenders=tenders,
        badges=badges,
        members=_members_who_can_show(family) if g.person.is_staff else (),
    )


def _group_words(group: str) -> str:
    return gettext(_GROUPS[group]) if group in _GROUPS else group


def _definition(criterion: EssCriterion) -> Published:
    said = published(criterion.definition)
    return Published(typeset(said.text, said.language), said.language)


def _own_proofs(family: str) -> list[tuple[object, Validity]]:
    if g.member is None:
        return []
    return [
        (each, credentials.validity_of(each, today=today()))
        for each in g.member.credentials
        if each.family == family
    ]


def _own_tenders(family: str) -> tuple[list[MatchedTender], Mapping[int, Badges]]:
    """The reader's own open tenders that hold the criterion, the nearest deadline first."""
    if g.member is None:
        return [], {}
    found = matches.tenders_of(g.session, member=g.member, now=g.now)
    shelves = sort_matches(found, g.now)
    badges = badges_of_tenders(g.session, shelves.everything)
    return [item for item in shelves.everything if family in badges[item.tender.id].families], badges


def _members_who_can_show(family: str) -> Sequence[tuple[Member, Stance]]:
    """For staff: the members of the chamber to whom the criterion is an advantage, with the reason."""
    members = g.session.scalars(
        select(Member)
        .where(Member.chamber_id == g.person.chamber_id, Member.is_active)
        .options(selectinload(Member.credentials))
        .order_by(Member.name)
    )
    said = ((member, credentials.answerable(member, today=today()).get(family)) for member in members)
    return [(member, stance) for member, stance in said if stance and stance.side is Side.ADVANTAGE]
