"""The bodies on their way in: only so many at once, so that clients who send slowly do not hold every thread.

A body that is there already takes no time to read and so meets no limit; who waits for the next byte holds a
thread until the client sends it or goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from flask import Flask

from khyber.errors import Overload, TooBusy, TooManyRequests
from khyber.web.hanging_up import hang_up
from khyber.web.proxies import PEER

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MOST = 32
"""How many bodies are read at once; the HTTP server has that many threads beside those for queries."""

MOST_OF_ONE_CLIENT = 16

LONGEST_WAIT = 30.0
"""For how many seconds the next bytes of a body are waited for where others need the place."""

_RETRY_AFTER = 5


class Input(Protocol):
    """A stream from which a body is read."""

    def read(self, size: int = -1, /) -> bytes:
        """Give the next bytes, at most ``size`` of them."""


class Intake:
    """Counts who reads a body now, and since when."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._places: dict[object, tuple[str, str, float]] = {}

    @contextmanager
    def reading(self, client: str, peer: str = "") -> Iterator[None]:
        """Take a place while the block runs; raise TooManyRequests or TooBusy where there is none.

        ``peer`` is the other side of the connection, if that is not the client but a proxy before it.
        """
        place = object()
        with self._lock:
            of_client = sum(1 for other, _, _ in self._places.values() if other == client)
            if of_client >= MOST_OF_ONE_CLIENT:
                raise TooManyRequests(
                    f"{of_client} bodies of this client are still on their way.",
                    remedy="Send them whole, or wait.",
                    retry_after=_RETRY_AFTER,
                )
            if len(self._places) >= MOST:
                raise TooBusy(f"{MOST} bodies are still on their way.", retry_after=_RETRY_AFTER)
            self._places[place] = (client, peer or client, monotonic())
        try:
            yield
        finally:
            with self._lock:
                del self._places[place]

    def slow(self, seconds: float) -> set[str]:
        """Give the peers for whose next bytes somebody has waited that long."""
        with self._lock:
            return {peer for _, peer, since in self._places.values() if monotonic() - since >= seconds}


class CountedInput:
    """The body of one request, read in a place of the intake."""

    def __init__(self, inner: Input, intake: Intake, *, client: str, peer: str, port: int) -> None:
        self._inner = inner
        self._intake = intake
        self._client = client
        self._peer = peer
        self._port = port

    def read(self, size: int = -1, /) -> bytes:
        """Give the next bytes; raise TooManyRequests or TooBusy where too many wait for theirs.

        Then those that have been waited for too long lose their connections, so that places get free.
        """
        try:
            with self._intake.reading(self._client, self._peer):
                return self._inner.read(size)
        except Overload:
            if slow := self._intake.slow(LONGEST_WAIT):
                hang_up(slow, self._port, silent_seconds=LONGEST_WAIT)
            raise


def register(app: Flask) -> None:
    """Let ``app`` read bodies in the places of an intake of its own."""
    intake = Intake()
    inner: Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]] = app.wsgi_app

    def counted(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        stream = environ["wsgi.input"]
        client, port = environ.get("REMOTE_ADDR", ""), int(environ.get("SERVER_PORT", "0"))
        peer = str(environ.get(PEER) or client)
        environ["wsgi.input"] = CountedInput(stream, intake, client=client, peer=peer, port=port)
        return inner(environ, start_response)

    app.wsgi_app = counted  # type: ignore[method-assign]
