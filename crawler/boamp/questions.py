"""The questions put to BOAMP's API in ODSQL: windows of days, cut smaller when they hold too much."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

RECORDS = "/api/explore/v2.1/catalog/datasets/boamp/records"
# Offset and limit together stay below 10 000, or the API refuses.
PAGE, MOST = 100, 9_900
WINDOW = timedelta(days=7)

_KINDS = ("TRAVAUX", "SERVICES", "FOURNITURES")


@dataclass(frozen=True, slots=True)
class Slice:
    """What one series of pages asks for: days, départements, perhaps one kind of contract."""

    first: date
    last: date
    departments: tuple[str, ...]
    kind: str | None = None

    @property
    def condition(self) -> str:
        """The `where` of the question; dates stand in single quotes, or the API refuses."""
        codes = ",".join(f'"{code}"' for code in self.departments)
        parts = [
            f"dateparution >= date'{self.first}' and dateparution <= date'{self.last}'",
            f"code_departement in ({codes})",
        ]
        if self.kind is not None:
            parts.append(f'type_marche = "{self.kind}"' if self.kind else "type_marche is null")
        return " and ".join(parts)

    def url(self, base_url: str, offset: int) -> str:
        """One page of the answer; the second key of the order keeps pages apart."""
        question = {
            "where": self.condition,
            "order_by": "dateparution desc, idweb",
            "limit": str(PAGE),
            "offset": str(offset),
        }
        return f"{base_url}{RECORDS}?{urlencode(question)}"

    def parts(self) -> list["Slice"]:
        """The same notices in smaller slices: by day, then by département, then by kind of contract."""
        if self.first < self.last:
            days = range((self.last - self.first).days + 1)
            return [
                replace(self, first=day, last=day) for day in (self.first + timedelta(each) for each in days)
            ]
        if len(self.departments) > 1:
            return [replace(self, departments=(code,)) for code in self.departments]
        if self.kind is None:
            return [replace(self, kind=kind) for kind in (*_KINDS, "")]
        return []


@dataclass(frozen=True, slots=True)
class Cut:
    """A slice that was cut: what it announced, and how many notices were listed before its parts."""

    whole: Slice
    announced: int
    listed_before: int


def slices(since: date, until: date, departments: tuple[str, ...]) -> Iterator[Slice]:
    """Windows of a week, oldest first, that cover the days asked for without a gap or an overlap."""
    first = since
    while first <= until:
        last = min(first + WINDOW - timedelta(days=1), until)
        yield Slice(first, last, departments)
        first = last + timedelta(days=1)


def spellings(departments: str) -> tuple[str, ...]:
    """Every way in which BOAMP may write the départements of a setting: Ain is "1", and may become "01"."""
    codes = []
    for code in departments.replace(",", " ").split():
        bare = code.lstrip("0") or code
        codes += [bare, bare.zfill(2)] if bare.isdigit() else [code.upper()]
    return tuple(dict.fromkeys(codes))


def record_url(base_url: str, key: str, initial: str | None = None) -> str:
    """The address of one notice; with `initial`, also of the notice it corrects and all linked to that."""
    condition = f'idweb="{key}"'
    if initial is not None:
        condition = f'idweb in ("{key}","{initial}") or annonce_lie="{initial}"'
    return f"{base_url}{RECORDS}?{urlencode({'where': condition, 'limit': str(PAGE)})}"
