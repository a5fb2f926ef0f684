"""Finding criteria in a text by rules: words first, then what the part of the notice makes of them."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from enum import Enum, auto
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache

from config.criteria import EssCriterion, Patterns, ess_criteria
from matcher.ess.found import Found
from matcher.ess.lexicon import Hit, Lexicon, spelled
from matcher.ess.plain import Plain, plain
from matcher.ess.sentences import sentences, trimmed
from matcher.ess.weights import bears_weight, bears_weights, weight_beside
from matcher.words import language_of
from procurement.labelled import LANGUAGES
from procurement.lens import FindingKind, Polarity

# Raised with whatever changes what is found in a text; with the version of the criteria it says who read it.
RULES = 1
ACCESS = frozenset({"allotissement_acces_pme", "variantes_admises", "consortium_sous_traitance"})
_RESERVED = "marche_reserve"
# A heading speaks for so many characters after it.
_REACH = 2_500
# Parts that a sentence may speak for by its own words, the stronger first.
_SPEAKING = ("execution", "boilerplate", "qualification", "money", "procedure")
# « … les compétences suivantes : » speaks for the list after it, so far.
_LIST = 700
_INTRODUCING = frozenset({"qualification", "boilerplate"})
# So far from a weight a sentence is still an item of a list of criteria.
_BESIDE = 120
# A sentence as long as this is one to the eye as well.
_SHORT = 300
# So far before a criterion « aucun » still speaks of it.
_NEAR = 40
_COUNTING = frozenset(
    {
        FindingKind.AWARD,
        FindingKind.EXECUTION_CONDITION,
        FindingKind.TECHNICAL_SPEC,
        FindingKind.SUBJECT,
        FindingKind.RESERVED,
    }
)
# What a finding is by the part it stands in; in a subject, or where nothing is known, its words decide.
_KINDS = {
    "award": FindingKind.AWARD,
    "execution": FindingKind.EXECUTION_CONDITION,
    "qualification": FindingKind.QUALIFICATION,
    "participation": FindingKind.PARTICIPATION_CONDITION,
    "procedure": FindingKind.BOILERPLATE,
    "money": FindingKind.BOILERPLATE,
    "boilerplate": FindingKind.BOILERPLATE,
}
_REFUSES = re.compile(
    r"\b(?:nicht|keine?[nrsm]?|nein|non|pas|aucune?|nessun\w*|not|no|exclu\w*|esclus\w*|interdit\w*|unzulassig"
    r"|ausgeschlossen)\b"
)
_PRICE = re.compile(r"\b(?:prix|\w*preis\w*|prezzo|price|couts?|kosten|costo)\b")
_OF_PEOPLE = re.compile(
    r"schlusselperson|referen[zc]|projektleit|teilprojekt|berufserfahrung|lebenslauf|\bcv\b"
    r"|\bchef(?:fe)? d[eu] projet|experience professionnelle|personnes?[- ]cles?"
    r"|key (?:staff|person)|persone chiave"
)
_RESERVES = re.compile(
    r"\b(?:reserve\w* (?:a|aux) (?:des |les |une? |l')?"
    r"(?:entreprises?|structures?|operateurs?|ateliers?|esat|etablis|organis|associations?)"
    r"|(?:lot|marche)s? reserves?|secteur (?:du travail )?protege|vorbehalten|reserviert"
    r"|riservat[oiae]|reserved)"
)


_REQUIRES = re.compile(
    r"\b(?:doi(?:t|vent)|devr\w+|exige\w*|au moins|conformes?|labels?|normes?|mussen|muss|mindestens"
    r"|standard\w*|dev(?:e|ono)|dovr\w+|almeno|must|shall|required|at least|compliant)\b"
)
_ITEM = re.compile(r"^\W*\d{1,2}\s+[a-z][^\d]*\s\d{1,2}\W*$|\d\s?(?:%|points?\b|pts?\b|punkte?\b|punti\b)")


class Role(Enum):
    """What a pattern does for its criterion or section."""

    STRONG, WEAK, QUALIFYING, IGNORE, NEGATIVE, LIMITED, HEADING, CUE = (auto() for _ in range(8))


@dataclass(frozen=True, slots=True)
class Entry:
    """A pattern's role; `of` is the key of its criterion or section, empty when it is for all."""

    role: Role
    of: str
    language: str

    @property
    def names(self) -> bool:
        """Whether it names its criterion."""
        role = self.role
        return role is Role.STRONG or role is Role.WEAK or role is Role.QUALIFYING


