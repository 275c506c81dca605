"""The engine as the HTTP workers see it: a connection to the supervisor for each thread."""

from __future__ import annotations

import os
import select
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import gettempdir
from typing import Any, cast

from pyoxigraph import Store

from khyber.engine.base import (
    Argument,
    BytesResult,
    GraphChange,
    Limits,
    Query,
    Result,
    ResultFormat,
    Step,
    Update,
    Value,
)
from khyber.engine.isolation.borrowing import Borrowing
from khyber.engine.isolation.child import format_name
from khyber.engine.isolation.ending import LAST_CALL
from khyber.engine.isolation.holding import Loader
from khyber.engine.isolation.messages import Reply, Request, State, Task, packed, unpacked
from khyber.engine.isolation.page import Pages, checked
from khyber.engine.isolation.processes import adopt_orphans, forked
from khyber.engine.isolation.supervisor import Plan, Supervisor
from khyber.engine.isolation.wire import Channel
from khyber.engine.spool import FileResult
from khyber.errors import EngineFailure, KhyberError
from khyber.rdf.delta import Delta

DEFAULT_LIMITS = Limits(seconds=60, memory_bytes=1024**3, result_bytes=1024**3)

GRACE = 5.0
"""How many seconds after all limits an answer is given up; only a supervisor that stands still is so late."""

KILL_REASONS = ("time", "memory", "size", "gone", "crash")
"""Why a query ended before its result: its limits, its client left, or its process was ended from outside."""


class _Connection(threading.local):
    """The connection of a thread, and the process that made it: after a fork it is the parent's."""

    process = 0
    channel: Channel | None = None


@dataclass(frozen=True)
class _Census:
    version: str
    size: int
    graphs: Mapping[str, int]


