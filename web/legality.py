"""Points of law and delays to appeal as staff read them: each row with its source, its day and its mark."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flask import g

from config.law import Article, LegalText, Sourced, SourceOfLaw, law
from procurement import appeals, legality
from procurement.appeals import Appeal
from procurement.cantons import BuyerLevel
from procurement.legal_words import Mark, say_point, say_reference
from procurement.legality import Concern
from procurement.models import Tender
from web.i18n import today


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of law: what it is called, how sure it is, where it was read and when; by whom confirmed."""

    name: str
    mark: Mark
    source: SourceOfLaw
    checked: date
    is_old: bool
    confirmed_by: str
    confirmed_on: date | None

    @classmethod
    def of(cls, row: Sourced, name: str = "") -> "ShownRow":
        """A row under its own name, else under that of its law."""
        return cls(
            name=name or law().names_of(row.law)[g.language],
            mark=Mark.CONFIRMED if row.is_confirmed else Mark.of(row.mark) or Mark.RECALLED,
            source=law().source_of(row),
            checked=row.checked,
            is_old=row.is_old(today()),
            confirmed_by=row.confirmed_by,
            confirmed_on=row.confirmed_on,
        )


@dataclass(frozen=True, slots=True)
class ShownRule:
    """A rule and where it stands."""

    key: str
    says: str
    texts: Sequence[ShownRow]
    families: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ShownPoint:
    """A point of a notice with its sentence and the rule that it touches."""

    concern: Concern
    sentence: str
    says: str
    texts: Sequence[ShownRow]


@dataclass(frozen=True, slots=True)
class LegalPanel:
    """What the staff see of the law on a tender's page."""

    points: Sequence[ShownPoint]
    unchecked: Sequence[ShownPoint]
    appeals: Sequence[Appeal]
    rules: Sequence[ShownRule]
    regimes: Sequence[ShownRow]
    canton: str | None

    @property
    def is_open_question(self) -> bool:
        """Whether nobody has confirmed which of several delays holds."""
        return any(appeal.is_open_question for appeal in self.appeals)


def panel_of(tender: Tender) -> LegalPanel | None:
    """The panel of a tender; none for what Swiss law does not rule, or nobody published."""
    if not legality.is_under_swiss_law(tender):
        return None
    found = [shown(concern, tender) for concern in legality.checks_of(tender)]
    canton = tender.buyer.canton if tender.buyer and not _is_federal(tender) else None
    return LegalPanel(
        points=[each for each in found if not each.concern.is_open_question],
        unchecked=[each for each in found if each.concern.is_open_question],
        appeals=appeals.appeals_of(tender, today=today()),
        rules=[rule(law().article_of(key), tender) for key in ("appeal_delay", "appeal_call")],
        regimes=[ShownRow.of(row) for row in law().regimes_in(canton)] if canton else (),
        canton=canton,
    )


def shown(concern: Concern, tender: Tender) -> ShownPoint:
    """A point in the reader's language, the law of the tender's buyer first."""
    said = rule(concern.article, tender)
    return ShownPoint(concern, say_point(concern.how, concern.facts, g.language), said.says, said.texts)


def rule(article: Article, tender: Tender | None = None) -> ShownRule:
    """A rule in the reader's language; with a tender, the law of its buyer first."""
    first = "lmp" if tender is None or _is_federal(tender) else "aimp2019"
    texts: Iterable[LegalText] = sorted(article.texts, key=lambda text: text.law != first)
    return ShownRule(
        key=article.key,
        says=article.says[g.language],
        texts=[ShownRow.of(text, say_reference(article, text, g.language)) for text in texts],
        families=article.families,
    )


def _is_federal(tender: Tender) -> bool:
    return tender.buyer is not None and tender.buyer.level is BuyerLevel.CONFEDERATION
