"""Invented decisions for tests of learning: staff who go by the text and hardly by the code."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from matcher.classifier import logistic
from matcher.labels import Label, Labels, Teacher
from matcher.signals import SIGNALS

FIRST_DAY = date(2026, 1, 5)
LEARNT_ON = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)

Taste = Callable[[dict[str, float]], float]


def by_text(values: dict[str, float]) -> float:
    """The logit of keeping for staff who read the text and never look at the code."""
    return 16.0 * values["text_likeness"] - 8.0


def make_label(number: int, values: dict[str, float], **overrides: Any) -> Label:
    """One decision, two a day; each argument overrides one fact."""
    published = FIRST_DAY + timedelta(days=number // 2)
    facts: dict[str, Any] = {
        "match_id": number,
        "tender_id": number,
        "member_id": number % 7,
        "values": values,
        "is_good": True,
        "teacher": Teacher.STAFF,
        "published_on": published,
        "said_at": datetime(published.year, published.month, published.day, 12, tzinfo=UTC),
    }
    return Label(**{**facts, **overrides})


def make_labels(count: int, *, taste: Taste = by_text, seed: int = 1) -> Labels:
    """So many decisions of staff of one taste, about signals of chance."""
    chance = random.Random(seed)
    labels = []
    for number in range(count):
        values = {key: chance.random() for key in sorted(SIGNALS)}
        is_good = chance.random() < logistic(taste(values))
        labels.append(make_label(number, values, is_good=is_good))
    return Labels(tuple(labels), tuple(sorted(SIGNALS)))
