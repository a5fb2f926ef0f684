"""What the matcher learns from: the weekly sample, and lessons taken back."""

import sqlalchemy as sa
from alembic import op

import procurement.db

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column("chamber", sa.Column("sampled_at", procurement.db.UtcDateTime(), nullable=True))
    op.add_column("match", sa.Column("sample_of", sa.Integer(), nullable=True))
    op.add_column("match", sa.Column("unlearned_at", procurement.db.UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Take the change back; column by column, for SQLite would drop the tables that others refer to."""
    op.drop_column("match", "unlearned_at")
    op.drop_column("match", "sample_of")
    op.drop_column("chamber", "sampled_at")
