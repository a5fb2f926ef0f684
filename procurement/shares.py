"""How sure a share is that rests on few cases."""

import math


def wilson(some: int, of: int, *, deviations: float) -> tuple[float, float]:
    """Between what a share lies (Wilson 1927), at so many deviations; no point where all is right."""
    share, square = some / of, deviations**2 / of
    middle = (share + square / 2) / (1 + square)
    reach = deviations / (1 + square) * math.sqrt((share * (1 - share) + square / 4) / of)
    return max(0.0, middle - reach), min(1.0, middle + reach)
