"""Patterns of many families found in a text in one go: at a word only those that start so are tried."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from config.settings import BadConfiguration

T = TypeVar("T")

# So many first letters of a word are looked up; what stands within compounds is looked for by more.
_FIRST, _WITHIN = 7, 12
# A service that reads for months must not keep every word that it ever met.
_MOST_STARTS = 20_000
_WORD_START = re.compile(r"\b[^\W_]{1,7}")
_CAPTURING = re.compile(r"(?<!\\)\((?!\?)")
_ANY_START = re.compile(r"\\w(?:\*|\{\d*,\d*\})")
_CLASS = re.compile(r"\[([a-z0-9]+)\]")
_REPEATED = re.compile(r"[?*+]|\{\d*,?\d*\}")


@dataclass(frozen=True, slots=True)
class Hit(Generic[T]):
    """A pattern that stands at a place of the text, and what it stands for."""

    entry: T
    pattern: str
    start: int
    end: int


Tried = tuple[Callable[[str, int, int], re.Match[str] | None], str, T]


class _ByStart(dict[str, Sequence[Tried[T]]]):
    """The patterns that may stand where a word starts with these letters: worked out once for each start."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, list[Tried[T]]] = {}

    def __missing__(self, first: str) -> Sequence[Tried[T]]:
        if len(self) > _MOST_STARTS:
            self.clear()
        found = [each for size in range(len(first), 0, -1) for each in self.known.get(first[:size], ())]
        self[first] = found
        return found


class Lexicon(Generic[T]):
    """Finds which of many patterns stand where, each within one sentence."""

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        """Take patterns as they are written in config, each with what it stands for."""
        self._by_start: _ByStart[T] = _ByStart()
        self._by_part: dict[str, list[Tried[T]]] = {}
        for written, entry in entries:
            tried = (compiled_pattern(written).match, written, entry)
            is_within = _ANY_START.match(written) is not None
            for start in first_letters(written, most=_WITHIN if is_within else _FIRST):
                (self._by_part if is_within else self._by_start.known).setdefault(start, []).append(tried)

    def hits(self, letters: str, sentences: Sequence[tuple[int, int]]) -> list[Hit[T]]:
        """Every pattern found, in the order of the text; the sentences are slices of it, in order."""
        found: dict[tuple[int, int, int], Hit[T]] = {}
        within = self._within(letters)
        by_start = self._by_start
        numbered = iter(sentences)
        limit = 0
        for word in _WORD_START.finditer(letters):
            tried = by_start[word[0]]
            start = word.start()
            if start in within:
                tried = (*tried, *within[start])
            if not tried:
                continue
            while start >= limit:
                _, limit = next(numbered, (0, len(letters)))
            for match_at, written, entry in tried:
                match = match_at(letters, start, limit)
                if match is not None:
                    place = (start, match.end(), id(entry))
                    found.setdefault(place, Hit(entry, written, start, match.end()))
        return list(found.values())

    def _within(self, letters: str) -> dict[int, list[Tried[T]]]:
        """The starts of the words that hold a part, with the patterns that it may stand for."""
        found: dict[int, list[Tried[T]]] = {}
        for part, tried in self._by_part.items():
            at = letters.find(part)
            while at >= 0:
                start = at
                while start and letters[start - 1].isalnum():
                    start -= 1
                found.setdefault(start, []).extend(tried)
                at = letters.find(part, at + len(part))
        return found


def compiled_pattern(written: str) -> re.Pattern[str]:
    """A pattern of config as a regular expression for plain text; BadConfiguration when it is none."""
    try:
        return re.compile(r"\b(?:" + spelled(written) + ")")
    except re.error as problem:
        raise BadConfiguration(f"{written!r}: {problem}") from problem


def spelled(written: str) -> str:
    """A pattern of config as a regular expression spells it; sources lose apostrophes, so one may be."""
    plain = written.replace("’", r"'?\s?").replace(" ?", r"\s*").replace(" ", r"\s+")
    return _CAPTURING.sub("(?:", plain)


def first_letters(written: str, *, most: int = _FIRST) -> frozenset[str]:
    """How any match starts, in `most` letters or fewer; BadConfiguration when that is not known."""
    start = _ANY_START.match(written)
    starts, _ = _either(written, start.end() if start else 0)
    known = frozenset(letters[:most] for letters, _ in starts)
    if "" in known:
        raise BadConfiguration(f"{written!r}: it must start with a letter or figure that is known")
    return known


# Letters that a match starts with, and whether what follows them in the pattern is known, too.
_Starts = frozenset[tuple[str, bool]]
_NOTHING: _Starts = frozenset({("", True)})
_UNKNOWN: _Starts = frozenset({("", False)})


def _either(text: str, at: int) -> tuple[_Starts, int]:
    """How alternatives start, up to the bracket that closes them, and where that is."""
    starts: set[tuple[str, bool]] = set()
    while True:
        more, at = _in_a_row(text, at)
        starts |= more
        if at >= len(text) or text[at] == ")":
            return frozenset(starts), at
        at += 1


def _in_a_row(text: str, at: int) -> tuple[_Starts, int]:
    """How one alternative starts, and where it ends."""
    starts = _NOTHING
    while at < len(text) and text[at] not in "|)":
        part, at = _part(text, at)
        if repeated := _REPEATED.match(text, at):
            at = repeated.end()
            if repeated.group() != "+":
                part |= _NOTHING
            if repeated.group() != "?":
                part = frozenset((letters, False if letters else is_known) for letters, is_known in part)
        starts = frozenset(
            (letters + more, goes_on) if is_known and len(letters) < _WITHIN else (letters, False)
            for letters, is_known in starts
            for more, goes_on in part
        )
    return starts, at


def _part(text: str, at: int) -> tuple[_Starts, int]:
    """How one letter, class or bracket of a pattern starts, and where it ends."""
    if text[at] == "(":
        if text.startswith(("(?!", "(?<"), at):
            _, at = _either(text, at + 3)
            return _NOTHING, at + 1
        starts, at = _either(text, at + (3 if text.startswith("(?:", at) else 1))
        return starts, at + 1
    if of_class := _CLASS.match(text, at):
        return frozenset((letter, True) for letter in of_class.group(1)), of_class.end()
    if text[at] == "[":
        return _UNKNOWN, text.index("]", at + 2) + 1
    if text.startswith("\\b", at):
        return _NOTHING, at + 2
    if text[at] == "\\":
        return _UNKNOWN, at + 2
    return (frozenset({(text[at], True)}) if text[at].isalnum() else _UNKNOWN), at + 1
