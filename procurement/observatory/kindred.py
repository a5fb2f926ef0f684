"""Buyers that are one: read at several sources, or written in several ways, known by their name."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement.cantons import BuyerLevel
from procurement.likeness import name_marks
from procurement.models import Buyer


@dataclass(slots=True)
class Kindred:
    """A buyer as it is counted: the first of its rows, with what any of them says of it."""

    id: int
    country: str | None
    canton: str | None
    level: BuyerLevel | None

    def may_be(self, country: str | None, canton: str | None) -> bool:
        """Whether nothing speaks against its being the buyer of another row of its name."""
        pairs = ((self.country, country), (self.canton, canton))
        return all(None in pair or pair[0] == pair[1] for pair in pairs)

    def learn(self, country: str | None, canton: str | None, level: BuyerLevel | None) -> None:
        """Take over what another of its rows knows and it does not."""
        self.country, self.canton = self.country or country, self.canton or canton
        self.level = self.level or level


def kindred(session: Session) -> dict[int, Kindred]:
    """Each row of a buyer with the buyer that it is: of one name, in no other country and no other canton."""
    rows = session.execute(
        select(Buyer.id, Buyer.name, Buyer.country, Buyer.canton, Buyer.level).order_by(Buyer.id)
    )
    by_name: dict[frozenset[str], list[Kindred]] = {}
    found: dict[int, Kindred] = {}
    for row in rows:
        names = {marks for text in row.name.values() if (marks := name_marks(text))}
        alike = (each for marks in names for each in by_name.get(marks, ()))
        one = next((each for each in alike if each.may_be(row.country, row.canton)), None)
        if one is None:
            one = Kindred(row.id, row.country, row.canton, row.level)
        one.learn(row.country, row.canton, row.level)
        for marks in names:
            if one not in (known := by_name.setdefault(marks, [])):
                known.append(one)
        found[row.id] = one
    return found
