"""The database: instants are exact, transactions whole, concurrent writers lose nothing."""

import random
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import Session

from procurement.db import Base, _wal_is_safe, connect, has_tables, insert_new, transaction
from procurement.models import (
    Award,
    AwardSupplier,
    Criterion,
    Lease,
    Lot,
    Notice,
    RateCount,
    Tender,
)
from procurement.vocabulary import CriterionKind, NoticeType, ProcurementMethod, Stated, TenderState
from tests.factories import make_tender
from tests.procurement.together import together

_ZONES = [ZoneInfo("Europe/Zurich"), UTC, ZoneInfo("Asia/Kathmandu"), timezone(timedelta(hours=-11))]
_CHANGES = [datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2027, 3, 28, 1, tzinfo=UTC)]


def _instants(count: int) -> list[datetime]:
    """Instants of ten years and around both changes of the clock, in several zones."""
    chance = random.Random(20261124)
    start = datetime(2024, 7, 1, tzinfo=UTC)
    plain = [
        start + timedelta(microseconds=chance.randrange(10 * 365 * 86_400 * 10**6)) for _ in range(count)
    ]
    near = [chance.choice(_CHANGES) + timedelta(seconds=chance.randrange(-7200, 7200)) for _ in range(count)]
    return [at.astimezone(chance.choice(_ZONES)) for at in (*plain, *near)]


def _utc(instants: list[datetime]) -> list[datetime]:
    """The same instants in UTC: Python finds a doubled hour equal to nothing in another zone."""
    return [at.astimezone(UTC) for at in instants]


def test_an_instant_without_a_zone_is_refused(session: Session) -> None:
    session.add(Lease(name="x", holder="a", until=datetime(2026, 11, 24, 9, 0)))  # noqa: DTZ001

    with pytest.raises(StatementError, match="a naive datetime names no instant"):
        session.flush()
    session.rollback()


def test_an_instant_without_a_zone_is_refused_in_a_question(session: Session) -> None:
    with pytest.raises(StatementError, match="a naive datetime names no instant"):
        session.scalar(select(Lease).where(Lease.until < datetime(2026, 11, 24)))  # noqa: DTZ001
    session.rollback()


def test_every_instant_comes_back_aware_and_equal(engine: Engine) -> None:
    instants = _instants(150)
    with transaction(engine) as session:
        session.add_all(Lease(name=str(number), holder="a", until=at) for number, at in enumerate(instants))

    with transaction(engine, read_only=True) as session:
        found = {int(name): until for name, until in session.execute(select(Lease.name, Lease.until))}

    assert [found[number] for number in range(len(instants))] == _utc(instants)
    assert all(at.utcoffset() == timedelta(0) for at in found.values())


def test_instants_are_ordered_by_the_database_as_by_time(engine: Engine) -> None:
    instants = _instants(60)
    with transaction(engine) as session:
        session.add_all(Lease(name=str(number), holder="a", until=at) for number, at in enumerate(instants))

    with transaction(engine, read_only=True) as session:
        ordered = list(session.scalars(select(Lease.until).order_by(Lease.until)))
        before = len(session.scalars(select(Lease).where(Lease.until < _CHANGES[0])).all())

    assert ordered == sorted(_utc(instants))
    assert before == sum(at < _CHANGES[0] for at in instants)


def test_the_doubled_hour_keeps_its_two_instants_apart(engine: Engine) -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=_ZONES[0])
    second = first.replace(fold=1)
    with transaction(engine) as session:
        session.add_all([Lease(name="1", holder="a", until=first), Lease(name="2", holder="a", until=second)])

    with transaction(engine, read_only=True) as session:
        found = list(session.scalars(select(Lease.until).order_by(Lease.name)))

    assert found[1] - found[0] == timedelta(hours=1)


def test_a_transaction_that_raises_leaves_nothing(engine: Engine) -> None:
    def store_and_fail() -> None:
        with transaction(engine) as session:
            make_tender(session)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store_and_fail()

    with transaction(engine, read_only=True) as session:
        assert session.scalars(select(Tender)).all() == []


def test_what_a_transaction_gave_is_readable_after_it(engine: Engine) -> None:
    with transaction(engine) as session:
        tender = make_tender(session)

    assert tender.title == {"fr": "Nettoyage écologique des écoles"}


def test_a_reading_transaction_cannot_write(engine: Engine) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"), transaction(engine, read_only=True) as session:
        session.add(Lease(name="x", holder="a", until=_CHANGES[0]))

    with transaction(engine) as session:
        assert session.get(Lease, "x") is None


def test_a_connection_that_only_read_writes_again(engine: Engine) -> None:
    with transaction(engine, read_only=True) as session:
        session.execute(select(Lease)).all()

    with transaction(engine) as session:
        session.add(Lease(name="x", holder="a", until=_CHANGES[0]))

    with transaction(engine, read_only=True) as session:
        assert session.get(Lease, "x") is not None


def test_a_reader_is_not_stopped_by_a_writer(engine: Engine) -> None:
    with transaction(engine) as writer:
        writer.add(Lease(name="x", holder="a", until=_CHANGES[0]))
        writer.flush()

        with transaction(engine, read_only=True) as reader:
            assert reader.get(Lease, "x") is None


