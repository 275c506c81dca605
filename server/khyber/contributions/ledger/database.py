"""The database below a ledger: SQLite or PostgreSQL, opened so that what is committed is on the disk.

Writers take turns on both (SQLite's write lock, an advisory lock in PostgreSQL), so a transaction sees what
all earlier ones wrote, and numbers follow each other without a gap.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import PoolProxiedConnection, QueuePool

from khyber.contributions.ledger.failures import failure
from khyber.contributions.ledger.packing import REMEDY
from khyber.errors import LedgerCorrupt, LedgerFailure, UsageError

SECONDS_TO_WAIT = 10
"""How long a writer waits for its turn."""

TURN = 0x4B485942
"""The first key of the advisory lock that writers to PostgreSQL take turns by; the schema is the second."""

_WRITING = "khyber_writing"
_PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    f"PRAGMA busy_timeout = {SECONDS_TO_WAIT * 1000}",
)


@dataclass(frozen=True)
class Database:
    """A pool of connections to a ledger; ``name`` calls it in messages, without a password.

    ``file`` is the file of a ledger in SQLite, None for PostgreSQL. It does not outlive a fork: a child
    process opens its own, and ends by ``os._exit``, so that nothing of this one is closed there.
    """

    engine: Engine
    name: str
    process: int
    file: Path | None = None
    inode: tuple[int, int] | None = None

    @classmethod
    def of_file(cls, file: Path) -> Database:
        """Open the SQLite database in a file that is there."""
        address = f"file:{quote(str(file.absolute()))}?mode=rw"

        def connect() -> sqlite3.Connection:
            connection = sqlite3.connect(
                address, uri=True, isolation_level=None, check_same_thread=False, timeout=SECONDS_TO_WAIT
            )
            for pragma in _PRAGMAS:
                connection.execute(pragma)
            return connection

        engine = create_engine(
            "sqlite+pysqlite://", creator=connect, poolclass=QueuePool, pool_size=4, max_overflow=16
        )
        event.listen(engine, "begin", _begin_in_sqlite)
        return cls(engine, str(file), os.getpid(), file, _inode(file))

    @classmethod
    def of_url(cls, url: URL) -> Database:
        """Connect to a PostgreSQL database. Raises UsageError where its driver is not installed."""
        try:
            engine = create_engine(url, pool_pre_ping=True, pool_size=4, max_overflow=16)
        except ModuleNotFoundError:
            raise UsageError(
                "A ledger in PostgreSQL needs the library pg8000, which is not installed.",
                remedy="Install it: pip install 'khyber[postgresql]'.",
            ) from None
        event.listen(engine, "connect", _make_durable)
        event.listen(engine, "begin", _begin_in_postgresql)
        return cls(engine, url.render_as_string(hide_password=True), os.getpid())

    @property
    def is_sqlite(self) -> bool:
        """Tell SQLite from PostgreSQL."""
        return self.file is not None

    @contextmanager
    def read(self, *, snapshot: bool = False) -> Iterator[Connection]:
        """Give a transaction that reads; all its statements see one state if it is a ``snapshot``.

        Raises the failures of ``khyber.contributions.ledger.failures``.
        """
        options = {"isolation_level": "REPEATABLE READ"} if snapshot and not self.is_sqlite else {}
        try:
            with self._transaction(**options) as connection:
                yield connection
        except ValueError as error:  # a time, a number, a name or a text that nobody wrote so
            raise LedgerCorrupt(f"The ledger {self.name} is damaged ({error}).", remedy=REMEDY) from error

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a transaction that writes, when it is its turn; it is on the disk when the block has ended.

        Raises the failures of ``khyber.contributions.ledger.failures``; then nothing was changed.
        """
        if self.file and _inode(self.file) != self.inode:
            raise LedgerFailure(
                f"The ledger {self.name} was moved, or replaced by another file, while it was open.",
                remedy="Put it back and start Khyber again.",
            )
        with self._transaction(**{_WRITING: True}) as connection:
            yield connection

    @contextmanager
    def failing_clearly(self) -> Iterator[None]:
        """Turn failures of the database into ones that say what is wrong."""
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            raise failure(error, self.name) from error

    @contextmanager
    def raw_sqlite(self) -> Iterator[sqlite3.Connection]:
        """Give SQLite's own connection, outside of any transaction, for what SQLAlchemy does not know."""
        with self.failing_clearly(), self.engine.connect() as connection:
            raw = connection.connection.driver_connection
            if not isinstance(raw, sqlite3.Connection):
                raise TypeError(f"{self.name} is not in SQLite")
            yield raw

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()

    @contextmanager
    def _transaction(self, **options: object) -> Iterator[Connection]:
        if os.getpid() != self.process:
            raise RuntimeError("A ledger was used in a child of the process that opened it.")
        with self.failing_clearly(), self.engine.connect() as connection:
            connection.execution_options(**options)
            with connection.begin():
                yield connection


def _inode(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _begin_in_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get(_WRITING)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _begin_in_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get(_WRITING):
        connection.execute(text(f"SET LOCAL lock_timeout = '{SECONDS_TO_WAIT}s'"))
        connection.execute(text(f"SELECT pg_advisory_xact_lock({TURN}, hashtext(current_schema()))"))


def _make_durable(connection: PoolProxiedConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') = 'off'"
    )
    connection.commit()
    cursor.close()
