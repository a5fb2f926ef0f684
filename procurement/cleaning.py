"""Text from outside made safe to store and show: one form of Unicode, no control or direction characters."""

import re
import unicodedata

# Controls but tab and newline, lone surrogates, zero-width and direction characters, noncharacters.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff]"
)
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_SPACES = re.compile(r"[ \t]+")
_LINES = re.compile(r"\n{3,}")


def clean_text(value: str, *, longest: int = 200_000) -> str:
    """The text in NFC, without ANSI, NUL, control, zero-width and bidi characters, at most `longest` long."""
    value = value[: longest * 2].replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    value = _ANSI.sub("", value)
    value = _UNWANTED.sub("", unicodedata.normalize("NFC", value))
    lines = (_SPACES.sub(" ", line).strip() for line in value.split("\n"))
    return _LINES.sub("\n\n", "\n".join(lines)).strip()[:longest]


def one_line(value: str, *, longest: int = 500) -> str:
    """Clean text on a single line: for titles, names and mail subjects."""
    return " ".join(clean_text(value).split())[:longest]
