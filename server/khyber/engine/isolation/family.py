"""The processes below the supervisor, as it knows them, and what it hears of them."""

from __future__ import annotations

import os
import signal
from collections import deque
from dataclasses import dataclass, field
from time import clock_gettime
from typing import Protocol

from khyber.engine.isolation.messages import Reply, Request
from khyber.engine.isolation.stepping_back import step_back
from khyber.engine.isolation.turns import Turn
from khyber.engine.isolation.wire import Channel

LONG = 0.02
"""After how many seconds of work, waiting not counted, a query steps back behind others."""

_PROCESS = 2  # the kernel's number of the clock that counts a process's time on a core


@dataclass(eq=False)
class Client:
    """A connection of an HTTP worker: of a thread, with the job that it waits for, or of a borrower."""

    channel: Channel
    job: Job | None = None
    borrower: Borrower | None = None


@dataclass(eq=False)
class Job:
    """A request on its way: who waits for it, its turn, the child that works on it, and when it must end.

    ``publishing`` means that it is an update that has succeeded: it will not be stopped any more; ``again``
    how many children ended before they did anything for it.
    """

    client: Client
    request: Request
    turn: Turn
    ends: float | None
    child: Child | None = None
    publishing: bool = False
    again: int = 0


@dataclass(eq=False)
class Child:
    """A process that runs queries, or one update, of the dataset's ``generation``.

    ``demoted`` says that it had to step back; it does not come forward again.
    """

    pid: int
    descriptor: int
    channel: Channel
    holder: Holder
    generation: int
    writer: bool
    job: Job | None = None
    ended: bool = False
    demoted: bool = False
    borrower: Borrower | None = None
    cell: int = 0
    _worked_before: float = 0.0

    def kill(self) -> None:
        """End it at once; its holder tells when it is gone."""
        self._signal(signal.SIGKILL)

    def pause(self) -> None:
        """Let it stand still, and step back behind others from now on."""
        self._signal(signal.SIGSTOP)
        self._demote()

    def begin(self, job: Job) -> None:
        """Note that it works on a job."""
        job.child, self.job = self, job
        self._worked_before = self._worked()

    def step_back(self) -> float | None:
        """Let it step back behind others if it has worked on its job for long; it ends with the job then.

        Gives after how many seconds of work it has to step back, None if it has.
        """
        if self.demoted:
            return None
        worked = self._worked() - self._worked_before
        if worked < LONG:
            return LONG - worked
        self._demote()
        return None

    def _demote(self) -> None:
        if not self.demoted:
            self.demoted = True
            step_back(self.pid)

    def _worked(self) -> float:
        """Give the seconds that it has had a core."""
        try:
            return clock_gettime((~self.pid << 3) | _PROCESS)
        except OSError:
            return 0.0  # it has ended; its holder tells

    def resume(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def forget(self) -> None:
        """Let go of its descriptors."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1
        self.channel.close()

    def _signal(self, number: signal.Signals) -> None:
        try:
            signal.pidfd_send_signal(self.descriptor, number)
        except ProcessLookupError:
            return  # it has ended by itself; its holder tells


@dataclass(eq=False)
class Borrower:
    """A process that asks children directly, the line to it, and the children that are lent to it."""

    channel: Channel
    children: dict[int, Child] = field(default_factory=dict)


@dataclass(eq=False)
class Holder:
    """A process that holds the dataset and forks children; ``forking``: the generations of those to come."""

    pid: int
    channel: Channel
    loaded: bool = False
    promotes: bool = True
    children: dict[int, Child] = field(default_factory=dict)
    forking: deque[int] = field(default_factory=deque)


class Listener(Protocol):
    """Who is told what happens to jobs."""

    def loaded(self) -> None:
        """Hear that the dataset is here, or is lost."""

    def replied(self, child: Child, reply: Reply, descriptors: list[int]) -> None:
        """Hear what a child gives for its job; own the descriptors."""

    def died(self, job: Job, number: int) -> None:
        """Hear that a child has ended in the middle of a job, by the signal ``number`` if that is not 0."""

    def published(self, job: Job, reply: Reply) -> None:
        """Hear that an update holds from now on, or why it does not."""
