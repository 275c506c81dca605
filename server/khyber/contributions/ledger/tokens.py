"""Tokens in the ledger. Each function works in the transaction it is given.

A secret is 256 random bits, so its plain SHA-256 tells nobody anything: there is no list of likely secrets to
try, which is what slow hashes (scrypt, Argon2) are against, and a slow one would cost every request.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from khyber.contributions.ledger import rows, tables
from khyber.contributions.ledger.contributions import next_number
from khyber.contributions.ledger.entries import storable
from khyber.contributions.ledger.tables import LARGEST
from khyber.contributions.records import TokenFacts
from khyber.contributions.roles import Role
from khyber.errors import InputError, NotFound

PREFIX = "khyber_"
"""What every secret begins with, so that people and scanners know one when they see it."""

_RANDOM_BYTES = 32


def create(
    connection: Connection, name: str, role: Role, query_timeout: float | None, now: datetime
) -> tuple[TokenFacts, str]:
    """Make a token; give its facts and its secret, which is nowhere else. Raises InputError for no name."""
    storable("name of a token", name)
    if not name.strip():
        raise InputError("A token needs a name.", remedy="Name who will hold it.")
    secret = PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
    number = next_number(connection, tables.tokens.c.id)
    connection.execute(
        insert(tables.tokens).values(
            id=number,
            name=name,
            role=role.name.lower(),
            secret_sha256=_digest(secret),
            created=now,
            query_timeout=query_timeout,
        )
    )
    return token(connection, str(number)), secret


def token(connection: Connection, token_id: str) -> TokenFacts:
    """Give a token by its id. Raises NotFound."""
    row = None
    if token_id.isascii() and token_id.isdigit() and len(token_id) < 10 and int(token_id) <= LARGEST:
        query = select(tables.tokens).where(tables.tokens.c.id == int(token_id))
        row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"There is no token {token_id}.", remedy="khyber token list shows them.")
    return rows.token(row)


def listed(connection: Connection) -> Sequence[TokenFacts]:
    """List the tokens, revoked ones too, oldest first."""
    return [rows.token(row) for row in connection.execute(select(tables.tokens).order_by(tables.tokens.c.id))]


def revoke(connection: Connection, token_id: str, now: datetime) -> TokenFacts:
    """Let a token open nothing any more; it keeps the time when that was first said. Raises NotFound."""
    found = token(connection, token_id)
    table = tables.tokens
    connection.execute(
        update(table).where(table.c.id == int(found.id), table.c.revoked.is_(None)).values(revoked=now)
    )
    return token(connection, token_id)


def find(connection: Connection, secret: str) -> TokenFacts | None:
    """Give the token of a secret; None if it is not known or was revoked.

    The database compares hashes, of which nobody can choose the first digits; the last word is a comparison
    that takes as long for any secret.
    """
    digest = _digest(secret)
    row = connection.execute(
        select(tables.tokens).where(tables.tokens.c.secret_sha256 == digest)
    ).one_or_none()
    same = hmac.compare_digest(row.secret_sha256 if row else "0" * len(digest), digest)
    return rows.token(row) if row and same and row.revoked is None else None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
