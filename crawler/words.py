"""Dates, deadlines and sums in French, German, Italian and English words; what is doubtful is refused."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from procurement.cleaning import one_line
from procurement.errors import UnreadableNotice
from procurement.i18n import ZURICH

_END_OF_DAY = time(23, 59)
# As long as the column of the deadline's words.
_LONGEST_WORDS = 40
_LONGEST_SUM = 13
_HALF_A_YEAR = timedelta(days=183)

# Without accents, as _plain() leaves them; a point after an abbreviation is let pass.
_MONTHS = (
    "janvier janv januar janner gennaio genn january jan gen",
    "fevrier fevr februar febr febbraio febbr february feb fev",
    "mars marz marzo march mar mrz",
    "avril avr april aprile apr",
    "mai maggio magg may mag",
    "juin juni giugno giu june jun",
    "juillet juil juli luglio lug july jul",
    "aout august agosto ago aug",
    "septembre september settembre sett sept sep set",
    "octobre oktober ottobre ott october oct okt",
    "novembre november nov",
    "decembre dezember dicembre dic december dec dez",
)
_WEEKDAYS = (
    "lundi montag lunedi monday lun mon",
    "mardi dienstag martedi tuesday mar tue",
    "mercredi mittwoch mercoledi wednesday mer wed",
    "jeudi donnerstag giovedi thursday jeu gio thu",
    "vendredi freitag venerdi friday ven fri",
    "samedi samstag sonnabend sabato saturday sam sab sat",
    "dimanche sonntag domenica sunday dim dom sun",
)
# Two letters mean a day in German only: « di » and « do » are words elsewhere.
_SHORT_GERMAN = {"mo": 0, "di": 1, "mi": 2, "do": 3, "fr": 4, "sa": 5, "so": 6}
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_WEEKDAY_OF = {name: number for number, names in enumerate(_WEEKDAYS) for name in names.split()}


def _any_of(names: dict[str, int]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


_WEEKDAY = (
    rf"(?:\b(?P<weekday>{_any_of({**_WEEKDAY_OF, **_SHORT_GERMAN})})\b[.,]*\s+(?:(?:le|den|dem|the)\s+)?)?"
)
_YEAR = r"(?P<year>(?:19|20)\d{2})(?!\d)"
_DATES = (
    re.compile(
        r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)"
        r"(?:[t ](?P<clock>\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?\s?(?P<zone>z|[+-]\d{2}:?\d{2})?)?"
    ),
    re.compile(
        rf"{_WEEKDAY}(?<![\d.,'’])(?P<day>\d{{1,2}}|premier|primo)(?:er|st|nd|rd|th|°|o)?\.?\s*(?:of\s+)?"
        rf"\b(?P<month>{_any_of(_MONTH_OF)})\b\.?(?:,?\s*{_YEAR})?"
    ),
    re.compile(
        rf"{_WEEKDAY}(?<![\d.])(?P<day>\d{{1,2}})\s?(?P<mark>[./-])\s?(?P<month>\d{{1,2}})\s?(?P=mark)\s?"
        r"(?P<year>\d{4}|\d{2})(?!\d)(?![./-]\d)"
    ),
)
# « September 3, 2026 »: the day after the month only in English.
_ENGLISH = re.compile(
    rf"{_WEEKDAY}\b(?P<month>{_any_of(_MONTH_OF)})\b\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+{_YEAR}"
)
# A day before another: « du 3 au 5 septembre », « 3. und 5. September ».
_BEFORE_ANOTHER = re.compile(r"\b\d{1,2}(?:er|\.)?\s*(?:et|ou|au|und|oder|bis|e|o|al|and|or|to|[-–/&])\s*$")
_HALF_DAY = r"|(?<!\d)(?<!\d[.:,'’])(?P<h1>\d{1,2})(?:[.:](?P<m1>\d{2}))?\s*(?P<half>[ap])\.?m\b\.?"
_HOUR = (
    r"(?P<noon>(?<!apres[- ])\b(?:midi|mittags?|mezzogiorno|noon|midday)\b)"
    r"|(?P<midnight>\b(?:minuit|mitternacht|mezzanotte|midnight)\b)"
    r"{half}"
    r"|(?<!\d)(?<!\d[.:,'’])(?P<h2>\d{1,2})[.:](?P<m2>\d{2})(?::\d{2})?(?![\d:]|\.\d)(?:\s*(?:heures?|uhr|h)\b)?"
    r"|(?<!\d)(?<!\d[.:,'’])(?P<h3>\d{1,2})\s*(?:heures?|uhr|h)(?![a-z])\s?(?P<m3>\d{2})?(?!\d)"
    r"|\b(?:ore|alle|h)\.?\s+(?P<h4>\d{1,2})(?![\d.:])"
)
# « 12.00 am 3. September » is noon in German: am and pm are English only.
_HOURS = re.compile(_HOUR.replace("{half}", ""))
_ENGLISH_HOURS = re.compile(_HOUR.replace("{half}", _HALF_DAY))
_SPEAKS_OF_HOURS = re.compile(r"\d\s*h\b|\b(?:ore|uhr|heures?|o['’]clock)\b|\d:\d|\d\s*[ap]\.?m\b")
_AFTERNOON = re.compile(r"\b(?:apres[- ]midi|nachmittags?|pomeriggio|afternoon|soir|abends?|sera|evening)\b")

_CURRENCIES = {
    "chf": "CHF", "sfr": "CHF", "fr": "CHF", "francs": "CHF", "franc": "CHF", "franken": "CHF",
    "franchi": "CHF", "eur": "EUR", "euros": "EUR", "euro": "EUR", "€": "EUR",
}  # fmt: skip
_TIMES = {
    "mio": 6, "million": 6, "millions": 6, "millionen": 6, "milioni": 6, "milione": 6,
    "mrd": 9, "milliard": 9, "milliards": 9, "milliarden": 9, "milliarde": 9, "miliardi": 9, "miliardo": 9,
}  # fmt: skip
_CURRENCY = "|".join(sorted(_CURRENCIES, key=len, reverse=True))
_AMOUNT = re.compile(
    rf"(?:(?<![a-z])(?P<before>{_CURRENCY})\.?\s*)?(?<![\d.,'’])(?P<number>\d(?:[\d'’ .,]*\d)?)"
    rf"(?:\s*[.,]?[-–—]+)?\s*(?:(?P<times>{'|'.join(sorted(_TIMES, key=len, reverse=True))})\b\.?\s*)?"
    rf"(?:(?:de|di|d['’])\s*)?(?:(?P<after>{_CURRENCY})(?![a-z]))?"
)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment in the time of Zurich, and the words that said so."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum with its currency."""

    value: float
    currency: str


