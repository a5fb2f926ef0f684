"""The conditions of a notice under headings in words: every one is shown, also one without a name here."""

from collections.abc import Sequence
from dataclasses import dataclass

from procurement.i18n import translated_later
from procurement.models import Tender
from web.i18n import Published, gettext, published

# In the order in which a reader wants them; the names are those of `conditions` in procurement/records.py.
_HEADINGS = {
    "entered_as": translated_later("Saisi par l’équipe"),
    "correction": translated_later("Remarques de la rectification"),
    "expected_on": translated_later("Publication prévue"),
    "participation": translated_later("Conditions de participation"),
    "participants_limit": translated_later("Nombre de participants, au plus"),
    "site_visit": translated_later("Visite des lieux"),
    "appointments": translated_later("Autres dates"),
    "formalities": translated_later("Exigences de forme"),
    "offering_phase": translated_later("Phase d’offre"),
    "other_requirements": translated_later("Autres exigences"),
    "pre_involved": translated_later("Personnes déjà impliquées"),
    "business": translated_later("Conditions générales"),
    "payment": translated_later("Conditions de paiement"),
    "included_costs": translated_later("Coûts compris dans le prix"),
    "securities": translated_later("Garanties"),
    "execution": translated_later("Exécution"),
    "performance": translated_later("Conditions d’exécution"),
    "prizes": translated_later("Prix du concours"),
    "purchases": translated_later("Achats"),
    "compensation": translated_later("Indemnités"),
    "independent_experts": translated_later("Membres indépendants du jury"),
    "jury_decision": translated_later("Portée de la décision du jury"),
    "anonymity": translated_later("Anonymat"),
    "outside_treaty": translated_later("Hors traité"),
    "procedure": translated_later("Procédure, telle que nommée par la source"),
    "subjects": translated_later("Sujets"),
    "additional_information": translated_later("Renseignements complémentaires"),
}
_UNNAMED = translated_later("Autres conditions")


@dataclass(frozen=True, slots=True)
class Condition:
    """What a notice says under one heading."""

    heading: str
    texts: Sequence[Published]

    @property
    def count(self) -> int:
        """How many conditions stand under it."""
        return len(self.texts)


def heading_of(name: str) -> str:
    """The heading under which a condition is shown."""
    return gettext(_HEADINGS.get(name, _UNNAMED))


def conditions_of(tender: Tender) -> list[Condition]:
    """Every condition that says something, the named ones first, those without a name together at the end."""
    said = {key: published(texts, tender.language) for key, texts in (tender.conditions or {}).items()}
    said = {key: text for key, text in said.items() if text.text}
    named = [Condition(gettext(words), [said[key]]) for key, words in _HEADINGS.items() if key in said]
    rest = [said[key] for key in sorted(said) if key not in _HEADINGS]
    return [*named, Condition(gettext(_UNNAMED), rest)] if rest else named
