"""The sample's server with a fault: what a source does on a bad day."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from crawler.sample.answers import Sample, build
from crawler.sample.search import Refused
from crawler.sample.server import ROOT, answer, error_body, listening


@dataclass(frozen=True, slots=True)
class Fault:
    """What is answered instead: a status, a body made from the right one, headers, or a cut connection."""

    status: int = 200
    body: Callable[[bytes], bytes] = lambda right: right
    headers: dict[str, str] = field(default_factory=dict)
    drops: bool = False


@dataclass(slots=True)
class Spoiled:
    """A running server: its address, what was asked of it, and how it spoils an answer."""

    address: str = ""
    asked: list[str] = field(default_factory=list)
    # Given the path and how often it was asked before; None leaves the answer right.
    spoil: Callable[[str, int], Fault | None] = lambda path, before: None

    def count(self, part: str) -> int:
        """How often a path with this part was asked for."""
        return sum(part in path for path in self.asked)


@contextmanager
def serve_spoiled(today: date) -> Iterator[Spoiled]:
    """Serve the sample of a day; set `spoil` to make it misbehave."""
    state = Spoiled()
    with listening(_handler(build(today), state)) as address:
        state.address = f"{address}{ROOT}"
        yield state


def _handler(sample: Sample, state: Spoiled) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            before = state.count(url.path)
            state.asked.append(url.path)
            path = url.path.removeprefix(ROOT)
            try:
                status, right = 200, answer(sample, path, parse_qs(url.query, keep_blank_values=True))
            except Refused as refusal:
                status, right = refusal.status, error_body(path, refusal)
            body = json.dumps(right, ensure_ascii=False).encode()
            fault = state.spoil(url.path, before)
            if fault is None:
                self._send(status, body, {})
            elif fault.drops:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{")
                # Closing alone leaves the connection open for as long as its files are.
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
            else:
                self._send(fault.status, fault.body(body), fault.headers)

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
            lines += [f"{name}: {value}" for name, value in headers.items()]
            if "Content-Type" not in headers:
                lines.append("Content-Type: application/json")
            self.wfile.write("\r\n".join([*lines, "", ""]).encode() + body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
