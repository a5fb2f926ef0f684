"""Many lots judged one after the other, or by several processes: the numbers are the same."""

import logging
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from matcher.classifier import Classifier
from matcher.context import Context
from matcher.judge import Judged, judge_lot
from matcher.kinship import Row
from matcher.lead import LotFacts

logger = logging.getLogger(__name__)

# So many lots are placed at once, and go to a process: few enough for memory, enough to be worth the way.
_AT_ONCE = 64

# Whom a lot suits, by member; None where it could not be judged.
Outcome = list[tuple[int, Judged]] | None


def judge_many(
    lots: Sequence[LotFacts], context: Context, classifier: Classifier, *, least: Row, workers: int = 1
) -> Iterator[Outcome]:
    """The outcome of each lot in its order: the members whose score reaches theirs of `least`, not stopped.

    A lot that cannot be judged is logged and stops no other. Memory does not grow with the number of lots.
    """
    if workers <= 1:
        for chunk in _in_chunks(lots):
            yield from _outcomes(chunk, context, classifier, least)
        return
    # Importing what starts processes takes a moment that one process never needs.
    from sklearn.utils.parallel import Parallel, delayed

    ask: Any = delayed(_outcomes)
    chunks = (ask(chunk, context, classifier, least) for chunk in _in_chunks(lots))
    for outcomes in Parallel(n_jobs=workers, return_as="generator", pre_dispatch="2*n_jobs")(chunks):
        yield from outcomes


def _in_chunks(lots: Sequence[LotFacts]) -> Iterator[list[LotFacts]]:
    left = iter(lots)
    while chunk := list(islice(left, _AT_ONCE)):
        yield chunk


def _outcomes(
    lots: Sequence[LotFacts], context: Context, classifier: Classifier, least: Row
) -> list[Outcome]:
    try:
        context.space.meet(lots)
    except Exception:
        # Each is then placed when it is asked about, and only the one that cannot be fails.
        logger.exception("lots could not be placed together")
    return [_outcome(lot, context, classifier, least) for lot in lots]


def _outcome(lot: LotFacts, context: Context, classifier: Classifier, least: Row) -> Outcome:
    try:
        found = judge_lot(lot, context, classifier, least=least)
        return [(member.id, judged) for member, judged in found]
    except Exception:
        logger.exception("a lot could not be judged", extra={"lot": lot.id})
        return None
