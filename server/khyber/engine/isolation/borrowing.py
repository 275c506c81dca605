"""Asking a borrowed child directly, without the supervisor in between: the short way of a short query."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from time import monotonic

from khyber.engine.isolation.messages import Lend, Reply, Request, Returned, Task
from khyber.engine.isolation.page import LendingPage
from khyber.engine.isolation.turns import QUANTUM
from khyber.engine.isolation.wire import Channel

LONGEST_ARGUMENT = 64 * 1024
"""The longest request, in bytes, that is sent directly: it is taken at once by a child that waits."""

SHORTEST_LIMIT = 10 * QUANTUM
"""The shortest time limit, in seconds, that the supervisor keeps though it hears of the job after a while."""

MOMENT = 0.001
"""For how many seconds a thread waits for a child that another thread asks."""

COUNTED = ("result-too-large", "memory-limit")
"""The failures that the supervisor counts."""

Answer = tuple[Reply, list[int]]


@dataclass(eq=False)
class Lease:
    """A borrowed child: its process identifier, its data, its counter, and the connection to it."""

    pid: int
    generation: int
    cell: int
    channel: Channel
    poll: select.poll

    @classmethod
    def of(cls, lend: Lend, descriptor: int) -> Lease:
        """Take what the supervisor lends."""
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return cls(lend.pid, lend.generation, lend.cell, Channel.of_descriptor(descriptor), poll)


class Stock:
    """The children that one process has borrowed, and the line over which they come.

    The line closes with the process, which gives them back.
    """

    def __init__(self, line: Channel) -> None:
        self.process = os.getpid()
        self._line = line
        self._using_line = threading.Lock()
        self._leases: SimpleQueue[Lease] = SimpleQueue()
        self._borrowed = 0
        self._waiting = False

    def take(self) -> Lease | None:
        """Give a child that is free, or will be so in a moment; None if there is none, or others wait."""
        if self._waiting:
            return None
        try:
            return self._leases.get_nowait()
        except Empty:
            self._receive()
        self._waiting = True
        try:
            return self._leases.get(timeout=MOMENT) if self._borrowed > 0 else None
        except Empty:
            return None
        finally:
            self._waiting = False

    def put(self, lease: Lease) -> None:
        """Let the next request have a child."""
        self._leases.put(lease)

    def drop(self, lease: Lease) -> None:
        """Let go of a child that is not to be asked any more, as the supervisor knows already."""
        lease.channel.close()
        self._borrowed -= 1

    def give_back(self, lease: Lease, failed: str | None) -> None:
        """Let go of a child, and tell so."""
        self.drop(lease)
        with self._using_line, suppress(OSError):
            self._line.post(Returned(lease.pid, failed))

    def close(self) -> None:
        """Give everything back."""
        with suppress(Empty):
            while True:
                self._leases.get_nowait().channel.close()
        self._line.close()

    def _receive(self) -> None:
        """Take in what has been lent, unless another thread does."""
        if not self._using_line.acquire(blocking=False):
            return
        try:
            messages, _ = self._line.read()
            for lend, (descriptor,) in messages:
                self._borrowed += 1
                self._leases.put(Lease.of(lend, descriptor))
        finally:
            self._using_line.release()


class Borrowing:
    """Asks borrowed children. A process that is forked from this one borrows its own."""

    def __init__(self, connect: Callable[[], Channel], page: LendingPage) -> None:
        self._connect = connect
        self._page = page
        self._starting = threading.Lock()
        self._stock: Stock | None = None

    def ask(self, request: Request) -> Answer | Request:
        """Give the reply of a child, or the request as it is to go to the supervisor.

        That is the request itself where no child can be asked, because none is free, others wait for their
        turn, or the request is not a short one; or it says which child has begun it.
        """
        seconds = request.limits.seconds
        if (
            self._page.closed
            or request.task is not Task.ANSWER
            or len(request.argument) > LONGEST_ARGUMENT
            or (seconds is not None and seconds < SHORTEST_LIMIT)
        ):
            return request
        stock = self._stock
        if stock is None or stock.process != os.getpid():
            self._begin()
            return request
        while (lease := stock.take()) is not None:
            if lease.generation == self._page.generation:
                return self._ask(stock, lease, request)
            stock.drop(lease)  # its dataset is of the past
        return request

    def close(self) -> None:
        """Give everything back."""
        stock, self._stock = self._stock, None
        if stock is not None:
            stock.close()

    def _ask(self, stock: Stock, lease: Lease, request: Request) -> Answer | Request:
        since = monotonic()
        try:
            answer = _exchange(lease, request)
        except BaseException:
            stock.give_back(lease, None)  # what comes would be taken for the answer of the next request
            raise
        if answer is None:
            stock.drop(lease)
            return replace(request, lent=lease.pid, since=since)
        self._page.add(lease.cell)
        reply = answer[0]
        if reply.grown or reply.failed in COUNTED:
            stock.give_back(lease, reply.failed)
        else:
            stock.put(lease)
        return answer

    def _begin(self) -> None:
        if not self._starting.acquire(blocking=False):
            return
        try:
            line = self._connect()
            line.set_blocking(False)
            line.post(Request(Task.BORROW))
            self._stock = Stock(line)
        except OSError:
            return  # the supervisor has gone, as the request will find
        finally:
            self._starting.release()


def _exchange(lease: Lease, request: Request) -> Answer | None:
    """Ask a child; give None when it has not begun to reply after ``QUANTUM``, or has ended."""
    channel, poll = lease.channel, lease.poll
    try:
        sent = channel.post(request)
        while not sent:
            poll.poll(1)
            sent = channel.flush()
    except OSError:
        return None
    wait: float | None = QUANTUM * 1000
    while poll.poll(wait):
        messages, is_open = channel.read()
        if messages:
            reply: Reply = messages[0][0]
            return reply, messages[0][1]
        if not is_open:
            return None
        wait = None  # it has begun
    return None
