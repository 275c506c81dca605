"""The service as a server keeps it: the index of what is published now, and how many work with it at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Event, Lock, Thread
from time import sleep
from weakref import finalize

from khyber.engine.base import Engine
from khyber.errors import TooBusy
from khyber.reconciliation.editions import Editions, keep_up
from khyber.reconciliation.index import Index

AT_ONCE = 1
"""How many batches are compared at once: more would not be faster, as one interpreter compares all."""

PAUSE = 0.0001
"""For how many seconds a batch rests before each name, so that other requests go on meanwhile."""

MOST_WAITING = 16
PATIENCE = 20.0

_RETRY_AFTER = 5


class Service:
    """What all requests to one application share."""

    def __init__(self) -> None:
        """Start with no index."""
        self._editions = Editions()
        self._places = BoundedSemaphore(AT_ONCE)
        self._line = BoundedSemaphore(AT_ONCE + MOST_WAITING)
        self._starting = Lock()
        self._is_following = False
        self._ended = Event()
        finalize(self, self._ended.set)

    def follow(self, engine: Engine) -> None:
        """Have the index made ahead from now on, in a thread: of what is published now, and of each version.

        Only the first call does something; the thread ends with this service.
        """
        if self._is_following:
            return
        with self._starting:
            if not self._is_following:
                self._is_following = True
                known = (self._editions, engine, give_way, self._ended)
                Thread(target=keep_up, args=known, name="reconciliation index", daemon=True).start()

    def index(self, engine: Engine) -> Index:
        """Give the index of what is published now; see Editions.current."""
        return self._editions.current(engine)

    @contextmanager
    def comparing(self) -> Iterator[None]:
        """Take a place to compare names while the block runs; raise TooBusy where too many wait for one."""
        if not self._line.acquire(blocking=False):
            raise TooBusy(f"{MOST_WAITING} batches are waiting to be compared.", retry_after=_RETRY_AFTER)
        try:
            if not self._places.acquire(timeout=PATIENCE):
                raise TooBusy("The batches before this one take too long.", retry_after=_RETRY_AFTER)
            try:
                yield
            finally:
                self._places.release()
        finally:
            self._line.release()


def give_way() -> None:
    """Let other threads of the process go on."""
    sleep(PAUSE)
