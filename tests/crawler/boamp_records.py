"""Invented records of BOAMP in its exact shape, how they are read, and how a test spoils them."""

import json
from pathlib import Path
from typing import Any

from crawler.boamp.questions import record_url
from crawler.boamp.reading import canonical, corrects, read_record
from procurement.records import CallRecord, NoticeRecord

RECORDINGS = Path(__file__).parents[1] / "recordings" / "boamp"
BASE = "http://127.0.0.1:1/boamp"

Record = dict[str, Any]


def recording(case: str) -> Record:
    """One invented record, free to be changed."""
    found: Record = json.loads((RECORDINGS / f"{case}.json").read_text())
    return found


def every_recording(*left_out: str) -> list[Record]:
    """Every invented record but those of some cases."""
    return [recording(path.stem) for path in sorted(RECORDINGS.glob("*.json")) if path.stem not in left_out]


def read(record: Record) -> NoticeRecord:
    """The notice of one record."""
    return read_record(canonical(record), fetched_from=f"{BASE}/x")


def read_corrected(correction: Record, *others: Record) -> NoticeRecord:
    """The notice of a correction from the answer that also holds what it corrects."""
    initial = corrects(correction)
    assert initial is not None
    answer = {"total_count": len(others) + 1, "results": [*others, correction]}
    return read_record(canonical(answer), fetched_from=record_url(BASE, correction["idweb"], initial))


def inside(record: Record) -> Any:
    """The notice itself, free to be spoilt."""
    return json.loads(record["donnees"])


def with_inside(record: Record, tree: Any, **fields: Any) -> Record:
    """The record with another notice inside."""
    return {**record, "donnees": json.dumps(tree, ensure_ascii=False), **fields}


def call_of(notice: NoticeRecord) -> CallRecord:
    """The call of a notice that must have one."""
    assert notice.call is not None
    return notice.call
