"""From one version of the database of decisions to the next: a module for each, `to_<version>`.

Alembic speaks both dialects here, and is imported only when there is something to migrate. The
version stands in the table `gleaner` alone, and whoever calls gives a transaction: interrupted, a
migration has not been.
"""

from importlib import import_module

import sqlalchemy as sql


def migrate(connection: sql.Connection, since: int, until: int) -> None:
    """Bring the tables from one version to another, in the transaction of the caller."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    operations = Operations(MigrationContext.configure(connection))
    for version in range(since + 1, until + 1):
        import_module(f"{__name__}.to_{version}").upgrade(operations)
