"""What a hostile or broken source may answer for a publication, and how a run over each must end."""

from collections.abc import Callable, Iterable
from functools import partial

from tests.crawler.hostile import (
    MEBIBYTE,
    Json,
    Publication,
    bomb,
    dripping,
    redirect,
    reply,
    swollen_body,
    wire,
)

_MARK = "@@here@@"
_ACUTE, _CEDILLA = "\u0301", "\u0327"
_CONTROLS = "\x00\x1b[31m\x07\x9b\u202e\u2066\u200b\ufeff"


def put(path: str, value: Json) -> Callable[[Json], Json]:
    """Set one value in a publication."""

    def change(details: Json) -> Json:
        *parents, last = path.split("/")
        place = details
        for parent in parents:
            place = place[int(parent)] if parent.isdigit() else place[parent]
        place[last] = value
        return details

    return change


def _bytes(name: str, ending: str, body: Callable[[bytes], bytes], *headers: str) -> Publication:
    return Publication(name, ending, lambda details: [reply(body(wire(details)), *headers)])


def _value(name: str, ending: str, path: str, value: Json) -> Publication:
    return Publication(name, ending, lambda details: [reply(wire(put(path, value)(details)))])


def _raw(name: str, ending: str, path: str, value: str) -> Publication:
    """One value, written into the JSON letter for letter, be it JSON or not."""

    def answer(details: Json) -> list[bytes]:
        body = wire(put(path, _MARK)(details))
        return [reply(body.replace(f'"{_MARK}"'.encode(), value.encode()))]

    return Publication(name, ending, answer)


def _sent(name: str, ending: str, answer: Callable[[bytes], Iterable[bytes]]) -> Publication:
    """An answer as bytes, from those of the right one."""
    return Publication(name, ending, lambda details: answer(wire(details)))


def _row(name: str, ending: str, **row: Json) -> Publication:
    return Publication(name, ending, lambda details: [reply(wire(details))], lambda right: right | row)


def _bomb(encoding: str, _right: bytes) -> list[bytes]:
    return [reply(bomb(encoding), f"Content-Encoding: {encoding}")]