@pytest.mark.slow
def test_concurrent_writers_lose_nothing_and_are_never_locked_out(engine: Engine) -> None:
    with transaction(engine) as session:
        session.add(RateCount(key="visits", count=0, expires_at=_CHANGES[1]))

    def count_thirty() -> None:
        for _ in range(30):
            with transaction(engine) as session:
                row = session.get_one(RateCount, "visits", with_for_update=True)
                row.count = row.count + 1

    together([count_thirty] * 4)

    with transaction(engine, read_only=True) as session:
        assert session.get_one(RateCount, "visits").count == 120


def test_a_word_of_the_trade_is_stored_by_its_value(session: Session) -> None:
    make_tender(session, state=TenderState.CALLED)

    stored = session.execute(text("SELECT state FROM tender")).scalar_one()
    found = session.scalars(select(Tender.state)).one()

    assert stored == "called"
    assert found is TenderState.CALLED


def test_a_word_that_is_none_is_refused(session: Session) -> None:
    tender = make_tender(session)
    tender.state = "lost"  # type: ignore[assignment]

    with pytest.raises(StatementError, match="lost"):
        session.flush()
    session.rollback()


@pytest.mark.parametrize(
    ("version", "is_safe"),
    [
        ((3, 53, 4), True),
        ((3, 51, 3), True),
        ((3, 51, 2), False),
        ((3, 50, 7), True),
        ((3, 50, 4), False),
        ((3, 44, 6), True),
        ((3, 44, 5), False),
        ((3, 40, 1), False),
    ],
)
def test_write_ahead_logging_is_kept_from_libraries_that_can_corrupt_it(
    version: tuple[int, ...], is_safe: bool
) -> None:
    assert _wal_is_safe(version) is is_safe


def test_an_sqlite_file_is_opened_with_the_settings_that_keep_it_safe(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'new' / 'folder' / 'aimp.db'}")

    with engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "trusted_schema", "secure_delete")
        }
    engine.dispose()

    assert found == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": 2,
        "trusted_schema": 0,
        "secure_delete": 1,
    }


@pytest.mark.parametrize(("is_collecting", "synchronous"), [(False, 2), (True, 1)])
def test_only_what_is_collected_again_need_not_wait_for_the_disk(
    tmp_path: Path, is_collecting: bool, synchronous: int
) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'aimp.db'}", is_collecting=is_collecting)

    with engine.connect() as connection:
        found = connection.exec_driver_sql("PRAGMA synchronous").scalar()
    engine.dispose()

    assert found == synchronous


def a_tender(key: str, now: datetime) -> Tender:
    """A tender that nobody has stored: two lots, one with criteria, and a publication with its winners."""
    return Tender(
        source="simap",
        procedure_key=key,
        number="1",
        state=TenderState.AWARDED,
        title={"fr": "Nettoyage"},
        description={},
        language="fr",
        procurement_method=ProcurementMethod.OPEN,
        published_on=now.date(),
        url="https://example.org",
        changed_at=now,
        lots=[
            Lot(
                source_key="a",
                number=1,
                criteria=[
                    Criterion(kind=CriterionKind.AWARD, position=0, title={"fr": "Prix"}, weight=40.0),
                    Criterion(kind=CriterionKind.AWARD, position=1, title={"fr": "Qualité"}),
                ],
            ),
            Lot(source_key="b", number=2, variants=Stated.YES),
        ],
        notices=[
            Notice(
                source="simap",
                source_key=key,
                number="1-01",
                notice_type=NoticeType.AWARD,
                published_on=now.date(),
                url="https://example.org",
                first_seen_at=now,
                awards=[Award(suppliers=[AwardSupplier(position=0, name="Fictive SA")])],
            )
        ],
    )


def everything_of(session: Session) -> list[list[dict[str, Any]]]:
    """What stands in the tables of a tender, but for keys."""
    session.flush()
    return [
        [
            {name: value for name, value in row._mapping.items() if "key" not in name and "id" not in name}
            for row in session.execute(select(table).order_by(table.c.id))
        ]
        for table in (
            Base.metadata.tables[kind.__tablename__]
            for kind in (Tender, Lot, Criterion, Notice, Award, AwardSupplier)
        )
    ]


def test_new_objects_are_inserted_as_a_flush_would(session: Session, now: datetime) -> None:
    session.add(a_tender("flushed", now))
    wanted = everything_of(session)
    insert_new(session, a_tender("inserted", now))

    found = everything_of(session)

    assert [rows[: len(rows) // 2] for rows in found] == wanted
    assert [rows[len(rows) // 2 :] for rows in found] == wanted


def test_inserted_objects_hang_together(session: Session, now: datetime) -> None:
    tender = a_tender("inserted", now)
    insert_new(session, tender)

    found = session.scalars(select(Tender)).one()

    assert found is not tender
    assert [len(lot.criteria) for lot in found.lots] == [2, 0]
    assert found.notices[0].awards[0].suppliers[0].name == "Fictive SA"


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_postgresql_is_spoken_to_through_psycopg(scheme: str) -> None:
    engine = connect(f"{scheme}://somebody@127.0.0.1/aimp")

    assert engine.url.drivername == "postgresql+psycopg"
    engine.dispose()


def test_a_database_says_whether_it_has_tables(engine: Engine, tmp_path: Path) -> None:
    empty = connect(f"sqlite:///{tmp_path / 'empty.db'}")

    assert has_tables(engine)
    assert not has_tables(empty)
    empty.dispose()
