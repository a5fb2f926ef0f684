"""Everything that the observatory says of the calls that were chosen, worked out at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy.orm import Session

from procurement.observatory.calls import Call, Choice, read_calls
from procurement.observatory.figures import (
    Dimension,
    FamilyFigure,
    League,
    Tally,
    families,
    league,
    quarters,
    tallies,
    tally,
)
from procurement.observatory.wins import Won, won


@dataclass(frozen=True)
class Survey:
    """The calls that were chosen, all those there are, and what members won in the period."""

    choice: Choice
    calls: Sequence[Call]
    every_call: Sequence[Call]
    won: Won

    @cached_property
    def whole(self) -> Tally:
        """The tally of all that were chosen."""
        return tally(self.calls)

    @cached_property
    def families(self) -> list[FamilyFigure]:
        """How often each family is asked for, and how heavily."""
        return families(self.calls)

    @cached_property
    def trend(self) -> list[tuple[tuple[int, int], Tally]]:
        """The quarters of all years, whichever period was chosen."""
        always = replace(self.choice, year=None, quarter=None)
        return quarters([call for call in self.every_call if always.holds(call)])

    @cached_property
    def league(self) -> League:
        """The buyers in order."""
        return league(self.calls)

    @property
    def as_award(self) -> int:
        """How many calls ask for it among their award criteria: the rest does so in another place."""
        return sum(any(asked.is_award for asked in call.families.values()) for call in self.calls)

    @property
    def asking(self) -> dict[int, int | None]:
        """The tenders in which an ESS criterion was found, each with its buyer."""
        return {call.tender_id: call.buyer_id for call in self.calls if call.families}

    @property
    def years(self) -> list[int]:
        """The years with calls, the newest first."""
        return sorted({call.published_on.year for call in self.every_call}, reverse=True)

    def by(self, dimension: Dimension) -> list[tuple[object, Tally]]:
        """A tally for each value of a dimension."""
        return tallies(self.calls, dimension)


def survey(session: Session, *, chamber_id: int, choice: Choice | None = None) -> Survey:
    """What the observatory says of the chosen calls; what members won follows the chosen period alone."""
    choice = choice or Choice()
    every = read_calls(session)
    return Survey(
        choice=choice,
        calls=every if choice.is_everything else [call for call in every if choice.holds(call)],
        every_call=every,
        won=won(session, chamber_id=chamber_id, days=choice.days),
    )
