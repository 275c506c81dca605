"""Answers of other servers that are given again for a short while without asking."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from time import monotonic

from khyber.errors import KhyberError

FAILURE_SECONDS = 5
"""How long a failure is given again: a query that asks for every row is not to repeat it for every row."""

MOST_BYTES = 67_108_864
MOST_ANSWERS = 256


@dataclass(frozen=True)
class _Kept:
    answer: bytes | KhyberError
    until: float

    @property
    def size(self) -> int:
        return len(self.answer) if isinstance(self.answer, bytes) else 0


class Kept:
    """A bounded memory of answers and failures; ``clock`` counts seconds."""

    def __init__(self, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._answers: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, key: Hashable) -> bytes | None:
        """Give the answer that is kept under a key, raise the failure, or give None."""
        with self._lock:
            kept = self._answers.get(key)
            if kept is not None and kept.until <= self._clock():
                self._remove(key)
                kept = None
        if kept is None:
            return None
        if isinstance(kept.answer, KhyberError):
            raise _again(kept.answer)
        return kept.answer

    def keep(self, key: Hashable, answer: bytes | KhyberError) -> None:
        """Keep an answer or a failure; the oldest make room."""
        seconds = self._seconds if isinstance(answer, bytes) else min(self._seconds, FAILURE_SECONDS)
        with self._lock:
            self._remove(key)
            kept = _again(answer) if isinstance(answer, KhyberError) else answer
            self._answers[key] = _Kept(kept, self._clock() + seconds)
            self._size += self._answers[key].size
            while self._size > MOST_BYTES or len(self._answers) > MOST_ANSWERS:
                self._remove(next(iter(self._answers)))

    def _remove(self, key: Hashable) -> None:
        kept = self._answers.pop(key, None)
        self._size -= kept.size if kept else 0


def _again(error: KhyberError) -> KhyberError:
    """Give the same failure without its traceback, whose frames would hold what belongs to one thread."""
    return type(error)(error.detail, remedy=error.remedy, retry_after=error.retry_after)
