"""The filter of lists of tenders by their ESS criteria: the address holds it, so it can be shared."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from flask import g, request

from config.criteria import family_label
from procurement.badges import Badges

ANY, UNREAD = "tous", "non-lus"


@dataclass(frozen=True, slots=True)
class Choice:
    """A family of criteria that one can filter by, with how many tenders hold it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class EssFilter:
    """What is wanted, nothing when everything is, and the families that there are to choose among."""

    wanted: str
    choices: tuple[Choice, ...]
    any_count: int
    unread_count: int

    @classmethod
    def of(cls, found: Iterable[Badges]) -> Self:
        """The filter that the address asks for, over tenders with these badges; an unknown one is none."""
        found = list(found)
        counted = Counter(family for badges in found for family in badges.families)
        asked = request.args.get("ess", "")
        return cls(
            wanted=asked if asked in {ANY, UNREAD, *counted} else "",
            choices=tuple(
                Choice(family, family_label(family, g.language), count)
                for family, count in counted.most_common()
            ),
            any_count=sum(1 for badges in found if badges.all),
            unread_count=sum(1 for badges in found if badges.are_unread),
        )

    def lets_through(self, badges: Badges) -> bool:
        """Whether a tender with these badges is wanted."""
        if self.wanted == ANY:
            return bool(badges.all)
        if self.wanted == UNREAD:
            return badges.are_unread
        return not self.wanted or self.wanted in badges.families
