"""The invented notices of TED, read, spoilt, and looked into."""

from pathlib import Path

from crawler.ted.reading import read_notice
from procurement.records import CallRecord, LotRecord, NoticeRecord

RECORDINGS = Path(__file__).parents[1] / "recordings" / "ted"
NOTICES = sorted(RECORDINGS.glob("*.xml"))


def recording(name: str) -> bytes:
    """One invented notice as it comes from TED."""
    return (RECORDINGS / f"{name}.xml").read_bytes()


def read(payload: bytes, number: str = "") -> NoticeRecord:
    """Its record."""
    return read_notice(payload, fetched_from="http://127.0.0.1/x", number=number)


def spoilt(name: str, right: str, wrong: str) -> bytes:
    """The same notice with a value that is no longer right."""
    payload = recording(name)
    assert right.encode() in payload
    return payload.replace(right.encode(), wrong.encode())


def call_of(record: NoticeRecord) -> CallRecord:
    """The call that it must have."""
    assert record.call is not None
    return record.call


def lots_of(name: str) -> tuple[LotRecord, ...]:
    """The lots of its call."""
    return call_of(read(recording(name))).lots


def statements(lot: LotRecord) -> set[tuple[str, str]]:
    """The reserving, social and green statements of a lot."""
    return {(each.business_term, each.code) for each in lot.considerations}
