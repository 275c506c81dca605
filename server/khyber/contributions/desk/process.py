"""The desk's loop: questions come in over sockets, answers go out, jobs begin and end."""

from __future__ import annotations

import selectors
import socket
import traceback
from collections import deque
from dataclasses import dataclass
from functools import partial
from time import monotonic

from khyber.contributions.desk.clerks import Clerk, JobLimits, time_limit
from khyber.contributions.desk.messages import Question, Told
from khyber.engine.isolation.ending import LAST_CALL, stopped
from khyber.engine.isolation.wire import Channel
from khyber.errors import EngineFailure, KhyberError, TooBusy, TooManyRequests


@dataclass(eq=False)
class _Asker:
    """A connection: one question at a time comes over it."""

    channel: Channel
    clerk: Clerk | None = None
    is_gone: bool = False


class Desk:
    """Answers the questions that come over connections with the methods of one object, the office."""

    def __init__(self, doorway: socket.socket, office: object, limits: JobLimits) -> None:
        """Take the socket through which new connections come."""
        self._doorway = doorway
        self._office = office
        self._limits = limits
        self._selector = selectors.DefaultSelector()
        self._busy: dict[Clerk, _Asker] = {}
        self._idle: Clerk | None = None
        self._waiting: deque[tuple[Question, _Asker]] = deque()
        self._selector.register(doorway, selectors.EVENT_READ, self._welcome)
        self._is_open = True
        self._is_last_call = False

    def run(self) -> None:
        """Answer until the doorway closes, and every connection with it."""
        while self._is_open:
            for key, _ in self._selector.select(self._patience()):
                key.data()
            self._end_late_clerks()
            self._set_clerks_to_work()
            self._have_one_ready()
        for clerk in self._busy:
            clerk.kill()

    def _welcome(self) -> None:
        data, descriptors, _, _ = socket.recv_fds(self._doorway, 1, 1)
        if not data:
            self._is_open = False
            return
        if data == LAST_CALL:
            self._stop_jobs()
        for descriptor in descriptors:
            asker = _Asker(Channel.of_descriptor(descriptor))
            asker.channel.set_blocking(False)
            self._selector.register(
                asker.channel, selectors.EVENT_READ, lambda asker=asker: self._hear(asker)
            )

    def _stop_jobs(self) -> None:
        """Let nothing be judged any more; what the office does itself goes on, and takes a moment."""
        self._is_last_call = True
        for _, asker in self._waiting:
            self._tell(asker, Told(error=stopped()))
        self._waiting.clear()
        for clerk in self._busy:
            clerk.kill(stopped())

    def _hear(self, asker: _Asker) -> None:
        questions, is_open = asker.channel.read()
        for question, _ in questions:
            self._take(question, asker)
        if not is_open:
            self._part(asker)

    def _part(self, asker: _Asker) -> None:
        if asker.is_gone:
            return
        asker.is_gone = True
        self._selector.unregister(asker.channel)
        asker.channel.close()
        self._waiting = deque(entry for entry in self._waiting if entry[1] is not asker)
        if asker.clerk is not None:
            asker.clerk.kill()

    def _take(self, question: Question, asker: _Asker) -> None:
        if not question.apart:
            self._tell(asker, self._answer(question))
            return
        if self._is_last_call:
            self._tell(asker, Told(error=stopped()))
            return
        mine = sum(waiting.client == question.client for waiting, _ in self._waiting)
        if len(self._waiting) >= self._limits.waiting:
            self._tell(asker, Told(error=TooBusy("Too much is waiting to be judged.", retry_after=5)))
        elif mine >= max(1, self._limits.waiting // 2):
            self._tell(
                asker,
                Told(error=TooManyRequests("Too much of yours is waiting to be judged.", retry_after=5)),
            )
        else:
            self._waiting.append((question, asker))

    def _answer(self, question: Question) -> Told:
        try:
            return Told(getattr(self._office, question.name)(*question.arguments))
        except KhyberError as error:
            return Told(error=error)
        except MemoryError:
            raise
        except Exception as error:
            traceback.print_exc()  # forked before anybody set up a log, it has standard error
            return Told(error=EngineFailure(f"The office made a mistake: {type(error).__name__}: {error}."))

    @property
    def _edition(self) -> object:
        """Name what the office knows now: a clerk that was forked at another edition is of no use."""
        return getattr(self._office, "edition", None)

    def _tell(self, asker: _Asker, told: Told) -> None:
        if asker.is_gone:
            return
        try:
            if not asker.channel.post(told):
                self._selector.modify(
                    asker.channel,
                    selectors.EVENT_READ | selectors.EVENT_WRITE,
                    lambda: self._go_on_telling(asker),
                )
        except OSError:
            self._part(asker)

    def _go_on_telling(self, asker: _Asker) -> None:
        try:
            if asker.channel.flush():
                self._selector.modify(asker.channel, selectors.EVENT_READ, lambda: self._hear(asker))
        except OSError:
            self._part(asker)

    def _set_clerks_to_work(self) -> None:
        while self._waiting and len(self._busy) < self._limits.running:
            question, asker = self._waiting.popleft()
            try:
                clerk = self._begun(question)
            except OSError as error:
                self._tell(asker, Told(error=TooBusy(f"No process can be started: {error}.", retry_after=5)))
                continue
            self._busy[clerk] = asker
            asker.clerk = clerk
            # The end of its connection tells that a process ends, and comes after all that it said.
            self._selector.register(
                clerk.channel, selectors.EVENT_READ | selectors.EVENT_WRITE, partial(self._attend, clerk)
            )

    def _begun(self, question: Question) -> Clerk:
        """Ask a clerk; one that was ended while nobody asked it is replaced."""
        clerk = self._fit_clerk()
        try:
            clerk.begin(question)
        except OSError:
            clerk.end()
            clerk = Clerk(self._answer, self._edition, self._limits)
            clerk.begin(question)
        return clerk

    def _fit_clerk(self) -> Clerk:
        clerk, self._idle = self._idle, None
        if clerk is not None and clerk.edition == self._edition:
            return clerk
        if clerk is not None:
            clerk.end()
        return Clerk(self._answer, self._edition, self._limits)

    def _have_one_ready(self) -> None:
        """Fork the clerk for the next question while nobody waits for one."""
        if not self._busy and not self._waiting and self._is_open and not self._is_last_call:
            try:
                self._idle = self._fit_clerk()
            except OSError:
                return  # the next question tries again, and says so

    def _attend(self, clerk: Clerk) -> None:
        if clerk.go_on():
            self._selector.modify(clerk.channel, selectors.EVENT_READ, partial(self._hear_from, clerk))
        self._hear_from(clerk)

    def _hear_from(self, clerk: Clerk) -> None:
        told, is_fit = clerk.read()
        if told is None and is_fit:
            return
        asker = self._busy.pop(clerk)
        asker.clerk = None
        self._selector.unregister(clerk.channel)
        if is_fit and self._idle is None:
            self._idle = clerk
        else:
            silent = clerk.end()
            told = told or silent
        self._tell(asker, told or Told())

    def _end_late_clerks(self) -> None:
        now = monotonic()
        for clerk in self._busy:
            if now >= clerk.deadline:
                clerk.kill(time_limit(self._limits))

    def _patience(self) -> float | None:
        deadlines = [clerk.deadline for clerk in self._busy]
        return max(0.0, min(deadlines) - monotonic()) + 0.001 if deadlines else None
