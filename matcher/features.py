"""The text vectorisers: how near the words of a lot are to those of a member, across four languages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
# What words weigh is as clear from so many lots as from all; more only take time and memory.
_LEARNED_FROM = 3_000

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


class Weights:
    """What words weigh, and parts of words: the rarer they are among lots, members and sectors, the more."""

    def __init__(
        self, lots: Sequence[LotFacts], members: Sequence[MemberFacts], *, sectors: Mapping[str, Sector]
    ) -> None:
        """Learn from all members and sectors, and from at most 3,000 of the lots, evenly spread."""
        step = max(1, -(-len(lots) // _LEARNED_FROM))
        corpus = [lot_text(lot, language) for lot in lots[::step] for language in lot.languages]
        for member in members:
            corpus += _texts_of(member, sectors).values()
        corpus += [
            " ".join(sector.keywords.get(language, []))
            for sector in sectors.values()
            for language in LANGUAGES
        ]
        # One word at the least, so that an empty batch can be placed as well.
        corpus.append("aimp")
        self._words = TfidfVectorizer(analyzer=word_grams, sublinear_tf=True).fit(corpus)
        self._letters = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, preprocessor=subject_letters
        ).fit(corpus)
        self._names = self._words.get_feature_names_out()

    def place(self, texts: Iterable[str]) -> tuple[csr_matrix, csr_matrix]:
        """Texts as vectors of length one: by their words, and letter by letter."""
        texts = list(texts)
        views = (self._words, self._letters)
        if not texts:
            words, letters = (csr_matrix((0, len(view.vocabulary_))) for view in views)
        else:
            words, letters = (csr_matrix(view.transform(texts)) for view in views)
        return words, letters

    def names(self, columns: Iterable[int]) -> list[str]:
        """The words, or pairs of words, that columns of the vectors by words stand for."""
        return [str(self._names[column]) for column in columns]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A lot in the space: its words in each of its languages, its likeness to members and to references."""

    languages: tuple[str, ...]
    words: list[csr_matrix]
    likeness: _Floats
    references: _Floats
    # How its words are written in each language: read once a pair is to be worded.
    written: dict[str, dict[str, str]] = field(default_factory=dict)


class _View:
    """Texts as columns, to which other texts are held: by their words and letter by letter."""

    def __init__(self, words: csr_matrix, letters: csr_matrix) -> None:
        self.words = words
        # Turned round once: a product with a matrix in the other order turns it round each time.
        self._turned = csr_matrix(words.T), csr_matrix(letters.T)

    def likeness(self, words: csr_matrix, letters: csr_matrix) -> _Floats:
        """The cosine in [0, 1] between each of some texts and each column."""
        by_words, by_letters = self._turned
        likeness: _Floats = _WORD_SHARE * (words @ by_words).toarray()
        likeness += (1 - _WORD_SHARE) * (letters @ by_letters).toarray()
        return likeness


class TextSpace:
    """The members as vectors, one view of each per language, to which lots are held some at a time."""

    def __init__(
        self, weights: Weights, members: Sequence[MemberFacts], *, sectors: Mapping[str, Sector]
    ) -> None:
        """Place the members; lots are placed when they are met."""
        self._weights = weights
        self._columns = {member.id: column for column, member in enumerate(members)}
        texts = [_texts_of(member, sectors) for member in members]
        self._members = {
            language: _View(*weights.place(views[language] for views in texts)) for language in LANGUAGES
        }
        references = [(column, each) for column, m in enumerate(members) for each in m.references if each]
        self._reference_columns = np.array([column for column, _ in references], dtype=np.intp)
        self._reference_texts = [text for _, text in references]
        self._references = _View(*weights.place(self._reference_texts))
        self._met: dict[int, tuple[LotFacts, _Placed]] = {}

    def meet(self, lots: Sequence[LotFacts]) -> None:
        """Place lots that will be asked about, together, which is faster; those met before are forgotten."""
        texts = [(lot, language) for lot in lots for language in lot.languages]
        words, letters = self._weights.place(lot_text(lot, language) for lot, language in texts)
        likeness = np.zeros((len(texts), len(self._columns)))
        for language, view in self._members.items():
            spoken = [line for line, (_, each) in enumerate(texts) if _known(each) == language]
            if spoken:
                likeness[spoken] = view.likeness(words[spoken], letters[spoken])
        references = self._references.likeness(words, letters)
        self._met, start = {}, 0
        for lot in lots:
            lines = range(start, start + len(lot.languages))
            start = lines.stop
            placed = _Placed(
                lot.languages,
                [words[line] for line in lines],
                # A lot without a text is like nobody.
                likeness[lines] if lines else np.zeros((1, len(self._columns))),
                references[lines].max(axis=0, initial=0.0),
            )
            self._met[id(lot)] = lot, placed

    def row(self, lot: LotFacts) -> _Floats:
        """The cosine in [0, 1] between a lot and each member, in the language where they are nearest."""
        nearest: _Floats = self._placed(lot).likeness.max(axis=0)
        return nearest

    def shared_words(self, lot: LotFacts, member_id: int, *, most: int = 4) -> list[str]:
        """The words that carried most of a likeness, as the lot writes them, the strongest first."""
        placed, column = self._placed(lot), self._columns[member_id]
        if placed.likeness[:, column].max() <= 0:
            return []
        nearest = int(placed.likeness[:, column].argmax())
        language = placed.languages[nearest]
        theirs = self._members[_known(language)].words[column]
        common = placed.words[nearest].multiply(theirs).tocoo()
        order = np.argsort(-common.data, kind="stable")
        if language not in placed.written:
            placed.written[language] = as_written(lot_text(lot, language))
        written = placed.written[language]
        found: list[str] = []
        for name in self._weights.names(common.col[order]):
            found += [
                written[part] for part in name.split() if part in written and written[part] not in found
            ]
        return found[:most]

    def reference_row(self, lot: LotFacts) -> _Floats:
        """The cosine in [0, 1] between a lot and the nearest single reference of each member."""
        row = np.zeros(len(self._columns))
        np.maximum.at(row, self._reference_columns, self._placed(lot).references)
        return row

    def nearest_reference(self, lot: LotFacts, member_id: int) -> str:
        """The reference of a member that is nearest to a lot; it must have one."""
        own = np.flatnonzero(self._reference_columns == self._columns[member_id])
        nearest = int(own[self._placed(lot).references[own].argmax()])
        return self._reference_texts[nearest]

    def _placed(self, lot: LotFacts) -> _Placed:
        # A lot is asked about by its row, then by its words with this member and that: it is placed once.
        if id(lot) not in self._met:
            self.meet([lot])
        return self._met[id(lot)][1]


def _known(language: str) -> str:
    """The language in which members are compared with a text: French where it is none of ours."""
    return language if language in LANGUAGES else LANGUAGES[0]


def _texts_of(member: MemberFacts, sectors: Mapping[str, Sector]) -> dict[str, str]:
    """What a member offers, in each language."""
    written_in = language_of("\n".join((member.statement, *member.references)))
    return {language: member_text(member, language, sectors, written_in) for language in LANGUAGES}
