"""One server to a ledger in PostgreSQL, whichever machines they run on."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from khyber.contributions.ledger.database import TURN, Database
from khyber.errors import StateInUse

_KEYS = f"{TURN + 1}, hashtext(current_schema())"
_HOLDER = f"""
SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND classid = {TURN + 1} AND granted
AND objid::bigint = (hashtext(current_schema())::bigint & 4294967295)
AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""  # noqa: S608 - a constant


@dataclass(frozen=True)
class Alone:
    """An advisory lock, held by a connection of its own; PostgreSQL lets go of it when the process ends."""

    connection: Connection

    @classmethod
    def take(cls, database: Database, address: str) -> Alone:
        """Take it; ``address`` says where this process listens. Raises StateInUse, which says who has it."""
        holder = f"process {os.getpid()}" + (f" at {address}" if address else "")
        with database.failing_clearly():
            connection = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            try:
                connection.execute(
                    text("SELECT set_config('application_name', :name, false)"), {"name": holder}
                )
                if connection.execute(text(f"SELECT pg_try_advisory_lock({_KEYS})")).scalar_one():
                    connection.detach()
                    return cls(connection)
                other = connection.execute(text(_HOLDER)).scalar_one_or_none() or "another process"
            except BaseException:
                connection.close()
                raise
            connection.close()
        raise StateInUse(
            f"The ledger {database.name} is in use by {other}.",
            remedy="Stop that one first, or give this one a database of its own.",
        )

    def release(self) -> None:
        """Let go, at once: PostgreSQL notices a closed connection a moment later."""
        with suppress(DBAPIError), self.connection:
            self.connection.execute(text(f"SELECT pg_advisory_unlock({_KEYS})"))
