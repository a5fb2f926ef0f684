"""A Word document made of plain pieces; whatever text it is given, it can be opened again."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from procurement.cleaning import clean_text, one_line

MIME_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_FONT = "Calibri"
_ACCENT = RGBColor(0x0B, 0x6B, 0x57)
_SOFT = RGBColor(0x55, 0x64, 0x62)
_INDENT = Cm(0.8)
_HANG = Cm(1.1)
_WIDTH = Cm(16)
_WASH = "E9F2EF"


class Sheet:
    """A document that is written from top to bottom; control characters never reach its XML."""

    def __init__(self, *, title: str, author: str, language: str, now: datetime) -> None:
        self._document = Document()
        facts = self._document.core_properties
        facts.title, facts.author = one_line(title, longest=250), one_line(author, longest=250)
        facts.language = {"fr": "fr-CH", "de": "de-CH"}.get(language, language)
        facts.comments, facts.last_modified_by = "", facts.author
        facts.created = facts.modified = now.astimezone(UTC).replace(tzinfo=None)
        section = self._document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.5)
        section.top_margin = section.bottom_margin = Cm(2.2)
        self._dress(facts.language)

    def _dress(self, language: str) -> None:
        """One font for all, headings in our colour, and the language by which spelling is checked."""
        styles = self._document.styles
        for name, size in (("Normal", 11), ("Heading 1", 16), ("Heading 2", 12.5)):
            style: Any = styles[name]
            style.font.name, style.font.size = _FONT, Pt(size)
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for each in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
                fonts.attrib.pop(qn(each), None)
            if name != "Normal":
                style.font.color.rgb, style.font.bold = _ACCENT, True
        normal: Any = styles["Normal"]
        normal.paragraph_format.space_after = Pt(6)
        for tag in styles.element.iter(qn("w:lang")):
            tag.set(qn("w:val"), language)

    def heading(self, text: str, *, level: int = 1) -> None:
        """A heading; the first level is the document's title."""
        self._document.add_heading(_on_one_line(text), level=level)

    def paragraph(self, text: str, *, is_bold: bool = False, is_right: bool = False) -> None:
        """The text, a paragraph for each of its lines."""
        for line in _lines(text):
            paragraph = self._document.add_paragraph()
            paragraph.add_run(line).bold = is_bold or None
            if is_right:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT

    def clause(self, number: str, text: str) -> None:
        """A numbered clause of a contract, its number standing before it."""
        paragraph = self._document.add_paragraph(f"{number}\t{_on_one_line(text, longest=5000)}")
        paragraph.paragraph_format.left_indent, paragraph.paragraph_format.first_line_indent = _HANG, -_HANG
        paragraph.paragraph_format.tab_stops.add_tab_stop(_HANG)

    def block(self, lines: Iterable[str], *, space_after: float = 14) -> None:
        """Lines that stand together, such as an address; empty ones are left out."""
        paragraph = self._document.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(space_after)
        kept = [line for each in lines if (line := _on_one_line(each))]
        for number, line in enumerate(kept):
            run = paragraph.add_run(line)
            if number < len(kept) - 1:
                run.add_break()

    def quotation(self, text: str, source: str = "") -> None:
        """Words of somebody else, set in, with where they stand."""
        paragraph = self._document.add_paragraph()
        paragraph.paragraph_format.left_indent = _INDENT
        paragraph.add_run(" ".join(_lines(text))).italic = True
        if source:
            run = paragraph.add_run(f" ({_on_one_line(source)})")
            run.font.color.rgb = _SOFT

    def inset(self, text: str) -> None:
        """A text to be taken over as it is, set in."""
        for line in _lines(text):
            self._document.add_paragraph(line).paragraph_format.left_indent = _INDENT

    def points(self, lines: Iterable[str]) -> None:
        """A list of short remarks, in smaller type."""
        for line in lines:
            paragraph = self._document.add_paragraph(style="List Bullet")
            paragraph.paragraph_format.space_after = Pt(2)
            paragraph.add_run(_on_one_line(line, longest=1000)).font.size = Pt(9.5)

    def remark(self, text: str) -> None:
        """A line in grey: what must be said and should not stand in the way."""
        run = self._document.add_paragraph().add_run(_on_one_line(text, longest=1000))
        run.font.color.rgb, run.font.size = _SOFT, Pt(9.5)

    def box(self, text: str, more: str = "") -> None:
        """What nobody may overlook, framed and on a ground of its own, with more about it below."""
        cell = self._grid(1, [1]).rows[0].cells[0]
        _shade(cell)
        cell.paragraphs[0].add_run(_on_one_line(text)).bold = True
        cell.paragraphs[0].paragraph_format.space_before = Pt(5)
        if more:
            cell.add_paragraph(_on_one_line(more, longest=1000)).runs[0].font.size = Pt(9.5)
        self._gap()

    def table(
        self,
        rows: Iterable[Sequence[str]],
        *,
        head: Sequence[str] = (),
        widths: Sequence[float],
        air: float = 2,
    ) -> None:
        """Rows that are not torn by a page's end, under a head that each page repeats.

        `widths` are in proportion; without a head the first column names what stands beside it, and all
        stays on one page. `air`: points above and below each line, to write in.
        """
        lines = [head, *rows] if head else list(rows)
        table = self._grid(len(lines), widths)
        for number, (row, texts) in enumerate(zip(table.rows, lines, strict=True)):
            row_facts = row._tr.get_or_add_trPr()
            row_facts.append(OxmlElement("w:cantSplit"))
            if head and number == 0:
                row_facts.append(OxmlElement("w:tblHeader"))
            for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
                run = cell.paragraphs[0].add_run(_on_one_line(text, longest=1000))
                run.font.size = Pt(10)
                is_name = number == 0 if head else place == 0
                run.bold = is_name or None
                if is_name:
                    _shade(cell)
                spacing = cell.paragraphs[0].paragraph_format
                spacing.space_before = spacing.space_after = Pt(air)
                spacing.keep_with_next = not head and number < len(lines) - 1
        self._gap()

    def foot(self, text: str) -> None:
        """A line at the foot of every page, with the page's number."""
        paragraph = self._document.sections[0].footer.paragraphs[0]
        runs = [paragraph.add_run(f"{_on_one_line(text)} · "), paragraph.add_run()]
        for run in runs:
            run.font.color.rgb, run.font.size = _SOFT, Pt(8.5)
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), "PAGE")
        field.append(runs[1]._r)
        paragraph._p.append(field)

    def _grid(self, rows: int, widths: Sequence[float]) -> Any:
        table = self._document.add_table(rows, len(widths), style="Table Grid")
        table.autofit = False
        for place, width in enumerate(widths):
            exact = int(_WIDTH * width / sum(widths))
            table.columns[place].width = exact
            for cell in table.columns[place].cells:
                cell.width = exact
        return table

    def _gap(self) -> None:
        """The room below a table: without a paragraph between them, Word makes two tables one."""
        paragraph = self._document.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.add_run().font.size = paragraph.paragraph_format.line_spacing = Pt(7)

    def content(self) -> bytes:
        """The document as a file."""
        file = BytesIO()
        self._document.save(file)
        return file.getvalue()


def _shade(cell: Any) -> None:
    ground = OxmlElement("w:shd")
    ground.set(qn("w:val"), "clear")
    ground.set(qn("w:fill"), _WASH)
    cell._tc.get_or_add_tcPr().append(ground)


def _on_one_line(text: str, *, longest: int = 500) -> str:
    """The text on a line of its own, with the no-break spaces that it has."""
    return " ".join(_lines(text))[:longest].rstrip()


def _lines(text: str) -> list[str]:
    return [line for line in clean_text(text, longest=20_000).split("\n") if line]
