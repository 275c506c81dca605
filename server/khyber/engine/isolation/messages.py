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
    UPDATE = "update"
    CHANGE_GRAPH = "change_graph"
    HAS_GRAPH = "has_graph"
    CENSUS = "census"
    CALL = "call"
    READY = "ready"
    STATE = "state"

    @property
    def writes(self) -> bool:
        """Say whether the task changes the dataset."""
        return self in (Task.UPDATE, Task.CHANGE_GRAPH)


NO_LIMITS = Limits()


@dataclass(frozen=True)
class Request:
    """Client to supervisor, supervisor to child: do this; ``argument`` is a pickle for the child."""

    task: Task
    argument: bytes = b""
    limits: Limits = NO_LIMITS
    client: str = ""


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

    ``promotes`` says that a child that has published one becomes the holder.
    """

    promotes: bool


@dataclass(frozen=True)
class NotLoaded:
    """Holder to supervisor: the dataset cannot be loaded; ``error`` is a pickle of the exception."""

    error: bytes


@dataclass(frozen=True)
class Publish:
    """Supervisor to a child that has applied an update: let it hold. It answers Loaded or NotLoaded."""


def packed(value: object) -> bytes:
    """Pickle ``value``."""
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def unpacked(value: bytes) -> Any:
    """Give what ``packed`` took."""
    return pickle.loads(value)  # noqa: S301 - see the package's docstring
