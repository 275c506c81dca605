"""The first tables."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)


def _who(prefix: str, *, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(f"{prefix}_{part}", sa.Text, nullable=nullable) for part in ("token", "name", "role")]


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, primary_key=True, autoincrement=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "contributions",
        _number("id"),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("licence", sa.Text),
        *_who("author"),
        sa.Column("submitted", MOMENT, nullable=False),
        sa.Column("decided", MOMENT),
        sa.Column("base", sa.Integer, nullable=False),
        sa.Column("added", sa.Integer, nullable=False),
        sa.Column("removed", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer),
        sa.Column("redacted", MOMENT),
        sa.Column("idempotency_key", sa.Text),
        sa.Column("uploads_sha256", sa.String(64), nullable=False),
        sa.Column("patch_sha256", sa.String(64), nullable=False),
        sa.Column("report", sa.JSON),
        sa.Column("patch", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("author_token", "idempotency_key", name="contributions_idempotency"),
    )
    op.create_index("ix_contributions_status", "contributions", ["status"])
    op.create_table(
        "uploads",
        sa.Column("contribution", sa.Integer, sa.ForeignKey("contributions.id"), primary_key=True),
        _number("position"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text),
        sa.Column("removes", sa.Boolean, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("data", sa.LargeBinary),
    )
    op.create_table(
        "versions",
        _number("sequence"),
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("time", MOMENT, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("contribution", sa.Integer, sa.ForeignKey("contributions.id")),
        *_who("author", nullable=True),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("added", sa.Integer, nullable=False),
        sa.Column("removed", sa.Integer, nullable=False),
        sa.Column("missing", sa.Integer, nullable=False),
        sa.Column("redacted", MOMENT),
        sa.Column("counts", sa.JSON, nullable=False),
        sa.Column("delta_sha256", sa.String(64), nullable=False),
        sa.Column("delta", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_versions_contribution", "versions", ["contribution"])
    op.create_table(
        "decisions",
        _number("id"),
        sa.Column("contribution", sa.Integer, sa.ForeignKey("contributions.id"), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("status_before", sa.String(16), nullable=False),
        sa.Column("status_after", sa.String(16), nullable=False),
        *_who("by"),
        sa.Column("time", MOMENT, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, sa.ForeignKey("versions.sequence")),
    )
    op.create_index("ix_decisions_contribution", "decisions", ["contribution"])
    op.create_table(
        "redactions",
        _number("id"),
        sa.Column("contribution", sa.Integer, sa.ForeignKey("contributions.id"), nullable=False),
        *_who("by"),
        sa.Column("time", MOMENT, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("missing", sa.Integer, nullable=False),
        sa.Column("hashes", sa.JSON, nullable=False),
    )
    op.create_index("ix_redactions_contribution", "redactions", ["contribution"])
    op.create_table(
        "tokens",
        _number("id"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("secret_sha256", sa.String(64), nullable=False, unique=True),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("revoked", MOMENT),
        sa.Column("query_timeout", sa.Float),
    )
