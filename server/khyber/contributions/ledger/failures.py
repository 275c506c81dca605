"""What a database's failure means for a person."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy.exc import DBAPIError, IntegrityError

from khyber.contributions.ledger.packing import REMEDY
from khyber.errors import Conflict, KhyberError, LedgerCorrupt, LedgerFailure, LedgerUnavailable, StorageFull

SECONDS_TO_WAIT = 1
"""When it is worth trying again after the database was busy or away."""


def failure(error: DBAPIError | sqlite3.Error, ledger: str) -> KhyberError:
    """Turn a database's failure into one that says what is wrong with the ``ledger``, and what to do."""
    if isinstance(error, sqlite3.Error):
        return _of_sqlite(error, ledger)
    if isinstance(error, IntegrityError):
        return Conflict("Somebody else wrote to the ledger at the same moment.", remedy="Ask again.")
    if isinstance(error.orig, sqlite3.Error):
        return _of_sqlite(error.orig, ledger)
    return _of_postgresql(error, ledger)


def _of_sqlite(error: sqlite3.Error, ledger: str) -> KhyberError:
    code = getattr(error, "sqlite_errorcode", 0)
    match code & 0xFF:
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return LedgerCorrupt(f"The ledger {ledger} is damaged ({error}).", remedy=REMEDY)
        case sqlite3.SQLITE_FULL:
            return full(ledger)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return LedgerUnavailable(
                f"Another process is writing to the ledger {ledger}.",
                remedy="Ask again.",
                retry_after=SECONDS_TO_WAIT,
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return unwritable(ledger, str(error))
        case sqlite3.SQLITE_IOERR:
            return LedgerFailure(
                f"The ledger {ledger} could not be read or written ({error}); nothing was changed.",
                remedy="Look after the disk, and whether there is room on it.",
            )
    return LedgerFailure(f"The ledger {ledger} could not be used ({error}).")


def _of_postgresql(error: DBAPIError, ledger: str) -> KhyberError:
    state, message = _sqlstate(error.orig)
    if state == "53100":
        return full(ledger)
    if state in {"XX001", "XX002"}:
        return LedgerCorrupt(f"The ledger {ledger} is damaged ({message}).", remedy=REMEDY)
    if state[:2] == "28" or state in {"3D000", "42501"}:
        return LedgerFailure(
            f"PostgreSQL does not let Khyber use the ledger {ledger} ({message}).",
            remedy="Check user, password and database in the URL, and the user's rights.",
        )
    if state[:2] in {"08", "53", "57"} or state == "55P03" or not state:
        return LedgerUnavailable(
            f"PostgreSQL does not answer for the ledger {ledger} ({message}).",
            remedy="See that it runs and can be reached, and ask again.",
            retry_after=SECONDS_TO_WAIT,
        )
    return LedgerFailure(f"The ledger {ledger} could not be used ({message}).")


def unwritable(ledger: str, reason: str) -> LedgerFailure:
    """Say that a ledger cannot be written where it is."""
    return LedgerFailure(
        f"The ledger {ledger} cannot be opened for writing ({reason}).",
        remedy="Give Khyber the right to write in the folder, or name another one.",
    )


def full(ledger: str) -> StorageFull:
    """Say that there is no room."""
    return StorageFull(
        f"There is no room to write to the ledger {ledger}; nothing was changed.",
        remedy="Make room on the disk, and send the request again.",
    )


def _sqlstate(error: Any) -> tuple[str, str]:
    """Give the SQLSTATE and the message of what pg8000 raised; "" where PostgreSQL did not answer at all."""
    first = error.args[0] if getattr(error, "args", None) else ""
    if isinstance(first, dict):
        return str(first.get("C", "")), str(first.get("M", ""))
    return "", str(first or error)
