"""The desk: questions answered in turn or apart, and what happens to those that take too much."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from time import sleep

import pytest

from isolated import eventually, is_running
from khyber.contributions.desk.clerks import JobLimits
from khyber.contributions.desk.client import DeskLink
from khyber.errors import (
    Conflict,
    EngineFailure,
    MemoryLimitReached,
    ServerEnding,
    TimeLimitReached,
    TooBusy,
    TooManyRequests,
)

LIMITS = JobLimits(seconds=20, memory_bytes=256 * 1024**2, running=1, waiting=4)


class Counter:
    """An office that counts."""

    def __init__(self) -> None:
        self.count = 0

    @property
    def edition(self) -> int:
        return self.count

    def add(self, number: int) -> int:
        self.count += number
        return self.count

    def told(self) -> int:
        return self.count

    def measure(self, data: bytes) -> int:
        return len(data)

    def refuse(self) -> None:
        raise Conflict("It is not so any more.", remedy="Look again.")

    def stumble(self) -> None:
        raise ValueError("a mistake of ours")

    def wait(self, file: str) -> str:
        Path(file).touch()
        sleep(60)
        return "waited"

    def devour(self) -> int:
        return len(bytearray(2 * 1024**3))

    def end(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def process(self) -> int:
        return os.getpid()


@contextmanager
def desk(limits: JobLimits = LIMITS) -> Iterator[DeskLink]:
    link = DeskLink.start(Counter, limits)
    try:
        yield link
    finally:
        link.close()


def end(process: int) -> None:
    os.kill(process, signal.SIGKILL)
    assert eventually(lambda: not is_running(process))


def wait_for(file: Path) -> None:
    for _ in range(1000):
        if file.exists():
            return
        sleep(0.01)
    raise AssertionError(f"{file} did not come")


def test_what_changes_is_done_by_the_desk_itself_and_stays() -> None:
    with desk() as link:
        assert [link.ask("add", 2), link.ask("add", 3)] == [2, 5]


def test_what_is_done_apart_changes_nothing_in_the_desk() -> None:
    with desk() as link:
        link.ask("add", 2, apart=True)
        assert link.ask("told") == 0
        assert link.ask("process", apart=True) not in (link.process, os.getpid())


def test_who_answers_apart_knows_what_the_desk_knows_now() -> None:
    with desk() as link:
        for number in range(1, 5):
            link.ask("add", 1)
            assert link.ask("told", apart=True) == number


def test_while_nothing_changes_the_same_process_answers_apart() -> None:
    with desk() as link:
        processes = {link.ask("process", apart=True) for _ in range(5)}
        assert len(processes) == 1
        link.ask("add", 1)
        assert link.ask("process", apart=True) not in processes


def test_a_long_question_arrives_whole() -> None:
    with desk() as link:
        assert link.ask("measure", b"x" * 5_000_000, apart=True) == 5_000_000


@pytest.mark.parametrize("apart", [False, True])
def test_an_error_arrives_as_it_was_raised(apart: bool) -> None:
    with desk() as link:
        with pytest.raises(Conflict) as raised:
            link.ask("refuse", apart=apart)
        assert (raised.value.detail, raised.value.remedy) == ("It is not so any more.", "Look again.")
        assert link.ask("add", 1) == 1


@pytest.mark.parametrize("apart", [False, True])
def test_a_mistake_of_the_office_ends_only_its_question(
    apart: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    with desk() as link:
        with pytest.raises(EngineFailure):
            link.ask("stumble", apart=apart)
        assert link.ask("add", 1) == 1
    assert "a mistake of ours" in capfd.readouterr().err


def test_what_takes_too_long_is_stopped_and_the_limit_named(tmp_path: Path) -> None:
    with desk(JobLimits(seconds=0.3)) as link:
        with pytest.raises(TimeLimitReached, match=r"limit of 0\.3 seconds"):
            link.ask("wait", str(tmp_path / "begun"), apart=True)
        assert link.ask("add", 1, apart=True) == 1


def test_what_takes_too_much_memory_is_stopped_and_the_limit_named() -> None:
    with desk() as link:
        with pytest.raises(MemoryLimitReached, match="268,435,456"):
            link.ask("devour", apart=True)
        assert link.ask("add", 1, apart=True) == 1


def test_a_killed_job_is_told() -> None:
    with desk() as link, pytest.raises(MemoryLimitReached):
        link.ask("end", apart=True)


def test_a_clerk_that_was_killed_while_nobody_asked_it_is_replaced() -> None:
    with desk() as link:
        for number in range(3):
            clerk = link.ask("process", apart=True)
            end(clerk)
            assert link.ask("measure", b"x" * number, apart=True) == number


def test_a_clerk_that_is_killed_in_the_middle_of_a_question_takes_only_that_with_it() -> None:
    with desk() as link, ThreadPoolExecutor(1) as pool:
        clerk = link.ask("process", apart=True)
        os.kill(clerk, signal.SIGSTOP)
        asking = pool.submit(link.ask, "measure", b"x" * 5_000_000, apart=True)
        sleep(0.3)  # what goes into the connection is there, and the rest waits
        os.kill(clerk, signal.SIGKILL)
        assert isinstance(asking.exception(), MemoryLimitReached)
        assert link.ask("measure", b"x", apart=True) == 1
        assert not link.has_ended()


def test_others_are_answered_while_a_job_runs_and_too_many_are_refused(tmp_path: Path) -> None:
    with desk(JobLimits(seconds=3, waiting=4)) as link, ThreadPoolExecutor(8) as pool:
        running = pool.submit(link.ask, "wait", str(tmp_path / "begun"), apart=True, client="a")
        wait_for(tmp_path / "begun")
        assert link.ask("add", 1) == 1
        waiting = [pool.submit(link.ask, "add", 1, apart=True, client=name) for name in ("a", "a")]
        while link.ask("add", 0) and len([future for future in waiting if future.running()]) < 2:
            sleep(0.01)
        sleep(0.2)
        with pytest.raises(TooManyRequests):
            link.ask("add", 1, apart=True, client="a")
        others = [pool.submit(link.ask, "add", 1, apart=True, client=name) for name in ("b", "b")]
        sleep(0.2)
        with pytest.raises(TooBusy):
            link.ask("add", 1, apart=True, client="c")
        assert isinstance(running.exception(), TimeLimitReached)
        assert all(future.result() for future in (*waiting, *others))


def test_a_job_ends_when_its_asker_has_gone(tmp_path: Path) -> None:
    with desk() as link:
        thread = Thread(target=_ask_and_leave, args=(link, tmp_path / "begun"))
        thread.start()
        thread.join()
        assert link.ask("add", 1, apart=True) == 1  # it did not wait for the job before it


def _ask_and_leave(link: DeskLink, file: Path) -> None:
    link._patience = 1.0
    with pytest.raises(EngineFailure):
        link.ask("wait", str(file), apart=True)
    link._patience = 60.0


def test_at_the_last_call_nothing_is_judged_any_more_and_the_office_goes_on(tmp_path: Path) -> None:
    with desk() as link, ThreadPoolExecutor(2) as pool:
        running = pool.submit(link.ask, "wait", str(tmp_path / "begun"), apart=True)
        wait_for(tmp_path / "begun")
        waiting = pool.submit(link.ask, "add", 1, apart=True)
        sleep(0.2)
        assert not waiting.done()
        link.last_call()
        for asked in (running, waiting, pool.submit(link.ask, "add", 1, apart=True)):
            with pytest.raises(ServerEnding, match="nothing was changed"):
                asked.result()
        assert link.ask("add", 2) == 2
        assert link.close() == 0
        link.last_call()


def test_a_desk_that_was_killed_is_told() -> None:
    with desk() as link:
        os.kill(link.process, signal.SIGKILL)
        with pytest.raises(EngineFailure, match="does not answer"):
            link.ask("add", 1)
        assert link.has_ended()
        assert link.close() == -signal.SIGKILL


def test_a_desk_that_nobody_ended_ended_well() -> None:
    with desk() as link:
        assert link.ask("add", 1) == 1
        assert link.close() == 0


def test_an_office_that_cannot_be_opened_answers_with_the_reason() -> None:
    def opening() -> Counter:
        raise Conflict("The ledger is damaged.")

    link = DeskLink.start(opening, LIMITS)
    for apart in (False, True):
        with pytest.raises(Conflict, match="damaged"):
            link.ask("add", 1, apart=apart)
    link.close()
