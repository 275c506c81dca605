"""A thin HTTP/1.1 client: ready-made requests over kept connections, so that its own time is small and even.

Only what the benchmark needs: GET, answers with Content-Length or in chunks, no redirects, no compression.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from selectors import EVENT_READ, DefaultSelector
from time import perf_counter
from types import TracebackType
from urllib.parse import quote, urlsplit

MOST_AT_ONCE = 1 << 20

_STATUS = re.compile(rb"HTTP/1\.1 (\d{3})")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection:[ \t]*close", re.IGNORECASE)


class BrokenAnswer(Exception):
    """The server's answer broke off, or is no HTTP."""


@dataclass(frozen=True)
class Answer:
    """An answer: its status, its body, and whether the server closes the connection after it."""

    status: int
    body: bytes
    closes: bool = False
    head: bytes = b""


def request(endpoint: str, query: str, accept: str, *, cached: bool = False) -> bytes:
    """Give the request that asks a query by GET; unless ``cached``, for an answer made anew."""
    address = urlsplit(endpoint)
    parameters = f"{address.query}&" if address.query else ""
    path = f"{address.path}?{parameters}query={quote(query, safe='')}"
    lines = [f"GET {path} HTTP/1.1", f"Host: {address.netloc}", f"Accept: {accept}"]
    if not cached:
        lines.append("Cache-Control: no-cache")
    return "\r\n".join((*lines, "", "")).encode()


class Incoming:
    """What has come of an answer so far."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._head = b""
        self._length: int | None = None

    def take(self, received: bytes) -> Answer | None:
        """Take what was received, and give the answer once it is whole."""
        if not received:
            raise BrokenAnswer("The connection was closed before the end of an answer.")
        self._bytes += received
        if not self._head and not self._read_head():
            return None
        if self._length is None:
            return self._chunked()
        if len(self._bytes) < self._length:
            return None
        return self._answer(bytes(self._bytes))

    def _read_head(self) -> bool:
        head, found, rest = self._bytes.partition(b"\r\n\r\n")
        if not found:
            return False
        self._head, self._bytes = bytes(head), bytearray(rest)
        length = _LENGTH.search(self._head)
        if length:
            self._length = int(length[1])
        elif not _CHUNKED.search(self._head):
            raise BrokenAnswer("The answer has no length that this client knows.")
        return True

    def _chunked(self) -> Answer | None:
        if not self._bytes.endswith(b"0\r\n\r\n"):
            return None
        body, at = bytearray(), 0
        while True:
            line_end = self._bytes.find(b"\r\n", at)
            if line_end < 0:
                return None
            size = int(bytes(self._bytes[at:line_end]).partition(b";")[0], 16)
            if size == 0:
                return self._answer(bytes(body))
            at = line_end + 2 + size + 2
            if at > len(self._bytes):
                return None
            body += self._bytes[line_end + 2 : at - 2]

    def _answer(self, body: bytes) -> Answer:
        status = _STATUS.match(self._head)
        if status is None:
            raise BrokenAnswer(f"The answer begins with {self._head[:40]!r}.")
        return Answer(int(status[1]), body, bool(_CLOSES.search(self._head)), self._head)


class Connection:
    """A kept connection to one server, opened anew when the server has closed it."""

    def __init__(self, endpoint: str, seconds: float) -> None:
        self._address = (urlsplit(endpoint).hostname or "", urlsplit(endpoint).port or 80)
        self._seconds = seconds
        self._socket: socket.socket | None = None

    def ask(self, request_bytes: bytes) -> Answer:
        """Send a request and give its answer; TimeoutError after the seconds of the connection."""
        end = perf_counter() + self._seconds
        sock = self._open()
        sock.settimeout(self._seconds)
        try:
            sock.sendall(request_bytes)
            incoming, answer = Incoming(), None
            while answer is None:
                sock.settimeout(max(end - perf_counter(), 0.001))
                answer = incoming.take(sock.recv(MOST_AT_ONCE))
        except (OSError, BrokenAnswer):
            self.close()
            raise
        if answer.closes:
            self.close()
        return answer

    def ready(self) -> None:
        """Open it if it is not open, or if the server has closed it since the last answer."""
        if self._socket is not None:
            self._socket.setblocking(False)
            try:
                if self._socket.recv(1, socket.MSG_PEEK) == b"":
                    self.close()
            except BlockingIOError:
                pass
            except OSError:
                self.close()
        self._open()

    def close(self) -> None:
        """Close it; the next request opens it anew."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _open(self) -> socket.socket:
        if self._socket is None:
            self._socket = opened(self._address, self._seconds)
        return self._socket

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def opened(address: tuple[str, int], seconds: float) -> socket.socket:
    """Open a connection that does not wait to fill packets."""
    sock = socket.create_connection(address, timeout=seconds)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


@dataclass(frozen=True)
class Throughput:
    """What many connections got answered: how many requests in how many seconds, and each one's time."""

    requests: int
    seconds: float
    latencies: tuple[float, ...]

    @property
    def rate(self) -> float:
        """Give the requests answered in a second."""
        return self.requests / self.seconds if self.seconds else 0.0


@dataclass
class _Flow:
    """One kept connection of a flood: the answer that is coming, and when it was asked for."""

    socket: socket.socket
    incoming: Incoming
    asked: float


def flood(endpoint: str, requests: Iterator[bytes], *, connections: int, seconds: float) -> Throughput:
    """Ask over several kept connections at once, for some seconds, one request after the other on each.

    Raises BrokenAnswer if an answer is anything else than 200, or if the last answers do not come.
    """
    address = (urlsplit(endpoint).hostname or "", urlsplit(endpoint).port or 80)
    patience = seconds + 60
    latencies: list[float] = []
    start = perf_counter()

    def ask(selector: DefaultSelector, sock: socket.socket) -> None:
        selector.register(sock, EVENT_READ, _Flow(sock, Incoming(), perf_counter()))
        sock.sendall(next(requests))

    with DefaultSelector() as selector:
        for _ in range(connections):
            ask(selector, opened(address, patience))
        while selector.get_map():
            if perf_counter() - start > patience:
                raise BrokenAnswer("The last answers did not come.")
            for key, _ in selector.select(timeout=1):
                flow: _Flow = key.data
                answer = flow.incoming.take(flow.socket.recv(MOST_AT_ONCE))
                if answer is None:
                    continue
                if answer.status != 200:
                    raise BrokenAnswer(f"{answer.status}: {answer.body[:200]!r}")
                now = perf_counter()
                latencies.append(now - flow.asked)
                selector.unregister(flow.socket)
                if answer.closes or now - start >= seconds:
                    flow.socket.close()
                if now - start < seconds:
                    ask(selector, opened(address, patience) if answer.closes else flow.socket)
    return Throughput(len(latencies), perf_counter() - start, tuple(latencies))
