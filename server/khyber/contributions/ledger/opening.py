"""Finding, making and checking the database of a ledger.

A new file is made whole beside its place and then linked into it: a file that is there was made by Khyber in
full, so an empty or half one is damage and is never taken for a new ledger.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from khyber.contributions.ledger.database import SECONDS_TO_WAIT, Database
from khyber.contributions.ledger.failures import failure, unwritable
from khyber.contributions.ledger.files import filing_clearly, new_file
from khyber.contributions.ledger.packing import REMEDY
from khyber.contributions.ledger.schema import bring_up_to_date, revision_of
from khyber.errors import LedgerCorrupt, LedgerFailure, NotFound, UsageError

FILE_NAME = "ledger.sqlite"
"""The name of the ledger in a state folder."""

APPLICATION = 0x4B485942
"""What SQLite's header says that the file is ("KHYB")."""

_URLS = "Write postgresql://user:password@host/database, or name a folder."


def open_database(where: str | Path, *, check: bool, make: bool) -> Database:
    """Open the ledger at a URL (postgresql://…), in a state folder or in a file (….sqlite); make a new one.

    With ``check`` the file of a ledger in SQLite is read through for damage to its structure. Without
    ``make`` only one that is there is opened. Raises NotFound, LedgerCorrupt, LedgerTooNew,
    LedgerUnavailable, LedgerFailure, StorageFull, UsageError.
    """
    if isinstance(where, str) and "://" in where:
        database = _of_url(where, check=check, make=make)
    else:
        database = _of_path(Path(where), check=check, make=make)
    try:
        if not make and revision_of(database) is None:
            raise _none(database.name)
        bring_up_to_date(database)
    except BaseException:
        database.close()
        raise
    return database


def make_empty(part: Path) -> Database:
    """Make an empty file a ledger without content, and open it."""
    database = Database.of_file(part)
    try:
        bring_up_to_date(database)
        with database.raw_sqlite() as connection:
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute("PRAGMA journal_mode = WAL")
    except BaseException:
        database.close()
        raise
    return database


def _of_url(text: str, *, check: bool, make: bool) -> Database:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise UsageError("The URL of the ledger cannot be read.", remedy=_URLS) from None
    backend, _, driver = url.drivername.partition("+")
    if backend == "sqlite" and url.database:
        return _of_path(Path(url.database), check=check, make=make)
    if backend not in {"postgresql", "postgres"} or driver not in {"", "pg8000"}:
        raise UsageError(f"A ledger is in SQLite or PostgreSQL, not in {url.drivername}.", remedy=_URLS)
    return Database.of_url(url.set(drivername="postgresql+pg8000"))


def _of_path(path: Path, *, check: bool, make: bool) -> Database:
    file = path if path.suffix == ".sqlite" else path / FILE_NAME
    with filing_clearly(file):
        if not file.exists():
            if not make:
                raise _none(str(file))
            _make(file)
        _inspect(file, check=check)
    return Database.of_file(file)


def _none(name: str) -> NotFound:
    return NotFound(f"There is no ledger {name}.", remedy="Name its state folder with --state, or its URL.")


def _make(file: Path) -> None:
    left = file.with_name(file.name + "-wal")
    if left.exists() and left.stat().st_size:
        raise LedgerCorrupt(
            f"The ledger {file} is gone, but its last changes are still in {left.name}.",
            remedy=f"Put {file.name} back beside it, or restore a backup into another folder.",
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError), new_file(file) as part:  # somebody else may make one at the same moment
        make_empty(part).close()


def _inspect(file: Path, *, check: bool) -> None:
    if not file.stat().st_size:
        raise LedgerCorrupt(f"The ledger {file} is an empty file.", remedy=REMEDY)
    if not os.access(file, os.R_OK | os.W_OK) or not os.access(file.parent, os.W_OK):
        raise unwritable(str(file), "no permission to write")
    address = file.absolute().as_uri() + "?mode=rw"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=SECONDS_TO_WAIT)) as connection:
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0] if check else "ok"
    except sqlite3.Error as error:
        raise failure(error, str(file)) from error
    except UnicodeDecodeError as error:  # it tells of damage by quoting it
        raise LedgerCorrupt(f"The ledger {file} is damaged.", remedy=REMEDY) from error
    if application != APPLICATION:
        raise LedgerFailure(
            f"The file {file} is a database, but no ledger of Khyber.",
            remedy="Name another state folder with --state.",
        )
    if found != "ok":
        raise LedgerCorrupt(f"The ledger {file} is damaged ({found}).", remedy=REMEDY)
