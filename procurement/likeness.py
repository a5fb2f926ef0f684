"""How alike two tenders of different sources are, and what speaks against their being one."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property

from procurement.i18n import ZURICH
from procurement.models import Tender

MERGE_FROM = 0.90
DOUBT_FROM = 0.70
# Deadlines further apart are those of two tenders; so are publications, where a deadline is not known.
NEAR = timedelta(hours=36)
UNDATED = timedelta(days=14)

# The most that a pair is worth when something speaks against it, and when it is two tenders.
_HELD_BACK = 0.89
_TWO_TENDERS = 0.60
# Each title has a word that the other lacks: below this share of words in common it is about something else.
_REWORDED = 0.85
# A title that long is cut by its source (BOAMP's `objet` at 200 signs).
_CUT_FROM = 180
# Titles of fewer words are borne by many buyers, or by every trade of one building; descriptions of fewer say
# nothing, and one tender's agree.
_TELLING_TITLE = 5
# A code with fewer digits before its noughts names a branch, such as all works on buildings.
_TELLING_CODE = 5
_TELLING_TEXT = 2
_SAME_TEXT = 0.75
# A description of at most so many words is read as a title is: each of them may name another object.
_SHORT_TEXT = 12
# Below this each name of a buyer has words that the other lacks, as those of two neighbours have.
_SAME_BUYER = 0.9
# Years have four digits.
_PROJECT_NUMBER = 5

_WORD = re.compile(r"[^\W\d_]{2,}")
_NUMBER = re.compile(r"\d+")
# « Lot B », « Los III »: such a letter counts as a number does.
_LETTERED = re.compile(r"\b(?:lots?|los|lotto|phase|secteur|tranche|etappe|tappa)\s+([a-z]|[ivx]+)\b")
# Words that every buyer or title has: they tell nothing apart.
_COMMON = frozenset(
    {"de", "des", "du", "la", "le", "les", "et", "en", "au", "aux", "un", "une", "sur", "dans", "pour", "par"}
    | {"der", "die", "das", "und", "fur", "von", "im", "in", "zu", "zum", "zur", "mit", "am", "auf"}
    | {"della", "dello", "delle", "dei", "degli", "di", "il", "lo", "del", "per", "con", "the", "of", "and"}
    | {"no", "nr", "lot", "lots", "los", "lotto", "bkp", "cfc", "skp"}
)
# Forms of law and words for a commune: one source writes them, the other does not.
_FORMS = frozenset(
    {"sa", "sas", "sarl", "sem", "spl", "ag", "gmbh", "spa", "srl", "service", "services", "conseil"}
    | {"ville", "commune", "mairie", "gemeinde", "stadt", "comune", "citta", "municipio"}
)


class Verdict(StrEnum):
    """What becomes of two tenders: one by itself, one if staff say so, or two."""

    MERGE = "merge"
    DOUBTFUL = "doubtful"
    APART = "apart"


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two tenders are, in [0, 1]: the whole, what it is made of, and what speaks against it."""

    score: float
    title: float
    buyer: float
    same_deadline: bool
    exact: str = ""
    against: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """What follows from the likeness alone."""
        if self.score >= MERGE_FROM and not self.against:
            return Verdict.MERGE
        return Verdict.DOUBTFUL if self.score >= DOUBT_FROM else Verdict.APART


@dataclass(frozen=True, slots=True)
class Text:
    """A text as it is compared: without accents and capitals, its telling words and its numbers."""

    plain: str
    words: frozenset[str]
    numbers: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Part:
    """How alike two titles or moments are, and what speaks against it; `are_two`: it is two tenders."""

    share: float
    against: tuple[str, ...] = ()
    are_two: bool = False


class Face:
    """What of a tender is compared, worked out once."""

    def __init__(self, tender: Tender) -> None:
        self.tender = tender
        self.titles = {language: text_of(title) for language, title in tender.title.items()}
        self.marks = frozenset(mark for title in self.titles.values() for mark in title.words | title.numbers)
        self.shortest = min((len(title.words | title.numbers) for title in self.titles.values()), default=0)
        self.deadline = tender.submission_deadline
        self.codes = frozenset(tender.cpv_codes or ())

    @cached_property
    def buyers(self) -> tuple[frozenset[str], ...]:
        """The words of the buyer's names, without forms of law."""
        names = self.tender.buyer.name.values() if self.tender.buyer else ()
        return tuple(filter(None, (text_of(name).words - _FORMS for name in names)))

    @cached_property
    def descriptions(self) -> dict[str, frozenset[str]]:
        """The words of the descriptions that are long enough to say what is bought."""
        words = {language: text_of(text).words for language, text in (self.tender.description or {}).items()}
        return {language: found for language, found in words.items() if len(found) >= _TELLING_TEXT}


