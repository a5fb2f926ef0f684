"""One XML notice of TED, of whatever family, as a NoticeRecord in clean text."""

from crawler.ted.eforms import read_eforms
from crawler.ted.export import read_export
from crawler.ted.tree import parse
from procurement.errors import UnreadableNotice
from procurement.records import NoticeRecord

_EFORMS = frozenset({"ContractNotice", "ContractAwardNotice", "PriorInformationNotice"})


def read_notice(payload: bytes, *, fetched_from: str, number: str = "") -> NoticeRecord:
    """The record of a notice; UnreadableNotice names the place in it that is not as it should be.

    `number` is the publication number under which it was asked for: it must be the one that the notice bears,
    and stands for it where the notice bears none.
    """
    try:
        return read_xml(payload, fetched_from=fetched_from, number=number)
    except UnreadableNotice:
        raise
    except ValueError as problem:
        raise UnreadableNotice("answer", str(problem)) from problem


def read_xml(payload: bytes, *, fetched_from: str, number: str = "") -> NoticeRecord:
    """As `read_notice`, but ValueError for an answer that was broken on the way, which is asked for again."""
    root = parse(payload)
    if root.tag in _EFORMS:
        return read_eforms(root, payload, fetched_from=fetched_from, number=number)
    if root.tag == "TED_EXPORT":
        return read_export(root, payload, fetched_from=fetched_from, number=number)
    if root.tag == "BusinessRegistrationInformationNotice":
        raise UnreadableNotice(root.tag, "the registration of a company, no procurement")
    raise UnreadableNotice(root.tag[:100], "neither eForms nor TED_EXPORT")
