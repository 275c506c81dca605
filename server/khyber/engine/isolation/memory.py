"""What the memory of this process holds, and how much more it may."""

from __future__ import annotations

import os
import resource

MOST_GROWTH = 128 * 1024 * 1024
"""How much more memory, in bytes, a process may keep from job to job before it is replaced."""

_PAGE = os.sysconf("SC_PAGE_SIZE")
_RESIDENT, _DATA = 1, 5
"""Where /proc/self/statm says, in pages, what is in memory and what is private and writable."""

_LONGEST = 256


class Memory:
    """The memory of the process that makes this; not of one that is forked from it."""

    def __init__(self) -> None:
        # Opening it for each look takes ten times as long as the look.
        self._statm = os.open("/proc/self/statm", os.O_RDONLY)
        self._hard = resource.getrlimit(resource.RLIMIT_DATA)[1]

    @property
    def resident(self) -> int:
        """Give the bytes that are in memory."""
        return self._look(_RESIDENT)

    def limit(self, more: int | None) -> None:
        """Let this process take so many bytes more; beyond, allocation fails, at which Oxigraph aborts."""
        soft = self._hard if more is None else self._look(_DATA) + more
        resource.setrlimit(resource.RLIMIT_DATA, (soft, self._hard))

    def close(self) -> None:
        """Look no more."""
        os.close(self._statm)

    def _look(self, field: int) -> int:
        return int(os.pread(self._statm, _LONGEST, 0).split()[field]) * _PAGE