def likeness(first: Tender, second: Tender) -> Likeness:
    """How alike two tenders are by title, buyer and deadline; what else disagrees holds them back."""
    return compare(Face(first), Face(second))


def compare(first: Face, second: Face) -> Likeness:
    """How alike two tenders are, from what was worked out of each."""
    title, moment = _title(first, second), _moment(first, second)
    buyer = max((_name(one, two) for one in first.buyers for two in second.buyers), default=0.0)
    weight = buyer
    if buyer < 0.5:
        # A buyer under two names gives both sources the same list of codes, or a title that few would give.
        weight = max(buyer, 0.5 if _have_one_list(first, second) else 0.0)
    score = 0.6 * title.share + 0.25 * weight + 0.15 * moment.share
    against = [*title.against, *moment.against, *(["buyer"] if buyer < _SAME_BUYER else [])]
    if not against:
        against += _objects(first, second)
    if title.are_two or moment.are_two or (weight < 0.3 and not _is_telling(first, title)):
        score = min(score, _TWO_TENDERS)
    elif against:
        score = min(score, _HELD_BACK)
    if title.against == ("language",) and moment.share == 1.0 and _have_one_project(first, second):
        score = max(score, DOUBT_FROM)
    return Likeness(
        score=round(score, 3),
        title=round(title.share, 3),
        buyer=round(buyer, 3),
        same_deadline=_are_near(first.deadline, second.deadline),
        against=tuple(against),
    )


def held_back(how: Likeness, reason: str) -> Likeness:
    """A likeness with one more thing against it, so that staff are asked."""
    return replace(how, score=min(how.score, _HELD_BACK), against=(*how.against, reason))


def name_marks(name: str) -> frozenset[str]:
    """The words and numbers that tell a buyer's name apart: without forms of law and words for a commune."""
    text = text_of(name)
    return (text.words - _FORMS) | text.numbers


def text_of(text: str) -> Text:
    """The words and numbers of a text, the same however it is accented or capitalised."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    words = frozenset(word for word in _WORD.findall(plain) if word not in _COMMON)
    numbers = {number.lstrip("0") or "0" for number in _NUMBER.findall(plain)}
    return Text(" ".join(plain.split()), words, frozenset(numbers | set(_LETTERED.findall(plain))))


def _title(first: Face, second: Face) -> _Part:
    """The likeness of the most alike titles, in a language that both have where there is one."""
    shared = first.titles.keys() & second.titles.keys()
    if shared:
        parts = [_compare_titles(first.titles[each], second.titles[each]) for each in sorted(shared)]
    else:
        parts = [
            _compare_translations(one, two) for one in first.titles.values() for two in second.titles.values()
        ]
    return max(parts, key=lambda part: (not part.are_two, not part.against, part.share), default=_Part(0.0))


def _compare_titles(one: Text, other: Text) -> _Part:
    if _is_cut(one, other) or _is_cut(other, one):
        return _Part(1.0)
    share, own, theirs = _overlap(one.words, other.words)
    same_numbers = one.numbers == other.numbers
    if not one.words and not other.words:
        share = float(same_numbers and bool(one.numbers))
    against = [*([] if same_numbers else ["numbers"]), *(["title"] if own or theirs else [])]
    # Lot 1 and lot 2, the roofs and the windows: each says what the other is not.
    are_two = bool(one.numbers - other.numbers and other.numbers - one.numbers)
    are_two = are_two or bool(own and theirs and (share < _REWORDED or not same_numbers))
    return _Part(share, tuple(against), are_two)


def _compare_translations(one: Text, other: Text) -> _Part:
    """Two titles without a language in common: names and numbers are the same in all."""
    share, own, theirs = _overlap(one.words, other.words)
    same_numbers = one.numbers == other.numbers
    if same_numbers and not own and not theirs:
        return _Part(share)
    return _Part(share, ("language",) if same_numbers else ("language", "numbers"))


def _is_cut(short: Text, long: Text) -> bool:
    """Whether a source has cut a title that another gives whole; the last word may be cut itself."""
    if len(short.plain) < _CUT_FROM or len(short.plain) >= len(long.plain):
        return False
    kept = short.plain.rstrip(". …").rpartition(" ")[0]
    return long.plain.startswith(kept)


def _overlap(one: frozenset[str], other: frozenset[str]) -> tuple[float, int, int]:
    """Dice's coefficient of two sets of words, and how many each has for itself; a slip is the same word."""
    own, theirs = set(one - other), set(other - one)
    common = len(one) - len(own)
    for word in sorted(own):
        match = next((each for each in sorted(theirs) if _is_slip(word, each)), None)
        if match is not None:
            own.discard(word)
            theirs.discard(match)
            common += 1
    return 2 * common / (len(one) + len(other)) if one or other else 0.0, len(own), len(theirs)


