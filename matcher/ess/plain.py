"""A text made plain for patterns: lower case, no accents, no broken words; places in it stay known."""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

# Written in two letters, so that patterns need not know them.
_IN_TWO = {"œ": "oe", "Œ": "Oe", "æ": "ae", "Æ": "Ae", "ß": "ss", "ﬁ": "fi", "ﬂ": "fl"}
_RARE = re.compile(r"[œŒæÆßﬁﬂ\u00ad\u0300-\u036f]|-(?=[ \n])")
# « Pla- nung » at the end of a line is one word; « Hoch- und Tiefbau » are two.
_BROKEN = re.compile(
    r"(?<=[^\W\d_])-\s+(?=[^\W\d_])(?!(?:und|oder|bzw|sowie|resp|et|ou|e|o|and|or)\b)(?![A-ZÀ-Þ])"
)
_APOSTROPHES, _DASHES = "’‘ʼ´`′", "‐‑‒–—―−"


class _Letters(dict[int, str]):
    """Each character as one plain character: what is not known yet is worked out once."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character in _APOSTROPHES:
            plain = "'"
        elif character in _DASHES:
            plain = "-"
        elif character.isspace():
            plain = "\n" if character in "\n\r\v\f\u2028\u2029" else " "
        else:
            letters = unicodedata.normalize("NFKD", character).lower()
            bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
            plain = bare if len(bare) == 1 else character
        self[code] = plain
        return plain


_LETTERS = _Letters()


@dataclass(frozen=True, slots=True)
class Plain:
    """`clean` is the original without broken words, `letters` the same, place by place, in plain letters."""

    original: str
    clean: str
    letters: str
    # From each of these places in `clean` on, so much is added to find the place in the original.
    places: tuple[int, ...]
    shifts: tuple[int, ...]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The slice of the original that a slice of `clean`, which is not empty, was made from."""
        first, last = self._origin(start), self._origin(end - 1) + 1
        return first, min(last, len(self.original))

    def _origin(self, place: int) -> int:
        row = bisect_right(self.places, place) - 1
        return place + (self.shifts[row] if row >= 0 else 0)


def plain(text: str) -> Plain:
    """The text ready for patterns."""
    parts: list[str] = []
    places: list[int] = []
    shifts: list[int] = []
    read = written = 0
    for rare in _RARE.finditer(text):
        match = _BROKEN.match(text, rare.start()) if rare.group() == "-" else rare
        if match is None:
            continue
        mended = _IN_TWO.get(match.group(), "")
        parts += (text[read : match.start()], mended)
        written += match.start() - read + len(mended)
        read = match.end()
        places.append(written)
        shifts.append(read - written)
    clean = "".join((*parts, text[read:])) if parts else text
    return Plain(text, clean, clean.translate(_LETTERS), tuple(places), tuple(shifts))
