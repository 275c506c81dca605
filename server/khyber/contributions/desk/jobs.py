"""Questions that are answered apart: in a forked process each, which is killed at its limits."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from khyber.contributions.desk.messages import Told
from khyber.engine.isolation.processes import forked
from khyber.engine.isolation.wire import Channel
from khyber.errors import EngineFailure, KhyberError, MemoryLimitReached, TimeLimitReached

_DATA = 5
"""Where /proc/self/statm says, in pages, what is private and writable."""


@dataclass(frozen=True)
class JobLimits:
    """What a question that is answered apart may take, and how many of them run and wait at once."""

    seconds: float = 30.0
    memory_bytes: int = 1024**3
    running: int = 1
    waiting: int = 32


class Job:
    """A process that answers one question."""

    def __init__(self, work: Callable[[], Any], limits: JobLimits) -> None:
        """Fork it; this process must have a single thread."""
        self.limits = limits
        self.told: Told | None = None
        self.deadline = monotonic() + limits.seconds
        self._late = False
        ours, theirs = Channel.pair()
        # The numbers of descriptors alone pass the fork: the objects close what they hold.
        kept = theirs.fileno()
        self.pid = forked("khyber-judge", lambda: _answer(work, theirs, limits), keep=[kept])
        theirs.close()
        ours.set_blocking(False)
        self.channel = ours
        self.process = os.pidfd_open(self.pid)

    def kill(self, *, late: bool = False) -> None:
        """End the process; ``late`` says that its time was up."""
        self._late = self._late or late
        signal.pidfd_send_signal(self.process, signal.SIGKILL)

    def read(self) -> bool:
        """Take the answer if it is there; say whether the process may still have something to say."""
        messages, is_open = self.channel.read()
        for message, _ in messages:
            self.told = message
        return is_open

    def end(self) -> Told:
        """Wait for the end of the process, which is near, and give what it said or why it said nothing."""
        self.read()
        _, status = os.waitpid(self.pid, 0)
        os.close(self.process)
        self.channel.close()
        return self.told or Told(error=self._failure(os.waitstatus_to_exitcode(status)))

    def _failure(self, status: int) -> KhyberError:
        if self._late:
            return TimeLimitReached(
                f"Judging it took longer than the limit of {self.limits.seconds:g} seconds and was stopped.",
                remedy="Send it in smaller parts.",
            )
        if status in (-signal.SIGABRT, -signal.SIGKILL, -signal.SIGSEGV):
            return _memory_limit(self.limits)
        return EngineFailure(f"The process that judged it ended with status {status}.")


def _answer(work: Callable[[], Any], channel: Channel, limits: JobLimits) -> None:
    try:
        _limit_memory(limits.memory_bytes)
        told = Told(work())
    except KhyberError as error:
        told = Told(error=error)
    except (MemoryError, RecursionError):
        told = Told(error=_memory_limit(limits))
    channel.send(told)


def _memory_limit(limits: JobLimits) -> KhyberError:
    return MemoryLimitReached(
        f"Judging it took more memory than the limit of {limits.memory_bytes:,} bytes and was stopped.",
        remedy="Send it in smaller parts; look for a literal or a nesting that is not meant.",
    )


def _limit_memory(limit: int) -> None:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[_DATA])
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (pages * os.sysconf("SC_PAGE_SIZE") + limit, hard))
