"""Copying the memory that a forked process shares, ahead of the queries that would wait for it.

After a fork the kernel copies each page when it is first written to, and Oxigraph writes to nearly every
page that it reads: it counts who uses each quad. So the first queries of a child took twice as long as
later ones. Here the memory is copied in blocks of 2 MiB, which the kernel then maps as huge pages.
"""

from __future__ import annotations

import ctypes
import os
from array import array
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

BLOCK = 2 * 1024 * 1024
"""How many bytes a huge page has, and its address is a multiple of it."""

_PAGE = os.sysconf("SC_PAGE_SIZE")
_POPULATE_WRITE, _COLLAPSE = 23, 25  # madvise(2); since Linux 5.14 and 6.1
_OCCUPIED = 3 / 4
_LOOK = 16
_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)


class OwnMemory:
    """The blocks of the memory of the process that makes this which it may share with its parent.

    What is not used, and what the kernel cannot map as huge pages, is left as it is.
    """

    def __init__(self) -> None:
        self._blocks = deque(_blocks())
        self._done = 0

    @property
    def left(self) -> int:
        """Give the number of blocks that have not been looked at."""
        return len(self._blocks)

    def copy_block(self) -> None:
        """Copy one block, which takes about a millisecond; give up where memory becomes scarce.

        Raises IndexError where none is left.
        """
        if self._done % _LOOK == 0 and _scarce():
            self._blocks.clear()
            return
        self._done += 1
        block = self._blocks.popleft()
        if _occupied(block) < _OCCUPIED or not _advise(block, _COLLAPSE):
            return
        if _advise(block, _POPULATE_WRITE):  # copies what was a huge page of both before; else does nothing
            _advise(block, _COLLAPSE)


def give_back() -> None:
    """Give the kernel what was allocated and is not used any more, where the C library can."""
    with suppress(AttributeError):
        _LIBC.malloc_trim(0)


def _blocks() -> Iterator[int]:
    """Give the addresses of the blocks that hold what the process has allocated."""
    for line in Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines():
        span, mode, _, _, _, *name = line.split()
        if mode == "rw-p" and (not name or name[0] == "[heap]"):
            begin, end = (int(address, 16) for address in span.split("-"))
            yield from range(-(-begin // BLOCK) * BLOCK, end // BLOCK * BLOCK, BLOCK)


def _occupied(block: int) -> float:
    """Give which part of a block is in memory; 0 where the kernel does not say."""
    with suppress(OSError), Path("/proc/self/pagemap").open("rb", buffering=0) as pagemap:
        entries = array("Q", os.pread(pagemap.fileno(), BLOCK // _PAGE * 8, block // _PAGE * 8))
        return sum(entry >> 63 for entry in entries) * _PAGE / BLOCK
    return 0.0


def _advise(block: int, advice: int) -> bool:
    failed: int = _LIBC.madvise(block, BLOCK, advice)
    return not failed


def _scarce() -> bool:
    """Say whether less than a quarter of the memory is free, of the machine's or of this control group's."""
    facts = dict(line.split(":") for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines())
    total, free = (int(facts[name].split()[0]) * 1024 for name in ("MemTotal", "MemAvailable"))
    if free < total / 4:
        return True
    with suppress(OSError, ValueError):
        path = Path("/proc/self/cgroup").read_text(encoding="utf-8").rpartition("::")[2].strip().lstrip("/")
        group = Path("/sys/fs/cgroup") / path
        most, used = (
            int((group / name).read_text(encoding="ascii")) for name in ("memory.max", "memory.current")
        )
        return most - used < most / 4
    return False
