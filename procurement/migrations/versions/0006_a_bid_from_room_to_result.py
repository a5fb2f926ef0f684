"""A bid from its room to its result: tasks, attestations, posts, files, calendars, results, advice, ties."""

import sqlalchemy as sa
from alembic import op

import procurement.db

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "attestation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("changed_at", procurement.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name="fk_attestation_member_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attestation"),
        sa.UniqueConstraint("member_id", "kind", name="uq_attestation_member_id_kind"),
    )
    op.create_table(
        "involvement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("quotation", sa.Text(), nullable=False),
        sa.Column("page", sa.String(length=60), nullable=False),
        sa.Column("recorded_at", procurement.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name="fk_involvement_member_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name="fk_involvement_recorded_by_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender.id"], name="fk_involvement_tender_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_involvement"),
        sa.UniqueConstraint("tender_id", "member_id", name="uq_involvement_tender_id_member_id"),
    )
    with op.batch_alter_table("involvement", schema=None) as batch_op:
        batch_op.create_index("ix_involvement_member_id", ["member_id"], unique=False)

    op.create_table(
        "member_tie",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("recorded_at", procurement.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name="fk_member_tie_member_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["member.id"], name="fk_member_tie_other_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name="fk_member_tie_recorded_by_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_member_tie"),
        sa.UniqueConstraint("member_id", "other_id", name="uq_member_tie_member_id_other_id"),
    )
    with op.batch_alter_table("member_tie", schema=None) as batch_op:
        batch_op.create_index("ix_member_tie_other_id", ["other_id"], unique=False)

    op.create_table(
        "advice_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chamber_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column(
            "subject",
            sa.Enum(
                "bid",
                "consortium",
                "rules",
                "lost_bid",
                "other",
                name="advicesubject",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=True),
        sa.Column("consortium_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("open", "taken", "closed", name="advicestate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("minutes_spent", sa.Integer(), nullable=False),
        sa.Column("asked_at", procurement.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("taken_at", procurement.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", procurement.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["chamber_id"], ["chamber.id"], name="fk_advice_request_chamber_id"),
        sa.ForeignKeyConstraint(
            ["consortium_id"],
            ["consortium.id"],
            name="fk_advice_request_consortium_id",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name="fk_advice_request_member_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name="fk_advice_request_owner_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_advice_request_person_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender.id"], name="fk_advice_request_tender_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_advice_request"),
    )
    with op.batch_alter_table("advice_request", schema=None) as batch_op:
        batch_op.create_index("ix_advice_request_member_id", ["member_id"], unique=False)
        batch_op.create_index("ix_advice_request_owner_id", ["owner_id"], unique=False)
        batch_op.create_index("ix_advice_request_waiting", ["chamber_id", "state", "due_on"], unique=False)

    op.create_table(
        "bid_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consortium_id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=True),
        sa.Column(
            "suggested",
            sa.Enum(
                "open",
                "forming",
                "complete",
                "submitted",
                "won",
                "lost",
                "withdrawn",
                "no_bid",
                name="consortiumstate",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("found_at", procurement.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("asked_at", procurement.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("notified_on", sa.Date(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("offers", sa.Integer(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("debriefing", sa.JSON(), nullable=False),
        sa.Column("lesson", sa.Text(), nullable=False),
        sa.Column("said_at", procurement.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["consortium_id"], ["consortium.id"], name="fk_bid_result_consortium_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name="fk_bid_result_notice_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["said_by_id"], ["person.id"], name="fk_bid_result_said_by_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bid_result"),
        sa.UniqueConstraint("consortium_id", name="uq_bid_result_consortium_id"),
    )
    op.create_table(
        "calendar_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("consortium_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("renewed_at", procurement.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["consortium_id"],
            ["consortium.id"],
            name="fk_calendar_link_consortium_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_calendar_link_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_link"),
        sa.UniqueConstraint("person_id", "consortium_id", name="uq_calendar_link_person_id_consortium_id"),
    )
    with op.batch_alter_table("calendar_link", schema=None) as batch_op:
        batch_op.create_index("ix_calendar_link_consortium_id", ["consortium_id"], unique=False)

    op.create_table(
        "room_post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consortium_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("message", "decision", name="postkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", procurement.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", procurement.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["consortium_id"], ["consortium.id"], name="fk_room_post_consortium_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_room_post_person_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_room_post"),
    )
    with op.batch_alter_table("room_post", schema=None) as batch_op:
        batch_op.create_index("ix_room_post_consortium_id", ["consortium_id"], unique=False)

    op.create_table(
        "room_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consortium_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("is_day_set", sa.Boolean(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=True),
        sa.Column("done_at", procurement.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["consortium_id"], ["consortium.id"], name="fk_room_task_consortium_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["done_by_id"], ["person.id"], name="fk_room_task_done_by_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name="fk_room_task_seat_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_room_task"),
    )
    with op.batch_alter_table("room_task", schema=None) as batch_op:
        batch_op.create_index("ix_room_task_consortium_id", ["consortium_id"], unique=False)

    op.create_table(
        "room_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consortium_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", procurement.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["consortium_id"], ["consortium.id"], name="fk_room_file_consortium_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_room_file_person_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["room_task.id"], name="fk_room_file_task_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_room_file"),
    )
    with op.batch_alter_table("room_file", schema=None) as batch_op:
        batch_op.create_index("ix_room_file_consortium_id", ["consortium_id"], unique=False)

    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wants_reference", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.drop_column("wants_reference")

    with op.batch_alter_table("room_file", schema=None) as batch_op:
        batch_op.drop_index("ix_room_file_consortium_id")

    op.drop_table("room_file")
    with op.batch_alter_table("room_task", schema=None) as batch_op:
        batch_op.drop_index("ix_room_task_consortium_id")

    op.drop_table("room_task")
    with op.batch_alter_table("room_post", schema=None) as batch_op:
        batch_op.drop_index("ix_room_post_consortium_id")

    op.drop_table("room_post")
    with op.batch_alter_table("calendar_link", schema=None) as batch_op:
        batch_op.drop_index("ix_calendar_link_consortium_id")

    op.drop_table("calendar_link")
    op.drop_table("bid_result")
    with op.batch_alter_table("advice_request", schema=None) as batch_op:
        batch_op.drop_index("ix_advice_request_waiting")
        batch_op.drop_index("ix_advice_request_owner_id")
        batch_op.drop_index("ix_advice_request_member_id")

    op.drop_table("advice_request")
    with op.batch_alter_table("member_tie", schema=None) as batch_op:
        batch_op.drop_index("ix_member_tie_other_id")

    op.drop_table("member_tie")
    with op.batch_alter_table("involvement", schema=None) as batch_op:
        batch_op.drop_index("ix_involvement_member_id")

    op.drop_table("involvement")
    op.drop_table("attestation")
