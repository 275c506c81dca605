"""The desk as other processes of the server see it: a connection for each thread."""

from __future__ import annotations

import os
import select
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from khyber.contributions.desk.clerks import JobLimits
from khyber.contributions.desk.messages import Question, Told
from khyber.contributions.desk.process import Desk
from khyber.engine.isolation.ending import LAST_CALL
from khyber.engine.isolation.processes import forked
from khyber.engine.isolation.wire import Channel
from khyber.errors import EngineFailure, KhyberError

GRACE = 60.0
"""How many seconds after all limits an answer is given up; a desk that has much to publish is so late."""


class _Connection(threading.local):
    """The connection of a thread, and the process that made it: after a fork it is the parent's."""

    process = 0
    channel: Channel | None = None


class DeskLink:
    """Asks the desk; may be used by any number of threads, and by processes forked from its starter."""

    def __init__(self, doorway: socket.socket, process: int, limits: JobLimits) -> None:
        """Take the socket through which connections are made, and the desk's process."""
        self._doorway = doorway
        self._process = process
        self._owner = os.getpid()
        self._patience = limits.seconds * (limits.waiting / limits.running + 1) + GRACE
        self._connection = _Connection()

    @classmethod
    def start(cls, opening: Callable[[], object], limits: JobLimits, keep: Sequence[int] = ()) -> DeskLink:
        """Fork the desk, which opens its office with ``opening``, and give the link to it.

        Call this while the process has a single thread. ``keep`` names the descriptors that the office
        needs. What is asked before the office is open waits; where it cannot be opened, every question is
        answered with the reason.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

        def run() -> None:
            try:
                office = opening()
            except KhyberError as error:
                office = _Closed(error)
            Desk(theirs, office, limits).run()

        process = forked("khyber-desk", run, keep=[theirs.fileno(), *keep])
        theirs.close()
        return cls(ours, process, limits)

    @property
    def process(self) -> int:
        """Give the process id of the desk."""
        return self._process

    def ask(self, name: str, *arguments: Any, apart: bool = False, client: str = "") -> Any:
        """Call a method of the office; give its value or raise what it raised.

        Raises EngineFailure where the desk has gone, and what jobs raise at their limits.
        """
        told = self._exchange(Question(name, arguments, apart=apart, client=client))
        if told.error is None:
            return told.value
        try:
            raise told.error
        finally:
            del told  # else the error holds the frame that holds the error

    def has_ended(self) -> bool:
        """Say whether the desk has ended."""
        poll = select.poll()
        poll.register(self._doorway.fileno(), 0)
        return bool(poll.poll(0))

    def last_call(self) -> None:
        """Stop what is judged or waits for that, and let nothing be judged any more: who asked is told so."""
        with suppress(OSError):  # the desk has ended, and with it all that it did
            self._doorway.send(LAST_CALL)

    def close(self) -> int:
        """End the desk, if this process started it; give its exit status.

        A status other than 0 means that it had ended before, on its own.
        """
        self._forget()
        had_ended = bool(self._process) and self.has_ended()
        self._doorway.close()
        if os.getpid() != self._owner or not self._process:
            return 0
        _, status = os.waitpid(self._process, 0)
        self._process = 0
        return os.waitstatus_to_exitcode(status) or int(had_ended)

    def _exchange(self, question: Question) -> Told:
        try:
            channel = self._channel()
            channel.set_timeout(self._patience)
            channel.send(question)
            told, _ = channel.receive()
        except (EOFError, OSError):
            self._forget()
            raise EngineFailure(
                "The desk that takes contributions does not answer; it is ending.", remedy="Try again."
            ) from None
        except BaseException:
            self._forget()  # what comes would be taken for the answer of the next question
            raise
        assert isinstance(told, Told), "the desk tells"  # noqa: S101
        return told

    def _channel(self) -> Channel:
        if self._connection.channel is None or self._connection.process != os.getpid():
            ours, theirs = Channel.pair()
            try:
                socket.send_fds(self._doorway, [b"+"], [theirs.fileno()])
            finally:
                theirs.close()
            self._connection.channel, self._connection.process = ours, os.getpid()
        return self._connection.channel

    def _forget(self) -> None:
        channel, self._connection.channel = self._connection.channel, None
        if channel is not None:
            channel.close()


class _Closed:
    """An office that could not be opened."""

    edition = None

    def __init__(self, error: KhyberError) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        raise self._error
