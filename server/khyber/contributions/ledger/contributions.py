"""Contributions in the ledger. Each function works in the transaction it is given."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, Table, func, insert, select, update

from khyber.contributions.ledger import reports, rows, tables, versions
from khyber.contributions.ledger.entries import NewContribution, Ruling, digest_of
from khyber.contributions.ledger.packing import pack, unpack
from khyber.contributions.ledger.tables import LARGEST
from khyber.contributions.records import (
    Account,
    Action,
    Contribution,
    Decision,
    Status,
    Upload,
)
from khyber.errors import Conflict, NotFound, Redacted
from khyber.validation.findings import Report

_LARGE = {"report", "patch"}
_SMALL = [column for column in tables.contributions.c if column.name not in _LARGE]
_CHANGES_THE_GRAPH = {Action.ACCEPT, Action.REVERT}


def submit(connection: Connection, new: NewContribution, now: datetime) -> Contribution:
    """Keep a contribution; give the one that came with the same idempotency key before.

    Raises Conflict where something else came with the key.
    """
    before = repeated(connection, new.author, new.idempotency_key, new.uploads)
    if before:
        return before
    number = next_number(connection, tables.contributions.c.id)
    patch = pack(new.patch)
    connection.execute(
        insert(tables.contributions).values(
            id=number,
            kind=new.kind,
            status=Status.SUBMITTED,
            title=new.title,
            source=new.source,
            licence=new.licence,
            **rows.who("author", new.author),
            submitted=now,
            base=new.base,
            added=new.added,
            removed=new.removed,
            idempotency_key=new.idempotency_key,
            uploads_sha256=digest_of(new.uploads),
            patch_sha256=patch.sha256,
            patch=patch.data,
            report=reports.to_json(new.report),
        )
    )
    for position, upload in enumerate(new.uploads):
        data = pack(upload.data)
        connection.execute(
            insert(tables.uploads).values(
                contribution=number,
                position=position,
                name=upload.name,
                media_type=upload.media_type,
                removes=upload.removes,
                sha256=data.sha256,
                data=data.data,
            )
        )
    return contribution(connection, number)


def repeated(
    connection: Connection, author: Account, key: str | None, uploads: tuple[Upload, ...]
) -> Contribution | None:
    """Give what the author submitted with this idempotency key before; None for nothing, or without a key.

    Raises Conflict where other documents came with the key.
    """
    if key is None:
        return None
    table = tables.contributions
    row = connection.execute(
        select(*_SMALL).where(table.c.author_token == author.token, table.c.idempotency_key == key)
    ).one_or_none()
    if row is None:
        return None
    if row.uploads_sha256 != digest_of(uploads):
        raise Conflict(
            f"The Idempotency-Key {key!r} came with other documents before, as contribution {row.id}.",
            remedy="Use a new key for each contribution.",
        )
    return rows.contribution(row)


def contribution(connection: Connection, number: int) -> Contribution:
    """Give a contribution. Raises NotFound."""
    return rows.contribution(_row(connection, number, *_SMALL))


def listed(
    connection: Connection, status: Status | None, limit: int | None, before: int | None
) -> Sequence[Contribution]:
    """List contributions, newest first, below the number ``before``."""
    table = tables.contributions
    query = select(*_SMALL).order_by(table.c.id.desc()).limit(limit)
    if status is not None:
        query = query.where(table.c.status == status)
    if before is not None:
        query = query.where(table.c.id < min(before, LARGEST))
    return [rows.contribution(row) for row in connection.execute(query)]


def counts(connection: Connection) -> dict[Status, int]:
    """Count the contributions in each state."""
    status = tables.contributions.c.status
    found = {row[0]: row[1] for row in connection.execute(select(status, func.count()).group_by(status))}
    return {each: found.get(each, 0) for each in Status}


def payload(connection: Connection, number: int) -> tuple[Upload, ...]:
    """Give the documents as they were sent. Raises NotFound; Redacted; LedgerCorrupt."""
    _unredacted(connection, number)
    table = tables.uploads
    query = select(table).where(table.c.contribution == number).order_by(table.c.position)
    return tuple(
        Upload(
            unpack(row.data, row.sha256, f"document {row.position} of contribution {number}"),
            row.name,
            row.media_type,
            row.removes,
        )
        for row in connection.execute(query)
    )


def patch(connection: Connection, number: int) -> bytes:
    """Give the RDF Patch, after a redaction what is left of it. Raises NotFound; LedgerCorrupt."""
    table = tables.contributions
    row = _row(connection, number, table.c.patch, table.c.patch_sha256)
    return unpack(row.patch, row.patch_sha256, f"the patch of contribution {number}")


def report(connection: Connection, number: int) -> Report:
    """Give what the validation found. Raises NotFound; Redacted."""
    row = _unredacted(connection, number, tables.contributions.c.report)
    return reports.of_json(row.report)


def decisions(connection: Connection, number: int) -> Sequence[Decision]:
    """List the decisions about a contribution in their order. Raises NotFound."""
    _row(connection, number)
    table = tables.decisions
    query = select(table).where(table.c.contribution == number).order_by(table.c.id)
    return [rows.decision(row) for row in connection.execute(query)]


def decide(connection: Connection, ruling: Ruling, superseded: Collection[int]) -> Decision:
    """Change the state of a contribution, and keep the version that it makes, if it does.

    ``superseded`` names the accepted contributions that this one takes the place of. Raises NotFound;
    Conflict where the state has changed, or there is a newer version; ValueError for an accept or a revert
    without a version, and for a rejection or withdrawal with one.
    """
    action, version = ruling.action, ruling.version
    if action.outcome is None or (version is None) == (action in _CHANGES_THE_GRAPH):
        raise ValueError(f"{action} {'without' if version is None else 'with'} a version")
    _check_transition(connection, ruling)
    if version:
        versions.keep(connection, version, ruling.time, ruling.by, ruling.contribution)
    for number in superseded:
        superseding = replace(ruling, contribution=number, action=Action.SUPERSEDE)
        _check_transition(connection, superseding)
        move(connection, superseding)
    return move(connection, ruling)


def move(connection: Connection, ruling: Ruling) -> Decision:
    """Write down a decision and the state it leads to. Raises Conflict where somebody else was first."""
    table, number = tables.contributions, ruling.contribution
    before = _row(connection, number).status
    after = ruling.action.outcome or Status(before)
    sequence = ruling.version.sequence if ruling.version else None
    changes: dict[str, Any] = {"status": after, "decided": ruling.time}
    if ruling.action is Action.ACCEPT:
        changes["version"] = sequence
    changed = connection.execute(
        update(table).where(table.c.id == number, table.c.status == before).values(changes)
    )
    if changed.rowcount != 1:
        raise Conflict(f"Somebody else decided about contribution {number} at the same moment.")
    connection.execute(
        insert(tables.decisions).values(
            id=next_number(connection, tables.decisions.c.id),
            contribution=number,
            action=ruling.action,
            status_before=before,
            status_after=after,
            **rows.who("by", ruling.by),
            time=ruling.time,
            reason=ruling.reason,
            version=sequence,
        )
    )
    return Decision(number, ruling.action, ruling.by, ruling.time, ruling.reason, sequence)


def next_number(connection: Connection, column: Column[Any]) -> int:
    """Give the number that follows the largest one; in a transaction that writes nobody else takes it."""
    return int(connection.execute(select(func.coalesce(func.max(column), 0))).scalar_one()) + 1


def _check_transition(connection: Connection, ruling: Ruling) -> None:
    decided = tables.contributions.c.decided
    row = _row(connection, ruling.contribution, tables.contributions.c.status, decided)
    now, after = Status(row.status), ruling.action.outcome
    if after in now.next:
        return
    since = f" since {row.decided:%Y-%m-%d %H:%M} UTC" if row.decided else ""
    allowed = " or ".join(sorted(now.next)) or "nothing else"
    raise Conflict(
        f"Contribution {ruling.contribution} is {now}{since}; it cannot become {after}.",
        remedy=f"From {now} it can become {allowed}.",
    )


def _row(connection: Connection, number: int, *columns: Column[Any]) -> Row[Any]:
    table: Table = tables.contributions
    wanted = columns or (table.c.status,)
    row = None
    if 0 < number <= LARGEST:
        row = connection.execute(select(*wanted).where(table.c.id == number)).one_or_none()
    if row is None:
        raise NotFound(f"There is no contribution {number}.", remedy="GET /contributions lists them.")
    return row


def _unredacted(connection: Connection, number: int, *columns: Column[Any]) -> Row[Any]:
    row = _row(connection, number, tables.contributions.c.redacted, *columns)
    if row.redacted is not None:
        raise Redacted(f"What contribution {number} said was taken out by an administrator.")
    return row
