"""Copies of a ledger, consistent also while others write."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, func, insert, select

from khyber.contributions.ledger import tables
from khyber.contributions.ledger.database import Database
from khyber.contributions.ledger.failures import failure
from khyber.contributions.ledger.files import filing_clearly, new_file
from khyber.contributions.ledger.opening import FILE_NAME, make_empty
from khyber.errors import Conflict

_ROWS_AT_ONCE = 100


def back_up(database: Database, folder: Path) -> Path:
    """Copy a ledger to ``ledger.sqlite`` in a folder, whole or not at all; give the file.

    The copy is a ledger in SQLite, whatever the database: opening the folder restores it. Raises Conflict
    where a ledger is there already, StorageFull, LedgerFailure.
    """
    file = folder / FILE_NAME
    there = Conflict(f"There is a ledger in {folder} already.", remedy="Name another folder.")
    if file.exists():
        raise there
    with filing_clearly(file):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with new_file(file) as part:
                _fill(database, part)
        except FileExistsError:
            raise there from None
    return file


def copy(source: Database, target: Database) -> None:
    """Copy all rows into a ledger without content, in one transaction. Raises Conflict where it has some."""
    with source.read(snapshot=True) as reading, target.write() as writing:
        for table in tables.metadata.sorted_tables:
            if writing.execute(select(func.count()).select_from(table)).scalar_one():
                raise Conflict(
                    f"The ledger {target.name} is not empty.", remedy="Copy into one without content."
                )
        for table in tables.metadata.sorted_tables:
            _copy_table(reading, writing, table.name)


def _fill(database: Database, part: Path) -> None:
    if not database.is_sqlite:
        target = make_empty(part)
        try:
            copy(database, target)
        finally:
            target.close()
        return
    with database.raw_sqlite() as source:
        try:
            with closing(sqlite3.connect(part)) as copied:
                source.backup(copied)
        except sqlite3.Error as error:
            raise failure(error, str(part)) from error


def _copy_table(reading: Connection, writing: Connection, name: str) -> None:
    table = tables.metadata.tables[name]
    result = reading.execution_options(yield_per=_ROWS_AT_ONCE).execute(
        select(table).order_by(*table.primary_key)
    )
    for batch in result.mappings().partitions():
        writing.execute(insert(table), [dict(row) for row in batch])
