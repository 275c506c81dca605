"""The processes below the supervisor, as it knows them."""

from __future__ import annotations

import os
import signal
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

from khyber.engine.isolation.messages import Request
from khyber.engine.isolation.turns import Turn
from khyber.engine.isolation.wire import Channel

NICE = 10
"""How far a query that has been paused for others steps back behind them."""


@dataclass(eq=False)
class Client:
    """A connection of an HTTP worker's thread, and the job that it waits for."""

    channel: Channel
    job: Job | None = None


@dataclass(eq=False)
class Job:
    """A request on its way: who waits for it, its turn, the child that works on it, and when it must end.

    ``publishing`` means that it is an update that has succeeded: it will not be stopped any more; ``again``
    that its first child ended before it did anything.
    """

    client: Client
    request: Request
    turn: Turn
    ends: float | None
    child: Child | None = None
    publishing: bool = False
    again: bool = False


@dataclass(eq=False)
class Child:
    """A process that runs queries, or one update, of the dataset's ``generation``."""

    pid: int
    descriptor: int
    channel: Channel
    holder: Holder
    generation: int
    writer: bool
    job: Job | None = None
    ended: bool = False
    demoted: bool = False

    def kill(self) -> None:
        """End it at once; its holder tells when it is gone."""
        self._signal(signal.SIGKILL)

    def pause(self) -> None:
        """Let it stand still, and step back behind others from now on; it ends with its job."""
        self._signal(signal.SIGSTOP)
        if not self.demoted:
            self.demoted = True
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self.pid, NICE)

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
class Holder:
    """A process that holds the dataset and forks children; ``forking``: the generations of those to come."""

    pid: int
    channel: Channel
    loaded: bool = False
    promotes: bool = True
    children: dict[int, Child] = field(default_factory=dict)
    forking: deque[int] = field(default_factory=deque)
