"""Social, green and reserving statements of a notice in words, each with the field of eForms it stands in."""

from collections.abc import Sequence
from dataclasses import dataclass

from procurement.i18n import translated_later
from procurement.models import Lot
from web.i18n import Published, gettext, published

RESERVED = "BT-71"

# The fields, in the order in which they are shown, and what each is about.
_TERMS = {
    RESERVED: translated_later("Participation réservée"),
    "BT-736": translated_later("Exécution réservée aux emplois protégés"),
    "BT-775": translated_later("Objectif social"),
    "BT-774": translated_later("Objectif environnemental"),
    "BT-06": translated_later("Achat stratégique"),
    "BT-805": translated_later("Critères d’achat écologique"),
    "BT-754": translated_later("Accessibilité aux personnes handicapées"),
    "BT-776": translated_later("Innovation"),
    "BT-777": translated_later("Précisions sur ces objectifs"),
    "BT-70": translated_later("Conditions d’exécution"),
    "BT-76": translated_later("Forme juridique demandée à une communauté de soumissionnaires"),
    "BT-726": translated_later("Convient aux petites et moyennes entreprises"),
}
_UNKNOWN_TERM = translated_later("Autre déclaration")
_CODES = {
    (RESERVED, "res-ws"): translated_later("Marché réservé : ateliers protégés et opérateurs d’insertion"),
    (RESERVED, "res-pub-ser"): translated_later(
        "Marché réservé : organisations de mission de service public"
    ),
    (RESERVED, ""): translated_later("Marché réservé : les conditions sont dans l’avis"),
    ("BT-06", "env-imp"): translated_later("Réduire les effets sur l’environnement"),
    ("BT-06", "soc-obj"): translated_later("Atteindre des objectifs sociaux"),
    ("BT-06", "inn-pur"): translated_later("Acheter de l’innovation"),
    ("BT-774", "biodiv-eco"): translated_later("Protéger la biodiversité et les écosystèmes"),
    ("BT-774", "circ-econ"): translated_later("Aller vers une économie circulaire"),
    ("BT-774", "clim-adapt"): translated_later("S’adapter au changement climatique"),
    ("BT-774", "clim-mitig"): translated_later("Limiter le changement climatique"),
    ("BT-774", "pollu-prev"): translated_later("Prévenir la pollution"),
    ("BT-774", "water-mar"): translated_later("Protéger les ressources en eau"),
    ("BT-774", "other"): translated_later("Autre objectif environnemental"),
    ("BT-775", "acc-all"): translated_later("Accessible à toutes et à tous"),
    ("BT-775", "et-eq"): translated_later("Égalité ethnique"),
    ("BT-775", "gen-eq"): translated_later("Égalité entre femmes et hommes"),
    ("BT-775", "hum-right"): translated_later(
        "Respect des droits humains tout au long de la chaîne d’approvisionnement"
    ),
    ("BT-775", "opp"): translated_later("Emploi de personnes défavorisées, insertion, handicap"),
    ("BT-775", "work-cond"): translated_later("Conditions de travail équitables"),
    ("BT-775", "other"): translated_later("Autre objectif social"),
    ("BT-776", "mar-nov"): translated_later("Nouveauté sur le marché"),
    ("BT-776", "proc-innov"): translated_later("Innovation de procédé"),
    ("BT-776", "prod-innov"): translated_later("Innovation de produit"),
    ("BT-776", "rd-act"): translated_later("Recherche et développement"),
    ("BT-776", "other"): translated_later("Autre innovation"),
    ("BT-805", "eu"): translated_later("Critères européens d’achat écologique"),
    ("BT-805", "national"): translated_later("Critères nationaux d’achat écologique"),
    ("BT-805", "other"): translated_later("Autres critères d’achat écologique"),
    ("BT-754", "inc"): translated_later("Critères d’accessibilité aux personnes handicapées"),
}
# Codes that say nothing more than that the field applies: its own words are enough.
_YES = frozenset({"", "yes", "true"})
# Codes by which a notice says that it asks for nothing of the kind.
_NOTHING = frozenset({"none", "no", "false", "not-known", "n-inc", "n-inc-just"})


@dataclass(frozen=True, slots=True)
class Statement:
    """What a notice declares in one field: in our words, its code where we have none, and its own text.

    `written_code` is the code as the notice writes it; `lots` are the numbers of the lots that it is about,
    empty when it is about all of them.
    """

    term: str
    written_code: str
    words: str
    code: str
    text: Published
    lots: tuple[int, ...]


def statements_of(lots: Sequence[Lot], language: str) -> list[Statement]:
    """What the lots declare, each thing once, what is reserved first."""
    found: dict[tuple[str, str, str], list[int]] = {}
    texts: dict[tuple[str, str, str], Published] = {}
    for lot in lots:
        for each in lot.considerations:
            if each.code in _NOTHING:
                continue
            text = published(each.text, language)
            key = (each.business_term, each.code, text.text)
            texts[key] = text
            if lot.number not in found.setdefault(key, []):
                found[key].append(lot.number)
    order = list(_TERMS)
    keys = sorted(found, key=lambda key: order.index(key[0]) if key[0] in order else len(order))
    return [
        Statement(
            term=term,
            written_code=code,
            words=gettext(_CODES.get((term, code)) or _TERMS.get(term, _UNKNOWN_TERM)),
            code="" if (term, code) in _CODES or code in _YES else code,
            text=texts[term, code, text],
            lots=tuple(found[term, code, text]) if len(found[term, code, text]) < len(lots) else (),
        )
        for term, code, text in keys
    ]
