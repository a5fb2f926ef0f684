"""The ESS box of a tender: each criterion with its sentence, what it is to the reader, and what is unread."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

from config.criteria import family_label
from procurement import findings
from procurement.badges import ORDER, Badges
from procurement.i18n import capital, translated_later
from procurement.lens import FindingKind
from procurement.models import Finding, Lot, Member, Tender
from procurement.stance import Asked, Side, Stance, Standing, stance
from procurement.vocabulary import CriterionKind
from web.conditions import heading_of
from web.considerations import Statement, statements_of
from web.i18n import gettext, label

# So much of a long sentence is shown on either side of the words that prove the criterion.
_AROUND = 260
_STRONG = (Side.BARRIER, Side.ADVANTAGE)
# What may bar a member is shown like what speaks for it; what every bidder signs is folded away.
_MAY_BAR = frozenset({FindingKind.QUALIFICATION, FindingKind.RESERVED})


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence with the words that prove a criterion, or what a field of its own states."""

    text: Markup
    language: str
    statement: Statement | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a criterion stands, and what it says there; `lots` is empty when it is so in all of them."""

    words: str
    weight: float | None
    lots: tuple[int, ...]
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Criterion:
    """A family of criteria with every place where it stands, and what it is to the reader's organisation."""

    family: str
    label: str
    weight: float | None
    stances: tuple[Stance, ...]
    places: tuple[Place, ...]

    @property
    def takes_sides(self) -> bool:
        """Whether it is known to help the reader's organisation or to bar it."""
        return any(each.side in _STRONG for each in self.stances)

    @property
    def is_unknown(self) -> bool:
        """Whether a proof would tell what it is to the reader's organisation."""
        return any(each.side is Side.UNKNOWN for each in self.stances)


@dataclass(frozen=True, slots=True)
class EssBox:
    """What a tender's lots ask of the ESS; lots are named by their numbers, all of them by an empty tuple.

    None in `unread`, `waiting` or `nothing` says that it holds for no lot.
    """

    badges: Badges
    speaking: tuple[Criterion, ...]
    general: tuple[Criterion, ...]
    statements: tuple[Statement, ...]
    unread: tuple[int, ...] | None
    waiting: tuple[int, ...] | None
    nothing: tuple[int, ...] | None

    @property
    def says_something(self) -> bool:
        """Whether any criterion or statement was found."""
        return bool(self.speaking or self.general or self.statements)


def ess_box(
    tender: Tender, lots: Sequence[Lot], *, member: Member | None, language: str, today: date
) -> EssBox:
    """The box of a tender's lots; for a member, with what each criterion is to it on the deadline."""
    found = [(lot, each) for lot in lots for each in lot.findings if each.field not in _RULES]
    speaking = [(lot, each) for lot, each in found if findings.speaks(each) or _may_bar(each)]
    general = [(lot, each) for lot, each in found if (lot, each) not in speaking]
    statements = statements_of(lots, tender.language)
    judge = _Judge(Standing.of(member), today, tender.deadline_day) if member else None
    telling = _Telling(lots, statements, language)
    telling_nothing = {lot.id for lot in lots} - {lot.id for lot, _ in speaking}
    return EssBox(
        badges=Badges.of(lots, (each for _, each in found if findings.speaks(each))),
        speaking=telling.criteria(speaking, judge),
        general=telling.criteria(general, None),
        statements=tuple(each for each in statements if each not in telling.told),
        unread=_numbers(lots, (lot for lot in lots if findings.are_unread(lot))),
        waiting=_numbers(lots, (lot for lot in lots if lot.read_at is None)),
        nothing=_numbers(lots, (lot for lot in lots if lot.id in telling_nothing and _was_all_read(lot))),
    )


def _may_bar(finding: Finding) -> bool:
    """Whether it may bar a member, unless staff have said that it does not count."""
    return finding.kind in _MAY_BAR and finding.is_right is None


def _was_all_read(lot: Lot) -> bool:
    """Whether « none » may be said of a lot in which nothing was found."""
    return lot.read_at is not None and not findings.are_unread(lot) and not lot.considerations


def _numbers(lots: Sequence[Lot], some: Iterable[Lot]) -> tuple[int, ...] | None:
    numbers = tuple(lot.number for lot in some)
    if not numbers:
        return None
    return () if len(numbers) == len(lots) else numbers


@dataclass(frozen=True, slots=True)
class _Judge:
    """Says what a criterion is to one member."""

    standing: Standing
    today: date
    needed_on: date | None

    def stance(self, lot: Lot, finding: Finding) -> Stance:
        return stance(Asked.of(finding, lot), self.standing, today=self.today, needed_on=self.needed_on)


