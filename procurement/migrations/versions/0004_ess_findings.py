"""The ESS lens: findings with their words, what members can show, model clauses, contacts, public pages."""

import sqlalchemy as sa
from alembic import op

import procurement.db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _word(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=40)


_LEVEL = ("confederation", "canton", "commune", "abroad")
_KIND = (
    "award",
    "execution_condition",
    "participation_condition",
    "qualification",
    "technical_spec",
    "subject",
    "reserved",
    "access",
    "boilerplate",
)
_POLARITY = ("present", "admitted", "limited", "excluded")


def _when(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, procurement.db.UtcDateTime(timezone=True), nullable=nullable)


def _whose(table: str, name: str, target: str, *, on_delete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], [f"{target}.id"], name=f"fk_{table}_{name}", ondelete=on_delete)


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "credential",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("family", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("figure", sa.Integer(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        _when("changed_at"),
        _whose("credential", "member_id", "member", on_delete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_credential"),
    )
    op.create_index("ix_credential_member_id", "credential", ["member_id"])
    op.create_table(
        "buyer_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chamber_id", sa.Integer(), nullable=False),
        sa.Column("buyer_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("function", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("telephone", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        _when("changed_at"),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        _whose("buyer_contact", "buyer_id", "buyer"),
        _whose("buyer_contact", "chamber_id", "chamber"),
        _whose("buyer_contact", "changed_by_id", "person", on_delete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_buyer_contact"),
    )
    op.create_index("ix_buyer_contact_buyer_id", "buyer_contact", ["buyer_id"])
    op.create_index("ix_buyer_contact_chamber_id", "buyer_contact", ["chamber_id"])
    op.create_table(
        "clause_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chamber_id", sa.Integer(), nullable=False),
        sa.Column("family", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _when("changed_at"),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        _whose("clause_text", "chamber_id", "chamber"),
        _whose("clause_text", "changed_by_id", "person", on_delete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_clause_text"),
        sa.UniqueConstraint(
            "chamber_id", "family", "language", name="uq_clause_text_chamber_id_family_language"
        ),
    )
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("family", sa.String(length=60), nullable=False),
        sa.Column("kind", _word("findingkind", *_KIND), nullable=False),
        sa.Column("polarity", _word("polarity", *_POLARITY), nullable=False),
        sa.Column("weight", sa.Double(), nullable=True),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("field", sa.String(length=120), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(length=120), nullable=False),
        sa.Column("opinion", sa.Double(), nullable=True),
        sa.Column("found_with", sa.String(length=60), nullable=False),
        _when("found_at"),
        sa.Column("is_right", sa.Boolean(), nullable=True),
        _when("judged_at", nullable=True),
        sa.Column("judged_by_id", sa.Integer(), nullable=True),
        _whose("finding", "judged_by_id", "person", on_delete="SET NULL"),
        _whose("finding", "lot_id", "lot", on_delete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_finding"),
    )
    op.create_index("ix_finding_family", "finding", ["family"])
    op.create_index("ix_finding_lot_id", "finding", ["lot_id"])
    op.add_column("buyer", sa.Column("level", _word("buyerlevel", *_LEVEL), nullable=True))
    op.add_column("buying_office", sa.Column("level", _word("buyerlevel", *_LEVEL), nullable=True))
    with op.batch_alter_table("buying_office") as table:
        table.alter_column("canton", existing_type=sa.String(length=2), nullable=True)
    for name in ("shows_figures", "shows_catalogue"):
        op.add_column("chamber", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("lot", _when("read_at", nullable=True))
    op.add_column("lot", sa.Column("read_with", sa.String(length=60), nullable=True))
    op.add_column("member", _when("in_catalogue_since", nullable=True))
    op.add_column(
        "member", sa.Column("catalogue_contact", sa.String(length=254), server_default="", nullable=False)
    )


def downgrade() -> None:
    """Take the change back; column by column, for SQLite would drop the tables that others refer to."""
    for table, name in (
        ("member", "catalogue_contact"),
        ("member", "in_catalogue_since"),
        ("lot", "read_with"),
        ("lot", "read_at"),
        ("chamber", "shows_catalogue"),
        ("chamber", "shows_figures"),
        ("buying_office", "level"),
        ("buyer", "level"),
    ):
        op.drop_column(table, name)
    # An office without a canton was not kept before; the official lists bring it back.
    op.execute("DELETE FROM buying_office WHERE canton IS NULL")
    with op.batch_alter_table("buying_office") as office:
        office.alter_column("canton", existing_type=sa.String(length=2), nullable=False)
    for table_name in ("finding", "clause_text", "buyer_contact", "credential"):
        op.drop_table(table_name)
