"""The words that matched, marked in what a source published: text is escaped first, marks come after."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup, escape

from procurement.spelling import ELISION, normalise, stem

# A word with its accents, be they in the letters or set after them.
_WORD = re.compile("(?:[^\\W_][\u0300-\u036f]*)+")
# A word as long as this is also found inside compounds: « Reinigung » in « Gebäudereinigung ».
_LONG = 8


class Marker:
    """Marks words and phrases in a text, whatever their accents, capitals and usual endings."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        """Take the words as the facts of reasons quote them; a phrase is marked as a whole."""
        phrases = {tuple(stem(word) for word in normalise(words_).split()) for words_ in words}
        # The longest first: « nettoyage des vitres » before « nettoyage ».
        self._phrases = sorted((each for each in phrases if each), key=lambda each: (-len(each), each))
        self._inside = tuple(each[0] for each in self._phrases if len(each) == 1 and len(each[0]) >= _LONG)

    @classmethod
    def of(cls, reasons: Iterable[Mapping[str, Any]]) -> "Marker":
        """The marker of the words that reasons quote."""
        return cls(
            word
            for each in reasons
            for word in (each.get("facts") or {}).get("words", ())
            if str(word).strip()
        )

    def mark(self, text: str, language: str = "") -> Markup:
        """The text, escaped, with its words marked; in German, also inside compounds."""
        if not self._phrases:
            return escape(text)
        found = [
            (hit.start(), hit.end(), normalise(hit[0]))
            for hit in _WORD.finditer(text)
            if not ELISION.fullmatch(text[hit.start() : hit.end() + 1].casefold())
        ]
        stems = [stem(word) for _, _, word in found]
        parts: list[Markup] = []
        written = place = 0
        while place < len(found):
            length = self._length_at(stems, place)
            if not length and language == "de":
                length = self._is_inside(found[place][2])
            if length:
                begin, end = found[place][0], found[place + length - 1][1]
                parts += (escape(text[written:begin]), Markup("<mark>{}</mark>").format(text[begin:end]))
                written = end
            place += length or 1
        return Markup("").join([*parts, escape(text[written:])])

    def _length_at(self, stems: list[str], place: int) -> int:
        """How many words the longest phrase that stands here has; 0 when none does."""
        return next(
            (len(each) for each in self._phrases if tuple(stems[place : place + len(each)]) == each), 0
        )

    def _is_inside(self, word: str) -> int:
        return int(any(each in word for each in self._inside))
