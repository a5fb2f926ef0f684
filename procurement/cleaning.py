"""Text from outside made safe to store and show: one form of Unicode, no control or direction characters."""

import re
import unicodedata
from urllib.parse import urlsplit

# Controls but tab and newline, lone surrogates, zero-width, direction and tag characters, noncharacters.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff"
    "\ufdd0-\ufdef\ufeff\ufff9-\uffff\U000e0000-\U000e007f]"
)
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"[ \t]+")
_LINES = re.compile(r"\n{3,}")
# What Python calls printable and this does not, and spaces and lines that are too many.
_TO_TIDY = re.compile("  | \n|\n |\n\n\n|[\ufffc\ufffd]")
# What UAX #15 (Stream-Safe Text) allows after one letter; putting more of them in order takes the longer,
# the more there are: a single field could hold a run up for minutes.
_MOST_MARKS = 30


def clean_text(value: str, *, longest: int = 200_000) -> str:
    """The text in NFC, without ANSI, NUL, control, zero-width and bidi characters, at most `longest` long."""
    if len(value) <= longest and _is_plain(value):
        return value.strip()
    value = _ANSI.sub("", _BREAKS.sub("\n", value[: longest * 2]))
    # A character between a letter and its accent keeps them apart: it goes first.
    value = _UNWANTED.sub("", value)
    if not unicodedata.is_normalized("NFC", value):
        value = unicodedata.normalize("NFC", _without_heaps(value))
    lines = (_SPACES.sub(" ", line).strip() for line in value.split("\n"))
    return _LINES.sub("\n\n", "\n".join(lines)).strip()[:longest].rstrip()


def one_line(value: str, *, longest: int = 500) -> str:
    """Clean text on a single line: for titles, names and mail subjects."""
    return " ".join(clean_text(value).split())[:longest].rstrip()


def web_address(value: str | None) -> str | None:
    """A link that is safe to show: http or https only, and one that fits; anything else is left out."""
    if not value or len(value) > 1000:
        return None
    try:
        parts = urlsplit(value.strip())
    except ValueError:
        return None
    return value.strip() if parts.scheme in ("http", "https") and parts.hostname else None


def is_clean(value: str) -> bool:
    """Whether a text holds no control, invisible or direction character and can be stored everywhere."""
    return not _UNWANTED.search(value)


def _is_plain(value: str) -> bool:
    """Whether nothing has to be done to a text, as to nearly all: asked first, since much text is read."""
    return (
        value.replace("\n", "").isprintable()
        and not _TO_TIDY.search(value)
        and unicodedata.is_normalized("NFC", value)
    )


def _without_heaps(value: str) -> str:
    kept, marks = [], 0
    for character in value:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)
