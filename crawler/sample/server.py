"""Answers on this machine as simap.ch does, from the invented notices."""

import json
import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from crawler.sample.answers import Project, Sample, build, past_publications
from crawler.sample.search import Query, Refused, found
from crawler.sample.words import JsonObject

ROOT = "/simap/api"
SEARCH = "/publications/v2/project/project-search"
DETAILS = re.compile(r"/publications/v1/project/([^/]+)/publication-details/([^/]+)")
HEADER = re.compile(r"/publications/v2/project/([^/]+)/project-header")
PAST = re.compile(r"/publications/v1/publication/([^/]+)/past-publications")


@contextmanager
def serve(today: date, port: int = 0) -> Iterator[str]:
    """Serve the sample of that day until the block ends, and give the base address of its API."""
    with listening(handler(build(today)), port=port) as address:
        yield f"{address}{ROOT}"


@contextmanager
def listening(
    answers: type[BaseHTTPRequestHandler],
    *,
    port: int = 0,
    server_class: type[ThreadingHTTPServer] = ThreadingHTTPServer,
) -> Iterator[str]:
    """Let a handler answer on this machine until the block ends, and give its address without a path."""
    server = server_class(("127.0.0.1", port), answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def handler(sample: Sample) -> type[BaseHTTPRequestHandler]:
    """Give the class that answers each request from this sample."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            path = url.path.removeprefix(ROOT) if url.path.startswith(f"{ROOT}/") else ""
            try:
                self.send(HTTPStatus.OK, answer(sample, path, parse_qs(url.query, keep_blank_values=True)))
            except Refused as refusal:
                self.send(HTTPStatus(refusal.status), error_body(path or url.path, refusal))

        def send(self, status: HTTPStatus, body: JsonObject) -> None:
            content = json.dumps(body, ensure_ascii=False).encode()
            head = (
                f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(content)}\r\n\r\n"
            )
            self.wfile.write(head.encode() + content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def error_body(path: str, refusal: Refused) -> JsonObject:
    """Give the body simap.ch sends with an error."""
    return {
        "status": refusal.status,
        "error": HTTPStatus(refusal.status).phrase,
        "path": f"/api{path}",
        "errorCode": refusal.code,
        "message": refusal.message,
        "missingFields": [],
    }


def answer(sample: Sample, path: str, query: Query) -> JsonObject:
    """Give the answer to one request, or refuse it as simap.ch would."""
    if path == SEARCH:
        return found(sample, query)
    lists = {
        "/cantons/v1": sample.cantons,
        "/codes/v1/cpv": sample.cpv_codes,
        "/institutions/v1/institutions": sample.institutions,
        "/procoffices/v1/po/public": sample.offices,
    }
    if path in lists:
        return lists[path]
    if match := DETAILS.fullmatch(path):
        project = project_of(sample, checked(match[1]))
        publication_id = checked(match[2])
        for detail in project.details:
            if detail["id"] == publication_id:
                return detail
    elif match := HEADER.fullmatch(path):
        return project_of(sample, checked(match[1])).header
    elif match := PAST.fullmatch(path):
        return history(sample, checked(match[1]), query)
    raise no_such_element()


def history(sample: Sample, publication_id: str, query: Query) -> JsonObject:
    """Give the earlier publications; where there are lots, the lot must be named."""
    lot_id = query.get("lotId", [""])[0]
    for project in sample.projects:
        if any(detail["id"] == publication_id for detail in project.details):
            if project.row["lots"] and not lot_id:
                raise Refused(400, "E0003", "Bad request!")
            return past_publications(project, publication_id, checked(lot_id) if lot_id else None)
    raise no_such_element()


def project_of(sample: Sample, project_id: str) -> Project:
    """Give the project with that identifier."""
    for project in sample.projects:
        if project.id == project_id:
            return project
    raise no_such_element()


def checked(identifier: str) -> str:
    """Give the identifier back if it is one."""
    try:
        return str(uuid.UUID(identifier))
    except ValueError:
        raise Refused(400, "E0013", "Not a valid UUID") from None


def no_such_element() -> Refused:
    """Give the refusal for what does not exist."""
    return Refused(404, "E0002", "No such element")