@dataclass(frozen=True, slots=True)
class _Found:
    day: date
    start: int
    end: int
    clock: datetime | time | None


def read_deadline(
    words: str, *, language: str, path: str, today: date, published_on: date | None = None
) -> Deadline:
    """The one moment that words name; a day alone lasts to its end, whatever is doubtful is refused.

    A day without a year needs its weekday: it is the next such day after the publication, or the one nearest
    to today when the publication is not dated.
    """
    plain = _plain(words)
    found = _one_day(plain, language, path, today, published_on)
    rest = plain[: found.start] + " " * (found.end - found.start) + plain[found.end :]
    hours = list((_ENGLISH_HOURS if language == "en" else _HOURS).finditer(rest))
    at = _moment(found, hours, rest, path)
    first = min([found.start, *(match.start() for match in hours)])
    last = max([found.end, *(match.end() for match in hours)])
    said = one_line(words[first:last])
    if len(said) > _LONGEST_WORDS:
        # The weekday and what stands between go first.
        day = re.sub(r"^[^\W\d]+[.,]*\s+(?:(?:den|le)\s+)?", "", one_line(words[found.start : found.end]))
        said = ", ".join([day, *(words[match.start() : match.end()].strip() for match in hours[:1])])
    return Deadline(at, one_line(said, longest=_LONGEST_WORDS))


