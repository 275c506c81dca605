"""Who asks, and what they may do: tokens, their holders and roles."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Protocol, cast

from flask import Flask, current_app, g, request

from khyber.contributions.door import Door
from khyber.contributions.records import Account
from khyber.contributions.roles import Role
from khyber.engine.base import Engine, Limits, WritableEngine
from khyber.errors import Forbidden, NotFound, ReadOnly, Unauthorized
from khyber.web.about import served

_KEY = "khyber.writing"

_OF_THE_DOOR = "who administers this server makes a token with khyber token create."
_OF_FILES = "khyber serve prints the token when it starts, unless KHYBER_ADMIN_TOKEN holds it."
"""Where a token comes from, on a server of the published graph and on one of other files."""

ADMIN = Account("admin", "admin", Role.ADMIN)
"""Who holds the token that the server was started with."""


class Tokens(Protocol):
    """The tokens that are known."""

    def account_of(self, token: str) -> Account | None:
        """Give the holder of a token; None if it is not known. Takes the same time however wrong it is."""


class AdminToken:
    """One token, of the admin; only its hash is kept."""

    def __init__(self, token: str) -> None:
        """Know this token."""
        self._digest = _digest(token)

    def account_of(self, token: str) -> Account | None:
        """Give the admin for the one token."""
        return ADMIN if hmac.compare_digest(_digest(token), self._digest) else None


class NoTokens:
    """No token is known."""

    def account_of(self, token: str) -> Account | None:  # noqa: ARG002
        """Give None."""
        return None


@dataclass(frozen=True)
class DoorTokens:
    """The tokens of the ledger, behind those that the server was started with."""

    first: Tokens
    door: Door

    def account_of(self, token: str) -> Account | None:
        """Give the holder of a token of either kind."""
        return self.first.account_of(token) or self.door.account_of(token)


def tokens_of(admin_token: str | None, door: Door | None) -> Tokens:
    """Give the tokens that a server knows."""
    first: Tokens = AdminToken(admin_token) if admin_token else NoTokens()
    return first if door is None else DoorTokens(first, door)


@dataclass(frozen=True)
class Writing:
    """How this server takes writes: whether at all, from whom, and how long a body may be."""

    engine: WritableEngine | None
    tokens: Tokens
    max_upload_bytes: int


def register(app: Flask, engine: Engine, tokens: Tokens, max_upload_bytes: int, *, writable: bool) -> None:
    """Let ``app`` take writes to ``engine`` from those whose token is among ``tokens``, if ``writable``."""
    app.extensions[_KEY] = Writing(
        cast("WritableEngine", engine) if writable else None, tokens, max_upload_bytes
    )


def writing() -> Writing:
    """Give how the application of the current request takes writes."""
    return writing_of(current_app)


def writing_of(app: Flask) -> Writing:
    """Give how an application takes writes."""
    return cast("Writing", app.extensions[_KEY])


def writable_engine() -> WritableEngine:
    """Give the engine to an admin, and let the body of the request be long.

    Raises ReadOnly where nobody may write, Unauthorized without a token that is known, Forbidden where its
    role is another.
    """
    allowed = writing()
    if allowed.engine is None:
        raise ReadOnly(
            "The graph that is served here is read-only.",
            remedy="Serve files of your own with khyber serve --writable FILE, or --empty --writable.",
        )
    role = required_account().role
    if role < Role.ADMIN:
        raise Forbidden(f"The token's role is {role.name.lower()}, and this needs the role admin.")
    request.max_content_length = allowed.max_upload_bytes
    return allowed.engine


def required_account() -> Account:
    """Give who asks; what they may do is for the door to say.

    Raises Unauthorized without a token that is known.
    """
    found = account()
    if found is None:
        has_door = served().door is not None
        raise Unauthorized(
            "This needs a token." if _token() is None else "This token is not known.",
            remedy=f"Send the header Authorization: Bearer TOKEN; {_OF_THE_DOOR if has_door else _OF_FILES}",
        )
    return found


def account() -> Account | None:
    """Give who asks, None without a token that is known; looked up once a request."""
    token = _token()
    if token is None:
        return None
    if "account" not in g:
        g.account = writing().tokens.account_of(token)
    return cast("Account | None", g.account)


def open_door() -> Door:
    """Give the door to the published graph; raise NotFound on a server of other files, which has none."""
    door = served().door
    if door is None:
        raise NotFound(
            f"There is nothing at {request.path}.",
            remedy="This server takes no contributions: it serves files, or the Khyber graph read-only.",
        )
    return door


def limits_asked(seconds: float | None) -> Limits:
    """Give the limits of this server with the time that the request asks for; it may only lower the limit.

    An admin may raise it, and the holder of a token as far as that token allows.
    """
    limits = served().limits
    if seconds is None:
        return limits
    asks, most = account(), limits.seconds
    if asks is not None and most is not None:
        most = None if asks.role is Role.ADMIN else max(most, asks.query_timeout or 0)
    return Limits(seconds if most is None else min(seconds, most), limits.memory_bytes, limits.result_bytes)


def client_key() -> str:
    """Name the client for taking turns: by its token if that is known, else by its address."""
    found = account()
    if found is not None:
        return f"token {found.token}"
    return str(g.get("client") or request.remote_addr or "")


def _token() -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