class IsolatedEngine:
    """Runs queries and updates in processes that are killed at their limits; see Engine and WritableEngine.

    May be used by any number of threads, and by processes forked from the one that started it.
    """

    def __init__(self, doorway: socket.socket, supervisor: int, limits: Limits, pages: Pages) -> None:
        """Take the socket through which connections are made, the supervisor's process, and its pages."""
        self._doorway = doorway
        self._supervisor = supervisor
        self._owner = os.getpid()
        self._limits = limits
        self._pages = pages
        self._borrowing = Borrowing(self._connected, pages.lending)
        self._connection = _Connection()
        self._census: _Census | None = None

    @classmethod
    def start(
        cls,
        loader: Loader,
        *,
        limits: Limits = DEFAULT_LIMITS,
        slots: int | None = None,
        max_waiting: int = 64,
        spool: Path | None = None,
    ) -> IsolatedEngine:
        """Start the processes, and give the engine; it answers as soon as the dataset is loaded.

        Call this while the process has a single thread. ``limits`` hold where a query brings none of its
        own; ``slots`` queries run at once, by default one less than there are cores; results are put down
        in ``spool``.
        """
        plan = Plan(slots or default_slots(), max_waiting, spool or Path(gettempdir()))
        pages = Pages()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

        def run() -> None:
            adopt_orphans()
            os._exit(Supervisor(theirs, loader, plan, pages).run())

        engine = cls(ours, forked("khyber-supervisor", run, keep=[theirs.fileno()]), limits, pages)
        theirs.close()
        return engine

    @property
    def supervisor(self) -> int:
        """Give the process id of the supervisor; 0 once the engine is closed."""
        return self._supervisor

    def descriptors(self) -> tuple[int, ...]:
        """Give the descriptors that a process forked from this one needs to use the engine."""
        return (self._doorway.fileno(),)

    def wait(self) -> None:
        """Wait until the dataset is loaded; raise what the loader raised."""
        self._ask(Task.READY, None, Limits())

    def has_ended(self, within: float = 0.0) -> bool:
        """Say whether the supervisor has ended, waiting for that at most so many seconds."""
        poll = select.poll()
        poll.register(self._doorway.fileno(), 0)
        return bool(poll.poll(within * 1000))

    def last_call(self) -> None:
        """Stop what runs or waits, and let nothing begin any more: whoever asked gets Overload.

        Versions that ``apply`` and ``reload`` publish are published even now.
        """
        with suppress(OSError):  # the supervisor has ended, and with it everything that ran
            self._doorway.send(LAST_CALL)

    def close(self) -> int:
        """End every process of this engine, if this process started it; give the supervisor's exit status.

        A status other than 0 means that it had ended before, on its own.
        """
        self._forget_connection()
        self._borrowing.close()
        self._doorway.close()
        if os.getpid() != self._owner or not self._supervisor:
            return 0
        _, status = os.waitpid(self._supervisor, 0)
        self._supervisor = 0
        return os.waitstatus_to_exitcode(status)

    def answer(
        self,
        query: Query,
        result_format: ResultFormat,
        *,
        limits: Limits | None = None,
        client: str = "",
        undo: Delta | None = None,
    ) -> Result:
        """Give the result of a query; see VersionedEngine.answer."""
        argument: tuple[object, ...] = (query, format_name(result_format))
        task = Task.ANSWER
        if undo is not None:
            task, argument = Task.ANSWER_UNDONE, (*argument, Step(undo))
        value, descriptors = self._ask(task, argument, self._within(limits), client)
        return FileResult(descriptors[0], value) if descriptors else BytesResult(value)

    def update(self, update: Update, *, limits: Limits | None = None, client: str = "") -> None:
        """Apply an update as a whole or not at all; see WritableEngine.update."""
        self._ask(Task.UPDATE, update, self._within(limits), client)

    def change_graph(self, change: GraphChange, *, limits: Limits | None = None, client: str = "") -> bool:
        """Change one whole graph; see WritableEngine.change_graph."""
        value, _ = self._ask(Task.CHANGE_GRAPH, change, self._within(limits), client)
        return bool(value)

    def apply(self, delta: Delta, version: str, *, limits: Limits | None = None, client: str = "") -> None:
        """Apply a delta as a whole or not at all; see VersionedEngine.apply."""
        self._ask(Task.APPLY, Step(delta, checked(version)), self._within(limits), client)

    def reload(self, *, limits: Limits | None = None) -> None:
        """Load the dataset anew, by the loader that this was started with; see VersionedEngine.reload."""
        self._ask(Task.RELOAD, None, limits or Limits())

    def has_graph(self, graph: str | None) -> bool:
        """Say whether the graph is there."""
        value, _ = self._ask(Task.HAS_GRAPH, graph, self._within(None))
        return bool(value)

    def call(
        self,
        function: Callable[[Argument], Value],
        argument: Argument,
        *,
        limits: Limits | None = None,
        client: str = "",
    ) -> Value:
        """Run a function of a module in a child, within limits, because it may take long.

        The argument and the value must be picklable. Raises the KhyberError that the function raises.
        """
        value, _ = self._ask(Task.CALL, (function, argument), self._within(limits), client)
        return cast("Value", value)

    def run(
        self,
        function: Callable[[Store, Argument], Value],
        argument: Argument,
        *,
        limits: Limits | None = None,
        client: str = "",
    ) -> Value:
        """Run a function of a module on the dataset, in a child of its own; see VersionedEngine.run."""
        value, _ = self._ask(Task.RUN, (function, argument), self._within(limits), client)
        return cast("Value", value)

    def size(self) -> int:
        """Give the number of triples in the default graph; counted once for each version."""
        return self._counted().size

    def graphs(self) -> Mapping[str, int]:
        """Give the number of triples of each named graph; counted once for each version."""
        return self._counted().graphs

    def version(self) -> str:
        """Name the state of the dataset; it is read without a message."""
        return self._pages.version.read() or self.state().version

    def state(self) -> State:
        """Give what the supervisor knows about itself: the version, and the numbers for the metrics."""
        value, _ = self._ask(Task.STATE, None, Limits(seconds=GRACE))
        return cast("State", value)

    def counters(self) -> Mapping[str, float]:
        """Give the numbers for the metrics by name; what only grows has a name that ends with ``_total``."""
        state = self.state()
        kills = {reason: state.kills.get(reason, 0) for reason in KILL_REASONS}
        return {
            "khyber_queries_running": state.running,
            "khyber_queries_paused": state.paused,
            "khyber_queries_waiting": state.waiting,
            "khyber_engine_children": state.children,
            "khyber_queries_finished_total": state.finished,
            "khyber_queries_refused_total": state.refused,
            "khyber_writes_total": state.writes,
            "khyber_engine_reloads_total": state.reloads,
            **{f"khyber_kills_{reason}_total": count for reason, count in kills.items()},
        }

    def _counted(self) -> _Census:
        version, kept = self.version(), self._census
        if kept is not None and kept.version == version:
            return kept
        (size, graphs), _ = self._ask(Task.CENSUS, None, Limits())
        self._census = _Census(version, size, graphs)
        return self._census

    def _within(self, limits: Limits | None) -> Limits:
        if limits is None:
            return self._limits
        given = {name: value for name, value in vars(limits).items() if value is not None}
        return replace(self._limits, **given)

    def _ask(self, task: Task, argument: object, limits: Limits, client: str = "") -> tuple[Any, list[int]]:
        answer = self._borrowing.ask(Request(task, packed(argument), limits, client))
        reply, descriptors = self._exchange(answer) if isinstance(answer, Request) else answer
        value = unpacked(reply.value)
        if isinstance(value, KhyberError):
            raise value
        return value, descriptors

    def _exchange(self, request: Request) -> tuple[Reply, list[int]]:
        seconds = request.limits.seconds
        try:
            channel = self._channel()
            # It may wait for its turn as long as it may run.
            channel.set_timeout(None if seconds is None else 2 * seconds + GRACE)
            channel.send(request)
            reply, descriptors = channel.receive()
        except (EOFError, OSError):
            self._forget_connection()
            raise EngineFailure(
                "The engine does not answer; it is ending or being restarted.", remedy="Try again."
            ) from None
        except BaseException:
            self._forget_connection()  # what comes would be taken for the answer of the next request
            raise
        return reply, descriptors

    def _channel(self) -> Channel:
        if self._connection.channel is None or self._connection.process != os.getpid():
            self._connection.channel, self._connection.process = self._connected(), os.getpid()
        return self._connection.channel

    def _connected(self) -> Channel:
        ours, theirs = Channel.pair()
        try:
            socket.send_fds(self._doorway, [b"+"], [theirs.fileno()])
        finally:
            theirs.close()
        return ours

    def _forget_connection(self) -> None:
        channel, self._connection.channel = self._connection.channel, None
        if channel is not None:
            channel.close()


def default_slots() -> int:
    """Give the number of queries that run at once where nobody says: a core stays for the HTTP side."""
    return max(1, (os.cpu_count() or 1) - 1)
