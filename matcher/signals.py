"""Every signal that there is: what speaks for a lead. Those of the subject come first."""

from matcher import subject, surroundings
from matcher.cards import SIGNALS, Signal, measure_all, told

__all__ = ["SIGNALS", "Signal", "measure_all", "subject", "surroundings", "told"]
