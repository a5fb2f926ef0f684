"""The text vectorisers: how near the words of a lot are to those of a member, across four languages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, vstack
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

from config.tables import Sector
from matcher.lead import LotFacts, MemberFacts
from matcher.letters import Letters
from matcher.words import as_written, language_of, stem, telling_words
from procurement.labelled import LANGUAGES

# The subject stands at the start; what follows is conditions that every notice carries.
_DESCRIPTION_STARTS = 2_500
_SUBJECT_WORDS = 100
# Words decide, parts of words help with compounds and endings.
_WORD_SHARE = 0.6
# What words weigh is as clear from so many lots as from all; more only take time and memory.
_LEARNED_FROM = 3_000
# So many texts are kept for the next question, some 20 kB each.
_MOST_KEPT = 6_000
# The usual constants of BM25: how soon a word said again says no more, how much a long text is discounted.
_BM25_K1, _BM25_B = 1.2, 0.75

_Floats = np.ndarray[Any, np.dtype[np.float64]]


def word_grams(words: Sequence[str]) -> list[str]:
    """The stems of a text's telling words, and each pair of neighbours among them."""
    stems = [stem(word) for word in words]
    return stems + [f"{first} {second}" for first, second in pairwise(stems)]


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


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts as rows: by words and by letters, both of length one, and what BM25 makes of each word."""

    words: csr_matrix
    letters: csr_matrix
    told: csr_matrix

    def some(self, lines: Sequence[int]) -> "Texts":
        """Some of these texts."""
        return Texts(self.words[lines], self.letters[lines], self.told[lines])

    def then(self, others: "Texts") -> "Texts":
        """These texts, then others."""
        views = ((self.words, others.words), (self.letters, others.letters), (self.told, others.told))
        return Texts(*(csr_matrix(vstack(each)) for each in views))


class Weights:
    """What words weigh, and parts of words: the rarer they are in a body of texts, the more."""

    def __init__(self, corpus: Sequence[str]) -> None:
        """Learn from texts of lots, members and sectors."""
        telling = [telling_words(text) for text in corpus]
        self._words = CountVectorizer(analyzer=word_grams)
        counts = csr_matrix(self._words.fit_transform(telling))
        self._rarity = TfidfTransformer(sublinear_tf=True).fit(counts)
        self._letters = Letters(words[:_SUBJECT_WORDS] for words in telling)
        self._names = self._words.get_feature_names_out()
        held = np.bincount(counts.indices, minlength=counts.shape[1])
        self._surprise = np.log1p((len(corpus) - held + 0.5) / (held + 0.5))
        self._usual_length = max(1.0, counts.sum() / len(corpus))
        self._kept: dict[str, int] = {}
        self._kept_texts = self.place(())

    def place(self, texts: Iterable[str]) -> Texts:
        """Texts as vectors."""
        texts = list(texts)
        if texts and all(text in self._kept for text in texts):
            return self._kept_texts.some([self._kept[text] for text in texts])
        telling = [telling_words(text) for text in texts]
        if not telling:
            sizes = (len(self._names), self._letters.size, len(self._names))
            return Texts(*(csr_matrix((0, size)) for size in sizes))
        counts = csr_matrix(self._words.transform(telling), dtype=np.float64)
        words = csr_matrix(self._rarity.transform(counts))
        letters = self._letters.place([each[:_SUBJECT_WORDS] for each in telling])
        return Texts(words, letters, self._bm25(counts))

    def keep(self, lots: Iterable[LotFacts]) -> None:
        """Place the texts of lots that will be asked about again, and keep them."""
        texts = dict.fromkeys(lot_text(lot, language) for lot in lots for language in lot.languages)
        if new := [text for text in texts if text not in self._kept]:
            placed = self.place(new)
            if len(self._kept) + len(new) > _MOST_KEPT:
                self._kept, self._kept_texts = {}, self.place(())
            self._kept |= {text: line for line, text in enumerate(new, start=len(self._kept))}
            self._kept_texts = self._kept_texts.then(placed)

    def _bm25(self, counts: csr_matrix) -> csr_matrix:
        lengths = np.asarray(counts.sum(axis=1)).ravel() / self._usual_length
        damped = np.repeat(_BM25_K1 * (1 - _BM25_B + _BM25_B * lengths), np.diff(counts.indptr))
        told = counts.copy()
        told.data = self._surprise[told.indices] * told.data * (_BM25_K1 + 1) / (told.data + damped)
        return told

    def names(self, columns: Iterable[int]) -> list[str]:
        """The words, or pairs of words, that columns of the vectors by words stand for."""
        return [str(self._names[column]) for column in columns]


def learn_words(
    lots: Sequence[LotFacts], members: Sequence[MemberFacts], *, sectors: Mapping[str, Sector]
) -> Weights:
    """What words weigh among all members and sectors, and at most 3,000 of the lots, evenly spread.

    Learned once from the same texts: a worker that answers one question after the other keeps it.
    """
    step = max(1, -(-len(lots) // _LEARNED_FROM))
    corpus = [lot_text(lot, language) for lot in lots[::step] for language in lot.languages]
    for member in members:
        corpus += _texts_of(member, sectors).values()
    corpus += [
        " ".join(sector.keywords.get(language, [])) for sector in sectors.values() for language in LANGUAGES
    ]
    # One word at the least, so that an empty batch can be placed as well.
    return _learned((*corpus, "aimp"))


@lru_cache(maxsize=1)
def _learned(corpus: tuple[str, ...]) -> Weights:
    return Weights(corpus)


@dataclass(frozen=True, slots=True)
class _Met:
    """A lot in the space: in each of its languages its words, and how it stands to what is held against."""

    lot: LotFacts
    languages: tuple[str, ...]
    # Those of all that was met together, and its own first line in them.
    words: csr_matrix
    first: int
    # One line per language, one column per member.
    likeness: _Floats
    told: _Floats
    # The nearest of its languages, one number per reference and per lot remembered.
    references: _Floats
    remembered: _Floats
    # How its words are written in each language: read once a pair is to be worded.
    written: dict[str, dict[str, str]] = field(default_factory=dict)


class _View:
    """Texts as columns, to which other texts are held."""

    def __init__(self, texts: Texts) -> None:
        self.words = texts.words
        # Turned round once: a product with a matrix in the other order turns it round each time.
        self._turned = csr_matrix(texts.words.T), csr_matrix(texts.letters.T)
        self._uses = csr_matrix((texts.words != 0).T, dtype=np.float64)

    def likeness(self, texts: Texts) -> _Floats:
        """The cosine in [0, 1] between each of some texts and each column: words decide, letters help."""
        words, letters = self._turned
        likeness: _Floats = _WORD_SHARE * (texts.words @ words).toarray()
        likeness += (1 - _WORD_SHARE) * (texts.letters @ letters).toarray()
        return likeness

    def told(self, texts: Texts) -> _Floats:
        """How much the words that a column uses tell of each text, by BM25."""
        told: _Floats = (texts.told @ self._uses).toarray()
        return told


class TextSpace:
    """The members as vectors, one view of each per language, to which lots are held some at a time."""

    def __init__(
        self,
        weights: Weights,
        members: Sequence[MemberFacts],
        *,
        sectors: Mapping[str, Sector],
        remembered: Sequence[LotFacts] = (),
    ) -> None:
        """Place the members, and the lots of the past; new lots are placed when they are met."""
        self._weights = weights
        self._columns = {member.id: column for column, member in enumerate(members)}
        texts = [_texts_of(member, sectors) for member in members]
        self._members = {
            language: _View(weights.place(views[language] for views in texts)) for language in LANGUAGES
        }
        references = [(column, each) for column, m in enumerate(members) for each in m.references if each]
        self._reference_columns = np.array([column for column, _ in references], dtype=np.intp)
        self._reference_texts = [text for _, text in references]
        self._references = _View(weights.place(self._reference_texts))
        past = [(row, lot, language) for row, lot in enumerate(remembered) for language in lot.languages]
        self._past_rows = np.array([row for row, _, _ in past], dtype=np.intp)
        self._past_size = len(remembered)
        self._past = _View(weights.place(lot_text(lot, language) for _, lot, language in past))
        self._met: dict[int, _Met] = {}

    def meet(self, lots: Sequence[LotFacts]) -> None:
        """Place lots that will be asked about, together, which is faster; those met before are forgotten."""
        spoken = [(lot, language) for lot in lots for language in lot.languages]
        texts = self._weights.place(lot_text(lot, language) for lot, language in spoken)
        likeness, told = np.zeros((2, len(spoken), len(self._columns)))
        for language, view in self._members.items():
            if lines := [line for line, (_, each) in enumerate(spoken) if _known(each) == language]:
                some = texts.some(lines)
                likeness[lines], told[lines] = view.likeness(some), view.told(some)
        references, past = self._references.likeness(texts), self._past.likeness(texts)
        self._met, start = {}, 0
        for lot in lots:
            stop = start + len(lot.languages)
            remembered = np.zeros(self._past_size)
            np.maximum.at(remembered, self._past_rows, past[start:stop].max(axis=0, initial=0.0))
            self._met[id(lot)] = _Met(
                lot,
                lot.languages,
                texts.words,
                start,
                likeness[start:stop],
                told[start:stop],
                references[start:stop].max(axis=0, initial=0.0),
                remembered,
            )
            start = stop

    def row(self, lot: LotFacts) -> _Floats:
        """The cosine in [0, 1] between a lot and each member, in the language where they are nearest."""
        nearest: _Floats = self._place(lot).likeness.max(axis=0, initial=0.0)
        return nearest

    def told_row(self, lot: LotFacts) -> _Floats:
        """How much the words that each member uses tell of a lot, by BM25, in the lot's best language."""
        most: _Floats = self._place(lot).told.max(axis=0, initial=0.0)
        return most

    def reference_row(self, lot: LotFacts) -> _Floats:
        """The cosine in [0, 1] between a lot and the nearest single reference of each member."""
        row = np.zeros(len(self._columns))
        np.maximum.at(row, self._reference_columns, self._place(lot).references)
        return row

    def remembered_row(self, lot: LotFacts) -> _Floats:
        """The cosine in [0, 1] between a lot and each lot of the past."""
        return self._place(lot).remembered

    def shared_words(self, lot: LotFacts, member_id: int, *, most: int = 4) -> list[str]:
        """The words that carried most of a likeness, as the lot writes them, the strongest first."""
        met, column = self._place(lot), self._columns[member_id]
        if met.likeness[:, column].max(initial=0.0) <= 0:
            return []
        nearest = int(met.likeness[:, column].argmax())
        language = met.languages[nearest]
        theirs = self._members[_known(language)].words[column]
        common = met.words[met.first + nearest].multiply(theirs).tocoo()
        order = np.argsort(-common.data, kind="stable")
        if language not in met.written:
            met.written[language] = as_written(lot_text(lot, language))
        written = met.written[language]
        found: list[str] = []
        for name in self._weights.names(common.col[order]):
            found += [
                written[part] for part in name.split() if part in written and written[part] not in found
            ]
        return found[:most]

    def nearest_reference(self, lot: LotFacts, member_id: int) -> str:
        """The reference of a member that is nearest to a lot; it must have one."""
        own = np.flatnonzero(self._reference_columns == self._columns[member_id])
        nearest = int(own[self._place(lot).references[own].argmax()])
        return self._reference_texts[nearest]

    def _place(self, lot: LotFacts) -> _Met:
        # A lot is asked about by its row, then by its words with this member and that: it is placed once.
        if id(lot) not in self._met:
            self.meet([lot])
        return self._met[id(lot)]


def _known(language: str) -> str:
    """The language in which members are compared with a text: French where it is none of ours."""
    return language if language in LANGUAGES else LANGUAGES[0]


def _texts_of(member: MemberFacts, sectors: Mapping[str, Sector]) -> dict[str, str]:
    """What a member offers, in each language."""
    written_in = language_of("\n".join((member.statement, *member.references)))
    return {language: member_text(member, language, sectors, written_in) for language in LANGUAGES}
