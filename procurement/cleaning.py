"""Text from outside made safe to store and show: one form of Unicode, no control or direction characters."""

import re
import unicodedata

# Controls but tab and newline, lone surrogates, zero-width, direction and tag characters, noncharacters.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff"
    "\ufdd0-\ufdef\ufeff\ufff9-\uffff\U000e0000-\U000e007f]"
)
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"[ \t]+")
_LINES = re.compile(r"\n{3,}")


def clean_text(value: str, *, longest: int = 200_000) -> str:
    """The text in NFC, without ANSI, NUL, control, zero-width and bidi characters, at most `longest` long."""
    value = _ANSI.sub("", _BREAKS.sub("\n", value[: longest * 2]))
    # A character between a letter and its accent keeps them apart: it goes first.
    value = unicodedata.normalize("NFC", _UNWANTED.sub("", value))
    lines = (_SPACES.sub(" ", line).strip() for line in value.split("\n"))
    return _LINES.sub("\n\n", "\n".join(lines)).strip()[:longest].rstrip()


def one_line(value: str, *, longest: int = 500) -> str:
    """Clean text on a single line: for titles, names and mail subjects."""
    return " ".join(clean_text(value).split())[:longest].rstrip()
