"""How a publication of simap departs from the shape that we know: new fields, and fields that are gone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from procurement.labelled import LANGUAGES
from procurement.vocabulary import NoticeType

_FILE = Path(__file__).with_name("known_paths.txt")
_SECTION = re.compile(r"\[(! )?([a-z_* ]+)\]")
_TEXT = frozenset(LANGUAGES)


@dataclass(slots=True)
class _Known:
    """What one object may hold, by name, and what we count on."""

    fields: dict[str, "_Known"] = field(default_factory=dict)
    counted_on: set[str] = field(default_factory=set)
    is_text: bool = False


@dataclass(frozen=True, slots=True)
class Drift:
    """Paths that are not in the specification, and paths that we count on and that are not there."""

    unknown: frozenset[str] = frozenset()
    vanished: frozenset[str] = frozenset()


def drift_of(payload: Any) -> Drift:
    """How a publication departs from the known shape of its kind; an unknown kind is a drift too."""
    if not isinstance(payload, dict):
        return Drift(unknown=frozenset({"answer"}))
    known = known_of(str(payload.get("type")))
    if known is None:
        return Drift(unknown=frozenset({"type"}))
    unknown: set[str] = set()
    vanished: set[str] = set()
    _compare(payload, known, "", unknown, vanished)
    return Drift(frozenset(unknown), frozenset(vanished))


def known_of(kind: str) -> _Known | None:
    """The known shape of a kind of publication; None when there is no such kind."""
    return _shapes().get(kind)


def _compare(
    value: dict[str, Any], known: _Known, prefix: str, unknown: set[str], vanished: set[str]
) -> None:
    if known.is_text:
        unknown.update(prefix + name for name in value.keys() - _TEXT)
        return
    vanished.update(prefix + name for name in known.counted_on - value.keys())
    for name, held in value.items():
        below = known.fields.get(name)
        if below is None:
            unknown.add(prefix + name)
            continue
        for each in held if isinstance(held, list) else (held,):
            # Most of what a publication holds is texts in our languages.
            if isinstance(each, dict) and not (below.is_text and _TEXT.issuperset(each)):
                _compare(each, below, f"{prefix}{name}.", unknown, vanished)


@cache
def _shapes() -> dict[str, _Known]:
    shapes = {kind.value: _Known() for kind in NoticeType}
    for kind, path, is_counted_on in _lines(list(shapes)):
        *parents, last = path.rstrip("~").split(".")
        holder = shapes[kind]
        for name in parents:
            holder = holder.fields.setdefault(name, _Known())
        if is_counted_on:
            holder.counted_on.add(last)
        else:
            holder.fields.setdefault(last, _Known()).is_text = path.endswith("~")
    return shapes


def _lines(kinds: list[str]) -> Iterator[tuple[str, str, bool]]:
    """Each path of the file with each kind that it belongs to, and whether we count on it."""
    of, is_counted_on = kinds, False
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if section := _SECTION.fullmatch(line):
            of, is_counted_on = kinds if section[2] == "*" else section[2].split(), bool(section[1])
        elif line and not line.startswith("#"):
            yield from ((kind, line, is_counted_on) for kind in of)
