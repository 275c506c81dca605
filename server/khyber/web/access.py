"""Who may write: tokens and their roles."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Protocol, cast

from flask import Flask, current_app, g, request

from khyber.contributions.roles import Role
from khyber.engine.base import Engine, Limits, WritableEngine
from khyber.errors import Forbidden, ReadOnly, Unauthorized
from khyber.web.about import served

_KEY = "khyber.writing"


class Tokens(Protocol):
    """The tokens that are known."""

    def role_of(self, token: str) -> Role | None:
        """Give the role of a token, or None if it is not known; takes the same time however wrong it is."""


class AdminToken:
    """One token, of the admin; only its hash is kept."""

    def __init__(self, token: str) -> None:
        """Know this token."""
        self._digest = _digest(token)

    def role_of(self, token: str) -> Role | None:
        """Give ADMIN for the one token."""
        return Role.ADMIN if hmac.compare_digest(_digest(token), self._digest) else None


class NoTokens:
    """No token is known."""

    def role_of(self, token: str) -> Role | None:  # noqa: ARG002
        """Give None."""
        return None


@dataclass(frozen=True)
class Writing:
    """How this server takes writes: whether at all, from whom, and how long a body may be.

    ``role`` is the least that may write with SPARQL Update and the Graph Store Protocol.
    """

    engine: WritableEngine | None
    tokens: Tokens
    max_upload_bytes: int
    role: Role = Role.ADMIN


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
    """Give the engine to the holder of a token that may write, and let the body of the request be long.

    Raises ReadOnly where nobody may write, Unauthorized without a token that is known, Forbidden where its
    role may not.
    """
    allowed = writing()
    if allowed.engine is None:
        raise ReadOnly(
            "The graph that is served here is read-only.",
            remedy="Serve files of your own with khyber serve --writable FILE, or --empty --writable.",
        )
    role = _role()
    if role is None:
        raise Unauthorized(
            "Writing needs a token." if _token() is None else "This token is not known.",
            remedy="Send the header Authorization: Bearer TOKEN; khyber serve prints the token, or "
            "KHYBER_ADMIN_TOKEN holds it.",
        )
    if role < allowed.role:
        raise Forbidden(
            f"The token's role is {role.name.lower()}, and this needs the role {allowed.role.name.lower()}."
        )
    request.max_content_length = allowed.max_upload_bytes
    return allowed.engine


def limits_asked(seconds: float | None) -> Limits:
    """Give the limits of this server with the time that the request asks for; it may only lower the limit.

    The holder of a token may raise it.
    """
    limits = served().limits
    if seconds is None:
        return limits
    most = seconds if limits.seconds is None or _role() is not None else min(seconds, limits.seconds)
    return Limits(most, limits.memory_bytes, limits.result_bytes)


def client_key() -> str:
    """Name the client for taking turns: by its token if that is known, else by its address."""
    token = _token()
    if token is not None and _role() is not None:
        return f"token {_digest(token).hex()[:16]}"
    return str(g.get("client") or request.remote_addr or "")


def _role() -> Role | None:
    token = _token()
    return None if token is None else writing().tokens.role_of(token)


def _token() -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