@dataclass(slots=True)
class _Sentence:
    start: int
    end: int
    named: list[Hit[Entry]] = field(default_factory=list)
    cues: list[tuple[int, str]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    limited: set[str] = field(default_factory=set)

    def cues_near(self, hit: Hit[Entry]) -> Set[str]:
        """What speaks beside a hit; in a sentence that no full stop ends, only what is not far away."""
        is_short = self.end - self.start <= _SHORT
        return {cue for at, cue in self.cues if is_short or -_BESIDE < hit.start - at < 2 * _BESIDE}


def version() -> str:
    """Which criteria and rules read a text."""
    return f"{ess_criteria().version}/{RULES}"


def find(text: str, *, language: str | None = None, section: str = "") -> list[Found]:
    """The criteria that a text names, in its order; `section` is the name of its field, where it is known.

    One finding for each family in each sentence. A language that is not ours is read with all four.
    """
    ready = plain(text)
    cut = sentences(ready.clean)
    hits = _lexicon(_languages(text, language)).hits(ready.letters, cut)
    return list(_Reading(ready, cut, hits, section_of_field(section)).found())


@lru_cache(maxsize=200)
def section_of_field(name: str) -> str:
    """The part of a notice that a form field belongs to; empty when nothing is known of it."""
    return next(
        (
            form.key
            for form in ess_criteria().section
            if any(fnmatchcase(name, known) for known in form.fields)
        ),
        "",
    )


def _languages(text: str, language: str | None) -> tuple[str, ...]:
    stated = [language] if language in LANGUAGES else []
    read = language_of(text[:2_000])
    return tuple(sorted({*stated, *([read] if read else ())})) or LANGUAGES


@lru_cache(maxsize=16)
def _lexicon(languages: tuple[str, ...]) -> Lexicon[Entry]:
    return Lexicon(_entries(frozenset(languages)))


def _entries(languages: frozenset[str]) -> Iterator[tuple[str, Entry]]:
    criteria = ess_criteria()

    def of(patterns: Patterns, role: Role, key: str) -> Iterator[tuple[str, Entry]]:
        for language, written in patterns.items():
            if language in languages or language == "any":
                yield from ((each, Entry(role, key, language)) for each in written)

    yield from of(criteria.ignore, Role.IGNORE, "")
    for criterion in criteria.criteria:
        yield from of(criterion.patterns, Role.STRONG, criterion.key)
        yield from of(criterion.weak, Role.WEAK, criterion.key)
        yield from of(criterion.qualifying, Role.QUALIFYING, criterion.key)
        yield from of(criterion.ignore, Role.IGNORE, criterion.key)
        yield from of(criterion.negative, Role.NEGATIVE, criterion.key)
        yield from of(criterion.limited, Role.LIMITED, criterion.key)
    for section in criteria.section:
        yield from of(section.headings, Role.HEADING, section.key)
        yield from of(section.cues, Role.CUE, section.key)


class _Reading:
    """One text with the patterns that stand in it."""

    def __init__(self, text: Plain, cut: list[tuple[int, int]], hits: list[Hit[Entry]], section: str) -> None:
        self._text, self._section = text, section
        self._ignored: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._headings: list[tuple[int, str]] = []
        for hit in hits:
            if hit.entry.role is Role.IGNORE:
                self._ignored[hit.entry.of].append((hit.start, hit.end))
            elif hit.entry.role is Role.HEADING:
                self._headings.append((hit.start, hit.entry.of))
        placed = _placed(cut, (hit for hit in hits if not self._is_ignored(hit)))
        self._sentences = [sentence for sentence in placed if sentence.named]
        self._introduced = [
            (sentence.end, cue)
            for sentence in placed
            for cue in sorted({cue for _, cue in sentence.cues} & _INTRODUCING)
            if text.letters[sentence.start : sentence.end].rstrip(" -\n").endswith(":")
        ]

    def found(self) -> Iterator[Found]:
        """One finding for each family in each sentence that names it."""
        for sentence in self._sentences:
            seen: set[str] = set()
            for hit in sentence.named:
                family = hit.entry.of
                if family in seen:
                    continue
                section = self._section_of(sentence, hit)
                if hit.entry.role is not Role.WEAK or self._weak_count(family, section, sentence):
                    seen.add(family)
                    yield self._finding(family, hit, sentence, section)

    def _is_ignored(self, hit: Hit[Entry]) -> bool:
        if not hit.entry.names:
            return False
        return any(
            start < hit.end and hit.start < end
            for key in (hit.entry.of, "")
            for start, end in self._ignored.get(key, ())
        )

    def _weak_count(self, family: str, section: str, sentence: _Sentence) -> bool:
        if family in ACCESS:
            return self._section == "procedure"
        # « Ausbildung » of the people named for the job is no criterion of its own.
        letters = self._text.letters[sentence.start : sentence.end]
        return section == "award" and _OF_PEOPLE.search(letters) is None

    def _section_of(self, sentence: _Sentence, hit: Hit[Entry]) -> str:
        if self._section in ("award", "procedure"):
            return self._section
        headed, cues = self._headed(sentence, hit), sentence.cues_near(hit)
        if headed == "award" and "boilerplate" not in cues:
            return "award"
        # A list of criteria may be one of award; what it says of references or oaths it says of the bidder.
        asks = next((part for part in _SPEAKING if part in cues), "")
        if not asks and headed != "qualification" and self._is_weighed(sentence, cues):
            return "award"
        if asks:
            return asks
        row = bisect_right(self._introduced, (sentence.start, "~")) - 1
        if row >= 0 and sentence.start - self._introduced[row][0] < _LIST:
            return self._introduced[row][1]
        return headed or self._section

    def _headed(self, sentence: _Sentence, hit: Hit[Entry]) -> str:
        """The part that the last heading before a hit opens, where it is not too far away."""
        row = bisect_left(self._headings, (hit.end, "")) - 1
        if row < 0 or sentence.start - self._headings[row][0] >= _REACH:
            return ""
        return self._headings[row][1]

    def _is_weighed(self, sentence: _Sentence, cues: Set[str]) -> bool:
        """Whether a sentence of no known part stands among criteria with weights, or bears one."""
        if self._section:
            return False
        letters = self._text.letters
        around = letters[max(0, sentence.start - _BESIDE) : sentence.end + _BESIDE]
        if bears_weight(around) and self._lists_criteria:
            return True
        own = letters[sentence.start : sentence.end]
        return "award" in cues or (len(own) < _BESIDE and _ITEM.search(own) is not None)

    @cached_property
    def _lists_criteria(self) -> bool:
        """Whether the text states several weights and names the price: then it lists criteria."""
        letters = self._text.letters
        return _PRICE.search(letters) is not None and bears_weights(letters)

    def _finding(self, family: str, hit: Hit[Entry], sentence: _Sentence, section: str) -> Found:
        criterion = _criteria()[family]
        kind = self._kind(criterion, sentence, section, hit.entry.role)
        polarity = self._polarity(family, hit, sentence)
        is_signed = criterion.is_condition_for_all and hit.entry.role is Role.QUALIFYING
        counts = (
            kind in _COUNTING
            and polarity is not Polarity.EXCLUDED
            and (kind is FindingKind.AWARD or not is_signed)
        )
        letters = self._text.letters[sentence.start : sentence.end]
        weight = None
        if kind in (FindingKind.AWARD, FindingKind.QUALIFICATION):
            weight = weight_beside(
                letters,
                hit.start - sentence.start,
                hit.end - sentence.start,
                is_listed=self._section == "award",
            )
        start, end = self._text.origin(hit.start, hit.end)
        whole = slice(*self._text.origin(*trimmed(self._text.clean, sentence.start, sentence.end)))
        return Found(
            family=family,
            kind=kind,
            polarity=polarity,
            counts=counts,
            weight=weight,
            start=start,
            evidence=self._text.original[start:end],
            sentence_start=whole.start,
            sentence=self._text.original[whole],
            language=hit.entry.language,
            rule=f"{family}.{hit.entry.language}: {hit.pattern}"[:120],
        )

    def _kind(self, criterion: EssCriterion, sentence: _Sentence, section: str, role: Role) -> FindingKind:
        if criterion.key in ACCESS:
            return FindingKind.ACCESS
        letters = self._text.letters[sentence.start : sentence.end]
        if criterion.key == _RESERVED:
            return FindingKind.RESERVED
        if section in ("award", "boilerplate"):
            return _KINDS[section]
        if role is Role.QUALIFYING and section != "execution":
            is_signed = criterion.is_condition_for_all
            return FindingKind.PARTICIPATION_CONDITION if is_signed else FindingKind.QUALIFICATION
        if criterion.may_be_reserved and _RESERVES.search(letters):
            return FindingKind.RESERVED
        if section in _KINDS:
            return _KINDS[section]
        return FindingKind.TECHNICAL_SPEC if _REQUIRES.search(letters) else FindingKind.SUBJECT

    def _polarity(self, family: str, hit: Hit[Entry], sentence: _Sentence) -> Polarity:
        letters = self._text.letters[sentence.start : sentence.end]
        if family in ACCESS:
            if family in sentence.refused or (hit.entry.role is Role.WEAK and _REFUSES.search(letters)):
                return Polarity.EXCLUDED
            return Polarity.LIMITED if family in sentence.limited else Polarity.ADMITTED
        before, after = _negations()
        at = hit.start - sentence.start
        if before.search(letters, max(0, at - _NEAR), at):
            return Polarity.EXCLUDED
        return Polarity.EXCLUDED if after.match(letters, hit.end - sentence.start) else Polarity.PRESENT


@lru_cache(maxsize=1)
def _negations() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = ess_criteria().negation
    before, after = ("|".join(map(spelled, each)) for each in (words.before, words.after))
    return re.compile(rf"\b(?:{before})\s+(?:\w+\s+)?$"), re.compile(rf"\s*:\s*(?:{after})\b")


@lru_cache(maxsize=1)
def _criteria() -> dict[str, EssCriterion]:
    return dict(ess_criteria().by_key())


def _placed(cut: list[tuple[int, int]], hits: Iterable[Hit[Entry]]) -> list[_Sentence]:
    """The sentences in which a pattern stands, each with what it says there."""
    placed: list[_Sentence] = []
    numbered = iter(cut)
    current = _Sentence(0, 0)
    for hit in sorted(hits, key=lambda each: (each.start, each.start - each.end)):
        while hit.start >= current.end:
            current = _Sentence(*next(numbered))
            placed.append(current)
        role, of = hit.entry.role, hit.entry.of
        if hit.entry.names or role is Role.NEGATIVE:
            current.named.append(hit)
        if role is Role.CUE:
            current.cues.append((hit.start, of))
        elif role is Role.NEGATIVE:
            current.refused.add(of)
        elif role is Role.LIMITED:
            current.limited.add(of)
    return placed
