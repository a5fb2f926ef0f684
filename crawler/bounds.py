"""How much an answer may hold: its parts take far more room in memory than on their way here."""

from typing import AnyStr


def refuse_swarm(body: AnyStr, *marks: AnyStr, most: int) -> None:
    """Raise ValueError when these marks stand in an answer far more often than in any real one."""
    if sum(map(body.count, marks)) > most:
        raise ValueError(f"more than {most} parts")
