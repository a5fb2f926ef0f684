"""Rules: a criterion is found with the words that prove it; its part of the notice says what it means."""

import random

import pytest

from matcher.ess.found import Found
from matcher.ess.rules import find, section_of_field, version
from procurement.lens import FindingKind, Polarity

_INSERTION = "insertion_socioprofessionnelle"
_SUSTAINABLE = "developpement_durable_rse"


def _of(family: str, text: str, language: str = "fr", section: str = "") -> Found:
    (found,) = [each for each in find(text, language=language, section=section) if each.family == family]
    return found


def test_a_clause_of_integration_counts_as_a_condition_of_performance() -> None:
    text = (
        "Les offres sont remises en français. Le titulaire réserve 300 heures à l’insertion. Visite : mardi."
    )

    found = _of(_INSERTION, text)

    assert found.kind is FindingKind.EXECUTION_CONDITION
    assert found.counts
    assert found.sentence == "Le titulaire réserve 300 heures à l’insertion."
    assert text[found.start :].startswith(found.evidence)


@pytest.mark.parametrize(
    ("language", "text", "weight"),
    [
        ("fr", "Critères d’adjudication : prix 60 % ; organisation 30 % ; développement durable 10 %", 10.0),
        ("fr", "Prix : 70 points. Développement durable : 20 points. Délai : 10 points.", 20.0),
        ("de", "Zuschlagskriterien: Preis 80 %; Referenzen 15 %; Nachhaltigkeit 5 %", 5.0),
        ("de", "Zuschlagskriterien: Preis; Nachhaltigkeit (Gewichtung 15)", 15.0),
        ("it", "Criteri di aggiudicazione: prezzo 60 %; sviluppo sostenibile 12 %", 12.0),
        ("en", "Award criteria: price 60 %; sustainability 7,5 %", 7.5),
    ],
)
def test_an_award_criterion_bears_its_weight(language: str, text: str, weight: float) -> None:
    found = _of(_SUSTAINABLE, text, language)

    assert (found.kind, found.weight, found.counts) == (FindingKind.AWARD, weight, True)


@pytest.mark.parametrize(
    ("item", "weight"),
    [
        ("20 Développement durable", 20.0),
        ("10% Développement durable", 10.0),
        ("1.2 Développement durable - 5%", 5.0),
        ("Développement durable", None),
    ],
)
def test_in_a_list_of_criteria_the_number_in_front_is_the_weight(item: str, weight: float | None) -> None:
    found = _of(_SUSTAINABLE, f"50 Prix ; {item} ; 5 Délais", section="AWARD.CRITERIA")

    assert found.weight == weight


def test_a_word_too_weak_to_count_elsewhere_counts_among_award_criteria() -> None:
    assert find("L’environnement du site est bruyant.", language="fr") == []
    assert _of(_SUSTAINABLE, "Prix ; Environnement", section="AWARD.CRITERIA").counts


@pytest.mark.parametrize(
    ("language", "text", "family"),
    [
        ("fr", "Le candidat déclare sur l’honneur respecter l’égalité salariale.", "egalite_salariale"),
        ("fr", "Attestation relative à l’emploi des travailleurs handicapés", "handicap_ateliers_proteges"),
        ("de", "Selbstdeklaration zu Lohngleichheit und Gesamtarbeitsvertrag", "egalite_salariale"),
        ("it", "Autocertificazione sul contratto collettivo", "conditions_travail_cct"),
        ("en", "A self-declaration on the minimum wage is attached.", "conditions_travail_cct"),
    ],
)
def test_what_every_bidder_signs_does_not_count(language: str, text: str, family: str) -> None:
    found = _of(family, text, language)

    assert found.kind is FindingKind.BOILERPLATE
    assert not found.counts


def test_a_condition_for_all_counts_once_it_is_weighed() -> None:
    signed = _of("egalite_salariale", "Le soumissionnaire respecte l’égalité salariale.")
    weighed = _of("egalite_salariale", "Prix 90 ; Égalité salariale 10", section="AWARD.CRITERIA")

    assert (signed.kind, signed.counts) == (FindingKind.PARTICIPATION_CONDITION, False)
    assert (weighed.kind, weighed.counts) == (FindingKind.AWARD, True)


@pytest.mark.parametrize(
    ("section", "kind", "counts"),
    [
        ("award.1.title", FindingKind.AWARD, True),
        ("selection.2.title", FindingKind.QUALIFICATION, False),
        ("participation.1.title", FindingKind.PARTICIPATION_CONDITION, False),
        ("conditions.execution", FindingKind.EXECUTION_CONDITION, True),
        ("conditions.payment", FindingKind.BOILERPLATE, False),
        ("lot.description", FindingKind.SUBJECT, True),
        ("", FindingKind.SUBJECT, True),
    ],
)
def test_the_field_decides_what_a_finding_means(section: str, kind: FindingKind, counts: bool) -> None:
    found = _of("biodiversite", "Favoriser la biodiversité", section=section)

    assert (found.kind, found.counts) == (kind, counts)


