"""Words as they are indexed and as they are searched for: the same stems for both, in every language."""

import re
from dataclasses import dataclass

from procurement.codes import significant
from procurement.spelling import STOP_WORDS, normalise, stem
from procurement.word_index import LONGEST_WORD, Term

MOST_LETTERS = 200
_MOST_TERMS = 20
_LEAST_START = 3
_WORD = re.compile(r"[a-z0-9]+")
_CODE = re.compile(r"([0-9]{8})(?:-[0-9])?")
_QUOTES = str.maketrans(dict.fromkeys("«»“”„‟″", '"'))
_PART = re.compile(r'(?P<minus>(?<!\S)[-−–])?(?:"(?P<phrase>[^"]*)"|(?P<chunk>[^\s"]+))')
_EMPTY = frozenset().union(*STOP_WORDS.values())
# Between two texts, so that no phrase runs from one into the other.
GAP = "_"


@dataclass(frozen=True, slots=True)
class Question:
    """What is searched for: terms that must all be there, and terms of which none may be."""

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()

    @property
    def in_titles(self) -> tuple[Term, ...]:
        """The same terms as words of titles."""
        return tuple(
            Term(tuple(title_word(word) for word in term.words), term.is_start, term.or_code)
            for term in self.wanted
        )


def stems(text: str) -> list[str]:
    """The words of a text, each by its stem, in their order; elided articles are gone."""
    return [_stem(word) for word in _WORD.findall(normalise(text))]


def title_word(word: str) -> str:
    """A word as it is indexed once more when it stands in a title."""
    return f"t_{word}"


def code_words(code: str) -> list[str]:
    """A CPV code as words: itself and each wider one, so that a wide code finds the narrow ones."""
    bare = significant(code)
    return [f"c_{bare[:end]}" for end in range(2, len(bare) + 1)]


def read_question(text: str) -> Question:
    """What somebody typed as a question; whatever it is, there is no error.

    Words in quotes stand together, a minus excludes, a star leaves the end open, eight figures are a CPV
    code too. Words without a subject (« de », « und ») count in quotes only, or when there are no others.
    """
    wanted: list[Term] = []
    weak: list[Term] = []
    unwanted: list[Term] = []
    for part in _PART.finditer(text[:MOST_LETTERS].translate(_QUOTES)):
        phrase, chunk = part["phrase"], part["chunk"]
        term = _term(chunk if phrase is None else phrase, is_quoted=phrase is not None)
        if term is None:
            continue
        if part["minus"]:
            unwanted.append(term)
        elif phrase is None and len(term.words) == 1 and not term.is_start and _says_nothing(chunk):
            weak.append(term)
        else:
            wanted.append(term)
    found = wanted or ([] if unwanted else weak)
    return Question(tuple(dict.fromkeys(found))[:_MOST_TERMS], tuple(dict.fromkeys(unwanted))[:_MOST_TERMS])


def _term(text: str, *, is_quoted: bool) -> Term | None:
    words = _WORD.findall(normalise(text))
    if not words:
        return None
    is_start = not is_quoted and text.endswith("*") and len(words[-1]) >= _LEAST_START
    code = _CODE.fullmatch(text)
    return Term(tuple(map(_stem, words)), is_start, f"c_{significant(code[1])}" if code else "")


def _says_nothing(chunk: str) -> bool:
    return normalise(chunk) in _EMPTY


def _stem(word: str) -> str:
    word = word[:LONGEST_WORD]
    # « sociaux » is the plural of « social »; « bateaux » is none of « bateal ».
    if len(word) > 5 and word.endswith("aux") and not word.endswith("eaux"):
        word = f"{word[:-3]}al"
    return stem(word)
