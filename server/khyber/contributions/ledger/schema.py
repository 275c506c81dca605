"""The ledger's schema: made and brought up to date when a ledger is opened."""

from __future__ import annotations

from importlib.resources import as_file, files
from threading import Lock

from sqlalchemy import Connection, inspect, text

from khyber.contributions.ledger.database import Database
from khyber.errors import LedgerFailure, LedgerTooNew

REVISION = "0001"
"""The revision of the schema that this Khyber reads and writes: that of the last migration."""

REVISIONS = ("0001",)
"""Every revision that there was, in their order."""

VERSION_TABLE = "khyber_ledger"
"""The table that holds the revision; it tells a ledger from other databases."""

_one_migration = Lock()
"""Alembic keeps the migration that runs in its module: one at a time in a process."""


def bring_up_to_date(database: Database) -> None:
    """Make the tables of an empty database, or change those of an older Khyber; safe with several openers.

    Raises LedgerTooNew for a schema of a newer Khyber, and LedgerFailure for a database that holds something
    else; neither is touched.
    """
    with database.read() as connection:
        if _revision(connection, database.name) == REVISION:
            return
    with _one_migration, database.write() as connection:
        if _revision(connection, database.name) != REVISION:
            _migrate(connection)


def revision_of(database: Database) -> str | None:
    """Give the revision of a ledger's schema, None for an empty database; raises as ``bring_up_to_date``."""
    with database.read() as connection:
        return _revision(connection, database.name)


def _revision(connection: Connection, name: str) -> str | None:
    tables = inspect(connection).get_table_names()
    if VERSION_TABLE not in tables:
        if tables:
            raise LedgerFailure(
                f"The database {name} is no ledger of Khyber: it holds the table {min(tables)}.",
                remedy="Give the ledger a database, or a schema, of its own.",
            )
        return None
    revision = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one_or_none()  # noqa: S608 - a constant
    if revision not in REVISIONS:
        raise LedgerTooNew(
            f"The ledger {name} has the schema {revision}; this Khyber knows up to {REVISION}.",
            remedy="Install the version of Khyber that wrote it, or a newer one.",
        )
    return str(revision)


def _migrate(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - only where there is something to change; start-up stays fast
    from alembic.config import Config  # noqa: PLC0415

    with as_file(files("khyber.contributions.ledger") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        config.attributes.update(connection=connection, version_table=VERSION_TABLE)
        command.upgrade(config, REVISION)
