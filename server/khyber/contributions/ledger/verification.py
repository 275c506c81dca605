"""Whether all that the ledger holds is what was written, and one part agrees with the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, text

from khyber.contributions.ledger import tables
from khyber.contributions.ledger.packing import unpack
from khyber.contributions.records import Action, Status
from khyber.errors import LedgerCorrupt


def damages(connection: Connection) -> Iterator[str]:
    """Give a sentence for everything that is wrong. Reads all of the ledger."""
    if connection.dialect.name == "sqlite":
        yield from _structure(connection)
    yield from _documents(connection)
    yield from _sequence(connection)
    yield from _histories(connection)


def _structure(connection: Connection) -> Iterator[str]:
    found = connection.execute(text("PRAGMA integrity_check")).scalars().all()
    yield from (f"The file is damaged: {each}." for each in found if each != "ok")
    for row in connection.execute(text("PRAGMA foreign_key_check")):
        yield f"A row of {row[0]} ({row[1]}) names a row of {row[2]} that is not there."


def _documents(connection: Connection) -> Iterator[str]:
    uploads, contributions, versions = tables.uploads.c, tables.contributions.c, tables.versions.c
    for number, position in _keys(connection, uploads.contribution, uploads.position):
        where: ColumnElement[bool] = (uploads.contribution == number) & (uploads.position == position)
        row = f"document {position} of contribution {number}"
        yield from _document(connection, uploads.data, uploads.sha256, where, row)
    for (number,) in _keys(connection, contributions.id):
        row = f"the patch of contribution {number}"
        where = contributions.id == number
        yield from _document(connection, contributions.patch, contributions.patch_sha256, where, row)
    for (sequence,) in _keys(connection, versions.sequence):
        row = f"the delta of version {sequence}"
        where = versions.sequence == sequence
        yield from _document(connection, versions.delta, versions.delta_sha256, where, row)


def _document(
    connection: Connection, data: Any, sha256: Any, where: ColumnElement[bool], name: str
) -> Iterator[str]:
    row = connection.execute(select(data, sha256).where(where)).one()
    if row[0] is None:
        return
    try:
        unpack(row[0], row[1], name)
    except LedgerCorrupt as error:
        yield error.detail


def _sequence(connection: Connection) -> Iterator[str]:
    column = tables.versions.c.sequence
    lowest, highest, count = connection.execute(
        select(func.min(column), func.max(column), func.count(column))
    ).one()
    if count and (lowest not in {0, 1} or highest - lowest + 1 != count):
        yield f"Versions {lowest} to {highest} should be there; {count} are."


def _histories(connection: Connection) -> Iterator[str]:
    contributions, decisions, versions = tables.contributions.c, tables.decisions.c, tables.versions.c
    made = {
        row.sequence: row.contribution
        for row in connection.execute(select(versions.sequence, versions.contribution))
    }
    said: dict[int, list[Any]] = {}
    for row in connection.execute(select(tables.decisions).order_by(decisions.id)):
        said.setdefault(row.contribution, []).append(row)
    for row in connection.execute(select(contributions.id, contributions.status, contributions.version)):
        status: str = Status.SUBMITTED
        for decision in said.get(row.id, []):
            if decision.status_before != status:
                yield f"Contribution {row.id} was {status}; a decision says {decision.status_before}."
            status = decision.status_after
            if decision.action in {Action.ACCEPT, Action.REVERT} and made.get(decision.version) != row.id:
                yield f"The version {decision.version} of contribution {row.id} is not there."
            if decision.action == Action.ACCEPT and decision.version != row.version:
                yield f"Contribution {row.id} says version {row.version}; its decision {decision.version}."
        if row.status != status:
            yield f"Contribution {row.id} is {row.status}; its decisions say {status}."
    told = {decision.version for each in said.values() for decision in each}
    for sequence, contribution in made.items():
        if contribution is not None and sequence not in told:
            yield f"No decision tells of version {sequence}."


def _keys(connection: Connection, *columns: Any) -> list[tuple[int, ...]]:
    return [tuple(row) for row in connection.execute(select(*columns).order_by(*columns))]
