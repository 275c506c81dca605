"""What to tell whoever waited for a child that has ended, or that had to be ended."""

from __future__ import annotations

import signal

from khyber.engine.isolation.child import memory_limit
from khyber.engine.isolation.messages import Request, Task
from khyber.errors import EngineFailure, KhyberError, QueryRefused, TimeLimitReached

NOT_BY_ITSELF = (0, signal.SIGKILL)
"""The signals of a child that was ended from outside, 0 if its signal is not known."""

PARSED = (Task.ANSWER, Task.ANSWER_UNDONE, Task.UPDATE)
"""The tasks with a text that is taken apart, for which the stack of a child may be too small."""


def verdict(request: Request, number: int) -> tuple[str, KhyberError]:
    """Give the reason, as it is counted, and the error for a child that ended by the signal ``number``."""
    limit = request.limits.memory_bytes
    if number == signal.SIGABRT and limit is not None:
        return "memory", memory_limit(limit)
    if number == signal.SIGSEGV and request.task in PARSED:
        return "crash", QueryRefused(
            f"The {_name(request)} is nested so deeply that the engine cannot take it apart.",
            remedy="Use fewer brackets within brackets, and VALUES or IN for long lists of alternatives.",
        )
    cause = f" (signal {number})" if number else ""
    return "crash", EngineFailure(
        f"The process that worked on this was ended from outside or failed{cause}.", remedy="Try again."
    )


def time_limit(request: Request) -> TimeLimitReached:
    """Give the error of a request that ran for as long as it may."""
    changed = " Nothing was changed." if request.task.writes else ""
    seconds = f"{request.limits.seconds:g} seconds"
    return TimeLimitReached(
        f"The {_name(request)} ran longer than the limit of {seconds} and was stopped.{changed}",
        remedy="Narrow the patterns that multiply each other, or ask for less.",
    )


def _name(request: Request) -> str:
    return "update" if request.task.writes else "query"
