"""The process that gives out work: it keeps time, turns and limits, kills children, and holds no data."""

from __future__ import annotations

import selectors
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from khyber.engine.isolation.dataset import Dataset
from khyber.engine.isolation.edition import Edition
from khyber.engine.isolation.ending import GOES_ON, LAST_CALL, stopped
from khyber.engine.isolation.family import Borrower, Child, Client, Job
from khyber.engine.isolation.holding import Loader
from khyber.engine.isolation.lending import Lending
from khyber.engine.isolation.messages import Reply, Request, Returned, State, Task, packed
from khyber.engine.isolation.page import Pages
from khyber.engine.isolation.posting import Post
from khyber.engine.isolation.turns import QUANTUM, Bounds, Turn, Turns
from khyber.engine.isolation.verdicts import NOT_BY_ITSELF, time_limit, verdict
from khyber.engine.isolation.wire import Channel, close_all
from khyber.errors import KhyberError

MOST_PAUSED = 8
"""How many queries may be begun and paused, for all clients together."""

LOOK_AGAIN = 0.05
"""After how many seconds the queue is looked at again while a query is paused."""

COUNTED = {"result-too-large": "size", "memory-limit": "memory"}
"""The codes of failures at a limit that the child itself keeps → the reason under which they are counted."""

MOST_AGAIN = 3
HARDLY_BEGUN = 0.25
"""Up to how many seconds a query whose child ended has not failed by itself."""


