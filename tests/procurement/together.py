"""Several acts at the same moment, each in a thread of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

T = TypeVar("T")


def together(acts: Sequence[Callable[[], T]]) -> list[T]:
    """What each act returned, in their order; they begin at once, and the first error of one is raised."""
    start = Barrier(len(acts))

    def begin(act: Callable[[], T]) -> T:
        start.wait(10)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(begin, acts))
