"""Consortia: seats, requirements and what covers them, steps, and what staff found in the documents."""

import sqlalchemy as sa
from alembic import op

import procurement.db

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "admission_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chamber_id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column(
            "admission",
            sa.Enum(
                "consortium", "subcontracting", "multiple", name="admission", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("quotation", sa.Text(), nullable=False),
        sa.Column("page", sa.String(length=60), nullable=False),
        sa.Column("recorded_at", procurement.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["chamber_id"], ["chamber.id"], name="fk_admission_record_chamber_id"),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name="fk_admission_record_recorded_by_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender.id"], name="fk_admission_record_tender_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_admission_record"),
        sa.UniqueConstraint(
            "chamber_id", "tender_id", "admission", name="uq_admission_record_chamber_id_tender_id_admission"
        ),
    )
    op.create_index("ix_admission_record_tender_id", "admission_record", ["tender_id"], unique=False)
    op.create_table(
        "consortium",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chamber_id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
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
            nullable=False,
        ),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("why_together", sa.Text(), nullable=False),
        sa.Column("adviser_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", procurement.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["adviser_id"], ["person.id"], name="fk_consortium_adviser_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["chamber_id"], ["chamber.id"], name="fk_consortium_chamber_id"),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name="fk_consortium_tender_id"),
        sa.PrimaryKeyConstraint("id", name="pk_consortium"),
    )
    op.create_index("ix_consortium_chamber_id", "consortium", ["chamber_id"], unique=False)
    op.create_index("ix_consortium_tender_id", "consortium", ["tender_id"], unique=False)
    op.create_table(
        "consortium_lot",
        sa.Column("consortium_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consortium_id"], ["consortium.id"], name="fk_consortium_lot_consortium_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name="fk_consortium_lot_lot_id"),
        sa.PrimaryKeyConstraint("consortium_id", "lot_id", name="pk_consortium_lot"),
    )
    op.create_table(
        "consortium_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consortium_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
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
            nullable=False,
        ),
        sa.Column("at", procurement.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consortium_id"], ["consortium.id"], name="fk_consortium_step_consortium_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_consortium_step_person_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_consortium_step"),
    )
    op.create_index("ix_consortium_step_consortium_id", "consortium_step", ["consortium_id"], unique=False)
    op.create_table(
        "requirement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consortium_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "lot",
                "cpv",
                "selection",
                "ess",
                "own",
                name="requirementorigin",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("cpv_codes", sa.JSON(), nullable=False),
        sa.Column("family", sa.String(length=60), nullable=True),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consortium_id"], ["consortium.id"], name="fk_requirement_consortium_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_requirement"),
    )
    op.create_index("ix_requirement_consortium_id", "requirement", ["consortium_id"], unique=False)
    op.create_table(
        "seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consortium_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum("lead", "partner", "subcontractor", name="seatrole", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "declined",
                "joined",
                "confirmed",
                "left",
                name="seatstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("share", sa.Integer(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("asked_for", sa.JSON(), nullable=False),
        sa.Column("asked_at", procurement.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answered_at", procurement.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("solidarity_read_at", procurement.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", procurement.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("left_at", procurement.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["consortium_id"], ["consortium.id"], name="fk_seat_consortium_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_seat_member_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_seat"),
        sa.UniqueConstraint("consortium_id", "member_id", name="uq_seat_consortium_id_member_id"),
    )
    op.create_index("ix_seat_member_id", "seat", ["member_id"], unique=False)
    op.create_table(
        "cover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=False),
        sa.Column(
            "coverage",
            sa.Enum("partly", "wholly", name="coverage", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["requirement.id"], name="fk_cover_requirement_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name="fk_cover_seat_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_cover"),
        sa.UniqueConstraint("requirement_id", "seat_id", name="uq_cover_requirement_id_seat_id"),
    )
    op.create_index("ix_cover_seat_id", "cover", ["seat_id"], unique=False)
    op.create_table(
        "seat_claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name="fk_seat_claim_lot_id"),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name="fk_seat_claim_member_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name="fk_seat_claim_seat_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_seat_claim"),
        sa.UniqueConstraint("member_id", "lot_id", name="uq_seat_claim_member_id_lot_id"),
    )
    op.create_index("ix_seat_claim_seat_id", "seat_claim", ["seat_id"], unique=False)
    op.add_column(
        "member", sa.Column("accepts_proposals", sa.Boolean(), server_default=sa.true(), nullable=False)
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("member", "accepts_proposals")
    op.drop_table("seat_claim")
    op.drop_table("cover")
    op.drop_table("seat")
    op.drop_table("requirement")
    op.drop_table("consortium_step")
    op.drop_table("consortium_lot")
    op.drop_table("consortium")
    op.drop_table("admission_record")
