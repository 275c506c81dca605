"""What passes between the desk and those who ask it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Question:
    """Call the office's method ``name``; ``apart`` says that a forked process does it, within limits.

    ``client`` is the key by which those who wait take turns.
    """

    name: str
    arguments: tuple[Any, ...] = ()
    apart: bool = False
    client: str = ""


@dataclass(frozen=True)
class Told:
    """The value that a method gave, or the error that it raised."""

    value: Any = None
    error: BaseException | None = None
