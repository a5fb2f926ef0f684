"""What old notices say of consortia and subcontractors in free words: only what is plain is read."""

import lzma
import re
from collections import Counter
from pathlib import Path

import pytest

from crawler.archive.statements import Subject, read_statement
from procurement.vocabulary import Stated

REAL = Path(__file__).parents[2] / ".." / "shared" / "data" / "simap" / "real" / "dehess_simap-soapgrabber"


@pytest.mark.parametrize(
    "clause",
    [
        "Admises",
        "Admise. Chaque membre remplit les conditions.",
        "Admises, à condition qu’un membre assume la conduite et que rien ne change après le dépôt.",
        "Les communautés de soumissionnaires sont autorisées.",
        "Les groupements d'entreprises sont acceptés",
        "Autorisé avec l’accord du maître d’ouvrage.",
        "zugelassen",
        "Sind gem. Ziff. 7 der Bedingungen zugelassen.",
        "Bietergemeinschaften (Konsortien) sind zulässig.",
        "1 Arbeitsgemeinschaften (ARGE) sind zulässig. 2 Mitglieder dürfen nicht wechseln.",
        "Die Bildung von Bietergemeinschaften ist erlaubt.",
        "Der Anbieter erbringt die Hälfte selber. Arbeitsgemeinschaften sind zugelassen.",
        "Zugelassen. Subunternehmer sind nicht zugelassen.",
        "Il consorzio è ammesso.",
        "Sono ammessi i consorzi.",
        "Ammesso",
        "Ja",
    ],
)
def test_a_plain_admission_is_a_yes(clause: str) -> None:
    assert read_statement(clause, Subject.CONSORTIUM).allowed is Stated.YES


@pytest.mark.parametrize(
    "clause",
    [
        "Non admises",
        "Non-admise",
        "Pas admises.",
        "Exclus",
        "Aucune communauté n'est admise.",
        "Les communautés de soumissionnaires ne sont pas autorisées.",
        "Nicht zugelassen.",
        "nicht erlaubt",
        "Keine Bietergemeinschaft zugelassen.",
        "Es sind keine Bietergemeinschaften zulässig.",
        "Arbeits- und Bietergemeinschaften sind nicht zugelassen.",
        "Bietergemeinschaften sind ausgeschlossen",
        "Il consorzio NON è ammesso.",
        "Non è ammesso.",
        "not allowed",
        "Nein",
    ],
)
def test_a_plain_refusal_is_a_no(clause: str) -> None:
    assert read_statement(clause, Subject.CONSORTIUM).allowed is Stated.NO


@pytest.mark.parametrize(
    "clause",
    [
        "",
        "s. Unterlagen",
        "Gemäss Ausschreibungsunterlagen",
        "Voir dossier d'appel d'offres",
        "Conformément aux conditions du dossier",
        "secondo la documentazione",
        "Keine",
        "Non applicable à une demande d'information",
        # A refusal with a way out, or of some of them only.
        "Bietergemeinschaften sind nicht zugelassen, ausser mit Zustimmung.",
        "Les communautés ne sont pas admises sauf accord préalable.",
        "Bietergemeinschaften mit mehr als drei Mitgliedern sind nicht zugelassen.",
        "Les communautés de plus de trois membres ne sont pas admises.",
        # Sentences about something else.
        "Ein Wechsel der Mitglieder der Bietergemeinschaft ist nicht zulässig.",
        "Mitglieder einer Bietergemeinschaft dürfen nicht ausgewechselt werden.",
        "La modification de la communauté n'est pas admise.",
        "Subunternehmer sind nicht zugelassen.",
        "Les sous-traitants sont admis.",
        "Es ist dem Anbieter nicht erlaubt, Arbeiten abzutreten.",
        "Zugelassen sind nur Einzelfirmen.",
        # Two sentences that differ.
        "Bietergemeinschaften sind zugelassen. Arbeitsgemeinschaften sind nicht zugelassen.",
    ],
)
def test_what_is_not_plain_is_not_specified(clause: str) -> None:
    assert read_statement(clause, Subject.CONSORTIUM).allowed is Stated.NOT_SPECIFIED


@pytest.mark.parametrize(
    ("clause", "allowed"),
    [
        ("La sous-traitance est admise, conformément au dossier.", Stated.YES),
        ("Admis, pour autant qu’ils ne fassent pas plus de la moitié du travail.", Stated.YES),
        ("Subunternehmer sind zugelassen. Sub-Subunternehmer sind nicht zugelassen.", Stated.YES),
        ("Der Beizug von Subunternehmen ist grundsätzlich erlaubt.", Stated.YES),
        ("È ammesso il submandato di prestazioni specialistiche.", Stated.YES),
        ("Il subappalto NON è ammesso.", Stated.NO),
        ("Subunternehmer sind nicht zugelassen.", Stated.NO),
        ("Allfällige Subunternehmer sind im Angebot anzugeben.", Stated.NOT_SPECIFIED),
        ("Subunternehmer und Lieferanten können die Unterlagen einsehen.", Stated.NOT_SPECIFIED),
    ],
)
def test_subcontracting_is_read_by_the_same_rule(clause: str, allowed: Stated) -> None:
    assert read_statement(clause, Subject.SUBCONTRACTING).allowed is allowed


@pytest.mark.parametrize(
    ("clause", "multiple"),
    [
        ("Zugelassen. Mehrfachbewerbungen in Bietergemeinschaften sind nicht zugelassen.", Stated.NO),
        ("Admises. Les participations multiples à des communautés ne sont pas admises.", Stated.NO),
        ("Zugelassen. Mehrfachbewerbungen sind zugelassen.", Stated.YES),
        ("Zugelassen. Mehrfachbewerbungen von Subunternehmern sind zugelassen.", Stated.NOT_SPECIFIED),
        ("Zugelassen", Stated.NOT_SPECIFIED),
    ],
)
def test_taking_part_several_times_is_a_question_of_its_own(clause: str, multiple: Stated) -> None:
    found = read_statement(clause, Subject.CONSORTIUM)

    assert (found.allowed, found.multiple) == (Stated.YES, multiple)


@pytest.mark.skipif(not REAL.is_dir(), reason="the real forms are not on this machine")
def test_the_clauses_of_a_month_are_read_as_a_person_reads_them() -> None:
    text = lzma.decompress((REAL / "Notices.csv.xz").read_bytes()).decode()
    clauses = re.findall(r"<OB01\.COND\.LEGAL>([^<]+)</OB01\.COND\.LEGAL>", text)

    found = Counter(read_statement(clause, Subject.CONSORTIUM).allowed for clause in clauses[:216])

    assert found == {Stated.YES: 121, Stated.NO: 48, Stated.NOT_SPECIFIED: 47}
