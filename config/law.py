"""Typed reader of law.toml: articles, delays, thresholds, each with its source, day of check and mark."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from config.readers import Pattern
from config.tables import read_table

_LANGUAGES = frozenset({"fr", "de", "it", "en"})
# What was checked longer ago than this is to be looked at again.
_HOLDS_FOR = timedelta(days=366)
CONFEDERATION = "confederation"
ANY_CANTON = "*"


def _in_four(words: dict[str, str]) -> dict[str, str]:
    if set(words) != _LANGUAGES or not all(words.values()):
        raise ValueError("in fr, de, it and en")
    return words


Words = Annotated[dict[str, str], AfterValidator(_in_four)]
Row = TypeVar("Row", bound="Sourced")


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceOfLaw(_Row):
    """Where something was read: as a person would look it up."""

    key: str
    title: str
    url: str = Field("", pattern=r"^$|^https://")


class LawName(_Row):
    """A law as it is called in the four languages."""

    key: str
    names: Words


class Sourced(_Row):
    """A row of law: from which source, checked when, how sure, and by whom it was confirmed, if at all.

    `found`: the source was read; `recalled`: noted from memory or from an earlier text, to be verified.
    """

    law: str
    source: str
    mark: Literal["found", "recalled"]
    checked: date
    confirmed_by: str = ""
    confirmed_on: date | None = None

    @model_validator(mode="after")
    def _is_signed_whole(self) -> Self:
        if bool(self.confirmed_by) != (self.confirmed_on is not None):
            raise ValueError("confirmed_by and confirmed_on go together")
        return self

    @property
    def is_confirmed(self) -> bool:
        """Whether a person has verified it."""
        return bool(self.confirmed_by)

    def is_old(self, today: date) -> bool:
        """Whether nobody has looked at it for more than a year."""
        return today - max(self.checked, self.confirmed_on or self.checked) > _HOLDS_FOR


class LegalText(Sourced):
    """Where a rule stands in one law; the article's own number when the law counts it the same."""

    article: int | None = None


class Article(_Row):
    """A rule, in words of ours: where it stands, and by which ESS families or words a notice touches it."""

    key: str = Field(pattern=r"^[a-z][a-z_]{1,39}$")
    article: int
    paragraph: int | None = None
    letter: str = ""
    says: Words
    texts: tuple[LegalText, ...] = Field(min_length=1)
    families: tuple[str, ...] = ()
    patterns: dict[str, tuple[Pattern, ...]] = {}
    ignore: dict[str, tuple[Pattern, ...]] = {}
    matches: dict[str, tuple[str, ...]] = {}
    ignores: dict[str, tuple[str, ...]] = {}

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        for name in ("patterns", "matches", "ignores"):
            if self.patterns and set(getattr(self, name)) != _LANGUAGES:
                raise ValueError(f"{self.key}: {name} in fr, de, it and en")
        return self


class Regime(Sourced):
    """Which law a canton applies, and since when."""

    canton: str = Field(pattern=r"^[A-Z]{2}$")
    since: date | None = None


class AppealDelay(Sourced):
    """In how many days a decision may be contested: of the Confederation, a canton, or any canton (`*`)."""

    of: str = Field(pattern=r"^(?:[A-Z]{2}|\*|confederation)$")
    days: int = Field(ge=1, le=90)
    court: Words | None = None


class LeastDays(_Row):
    """The least days from the publication of a call to its deadline.

    `usual` counts the reductions that any electronic call may claim, `least` those that need a reason.
    """

    is_under_treaty: bool
    method: Literal["open", "selective"]
    minimum: int
    usual: int
    least: int
    article: str

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if not 0 < self.least <= self.usual <= self.minimum:
            raise ValueError("least, usual and minimum in this order")
        return self


class Threshold(Sourced):
    """From which values on offers are invited, everybody is called, the treaties hold; francs without VAT."""

    canton: str = Field("", pattern=r"^(?:[A-Z]{2})?$")
    kind: Literal["goods", "services", "finishing_works", "structural_works"]
    invitation: int
    open: int
    treaty: int | None = None


class Law(_Row):
    """The whole file."""

    version: str
    source: tuple[SourceOfLaw, ...]
    law: tuple[LawName, ...]
    article: tuple[Article, ...]
    deadline: tuple[LeastDays, ...]
    regime: tuple[Regime, ...]
    appeal: tuple[AppealDelay, ...]
    threshold: tuple[Threshold, ...]

    @model_validator(mode="after")
    def _names_what_is_there(self) -> Self:
        sources, laws = self._keys(self.source), self._keys(self.law)
        articles = self._keys(self.article)
        for place, row in self._sourced():
            if row.source not in sources:
                raise ValueError(f"{place}: no source {row.source!r}")
            if row.law not in laws:
                raise ValueError(f"{place}: no law {row.law!r}")
        for rule in self.deadline:
            if rule.article not in articles:
                raise ValueError(f"deadline: no article {rule.article!r}")
        if not {CONFEDERATION, ANY_CANTON} <= {row.of for row in self.appeal}:
            raise ValueError("appeal: a row for the confederation and one for any canton")
        return self

    @staticmethod
    def _keys(rows: Sequence[SourceOfLaw | LawName | Article]) -> set[str]:
        keys = [row.key for row in rows]
        if twice := {key for key in keys if keys.count(key) > 1}:
            raise ValueError(f"{', '.join(sorted(twice))} stands twice")
        return set(keys)

    def _sourced(self) -> Iterable[tuple[str, Sourced]]:
        for article in self.article:
            yield from ((f"article {article.key}", text) for text in article.texts)
        yield from ((f"regime {row.canton}", row) for row in self.regime)
        yield from ((f"appeal {row.of}", row) for row in self.appeal)
        yield from ((f"threshold {row.kind}", row) for row in self.threshold)

    def article_of(self, key: str) -> Article:
        """The article with this key."""
        return next(article for article in self.article if article.key == key)

    def source_of(self, row: Sourced) -> SourceOfLaw:
        """Where a row was read."""
        return next(source for source in self.source if source.key == row.source)

    def names_of(self, key: str) -> Words:
        """A law's name in the four languages."""
        return next(law.names for law in self.law if law.key == key)

    def regimes_in(self, canton: str) -> list[Regime]:
        """Which law a canton applies: the confirmed row, else all that are known."""
        return _confirmed([row for row in self.regime if row.canton == canton])

    def appeals_in(self, of: str) -> list[AppealDelay]:
        """The delays that may hold, the shortest first; a confirmed one stands alone."""
        own = [row for row in self.appeal if row.of == of]
        found = own or [row for row in self.appeal if row.of == ANY_CANTON]
        return sorted(_confirmed(found), key=lambda row: row.days)

    def least_days(self, *, is_under_treaty: bool, method: str) -> LeastDays | None:
        """The least days of a procedure; None where no rule is known."""
        found = (r for r in self.deadline if r.is_under_treaty is is_under_treaty and r.method == method)
        return next(found, None)


def _confirmed(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row.is_confirmed] or rows


@lru_cache(maxsize=1)
def law() -> Law:
    """What is known of the law, in the order of the file."""
    return read_table(Law, "law.toml")
