"""Memory that a process has from its parent: copied ahead, and the same as before."""

from __future__ import annotations

import mmap
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from khyber.engine.isolation.own_memory import BLOCK, OwnMemory, give_back
from khyber.engine.isolation.processes import forked

BLOCKS = 64
PATTERN = bytes(range(256))


def in_a_fork(work: Callable[[], None]) -> int:
    """Run ``work`` in a process forked from this one; give its exit status."""
    return os.waitstatus_to_exitcode(os.waitpid(forked("khyber-test", work, [1, 2]), 0)[1])


def memory(field: str) -> int:
    """Give bytes of this process: ``Rss``, those in memory; ``Private_Dirty``, those it shares with none."""
    rollup = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
    return sum(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith(f"{field}:"))


def copy_all() -> None:
    own = OwnMemory()
    while own.left:
        own.copy_block()


@pytest.mark.skipif(
    not Path("/sys/kernel/mm/transparent_hugepage").exists(),
    reason="this kernel has no transparent huge pages",
)
def test_a_fork_gets_what_it_shared_as_its_own_and_unchanged() -> None:
    content = PATTERN * (BLOCKS * BLOCK // len(PATTERN))

    def work() -> None:
        before = memory("Private_Dirty")
        copy_all()
        assert memory("Private_Dirty") - before >= (BLOCKS - 2) * BLOCK
        assert content == PATTERN * (BLOCKS * BLOCK // len(PATTERN))

    assert in_a_fork(work) == 0


def test_what_was_never_used_takes_no_memory() -> None:
    with mmap.mmap(-1, BLOCKS * BLOCK, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as unused:

        def work() -> None:
            before = memory("Rss")
            copy_all()
            assert memory("Rss") - before < BLOCKS * BLOCK / 2
            assert unused[:BLOCK] == bytes(BLOCK)

        assert in_a_fork(work) == 0


def test_what_is_not_used_any_more_is_given_back() -> None:
    def work() -> None:
        kept = [bytes(1000) for _ in range(200_000)]
        last = bytes(1000)
        del kept
        before = memory("Rss")
        give_back()
        assert before - memory("Rss") > 100_000_000
        assert last == bytes(1000)

    assert in_a_fork(work) == 0
