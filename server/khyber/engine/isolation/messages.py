"""What the processes tell each other."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from khyber.engine.base import Limits


class Task(Enum):
    """What a job asks for."""

    ANSWER = "answer"
    ANSWER_UNDONE = "answer_undone"
    UPDATE = "update"
    CHANGE_GRAPH = "change_graph"
    HAS_GRAPH = "has_graph"
    CENSUS = "census"
    CALL = "call"
    RUN = "run"
    APPLY = "apply"
    RELOAD = "reload"
    READY = "ready"
    BORROW = "borrow"
    STATE = "state"

    @property
    def spoils(self) -> bool:
        """Say whether a child that has done the task is of no more use: its dataset is another one."""
        return self in (Task.ANSWER_UNDONE, Task.RUN)

    @property
    def writes(self) -> bool:
        """Say whether the task changes the dataset."""
        return self in (Task.UPDATE, Task.CHANGE_GRAPH, Task.APPLY, Task.RELOAD)


NO_LIMITS = Limits()


@dataclass(frozen=True)
class Request:
    """Client to supervisor, or to a child: do this; ``argument`` is a pickle for the child.

    ``lent`` says that the borrowed child of this process identifier has been asked, at the time ``since``,
    and has not answered.
    """

    task: Task
    argument: bytes = b""
    limits: Limits = NO_LIMITS
    client: str = ""
    lent: int = 0
    since: float = 0.0

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the values alone, which takes half the time: this is done for every query."""
        limits = self.limits
        bounds = limits.seconds, limits.memory_bytes, limits.result_bytes
        return _request_of, (self.task.value, bounds, self.argument, self.client, self.lent, self.since)


def _request_of(task: str, bounds: tuple[Any, ...], *others: Any) -> Request:
    argument, client, lent, since = others
    return Request(Task(task), argument, Limits(*bounds), client, lent, since)


@dataclass(frozen=True)
class Reply:
    """Child to supervisor, supervisor to client: what came of a request.

    ``value`` is a pickle of the value, of a KhyberError if ``failed`` names its code, and of the size if the
    result comes as a descriptor. ``grown`` asks to replace a child that has kept much memory.
    """

    value: bytes
    failed: str | None = None
    grown: bool = False


@dataclass(frozen=True)
class State:
    """What the supervisor knows about itself, for the version of the dataset and the metrics."""

    version: str
    running: int = 0
    paused: int = 0
    waiting: int = 0
    children: int = 0
    finished: int = 0
    writes: int = 0
    refused: int = 0
    reloads: int = 0
    kills: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Fork:
    """Supervisor to holder: fork a child."""

    writer: bool


@dataclass(frozen=True)
class Forked:
    """Holder to supervisor: here is a child, with its socket and its process descriptor beside this."""

    pid: int
    writer: bool


@dataclass(frozen=True)
class Exited:
    """Holder to supervisor: a child has ended; ``signal`` is what ended it, 0 if it ended by itself."""

    pid: int
    signal: int


@dataclass(frozen=True)
class Loaded:
    """Holder to supervisor: the dataset is here, or a child has published its update.

    ``promotes`` says that a child that has published one becomes the holder; ``version`` names the state of
    the dataset, if it has a name.
    """

    promotes: bool
    version: str = ""


@dataclass(frozen=True)
class NotLoaded:
    """Holder to supervisor: the dataset cannot be loaded; ``error`` is a pickle of the exception."""

    error: bytes


@dataclass(frozen=True)
class Own:
    """Supervisor to holder: let go of what only one holder may have, or take it back."""

    owned: bool


@dataclass(frozen=True)
class Publish:
    """Supervisor to a child that has applied an update: let it hold. It answers Loaded or NotLoaded."""


@dataclass(frozen=True)
class Lend:
    """Supervisor to borrower: ask this child yourself; its connection is beside this.

    Its dataset is of the ``generation``; ``cell`` counts on the shared page what it has done.
    """

    pid: int
    generation: int
    cell: int


@dataclass(frozen=True)
class Returned:
    """Borrower to supervisor: replace this child; ``failed`` is the code of the reply that it gave last."""

    pid: int
    failed: str | None


def packed(value: object) -> bytes:
    """Pickle ``value``."""
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def unpacked(value: bytes) -> Any:
    """Give what ``packed`` took."""
    return pickle.loads(value)  # noqa: S301 - see the package's docstring