def _is_slip(one: str, other: str) -> bool:
    """Whether two words are one, mistyped or in another number."""
    if min(len(one), len(other)) < 6 or one[0] != other[0] or abs(len(one) - len(other)) > 2:
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= 0.88


def _name(one: frozenset[str], other: frozenset[str]) -> float:
    """How alike two names of buyers are; one that only adds a department is nearly the same."""
    share, own, theirs = _overlap(one, other)
    return max(share, 0.9) if min(len(one), len(other)) >= 2 and not (own and theirs) else share


def _is_telling(face: Face, title: _Part) -> bool:
    """Whether a title is the same and says so much that hardly two buyers have it."""
    return title.share >= _REWORDED and any(
        len(text.words) >= _TELLING_TITLE for text in face.titles.values()
    )


def _moment(first: Face, second: Face) -> _Part:
    """How well the deadlines agree, or the days of publication where neither deadline is known."""
    one, other = first.deadline, second.deadline
    if one is None or other is None:
        between = abs(first.tender.published_on - second.tender.published_on)
        if between > UNDATED:
            return _Part(0.0, ("time",), are_two=True)
        return _Part(1.0) if one is other else _Part(0.5, ("deadline",))
    apart = abs(one - other)
    if apart > NEAR:
        return _Part(0.0, ("time",), are_two=True)
    if apart <= timedelta(minutes=1):
        return _Part(1.0)
    if _day(one) != _day(other):
        return _Part(0.5, ("deadline",))
    # A source that gives the day alone is right; an hour or two are a label of another zone.
    if _is_day_only(one) or _is_day_only(other) or apart in (timedelta(hours=1), timedelta(hours=2)):
        return _Part(1.0)
    return _Part(0.8, ("hour",))


def _objects(first: Face, second: Face) -> Iterator[str]:
    """What titles that say little, the codes and the descriptions say against two tenders that seem one."""
    says_little = min(first.shortest, second.shortest) < _TELLING_TITLE
    if says_little and not any(len(code.rstrip("0")) >= _TELLING_CODE for code in first.codes & second.codes):
        yield "title"
    if first.codes and second.codes and not _are_kin(first.codes, second.codes):
        yield "codes"
    shared = first.descriptions.keys() & second.descriptions.keys()
    # One buyer's awards may all read the same: without a deadline codes and descriptions must agree.
    if first.deadline is None and not (shared and _have_one_list(first, second)):
        yield "deadline"
    if shared and not any(
        _is_one_text(first.descriptions[each], second.descriptions[each]) for each in shared
    ):
        yield "description"


def _is_one_text(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether one description may be the other, which may say more unless both are short."""
    if max(len(one), len(other)) <= _SHORT_TEXT:
        _, own, theirs = _overlap(one, other)
        return not own and not theirs
    return len(one & other) >= _SAME_TEXT * min(len(one), len(other))


def _have_one_list(first: Face, second: Face) -> bool:
    """Whether two tenders list the same codes, and more than one."""
    return len(first.codes) >= 2 and first.codes == second.codes


def _have_one_project(first: Face, second: Face) -> bool:
    """Whether two titles in different languages hold the long number of one project, and the same codes."""
    long = {mark for mark in first.marks & second.marks if len(mark) >= _PROJECT_NUMBER and mark.isdigit()}
    return bool(long) and bool(first.codes) and first.codes == second.codes and first.deadline is not None


def _are_kin(codes: frozenset[str], others: frozenset[str]) -> bool:
    """Whether a code of the one is a code of the other, or its branch."""
    stems, branches = [code.rstrip("0") for code in codes], [code.rstrip("0") for code in others]
    return any(one.startswith(two) or two.startswith(one) for one in stems for two in branches)


def _are_near(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and abs(one - other) <= NEAR


def _day(moment: datetime) -> date:
    """The day of a deadline here; midnight of Greenwich is how a source writes the day alone."""
    return moment.astimezone(UTC if _is_midnight(moment.astimezone(UTC)) else ZURICH).date()


def _is_day_only(moment: datetime) -> bool:
    local = moment.astimezone(ZURICH)
    return (
        _is_midnight(local) or (local.hour, local.minute) == (23, 59) or _is_midnight(moment.astimezone(UTC))
    )


def _is_midnight(moment: datetime) -> bool:
    return (moment.hour, moment.minute) == (0, 0)
