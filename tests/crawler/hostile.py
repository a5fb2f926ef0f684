"""A source that means harm: a server that answers for each of its publications in another hostile way."""

import copy
import gzip
import json
import re
import socketserver
import ssl
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs, urlsplit

from crawler.sample.answers import build

Json = Any
ROOT = "/simap/api"
MEBIBYTE = 2**20
_PAGE = 20
_SWOLLEN = 200


@dataclass(frozen=True, slots=True)
class Publication:
    """One publication, how it is answered (from the right answer, the bytes on the wire), and how it ends."""

    name: str
    ending: str
    answer: Callable[[Json], Iterable[bytes]]
    # What the list says of it instead.
    row: Callable[[Json], Json] = lambda right: right

    @property
    def project(self) -> str:
        """The key of its project."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"project {self.name}"))

    @property
    def key(self) -> str:
        """Its own key."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"publication {self.name}"))


@dataclass(slots=True)
class Hostile:
    """A running server: its address, what was asked of it, and whether it means harm just now."""

    address: str = ""
    means_harm: bool = True
    asked: list[str] = field(default_factory=list)


@cache
def _a_call(today: date) -> Json:
    found = build(today).publications().values()
    return next(each for each in found if each["type"] == "tender" and each["base"]["lotsType"] == "without")


def right_details(publication: Publication, number: int, today: date) -> Json:
    """What the source would answer if it meant well."""
    details = copy.deepcopy(_a_call(today))
    details["id"] = details["base"]["id"] = publication.key
    details["base"] |= {
        "projectId": publication.project,
        "projectNumber": str(number),
        "publicationNumber": f"{number}-01",
    }
    return details


def reply(
    body: bytes,
    *headers: str,
    status: str = "200 OK",
    kind: str = "application/json; charset=utf-8",
    has_length: bool = True,
) -> bytes:
    """An answer as it goes over the wire."""
    length = [f"Content-Length: {len(body)}"] if has_length else []
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", *length, "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def wire(details: Json) -> bytes:
    """A publication as JSON, letter for letter."""
    return json.dumps(details, ensure_ascii=False).encode()


def redirect(to: str) -> bytes:
    """An answer that sends one elsewhere."""
    return reply(b"", f"Location: {to}", status="302 Found")


def dripping(answer: bytes, *, pieces: int, seconds: float) -> Iterator[bytes]:
    """An answer that comes in small pieces over some seconds."""
    size = len(answer) // pieces + 1
    for start in range(0, len(answer), size):
        yield answer[start : start + size]
        time.sleep(seconds / pieces)


def swollen_body() -> Iterator[bytes]:
    """Two hundred mebibytes that begin as JSON does."""
    yield b'{"id": "'
    for _ in range(_SWOLLEN):
        yield b"x" * MEBIBYTE


@cache
def bomb(encoding: str) -> bytes:
    """Two hundred mebibytes in a small packing."""
    if encoding == "gzip, gzip":
        return gzip.compress(bomb("gzip"))
    if encoding == "gzip":
        packer: Any = _GzipPacker()
    elif encoding == "br":
        packer = _Packer(import_module("brotli").Compressor(quality=4), "process", "finish")
    else:
        packer = _Packer(import_module("backports.zstd").ZstdCompressor(), "compress", "flush")
    return b"".join([*(packer.pack(part) for part in swollen_body()), packer.end()])


class _Packer:
    def __init__(self, compressor: Any, pack: str, end: str) -> None:
        self.pack, self.end = getattr(compressor, pack), getattr(compressor, end)


class _GzipPacker(_Packer):
    def __init__(self) -> None:
        super().__init__(import_module("zlib").compressobj(6, wbits=31), "compress", "flush")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64
    tls: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Answer, over TLS when there is a certificate; a caller that refuses it has hung up."""
        with suppress(OSError), self._opened(request) as connection:
            super().finish_request(connection, client_address)

    def _opened(self, request: Any) -> Any:
        return self.tls.wrap_socket(request, server_side=True) if self.tls else nullcontext(request)


@contextmanager
def serve_hostile(
    publications: list[Publication],
    today: date,
    *,
    robots: bytes = b"",
    tls: ssl.SSLContext | None = None,
    at_once: int = 1,
) -> Iterator[Hostile]:
    """List these publications as simap does, and answer each of them in its own way, some at once."""
    state = Hostile()
    with _Server(("127.0.0.1", 0), _handler(publications, today, state, robots, at_once)) as server:
        server.tls = tls
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        base = "https://localhost" if tls else "http://127.0.0.1"
        state.address = f"{base}:{server.server_address[1]}{ROOT}"
        yield state
        server.shutdown()


def _handler(
    publications: list[Publication], today: date, state: Hostile, robots: bytes, at_once: int
) -> type[socketserver.BaseRequestHandler]:
    few_at_once = threading.Semaphore(at_once)
    by_key = {each.key: (number, each) for number, each in enumerate(publications, 70_000)}

    def answers(path: str, query: dict[str, list[str]]) -> Iterable[bytes]:
        if path == "/robots.txt":
            return [robots or reply(b"", status="404 Not Found")]
        if path.endswith("/project-search"):
            return [reply(wire(_page(publications, int(query.get("lastItem", ["0"])[0]))))]
        if path.endswith("/cantons/v1"):
            return [reply(b'{"cantons": []}')]
        if (found := re.search(r"/publication-details/([^/?]+)$", path)) and found[1] in by_key:
            number, publication = by_key[found[1]]
            right = right_details(publication, number, today)
            return publication.answer(right) if state.means_harm else [reply(wire(right))]
        return [reply(b"{}", status="404 Not Found")]

    class Handler(socketserver.StreamRequestHandler):
        timeout = 20

        def handle(self) -> None:
            # Whoever is answered so may well hang up.
            with suppress(OSError):
                target = self.rfile.readline().split(b" ")[1].decode()
                while self.rfile.readline().strip():
                    continue
                state.asked.append(urlsplit(target).path)
                # A real source is asked one thing at a time; only this machine is asked eight at once.
                with few_at_once:
                    for piece in answers(urlsplit(target).path, parse_qs(urlsplit(target).query)):
                        self.wfile.write(piece)

    return Handler


def _page(publications: list[Publication], start: int) -> Json:
    rows = [
        publication.row(
            {
                "id": publication.project,
                "publicationId": publication.key,
                "publicationNumber": f"{number}-01",
                "lotsType": "without",
                "lots": [],
            }
        )
        for number, publication in enumerate(publications[start : start + _PAGE], 70_000 + start)
    ]
    return {"projects": rows, "pagination": {"lastItem": str(start + _PAGE), "itemsPerPage": _PAGE}}
