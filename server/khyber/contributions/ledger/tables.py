"""The tables of the ledger, as its present code reads and writes them.

``migrations`` makes them; a test compares the two. Numbers count 1, 2, 3 … without a gap, also when a
transaction failed. Large columns come last: SQLite reads a row up to the last column that is asked for.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

LARGEST = 2**31 - 1
"""The largest number that the tables hold."""


class Moment(TypeDecorator[datetime]):
    """A point in time: any time zone in, UTC out; SQLite keeps it without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn it into UTC. Raises ValueError for a time without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time of the ledger has a zone.")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - given by SQLAlchemy
        """Give it in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def who(prefix: str, *, nullable: bool = False) -> list[Column[Any]]:
    """Give the columns that say who did it, as it was then: the token's id, its name and its role."""
    return [Column(f"{prefix}_{part}", Text, nullable=nullable) for part in ("token", "name", "role")]


metadata = MetaData()

contributions = Table(
    "contributions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("status", String(16), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("licence", Text),
    *who("author"),
    Column("submitted", Moment, nullable=False),
    Column("decided", Moment),
    Column("base", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    Column("version", Integer),
    Column("redacted", Moment),
    Column("idempotency_key", Text),
    Column("uploads_sha256", String(64), nullable=False),
    Column("patch_sha256", String(64), nullable=False),
    Column("report", JSON(none_as_null=True)),
    Column("patch", LargeBinary, nullable=False),
    UniqueConstraint("author_token", "idempotency_key", name="contributions_idempotency"),
)
"""What was contributed. ``decided`` is the time of the last decision; ``redacted`` that of a redaction, which
leaves no report and no title, and of the patch only what it did not take out."""

uploads = Table(
    "uploads",
    metadata,
    Column("contribution", ForeignKey(contributions.c.id), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text),
    Column("removes", Boolean, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("data", LargeBinary),
)
"""The documents of a contribution as they were sent; ``data`` is empty and ``name`` "" after a redaction."""

versions = Table(
    "versions",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("id", String(16), nullable=False),
    Column("time", Moment, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("contribution", ForeignKey(contributions.c.id), index=True),
    *who("author", nullable=True),
    Column("note", Text, nullable=False),
    Column("added", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    Column("missing", Integer, nullable=False),
    Column("redacted", Moment),
    Column("counts", JSON, nullable=False),
    Column("delta_sha256", String(64), nullable=False),
    Column("delta", LargeBinary, nullable=False),
)
"""What was published. ``missing`` counts the quads that redactions took out of ``delta``."""

decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("contribution", ForeignKey(contributions.c.id), nullable=False, index=True),
    Column("action", String(16), nullable=False),
    Column("status_before", String(16), nullable=False),
    Column("status_after", String(16), nullable=False),
    *who("by"),
    Column("time", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("version", ForeignKey(versions.c.sequence)),
)
"""Who let what in or turned it down, and why."""

redactions = Table(
    "redactions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("contribution", ForeignKey(contributions.c.id), nullable=False, index=True),
    *who("by"),
    Column("time", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("missing", Integer, nullable=False),
    Column("hashes", JSON, nullable=False),
)
"""What an administrator took out: the SHA-256 of each document, patch and delta as it was before, by what it
was (``uploads/3/0``, ``patch/3``, ``delta/12``), and never the text."""

tokens = Table(
    "tokens",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("secret_sha256", String(64), nullable=False, unique=True),
    Column("created", Moment, nullable=False),
    Column("revoked", Moment),
    Column("query_timeout", Float),
)
"""Who may write. The secret is not here, only its hash."""
