"""What an ESS criterion is to a member: what is known decides, what is unknown never bars."""

from collections.abc import Collection
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from procurement.labelled import LANGUAGES
from procurement.lens import FindingKind, Polarity
from procurement.models import Criterion
from procurement.reserved import Reservation, Status
from procurement.stance import Asked, Proof, Side, Standing, stance
from procurement.stance_words import STANCES
from procurement.vocabulary import CriterionKind, LegalForm
from tests.factories import make_finding, make_lot, make_tender

TODAY = date(2026, 11, 24)
APPRENTICES = "apprentissage_formation"
LABELS = "ecolabels_management"


def standing_of(
    *proofs: Proof, family: str = APPRENTICES, statuses: Collection[str] | None = None
) -> Standing:
    """A cooperative with these proofs of a family."""
    return Standing(
        LegalForm.COOPERATIVE,
        None if statuses is None else frozenset(map(str, statuses)),
        {family: proofs} if proofs else {},
    )


def test_apprentices_that_are_asked_for_and_trained_are_an_advantage() -> None:
    said = stance(Asked(APPRENTICES), standing_of(Proof("Apprenties paysagistes", 4)), today=TODAY)

    assert said.side is Side.ADVANTAGE
    assert said.say("fr") == "Vous pouvez le montrer\u00a0: Apprenties paysagistes (4)."


@pytest.mark.parametrize("kind", [kind for kind in FindingKind if kind is not FindingKind.RESERVED])
def test_what_nobody_has_said_is_never_a_barrier(kind: FindingKind) -> None:
    said = stance(Asked(APPRENTICES, kind), standing_of(), today=TODAY)

    assert said.side in (Side.UNKNOWN, Side.NEUTRAL)


def test_unknown_statuses_are_no_barrier_to_a_reserved_contract() -> None:
    asked = Asked("marche_reserve", FindingKind.RESERVED, reserved_to=("res-ws",))

    assert stance(asked, standing_of(statuses=None), today=TODAY).side is Side.UNKNOWN


@pytest.mark.parametrize(
    ("statuses", "reserved_to", "is_abroad", "side"),
    [
        ({Status.WORK_INTEGRATION}, Reservation.INTEGRATION, False, Side.ADVANTAGE),
        ({Status.WORK_INTEGRATION}, Reservation.INTEGRATION, True, Side.UNKNOWN),
        ({Status.PUBLIC_SERVICE_MISSION}, Reservation.INTEGRATION, False, Side.BARRIER),
        (set(), Reservation.INTEGRATION, False, Side.BARRIER),
        (set(), None, False, Side.BARRIER),
        ({Status.WORK_INTEGRATION}, None, False, Side.UNKNOWN),
    ],
)
def test_a_reserved_contract_asks_for_a_status(
    statuses: set[Status], reserved_to: Reservation | None, is_abroad: bool, side: Side
) -> None:
    asked = Asked(
        "marche_reserve",
        FindingKind.RESERVED,
        reserved_to=(reserved_to.value,) if reserved_to else (),
        is_abroad=is_abroad,
    )

    assert stance(asked, standing_of(statuses=statuses), today=TODAY).side is side


def test_the_status_of_work_integration_answers_the_criterion_without_a_proof() -> None:
    standing = standing_of(statuses={Status.WORK_INTEGRATION})

    said = stance(Asked("insertion_socioprofessionnelle"), standing, today=TODAY)

    assert (said.side, said.key) == (Side.ADVANTAGE, "by_status")


@pytest.mark.parametrize(
    ("legal_form", "side"),
    [(LegalForm.ASSOCIATION, Side.ADVANTAGE), (LegalForm.JOINT_STOCK_COMPANY, Side.UNKNOWN)],
)
def test_the_legal_form_answers_for_the_aim_without_profit(legal_form: LegalForm, side: Side) -> None:
    assert stance(Asked("statut_non_lucratif"), Standing(legal_form), today=TODAY).side is side


def test_a_required_label_that_the_member_lacks_is_a_barrier() -> None:
    asked = Asked(LABELS, FindingKind.QUALIFICATION, words="certifié ISO 14001")

    other = stance(asked, standing_of(Proof("EcoVadis argent"), family=LABELS), today=TODAY)
    none = stance(asked, standing_of(Proof("", 0), family=LABELS), today=TODAY)

    assert (other.side, other.key) == (Side.BARRIER, "another_label")
    assert "ISO 14001" in other.say("fr")
    assert (none.side, none.key) == (Side.BARRIER, "has_none")


@pytest.mark.parametrize("name", ["ISO 14001", "Certification ISO14001:2015", "iso-14001"])
def test_a_required_label_is_known_however_it_is_written(name: str) -> None:
    asked = Asked(LABELS, FindingKind.QUALIFICATION, words="certification ISO/14001")

    assert stance(asked, standing_of(Proof(name), family=LABELS), today=TODAY).side is Side.ADVANTAGE


