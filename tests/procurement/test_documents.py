"""Word documents: whatever they are given, they open again and say it."""

from datetime import datetime
from io import BytesIO

import pytest
from docx import Document
from docx.oxml.ns import qn

from procurement.documents import Sheet
from tests.factories import NOW


def _sheet(language: str = "fr") -> Sheet:
    return Sheet(title="Lettre", author="Chambre de l’ESS", language=language, now=NOW)


def _lines(sheet: Sheet) -> list[str]:
    return [paragraph.text for paragraph in Document(BytesIO(sheet.content())).paragraphs]


@pytest.mark.parametrize(
    "dirt",
    ["\x00", "\x0b", "\x0c", "\x1f", "\x7f", "\x85", "\ud800", "\ufffe", "\uffff", "\u202e", "\x1b[31m"],
)
def test_what_xml_forbids_never_reaches_a_document(dirt: str) -> None:
    sheet = _sheet()

    sheet.heading(f"Ti{dirt}tre")
    sheet.paragraph(f"Un{dirt} mot")
    sheet.block([f"Rue{dirt} 1", "", "1200 Genève"])
    sheet.quotation(f"Ci{dirt}tation", f"sou{dirt}rce")
    sheet.inset(f"Clau{dirt}se")
    sheet.points([f"Po{dirt}int"])
    sheet.remark(f"Re{dirt}marque")
    sheet.clause("1.1", f"Un{dirt}e phrase")
    sheet.box(f"Atten{dirt}tion", f"Pourq{dirt}uoi")
    sheet.table([(f"Qu{dirt}i", "Quoi")], head=(f"Tê{dirt}te", ""), widths=(1, 2))
    sheet.foot(f"Pie{dirt}d")

    text = "\n".join(_lines(sheet))
    assert dirt not in text
    assert "<" not in text
    for word in ("1200 Genève", "mot"):
        assert word in text


def test_markup_in_a_text_stays_text() -> None:
    sheet = _sheet()

    sheet.paragraph("<w:p>Prix < 100 & plus</w:p>")

    assert _lines(sheet) == ["<w:p>Prix < 100 & plus</w:p>"]


def test_lines_are_paragraphs_and_an_address_is_one() -> None:
    sheet = _sheet()

    sheet.paragraph("Un\n\nDeux")
    sheet.block(["Commune de Jussy", "  ", "1254 Jussy"])

    assert _lines(sheet) == ["Un", "Deux", "Commune de Jussy\n1254 Jussy"]


@pytest.mark.parametrize(("language", "tag"), [("fr", "fr-CH"), ("de", "de-CH")])
def test_a_document_says_who_wrote_it_when_and_in_which_language(language: str, tag: str) -> None:
    document = Document(BytesIO(_sheet(language).content()))

    facts = document.core_properties
    assert (facts.author, facts.title, facts.language) == ("Chambre de l’ESS", "Lettre", tag)
    assert facts.created == datetime(2026, 11, 24, 8, 0, tzinfo=facts.created.tzinfo)
    tags = {each.get(qn("w:val")) for each in document.styles.element.iter(qn("w:lang"))}
    assert tags == {tag}


def test_no_break_spaces_stay_where_a_line_is_written() -> None:
    sheet = _sheet()

    sheet.remark("Poids\u00a0: 5\u00a0%")

    assert _lines(sheet) == ["Poids\u00a0: 5\u00a0%"]


def test_a_table_keeps_its_rows_whole_and_repeats_its_head() -> None:
    sheet = _sheet()

    sheet.table([("Vitrerie", "Escalade")], head=("Travail", "Qui"), widths=(3, 1))
    sheet.foot("Modèle")

    document = Document(BytesIO(sheet.content()))
    (table,) = document.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Travail", "Qui"],
        ["Vitrerie", "Escalade"],
    ]
    assert len(list(table._tbl.iter(qn("w:tblHeader")))) == 1
    assert len(list(table._tbl.iter(qn("w:cantSplit")))) == 2
    foot = document.sections[0].footer.paragraphs[0]
    assert foot.text.startswith("Modèle · ")
    assert [each.get(qn("w:instr")) for each in foot._p.iter(qn("w:fldSimple"))] == ["PAGE"]
