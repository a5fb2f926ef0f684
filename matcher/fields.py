"""Fields of activity: in which sectors a lot lies by its codes, and which it names by their words."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from config.tables import Sector, sectors
from matcher.kinship import sector_value
from matcher.lead import LotFacts
from matcher.words import KeywordIndex, normalise

# How much a sector's word says by where it stands: a title counts most.
_KEYWORD_VALUE = {"title": 0.7, "lot_title": 0.6, "description": 0.25}
# The words of so many lots are kept: the same lots are asked about again by the next question.
_MOST_LOTS = 10_000

_Words = Mapping[str, Mapping[str, float]]


class Fields:
    """The sectors, with what was found of codes and lots: nothing of it hangs on a member."""

    def __init__(self, known: Mapping[str, Sector]) -> None:
        """Take the sectors by their keys."""
        self.sectors = known
        self._values: dict[str, Mapping[str, float]] = {}
        self._indexes: dict[str, KeywordIndex] = {}
        self._words: dict[tuple[int, int, int], tuple[LotFacts, _Words]] = {}

    def of(self, codes: Iterable[str]) -> Mapping[str, float]:
        """The sectors in which some of these codes lie, each with how much one does at the most."""
        found: dict[str, float] = {}
        for code in codes:
            if code not in self._values:
                values = ((key, sector_value(sector, code)) for key, sector in self.sectors.items())
                self._values[code] = {key: value for key, value in values if value}
            for key, value in self._values[code].items():
                found[key] = max(value, found.get(key, 0.0))
        return found

    def words(self, lot: LotFacts) -> _Words:
        """The keywords of sectors that a lot's texts hold, by sector, each with the weight of its place."""
        key = (id(lot.title), id(lot.lot_title), id(lot.description))
        if key not in self._words:
            if len(self._words) >= _MOST_LOTS:
                self._words.clear()
            # The lot stands beside its words, so that no other text can come by its number.
            self._words[key] = lot, self._look_for_words(lot)
        return self._words[key][1]

    def _look_for_words(self, lot: LotFacts) -> _Words:
        found: dict[str, dict[str, float]] = {}
        for language in lot.languages:
            if language not in self._indexes:
                words = {key: sector.keywords.get(language, ()) for key, sector in self.sectors.items()}
                self._indexes[language] = KeywordIndex(words, language)
            for place, value in _KEYWORD_VALUE.items():
                text = normalise(getattr(lot, place).get(language, ""))
                for key, word in self._indexes[language].found_in(text):
                    values = found.setdefault(key, {})
                    values[word] = max(values.get(word, 0.0), value)
        return found


@lru_cache(maxsize=1)
def fields_in_use() -> Fields:
    """The fields of activity of this installation, kept as long as the process lives."""
    return Fields(sectors())
