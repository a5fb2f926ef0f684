"""TED's search: the question in its expert language, and the strict shape of its answer.

API: TED Search API v3, `POST /v3/notices/search`, open without a key.
"""

import json
import re
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from crawler.ted.codes import country_of

PATH = "/v3/notices/search"
# What of a row is needed; its links come unasked. Fields times notices may be 10,000 at most.
FIELDS = ("publication-number", "publication-date", "notice-type")
PAGE = 250
# After these errors the search can be begun anew; all other refusals stay refusals.
STALE_TOKENS = frozenset({"EXPIRED_ITERATION_TOKEN", "INVALID_ITERATION_TOKEN"})


class Shape(BaseModel):
    """Base of every shape: no value is bent into another type, an unknown field is let be."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class XmlLink(Shape):
    """The address of a notice's XML, which is the same for every language."""

    multilingual: str = Field(alias="MUL", min_length=1, max_length=1000)


class Links(Shape):
    """The addresses of a notice; pages for people are not read."""

    xml: XmlLink


class Row(Shape):
    """A notice in the search's answer."""

    number: str = Field(alias="publication-number", min_length=1, max_length=60)
    links: Links


class Page(Shape):
    """A page of the search: its rows are read one by one, so that one bad row costs no other."""

    notices: list[Any]
    total: int | None = Field(None, alias="totalNoticeCount")
    next_token: str | None = Field(None, alias="iterationNextToken")
    timed_out: bool = Field(False, alias="timedOut")


def question(places: list[str], *, since: date, until: date) -> str:
    """The expert query for what is bought in places, or by buyers there, between two days of publication.

    A country matches every region in it; a place of three letters that is no country is a NUTS region.
    """
    countries = [place for place in places if re.fullmatch(r"[A-Z]{3}", place) and country_of(place)]
    regions = [place for place in places if place not in countries]
    nets = [f"place-of-performance IN ({' '.join(places)})"]
    if countries:
        nets.append(f"buyer-country IN ({' '.join(countries)})")
    if regions:
        nets.append(f"buyer-country-sub IN ({' '.join(regions)})")
    # A day that is written otherwise is answered with an empty success, not an error.
    days = f"publication-date >= {since:%Y%m%d} AND publication-date <= {until:%Y%m%d}"
    return f"({' OR '.join(nets)}) AND {days}"


def body(query: str, token: str) -> bytes:
    """The body of one request: iterating, over all notices and not only those still open, latest versions."""
    asked: dict[str, Any] = {
        "query": query,
        "fields": list(FIELDS),
        "limit": PAGE,
        "scope": "ALL",
        "paginationMode": "ITERATION",
        "onlyLatestVersions": True,
    }
    if token:
        asked["iterationNextToken"] = token
    return json.dumps(asked).encode()


def refusal(answer: Any) -> tuple[str, str]:
    """The kind of a refusal and its words, from the body of an error."""
    if not isinstance(answer, dict):
        return "", "no reason given"
    error = answer.get("error")
    kind = error.get("type") if isinstance(error, dict) else None
    return str(kind or ""), str(answer.get("message") or kind or "no reason given")[:200]
