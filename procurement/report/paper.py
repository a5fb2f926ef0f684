"""A printed page: its type, its tables and its charts, which are shapes and no pictures."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime

from fpdf import FPDF
from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace

# The fonts that every reader of PDF has speak Windows-1252: French, German and Italian whole, with ’ œ – « ».
_ENCODING = "cp1252"
_REPLACED = str.maketrans({"\u202f": "\u00a0", "\u2212": "-", "\u2011": "-", "\u2010": "-", "\t": " "})
_FONT = "Helvetica"
INK, SOFT, LINE, ACCENT, SILENT, AMBER = (
    (29, 42, 42),
    (85, 100, 98),
    (216, 223, 221),
    (11, 107, 87),
    (195, 206, 202),
    (154, 91, 0),
)
_MARGIN = 20
WIDTH = 210 - 2 * _MARGIN


def printable(text: str) -> str:
    """The text in the characters that the fonts have; another letter in its bare form, else as « ? »."""
    found = []
    for character in unicodedata.normalize("NFC", text.translate(_REPLACED)):
        bare = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode("ascii")
        found.append(character if _is_printable(character) else bare or "?")
    return "".join(found)


def _percent(share: float) -> str:
    return f"{round(share * 100)}\u00a0%"


def _is_printable(character: str) -> bool:
    try:
        character.encode(_ENCODING)
    except UnicodeEncodeError:
        return False
    return True


class Paper(FPDF):
    """A document of A4 pages with a foot; the same contents at the same moment give the same bytes."""

    def __init__(self, *, title: str, author: str, language: str, foot: str, now: datetime) -> None:
        super().__init__(format="A4")
        self.core_fonts_encoding = _ENCODING
        self._foot = printable(foot)
        self.set_margins(_MARGIN, _MARGIN)
        self.c_margin = 0
        self.set_auto_page_break(auto=True, margin=22)
        self.set_title(title)
        self.set_author(author)
        self.set_lang(language)
        self.set_creation_date(now)
        self.set_draw_color(*LINE)
        self._type(10)

    def footer(self) -> None:
        """What stands at the foot of every page but the first."""
        if self.page_no() == 1:
            return
        self.set_y(-15)
        self._type(8, SOFT)
        self.cell(WIDTH - 20, 5, self._foot)
        self.cell(20, 5, str(self.page_no()), align="R")

    def heading(self, text: str, *, size: int = 15, space: float = 7, kept: float = 35) -> None:
        """A heading, kept with so much of what follows it."""
        if self.will_page_break(space + kept):
            self.add_page()
        else:
            self.ln(space)
        self.start_section(printable(text))
        self._type(size, INK, "B")
        self.multi_cell(WIDTH, size * 0.5, printable(text), align="L", new_x="LMARGIN", new_y="NEXT")
        self.ln(1.5)

    def paragraph(
        self,
        text: str,
        *,
        size: float = 10,
        color: tuple[int, int, int] = INK,
        style: str = "",
        indent: float = 0,
    ) -> None:
        """A paragraph as wide as the page."""
        self._type(size, color, style)
        self.set_x(_MARGIN + indent)
        width, text = WIDTH - indent, printable(text)
        self.multi_cell(width, size * 0.5, text, align="L", new_x="LMARGIN", new_y="NEXT")
        self.ln(1.2)

    def figures(self, found: Sequence[tuple[str, str]]) -> None:
        """Key figures beside one another, each with what it counts."""
        width, top = WIDTH / len(found), self.get_y() + 1
        for number, (figure, words) in enumerate(found):
            self.set_xy(_MARGIN + number * width, top)
            self._type(22, ACCENT, "B")
            self.cell(width, 10, printable(figure))
            self.set_xy(_MARGIN + number * width, top + 10)
            self._type(8.5, SOFT)
            self.multi_cell(width - 4, 4, printable(words), align="L")
        self.set_xy(_MARGIN, top + 25)

    def rows(
        self, titles: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int], *, texts: int = 1
    ) -> None:
        """A table whose first columns are texts, the others numbers; its head stands on every page."""
        self._type(8.5)
        aligned = ["LEFT" if number < texts else "RIGHT" for number in range(len(titles))]
        head = FontFace(emphasis="BOLD", color=SOFT)
        # A table fills its cells with whatever was drawn with last.
        self.set_fill_color(255)
        with self.table(
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            col_widths=tuple(widths),
            text_align=tuple(aligned),
            headings_style=head,
            line_height=4.2,
            padding=(0.8, 1),
            width=WIDTH,
        ) as table:
            for cells in (titles, *rows):
                row = table.row()
                for cell in cells:
                    row.cell(printable(cell))
        self.ln(3)

    def bar(self, words: str, value: str, share: float) -> None:
        """A bar with its words above and its value at right."""
        self._bar_head(words, value)
        top = self.get_y()
        self.set_fill_color(*LINE)
        self.rect(_MARGIN, top, WIDTH, 2.4, style="F")
        self.set_fill_color(*ACCENT)
        self.rect(_MARGIN, top, max(0.2, WIDTH * share), 2.4, style="F")
        self.set_y(top + 4)

    def stack(self, words: str, value: str, counts: Sequence[int], *, height: float = 4) -> None:
        """A bar cut in parts: full, pale, hatched, dotted, so that they are told apart without colour."""
        self._bar_head(words, value)
        left, top, total = float(_MARGIN), self.get_y(), sum(counts)
        for number, count in enumerate(counts):
            width = WIDTH * count / total if total else 0
            if width:
                self._part(number, left, top, width, height)
            left += width
        self.set_y(top + height + 2)

    def legend(self, words: Sequence[str]) -> None:
        """What the parts of a stack are."""
        for number, text in enumerate(words):
            top = self.get_y()
            self._part(number, _MARGIN, top + 0.6, 6, 3.2)
            self.set_xy(_MARGIN + 8, top)
            self._type(8.5, SOFT)
            self.cell(WIDTH - 8, 4.4, printable(text), new_x="LMARGIN", new_y="NEXT")
        self.ln(2)

    def line_chart(self, points: Sequence[tuple[str, float | None]], top_share: float) -> None:
        """A line through shares from zero on, with a gap where there is none to say."""
        height, left, top = 42.0, _MARGIN + 10.0, self.get_y() + 2
        step = (WIDTH - 14) / max(1, len(points) - 1)

        def place(number: int, share: float) -> tuple[float, float]:
            return left + number * step, top + height * (1 - share / top_share)

        for share in (0, top_share / 2, top_share):
            y = place(0, share)[1]
            self.set_draw_color(*LINE)
            self.line(left, y, _MARGIN + WIDTH, y)
            self._label(_MARGIN, y + 1, _percent(share), is_end=False)
        self.set_draw_color(*ACCENT)
        self.set_fill_color(*ACCENT)
        self.set_line_width(0.6)
        before: tuple[float, float] | None = None
        for number, (_, value) in enumerate(points):
            at = place(number, value) if value is not None else None
            if at and before:
                self.line(*before, *at)
            if at:
                self.circle(at[0], at[1], 0.9, style="F")
            before = at
        self.set_line_width(0.2)
        self.set_draw_color(*LINE)
        last = max(number for number, (_, value) in enumerate(points) if value is not None)
        x, y = place(last, points[last][1] or 0.0)
        self._label(x, y - 2, _percent(points[last][1] or 0.0), INK, "B")
        self._label(left, top + height + 4, points[0][0], is_end=False)
        self._label(place(len(points) - 1, 0)[0], top + height + 4, points[-1][0])
        self.set_y(top + height + 8)

    def _label(
        self,
        x: float,
        y: float,
        words: str,
        color: tuple[int, int, int] = SOFT,
        style: str = "",
        *,
        is_end: bool = True,
    ) -> None:
        """Words on a chart that begin at a place, or end there."""
        self._type(7.5, color, style)
        text = printable(words)
        self.text(x - self.get_string_width(text) if is_end else x, y, text)

    def _bar_head(self, words: str, value: str) -> None:
        if self.will_page_break(12):
            self.add_page()
        self._type(9)
        self.cell(WIDTH - 45, 4.6, printable(self._cut(words, WIDTH - 47)))
        self._type(9, INK, "B")
        self.cell(45, 4.6, printable(value), align="R", new_x="LMARGIN", new_y="NEXT")

    def _cut(self, words: str, width: float) -> str:
        """The words as far as there is room for them."""
        text = printable(words)
        if self.get_string_width(text) <= width:
            return text
        while text and self.get_string_width(text + "…") > width:
            text = text[:-1]
        return text.rstrip() + "…"

    def _part(self, number: int, left: float, top: float, width: float, height: float) -> None:
        if number < 2:
            self.set_fill_color(*(ACCENT, SILENT)[number])
            self.rect(left, top, width, height, style="F")
            return
        with self.local_context(), self.rect_clip(left, top, width, height):
            if number == 2:
                self.set_draw_color(*AMBER)
                self.set_line_width(0.5)
                for step in range(int((width + height) / 1.5) + 1):
                    self.line(left + step * 1.5 - height, top + height, left + step * 1.5, top)
            else:
                self.set_fill_color(*SOFT)
                for column in range(int(width / 1.6) + 1):
                    for row in range(int(height / 1.6) + 1):
                        self.circle(left + 0.8 + column * 1.6, top + 0.8 + row * 1.6, 0.25, style="F")
        self.rect(left, top, width, height)

    def _type(self, size: float, color: tuple[int, int, int] = INK, style: str = "") -> None:
        self.set_font(_FONT, style=style, size=size)
        self.set_text_color(*color)
