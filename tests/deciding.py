"""Processes that work on a ledger at once."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Sequence
from functools import partial

from keeping import Time
from khyber.contributions.ledger import Ledger
from khyber.errors import Conflict

Task = Callable[[Ledger], object]


def in_processes(where: str, tasks: Sequence[Task]) -> list[str]:
    """Run each task in a process with a ledger of its own, all at once; give how they ended."""
    ready, starting = os.pipe()
    children = [_fork(partial(_run, where, task, ready, starting)) for task in tasks]
    os.close(ready)
    os.close(starting)
    return sorted(_end_of(child) for child in children)


def _run(where: str, task: Task, ready: int, starting: int) -> int:
    """Open the ledger, wait until all have opened theirs, and do the task; 0 for done, 1 for a conflict."""
    with Ledger.open(where, clock=Time()) as ledger:
        os.close(starting)
        os.read(ready, 1)  # the end: every process has closed its side
        try:
            task(ledger)
        except Conflict:
            return 1
    return 0


def _fork(work: Callable[[], int]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        status = work()
    except BaseException:
        traceback.print_exc()
        status = 2
    os._exit(status)


def _end_of(child: int) -> str:
    _, status = os.waitpid(child, 0)
    return {0: "done", 1: "conflict"}.get(os.waitstatus_to_exitcode(status), "failed")