def test_a_label_named_beside_the_title_of_a_criterion_is_asked_for(session: Session) -> None:
    tender = make_tender(session, lots=[])
    lot = make_lot(
        tender,
        criteria=[
            Criterion(
                kind=CriterionKind.SELECTION,
                position=3,
                title={"fr": "Management environnemental"},
                description={"fr": "Certification ISO 14001 ou équivalent."},
            )
        ],
    )
    session.flush()
    finding = make_finding(
        session,
        lot,
        family=LABELS,
        kind=FindingKind.QUALIFICATION,
        field="selection.3.title",
        evidence="Management environnemental",
        sentence="Management environnemental",
    )

    said = stance(Asked.of(finding, lot), standing_of(Proof("Écolabel"), family=LABELS), today=TODAY)

    assert (said.side, said.key) == (Side.BARRIER, "another_label")


def test_of_several_labels_the_one_that_is_named_decides() -> None:
    asked = Asked(LABELS, FindingKind.QUALIFICATION, words="ISO 14001")
    ended = Proof("ISO 14001", valid_until=TODAY - timedelta(days=1))

    said = stance(asked, standing_of(Proof("Écolabel"), ended, family=LABELS), today=TODAY)

    assert (said.key, said.facts["proofs"]) == ("has_ended", [{"name": "ISO 14001", "figure": None}])


def test_a_label_named_beside_another_criterion_is_not_asked_of_it() -> None:
    asked = Asked(APPRENTICES, words="Apprentis, labels ISO 14001")

    assert stance(asked, standing_of(Proof("Apprentis", 2)), today=TODAY).side is Side.ADVANTAGE


def test_another_label_costs_points_but_bars_nobody_from_an_award_criterion() -> None:
    asked = Asked(LABELS, FindingKind.AWARD, words="EcoVadis")

    assert stance(asked, standing_of(Proof("FSC"), family=LABELS), today=TODAY).side is Side.NEUTRAL


def test_an_expired_certificate_says_since_when() -> None:
    standing = standing_of(Proof("ISO 14001", valid_until=TODAY - timedelta(days=1)), family=LABELS)

    said = stance(Asked(LABELS, FindingKind.QUALIFICATION), standing, today=TODAY)

    assert (said.side, said.key) == (Side.BARRIER, "has_ended")
    assert said.say("fr").startswith("Échu le lun. 23 nov. 2026\u00a0: ISO 14001.")


def test_a_certificate_that_ends_before_the_deadline_is_not_valid_for_it() -> None:
    standing = standing_of(Proof("ISO 14001", valid_until=TODAY + timedelta(days=5)), family=LABELS)

    said = stance(Asked(LABELS), standing, today=TODAY, needed_on=TODAY + timedelta(days=6))

    assert (said.side, said.key) == (Side.NEUTRAL, "ends_too_early")


def test_a_valid_proof_beside_an_expired_one_is_enough() -> None:
    standing = standing_of(Proof("Ancien", valid_until=TODAY - timedelta(days=400)), Proof("Nouveau"))

    assert stance(Asked(APPRENTICES), standing, today=TODAY).facts["proofs"] == [
        {"name": "Nouveau", "figure": None}
    ]


@pytest.mark.parametrize(
    ("kind", "side", "key"),
    [
        (FindingKind.AWARD, Side.NEUTRAL, "gains_nothing"),
        (FindingKind.EXECUTION_CONDITION, Side.NEUTRAL, "to_be_arranged"),
        (FindingKind.PARTICIPATION_CONDITION, Side.BARRIER, "has_none"),
        (FindingKind.SUBJECT, Side.NEUTRAL, "is_the_subject"),
    ],
)
def test_to_have_none_weighs_by_what_the_criterion_does(kind: FindingKind, side: Side, key: str) -> None:
    said = stance(Asked(APPRENTICES, kind), standing_of(Proof("", 0)), today=TODAY)

    assert (said.side, said.key) == (side, key)


@pytest.mark.parametrize("polarity", Polarity)
def test_a_rule_of_access_is_neutral_and_says_which_way_it_points(polarity: Polarity) -> None:
    said = stance(Asked("variantes_admises", FindingKind.ACCESS, polarity), standing_of(), today=TODAY)

    assert said.side is Side.NEUTRAL
    assert said.say("de")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", STANCES)
def test_every_reason_can_be_said_with_and_without_its_facts(key: str, language: str) -> None:
    facts = {
        "proofs": [{"name": "ISO 14001", "figure": None}],
        "until": "2026-11-23",
        "status": "work_integration",
        "legal_form": "association",
        "labels_named": ["EMAS"],
    }

    for said in (STANCES[key].say(facts, language), STANCES[key].say({}, language)):
        assert said.endswith(".")
        assert not set("{}") & set(said)
