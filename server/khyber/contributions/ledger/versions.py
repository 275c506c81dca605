"""Versions in the ledger: kept and read. Each function works in the transaction it is given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, insert, select

from khyber.contributions.ledger import rows, tables
from khyber.contributions.ledger.entries import NewVersion
from khyber.contributions.ledger.packing import pack, unpack
from khyber.contributions.ledger.tables import LARGEST
from khyber.contributions.records import Account, Kind, Version
from khyber.errors import Conflict, NotFound

_AT_ONCE = 20

_SMALL = [column for column in tables.versions.c if column.name != "delta"]


def keep(
    connection: Connection, new: NewVersion, now: datetime, author: Account | None, contribution: int | None
) -> Version:
    """Keep the version that follows the last one; the first has the sequence 0 or 1.

    Raises Conflict where it follows another one than the last.
    """
    last = head(connection)
    expected = (last.sequence + 1,) if last else (0, 1)
    if new.sequence not in expected:
        raise Conflict(
            f"The published graph is at version {last.name if last else 'none'} now; "
            f"what was to become version {new.sequence} was made for another one.",
            remedy="Ask again: it is judged against the graph of now.",
        )
    delta = pack(new.delta)
    connection.execute(
        insert(tables.versions).values(
            sequence=new.sequence,
            id=new.id,
            time=now,
            kind=new.kind,
            contribution=contribution,
            **rows.who("author", author),
            note=new.note,
            added=new.added,
            removed=new.removed,
            missing=0,
            counts=dict(new.counts),
            delta_sha256=delta.sha256,
            delta=delta.data,
        )
    )
    return version(connection, new.sequence)


def head(connection: Connection) -> Version | None:
    """Give the last version; None where there is none."""
    query = select(*_SMALL).order_by(tables.versions.c.sequence.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return rows.version(row) if row else None


def version(connection: Connection, sequence: int) -> Version:
    """Give a version. Raises NotFound."""
    return rows.version(_row(connection, sequence, *_SMALL))


def listed(
    connection: Connection, limit: int | None, before: int | None, kind: Kind | None
) -> Sequence[Version]:
    """List versions, all or those of a kind, newest first, below the sequence ``before``."""
    table = tables.versions
    query = select(*_SMALL).order_by(table.c.sequence.desc()).limit(limit)
    if before is not None:
        query = query.where(table.c.sequence < min(before, LARGEST))
    if kind is not None:
        query = query.where(table.c.kind == kind)
    return [rows.version(row) for row in connection.execute(query)]


def following(connection: Connection, sequence: int) -> list[tuple[Version, bytes]]:
    """Give some versions above a sequence, in their order, each with its RDF Patch. Raises LedgerCorrupt."""
    table = tables.versions
    query = select(table).where(table.c.sequence > sequence).order_by(table.c.sequence).limit(_AT_ONCE)
    return [(rows.version(row), _delta(row)) for row in connection.execute(query)]


def delta(connection: Connection, sequence: int) -> bytes:
    """Give the RDF Patch that made a version, less what was redacted. Raises NotFound; LedgerCorrupt."""
    columns = tables.versions.c
    return _delta(_row(connection, sequence, columns.sequence, columns.delta, columns.delta_sha256))


def _delta(row: Row[Any]) -> bytes:
    return unpack(row.delta, row.delta_sha256, f"the delta of version {row.sequence}")


def _row(connection: Connection, sequence: int, *columns: Column[Any]) -> Row[Any]:
    row = None
    if 0 <= sequence <= LARGEST:
        table = tables.versions
        row = connection.execute(select(*columns).where(table.c.sequence == sequence)).one_or_none()
    if row is None:
        raise NotFound(f"There is no version {sequence}.", remedy="GET /versions lists them.")
    return row
