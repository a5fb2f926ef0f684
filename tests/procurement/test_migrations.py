"""Migrations: they make what the models describe, go up and down with data, and say when they are due."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.engine import make_url

from procurement.db import Base, check_ready, connect, transaction
from procurement.errors import DatabaseNotReady
from procurement.migrations import alembic_config, current_revision, downgrade, head_revision, upgrade
from procurement.models import Match, Message, Person
from procurement.word_index import is_part
from tests.conftest import BACKENDS, POSTGRES_URL
from tests.factories import NOW, make_match, make_person

_REVISIONS = [
    script.revision
    for script in reversed(list(ScriptDirectory.from_config(alembic_config()).walk_revisions()))
]


@pytest.fixture(params=BACKENDS)
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a database without any table."""
    if request.param == "sqlite":
        engine = connect(f"sqlite:///{tmp_path / 'bare.db'}")
        yield engine
        engine.dispose()
        return
    schema = f"bare_{uuid.uuid4().hex[:12]}"
    outside = connect(POSTGRES_URL)
    with outside.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    url = make_url(POSTGRES_URL).update_query_dict({"options": f"-csearch_path={schema}"})
    engine = connect(url.render_as_string(hide_password=False))
    yield engine
    engine.dispose()
    with outside.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    outside.dispose()


def _tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def _fill(engine: Engine, key: str = "digest:1") -> None:
    """A chamber with a member, a person, a tender, a match and an e-mail of this key."""
    with transaction(engine) as session:
        match = make_match(session)
        person = make_person(session, member=match.member)
        session.add(
            Message(
                key=f"digest:{person.id}",
                kind="digest",
                person=person,
                recipient=person.email,
                subject="x",
                body_text="x",
                body_html="x",
                created_at=NOW,
                not_before=NOW,
            )
        )


def test_the_migrations_make_what_the_models_describe(bare: Engine) -> None:
    upgrade(bare)

    with bare.connect() as connection:
        opts = {"compare_type": True, "include_name": lambda name, kind, _: not is_part(name, kind)}
        context = MigrationContext.configure(connection, opts=opts)
        differences = compare_metadata(context, Base.metadata)
    assert differences == []


def test_each_migration_goes_up_down_and_up_again(bare: Engine) -> None:
    before = "base"
    for revision in _REVISIONS:
        upgrade(bare, revision)
        tables = _tables(bare)
        downgrade(bare, before)
        upgrade(bare, revision)

        assert _tables(bare) == tables
        before = revision
    assert current_revision(bare) == head_revision()


def test_the_last_migration_goes_down_and_up_over_data(bare: Engine) -> None:
    upgrade(bare)
    _fill(bare)

    downgrade(bare, _REVISIONS[-2] if len(_REVISIONS) > 1 else "base")
    upgrade(bare)

    check_ready(bare)
    _fill(bare, "digest:2")
    with transaction(bare, read_only=True) as session:
        assert len(session.scalars(select(Match)).all()) == 2
        assert len(session.scalars(select(Person)).all()) == 2


def test_all_migrations_taken_back_leave_no_table(bare: Engine) -> None:
    upgrade(bare)
    _fill(bare)

    downgrade(bare, "base")

    assert _tables(bare) == set()


def test_the_newest_migration_twice_changes_nothing(bare: Engine) -> None:
    upgrade(bare)
    _fill(bare)

    upgrade(bare)

    with transaction(bare, read_only=True) as session:
        assert len(session.scalars(select(Match)).all()) == 1


def test_a_migration_that_fails_leaves_the_database_as_it_was(bare: Engine) -> None:
    with bare.begin() as connection:
        connection.execute(text("CREATE TABLE work (id INTEGER)"))

    with pytest.raises(Exception, match="already exists"):
        upgrade(bare)

    assert _tables(bare) == {"work"}
    assert current_revision(bare) is None


def test_there_is_one_newest_migration() -> None:
    assert len(ScriptDirectory.from_config(alembic_config()).get_heads()) == 1


def test_a_database_without_tables_says_what_to_run(bare: Engine) -> None:
    with pytest.raises(DatabaseNotReady, match=r"no tables yet\. Run: aimp migrate"):
        check_ready(bare)


def test_a_database_of_another_version_names_both_and_says_what_to_run(bare: Engine) -> None:
    upgrade(bare)
    with bare.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    with pytest.raises(
        DatabaseNotReady, match=rf"of version 0000, this code of {head_revision()}\. Run: aimp"
    ):
        check_ready(bare)


def test_a_migrated_database_is_ready(bare: Engine) -> None:
    upgrade(bare)

    check_ready(bare)


def test_people_of_members_keep_what_they_had_as_consents(bare: Engine) -> None:
    upgrade(bare)
    _fill(bare)
    downgrade(bare, "0006")

    upgrade(bare)

    with transaction(bare, read_only=True) as session:
        [person] = session.scalars(select(Person)).all()
        assert [(each.kind.value, each.text_version) for each in person.consents] == [
            ("alerts", 1),
            ("reminders", 1),
            ("partners", 1),
        ]
        assert (person.weekdays, person.hour, person.failures) == ([0, 1, 2, 3, 4], 7, 0)
