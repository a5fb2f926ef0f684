"""The geometry of charts: where parts of bars and points of a line lie; templates draw and word them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from procurement.observatory.calls import Reading
from procurement.observatory.figures import Tally
from procurement.observatory.survey import Survey
from web.i18n import gettext

# A line is drawn between these heights, in pixels; its width is that of the page.
TOP, BOTTOM = 14, 164
# The highest value on the axis: the first that no point exceeds.
_TOPS = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a stacked bar: where it begins and how wide it is, in percent of the bar."""

    reading: Reading
    count: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a line: its words and value, its place in percent from the left and pixels from the top."""

    label: str
    value: float | None
    x: float
    y: float = BOTTOM


@dataclass(frozen=True, slots=True)
class Line:
    """A line through the values known; where one is not known it has a gap."""

    points: Sequence[Point]
    top: float

    @property
    def known(self) -> list[Point]:
        """The points that have a value."""
        return [point for point in self.points if point.value is not None]

    @property
    def segments(self) -> list[tuple[Point, Point]]:
        """The pairs of neighbours that both have a value."""
        pairs = zip(self.points, self.points[1:], strict=False)
        return [(one, other) for one, other in pairs if None not in (one.value, other.value)]


def parts(tally: Tally) -> list[Part]:
    """The parts of a bar that stands for all calls of a tally, in the order of the readings."""
    found, x = [], 0.0
    for reading in Reading:
        count = tally.counts[reading]
        width = 100 * count / tally.calls if count else 0.0
        if count:
            found.append(Part(reading, count, round(x, 2), round(width, 2)))
        x += width
    return found


def trend_line(survey: Survey) -> Line:
    """The share of calls that ask, by quarter; where too few were read to say it, the line has a gap."""
    return line(
        (gettext("T{quarter} {year}").format(quarter=quarter, year=year), each.share)
        for (year, quarter), each in survey.trend
    )


def line(values: Iterable[tuple[str, float | None]]) -> Line:
    """A line through shares in [0, 1], from zero on."""
    values = list(values)
    highest = max((value for _, value in values if value is not None), default=0.0)
    top = next(each for each in _TOPS if each >= highest)
    step = 92 / max(1, len(values) - 1)
    return Line(
        [
            Point(
                label,
                value,
                round(4 + step * number, 2),
                round(BOTTOM - (BOTTOM - TOP) * (value or 0) / top, 1),
            )
            for number, (label, value) in enumerate(values)
        ],
        top,
    )
