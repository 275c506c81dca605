"""Rows of the ledger as the values of ``khyber.contributions.records``."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from khyber.contributions.ledger.entries import storable
from khyber.contributions.records import (
    Account,
    Action,
    Contribution,
    Decision,
    Kind,
    Status,
    TokenFacts,
    Version,
)
from khyber.contributions.roles import Role


def who(prefix: str, account: Account | None) -> dict[str, str]:
    """Give the columns that say who did it; none for nobody. Raises InputError for a name not to be kept."""
    if account is None:
        return {}
    storable("name of an account", account.name)
    facts = {"token": account.token, "name": account.name, "role": account.role.name.lower()}
    return {f"{prefix}_{part}": value for part, value in facts.items()}


def contribution(row: Row[Any]) -> Contribution:
    """Read a contribution."""
    return Contribution(
        id=row.id,
        status=Status(row.status),
        title=row.title,
        source=row.source,
        author=account(row, "author"),
        submitted=row.submitted,
        added=row.added,
        removed=row.removed,
        base=row.base,
        licence=row.licence,
        kind=Kind(row.kind),
        decided=row.decided,
        version=row.version,
        redacted=row.redacted is not None,
    )


def decision(row: Row[Any]) -> Decision:
    """Read a decision."""
    return Decision(
        contribution=row.contribution,
        action=Action(row.action),
        by=account(row, "by"),
        time=row.time,
        reason=row.reason,
        version=row.version,
    )


def version(row: Row[Any]) -> Version:
    """Read a version."""
    return Version(
        sequence=row.sequence,
        id=row.id,
        time=row.time,
        kind=Kind(row.kind),
        added=row.added,
        removed=row.removed,
        contribution=row.contribution,
        author=account(row, "author") if row.author_token is not None else None,
        note=row.note,
        counts=row.counts,
        missing=row.missing,
    )


def token(row: Row[Any]) -> TokenFacts:
    """Read a token."""
    return TokenFacts(
        id=str(row.id),
        name=row.name,
        role=Role[row.role.upper()],
        created=row.created,
        revoked=row.revoked,
        query_timeout=row.query_timeout,
    )


def account(row: Row[Any], prefix: str) -> Account:
    """Read who did it."""
    token_id, name, role = (getattr(row, f"{prefix}_{part}") for part in ("token", "name", "role"))
    return Account(token_id, name, Role[role.upper()])
