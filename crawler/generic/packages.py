"""An OCDS release package: its releases, each as received, and the address of the package that follows."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crawler.bounds import refuse_swarm

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()
_MOST_VALUES = 500_000


@dataclass(frozen=True, slots=True)
class Slice:
    """One release: its piece of the package, letter for letter, and what it holds."""

    payload: bytes
    content: Any


@dataclass(frozen=True, slots=True)
class Package:
    """The releases of a package and the address of the next one, empty at the end."""

    releases: list[Slice]
    following: str


def read_package(body: bytes) -> Package:
    """The package of an answer; ValueError says why it is none (release-package-schema.json)."""
    content = _read(body)
    if not isinstance(content, dict):
        raise ValueError("no JSON object")
    if not isinstance(content.get("releases"), list):
        kind = (
            "a record package: its releases are read, not its records" if "records" in content else "no list"
        )
        raise ValueError(f"releases: {kind}")
    links = content.get("links") or {}
    following = links.get("next") or "" if isinstance(links, dict) else None
    if not isinstance(following, str):
        raise ValueError("links.next: no text")
    return Package(list(_slices(body.decode("utf-8-sig"))), following)


def _read(body: bytes) -> Any:
    refuse_swarm(body, b",", b"[", b"{", most=_MOST_VALUES)
    try:
        # `Infinity`, which is no JSON, is let pass: published packages write « all the lots » that way.
        return json.loads(body)
    except RecursionError as problem:
        raise ValueError("JSON nested too deeply") from problem


def _slices(text: str) -> Iterator[Slice]:
    """The elements of the outermost `releases`, where they stand in the text, which is known to be JSON."""
    place = _skip(text, text.index("{") + 1)
    while text[place] != "}":
        name, place = _DECODER.raw_decode(text, place)
        place = _skip(text, _skip(text, place) + 1)
        if name == "releases":
            place = _skip(text, place + 1)
            while text[place] != "]":
                content, end = _DECODER.raw_decode(text, place)
                yield Slice(text[place:end].encode(), content)
                place = _past_comma(text, end)
            place += 1
        else:
            _, place = _DECODER.raw_decode(text, place)
        place = _past_comma(text, place)


def _past_comma(text: str, place: int) -> int:
    place = _skip(text, place)
    return _skip(text, place + 1) if text[place] == "," else place


def _skip(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    assert found is not None  # noqa: S101  it matches nothing as well
    return found.end()