def read_day(words: str, *, language: str, path: str, today: date, published_on: date | None = None) -> date:
    """The one day that words name, with the rules of a deadline."""
    return _one_day(_plain(words), language, path, today, published_on).day


def read_amount(words: str, *, path: str) -> Amount:
    """The one sum that words name, with its currency; a number that can be read in two ways is refused."""
    found: set[Amount] = set()
    for match in _AMOUNT.finditer(_plain(words)):
        currency = match["before"] or match["after"]
        # A long number beside the sum may be the other end of a range.
        if currency or len(re.sub(r"\D", "", match["number"])) > 4:
            value = _number(match["number"], match["times"], path)
            found.add(Amount(value, _CURRENCIES[currency] if currency else ""))
    if len(found) != 1 or not next(iter(found)).currency:
        raise UnreadableNotice(path, f"{'several sums' if found else 'no sum'} in {one_line(words)[:80]!r}")
    return found.pop()


def _plain(words: str) -> str:
    """Lower case without accents, letter for letter, so that places in it are places in the words."""
    return "".join(_plain_letter(letter) for letter in words)


def _plain_letter(letter: str) -> str:
    parts = unicodedata.normalize("NFKD", letter)
    plain = parts[0] if all(unicodedata.combining(mark) for mark in parts[1:]) else letter
    return plain.lower() if len(plain.lower()) == 1 else plain


def _one_day(plain: str, language: str, path: str, today: date, published_on: date | None) -> _Found:
    found = sorted(_days(plain, language, path, today, published_on), key=lambda each: each.start)
    if not found:
        raise UnreadableNotice(path, f"no date in {one_line(plain)[:80]!r}")
    if len({each.day for each in found}) > 1:
        days = ", ".join(each.day.isoformat() for each in found)
        raise UnreadableNotice(path, f"several dates in {one_line(plain)[:80]!r}: {days}")
    return found[0]


def _days(plain: str, language: str, path: str, today: date, published_on: date | None) -> Iterator[_Found]:
    taken: list[tuple[int, int]] = []
    for pattern in (*_DATES, *((_ENGLISH,) if language == "en" else ())):
        for match in pattern.finditer(plain):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            if _BEFORE_ANOTHER.search(plain[: match.start()]):
                raise UnreadableNotice(path, f"several dates in {one_line(plain)[:80]!r}")
            day = _day(match, language, path, today, published_on)
            yield _Found(day, match.start(), match.end(), _clock(match, day))


def _day(match: re.Match[str], language: str, path: str, today: date, published_on: date | None) -> date:
    said = match.groupdict()
    number = 1 if said["day"] in ("premier", "primo") else int(said["day"])
    month = _MONTH_OF[said["month"]] if said["month"] in _MONTH_OF else int(said["month"])
    if language == "en" and said.get("mark") == "/" and number <= 12 and month <= 12 and number != month:
        raise UnreadableNotice(path, f"{match[0]!r}: which is the month?")
    weekday = _weekday(said.get("weekday"), language)
    if said["year"] is None:
        return _next_day(match[0], number, month, weekday, path, today, published_on)
    year = int(said["year"]) + (2000 if len(said["year"]) == 2 else 0)
    day = _existing(year, month, number)
    if day is None or not 2000 <= year < 2100:
        raise UnreadableNotice(path, f"{match[0]!r} is no day of this century")
    if weekday is not None and day.weekday() != weekday:
        raise UnreadableNotice(path, f"{match[0]!r} is not on that day of the week")
    return day


def _weekday(name: str | None, language: str) -> int | None:
    if name in _SHORT_GERMAN:
        return _SHORT_GERMAN[name] if language == "de" else None
    return _WEEKDAY_OF[name] if name is not None else None


