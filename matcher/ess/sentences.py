"""A text cut into sentences, the items of its lists among them; together they are the whole text."""

import re

_CAPITAL = r"A-ZÀ-ÖØ-Þ«„“\"(\[•"
_INDENT = 12
_MARK = re.compile(r"[.!?…;•▪●·►➢❖→\n–—-]|points(?=\d)|%(?=[A-Z])")
_ABBREVIATED = "".join(
    rf"(?<!\b{word}\.)"
    for word in (
        "[aA]rt",
        "[nN]r",
        "[nN]o",
        "[nN]os",
        "bzw",
        "[iI]nkl",
        "resp",
        "[eE]vtl",
        "Abs",
        "[zZ]iff",
        r"\w",
    )
)
_END = re.compile(
    # A full stop, unless it ends an abbreviation.
    rf"[.!?…]{_ABBREVIATED}[)»”\"]?(?:\s+(?=[{_CAPITAL}\d])|(?=[A-ZÀ-Þ][a-zà-ÿ'’]|[A-ZÀ-Þ]{{2}}))"
    # What separates the items of a list.
    r"|;\s*|[•▪●►➢❖→]\s*|(?<=\s)·\s*"
    rf"|(?<=\s)[-–—]+\s+(?=[{_CAPITAL}])|(?<=[a-zà-ÿ)\d:,])[-–—]\s+(?=[A-ZÀ-Þ][a-zà-ÿ'’ ])"
    # A line that ends before a capital, a figure or a bullet, and an empty one.
    rf"|\n\s*(?=[{_CAPITAL}\d\-–—*])|\n\s*\n\s*"
    # « 40 points2ème critère » was the end of a line once.
    r"|points|%"
)


def sentences(clean: str) -> list[tuple[int, int]]:
    """The sentences as slices, one after the other, nothing left out; an empty text has one, empty."""
    starts = [0]
    for mark in _MARK.finditer(clean):
        end = _END.match(clean, mark.start())
        # A bullet at the start of a line parts nothing: the line has ended already.
        if end is not None and end.end() < len(clean) and not _is_blank(clean, starts[-1], mark.start()):
            starts.append(end.end())
    return list(zip(starts, [*starts[1:], len(clean)], strict=True))


def _is_blank(clean: str, start: int, end: int) -> bool:
    # What is longer than an indent holds something.
    return end - start < _INDENT and not clean[start:end].strip()


def trimmed(clean: str, start: int, end: int) -> tuple[int, int]:
    """The slice without the white space and the separators around it."""
    while start < end and (clean[end - 1].isspace() or clean[end - 1] in ";•-–—"):
        end -= 1
    while start < end and (clean[start].isspace() or clean[start] in ";•-–—·"):
        start += 1
    return start, end
