"""Whose query runs next: fair between clients, and the short before the long."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from khyber.engine.isolation.messages import Request
from khyber.errors import TooBusy, TooManyRequests

QUANTUM = 0.005
"""For how many seconds a query runs before it may be paused for another one that has just come."""

SLICE = 0.25
"""By how many seconds one client may be ahead of another before long queries of theirs change places."""

PATIENCE = 0.2
"""For how many seconds a paused query lets new ones of its own client go first."""

CREDIT = 0.1
"""How many seconds a client that comes gets before the others."""

MOST_SECONDS_TO_RETRY = 60


@dataclass(frozen=True)
class Bounds:
    """How many queries run, are paused, and wait; ``waiting_each`` is for one client."""

    running: int
    paused: int
    waiting: int
    waiting_each: int


@dataclass(eq=False)
class Turn:
    """A request in the queue: when it came, for how many seconds it has run, and since when it does now.

    ``changed`` is when it was last started or paused.
    """

    request: Request
    arrived: float
    ran: float = 0.0
    since: float | None = None
    changed: float = 0.0
    started: bool = False
    account: _Account | None = None

    @property
    def running(self) -> bool:
        """Say whether it runs now."""
        return self.since is not None

    def run_time(self, now: float) -> float:
        """Give the seconds that it has run."""
        return self.ran + (now - self.since if self.since is not None else 0.0)


@dataclass(eq=False)
class _Account:
    """A client with work here: the seconds that its queries have run."""

    used: float
    waiting: deque[Turn] = field(default_factory=deque)
    started: list[Turn] = field(default_factory=list)

    def used_by(self, now: float) -> float:
        return self.used + sum(now - turn.since for turn in self.started if turn.since is not None)


class Turns:
    """The queue. It decides; whoever asks it starts, pauses, resumes and ends the queries themselves.

    The client whose queries have run the least goes first. One that comes is taken to have run as long as
    the one of those here that has run the least, less ``CREDIT``, which is not counted again for the next
    one that comes: else many who come would hold up those who wait. A query that has run for ``QUANTUM``
    is paused when one of such a client waits, so that long queries hold up nobody. Times are seconds of
    one clock.
    """

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._accounts: dict[str, _Account] = {}
        self._mean = 0.1
        self._level = 0.0
        self.running = 0
        self.paused = 0
        self.waiting = 0

    def add(self, request: Request, now: float) -> tuple[Turn, Turn | None]:
        """Let a request wait; give its turn, and the one that has to leave for it, if any.

        Raises TooManyRequests if this client has as many waiting as it may, TooBusy if everybody together
        has and no client has more than this one.
        """
        account = self._accounts.get(request.client)
        mine = len(account.waiting) if account else 0
        if mine >= self._bounds.waiting_each:
            raise TooManyRequests(
                f"{mine} queries of this client are waiting already.",
                remedy="Wait for answers before asking more.",
                retry_after=self.retry_after(),
            )
        leaves = self._make_room(mine) if self.waiting >= self._bounds.waiting else None
        account = self._account(request.client, now)
        turn = Turn(request, now, account=account)
        account.waiting.append(turn)
        self.waiting += 1
        return turn, leaves

    def adopt(self, request: Request, since: float, now: float) -> Turn:
        """Give the turn of a request that runs already, since ``since``, beyond those that may."""
        account = self._account(request.client, now)
        turn = Turn(request, since, since=since, changed=since, started=True, account=account)
        account.started.append(turn)
        self.running += 1
        return turn

    def next(self, now: float, *, child_ready: bool) -> Turn | None:
        """Give the turn that should run now, a new or a paused one, or None; call ``start`` if it does.

        If as many run as may, call ``victim`` first.
        """
        best: tuple[float, float, Turn] | None = None
        may_start = child_ready and self.running + self.paused < self._bounds.running + self._bounds.paused
        for account in self._accounts.values():
            turn = self._first_of(account, now, may_start=may_start)
            if turn is not None:
                rank = (account.used_by(now), turn.arrived, turn)
                if best is None or rank[:2] < best[:2]:
                    best = rank
        if best is None or (self.running >= self._bounds.running and self.victim(best[2], now) is None):
            return None
        return best[2]

    def victim(self, turn: Turn, now: float) -> Turn | None:
        """Give the turn to pause so that ``turn`` can run, if there is one; None too if none is needed."""
        if self.running < self._bounds.running or turn.account is None:
            return None
        running = [
            other
            for account in self._accounts.values()
            for other in account.started
            if other.running and other.run_time(now) >= QUANTUM
        ]
        worst = max(
            running, key=lambda other: other.account.used_by(now) if other.account else 0, default=None
        )
        if worst is None or worst.account is None:
            return None
        if worst.account is turn.account:
            return worst if now - worst.changed >= QUANTUM else None
        ahead = worst.account.used_by(now) - turn.account.used_by(now)
        return worst if ahead > (SLICE if turn.run_time(now) >= QUANTUM else 0) else None

    def start(self, turn: Turn, now: float) -> None:
        """Note that a turn runs from now on, for the first time or again."""
        if turn.started:
            self.paused -= 1
        else:
            self._leave_queue(turn)
            turn.started = True
            if turn.account is not None:
                turn.account.started.append(turn)
        turn.since = turn.changed = now
        self.running += 1

    def longest(self, now: float) -> Turn:
        """Give the turn that has run the longest of those that run; raise ValueError if none does."""
        started = (turn for account in self._accounts.values() for turn in account.started)
        return max((turn for turn in started if turn.running), key=lambda turn: turn.run_time(now))

    def pause(self, turn: Turn, now: float) -> None:
        """Note that a turn is paused."""
        self._stop(turn, now)
        self.running -= 1
        self.paused += 1

    def wait_again(self, turn: Turn, now: float) -> None:
        """Let a turn that has begun wait as if it had not, before the others of its client."""
        account = turn.account
        if account is None or not turn.started:
            return
        if turn.running:
            self._stop(turn, now)
            self.running -= 1
        else:
            self.paused -= 1
        account.started.remove(turn)
        turn.started, turn.ran = False, 0.0
        account.waiting.appendleft(turn)
        self.waiting += 1

    def end(self, turn: Turn, now: float) -> None:
        """Note that a turn has ended, or its client does not wait any more."""
        if not turn.started:
            self._leave_queue(turn)
        elif turn.running:
            self._stop(turn, now)
            self.running -= 1
            self._mean += 0.1 * (turn.ran - self._mean)
        else:
            self.paused -= 1
        account = turn.account
        if account is not None:
            if turn in account.started:
                account.started.remove(turn)
            if not account.started and not account.waiting:
                self._accounts = {key: one for key, one in self._accounts.items() if one is not account}

    def retry_after(self) -> int:
        """Give the seconds after which those who wait now will have had their turn, more or less."""
        seconds = self.waiting * self._mean / self._bounds.running
        return max(1, min(MOST_SECONDS_TO_RETRY, math.ceil(seconds)))

    def too_busy(self) -> TooBusy:
        """Give the error of a request for which there is no room, or which has waited too long."""
        return TooBusy(
            f"{self.waiting} queries are waiting already, and more cannot.",
            remedy="Try again later.",
            retry_after=self.retry_after(),
        )

    def _account(self, client: str, now: float) -> _Account:
        account = self._accounts.get(client)
        if account is None:
            least = min((other.used_by(now) for other in self._accounts.values()), default=self._level)
            self._level = max(self._level, least)
            account = self._accounts[client] = _Account(self._level - CREDIT)
        return account

    def _first_of(self, account: _Account, now: float, *, may_start: bool) -> Turn | None:
        """Give a client's turn that comes first: a new one, unless many of its own are begun already."""
        paused = min(
            (turn for turn in account.started if not turn.running), key=lambda turn: turn.ran, default=None
        )
        if account.waiting and may_start and len(account.started) <= self._bounds.running:
            if paused is not None and now - paused.changed > PATIENCE:
                return paused
            return account.waiting[0]
        return paused

    def _make_room(self, mine: int) -> Turn:
        longest = max(self._accounts.values(), key=lambda account: len(account.waiting))
        if len(longest.waiting) <= mine + 1:
            raise self.too_busy()
        return longest.waiting[-1]

    def _leave_queue(self, turn: Turn) -> None:
        if turn.account is not None and turn in turn.account.waiting:
            turn.account.waiting.remove(turn)
            self.waiting -= 1

    def _stop(self, turn: Turn, now: float) -> None:
        if turn.since is not None and turn.account is not None:
            turn.ran += now - turn.since
            turn.account.used += now - turn.since
            turn.since = None
            turn.changed = now