def _next_day(
    words: str,
    number: int,
    month: int,
    weekday: int | None,
    path: str,
    today: date,
    published_on: date | None,
) -> date:
    """The day of a date without a year; only its weekday can tell that it is the right one."""
    if weekday is None:
        raise UnreadableNotice(path, f"{words!r} has neither year nor weekday")
    since = published_on or today - _HALF_A_YEAR
    days = (_existing(year, month, number) for year in range(since.year, since.year + 2))
    day = next((day for day in days if day is not None and day >= since), None)
    if day is None or day.weekday() != weekday:
        raise UnreadableNotice(path, f"{words!r} has no year, and the next such day is not on that weekday")
    return day


def _existing(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _clock(match: re.Match[str], day: date) -> datetime | time | None:
    """The hour that stands in an ISO date itself."""
    said = match.groupdict()
    if not said.get("clock"):
        return None
    if said.get("zone"):
        return datetime.fromisoformat(f"{day.isoformat()}T{said['clock']}{said['zone'].upper()}")
    return time.fromisoformat(said["clock"])


def _moment(found: _Found, hours: list[re.Match[str]], rest: str, path: str) -> datetime:
    times = {_time(match, path) for match in hours}
    if isinstance(found.clock, datetime):
        return found.clock.astimezone(ZURICH)
    if found.clock is not None:
        times.add(found.clock)
    if len(times) > 1:
        raise UnreadableNotice(path, f"several hours in {one_line(rest)[:80]!r}")
    if not times and _SPEAKS_OF_HOURS.search(rest):
        raise UnreadableNotice(path, f"an hour that cannot be read in {one_line(rest)[:80]!r}")
    hour = times.pop() if times else _END_OF_DAY
    if hour.hour < 12 and _AFTERNOON.search(rest):
        raise UnreadableNotice(path, f"in the morning or later? {one_line(rest)[:80]!r}")
    return datetime.combine(found.day, hour, ZURICH)


def _time(match: re.Match[str], path: str) -> time:
    said = match.groupdict()
    if said["noon"]:
        return time(12)
    if said["midnight"]:
        raise UnreadableNotice(path, f"{match[0]!r}: at the beginning of the day or at its end?")
    hour = int(next(said[name] for name in ("h1", "h2", "h3", "h4") if said.get(name)))
    minute = int(next((said[name] for name in ("m1", "m2", "m3") if said.get(name)), "0"))
    half = said.get("half")
    if half:
        if not 1 <= hour <= 12 or (hour == 12 and half == "a"):
            raise UnreadableNotice(path, f"{match[0]!r} is no hour")
        hour = hour % 12 + (12 if half == "p" else 0)
    if (hour, minute) == (24, 0):
        return _END_OF_DAY
    if hour > 23 or minute > 59:
        raise UnreadableNotice(path, f"{match[0]!r} is no hour")
    return time(hour, minute)


def _number(written: str, times: str | None, path: str) -> float:
    """The value of a number with Swiss, French, German, Italian or English marks."""
    bare = re.sub(r"(?<=\d)['’ ](?=\d{3}(?!\d))", "", written)
    marks = re.findall(r"[.,]", bare)
    whole, decimals = bare, ""
    last = re.search(r"[.,](\d+)$", bare)
    if last is not None and (
        len(set(marks)) == 2 or (len(marks) == 1 and (len(last[1]) != 3 or times is not None))
    ):
        whole, decimals = bare[: last.start()], last[1]
    whole = re.sub(r"(?<=\d)[.,](?=\d{3}(?!\d))", "", whole)
    if not whole.isdigit() or len(whole) > _LONGEST_SUM or len(decimals) > (3 if times else 2):
        raise UnreadableNotice(path, f"{written[:40]!r} can be read in two ways, or is no sum")
    factor = float(10 ** _TIMES[times]) if times else 1.0
    return round(float(f"{whole}.{decimals or 0}") * factor, 2)
