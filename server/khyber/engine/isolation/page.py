"""A page of memory on which the supervisor writes the version of the dataset, and its clients read it.

Every request asks for the version, to look into the cache; a message there and back would take longer than
the look.
"""

from __future__ import annotations

import mmap

_SLOT = 64
_SLOTS = 2


class VersionPage:
    """The version of the dataset, shared by all processes forked after the page was made.

    One process writes. A version is put into the slot that nobody reads, and then a single byte says which
    slot holds; so a reader gets the old one or the new one, and nothing between.
    """

    def __init__(self) -> None:
        """Make the page; it holds no version yet."""
        self._page = mmap.mmap(-1, _SLOT * (_SLOTS + 1))

    def write(self, version: str) -> None:
        """Say that this is the version from now on; it has at most 63 letters of ASCII."""
        slot = 1 + self._page[0] % _SLOTS
        self._page[slot * _SLOT : (slot + 1) * _SLOT] = version.encode("ascii").ljust(_SLOT, b"\0")
        self._page[0] = slot

    def read(self) -> str:
        """Give the version, or nothing if none was written."""
        slot = self._page[0]
        written = self._page[slot * _SLOT : (slot + 1) * _SLOT] if slot else b""
        return written.rstrip(b"\0").decode("ascii")
