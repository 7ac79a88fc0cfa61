"""Version 2: the last decision on a document is found at once; desks share who is in."""

import sqlalchemy as sql
from alembic.operations import Operations
from sqlalchemy.dialects.postgresql import TEXT


def upgrade(operations: Operations) -> None:
    """Add an index by document and, in PostgreSQL, the table of visits."""
    operations.create_index("decisions_by_document", "decisions", ["document", "number"])
    if operations.get_bind().dialect.name == "postgresql":
        text = TEXT(collation="C")
        operations.create_table(
            "visits",
            sql.Column("digest", text, primary_key=True),
            sql.Column("kind", text, nullable=False),
            sql.Column("curator", text, nullable=False),
            sql.Column("used", sql.Double, nullable=False),
        )
        operations.create_index("ix_visits_used", "visits", ["used"])
