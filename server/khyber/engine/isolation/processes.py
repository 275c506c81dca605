"""Forking processes that leave nothing behind: they end with their parent, and hold nothing of it."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_PR_SET_CHILD_SUBREAPER = 36
_STANDARD = 3
_LIBC = ctypes.CDLL(None, use_errno=True)


def forked(name: str, run: Callable[[], None], keep: Iterable[int]) -> int:
    """Fork a process that runs ``run`` and ends; give its process identifier.

    Only the calling thread goes on in it, so this is for processes without others. Of the open files it
    keeps the standard ones and ``keep``. It is killed when this process ends, and ignores Ctrl-C, which a
    terminal sends to every process: the first one decides.
    """
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        _settle(name, parent, keep)
        run()
        status = 0
    except (EOFError, BrokenPipeError, ConnectionError):
        status = 0  # the process at the other end has gone, and this one with it
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


class Descendant(BaseException):
    """Raised in a forked process, to leave the frames of its parent before it begins."""

    def __init__(self, name: str, parent: int, run: Callable[[], None], keep: Iterable[int]) -> None:
        super().__init__(name)
        self._name, self._parent, self._run, self._keep = name, parent, run, keep

    def begin(self) -> None:
        """Do what the process is for."""
        _settle(self._name, self._parent, self._keep)
        self._run()


def forked_afresh(name: str, run: Callable[[], None], keep: Iterable[int]) -> int:
    """Fork a process as ``forked`` does, that runs ``run`` in the frame of ``generations``.

    A process that forks its own successor, again and again, would else stack their frames up.
    """
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    raise Descendant(name, parent, run, keep)


def generations(run: Callable[[], None]) -> None:
    """Run ``run``, and in each process that it forks by ``forked_afresh``, what that is for."""
    while True:
        try:
            return run()
        except Descendant as descendant:
            run = descendant.with_traceback(None).begin


def _settle(name: str, parent: int, keep: Iterable[int]) -> None:
    # Objects of the parent that hold descriptors must never be collected: the numbers get new owners.
    gc.freeze()
    end_with(parent)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    _close_all_but(frozenset(keep))
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)  # what it was may be among the closed
    _LIBC.prctl(_PR_SET_NAME, name.encode()[:15], 0, 0, 0)


def end_with(parent: int) -> None:
    """Let this process be killed when its parent ends."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def outlive_parent() -> None:
    """Let this process go on when its parent ends."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, 0, 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of processes whose parents below this one end."""
    _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def silence() -> None:
    """Send what a library prints about its own end to nowhere; the supervisor tells what happened."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def offer_to_the_kernel() -> None:
    """Let the kernel end this process first when the machine runs out of memory."""
    try:
        Path("/proc/self/oom_score_adj").write_text("900", encoding="ascii")
    except OSError:
        return


def _close_all_but(kept: frozenset[int]) -> None:
    for number in [int(name) for name in os.listdir("/proc/self/fd")]:  # noqa: PTH208 - numbers, not paths
        if number >= _STANDARD and number not in kept:
            try:
                os.close(number)
            except OSError:
                continue  # the descriptor by which the folder was listed
