"""Search: what can be found and by which values, the index of words, and searches kept under a name."""

import sqlalchemy as sa
from alembic import op

import procurement.db
from procurement import word_index

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change; `aimp index` fills the tables."""
    op.create_index("ix_tender_changed_at", "tender", ["changed_at"], unique=False)
    op.create_table(
        "search_entry",
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("deadline", procurement.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("changed_at", procurement.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("added_at", procurement.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("indexed_at", procurement.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("indexed_with", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender.id"], name="fk_search_entry_tender_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tender_id", name="pk_search_entry"),
    )
    op.create_index("ix_search_entry_added_at", "search_entry", ["added_at"], unique=False)
    op.create_index("ix_search_entry_deadline", "search_entry", ["deadline"], unique=False)
    op.create_index("ix_search_entry_indexed_with", "search_entry", ["indexed_with"], unique=False)
    op.create_table(
        "search_bits",
        sa.Column("facet", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("bits", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("facet", "value", name="pk_search_bits"),
    )
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("saved_at", procurement.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", procurement.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_saved_search_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_saved_search"),
    )
    op.create_index("ix_saved_search_person_id", "saved_search", ["person_id"], unique=False)
    word_index.create(op.get_bind())


def downgrade() -> None:
    """Take the change back."""
    word_index.drop(op.get_bind())
    op.drop_table("saved_search")
    op.drop_table("search_bits")
    op.drop_table("search_entry")
    op.drop_index("ix_tender_changed_at", table_name="tender")