def test_a_certificate_of_the_bidder_qualifies_and_a_label_of_the_product_is_specified() -> None:
    firm = _of("ecolabels_management", "Le prestataire est certifié ISO 14001.")
    wood = _of("ecolabels_management", "Le bois doit porter un label FSC.")

    assert (firm.kind, firm.counts) == (FindingKind.QUALIFICATION, False)
    assert (wood.kind, wood.counts) == (FindingKind.TECHNICAL_SPEC, True)


def test_a_list_is_read_as_the_sentence_that_introduces_it() -> None:
    text = "L’équipe dispose des compétences suivantes :\n- Urbanisme\n- Énergies renouvelables\n- Acoustique"

    assert _of("energie_climat", text).kind is FindingKind.QUALIFICATION


def test_words_beside_reserved_reserve() -> None:
    found = _of("handicap_ateliers_proteges", "Le lot 3 est réservé aux ateliers protégés.")

    assert found.kind is FindingKind.RESERVED


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Aucune clause sociale n’est prévue."),
        ("fr", "Clause sociale : non"),
        ("it", "senza clausole sociali"),
    ],
)
def test_what_is_said_not_to_be_asked_does_not_count(language: str, text: str) -> None:
    assert not any(each.counts for each in find(text, language=language))


@pytest.mark.parametrize(
    ("language", "text", "section", "polarity"),
    [
        ("fr", "Les communautés de soumissionnaires sont admises.", "", Polarity.ADMITTED),
        ("fr", "Admises.", "OB01.COND.LEGAL", Polarity.ADMITTED),
        ("de", "Nicht zugelassen", "consortium", Polarity.EXCLUDED),
        ("de", "Keine Bietergemeinschaften", "", Polarity.EXCLUDED),
        ("fr", "Le mandataire du groupement sera obligatoirement un architecte.", "", Polarity.LIMITED),
        ("de", "Gesamtschuldnerisch haftende Bietergemeinschaft", "", Polarity.LIMITED),
    ],
)
def test_a_rule_of_access_has_a_direction(language: str, text: str, section: str, polarity: Polarity) -> None:
    found = _of("consortium_sous_traitance", text, language, section)

    assert (found.kind, found.polarity, found.counts) == (FindingKind.ACCESS, polarity, False)


def test_an_unknown_language_is_read_with_all() -> None:
    text = "Nachhaltigkeit 10 %; développement durable 10 %"

    assert _of(_SUSTAINABLE, text.split(";")[0], "rm").language == "de"
    assert _of(_SUSTAINABLE, text.split(";")[1], "xx").language == "fr"


def test_a_text_in_another_language_than_stated_is_read_in_its_own() -> None:
    text = "Die Anbieterin beschäftigt in der Werkstatt auch Langzeitarbeitslose und bildet sie aus."

    assert _of(_INSERTION, text, "fr").counts


def test_a_word_broken_at_the_end_of_a_line_is_found_and_quoted_as_it_stands() -> None:
    found = _of(_SUSTAINABLE, "Das Konzept zeigt die Nachhal- tigkeit der Lösung.", "de")

    assert found.evidence == "Nachhal- tigkeit"


def test_of_a_sentence_without_end_only_the_words_around_are_quoted() -> None:
    text = "mot " * 300 + "développement durable " + "mot " * 300

    quote = _of(_SUSTAINABLE, text).quote

    assert len(quote) <= 400
    assert "développement durable" in quote


def test_no_text_makes_reading_fail_and_evidence_is_always_a_slice_of_it() -> None:
    pieces = [
        "Développement durable 10 %",
        "Nachhal-\ntigkeit",
        "œuvre ß ﬁ",
        "e\u0301co\u00ad-label",
        "İÅ\u2028",
    ]
    pieces += [
        "clause sociale",
        "№",
        "\u0000",
        "  ",
        ";",
        ". ",
        ":\n- ",
        "réservé aux ESAT",
        "Lotto 2",
        "🙂",
        "-",
    ]
    pieces += ["100 points2ème critère", "’", "aucune ", "Nein", "("]
    chance = random.Random(7)
    for _ in range(400):
        text = "".join(chance.choice(pieces) for _ in range(chance.randrange(12)))
        for found in find(text, language=chance.choice(["fr", "de", "it", "en", "", "zz"])):
            assert text[found.start : found.start + len(found.evidence)] == found.evidence != ""
            end = found.sentence_start + len(found.sentence)
            assert text[found.sentence_start : end] == found.sentence
            assert found.evidence in found.sentence


def test_a_name_of_a_field_that_nobody_knows_belongs_to_no_part() -> None:
    assert section_of_field("something.else") == ""


def test_the_version_names_criteria_and_rules() -> None:
    assert version().startswith("2026-11/")
