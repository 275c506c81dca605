"""Clerks: processes forked from the desk that answer what is asked apart, and are killed at its limits.

A clerk knows the office as it was when it was forked. It answers one question after the other while nothing
has changed; after a change the desk forks another one, before it is needed.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from khyber.contributions.desk.messages import Question, Told
from khyber.engine.isolation.memory import MOST_GROWTH, Memory
from khyber.engine.isolation.processes import forked
from khyber.engine.isolation.wire import Channel
from khyber.errors import EngineFailure, KhyberError, MemoryLimitReached, TimeLimitReached


@dataclass(frozen=True)
class JobLimits:
    """What a question that is answered apart may take, and how many of them run and wait at once."""

    seconds: float = 30.0
    memory_bytes: int = 1024**3
    running: int = 1
    waiting: int = 32


class Clerk:
    """A process that answers one question at a time."""

    def __init__(self, answer: Callable[[Question], Told], edition: object, limits: JobLimits) -> None:
        """Fork it; this process must have a single thread. ``edition`` names what the clerk knows."""
        self.edition = edition
        self.deadline = float("inf")
        self._limits = limits
        self._reason: KhyberError | None = None
        ours, theirs = Channel.pair()
        self._pid = forked("khyber-clerk", lambda: _serve(answer, theirs, limits), keep=[theirs.fileno()])
        theirs.close()
        ours.set_blocking(False)
        self.channel = ours
        self._process = os.pidfd_open(self._pid)
        self._has_more = False

    def begin(self, question: Question) -> None:
        """Ask it; the answer comes through ``channel``. Raises OSError if it has gone."""
        self.deadline = monotonic() + self._limits.seconds
        self._has_more = not self.channel.post(question)

    def go_on(self) -> bool:
        """Send what is left of the question; say whether that was all."""
        try:
            self._has_more = self._has_more and not self.channel.flush()
        except OSError:
            self._has_more = False  # it has gone; the end of its connection tells so
        return not self._has_more

    def read(self) -> tuple[Told | None, bool]:
        """Give the answer if it is there, and whether the process is there, fit for another question."""
        messages, is_open = self.channel.read()
        for (told, is_fit), _ in messages:
            self.deadline = float("inf")
            return told, is_open and is_fit
        return None, is_open

    def kill(self, reason: KhyberError | None = None) -> None:
        """End the process; ``reason``, if there is one, is what who asked is told."""
        self._reason = self._reason or reason
        signal.pidfd_send_signal(self._process, signal.SIGKILL)

    def end(self) -> Told:
        """End the process, if it has not ended, and say why it gave no answer."""
        self.channel.close()  # it ends by itself when nobody is there to ask
        _, status = os.waitpid(self._pid, 0)
        os.close(self._process)
        return Told(error=self._failure(os.waitstatus_to_exitcode(status)))

    def _failure(self, status: int) -> KhyberError:
        if self._reason is not None:
            return self._reason
        if status in (-signal.SIGABRT, -signal.SIGKILL, -signal.SIGSEGV):
            return _memory_limit(self._limits)
        return EngineFailure(f"The process that judged it ended with status {status}.")


def _serve(answer: Callable[[Question], Told], channel: Channel, limits: JobLimits) -> None:
    memory = Memory()
    most = memory.resident + MOST_GROWTH
    while True:
        question, _ = channel.receive()
        try:
            memory.limit(limits.memory_bytes)
            told = answer(question)
        except (MemoryError, RecursionError):
            told = Told(error=_memory_limit(limits))
        memory.limit(None)
        channel.send((told, memory.resident < most))


def time_limit(limits: JobLimits) -> TimeLimitReached:
    """Give the error of a question whose time is up."""
    return TimeLimitReached(
        f"Judging it took longer than the limit of {limits.seconds:g} seconds and was stopped.",
        remedy="Send it in smaller parts.",
    )


def _memory_limit(limits: JobLimits) -> KhyberError:
    return MemoryLimitReached(
        f"Judging it took more memory than the limit of {limits.memory_bytes:,} bytes and was stopped.",
        remedy="Send it in smaller parts; look for a literal or a nesting that is not meant.",
    )