PACKINGS = ("gzip", "br", "zstd", "gzip, gzip")
GOOD = [
    _bytes("good, first of all", "stored", lambda right: right),
    _bytes("good, in the middle", "stored", lambda right: right),
    _bytes("good, last of all", "stored", lambda right: right),
]
BROKEN = [
    _bytes("truncated", "quarantined", lambda right: right[: len(right) // 2]),
    _sent("HTML for JSON", "quarantined", lambda right: [reply(b"<!doctype html><p>Oups", kind="text/html")]),
    _bytes("empty", "quarantined", lambda right: b""),
    _sent("no content", "missing", lambda right: [reply(b"", status="204 No Content", has_length=False)]),
    _bytes("a list", "quarantined", lambda right: b"[" + right + b"]"),
    _bytes("null", "quarantined", lambda right: b"null"),
    _bytes("two in one", "quarantined", lambda right: right + right),
    _bytes("a mark of the order of bytes", "quarantined", lambda right: b"\xef\xbb\xbf" + right),
    _bytes("UTF-16", "quarantined", lambda right: right.decode().encode("utf-16")),
    _bytes("latin-1", "quarantined", lambda right: right.decode().encode("latin-1", "replace")),
    _bytes("a byte that is no UTF-8", "quarantined", lambda right: right.replace(b"Carouge", b"Car\xffuge")),
    _raw("NaN", "quarantined", "base/participantLotsLimitation", "NaN"),
    _raw("infinity", "quarantined", "base/participantLotsLimitation", "-Infinity"),
    _raw("a weight beyond all numbers", "quarantined", "criteria/awardCriteria/0/weighting", "1e400"),
    _raw("a number of 5000 digits", "quarantined", "base/participantLotsLimitation", "9" * 5000),
    _raw("a number of 30 digits", "quarantined", "base/participantLotsLimitation", "9" * 30),
    _raw("a deadline twice", "quarantined", "novelty", '1, "dates": null'),
    _raw("nested lists", "quarantined", "novelty", "[" * 200_000 + "]" * 200_000),
    _raw("nested objects", "quarantined", "novelty", '{"a":' * 200_000 + "1" + "}" * 200_000),
    _bytes("nothing but brackets", "quarantined", lambda right: b"[" * 200_000),
    _raw("a million empty objects", "quarantined", "novelty", f"[{'{},' * 999_999}{{}}]"),
    _raw("a surrogate in a title", "quarantined", "base/title/fr", r'"seul \ud800 ici"'),
    _raw("a surrogate in a name", "quarantined", "novelty", r'1, "\udfff\u0000\u001b[31m": 2'),
]
_WRONG_TYPES: dict[str, Json] = {
    "id": 42,
    "type": None,
    "base": [],
    "base/title": "Titre",
    "base/title/fr": ["Titre"],
    "base/projectId": {"id": "x"},
    "base/publicationDate": 20261124,
    "base/publicationNumber": 7.5,
    "base/stateContractArea": "no",
    "base/corrected": 0,
    "base/cpvCode": "55523100",
    "base/participantLotsLimitation": "3",
    "project-info": "nobody",
    "project-info/procOfficeAddress/cantonId": ["GE"],
    "project-info/offerLanguages": {"fr": True},
    "procurement/orderDescription": 3.14,
    "procurement/orderAddress": "Carouge",
    "procurement/additionalCpvCodes": {"0": "55523100"},
    "procurement/contractPeriod/dateRange": "2027-03-01",
    "procurement/variants": True,
    "terms/consortiumAllowed": False,
    "terms/termsCriteria": "none",
    "dates/offerDeadline": 1790000000,
    "dates/qnas": {"date": "2026-12-01"},
    "criteria/awardCriteria": 100,
    "criteria/awardCriteria/0/weighting": "60",
    "criteria/awardCriteria/0/isPriceCriterion": "yes",
    "lots": {"1": {}},
}
MISTYPED = [
    _value(f"{path} is {value!r}", "quarantined", path, value) for path, value in _WRONG_TYPES.items()
]
TEXTS = [
    _value("ten megabytes of description", "lost", "procurement/orderDescription/fr", "mot " * 2_600_000),
    _value("five megabytes of description", "stored", "procurement/orderDescription/fr", "mot " * 1_300_000),
    _value("five megabytes of title", "stored", "base/title/fr", "Titre é " * 580_000),
    # One such letter, and Python keeps the whole text in four bytes a letter.
    _value("five megabytes and a smiley", "stored", "base/title/fr", "\U0001f600" + "Titre " * 870_000),
    _value("a million smileys", "stored", "base/title/fr", "\U0001f600" * 1_200_000),
    _value("fifty thousand paragraphs", "quarantined", "procurement/orderDescription/fr", "<p>x" * 50_000),
    _value("thirty thousand tables", "quarantined", "terms/remediesNotice/fr", "<table><tr><td>x" * 30_000),
    _value(
        "one letter with all accents", "stored", "terms/termsNote/fr", "e" + (_ACUTE + _CEDILLA) * 200_000
    ),
    _value("control characters in words", "stored", "base/title/fr", f"Re{_CONTROLS}pas"),
    _value(
        "control characters as entities", "stored", "terms/termsNote/fr", "<p>a&#8238;b&#0;&#27;[2J&#x9b;c"
    ),
    _value(
        "control characters in a city", "stored", "procurement/orderAddress/city/fr", f"Ge{_CONTROLS}nève"
    ),
    _value("control characters in a number", "quarantined", "base/publicationNumber", f"7{_CONTROLS}-01"),
    _value("NUL in a project", "quarantined", "base/projectId", "a\x00b"),
    _value("NUL in a language", "quarantined", "project-info/offerLanguages", ["fr", "\x00"]),
    _value("a canton in words", "quarantined", "procurement/orderAddress/cantonId", "Genève"),
    _value("a buyer's key without end", "quarantined", "base/procOfficeId", "x" * 2_000),
    _value("an escape in a new field", "stored", "base/\x1b[31m\x00novelty", 1),
    _value("five thousand criteria", "quarantined", "terms/termsCriteria", [{}] * 5_000),
    _value("fifty thousand new fields", "stored", "novelty", {f"n{place}": 0 for place in range(50_000)}),
]
TRAFFIC = [
    *(_sent(f"200 MB in {encoding}", "lost", partial(_bomb, encoding)) for encoding in PACKINGS),
    _sent("200 MB without length", "lost", lambda right: [reply(b"", has_length=False), *swollen_body()]),
    _sent(
        "200 MB announced", "lost", lambda right: [b"HTTP/1.1 200 OK\r\nContent-Length: 209715200\r\n\r\n"]
    ),
    _bytes("packed it is not", "lost", lambda right: right, "Content-Encoding: gzip"),
    _sent("a slow drip", "stored", lambda right: dripping(reply(right), pieces=80, seconds=2)),
    _sent(
        "one header without end",
        "lost",
        lambda right: [b"HTTP/1.1 200 OK\r\nX-Long: ", *[b"x" * MEBIBYTE] * 20],
    ),
    _sent("headers without end", "lost", lambda right: [b"HTTP/1.1 200 OK\r\n", b"X-Long: x\r\n" * 2**19]),
    _sent(
        "twenty thousand headers",
        "stored",
        lambda right: [reply(right, *(f"X-{place}: {place}" for place in range(20_000)))],
    ),
    _sent("no length at all", "lost", lambda right: [reply(right, "Content-Length: many", has_length=False)]),
    _sent(
        "a length below nothing", "lost", lambda right: [reply(right, "Content-Length: -5", has_length=False)]
    ),
    _sent("two lengths", "lost", lambda right: [reply(right, "Content-Length: 7")]),
    _sent("a length too long", "lost", lambda right: [reply(right[:-9]).replace(b"Length: ", b"Length: 1")]),
    _sent(
        "no such piece",
        "lost",
        lambda right: [reply(b"zz\r\n", "Transfer-Encoding: chunked", has_length=False)],
    ),
    _sent("no HTTP", "lost", lambda right: [b"\x15\x03\x01 this is no HTTP\r\n\r\n"]),
    _sent("hung up", "lost", lambda right: [b""]),
    _sent("a status of its own", "lost", lambda right: [reply(right, status="999 Whatever")]),
    _sent("sent round in circles", "lost", lambda right: [redirect("?again")]),
    _sent("sent to a file", "lost", lambda right: [redirect("file:///etc/passwd")]),
    _sent("sent to the cloud's keys", "lost", lambda right: [redirect("http://169.254.169.254/latest/")]),
    _sent("sent to nowhere", "lost", lambda right: [redirect("http://[broken/")]),
    _sent("sent to another publication", "quarantined", lambda right: [redirect(GOOD[0].key)]),
    _value("answered with another one", "quarantined", "id", GOOD[1].key),
    _sent(
        "a flood of cookies",
        "stored",
        lambda right: [reply(right, *(f"Set-Cookie: c{place}={'x' * 50}" for place in range(500)))],
    ),
    _sent(
        "wait for ever",
        "lost",
        lambda right: [reply(b"", "Retry-After: Mon, 1 Jan 99999999999 0:0:0 GMT", status="503 X")],
    ),
]
# What the list itself says of them cannot be used.
LISTED = [
    _row("listed without a key", "row", publicationId=None),
    _row("listed with a number for a key", "row", publicationId=42),
    _row("listed in depth", "row", id=[[]]),
    _row("listed with NUL", "missing", publicationId="a\x00b\x1b[31m", publicationNumber="7\x00\x1b[2J"),
    _row("listed without end", "missing", publicationId="x" * 500, publicationNumber="9" * 500),
]
CORPUS = [GOOD[0], *BROKEN, *MISTYPED, GOOD[1], *TEXTS, *TRAFFIC, *LISTED, GOOD[2]]
