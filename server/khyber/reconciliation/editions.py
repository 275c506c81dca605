"""The index of the dataset as it is: made when it is first asked for, and anew when the dataset changed."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Condition

from khyber.engine.base import Engine
from khyber.errors import TooBusy
from khyber.reconciliation.index import Index
from khyber.reconciliation.reading import read_catalogue

PATIENCE = 2.0
"""For how many seconds a request waits for a new index if there is one of the version before."""

MOST_PATIENCE = 60.0
"""For how many seconds it waits if there is none."""

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

    def current(self, engine: Engine) -> Index:
        """Give the index of the dataset as it is now.

        Who asks first after a change makes it; the others wait for that a little, and are then answered from
        the one before. Raises what Engine.answer raises, and TooBusy if the first one is not ready in time.
        """
        version = engine.version()
        with self._changed:
            edition = self._edition
            if edition is not None and edition.version == version:
                return edition.index
            if self._is_making:
                patience = PATIENCE if edition is not None else MOST_PATIENCE
                self._changed.wait_for(lambda: not self._is_making, patience)
                if self._edition is not None:
                    return self._edition.index
                if self._is_making:
                    raise TooBusy("The names are being indexed.", retry_after=_RETRY_AFTER)
            self._is_making = True
        made: _Edition | None = None
        try:
            made = _make(engine)
        finally:
            with self._changed:
                self._edition = made or self._edition
                self._is_making = False
                self._changed.notify_all()
        return made.index


def _make(engine: Engine) -> _Edition:
    """Make an index of one version, or of the newest if it changes again and again meanwhile."""
    version = engine.version()
    for _ in range(_TRIES):
        catalogue = read_catalogue(engine)
        before, version = version, engine.version()
        if before == version:
            break
    return _Edition(before, Index(catalogue))
