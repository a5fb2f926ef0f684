"""What the second opinion learns from: our own sentences, labelled passages, and decisions of staff."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.criteria import ess_criteria
from matcher.ess.plain import plain
from matcher.ess.rules import ACCESS
from matcher.ess.sentences import sentences, trimmed
from procurement.models import Finding

# How much a decision of staff weighs beside a sentence of another origin.
_OF_STAFF = 3.0
_IDLE = frozenset({"boilerplate", "participation_condition", "qualification", "access"})


@dataclass(frozen=True, slots=True)
class Lesson:
    """A sentence of a field and whether it counts for an organisation of the ESS."""

    sentence: str
    field: str
    counts: bool
    importance: float = 1.0


def digest_of(lessons: Sequence[Lesson]) -> str:
    """A short name of what was learnt from."""
    told = json.dumps([asdict(lesson) for lesson in lessons], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def lessons(session: Session, *, labelled: Path | None = None) -> list[Lesson]:
    """What there is to learn from, in a fixed order: criteria, labelled passages, decisions of staff."""
    return [*_of_criteria(), *(of_passages(labelled) if labelled else ()), *_of_staff(session)]


def _of_criteria() -> Iterator[Lesson]:
    for criterion in ess_criteria().criteria:
        speaks = criterion.key not in ACCESS and not criterion.is_condition_for_all
        for examples, counts in ((criterion.matches, speaks), (criterion.ignores, False)):
            for said in examples.values():
                yield from (Lesson(sentence, "", counts) for sentence in said)


def of_passages(file: Path) -> Iterator[Lesson]:
    """The sentences of labelled passages in the form of the benchmark; absent, it teaches nothing."""
    if not file.is_file():
        return
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield from of_passage(json.loads(line))


def of_passage(row: dict[str, Any]) -> Iterator[Lesson]:
    """The sentences of one labelled passage: those that a label which counts overlaps, and the others."""
    text = row["text"]
    spans = [
        (at, at + len(label["evidence"]))
        for label in row["labels"]
        if row["ess"] and label["family"] not in ACCESS and label["kind"] not in _IDLE
        if (at := text.find(label["evidence"])) >= 0
    ]
    ready = plain(text)
    for cut in sentences(ready.clean):
        start, end = trimmed(ready.clean, *cut)
        if end - start < 3:
            continue
        first, last = ready.origin(start, end)
        counts = any(a < last and first < b for a, b in spans)
        yield Lesson(text[first:last], row.get("field") or "", counts)


def _of_staff(session: Session) -> Iterator[Lesson]:
    judged = select(Finding).where(Finding.is_right.is_not(None)).order_by(Finding.id)
    for finding in session.scalars(judged):
        yield Lesson(finding.sentence, finding.field, bool(finding.is_right), _OF_STAFF)
