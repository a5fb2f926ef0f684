"""What reading a text yields: criteria with the words that prove them, and where these stand."""

from dataclasses import dataclass

from procurement.lens import FindingKind, Polarity

_LONGEST_QUOTE = 400


@dataclass(frozen=True, slots=True)
class Found:
    """A criterion found in a text: `evidence` is the text from `start` on, within `sentence`."""

    family: str
    kind: FindingKind
    polarity: Polarity
    counts: bool
    weight: float | None
    start: int
    evidence: str
    sentence_start: int
    sentence: str
    language: str
    rule: str

    @property
    def quote(self) -> str:
        """The sentence; of a long one, which no full stop ends, the words around the evidence alone."""
        if len(self.sentence) <= _LONGEST_QUOTE:
            return self.sentence
        at = max(0, self.start - self.sentence_start - _LONGEST_QUOTE // 3)
        return self.sentence[at : at + _LONGEST_QUOTE]
