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
    return Package(list(releases_in(body.decode("utf-8-sig"))), following)


def _read(body: bytes) -> Any:
    refuse_swarm(body, b",", b"[", b"{", most=_MOST_VALUES)
    try:
        # `Infinity`, which is no JSON, is let pass: published packages write « all the lots » that way.
        return json.loads(body)
    except RecursionError as problem:
        raise ValueError("JSON nested too deeply") from problem


def releases_in(text: str) -> Iterator[Slice]:
    """Every release in JSON texts that follow one another: in packages, records, lists, or by itself.

    ValueError says where a text is no JSON; what came before stands. Another JSON object is given as it is.
    A record without its releases is given as its compiled release.
    """
    cursor = _Cursor(text)
    cursor.skip()
    while cursor.place < len(text):
        yield from cursor.value()
        cursor.skip()


class _Cursor:
    """How far a text is read; a package is never held as objects, only one of its releases at a time."""

    __slots__ = ("came", "place", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        # How many releases came, by which a record tells whether its own were there.
        self.came = 0

    def value(self) -> Iterator[Slice]:
        """The releases in the value that begins here; then the cursor stands behind it."""
        if self.text.startswith("[", self.place):
            yield from self._list()
        elif self.text.startswith("{", self.place):
            yield from self._object()
        else:
            yield self._slice()

    def _list(self) -> Iterator[Slice]:
        self.skip(1)
        while not self.text.startswith("]", self.place):
            yield from self.value()
            self._past_comma("]")
        self.place += 1

    def _object(self) -> Iterator[Slice]:
        begin, came = self.place, self.came
        content: dict[str, Any] = {}
        compiled: Slice | None = None
        holds_releases = False
        self.skip(1)
        while not self.text.startswith("}", self.place):
            name = self._slice().content
            self.skip()
            if not self.text.startswith(":", self.place):
                raise ValueError(f"no JSON: a colon is expected at character {self.place}")
            self.skip(1)
            if name in ("releases", "records") and self.text.startswith("[", self.place):
                holds_releases = True
                yield from self._list()
            elif name == "compiledRelease":
                compiled = self._slice()
            else:
                content[name] = self._slice().content
            self._past_comma("}")
        self.place += 1
        if not holds_releases and compiled is None:
            self.came += "ocid" in content
            yield Slice(self.text[begin : self.place].encode(), content)
        elif compiled is not None and self.came == came:
            yield compiled

    def _slice(self) -> Slice:
        begin = self.place
        content, self.place = _DECODER.raw_decode(self.text, begin)
        return Slice(self.text[begin : self.place].encode(), content)

    def _past_comma(self, end: str) -> None:
        self.skip()
        if self.text.startswith(",", self.place):
            self.skip(1)
        elif not self.text.startswith(end, self.place):
            raise ValueError(f"no JSON: it ends in the middle, at character {self.place}")

    def skip(self, past: int = 0) -> None:
        """Go on, past some characters, to what is no space."""
        found = _SPACE.match(self.text, self.place + past)
        assert found is not None  # noqa: S101  it matches nothing as well
        self.place = found.end()
