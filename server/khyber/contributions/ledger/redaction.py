"""Taking out what must not be kept: libel, personal data. Works in the transaction it is given."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from pyoxigraph import Triple
from sqlalchemy import Connection, insert, null, select, update

from khyber.contributions.ledger import contributions, rows, tables, versions
from khyber.contributions.ledger.entries import Ruling
from khyber.contributions.ledger.packing import pack, unpack
from khyber.contributions.records import Account, Action, Decision, Status
from khyber.rdf.delta import from_rdf_patch


@dataclass(frozen=True)
class Redaction:
    """What an administrator took out, and when and why, without a word of it.

    ``hashes`` gives the SHA-256 of each thing as it was, by what it was: ``uploads/3/0``, ``patch/3``,
    ``delta/12``. ``missing`` counts the quads that left the versions.
    """

    contribution: int
    by: Account
    time: datetime
    reason: str
    missing: int
    hashes: dict[str, str]


@dataclass
class _Removal:
    """What was found and taken out so far."""

    triples: frozenset[bytes]
    now: datetime
    missing: int = 0
    hashes: dict[str, str] = field(default_factory=dict)


def redact(connection: Connection, ruling: Ruling, triples: Collection[Triple] | None) -> Decision:
    """Take out what a contribution says, and ``triples`` (all of its patch if None) wherever they stand.

    Of the contribution go its documents and their names, its title, its source, its report, the notes of its
    versions, and the triples of its patch; of every other contribution whose patch holds one of the triples,
    the documents, the report and these triples; of every version's delta, these triples in all graphs. The
    ruling's version is the one that takes them from the published graph. A contribution that was still
    waiting is rejected. Raises NotFound, Conflict.
    """
    number, version = ruling.contribution, ruling.version
    found = contributions.contribution(connection, number)
    if triples is None:
        quads = from_rdf_patch(contributions.patch(connection, number), f"contribution {number}")
        triples = [quad.triple for quad in (*quads.added, *quads.removed)]
    if version:
        versions.keep(connection, version, ruling.time, ruling.by, number)
    removal = _Removal(frozenset(str(triple).encode() for triple in triples), ruling.time)
    _redact_contribution(connection, number, removal)
    _redact_other_contributions(connection, number, removal)
    _redact_versions(connection, removal)
    _forget_words(connection, number)
    if found.status is Status.SUBMITTED:
        contributions.move(connection, replace(ruling, action=Action.REJECT, version=None))
    connection.execute(
        insert(tables.redactions).values(
            id=contributions.next_number(connection, tables.redactions.c.id),
            contribution=number,
            **rows.who("by", ruling.by),
            time=ruling.time,
            reason=ruling.reason,
            missing=removal.missing,
            hashes=removal.hashes,
        )
    )
    return contributions.move(connection, ruling)


def listed(connection: Connection) -> list[Redaction]:
    """List the redactions in their order."""
    query = select(tables.redactions).order_by(tables.redactions.c.id)
    return [
        Redaction(row.contribution, rows.account(row, "by"), row.time, row.reason, row.missing, row.hashes)
        for row in connection.execute(query)
    ]


def without(patch: bytes, triples: frozenset[bytes]) -> tuple[bytes, int]:
    """Leave the rows of some triples (``<s> <p> <o>``, in any graph) out of an RDF Patch; count them."""
    kept = [line for line in patch.splitlines(keepends=True) if not _says(line, triples)]
    return b"".join(kept), len(patch.splitlines()) - len(kept)


def _says(line: bytes, triples: frozenset[bytes]) -> bool:
    if line[:2] not in {b"A ", b"D "}:
        return False
    terms = line[2:].rstrip().removesuffix(b".").rstrip()
    return terms in triples or terms.rpartition(b" ")[0] in triples


def _redact_contribution(connection: Connection, number: int, removal: _Removal) -> None:
    table, documents = tables.contributions, tables.uploads
    for row in connection.execute(
        select(documents.c.position, documents.c.sha256).where(
            documents.c.contribution == number, documents.c.data.is_not(None)
        )
    ):
        removal.hashes[f"uploads/{number}/{row.position}"] = row.sha256
    connection.execute(update(documents).where(documents.c.contribution == number).values(data=None, name=""))
    connection.execute(update(table).where(table.c.id == number).values(redacted=removal.now, report=null()))
    row = connection.execute(select(table.c.patch, table.c.patch_sha256).where(table.c.id == number)).one()
    _redact_patch(connection, number, row.patch, row.patch_sha256, removal)


def _redact_patch(connection: Connection, number: int, data: bytes, sha256: str, removal: _Removal) -> bool:
    rest, missing = without(unpack(data, sha256, f"the patch of contribution {number}"), removal.triples)
    if not missing:
        return False
    removal.hashes[f"patch/{number}"] = sha256
    packed, table = pack(rest), tables.contributions
    connection.execute(
        update(table).where(table.c.id == number).values(patch=packed.data, patch_sha256=packed.sha256)
    )
    return True


def _redact_other_contributions(connection: Connection, number: int, removal: _Removal) -> None:
    for other in list(_numbers(connection)):
        if other == number:
            continue
        table = tables.contributions
        row = connection.execute(select(table.c.patch, table.c.patch_sha256).where(table.c.id == other)).one()
        if _redact_patch(connection, other, row.patch, row.patch_sha256, removal):
            _redact_contribution(connection, other, removal)


def _redact_versions(connection: Connection, removal: _Removal) -> None:
    table = tables.versions
    for sequence in list(connection.execute(select(table.c.sequence).order_by(table.c.sequence)).scalars()):
        row = connection.execute(
            select(table.c.delta, table.c.delta_sha256).where(table.c.sequence == sequence)
        ).one()
        plain = unpack(row.delta, row.delta_sha256, f"the delta of version {sequence}")
        rest, missing = without(plain, removal.triples)
        if not missing:
            continue
        removal.hashes[f"delta/{sequence}"] = row.delta_sha256
        removal.missing += missing
        packed = pack(rest)
        connection.execute(
            update(table)
            .where(table.c.sequence == sequence)
            .values(
                delta=packed.data,
                delta_sha256=packed.sha256,
                missing=table.c.missing + missing,
                redacted=removal.now,
            )
        )


def _forget_words(connection: Connection, number: int) -> None:
    connection.execute(
        update(tables.contributions).where(tables.contributions.c.id == number).values(title="", source="")
    )
    connection.execute(
        update(tables.versions).where(tables.versions.c.contribution == number).values(note="")
    )


def _numbers(connection: Connection) -> Iterator[int]:
    return iter(connection.execute(select(tables.contributions.c.id)).scalars().all())
