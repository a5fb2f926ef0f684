"""ESS findings: kept with their words, judged by staff, asked for by lot."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from procurement import findings
from procurement.errors import NotAllowed
from procurement.findings import FoundRecord
from procurement.lens import FindingKind, Polarity
from procurement.vocabulary import CriteriaSource, Role
from tests.factories import NOW, make_person, make_tender

_INSERTION = FoundRecord(
    family="insertion_socioprofessionnelle",
    kind=FindingKind.AWARD,
    polarity=Polarity.PRESENT,
    counts=True,
    field="criteria.1.title",
    start=0,
    evidence="Insertion professionnelle",
    sentence="Insertion professionnelle de personnes sans emploi : 10 %",
    rule="fr:insertion",
    language="fr",
    weight=10.0,
)
_SWORN = FoundRecord(
    family="egalite_salariale",
    kind=FindingKind.BOILERPLATE,
    polarity=Polarity.PRESENT,
    counts=False,
    field="conditions.proofs",
    start=12,
    evidence="égalité salariale",
    sentence="Attestation d’égalité salariale.",
    rule="fr:egalite",
    language="fr",
    opinion=0.9,
)


def test_a_lot_is_read_once_with_each_version_and_after_each_publication(session: Session) -> None:
    lot = make_tender(session).lots[0]
    assert findings.lots_to_read(session, version="1") == [lot.id]

    findings.record_findings(session, lot=lot, found=[_INSERTION], version="1", now=NOW)
    lot.tender.changed_at = NOW - timedelta(hours=1)
    session.flush()

    assert findings.lots_to_read(session, version="1") == []
    assert findings.lots_to_read(session, version="2") == [lot.id]
    lot.tender.changed_at = NOW + timedelta(hours=1)
    session.flush()
    assert findings.lots_to_read(session, version="1") == [lot.id]


def test_reading_again_replaces_findings_and_keeps_what_staff_said_of_the_same_words(
    session: Session,
) -> None:
    lot = make_tender(session).lots[0]
    staff = make_person(session, role=Role.STAFF)
    findings.record_findings(session, lot=lot, found=[_INSERTION, _SWORN], version="1", now=NOW)
    session.flush()
    findings.judge(session, finding=lot.findings[0], person=staff, is_right=False, now=NOW)

    findings.record_findings(session, lot=lot, found=[_INSERTION], version="2", now=NOW)
    session.flush()

    [kept] = lot.findings
    assert (kept.is_right, kept.judged_by_id, kept.found_with) == (False, staff.id, "2")
    assert findings.speaking_families(session, [lot.id]) == {}


def test_families_that_speak_come_with_their_weight(session: Session) -> None:
    lot = make_tender(session).lots[0]
    findings.record_findings(session, lot=lot, found=[_INSERTION, _SWORN], version="1", now=NOW)
    session.flush()

    assert findings.speaking_families(session, [lot.id]) == {lot.id: {"insertion_socioprofessionnelle": 10.0}}
    assert findings.count(session) == 1


def test_staff_are_asked_where_the_learned_opinion_says_the_contrary(session: Session) -> None:
    lot = make_tender(session).lots[0]
    findings.record_findings(session, lot=lot, found=[_INSERTION, _SWORN], version="1", now=NOW)
    session.flush()
    [asked] = findings.contested(session)

    findings.judge(
        session, finding=asked, person=make_person(session, role=Role.STAFF), is_right=True, now=NOW
    )
    session.flush()

    assert asked.family == "egalite_salariale"
    assert findings.contested(session) == []
    assert set(findings.speaking_families(session, [lot.id])[lot.id]) == {
        "insertion_socioprofessionnelle",
        "egalite_salariale",
    }


def test_a_member_does_not_judge_findings(session: Session) -> None:
    lot = make_tender(session).lots[0]
    findings.record_findings(session, lot=lot, found=[_INSERTION], version="1", now=NOW)
    session.flush()

    with pytest.raises(NotAllowed):
        findings.judge(session, finding=lot.findings[0], person=make_person(session), is_right=True, now=NOW)


def test_criteria_in_documents_are_unread_not_absent(session: Session) -> None:
    lot = make_tender(session).lots[0]
    assert not findings.are_unread(lot)

    lot.award_criteria_source = CriteriaSource.IN_DOCUMENTS

    assert findings.are_unread(lot)