@dataclass(frozen=True)
class Plan:
    """How the supervisor works: how many queries run and wait at once, and where results are put down."""

    slots: int
    max_waiting: int
    spool: Path

    @property
    def bounds(self) -> Bounds:
        """Give the bounds for queries; half of the places to wait are for any one client."""
        return Bounds(self.slots, MOST_PAUSED, self.max_waiting, max(1, self.max_waiting // 2))

    @property
    def write_bounds(self) -> Bounds:
        """Give the bounds for updates, which run one after another."""
        return Bounds(1, 0, self.max_waiting, max(1, self.max_waiting // 2))


class Supervisor:
    """Serves the connections that come through ``doorway`` until its other end is closed by everybody."""

    def __init__(self, doorway: socket.socket, loader: Loader, plan: Plan, pages: Pages) -> None:
        self._doorway = doorway
        self._plan = plan
        self._selector = selectors.DefaultSelector()
        self._reads = Turns(plan.bounds)
        self._writes = Turns(plan.write_bounds)
        self._jobs: dict[Turn, Job] = {}
        self._waiting_for_load: list[Client] = []
        self._kills: dict[str, int] = {}
        self._finished = 0
        self._refused = 0
        self._open = True
        self._is_last_call = False
        self._was_loaded = False
        self._page = pages.lending
        self._post = Post(self._selector)
        lending = Lending(self._post, pages.lending, plan.slots)
        edition = Edition(pages.version, pages.lending)
        self._lending = lending
        self._dataset = Dataset(
            self._selector,
            loader,
            spool=plan.spool,
            edition=edition,
            lending=lending,
            post=self._post,
            listener=self,
        )

    def run(self) -> int:
        """Work until the doorway is closed, or the dataset is lost; give the exit status."""
        self._doorway.setblocking(False)
        self._selector.register(self._doorway, selectors.EVENT_READ, self._on_doorway)
        self._dataset.load()
        while self._open and (self._dataset.lost is None or not self._was_loaded):
            for key, mask in self._selector.select(self._patience()):
                act: Callable[[int], None] = key.data
                act(mask)
            now = monotonic()
            if self._is_last_call:
                self._end_all()
            self._expire(now)
            self._give_out(now)
        if self._dataset.lost is not None and self._was_loaded:
            # Nobody else is left to tell it.
            print(f"khyber: {self._dataset.lost}", file=sys.stderr, flush=True)  # noqa: T201
        self._dataset.end()
        return 0 if self._dataset.lost is None else 1

    # What the dataset tells

    def loaded(self) -> None:
        """Tell those who wait that the dataset is here, or why it cannot be."""
        error = self._dataset.lost
        self._was_loaded = self._was_loaded or error is None
        reply = Reply(packed(error), error.code if error else None)
        for client in self._waiting_for_load:
            self._reply(client, reply)
        self._waiting_for_load.clear()

    def replied(self, child: Child, reply: Reply, descriptors: list[int]) -> None:
        """Hand on what a child gives."""
        job = child.job
        if job is None:
            return close_all(descriptors)
        if child.writer and reply.failed is None:
            job.publishing = True
            return self._dataset.publish(child, reply)
        child.job = None
        self._count_failure(reply.failed)
        self._end(job, reply, descriptors)
        return None

    def died(self, job: Job, number: int) -> None:
        """React to the end of a child in the middle of its job, by the signal ``number``.

        A query that has hardly begun runs again: its child may have been dead when it was given out.
        """
        now = monotonic()
        hardly_begun = job.turn.started and job.turn.run_time(now) < HARDLY_BEGUN
        if (
            number in NOT_BY_ITSELF
            and hardly_begun
            and not job.request.task.writes
            and job.again < MOST_AGAIN
        ):
            job.again += 1
            return self._reads.wait_again(job.turn, now)
        return self._end_with(job, self._verdict(job.request, number))

    def _verdict(self, request: Request, number: int) -> KhyberError:
        reason, error = verdict(request, number)
        self._count(reason)
        return error

    def published(self, job: Job, reply: Reply) -> None:
        """Tell the client of an update that it holds, or why it does not."""
        self._end(job, reply, [])

    # Clients

    def _on_doorway(self, _mask: int) -> None:
        data, descriptors, _, _ = socket.recv_fds(self._doorway, 16, 4)
        if not data:
            self._open = False
        elif data == LAST_CALL:
            self._is_last_call = True
        for descriptor in descriptors:
            client = Client(Channel.of_descriptor(descriptor))
            client.channel.set_blocking(False)
            self._selector.register(client.channel, selectors.EVENT_READ, self._reaction(client))

    def _reaction(self, client: Client) -> Callable[[int], None]:
        def react(_mask: int) -> None:
            messages, is_open = client.channel.read()
            for message, _ in messages:
                if isinstance(message, Returned):
                    self._replace(message)
                else:
                    self._take(client, message)
            if not is_open:
                self._drop(client)

        return react

    def _take(self, client: Client, request: Request) -> None:
        now = monotonic()
        if request.task is Task.STATE:
            return self._reply(client, Reply(packed(self._state())))
        if request.task is Task.BORROW:
            client.borrower = Borrower(client.channel)
            return self._lending.add(client.borrower)
        if request.task is Task.READY:
            self._waiting_for_load.append(client)
            return self.loaded() if self._dataset.ready or self._dataset.lost is not None else None
        if request.lent:
            child = self._lending.lent(request.lent)
            if child is not None and not child.ended:
                return self._adopt(client, request, child, now)
            number = self._lending.grave(request.lent)
            if number not in NOT_BY_ITSELF:
                return self._fail(client, self._verdict(request, number))
        return self._queue(client, request, now)

    def _queue(self, client: Client, request: Request, now: float) -> None:
        try:
            turn, leaves = self._turns(request).add(request, now)
        except KhyberError as error:
            self._refused += 1
            return self._fail(client, error)
        self._note(client, request, turn, now)
        if leaves is not None:
            self._refused += 1
            self._end_with(self._jobs[leaves], self._reads.too_busy())
        return None

    def _note(self, client: Client, request: Request, turn: Turn, since: float) -> Job:
        seconds = request.limits.seconds
        job = Job(client, request, turn, None if seconds is None else since + seconds)
        client.job = self._jobs[turn] = job
        return job

    def _adopt(self, client: Client, request: Request, child: Child, now: float) -> None:
        """Take over a job that a client began on a child of its own, and that is not a short one."""
        turn = self._reads.adopt(request, request.since, now)
        self._dataset.adopt(self._note(client, request, turn, request.since), child)
        if self._reads.running > self._plan.slots and self._reads.paused < MOST_PAUSED:
            longest = self._reads.longest(now)
            self._reads.pause(longest, now)
            self._child_of(longest).pause()

    def _replace(self, returned: Returned) -> None:
        """End a child that its borrower has no more use for."""
        self._count_failure(returned.failed)
        child = self._lending.lent(returned.pid)
        if child is not None:
            self._dataset.pool.kill(child)

    def _drop(self, client: Client) -> None:
        """Forget a client that has gone, and stop what runs for it."""
        self._selector.unregister(client.channel)
        client.channel.close()
        if client in self._waiting_for_load:
            self._waiting_for_load.remove(client)
        if client.borrower is not None:
            self._dataset.pool.forget(client.borrower)
        job, client.job = client.job, None
        if job is not None and not job.publishing:
            self._stop(job, "gone")

    def _reply(self, client: Client, reply: Reply, descriptors: Sequence[int] = ()) -> None:
        self._post.send(client.channel, reply, descriptors)

    # Jobs

    def _give_out(self, now: float) -> None:
        if not self._dataset.ready:
            return
        while (turn := self._reads.next(now, child_ready=self._dataset.has_idle)) is not None:
            victim = self._reads.victim(turn, now)
            if victim is not None:
                self._reads.pause(victim, now)
                self._child_of(victim).pause()
            self._begin(turn, now)
        if self._dataset.can_write and (turn := self._writes.next(now, child_ready=True)) is not None:
            self._start_clock(turn, now)
            self._dataset.start_write(self._jobs[turn])
        self._page.closed = self._is_last_call or self._reads.waiting > 0 or self._reads.paused >= MOST_PAUSED
        if not self._reads.waiting:
            self._dataset.pool.lend()
        self._dataset.keep_ready(self._plan.slots - self._reads.running)

    def _begin(self, turn: Turn, now: float) -> None:
        job = self._jobs[turn]
        if turn.started:
            self._reads.start(turn, now)
            self._child_of(turn).resume()
        else:
            self._start_clock(turn, now)
            self._dataset.assign(job)

    def _start_clock(self, turn: Turn, now: float) -> None:
        job = self._jobs[turn]
        self._turns(job.request).start(turn, now)
        seconds = job.request.limits.seconds
        job.ends = None if seconds is None else now + seconds

    def _child_of(self, turn: Turn) -> Child:
        child = self._jobs[turn].child
        if child is None:
            raise RuntimeError("A query that was begun has no child.")
        return child

    def _expire(self, now: float) -> None:
        over = [
            job
            for job in self._jobs.values()
            if job.ends is not None and job.ends <= now and not job.publishing
        ]
        for job in over:
            if not job.turn.started:
                self._refused += 1
                self._end_with(job, self._turns(job.request).too_busy())
                continue
            self._cut(job, "time", time_limit(job.request))

    def _end_all(self) -> None:
        """Stop what runs or waits, but for what publishes a version."""
        for job in list(self._jobs.values()):
            if not job.publishing and job.request.task not in GOES_ON:
                self._cut(job, "ending", stopped())

    def _stop(self, job: Job, reason: str) -> None:
        """End a job, and kill the child that works on it."""
        if job.turn.started:
            self._count(reason)
        child, job.child = job.child, None
        if child is not None:
            child.job = None
            self._dataset.pool.kill(child)
        self._forget(job)

    def _end(self, job: Job, reply: Reply, descriptors: list[int]) -> None:
        self._finished += 1
        if job.client.job is job:
            job.client.job = None
            self._reply(job.client, Reply(reply.value, reply.failed), descriptors)
        else:
            close_all(descriptors)
        self._forget(job)

    def _end_with(self, job: Job, error: KhyberError) -> None:
        self._end(job, Reply(packed(error), error.code), [])

    def _cut(self, job: Job, reason: str, error: KhyberError) -> None:
        """Stop a job, and tell who waits for it."""
        self._fail(job.client, error)
        job.client.job = None
        self._stop(job, reason)

    def _fail(self, client: Client, error: KhyberError) -> None:
        self._reply(client, Reply(packed(error), error.code))

    def _forget(self, job: Job) -> None:
        if self._jobs.pop(job.turn, None) is not None:
            self._turns(job.request).end(job.turn, monotonic())
        self._dataset.forget_write(job)

    def _turns(self, request: Request) -> Turns:
        return self._writes if request.task.writes else self._reads

    def _patience(self) -> float | None:
        now = monotonic()
        times = [job.ends - now for job in self._jobs.values() if job.ends is not None]
        if (soon := self._step_back()) is not None:
            times.append(soon)
        if self._reads.waiting or self._reads.paused:
            times.append(QUANTUM if self._reads.waiting else LOOK_AGAIN)
        return max(0.0, min(times)) if times else None

    def _step_back(self) -> float | None:
        """Let long queries step back while others wait; give after how many seconds to look again.

        One that is alone keeps its share of the machine, which others may be busy on, too.
        """
        if not (self._reads.waiting or self._reads.paused):
            return None
        times = [
            seconds
            for job in self._jobs.values()
            if job.child is not None and job.turn.running and not job.child.writer
            if (seconds := job.child.step_back()) is not None
        ]
        return max(QUANTUM, min(times)) if times else None

    def _count_failure(self, code: str | None) -> None:
        if code in COUNTED:
            self._count(COUNTED[code])

    def _count(self, reason: str) -> None:
        self._kills[reason] = self._kills.get(reason, 0) + 1

    def _state(self) -> State:
        return State(
            version=self._dataset.edition.version,
            running=self._reads.running + self._writes.running,
            paused=self._reads.paused,
            waiting=self._reads.waiting + self._writes.waiting,
            children=self._dataset.children,
            finished=self._finished + self._lending.finished,
            writes=self._dataset.edition.writes,
            refused=self._refused,
            reloads=self._dataset.reloads,
            kills=dict(self._kills),
        )
