"""How a signal is registered: a number in [0, 1] for all members at once, and what it says of one lead."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from matcher.context import Context
from matcher.kinship import Row
from matcher.lead import Lead, LotFacts


@dataclass(frozen=True, slots=True)
class Signal:
    """What a signal says of one lead: a value in [0, 1], and the sentence it gives where it is worth one."""

    value: float
    reason: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    # The sentence speaks against the lead: a risk, never a reason.
    is_against: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence by its key, with the facts it tells."""

    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    is_against: bool = False


Measure = Callable[[LotFacts, Context], Row]
Tell = Callable[[Lead, Context], Reason | None]


def _nothing_to_say(lead: Lead, context: Context) -> Reason | None:
    return None


@dataclass(slots=True)
class SignalCard:
    """A registered signal: key, version, French label, family of reasons, what measures and what words it."""

    key: str
    version: int
    label: str
    family: str
    measure: Measure
    tell: Tell = _nothing_to_say

    @property
    def name(self) -> str:
        """The key with its version, as a model's card lists it."""
        return f"{self.key}@{self.version}"

    def told_by(self, tell: Tell) -> Tell:
        """Register what words the signal of a lead where its value is not zero: few leads ever need it."""
        self.tell = tell
        return tell


SIGNALS: dict[str, SignalCard] = {}


def signal(label: str, *, family: str, version: int = 1) -> Callable[[Measure], SignalCard]:
    """Register a function as a signal: it gives a number in [0, 1] for each member of the context.

    A change of what it measures needs a new version. Of each family at most one signal becomes a reason, so
    that three reasons say three things.
    """

    def register(measure: Measure) -> SignalCard:
        card = SignalCard(measure.__name__, version, label, family, measure)
        SIGNALS[card.key] = card
        return card

    return register


def measure_all(lot: LotFacts, context: Context) -> dict[str, Row]:
    """Every registered signal of a lot for each member of the context, by key."""
    return {key: card.measure(lot, context) for key, card in SIGNALS.items()}


def told(lead: Lead, context: Context, values: Mapping[str, float]) -> dict[str, Signal]:
    """The signals of one lead, by their values, with the reasons they give."""
    signals = {}
    for key, value in values.items():
        reason = SIGNALS[key].tell(lead, context) if value else None
        signals[key] = Signal(value, reason.key, reason.facts, reason.is_against) if reason else Signal(value)
    return signals
