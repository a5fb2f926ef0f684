"""Reading lots: fields first, then texts; each is kept with its field; one bad lot stops no other."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from matcher.ess import read
from matcher.ess.passages import of_lot, of_tender
from matcher.ess.read import ReadReport, read_lot, read_pending, renew_opinions
from matcher.ess.rules import version
from matcher.ess.structured import stated
from procurement.db import transaction
from procurement.findings import FoundRecord
from procurement.lens import FindingKind, Polarity
from procurement.models import Consideration, Criterion, Finding, Lot, Tender
from procurement.vocabulary import CriterionKind, Stated
from tests.factories import NOW, make_tender

_QUIET: dict[str, Any] = {
    "title": {"fr": "Fournitures"},
    "description": {"fr": "Fournitures diverses"},
    "conditions": {},
    "consortium_note": {},
    "subcontracting_note": {},
    "lots_per_tenderer_note": {},
    "consortium_allowed": Stated.NOT_SPECIFIED,
    "subcontracting_allowed": Stated.NOT_SPECIFIED,
}


def _quiet(session: Session, **overrides: Any) -> Lot:
    """A lot that asks for nothing beyond what the overrides of its tender say."""
    lot = make_tender(session, **{**_QUIET, **overrides}).lots[0]
    lot.title, lot.description, lot.criteria_note = {}, {}, {}
    lot.criteria, lot.considerations = [], []
    lot.variants = lot.partial_offers = Stated.NOT_SPECIFIED
    session.flush()
    return lot


def _criterion(kind: CriterionKind, title: str, weight: float | None = None, **facts: Any) -> Criterion:
    return Criterion(kind=kind, position=1, title={"fr": title}, weight=weight, **facts)


def test_an_award_criterion_keeps_its_own_weight_and_field(session: Session) -> None:
    lot = _quiet(session)
    lot.criteria = [
        _criterion(CriterionKind.AWARD, "Prix bas carbone", 60, is_price=True),
        _criterion(CriterionKind.AWARD, "Formation d’apprentis", 5),
    ]

    (found,) = read_lot(lot)

    assert (found.family, found.kind, found.weight) == ("apprentissage_formation", FindingKind.AWARD, 5)
    assert found.field == "award.1.title"
    assert found.counts


def test_a_selection_criterion_does_not_count(session: Session) -> None:
    lot = _quiet(session)
    lot.criteria = [_criterion(CriterionKind.SELECTION, "Expérience de la biodiversité")]

    (found,) = read_lot(lot)

    assert (found.kind, found.counts, found.weight) == (FindingKind.QUALIFICATION, False, None)


def test_a_condition_of_performance_is_found_in_its_field(session: Session) -> None:
    text = "Délai : 30 jours. Les heures d’insertion sont au nombre de 200."
    lot = _quiet(session, conditions={"execution": {"fr": text}})

    (found,) = read_lot(lot)

    assert (found.field, found.kind) == ("conditions.execution", FindingKind.EXECUTION_CONDITION)
    assert text[found.start :].startswith(found.evidence)


@pytest.mark.parametrize(
    ("term", "code", "family", "kind"),
    [
        ("BT-71", "res-ws", "marche_reserve", FindingKind.RESERVED),
        ("BT-71", "", "marche_reserve", FindingKind.RESERVED),
        ("BT-736", "yes", "marche_reserve", FindingKind.RESERVED),
        ("BT-775", "opp", "insertion_socioprofessionnelle", FindingKind.EXECUTION_CONDITION),
        ("BT-774", "circ-econ", "economie_circulaire_reemploi", FindingKind.TECHNICAL_SPEC),
        ("BT-805", "eu", "ecolabels_management", FindingKind.TECHNICAL_SPEC),
        ("BT-754", "inc", "accessibilite_universelle", FindingKind.TECHNICAL_SPEC),
        ("BT-06", "soc-obj", "developpement_durable_rse", FindingKind.EXECUTION_CONDITION),
        ("", "Clause sociale", "insertion_socioprofessionnelle", FindingKind.EXECUTION_CONDITION),
        ("", "Critère social", "utilite_sociale_inclusion", FindingKind.AWARD),
    ],
)  # fmt: skip
def test_a_field_of_its_own_states_a_criterion(
    session: Session, term: str, code: str, family: str, kind: FindingKind
) -> None:
    lot = _quiet(session)
    lot.considerations = [Consideration(business_term=term, code=code)]

    (found,) = stated(lot)

    assert (found.family, found.kind, found.counts) == (family, kind, True)
    assert found.evidence == (code or term)


@pytest.mark.parametrize(
    ("term", "code"),
    [("BT-71", "none"), ("BT-754", "n-inc"), ("BT-776", "proc-innov"), ("BT-775", "unheard-of")],
)
def test_a_field_that_asks_for_nothing_states_nothing(session: Session, term: str, code: str) -> None:
    lot = _quiet(session)
    lot.considerations = [Consideration(business_term=term, code=code)]

    assert list(stated(lot)) == []


def test_the_text_of_a_consideration_is_its_sentence_and_is_told_once(session: Session) -> None:
    lot = _quiet(session)
    words = {"fr": "Deux places pour des chômeurs de longue durée"}
    lot.considerations = [Consideration(business_term="BT-775", code="opp", text=words)]

    (found,) = read_lot(lot)

    assert found.sentence == words["fr"]
    assert (found.rule, found.evidence) == ("BT-775 opp", "opp")


def test_rules_of_access_in_fields_have_a_direction(session: Session) -> None:
    lot = _quiet(session, consortium_allowed=Stated.YES, subcontracting_allowed=Stated.NO)
    lot.variants = Stated.YES

    found = {(each.field, each.polarity) for each in stated(lot)}

    assert found == {
        ("consortium_allowed", Polarity.ADMITTED),
        ("subcontracting_allowed", Polarity.EXCLUDED),
        ("variants", Polarity.ADMITTED),
    }


def test_each_text_is_read_once_and_in_the_notice_s_own_language(session: Session) -> None:
    words = {"fr": "Nettoyage durable", "de": "Nachhaltige Reinigung"}
    lot = _quiet(session, title=words, language="de")
    lot.title = dict(words)

    texts = [
        (passage.field, passage.language, passage.text) for passage in (*of_tender(lot.tender), *of_lot(lot))
    ]

    assert ("tender.title", "de", "Nachhaltige Reinigung") in texts
    assert not [field for field, _, _ in texts if field == "lot.title"]


def test_rules_of_access_are_told_once(session: Session) -> None:
    text = "Les groupements sont admis. Le groupement désigne un mandataire. Le groupement est admis."
    lot = _quiet(session, consortium_note={"fr": text})

    assert [each.family for each in read_lot(lot)] == ["consortium_sous_traitance"]


def _store(engine: Engine, *titles: str) -> list[int]:
    with transaction(engine) as session:
        lots = [_quiet(session, title={"fr": title}, changed_at=NOW) for title in titles]
        return [lot.id for lot in lots]


def test_a_lot_is_read_once_until_it_is_published_anew(engine: Engine) -> None:
    (lot_id,) = _store(engine, "Entretien favorable à la biodiversité")

    assert read_pending(engine, now=NOW) == ReadReport(lots=1, counting=1)
    assert read_pending(engine, now=NOW) == ReadReport()

    with transaction(engine) as session:
        session.get_one(Lot, lot_id).tender.changed_at = NOW + timedelta(hours=1)
    assert read_pending(engine, now=NOW + timedelta(hours=2)).lots == 1
    with transaction(engine, read_only=True) as session:
        lot = session.get_one(Lot, lot_id)
        assert (len(lot.findings), lot.read_with) == (1, version())


def test_a_lot_that_cannot_be_read_stops_no_other(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = _store(engine, "illisible", "Réemploi de matériaux")
    reading = read.read_lot

    def read_or_fail(lot: Lot, **facts: Any) -> list[FoundRecord]:
        if lot.id == bad:
            raise ValueError("no such text")
        return reading(lot, **facts)

    monkeypatch.setattr(read, "read_lot", read_or_fail)
    done: list[tuple[int, int]] = []

    with caplog.at_level(logging.ERROR):
        report = read_pending(engine, now=NOW, progress=lambda *at: done.append(at))

    assert (report.lots, report.failed, done) == (2, 1, [(1, 2), (2, 2)])
    assert "a lot could not be read" in caplog.text
    with transaction(engine, read_only=True) as session:
        assert [session.get_one(Lot, lot).read_at is None for lot in (bad, good)] == [True, False]


def test_an_opinion_is_noted_and_renewed_but_not_where_staff_judged(engine: Engine) -> None:
    _store(engine, "Réemploi de matériaux", "Mobilité douce")
    read_pending(engine, now=NOW, sure=lambda asked: [0.25 for _ in asked])
    with transaction(engine) as session:
        first = session.scalars(select(Finding).order_by(Finding.id)).first()
        assert first is not None
        first.is_right = True

    changed = renew_opinions(engine, sure=lambda asked: [0.75 for _ in asked])

    assert changed == 1
    with transaction(engine, read_only=True) as session:
        assert session.scalars(select(Finding.opinion).order_by(Finding.id)).all() == [0.25, 0.75]
        assert session.scalars(select(Tender.id)).all()
