"""Children that are asked directly: they keep the limits, the order and the dataset as the others do."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from time import monotonic, sleep

import pytest

from isolated import EX, HOG, KILLER, MIB, SMALL, TRIPLES, count, eventually, isolated, named, select
from khyber.engine.base import Limits, Update
from khyber.engine.isolation.client import IsolatedEngine
from khyber.engine.isolation.messages import Request, Task
from khyber.engine.isolation.page import LendingPage
from khyber.engine.isolation.stepping_back import NICE
from khyber.engine.isolation.supervisor import MOST_PAUSED
from khyber.engine.isolation.turns import Bounds, Turns
from khyber.errors import KhyberError, MemoryLimitReached, QuerySyntaxError, TimeLimitReached


def warm(engine: IsolatedEngine) -> None:
    """Ask until this process has borrowed a child."""
    for _ in range(20):
        assert select(engine, SMALL) == [{"o": "7"}]
        sleep(0.01)


def test_what_borrowed_children_do_is_counted_with_the_rest() -> None:
    with isolated() as engine:
        warm(engine)
        before = engine.state().finished
        for _ in range(50):
            select(engine, SMALL)
        with pytest.raises(QuerySyntaxError):
            select(engine, "SELECT")
        assert engine.state().finished == before + 51


def test_a_borrowed_child_that_was_killed_is_made_up_for() -> None:
    with isolated() as engine:
        for _ in range(5):
            warm(engine)
            for child in named("khyber-query", engine.supervisor):
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            assert select(engine, SMALL) == [{"o": "7"}]
        assert engine.counters()["khyber_kills_crash_total"] == 0


def test_a_query_that_turns_out_long_is_limited_as_any_other() -> None:
    with isolated() as engine:
        for _ in range(3):
            warm(engine)
            started = monotonic()
            with pytest.raises(TimeLimitReached, match=r"0\.3 seconds"):
                select(engine, KILLER, Limits(seconds=0.3))
            assert monotonic() - started >= 0.3
            warm(engine)
            with pytest.raises(MemoryLimitReached):
                select(engine, HOG, Limits(seconds=20, memory_bytes=32 * MIB))
        counters = engine.counters()
        assert counters["khyber_kills_time_total"] == 3
        assert counters["khyber_kills_memory_total"] == 3


def test_no_borrowed_child_answers_from_what_was_there_before_a_write() -> None:
    with isolated() as engine:
        numbers: list[int] = []
        ended = threading.Event()

        def read() -> None:
            while not ended.is_set():
                numbers.append(count(engine))

        reading = threading.Thread(target=read)
        reading.start()
        for number in range(20):
            warm(engine)
            engine.update(Update(f"INSERT DATA {{ <{EX}new{number}> <{EX}p> {number} }}"))
            assert count(engine) == TRIPLES + number + 1
        ended.set()
        reading.join()
        assert numbers == sorted(numbers)


def test_a_flood_of_long_queries_begins_no_more_than_may_be_begun() -> None:
    with isolated() as engine:
        outcomes: list[KhyberError] = []

        def flood(client: int) -> None:
            try:
                select(engine, KILLER, Limits(seconds=2), str(client))
            except KhyberError as error:
                outcomes.append(error)

        flooding = [threading.Thread(target=flood, args=(client,)) for client in range(20)]
        for thread in flooding:
            thread.start()
        answered = 0
        while any(thread.is_alive() for thread in flooding):
            state = engine.state()
            assert state.running + state.paused <= MOST_PAUSED + 3  # one slot, and one that was lent
            with suppress(KhyberError):
                answered += len(select(engine, SMALL, Limits(seconds=20), "light"))
        assert len(outcomes) == 20
        assert answered > 20
        assert select(engine, SMALL) == [{"o": "7"}]


def test_what_a_process_had_borrowed_ends_with_it() -> None:
    with isolated() as engine:
        borrower = os.fork()
        if borrower == 0:
            with suppress(BaseException):
                warm(engine)
                select(engine, KILLER, Limits(seconds=60))
            os._exit(0)
        assert eventually(lambda: engine.state().running)
        os.kill(borrower, signal.SIGKILL)
        os.waitpid(borrower, 0)
        assert eventually(lambda: not engine.state().running)
        warm(engine)
        assert len(named("khyber-query", engine.supervisor)) <= 3


def test_a_page_for_lending_says_what_was_written_last() -> None:
    page = LendingPage()
    assert (page.generation, page.closed, page.count(63)) == (0, False, 0)
    page.generation, page.closed = 2**40, True
    page.add(63)
    page.add(63)
    page.add(0)
    assert (page.generation, page.closed, page.count(63), page.count(0)) == (2**40, True, 2, 1)
    page.reset(63)
    assert (page.count(63), page.count(0)) == (0, 1)


def test_a_turn_that_runs_already_is_taken_on_beyond_those_that_may() -> None:
    turns = Turns(Bounds(running=1, paused=2, waiting=4, waiting_each=2))
    request = Request(Task.ANSWER, client="a")
    first = turns.adopt(request, 0.0, 0.01)
    second = turns.adopt(request, 0.5, 0.51)
    assert turns.running == 2
    assert turns.longest(1.0) is first
    turns.pause(first, 1.0)
    assert turns.longest(1.0) is second
    turns.end(second, 2.0)
    assert turns.next(2.0, child_ready=True) is first
    turns.start(first, 2.0)
    turns.end(first, 3.0)
    assert (turns.running, turns.paused, turns.waiting) == (0, 0, 0)


def test_long_queries_step_back_while_others_wait_and_no_other_child_does() -> None:
    with isolated(slots=1) as engine:

        def ask_long(client: str) -> None:
            with pytest.raises(TimeLimitReached):
                select(engine, KILLER, Limits(seconds=2), client)

        def at_the_back() -> int:
            children = named("khyber-query", engine.supervisor)
            return sum(os.getpriority(os.PRIO_PROCESS, child) == NICE for child in children)

        asking = [threading.Thread(target=ask_long, args=(client,)) for client in ("one", "other")]
        for thread in asking:
            thread.start()
        assert eventually(lambda: at_the_back() == 2)
        for _ in range(20):
            assert select(engine, SMALL, client="third") == [{"o": "7"}]
        assert at_the_back() == 2
        for thread in asking:
            thread.join()
        assert eventually(lambda: at_the_back() == 0)
