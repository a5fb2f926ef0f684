"""A small source that answers as BOAMP's API does: questions in ODSQL, pages, a cap, quotas and refusals."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from crawler.sample.server import listening
from tests.crawler.boamp_records import Record

RECORDS = "/api/explore/v2.1/catalog/datasets/boamp/records"


@dataclass(slots=True)
class Refusal:
    """An answer other than the right one."""

    status: int
    body: Any


@dataclass(slots=True)
class Boamp:
    """The source: its records, how it misbehaves, and what it was asked."""

    records: list[Record]
    address: str = ""
    robots: str = "User-agent: *\nDisallow: /explore/\n"
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    # Given the answer and how many questions came before; what it gives back is sent.
    spoil: Callable[[dict[str, Any], int], dict[str, Any] | Refusal] = lambda answer, before: answer

    def answer(self, query: dict[str, list[str]]) -> tuple[int, Any]:
        """The status and body for one question."""
        before = len(self.asked)
        self.asked.append(query)
        limit, offset = int(query.get("limit", ["10"])[0]), int(query.get("offset", ["0"])[0])
        where = " and ".join(query.get("where", []))
        if limit > 100 or offset + limit >= 10_000 or 'date"' in where:
            return 400, {"error_code": "ODSQLError", "message": "Invalid value for offset or limit"}
        rows = list(filter(_wanted(where), self.records))
        rows.sort(key=lambda record: record["idweb"])
        rows.sort(key=lambda record: record["dateparution"], reverse=True)
        spoilt = self.spoil({"total_count": len(rows), "results": rows[offset : offset + limit]}, before)
        return (spoilt.status, spoilt.body) if isinstance(spoilt, Refusal) else (200, spoilt)


def _wanted(where: str) -> Callable[[Record], bool]:
    if "idweb" in where:
        linked = {*re.findall(r'annonce_lie\s*=\s*"([^"]+)"', where)}
        keys = {*re.findall(r'"([^"]+)"', where.split(" or ")[0])}
        return lambda record: record["idweb"] in keys or bool(linked & {*(record["annonce_lie"] or [])})
    first, last = re.findall(r"date'([0-9-]+)'", where)
    listed = re.search(r"code_departement in \(([^)]*)\)", where)
    assert listed is not None
    # Texts are compared whole: "01" is not "1".
    codes = {*re.findall(r'"([^"]+)"', listed[1])}
    kind = re.search(r'type_marche = "([A-Z]+)"', where)
    wants_none = "type_marche is null" in where

    def is_wanted(record: Record) -> bool:
        kinds = record["type_marche"] or []
        return (
            first <= record["dateparution"] <= last
            and not codes.isdisjoint(record["code_departement"])
            and (kind is None or kind[1] in kinds)
            and not (wants_none and kinds)
        )

    return is_wanted


@contextmanager
def serve_boamp(records: list[Record]) -> Iterator[Boamp]:
    """Serve some records until the block ends; set `spoil` to make it misbehave."""
    state = Boamp(records)
    with listening(_handler(state)) as address:
        state.address = f"{address}/boamp"
        yield state


def _handler(state: Boamp) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            if url.path == "/robots.txt":
                self._send(200, state.robots.encode(), "text/plain")
            elif url.path == f"/boamp{RECORDS}":
                status, body = state.answer(parse_qs(url.query))
                self._send(status, json.dumps(body, ensure_ascii=False).encode(), "application/json")
            else:
                self._send(404, b"{}", "application/json")

        def _send(self, status: int, body: bytes, kind: str) -> None:
            head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
            self.wfile.write(head.encode() + body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
