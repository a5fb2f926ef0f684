"""What a notice states in fields of its own, before any text is read: codes of eForms, rules of access."""

from collections.abc import Iterator

from config.criteria import EformsList, EssCriterion, ess_criteria
from procurement.findings import FoundRecord
from procurement.lens import FindingKind, Polarity
from procurement.models import Consideration, Lot, in_language
from procurement.vocabulary import Stated

_LISTS: dict[str, EformsList] = {
    "BT-71": "reserved",
    "BT-736": "reserved",
    "BT-06": "strategic_procurement",
    "BT-754": "accessibility",
    "BT-774": "environmental_impact",
    "BT-775": "social_objective",
    "BT-805": "gpp_criteria",
}
# Participation or performance is reserved: also by a code that we do not know.
_RESERVING = frozenset({"BT-71", "BT-736"})
_NOTHING = frozenset({"none", "no", "false", "not-known", "n-inc", "n-inc-just"})
_RESERVED = "marche_reserve"
# What French buyers declare in the data of contracts (DECP): the family, and what is made of it.
_DECLARED = {
    "Clause sociale": ("insertion_socioprofessionnelle", FindingKind.EXECUTION_CONDITION),
    "Critère social": ("utilite_sociale_inclusion", FindingKind.AWARD),
    "Marché réservé": (_RESERVED, FindingKind.RESERVED),
    "Clause environnementale": ("developpement_durable_rse", FindingKind.EXECUTION_CONDITION),
    "Critère environnemental": ("developpement_durable_rse", FindingKind.AWARD),
}
# Where a code of eForms leaves open what is made of the goal: on products, on how work is done.
_OF_PRODUCTS = frozenset({"BT-754", "BT-774", "BT-805"})
_STATED = {Stated.YES: Polarity.ADMITTED, Stated.NO: Polarity.EXCLUDED}


def stated(lot: Lot) -> Iterator[FoundRecord]:
    """What the fields of a lot and its tender state; nothing for a field that says nothing."""
    for place, consideration in enumerate(lot.considerations):
        yield from _considered(consideration, f"consideration.{place}", lot.tender.language)
    tender = lot.tender
    for family, field, value in (
        ("consortium_sous_traitance", "consortium_allowed", tender.consortium_allowed),
        ("consortium_sous_traitance", "subcontracting_allowed", tender.subcontracting_allowed),
        ("variantes_admises", "variants", lot.variants),
        ("allotissement_acces_pme", "partial_offers", lot.partial_offers),
    ):
        if value in _STATED:
            yield _record(family, FindingKind.ACCESS, field, value.value, polarity=_STATED[value])


def _considered(consideration: Consideration, field: str, language: str) -> Iterator[FoundRecord]:
    term, code = consideration.business_term, consideration.code
    if code in _NOTHING:
        return
    sentence = in_language(consideration.text, language) or code
    rule = f"{term} {code}".strip()
    if declared := _DECLARED.get(code):
        family, kind = declared
        yield _record(family, kind, field, code, sentence=sentence, rule=rule)
    elif term in _RESERVING:
        yield _record(
            _RESERVED, FindingKind.RESERVED, field, code or term, sentence=sentence or term, rule=rule
        )
    elif criterion := _criterion(term, code):
        kind = FindingKind.TECHNICAL_SPEC if term in _OF_PRODUCTS else FindingKind.EXECUTION_CONDITION
        yield _record(criterion.key, kind, field, code, sentence=sentence, rule=rule)


def _criterion(term: str, code: str) -> EssCriterion | None:
    name = _LISTS.get(term)
    return None if name is None else ess_criteria().stated_by(name, code)


def _record(
    family: str,
    kind: FindingKind,
    field: str,
    value: str,
    *,
    sentence: str = "",
    rule: str = "",
    polarity: Polarity = Polarity.PRESENT,
) -> FoundRecord:
    return FoundRecord(
        family=family,
        kind=kind,
        polarity=polarity,
        counts=kind is not FindingKind.ACCESS,
        field=field,
        start=0,
        evidence=value,
        sentence=sentence or value,
        rule=rule or field,
    )
