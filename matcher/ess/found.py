"""What reading a text yields: criteria with the words that prove them, and where these stand."""

from dataclasses import dataclass

from procurement.lens import FindingKind, Polarity


@dataclass(frozen=True, slots=True)
class Found:
    """A criterion found in a text: `evidence` is its slice from `start` to `end`, within `sentence`."""

    family: str
    kind: FindingKind
    polarity: Polarity
    counts: bool
    weight: float | None
    start: int
    end: int
    evidence: str
    sentence_start: int
    sentence: str
    language: str
    rule: str
