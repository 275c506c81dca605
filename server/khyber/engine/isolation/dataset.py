"""The dataset as the supervisor sees it: the process that holds it, its children, and the next one."""

from __future__ import annotations

import os
import secrets
import selectors
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from khyber.engine.isolation.family import Child, Holder, Job
from khyber.engine.isolation.holder import load_and_hold
from khyber.engine.isolation.holding import Loader
from khyber.engine.isolation.messages import (
    Exited,
    Fork,
    Forked,
    Loaded,
    NotLoaded,
    Publish,
    Reply,
    unpacked,
)
from khyber.engine.isolation.page import VersionPage
from khyber.engine.isolation.processes import forked
from khyber.engine.isolation.wire import Channel
from khyber.errors import EngineFailure, KhyberError


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


class Dataset:
    """The holder, its children, and the generation of the dataset: how many updates it has had."""

    def __init__(
        self,
        selector: selectors.BaseSelector,
        loader: Loader,
        spool: Path,
        page: VersionPage,
        listener: Listener,
    ) -> None:
        self.generation = 0
        self.reloads = 0
        self.lost: KhyberError | None = None
        self._selector = selector
        self._loader = loader
        self._spool = spool
        self._listener = listener
        self._page = page
        self._name = secrets.token_hex(6)
        self._page.write(self.version)
        self._holder: Holder | None = None
        self._former: set[Holder] = set()
        self._idle: list[Child] = []
        self._write: Job | None = None
        self._writer_comes = False
        self._outcome: Reply | None = None

    @property
    def ready(self) -> bool:
        """Say whether the dataset is loaded."""
        return self._holder is not None and self._holder.loaded

    @property
    def has_idle(self) -> bool:
        """Say whether a child can begin at once."""
        return bool(self._idle)

    @property
    def can_write(self) -> bool:
        """Say whether an update can begin."""
        return self.ready and self._write is None and not self._writer_comes

    @property
    def children(self) -> int:
        """Give the number of children."""
        holders = [*self._former, *([self._holder] if self._holder else [])]
        return sum(len(holder.children) for holder in holders)

    @property
    def version(self) -> str:
        """Name the state of the dataset: one name a load, one number a write."""
        return f"{self._name}.{self.generation}"

    def load(self) -> None:
        """Fork the process that loads the dataset and holds it."""
        ours, theirs = Channel.pair()
        pid = forked(
            "khyber-holder",
            lambda: load_and_hold(theirs, self._loader, self._spool),
            keep=[theirs.fileno()],
        )
        theirs.close()
        ours.set_blocking(False)
        self._holder = Holder(pid, ours)
        self._watch(self._holder)

    def assign(self, job: Job) -> None:
        """Let an idle child begin a job."""
        child = self._idle.pop()
        job.child, child.job = child, job
        self._tell(child.channel, job.request)

    def keep_ready(self, free_slots: int) -> None:
        """Have as many idle children as there are free slots, and one to take the place of another."""
        holder = self._holder
        if holder is None or not holder.loaded or (self._write is not None and self._write.publishing):
            return
        forking = sum(1 for generation in holder.forking if generation == self.generation)
        for _ in range(max(1, free_slots) - len(self._idle) - forking):
            self._fork(holder, writer=False)

    def start_write(self, job: Job) -> None:
        """Fork a child for an update; it begins as soon as it is there."""
        self._write = job
        if self._holder is not None:
            self._writer_comes = True
            self._fork(self._holder, writer=True)

    def publish(self, child: Child, reply: Reply) -> None:
        """Let the update that ``child`` has applied hold."""
        self._outcome = reply
        self._tell(child.channel, Publish())

    def kill(self, child: Child) -> None:
        """End a child at once."""
        child.kill()
        self._let_go(child)

    def forget_write(self, job: Job) -> None:
        """Let the next update begin if ``job`` was the one that ran."""
        if self._write is job:
            self._write = None

    def end(self) -> None:
        """End every process, and return when they are gone."""
        for holder in [*self._former, *([self._holder] if self._holder else [])]:
            for child in holder.children.values():
                child.kill()
            with suppress(ProcessLookupError):
                os.kill(holder.pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)

    # Holders

    def _watch(self, holder: Holder) -> None:
        self._selector.register(holder.channel, selectors.EVENT_READ, self._on_holder(holder))

    def _on_holder(self, holder: Holder) -> Callable[[int], None]:
        def react(_mask: int) -> None:
            messages, is_open = holder.channel.read()
            for message, descriptors in messages:
                self._hear(holder, message, descriptors)
            if not is_open and holder.channel.fileno() >= 0:
                self._lose(holder)

        return react

    def _hear(self, holder: Holder, message: object, descriptors: list[int]) -> None:
        match message:
            case Loaded(promotes):
                holder.loaded, holder.promotes = True, promotes
                self._listener.loaded()
            case NotLoaded(error):
                self.lost = unpacked(error)
                self._listener.loaded()
            case Forked(pid, writer):
                self._welcome(holder, pid, descriptors, writer=writer)
            case Exited(pid, number):
                self._bury(holder, pid, number)

    def _lose(self, holder: Holder) -> None:
        """React to the end of a holder: its children have been killed with it."""
        self._dismiss(holder)
        for child in list(holder.children.values()):
            self._bury(holder, child.pid, 0)
        if holder is not self._holder:
            return
        self._holder = None
        self._writer_comes = False
        write, self._write = self._write, None
        if write is not None:
            self._listener.died(write, 0)
        if self.lost is not None:
            return
        if not holder.loaded:
            self.lost = EngineFailure("The process that loads the dataset was ended from outside.")
            self._listener.loaded()
        elif self.generation and holder.promotes:
            self.lost = EngineFailure(
                "The process that holds the dataset was ended from outside, and with it what had been "
                "written to memory; the server ends rather than go on without it."
            )
        else:
            self.reloads += 1
            self._name = secrets.token_hex(6)
            self._page.write(self.version)
            self.load()

    def _dismiss(self, holder: Holder) -> None:
        self._former.discard(holder)
        self._selector.unregister(holder.channel)
        holder.channel.close()
        self._reap()

    def _reap(self) -> None:
        """Take note of ended processes whose parent this one is: holders, and children they left."""
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass

    def _fork(self, holder: Holder, *, writer: bool) -> None:
        if not writer:
            holder.forking.append(self.generation)
        self._tell(holder.channel, Fork(writer))

    # Children

    def _welcome(self, holder: Holder, pid: int, descriptors: list[int], *, writer: bool) -> None:
        connection, process = descriptors
        generation = self.generation if writer else holder.forking.popleft()
        channel = Channel.of_descriptor(connection)
        channel.set_blocking(False)
        child = Child(pid, process, channel, holder, generation, writer)
        holder.children[pid] = child
        self._selector.register(channel, selectors.EVENT_READ, self._on_child(child))
        if not writer:
            return self._settle(child)
        self._writer_comes = False
        if self._write is None:
            self.kill(child)  # its update was stopped before it could begin
        else:
            self._write.child, child.job = child, self._write
            self._tell(channel, self._write.request)
        return None

    def _on_child(self, child: Child) -> Callable[[int], None]:
        def react(_mask: int) -> None:
            self._read(child)

        return react

    def _read(self, child: Child) -> None:
        if child.ended:
            return
        messages, is_open = child.channel.read()
        for message, descriptors in messages:
            match message:
                case Reply():
                    self._on_reply(child, message, descriptors)
                case Loaded(promotes):
                    self._change(child, promotes=promotes)
                case NotLoaded(error):
                    self._refuse(child, error)
        if not is_open and not child.ended:
            # Its holder tells how it ended; until then nobody may give it work.
            self._let_go(child)

    def _on_reply(self, child: Child, reply: Reply, descriptors: list[int]) -> None:
        self._listener.replied(child, reply, descriptors)
        if child.job is not None:
            return  # an update that is being published
        if child.writer or reply.grown or child.demoted:
            self.kill(child)
        else:
            self._settle(child)

    def _settle(self, child: Child) -> None:
        """Keep a child without work for the next job, unless its dataset is of the past."""
        if child.holder is self._holder and child.generation == self.generation:
            self._idle.append(child)
        else:
            self.kill(child)

    def _let_go(self, child: Child) -> None:
        if child in self._idle:
            self._idle.remove(child)
        if not child.ended:
            child.ended = True
            self._selector.unregister(child.channel)
            child.channel.close()

    def _bury(self, holder: Holder, pid: int, number: int) -> None:
        child = holder.children.get(pid)
        if child is None:
            return
        self._read(child)  # what it said before it ended
        holder.children.pop(pid, None)
        self._let_go(child)
        child.forget()
        self._reap()
        job, child.job = child.job, None
        if job is not None:
            if job.publishing and not holder.promotes:
                self._next_generation()  # whether it was published cannot be known: look again
            job.child = None
            self._listener.died(job, number)
        if holder in self._former and not holder.children:
            self._dismiss(holder)

    # Updates

    def _change(self, child: Child, *, promotes: bool) -> None:
        """Take over the dataset that an update has made."""
        job, child.job = child.job, None
        if promotes:
            self._promote(child)
        self._next_generation()
        if job is not None:
            job.child = None
            self._listener.published(job, self._outcome or Reply(b""))

    def _promote(self, child: Child) -> None:
        former, child.ended = child.holder, True
        self._selector.unregister(child.channel)
        former.children.pop(child.pid)
        os.close(child.descriptor)
        self._holder = Holder(child.pid, child.channel, loaded=True)
        self._watch(self._holder)
        self._former.add(former)
        if not former.children:
            self._dismiss(former)

    def _next_generation(self) -> None:
        self.generation += 1
        self._page.write(self.version)
        for child in list(self._idle):
            self.kill(child)

    def _refuse(self, child: Child, error: bytes) -> None:
        job, child.job = child.job, None
        if job is not None:
            job.child = None
            failure: KhyberError = unpacked(error)
            self._listener.published(job, Reply(error, failure.code))

    def _tell(self, channel: Channel, message: object) -> None:
        """Send to a process of ours; a long request is sent as it takes it."""
        try:
            if channel.post(message):
                return
        except OSError:
            return  # it has ended; the selector or its holder tells
        key = self._selector.get_key(channel)
        react: Callable[[int], None] = key.data

        def go_on(mask: int) -> None:
            if mask & selectors.EVENT_WRITE and channel.fileno() >= 0:
                try:
                    done = channel.flush()
                except OSError:
                    done = True
                if done:
                    self._selector.modify(channel, selectors.EVENT_READ, react)
            if mask & selectors.EVENT_READ:
                react(mask)

        self._selector.modify(channel, selectors.EVENT_READ | selectors.EVENT_WRITE, go_on)
