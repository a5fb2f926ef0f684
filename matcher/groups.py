"""Whether a candidate costs one language or one sector what it gains elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from matcher.evaluation import Floats, average_precision
from matcher.labels import Label

# How much average precision a language or a sector may lose.
MOST_LOST = 0.03
# Of how many later decisions that can be told: of two models much alike and equally good, one loses more by
# chance 2 times of 100 with 100 decisions, 10 times with 40 (simulated).
LEAST = 100
LEAST_OF_EACH = 20

Sectors = Mapping[int, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Group:
    """The later decisions of a language or about members of a sector, and how each model orders them."""

    of: str
    key: str
    labels: int
    good: int
    candidate: float
    in_use_before: float

    @property
    def is_judged(self) -> bool:
        """Whether there are enough decisions to tell a loss from chance."""
        return self.labels >= LEAST and min(self.good, self.labels - self.good) >= LEAST_OF_EACH

    @property
    def is_worse(self) -> bool:
        """Whether the candidate may not be promoted for what it costs here."""
        return self.is_judged and self.in_use_before - self.candidate > MOST_LOST

    def as_facts(self) -> dict[str, Any]:
        """As it stands on a model's card."""
        return {**asdict(self), "is_judged": self.is_judged}


def groups_of(labels: Sequence[Label], *, ours: Floats, theirs: Floats, sectors: Sectors) -> list[Group]:
    """Every language and sector with a good decision, by name; a member may be of several sectors."""
    rows: dict[tuple[str, str], list[int]] = {}
    for row, label in enumerate(labels):
        rows.setdefault(("language", label.language), []).append(row)
        for sector in sectors.get(label.member_id, ()):
            rows.setdefault(("sector", sector), []).append(row)
    is_good = np.array([label.is_good for label in labels], dtype=float)
    return [
        Group(
            of=of,
            key=key,
            labels=len(found),
            good=int(is_good[found].sum()),
            candidate=average_precision(ours[found], is_good[found]),
            in_use_before=average_precision(theirs[found], is_good[found]),
        )
        for (of, key), found in sorted(rows.items())
        if is_good[found].any()
    ]
