"""The desk's loop: questions come in over sockets, answers go out, jobs begin and end."""

from __future__ import annotations

import selectors
import socket
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any

from khyber.contributions.desk.jobs import Job, JobLimits
from khyber.contributions.desk.messages import Question, Told
from khyber.engine.isolation.wire import Channel
from khyber.errors import EngineFailure, KhyberError, TooBusy, TooManyRequests


@dataclass(eq=False)
class _Asker:
    """A connection: one question at a time comes over it."""

    channel: Channel
    job: Job | None = None
    is_gone: bool = False


class Desk:
    """Answers the questions that come over connections with the methods of one object, the office."""

    def __init__(self, doorway: socket.socket, office: object, limits: JobLimits) -> None:
        """Take the socket through which new connections come."""
        self._doorway = doorway
        self._office = office
        self._limits = limits
        self._selector = selectors.DefaultSelector()
        self._jobs: dict[Job, _Asker] = {}
        self._waiting: deque[tuple[Question, _Asker]] = deque()
        self._selector.register(doorway, selectors.EVENT_READ, self._welcome)
        self._is_open = True

    def run(self) -> None:
        """Answer until the doorway closes, and every connection with it."""
        while self._is_open:
            for key, _ in self._selector.select(self._patience()):
                key.data()
            self._end_late_jobs()
            self._begin_jobs()
        for job in self._jobs:
            job.kill()

    def _welcome(self) -> None:
        data, descriptors, _, _ = socket.recv_fds(self._doorway, 1, 1)
        if not data:
            self._is_open = False
            return
        for descriptor in descriptors:
            asker = _Asker(Channel.of_descriptor(descriptor))
            asker.channel.set_blocking(False)
            self._selector.register(
                asker.channel, selectors.EVENT_READ, lambda asker=asker: self._hear(asker)
            )

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
        if asker.job is not None:
            asker.job.kill()

    def _take(self, question: Question, asker: _Asker) -> None:
        if not question.apart:
            self._tell(asker, self._answer(question))
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
            return Told(self._call(question)())
        except KhyberError as error:
            return Told(error=error)
        except Exception as error:
            traceback.print_exc()  # forked before anybody set up a log, it has standard error
            return Told(error=EngineFailure(f"The office made a mistake: {type(error).__name__}: {error}."))

    def _call(self, question: Question) -> Callable[[], Any]:
        return lambda: getattr(self._office, question.name)(*question.arguments)

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

    def _begin_jobs(self) -> None:
        while self._waiting and len(self._jobs) < self._limits.running:
            question, asker = self._waiting.popleft()
            try:
                job = Job(self._call(question), self._limits)
            except OSError as error:
                self._tell(asker, Told(error=TooBusy(f"No process can be started: {error}.", retry_after=5)))
                continue
            self._jobs[job] = asker
            asker.job = job
            # The end of its connection tells that a process ends, and comes after all that it said.
            self._selector.register(job.channel, selectors.EVENT_READ, partial(self._follow, job))

    def _follow(self, job: Job) -> None:
        if job.read():
            return
        asker = self._jobs.pop(job)
        asker.job = None
        self._selector.unregister(job.channel)
        self._tell(asker, job.end())

    def _end_late_jobs(self) -> None:
        now = monotonic()
        for job in self._jobs:
            if now >= job.deadline:
                job.kill(late=True)

    def _patience(self) -> float | None:
        deadlines = [job.deadline for job in self._jobs]
        return max(0.0, min(deadlines) - monotonic()) + 0.001 if deadlines else None
