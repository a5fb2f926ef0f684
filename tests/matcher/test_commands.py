"""The verbs of matching: which model judges, what training says, and the way back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, select

from aimp import main
from config import settings as of_config
from matcher.answer import answer_work
from matcher.classifier import Linear, RuleOfThumb
from matcher.labels import current_values, stored_values
from matcher.registry import classifier_in_use, save
from matcher.signals import SIGNALS
from procurement.bands import set_bands
from procurement.codes import remember_cpv
from procurement.db import connect, transaction
from procurement.migrations import upgrade
from procurement.models import AuditEntry, Chamber, Match, Work
from procurement.served import Kind, models_folder, promote, served
from procurement.succession import roll_back, turns
from procurement.vocabulary import DropReason, Role
from procurement.work import ask
from tests.factories import make_lot, make_match, make_member, make_person, make_tender
from tests.matcher.cpv.invented import LABELS
from tests.matcher.decisions import make_labels

_CLEANS = {"sectors": ["nettoyage_conciergerie_blanchisserie"], "cpv_codes": ["90911200"]}
_MODEL = Linear("match-1", -1.0, dict.fromkeys(SIGNALS, 0.5))


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The database of an installation in a folder of its own, as the commands find it."""
    monkeypatch.setenv("AIMP_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("AIMP_DATABASE_URL", raising=False)
    of_config.settings.cache_clear()
    engine = connect(of_config.settings().database_address)
    upgrade(engine)
    yield engine
    engine.dispose()
    of_config.settings.cache_clear()


def _aimp(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def _serve(data_dir: Path, model: Linear = _MODEL) -> Path:
    models = models_folder(data_dir)
    save(models, model, facts={"earlier_until": "2026-01-01"})
    promote(models, model.version)
    return models


def _store_decisions(engine: Engine, count: int) -> None:
    """Staff who go by the text, on lots of many days."""
    with transaction(engine) as session:
        person = make_person(session, role=Role.STAFF, password=None)
        member = make_member(session)
        for label in make_labels(count).labels:
            tender = make_tender(session, published_on=label.published_on, lots=[])
            lot = make_lot(tender, criteria=[])
            session.flush()
            match = make_match(
                session,
                member=member,
                lot=lot,
                signals=stored_values(label.values),
                score=0.5,
                model="rules-3",
                decided_by=person,
                proposed_at=label.said_at,
            )
            if label.is_good:
                match.released_at = label.said_at
            else:
                match.dropped_at, match.drop_reason = label.said_at, DropReason.NOT_THEIR_TRADE


def _store_a_fit(engine: Engine) -> int:
    """A cleaning cooperative and a call that is open whenever the test runs; the member's id."""
    with transaction(engine) as session:
        member = make_member(session, **_CLEANS)
        make_tender(session, submission_deadline=datetime(2999, 1, 1, tzinfo=UTC))
        return member.id


def test_matching_judges_by_the_model_in_use(installation: Engine, tmp_path: Path) -> None:
    _store_a_fit(installation)
    _serve(tmp_path)

    result = _aimp("match")

    assert result.exit_code == 0, result.output
    with transaction(installation, read_only=True) as session:
        assert session.scalars(select(Match.model)).one() == "match-1"


def test_what_a_page_asks_is_answered_by_the_model_in_use(
    installation: Engine, tmp_path: Path, now: datetime
) -> None:
    member_id = _store_a_fit(installation)
    _serve(tmp_path)
    with transaction(installation) as session:
        ask(session, key="match_member:1", kind="match_member", now=now, member_id=member_id)

    assert answer_work(installation, now=now)

    with transaction(installation, read_only=True) as session:
        assert session.scalars(select(Work)).one().answer == {"proposed": 1}
        assert session.scalars(select(Match.model)).one() == "match-1"


def test_a_worker_that_runs_judges_by_the_model_that_somebody_went_back_to(
    installation: Engine, tmp_path: Path, now: datetime
) -> None:
    member_id = _store_a_fit(installation)
    models = _serve(tmp_path)
    judged_by = []
    for _ in range(2):
        with transaction(installation) as session:
            ask(session, key="match_member:1", kind="match_member", now=now, member_id=member_id)
        assert answer_work(installation, now=now)
        with transaction(installation) as session:
            judged_by.append(session.scalars(select(Match.model)).one())
            roll_back(session, models, leaving=served(models).version, person=None, now=now)

    assert judged_by == ["match-1", RuleOfThumb.version]


def test_matching_stops_rather_than_judge_by_another_measure(installation: Engine, tmp_path: Path) -> None:
    _store_a_fit(installation)
    (_serve(tmp_path) / "match-1" / "weights.json").write_text("{}")

    result = _aimp("match")

    assert result.exit_code == 1
    assert "match-1: weights.json is not the file" in result.output
    assert "aimp train match --roll-back" in result.output
    with transaction(installation, read_only=True) as session:
        assert session.scalars(select(Match)).all() == []


def test_matching_draws_the_sample_of_the_week(installation: Engine) -> None:
    with transaction(installation) as session:
        make_member(session, statement="Traduction", sectors=[], cpv_codes=["79530000"])
        today = datetime.now(UTC).date()
        make_tender(
            session,
            title={"fr": "Collecteurs"},
            description={},
            cpv_codes=["45232400"],
            published_on=today - timedelta(days=today.weekday() + 3),
            submission_deadline=datetime(2999, 1, 1, tzinfo=UTC),
        ).lots[0].cpv_codes = ["45232400"]

    first, second = _aimp("match"), _aimp("match")

    assert "1 drawn at random for the staff" in first.output
    assert "drawn at random" not in second.output


def test_thresholds_that_staff_set_hold_for_what_waits_already(installation: Engine) -> None:
    _store_a_fit(installation)
    _aimp("match")
    with transaction(installation) as session:
        match = session.scalars(select(Match)).one()
        chamber, staff = session.scalars(select(Chamber)).one(), make_person(session, role=Role.STAFF)
        assert match.released_at is None
        set_bands(
            session,
            chamber=chamber,
            person=staff,
            hold_from=match.score / 3,
            strong_from=match.score / 2,
            sends_strong=True,
            now=datetime.now(UTC),
        )

    assert _aimp("match").exit_code == 0

    with transaction(installation, read_only=True) as session:
        assert session.scalars(select(Match)).one().released_at is not None


def test_training_says_what_it_learnt_from_and_what_came_of_it(installation: Engine, tmp_path: Path) -> None:
    _store_decisions(installation, 500)

    result = _aimp("train")

    assert result.exit_code == 0, result.output
    version = served(models_folder(tmp_path)).version
    assert version is not None
    assert "500 decisions" in result.output
    assert f"{version}: log-loss" in result.output
    assert "rules-3: log-loss" in result.output
    assert result.output.strip().endswith("promoted")
    with transaction(installation, read_only=True) as session:
        assert [turn.model for turn in turns(session, kind=Kind.MATCH)] == [version]


def test_a_promotion_keeps_the_bands_of_each_chamber(installation: Engine, tmp_path: Path) -> None:
    _store_decisions(installation, 500)
    with transaction(installation) as session:
        for match in session.scalars(select(Match)):
            match.proposed_at = datetime.now(UTC)

    _aimp("train")

    with transaction(installation, read_only=True) as session:
        chamber = session.scalars(select(Chamber)).one()
        stored = [match.signals for match in session.scalars(select(Match))]

        def above(model: Linear, threshold: float) -> int:
            return sum(model.judge(current_values(each)).score >= threshold for each in stored)

        model = classifier_in_use(tmp_path)
        assert model.version != RuleOfThumb.version
        # Thresholds are kept in thousandths: of 500, a match or two may lie in between.
        assert above(model, chamber.hold_from) == pytest.approx(above(RuleOfThumb(), 0.25), abs=2)
        assert above(model, chamber.strong_from) == pytest.approx(above(RuleOfThumb(), 0.60), abs=2)
        assert "chamber.thresholds" in session.scalars(select(AuditEntry.act)).all()


def test_with_few_decisions_training_is_no_failure(installation: Engine, tmp_path: Path) -> None:
    result = _aimp("train")

    assert result.exit_code == 0, result.output
    assert "too few decisions" in result.output
    assert classifier_in_use(tmp_path).version == "rules-3"


def test_going_back_is_one_act_and_is_written_down(installation: Engine, tmp_path: Path) -> None:
    _serve(tmp_path)

    result = _aimp("train", "--roll-back")

    assert "In use: no model of its kind" in result.output
    assert classifier_in_use(tmp_path).version == "rules-3"
    assert served(models_folder(tmp_path)).held_since is not None
    with transaction(installation, read_only=True) as session:
        assert session.scalars(select(AuditEntry.act)).all() == ["model.roll_back"]
    assert "may promote" in _aimp("train", "--resume").output
    assert served(models_folder(tmp_path)).held_since is None


def test_the_model_of_codes_is_left_and_resumed_by_the_same_words(
    installation: Engine, tmp_path: Path
) -> None:
    with transaction(installation) as session:
        remember_cpv(session, LABELS, official=True)
    assert "promoted" in _aimp("train", "cpv").output
    codes = models_folder(tmp_path, Kind.CPV)
    version = served(codes).version

    result = _aimp("train", "cpv", "--roll-back")

    assert "nothing is promoted until: aimp train cpv --resume" in result.output
    assert served(codes).version is None
    assert "may promote" in _aimp("train", "cpv", "--resume").output
    with transaction(installation, read_only=True) as session:
        assert [(turn.model, turn.is_back) for turn in turns(session, kind=Kind.CPV)] == [
            ("", True),
            (version, False),
        ]
