"""Pages of memory that the supervisor shares with its clients: what they look up before every request.

A message there and back would take longer than the look.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass, field

_SLOT = 64
_SLOTS = 2

CELLS = 64
"""How many counters a page for lending has."""

_NUMBER = struct.Struct("=Q")
_CLOSED = _NUMBER.size
_COUNTERS = 2 * _NUMBER.size


def checked(version: str) -> str:
    """Give a version that has room on a page; raise ValueError for one that has not."""
    if not version.isascii() or len(version) >= _SLOT:
        raise ValueError(f"A version has at most {_SLOT - 1} letters of ASCII, unlike {version!r}.")
    return version


class VersionPage:
    """The version of the dataset, shared by all processes forked after the page was made.

    One process writes. A version is put into the slot that nobody reads, and then a single byte says which
    slot holds; so a reader gets the old one or the new one, and nothing between.
    """

    def __init__(self) -> None:
        """Make the page; it holds no version yet."""
        self._page = mmap.mmap(-1, _SLOT * (_SLOTS + 1))

    def write(self, version: str) -> None:
        """Say that this is the version from now on; see ``checked``."""
        slot = 1 + self._page[0] % _SLOTS
        self._page[slot * _SLOT : (slot + 1) * _SLOT] = version.encode("ascii").ljust(_SLOT, b"\0")
        self._page[0] = slot

    def read(self) -> str:
        """Give the version, or nothing if none was written."""
        slot = self._page[0]
        written = self._page[slot * _SLOT : (slot + 1) * _SLOT] if slot else b""
        return written.rstrip(b"\0").decode("ascii")


class LendingPage:
    """Whether children may be asked directly, of which generation their dataset is, and what they have done.

    The supervisor writes the first two. A counter is written by the one thread that uses its child, and by
    the supervisor when nobody does.
    """

    def __init__(self) -> None:
        """Make the page."""
        self._page = mmap.mmap(-1, _COUNTERS + CELLS * _NUMBER.size)

    @property
    def generation(self) -> int:
        """Give the number of the state of the dataset that holds."""
        return int(_NUMBER.unpack_from(self._page, 0)[0])

    @generation.setter
    def generation(self, number: int) -> None:
        self._page[: _NUMBER.size] = _NUMBER.pack(number)  # in one step, unlike pack_into

    @property
    def closed(self) -> bool:
        """Say whether all have to go through the supervisor, because some wait for their turn."""
        return bool(self._page[_CLOSED])

    @closed.setter
    def closed(self, closed: bool) -> None:
        self._page[_CLOSED] = closed

    def count(self, cell: int) -> int:
        """Give a counter."""
        return int(_NUMBER.unpack_from(self._page, _COUNTERS + cell * _NUMBER.size)[0])

    def add(self, cell: int) -> None:
        """Count one more."""
        _NUMBER.pack_into(self._page, _COUNTERS + cell * _NUMBER.size, self.count(cell) + 1)

    def reset(self, cell: int) -> None:
        """Begin anew."""
        _NUMBER.pack_into(self._page, _COUNTERS + cell * _NUMBER.size, 0)


@dataclass(frozen=True)
class Pages:
    """The pages of an engine."""

    version: VersionPage = field(default_factory=VersionPage)
    lending: LendingPage = field(default_factory=LendingPage)
