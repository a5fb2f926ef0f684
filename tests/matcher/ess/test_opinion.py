"""The second opinion: learnt from sentences and decisions, the same from the same, nothing from nothing."""

import json
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from matcher.ess.lessons import Lesson, digest_of, lessons, of_passages
from matcher.ess.opinion import Opinion
from procurement.errors import NothingToLearn
from procurement.lens import FindingKind
from procurement.models import Finding
from tests.factories import NOW, make_tender

_TOLD = [
    *(Lesson(f"Le titulaire réserve {n} heures à l’insertion.", "", True) for n in range(12)),
    *(Lesson(f"Le délai de paiement est de {n} jours.", "", False) for n in range(12)),
]


def test_an_opinion_tells_what_it_learnt_apart() -> None:
    sure = Opinion(_TOLD)

    yes, no = sure([("Des heures d’insertion sont réservées.", ""), ("Paiement à trente jours", "")])

    assert yes > 0.5 > no
    assert sure([]) == []


def test_the_part_of_the_notice_matters() -> None:
    told = [
        *(Lesson(f"Biodiversité {n}", "award.1.title", True) for n in range(12)),
        *(Lesson(f"Biodiversité {n}", "selection.1.title", False) for n in range(12)),
    ]

    weighed, asked = Opinion(told)([("Biodiversité", "award.2.title"), ("Biodiversité", "selection.2.title")])

    assert weighed > asked


def test_the_same_lessons_give_the_same_opinion() -> None:
    asked = [("Des heures d’insertion", ""), ("Paiement", "")]

    assert Opinion(_TOLD)(asked) == Opinion(_TOLD)(asked)
    assert digest_of(_TOLD) != digest_of(_TOLD[1:])


def test_of_one_kind_alone_nothing_is_learnt() -> None:
    with pytest.raises(NothingToLearn):
        Opinion(_TOLD[:12])


def test_what_staff_said_is_a_lesson_and_weighs_more(session: Session) -> None:
    lot = make_tender(session).lots[0]
    facts = {"family": "biodiversite", "kind": FindingKind.SUBJECT, "counts": True, "start": 0, "rule": "x"}
    lot.findings = [
        Finding(
            **facts,
            field="lot.title",
            evidence="a",
            sentence=said,
            found_with="1",
            found_at=NOW,
            is_right=right,
        )
        for said, right in (("confirmée", True), ("refusée", False), ("pas jugée", None))
    ]
    session.flush()

    told = [lesson for lesson in lessons(session) if lesson.importance > 1]

    assert [(lesson.sentence, lesson.counts) for lesson in told] == [("confirmée", True), ("refusée", False)]


def test_the_sentences_of_the_criteria_are_enough_to_start(session: Session) -> None:
    (yes,) = Opinion(lessons(session))([("Emploi de chômeurs de longue durée par le titulaire", "")])

    assert yes > 0.5


def test_labelled_passages_teach_sentence_by_sentence(tmp_path: Path) -> None:
    row = {
        "text": "Délai : un an. Clause d’insertion de 20 heures. Attestation OIT jointe.",
        "ess": True,
        "labels": [
            {
                "family": "insertion_socioprofessionnelle",
                "kind": "execution_condition",
                "evidence": "d’insertion",
            },
            {"family": "commerce_equitable_oit", "kind": "boilerplate", "evidence": "OIT"},
        ],
    }
    file = tmp_path / "labelled.jsonl"
    file.write_text(json.dumps(row) + "\n\n", encoding="utf-8")

    told = list(of_passages(file))

    assert [lesson.counts for lesson in told] == [False, True, False]
    assert told[1].sentence == "Clause d’insertion de 20 heures."
    assert list(of_passages(tmp_path / "absent")) == []
