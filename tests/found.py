"""ESS findings for tests, whole and plausible; each argument overrides one fact."""

from typing import Any

from procurement.lens import FindingKind, Polarity
from procurement.models import Finding
from tests.factories import NOW


def finding(**overrides: Any) -> Finding:
    """A criterion on apprentices found among the award criteria."""
    facts: dict[str, Any] = {
        "family": "apprentissage_formation",
        "kind": FindingKind.AWARD,
        "polarity": Polarity.PRESENT,
        "counts": True,
        "weight": 5.0,
        "language": "fr",
        "field": "award.2.title",
        "start": 8,
        "evidence": "apprenties et apprentis",
        "sentence": "Part des apprenties et apprentis dans l’effectif.",
        "rule": "apprentissage_formation:fr:1",
        "found_with": "test",
        "found_at": NOW,
    }
    return Finding(**{**facts, **overrides})
