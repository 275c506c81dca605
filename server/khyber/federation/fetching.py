"""One request to another server: to a checked address, in limited time, of limited length."""

from __future__ import annotations

import socket
import ssl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Event, Thread
from time import monotonic
from urllib.parse import urlsplit

from khyber.errors import BadGateway, GatewayTimeout, QueryRefused
from khyber.federation.addresses import reachable
from khyber.federation.policy import Policy

SECONDS_BETWEEN_ENDS = 0.05
_CHUNK = 65_536
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Request:
    """A request to another server; ``endpoint`` is the name of the other side in messages."""

    method: str
    url: str
    endpoint: str
    accept: str
    body: bytes | None = None
    content_type: str | None = None


@dataclass(frozen=True)
class Reply:
    """What came back, unpacked; ``headers`` as they came."""

    status: int
    headers: Message
    body: bytes


class _PinnedConnection(HTTPConnection):
    """A connection to one of the addresses that were checked, whatever the name means by now."""

    def __init__(self, host: str, port: int, addresses: list[str], *, secure: bool, deadline: float) -> None:
        super().__init__(host, port)
        self._addresses = addresses
        self._secure = secure
        self.default_port = _PORTS["https" if secure else "http"]  # which the Host header leaves out
        self._deadline = deadline
        self._ended: socket.socket | None = None

    def connect(self) -> None:
        """Connect to the first address that answers, and over TLS check that it has the name."""
        for position, address in enumerate(self._addresses):
            try:
                left = max(self._deadline - monotonic(), 0.001)
                self.sock = socket.create_connection((address, self.port), left)
                break
            except OSError:
                if position == len(self._addresses) - 1:
                    raise
        if self._secure:
            context = ssl.create_default_context()
            context.set_alpn_protocols(["http/1.1"])
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)
        self._ended = self.sock

    def end(self) -> None:
        """Break the connection off, also where http.client has handed its socket over to the response."""
        for each in (self.sock, self._ended):
            if each is not None:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)


def fetch(request: Request, policy: Policy) -> Reply:
    """Send a request and read its whole answer; redirections are given as they are.

    Raises BadGateway if the other server cannot be reached, breaks off or answers too much, GatewayTimeout if
    it takes too long, QueryRefused for an address that may not be reached.
    """
    deadline = monotonic() + policy.seconds
    parts = urlsplit(request.url)
    host = parts.hostname or ""
    if parts.scheme not in _PORTS or not host:
        raise QueryRefused(f"{request.url} is no address of a server.")
    port = parts.port or _PORTS[parts.scheme]
    addresses = reachable(host, port, is_private_allowed=host in policy.private)
    is_secure = parts.scheme == "https"
    connection = _PinnedConnection(host, port, addresses, secure=is_secure, deadline=deadline)
    with _ended_at(deadline, connection, request.endpoint, policy.seconds):
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(request.method, target, request.body, _headers(request, policy))
        response = connection.getresponse()
        return Reply(response.status, response.headers, _read(response, request.endpoint, policy.most_bytes))


def _headers(request: Request, policy: Policy) -> dict[str, str]:
    headers = {"Accept": request.accept, "Accept-Encoding": "gzip", "User-Agent": policy.user_agent}
    if request.content_type is not None:
        headers["Content-Type"] = request.content_type
    return headers


@contextmanager
def _ended_at(
    deadline: float, connection: _PinnedConnection, endpoint: str, seconds: float
) -> Iterator[None]:
    """End a connection at a moment, however slowly its bytes drip, and tell what goes wrong on it."""
    is_late = False
    is_done = Event()

    def end() -> None:
        nonlocal is_late
        if is_done.wait(max(deadline - monotonic(), 0)):
            return
        is_late = True
        while True:
            connection.end()
            if is_done.wait(SECONDS_BETWEEN_ENDS):  # TLS puts another socket in the place of the first
                return

    Thread(target=end, daemon=True).start()
    try:
        yield
    except (OSError, HTTPException) as error:
        if is_late or isinstance(error, TimeoutError):
            raise _too_late(endpoint, seconds) from None
        raise BadGateway(
            f"The endpoint {endpoint} cannot be reached: {_said(error)}.", remedy="Ask again later."
        ) from None
    else:
        if is_late:
            raise _too_late(endpoint, seconds)
    finally:
        is_done.set()
        connection.close()


def _too_late(endpoint: str, seconds: float) -> GatewayTimeout:
    return GatewayTimeout(
        f"The endpoint {endpoint} did not answer within {seconds:g} seconds.",
        remedy="Ask it for less: put VALUES and LIMIT into the group of the SERVICE clause.",
    )


def _said(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).rstrip(".") or type(error).__name__


def _read(response: HTTPResponse, endpoint: str, most_bytes: int) -> bytes:
    packed = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packed not in ("identity", "gzip", "x-gzip"):
        raise BadGateway(f"The endpoint {endpoint} answered in the coding {packed}, which was not asked for.")
    unpacking = zlib.decompressobj(wbits=31) if packed != "identity" else None
    body = bytearray()
    while chunk := response.read1(_CHUNK):
        while chunk:
            try:
                body += unpacking.decompress(chunk, most_bytes + 1 - len(body)) if unpacking else chunk
            except zlib.error:
                raise BadGateway(f"The endpoint {endpoint} answered with broken gzip.") from None
            if len(body) > most_bytes:
                raise BadGateway(
                    f"The endpoint {endpoint} answered with more than {most_bytes:,} bytes.",
                    remedy="Ask it for less: put VALUES and LIMIT into the group of the SERVICE clause.",
                )
            chunk = unpacking.unconsumed_tail if unpacking else b""
    if (response.length or 0) > 0 or (unpacking is not None and not unpacking.eof):
        raise BadGateway(f"The endpoint {endpoint} broke off in the middle of its answer.")
    return bytes(body)
