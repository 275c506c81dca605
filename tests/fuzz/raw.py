"""Requests as bytes on a socket, so that they may be as wrong as they like, and the one judgement of answers."""

from __future__ import annotations

import json
import os
import socket
from collections import Counter
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from urllib.parse import urlsplit

from khyber.errors import PROBLEM_BASE
from problem_shape import MEMBERS
from running import Server

SECONDS = 30

EXAMPLES = int(os.environ.get("KHYBER_FUZZ_EXAMPLES", "150"))
"""How many random requests each test sends."""

TALLY: Counter[str] = Counter()
"""How often each status was answered, for the summary."""

WITHSTOOD: list[str] = []
"""What clients did beside sending requests while others were answered, for the summary."""


@dataclass(frozen=True)
class Received:
    """An answer; ``body`` is what the headers promised, whole."""

    status: int
    headers: dict[str, str]
    body: bytes


def connected(server: Server) -> socket.socket:
    parts = urlsplit(server.root)
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=SECONDS)


def sent(server: Server, request: bytes, method: str = "GET", *, hang_up: bool = False) -> Received | None:
    """Send bytes and read one answer; None where the server closed the connection without one.

    ``hang_up`` says that nothing more comes, so that the server does not wait for what is missing.
    """
    with connected(server) as connection:
        try:
            connection.sendall(request)
            if hang_up:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the server answered before it had read all
        response = HTTPResponse(connection, method=method)
        try:
            response.begin()
            body = response.read()
        except (ConnectionError, HTTPException):
            TALLY["cut off"] += 1
            return None
        TALLY[str(response.status)] += 1
        return Received(response.status, {name.lower(): value for name, value in response.getheaders()}, body)


def request(
    method: str, target: bytes, headers: list[tuple[bytes, bytes]], body: bytes | None = None
) -> bytes:
    lines = [
        method.encode("latin-1") + b" " + target + b" HTTP/1.1",
        b"Host: 127.0.0.1",
        b"Connection: close",
    ]
    lines += [name + b": " + value for name, value in headers]
    if body is not None:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + (body or b"")


def assert_clean(received: Received) -> None:
    """Assert that an answer is good, or a problem that the client has to mend or to wait for.

    What is no HTTP at all is answered 400 to 431 without a body, by the HTTP server below the application.
    """
    assert 200 <= received.status < 600
    assert b"Traceback" not in received.body
    if "content-security-policy" not in received.headers:
        assert 400 <= received.status < 500
        assert received.body == b""
        return
    assert received.headers["x-content-type-options"] == "nosniff"
    assert received.headers["access-control-allow-origin"] == "*"
    if received.status < 400:
        return
    assert received.status != 500, received.body
    media_type = received.headers["content-type"].partition(";")[0]
    assert media_type in ("application/problem+json", "application/json", "text/html")
    if media_type != "text/html" and received.body and "content-encoding" not in received.headers:
        problem = json.loads(received.body)
        assert problem.keys() <= MEMBERS
        assert problem["type"].startswith(PROBLEM_BASE)
        assert problem["status"] == received.status
