"""What a member can carry, what it is where contracts are reserved, what it has won; the value of a lot."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_COLUMNS = {
    "member": (
        ("past_wins", sa.JSON(), sa.text("'[]'")),
        ("statuses", sa.JSON(), None),
        ("largest_contract_chf", sa.BigInteger(), None),
        ("smallest_contract_chf", sa.BigInteger(), None),
    ),
    "lot": (
        ("value_amount", sa.BigInteger(), None),
        ("value_currency", sa.String(length=3), None),
    ),
}


def upgrade() -> None:
    """Apply the change."""
    for table, columns in _COLUMNS.items():
        for name, kind, default in columns:
            op.add_column(table, sa.Column(name, kind, nullable=default is None, server_default=default))


def downgrade() -> None:
    """Take the change back: column by column, for a table written anew would take its matches with it."""
    for table, columns in _COLUMNS.items():
        for name, _, _ in reversed(columns):
            op.drop_column(table, name)
