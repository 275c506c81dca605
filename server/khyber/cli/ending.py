"""How the server ends when it is told to: what runs gets its time, then a clean answer, then all is over.

The first SIGTERM or SIGINT closes the door: the HTTP server takes no connection any more, and ends as soon as
the last request is answered. When the grace is over, the engine stops what still runs, so that those who wait
are answered 503; who gets no answer even then, because its request never came whole or its answer is not
taken, loses the connection. A second signal ends everything at once.
"""

from __future__ import annotations

import os
import select
import signal
from dataclasses import dataclass, field
from math import ceil
from time import sleep
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from granian.server.common import AbstractServer

SECONDS_TO_ANSWER = 2
"""How long the answers may take to go out that come when the grace is over."""

SECONDS_TO_END = 3
"""How much later a worker that stands still, and so does not end by itself, is killed."""

LONGEST_GRACE = 86_400.0
"""No grace is longer than this, in seconds, whatever is asked for: timers have an end."""

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)


@dataclass(frozen=True)
class Ending:
    """The end of one server, known in the process that is told and in the one that answers HTTP.

    ``grace`` is in seconds. Make it before the worker is forked.
    """

    grace: float
    _pipe: tuple[int, int] = field(default_factory=os.pipe)

    def has_begun(self) -> bool:
        """Say, in the worker, whether the server is ending."""
        return bool(self._told().poll(0))

    def await_signals(self, server: AbstractServer[Any]) -> None:
        """React to signals, in the process above the worker, before ``server`` does, which listens to them.

        Its own limit for workers that do not end is not used: it takes one that has just ended for one that
        refuses to, where the machine is busy, and says so.
        """
        reactions = {number: signal.getsignal(number) for number in SIGNALS}
        was_told = False

        def end(number: int, frame: FrameType | None) -> None:
            nonlocal was_told
            if was_told:
                for worker in server.wrks:
                    worker.kill()
                return
            was_told = True
            signal.alarm(ceil(self.grace) + SECONDS_TO_ANSWER + SECONDS_TO_END)
            os.write(self._pipe[1], b".")
            reaction = reactions[signal.Signals(number)]
            if callable(reaction):
                reaction(number, frame)

        for number in SIGNALS:
            signal.signal(number, end)

    def attend(self, last_call: Callable[[], None]) -> None:
        """Wait, in a thread of the worker, until the server ends; see to it that it does.

        ``last_call`` lets those who still wait for the engine be answered. Where every request was answered
        in time, the process has ended before this does anything.
        """
        self._told().poll()
        sleep(self.grace)
        last_call()
        sleep(SECONDS_TO_ANSWER)
        os._exit(0)

    def _told(self) -> select.poll:
        """Give what is ready when the server was told to end: what came through the pipe stays in it."""
        told = select.poll()
        told.register(self._pipe[0], select.POLLIN)
        return told
