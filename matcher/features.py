"""The text vectorisers: how near the words of a lot are to those of a member, across four languages."""

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from config.tables import Sector
from matcher.lead import LotFacts, MemberFacts
from matcher.words import as_written, language_of, stem, telling_words
from procurement.labelled import LANGUAGES

# The subject stands at the start; what follows is conditions that every notice carries.
_DESCRIPTION_STARTS = 2_500
_CHARACTERS = 900
# Words decide, parts of words help with compounds and endings.
_WORD_SHARE = 0.6

_Floats = np.ndarray[Any, np.dtype[np.float64]]


def word_grams(text: str) -> list[str]:
    """The stems of a text's telling words, and each pair of neighbours among them."""
    stems = [stem(word) for word in telling_words(text)]
    return stems + [f"{first} {second}" for first, second in pairwise(stems)]


def subject_letters(text: str) -> str:
    """The telling words that a text starts with, for comparison letter by letter."""
    return " ".join(telling_words(text))[:_CHARACTERS]


def lot_text(lot: LotFacts, language: str) -> str:
    """What a lot says in a language: its titles twice, then the start of its description."""
    titles = "\n".join(filter(None, (lot.title.get(language), lot.lot_title.get(language))))
    return "\n".join((titles, titles, lot.description.get(language, "")[:_DESCRIPTION_STARTS]))


def member_text(
    member: MemberFacts, language: str, sectors: Mapping[str, Sector], written_in: str | None
) -> str:
    """What a member offers, in a language: its own words when they are in it, and official ones.

    The official words of its codes and the words of its sectors are the bridge: they let a French profile
    meet a German notice. Own words in another language stay out, unless there is nothing else.
    """
    own = "\n".join((member.statement, *member.references))
    official = [words[language] for words in member.cpv_words.values() if words.get(language)]
    for key in member.sectors:
        if key in sectors:
            official += [sectors[key].labels.get(language, ""), *sectors[key].keywords.get(language, [])]
    if written_in in (language, None) or not official:
        return "\n".join((own, *official))
    return "\n".join(official)


class TextSpace:
    """The lots and members of a batch as vectors, one view of each per language."""

    def __init__(
        self,
        lots: Sequence[LotFacts],
        members: Sequence[MemberFacts],
        *,
        sectors: Mapping[str, Sector],
        asked: Collection[int] | None = None,
    ) -> None:
        """Learn the weights of words from all lots, members and sector words, and place all of them.

        `asked` names the members that will be asked about, when they are few: comparing is then cheaper.
        """
        self._lots = {lot.id: lot for lot in lots}
        kept = [row for row, member in enumerate(members) if asked is None or member.id in asked]
        self._members = {members[row].id: place for place, row in enumerate(kept)}
        written_in = [language_of("\n".join((m.statement, *m.references))) for m in members]
        of_members = {
            language: [
                member_text(member, language, sectors, written)
                for member, written in zip(members, written_in, strict=True)
            ]
            for language in LANGUAGES
        }
        views = [(lot, language) for lot in lots for language in lot.languages]
        of_lots = [lot_text(lot, language) for lot, language in views]
        of_sectors = [
            " ".join(sector.keywords.get(language, []))
            for sector in sectors.values()
            for language in LANGUAGES
        ]
        own = [text for texts in of_members.values() for text in texts]
        # One word at the least, so that an empty batch can be placed as well.
        corpus = [*of_lots, *own, *of_sectors, "aimp"]
        self._words = TfidfVectorizer(analyzer=word_grams, sublinear_tf=True)
        self._letters = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, preprocessor=subject_letters
        )
        placed_words = csr_matrix(self._words.fit_transform(corpus))
        placed_letters = csr_matrix(self._letters.fit_transform(corpus))
        self._lot_rows: dict[int, list[tuple[int, str]]] = {}
        for row, (lot, language) in enumerate(views):
            self._lot_rows.setdefault(lot.id, []).append((row, language))
        self._lot_words, self._lot_letters = placed_words[: len(views)], placed_letters[: len(views)]
        self._member_words: dict[str, csr_matrix] = {}
        self._member_letters: dict[str, csr_matrix] = {}
        for place, language in enumerate(LANGUAGES):
            rows = [len(views) + place * len(members) + row for row in kept]
            self._member_words[language] = placed_words[rows]
            self._member_letters[language] = placed_letters[rows]
        self._names = self._words.get_feature_names_out()
        self._rows: dict[int, tuple[_Floats, list[str]]] = {}
        self._best: dict[int, list[float]] = {}
        self._written: dict[tuple[int, str], dict[str, str]] = {}

    def likeness(self, lot_id: int, member_id: int) -> float:
        """The cosine in [0, 1] between a lot and a member, in the language where they are nearest."""
        if lot_id not in self._lot_rows or member_id not in self._members:
            return 0.0
        if lot_id not in self._best:
            self._best[lot_id] = self._row(lot_id)[0].max(axis=0).tolist()
        return self._best[lot_id][self._members[member_id]]

    def matrix(self, lot_ids: Sequence[int], member_ids: Sequence[int]) -> _Floats:
        """The likeness of each lot to each member."""
        return np.array(
            [[self.likeness(lot, member) for member in member_ids] for lot in lot_ids], dtype=np.float64
        ).reshape(len(lot_ids), len(member_ids))

    def shared_words(self, lot_id: int, member_id: int, *, most: int = 4) -> list[str]:
        """The words that carried most of a likeness, as the lot writes them, the strongest first."""
        if self.likeness(lot_id, member_id) <= 0:
            return []
        column = self._members[member_id]
        rows, languages = self._row(lot_id)
        nearest = int(rows[:, column].argmax())
        row, language = self._lot_rows[lot_id][nearest]
        common = self._lot_words[row].multiply(self._member_words[languages[nearest]][column]).tocoo()
        key = (lot_id, language)
        if key not in self._written:
            self._written[key] = as_written(lot_text(self._lots[lot_id], language))
        written = self._written[key]
        found: list[str] = []
        for place in np.argsort(-common.data, kind="stable"):
            for part in str(self._names[common.col[place]]).split():
                word = written.get(part)
                if word and word not in found:
                    found.append(word)
            if len(found) >= most:
                break
        return found[:most]

    def _row(self, lot_id: int) -> tuple[_Floats, list[str]]:
        """The likeness of a lot to all members, one line per language in which the lot is written."""
        if lot_id not in self._rows:
            lines, languages = [], []
            for row, language in self._lot_rows[lot_id]:
                theirs = language if language in self._member_words else LANGUAGES[0]
                words = (self._lot_words[row] @ self._member_words[theirs].T).toarray()[0]
                letters = (self._lot_letters[row] @ self._member_letters[theirs].T).toarray()[0]
                lines.append(_WORD_SHARE * words + (1 - _WORD_SHARE) * letters)
                languages.append(theirs)
            self._rows[lot_id] = (np.vstack(lines), languages)
        return self._rows[lot_id]
