"""The index of the dataset as it is: made when the dataset has changed, ahead of who asks or by them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Event
from time import monotonic

from khyber.engine.base import Engine
from khyber.errors import KhyberError, TooBusy
from khyber.reconciliation.index import Index, at_once
from khyber.reconciliation.reading import read_catalogue

PATIENCE = 2.0
"""For how many seconds a request waits for a new index if there is one of the version before."""

MOST_PATIENCE = 60.0
"""For how many seconds it waits if there is none, or if it is the first that asks for a version."""

LOOKING = 0.1
"""How many seconds pass at least before it is looked again whether there is a new version."""

AFTER_FAILURE = 1.0
"""How many seconds pass after an index could not be made ahead."""

_TRIES = 3
_RETRY_AFTER = 5


@dataclass(frozen=True)
class _Edition:
    version: str
    index: Index


class Editions:
    """Keeps one index, for every thread; one thread at a time makes the next."""

    def __init__(self) -> None:
        """Keep none yet."""
        self._changed = Condition()
        self._edition: _Edition | None = None
        self._is_making = False
        self._asked_for = ""
        """The version that a request has asked for, so that the requests after it wait less."""

    @property
    def version(self) -> str:
        """Name the version that the index is of, or nothing if there is none yet."""
        edition = self._edition
        return edition.version if edition is not None else ""

    def current(self, engine: Engine) -> Index:
        """Give the index of the dataset as it is now.

        Who asks first after a change waits for it, or makes it if nobody does; the others wait a little, and
        are then answered from the one before. Raises what Engine.answer raises, and TooBusy if the first one
        is not ready in time.
        """
        deadline: float | None = None
        while True:
            version = engine.version()
            with self._changed:
                edition = self._edition
                if edition is not None and edition.version == version:
                    return edition.index
                if deadline is None:
                    is_first = edition is None or self._asked_for != version
                    deadline = monotonic() + (MOST_PATIENCE if is_first else PATIENCE)
                    self._asked_for = version
                if not self._is_making:
                    self._is_making = True
                    break
                if not self._changed.wait_for(lambda: not self._is_making, deadline - monotonic()):
                    if edition is not None:
                        return edition.index
                    raise TooBusy("The names are being indexed.", retry_after=_RETRY_AFTER)
        return self._make(engine, at_once)

    def refresh(self, engine: Engine, give_way: Callable[[], None]) -> None:
        """Make the index of the dataset as it is now, if it is not there and nobody makes one.

        ``give_way`` is called again and again meanwhile. Raises what Engine.answer raises.
        """
        version = engine.version()
        with self._changed:
            if self._is_making or (self._edition is not None and self._edition.version == version):
                return
            self._is_making = True
        self._make(engine, give_way)

    def _make(self, engine: Engine, give_way: Callable[[], None]) -> Index:
        made: _Edition | None = None
        try:
            made = _new_edition(engine, give_way)
        finally:
            with self._changed:
                self._edition = made or self._edition
                self._is_making = False
                self._changed.notify_all()
        return made.index


def keep_up(editions: Editions, engine: Engine, give_way: Callable[[], None], ended: Event) -> None:
    """Make the index of each version ahead of who asks for it, until ``ended`` is set.

    It rests for as long as making one took, so that many versions one after the other are not each indexed.
    A failure is left to who asks next: that one tries again, and is told.
    """
    rest = 0.0
    while not ended.wait(rest):
        began = monotonic()
        try:
            editions.refresh(engine, give_way)
            rest = max(LOOKING, monotonic() - began)
        except KhyberError:
            rest = AFTER_FAILURE


def _new_edition(engine: Engine, give_way: Callable[[], None]) -> _Edition:
    """Make an index of one version, or of the newest if it changes again and again meanwhile."""
    version = engine.version()
    for _ in range(_TRIES):
        catalogue = read_catalogue(engine)
        before, version = version, engine.version()
        if before == version:
            break
    return _Edition(before, Index(catalogue, give_way))
