"""Alembic's entry: runs the migrations over the connection it is given."""

from alembic import context

import procurement.models  # noqa: F401  the tables must be known
from procurement.db import Base
from procurement.word_index import is_part

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    include_name=lambda name, kind, _parents: not is_part(name, kind),
)
with context.begin_transaction():
    context.run_migrations()