class _Telling:
    """Puts findings into words, each family once, each sentence once however many lots hold it."""

    def __init__(self, lots: Sequence[Lot], statements: Sequence[Statement], language: str) -> None:
        self._lots, self._statements, self._language = lots, statements, language
        # The statements of fields that a criterion has told already.
        self.told: set[Statement] = set()

    def criteria(self, found: Sequence[tuple[Lot, Finding]], judge: _Judge | None) -> tuple[Criterion, ...]:
        """The families found: for a member first those it can answer or that bar it, then the weightiest."""
        families: dict[str, list[tuple[Lot, Finding]]] = {}
        for lot, finding in found:
            families.setdefault(finding.family, []).append((lot, finding))
        ordered = sorted(families.items(), key=lambda item: _rank(each for _, each in item[1]))
        told = (self._criterion(family, places, judge) for family, places in ordered)
        return tuple(sorted(told, key=lambda each: not each.takes_sides))

    def _criterion(
        self, family: str, found: Sequence[tuple[Lot, Finding]], judge: _Judge | None
    ) -> Criterion:
        said = [judge.stance(lot, finding) for lot, finding in found] if judge else []
        weights = [each.weight for _, each in found if each.weight is not None]
        return Criterion(
            family=family,
            label=family_label(family, self._language),
            weight=max(weights, default=None),
            stances=_worth_saying(said),
            places=tuple(self._places(found)),
        )

    def _places(self, found: Sequence[tuple[Lot, Finding]]) -> Iterable[Place]:
        alike: dict[tuple[str, float | None, str], list[tuple[Lot, Finding]]] = {}
        for lot, finding in sorted(found, key=lambda pair: ORDER.index(pair[1].kind)):
            alike.setdefault((_place(lot, finding), finding.weight, finding.sentence), []).append(
                (lot, finding)
            )
        places: dict[tuple[str, float | None, tuple[int, ...]], list[Quote]] = {}
        for (words, weight, _), same in alike.items():
            numbers = _numbers(self._lots, {lot.id: lot for lot, _ in same}.values()) or ()
            lot, finding = same[0]
            quote = Quote(
                text=marked(finding.sentence, finding.evidence),
                language=finding.language,
                statement=self._statement(lot, finding),
            )
            places.setdefault((words, weight, numbers), []).append(quote)
        for (words, weight, numbers), quotes in places.items():
            yield Place(words, weight, numbers, tuple(quotes))

    def _statement(self, lot: Lot, finding: Finding) -> Statement | None:
        """What the notice states in the very field that a finding was made from, when it says no more."""
        place = finding.field.removeprefix("consideration.")
        if place == finding.field or not place.isdigit() or int(place) >= len(lot.considerations):
            return None
        made_from = lot.considerations[int(place)]
        for each in self._statements:
            is_same = (each.term, each.written_code) == (made_from.business_term, made_from.code)
            if is_same and finding.sentence.strip() in (each.text.text.strip(), each.written_code, each.term):
                self.told.add(each)
                return each
        return None


# What one wants to know first of a criterion that stands in several places.
_SIDES = (Side.BARRIER, Side.ADVANTAGE, Side.UNKNOWN, Side.NEUTRAL)


def _worth_saying(said: Iterable[Stance]) -> tuple[Stance, ...]:
    """Every barrier and the best advantage; where there is neither, what is unknown, else what is neutral."""
    by_reason = {(each.side, each.key): each for each in said}
    ordered = sorted(by_reason.values(), key=lambda each: _SIDES.index(each.side))
    strong = [each for each in ordered if each.side in _STRONG]
    return tuple(strong or ordered[:1])


def _rank(found: Iterable[Finding]) -> tuple[int, float]:
    kinds, weights = zip(*((ORDER.index(each.kind), each.weight or 0) for each in found), strict=True)
    return min(kinds), -max(weights)


def marked(sentence: str, evidence: str) -> Markup:
    """The sentence, escaped, with the words that prove a criterion marked; a long one is cut around them."""
    at = sentence.find(evidence)
    if at < 0 or not evidence:
        return escape(sentence)
    end = at + len(evidence)
    if at == 0 and end == len(sentence):
        return escape(sentence)
    before, after = sentence[:at], sentence[end:]
    if len(before) > _AROUND:
        before = "… " + before[-_AROUND:].partition(" ")[2]
    if len(after) > _AROUND:
        after = after[:_AROUND].rpartition(" ")[0] + " …"
    return Markup("{}<mark>{}</mark>{}").format(before, evidence, after)


# What the page says elsewhere already: the rules on who may bid, and how.
_RULES = frozenset({"consortium_allowed", "subcontracting_allowed", "variants", "partial_offers"})
# The lists of a notice whose entries are named by number, and what an entry usually does.
_NUMBERED = {
    "award": (CriterionKind.AWARD, FindingKind.AWARD, translated_later("Critère d’adjudication {number}")),
    "selection": (
        CriterionKind.SELECTION,
        FindingKind.QUALIFICATION,
        translated_later("Critère d’aptitude {number}"),
    ),
    "participation": (
        CriterionKind.PARTICIPATION,
        FindingKind.PARTICIPATION_CONDITION,
        translated_later("Condition de participation {number}"),
    ),
}
_FIELDS = {
    "tender.title": translated_later("dans le titre"),
    "tender.description": translated_later("dans la description"),
    "lot.title": translated_later("dans le titre du lot"),
    "lot.description": translated_later("dans la description du lot"),
    "criteria_note": translated_later("dans la note sur les critères"),
    "consortium": translated_later("dans les règles pour s’associer"),
    "subcontracting": translated_later("dans les règles pour s’associer"),
    "lots_per_tenderer": translated_later("dans les règles sur les lots"),
    "consideration": translated_later("dans un champ de l’avis"),
}
_ELSEWHERE = translated_later("dans l’avis")


def _place(lot: Lot, finding: Finding) -> str:
    """What a finding does and the field that it stands in: « Critère d’adjudication 2 »."""
    part, _, rest = finding.field.partition(".")
    where = gettext(_FIELDS.get(finding.field) or _FIELDS.get(part, _ELSEWHERE))
    if part == "conditions":
        where = gettext("sous « {heading} »").format(heading=heading_of(rest))
    if part in _NUMBERED:
        kind, usual, words = _NUMBERED[part]
        same = [str(each.position) for each in lot.criteria if each.kind is kind]
        if (position := rest.partition(".")[0]) in same:
            entry = gettext(words).format(number=same.index(position) + 1)
            return entry if finding.kind is usual else f"{capital(label(finding.kind))} ({entry})"
    return f"{capital(label(finding.kind))}, {where}"
