"""Consents per kind of e-mail, the days and the hour of the digest, addresses that take no mail."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

import procurement.db

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# What came with membership when this was written; the code may know more by now.
_WITH_MEMBERSHIP = ("alerts", "reminders", "partners")


def upgrade() -> None:
    """Apply the change: people of members keep what they have, as consents of today."""
    consent = op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "alerts",
                "reminders",
                "partners",
                "news",
                name="consentkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.Column("given_at", procurement.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", procurement.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_consent_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
        sa.UniqueConstraint("person_id", "kind", name="uq_consent_person_id_kind"),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("weekdays", sa.JSON(), server_default=sa.text("'[0, 1, 2, 3, 4]'"), nullable=False)
        )
        batch_op.add_column(sa.Column("hour", sa.Integer(), server_default=sa.text("7"), nullable=False))
        batch_op.add_column(
            sa.Column("undeliverable_since", procurement.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("undeliverable_words", sa.String(length=300), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False))

    connection, now = op.get_bind(), datetime.now(UTC)
    person = sa.table("person", sa.column("id"), sa.column("member_id"))
    people = connection.scalars(sa.select(person.c.id).where(person.c.member_id.is_not(None))).all()
    given = [
        {"person_id": each, "kind": kind, "text_version": 1, "given_at": now}
        for each in people
        for kind in _WITH_MEMBERSHIP
    ]
    if given:
        connection.execute(sa.insert(consent), given)


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("person", schema=None) as batch_op:
        for name in ("failures", "undeliverable_words", "undeliverable_since", "hour", "weekdays"):
            batch_op.drop_column(name)
    op.drop_table("consent")
