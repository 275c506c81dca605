"""The dataset as the supervisor sees it: the process that holds it, its children, and the next one."""

from __future__ import annotations

import os
import selectors
import signal
from contextlib import suppress
from pathlib import Path

from khyber.engine.isolation.edition import Edition
from khyber.engine.isolation.family import Child, Holder, Job, Listener
from khyber.engine.isolation.holder import load_and_hold
from khyber.engine.isolation.holding import Loader
from khyber.engine.isolation.lending import Lending
from khyber.engine.isolation.messages import (
    Exited,
    Fork,
    Forked,
    Loaded,
    NotLoaded,
    Own,
    Publish,
    Reply,
    Task,
    packed,
    unpacked,
)
from khyber.engine.isolation.pool import Pool
from khyber.engine.isolation.posting import Post, Reaction
from khyber.engine.isolation.processes import forked
from khyber.engine.isolation.wire import Channel
from khyber.errors import EngineFailure, KhyberError

MOST_LOADS = 8
"""How often a dataset that was here is loaded when that fails each time."""


class Dataset:
    """The holder, its children, and the generation of the dataset: how many updates it has had."""

    def __init__(
        self,
        selector: selectors.BaseSelector,
        loader: Loader,
        *,
        spool: Path,
        edition: Edition,
        lending: Lending,
        post: Post,
        listener: Listener,
    ) -> None:
        self.edition = edition
        self.lending = lending
        self.reloads = 0
        self.lost: KhyberError | None = None
        self._selector = selector
        self._loader = loader
        self._spool = spool
        self._listener = listener
        self._post = post
        self._loads = 0
        self._failure: KhyberError | None = None
        self._holder: Holder | None = None
        self._following: Holder | None = None
        self._former: set[Holder] = set()
        self.pool = Pool(selector, lending, self._on_child)
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
        return len(self.pool) > 0

    @property
    def can_write(self) -> bool:
        """Say whether an update can begin."""
        return self.ready and self._write is None and not self._writer_comes

    @property
    def children(self) -> int:
        """Give the number of children."""
        return sum(len(holder.children) for holder in self._holders)

    def load(self) -> None:
        """Fork the process that loads the dataset and holds it."""
        self._holder = self._new_holder()

    def _new_holder(self) -> Holder:
        ours, theirs = Channel.pair()
        pid = forked(
            "khyber-holder",
            lambda: load_and_hold(theirs, self._loader, self._spool),
            keep=[theirs.fileno()],
        )
        theirs.close()
        ours.set_blocking(False)
        holder = Holder(pid, ours)
        self._watch(holder)
        return holder

    def assign(self, job: Job) -> None:
        """Let an idle child begin a job."""
        child = self.pool.take()
        child.begin(job)
        self._post.send(child.channel, job.request)

    def adopt(self, job: Job, child: Child) -> None:
        """Let a lent child go on with a job that it has begun for its borrower."""
        self.pool.take_back(child)
        child.begin(job)

    def keep_ready(self, free_slots: int) -> None:
        """Have as many idle children as there are free slots, and one to take the place of another."""
        holder = self._holder
        if holder is None or not holder.loaded or (self._write is not None and self._write.publishing):
            return
        forking = sum(1 for generation in holder.forking if generation == self.edition.generation)
        for _ in range(max(1, free_slots) - len(self.pool) - forking):
            self._fork(holder, writer=False)

    def start_write(self, job: Job) -> None:
        """Fork a child for an update, which begins as soon as it is there; or the next holder."""
        self._write = job
        if self._holder is not None and job.request.task is Task.RELOAD:
            self._post.send(self._holder.channel, Own(owned=False))
            self._following = self._new_holder()
        elif self._holder is not None:
            self._writer_comes = True
            self._fork(self._holder, writer=True)

    def publish(self, child: Child, reply: Reply) -> None:
        """Let the update that ``child`` has applied hold."""
        self._outcome = reply
        self._post.send(child.channel, Publish())

    def forget_write(self, job: Job) -> None:
        """Let the next update begin if ``job`` was the one that ran."""
        if self._write is not job:
            return
        self._write = None
        if self._following is not None:
            with suppress(ProcessLookupError):
                os.kill(self._following.pid, signal.SIGKILL)
            self._stay()

    def end(self) -> None:
        """End every process, and return when they are gone."""
        for holder in self._holders:
            for child in holder.children.values():
                child.kill()
            with suppress(ProcessLookupError):
                os.kill(holder.pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)

    # Holders

    @property
    def _holders(self) -> list[Holder]:
        return [*self._former, *(holder for holder in (self._holder, self._following) if holder)]

    def _watch(self, holder: Holder) -> None:
        self._selector.register(holder.channel, selectors.EVENT_READ, self._on_holder(holder))

    def _on_holder(self, holder: Holder) -> Reaction:
        def react(_mask: int) -> None:
            messages, is_open = holder.channel.read()
            for message, descriptors in messages:
                self._hear(holder, message, descriptors)
            if not is_open and holder.channel.fileno() >= 0:
                self._lose(holder)

        return react

    def _hear(self, holder: Holder, message: object, descriptors: list[int]) -> None:
        match message:
            case Loaded(promotes, version):
                holder.loaded, holder.promotes = True, promotes
                self._on_loaded(holder, version)
            case NotLoaded(error):
                self._on_not_loaded(holder, unpacked(error))
            case Forked(pid, writer):
                self._welcome(holder, pid, descriptors, writer=writer)
            case Exited(pid, number):
                self._bury(holder, pid, number)

    def _lose(self, holder: Holder) -> None:
        """React to the end of a holder: its children have been killed with it."""
        self._dismiss(holder)
        for child in list(holder.children.values()):
            self._bury(holder, child.pid, 0)
        if holder is self._following:
            self._on_not_loaded(holder, _ended_while_loading())
        if holder is not self._holder:
            return
        self._holder = None
        self._writer_comes = False
        if self._following is not None:
            return  # the next one is being loaded already
        write, self._write = self._write, None
        if write is not None:
            self._listener.died(write, 0)
        if self.lost is not None:
            return
        self._loads += 1
        if not holder.loaded and (not self.edition.loaded or self._loads > MOST_LOADS):
            self.lost = self._failure or _ended_while_loading()
            self._listener.loaded()
        elif not self.edition.can_be_loaded:
            self.lost = EngineFailure(
                "The process that holds the dataset was ended from outside, and with it what had been "
                "written to memory; the server ends rather than go on without it."
            )
        else:
            self.reloads += 1
            self.load()

    def _on_loaded(self, holder: Holder, version: str) -> None:
        if holder is self._following:
            self._succeed(holder)
        self._loads, self._failure = 0, None
        self.edition.load(version)
        self.pool.drop(self.edition.generation)
        job = self._write
        if job is not None and job.request.task is Task.RELOAD:
            self._listener.published(job, Reply(packed(None)))
        self._listener.loaded()

    def _on_not_loaded(self, holder: Holder, error: KhyberError) -> None:
        job = self._write
        if holder is self._holder and not self.edition.loaded:
            self.lost = error
            self._listener.loaded()
        elif holder is self._holder:
            self._failure = error  # its process ends, and another one tries again
        elif holder is self._following and job is not None:
            self._stay()
            self._listener.published(job, Reply(packed(error), error.code))

    def _stay(self) -> None:
        """Keep the dataset as it is: the next one does not come."""
        self._following = None
        if self._holder is not None:
            self._post.send(self._holder.channel, Own(owned=True))
        else:
            self.reloads += 1
            self.load()

    def _succeed(self, holder: Holder) -> None:
        """Let a holder take the place of the one that is; that one ends when its children have."""
        former, self._holder, self._following = self._holder, holder, None
        if former is not None:
            self._former.add(former)
            if not former.children:
                self._dismiss(former)

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
            holder.forking.append(self.edition.generation)
        self._post.send(holder.channel, Fork(writer))

    # Children

    def _welcome(self, holder: Holder, pid: int, descriptors: list[int], *, writer: bool) -> None:
        connection, process = descriptors
        generation = self.edition.generation if writer else holder.forking.popleft()
        channel = Channel.of_descriptor(connection)
        channel.set_blocking(False)
        child = Child(pid, process, channel, holder, generation, writer)
        holder.children[pid] = child
        self.pool.listen(child)
        if not writer:
            return self._settle(child)
        self._writer_comes = False
        if self._write is None:
            self.pool.kill(child)  # its update was stopped before it could begin
        else:
            self._write.child, child.job = child, self._write
            self._post.send(channel, self._write.request)
        return None

    def _on_child(self, child: Child) -> Reaction:
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
                case Loaded(promotes, version):
                    self._change(child, version, promotes=promotes)
                case NotLoaded(error):
                    self._refuse(child, error)
        if not is_open and not child.ended:
            # Its holder tells how it ended; until then nobody may give it work.
            self.pool.let_go(child)

    def _on_reply(self, child: Child, reply: Reply, descriptors: list[int]) -> None:
        self._listener.replied(child, reply, descriptors)
        if child.job is not None:
            return  # an update that is being published
        if child.writer or reply.grown or child.demoted:
            self.pool.kill(child)
        else:
            self._settle(child)

    def _settle(self, child: Child) -> None:
        """Keep a child without work for the next job, unless its dataset is of the past."""
        if child.holder is self._holder and child.generation == self.edition.generation:
            self.pool.put(child)
        else:
            self.pool.kill(child)

    def _bury(self, holder: Holder, pid: int, number: int) -> None:
        child = holder.children.get(pid)
        if child is None:
            return
        if child.borrower is None:
            self._read(child)  # what it said before it ended
        holder.children.pop(pid, None)
        self.pool.let_go(child)
        if child.borrower is not None:
            self.lending.bury(child, number)
        child.forget()
        self._reap()
        job, child.job = child.job, None
        if job is not None:
            if job.publishing and not holder.promotes:
                self.edition.follow()  # whether it was published cannot be known: look again
                self.pool.drop(self.edition.generation)
            job.child = None
            self._listener.died(job, number)
        if holder in self._former and not holder.children:
            self._dismiss(holder)

    # Updates

    def _change(self, child: Child, version: str, *, promotes: bool) -> None:
        """Take over the dataset that an update has made."""
        job, child.job = child.job, None
        if promotes:
            self._promote(child)
        self.edition.write(version, in_memory=promotes)
        self.pool.drop(self.edition.generation)
        if job is not None:
            job.child = None
            self._listener.published(job, self._outcome or Reply(b""))

    def _promote(self, child: Child) -> None:
        child.ended = True
        self._selector.unregister(child.channel)
        child.holder.children.pop(child.pid)
        os.close(child.descriptor)
        promoted = Holder(child.pid, child.channel, loaded=True)
        self._watch(promoted)
        self._succeed(promoted)

    def _refuse(self, child: Child, error: bytes) -> None:
        job, child.job = child.job, None
        if job is not None:
            job.child = None
            failure: KhyberError = unpacked(error)
            self._listener.published(job, Reply(error, failure.code))


def _ended_while_loading() -> KhyberError:
    return EngineFailure("The process that loads the dataset was ended from outside.")
