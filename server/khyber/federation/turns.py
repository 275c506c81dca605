"""Taking turns: one request at a time for each host, and none while a host wants to be left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from math import ceil
from threading import Lock
from time import monotonic, time

from khyber.errors import EndpointBusy

LONGEST_PAUSE = 86_400
"""The longest pause that a host can ask for, in seconds."""

USUAL_PAUSE = 30
"""The pause after 429 or 503 without a word on how long, in seconds."""


@dataclass
class _Host:
    lock: Lock = field(default_factory=Lock)
    alone_until: float = 0


class Turns:
    """Who may send a request to a host now; ``clock`` counts seconds."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._hosts: dict[str, _Host] = {}
        self._lock = Lock()

    @contextmanager
    def turn(self, host: str, endpoint: str, seconds: float) -> Iterator[None]:
        """Hold the host alone; raise EndpointBusy if its turn does not come within ``seconds``."""
        entry = self._host(host)
        self._require_welcome(entry, endpoint)
        if not entry.lock.acquire(timeout=seconds):
            raise EndpointBusy(
                f"Other queries are still waiting for {endpoint}, which is asked one at a time.",
                remedy="Ask again later.",
                retry_after=ceil(seconds),
            )
        try:
            self._require_welcome(entry, endpoint)
            yield
        finally:
            entry.lock.release()

    def leave_alone(self, host: str, retry_after: str | None) -> int:
        """Note that a host wants to be left alone (RFC 9110, section 10.2.3); give the seconds."""
        seconds = min(max(pause_of(retry_after), 1), LONGEST_PAUSE)
        self._host(host).alone_until = self._clock() + seconds
        return seconds

    def _host(self, host: str) -> _Host:
        with self._lock:
            return self._hosts.setdefault(host, _Host())

    def _require_welcome(self, entry: _Host, endpoint: str) -> None:
        left = ceil(entry.alone_until - self._clock())
        if left > 0:
            raise EndpointBusy(
                f"The endpoint {endpoint} asked to be left alone for {left} more seconds.",
                remedy="Ask again later, and for less.",
                retry_after=left,
            )


def pause_of(retry_after: str | None) -> int:
    """Give the seconds that a Retry-After header asks for, in either of its forms."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:12]), LONGEST_PAUSE)
    try:
        return ceil(parsedate_to_datetime(text).timestamp() - time())
    except (ValueError, TypeError, OverflowError):
        return USUAL_PAUSE
