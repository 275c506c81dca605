"""A full disk below the state folder: what cannot be kept is refused, and nothing of it is there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from contributing import ADMIN_TOKEN, Contributing, contributing, members, person
from filesystems import mounted
from khyber.contributions.ledger import Ledger
from khyber.contributions.opening import now
from khyber.errors import ResultTooLarge, StorageFull
from problem_shape import assert_problem
from running import RELEASES, Answer, serving

MIB = 1024 * 1024


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Contributing]:
    """Give a server whose state folder is a small disk of its own."""
    with mounted(tmp_path / "state", "size=8m") as state:
        RELEASES.mkdir(parents=True, exist_ok=True)
        (state / "releases").symlink_to(RELEASES)
        with contributing(tmp_path) as server:
            yield server


def fill(folder: Path) -> Path:
    """Leave no room on the disk of a folder; give the file that takes it."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (MIB, 4096, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue
    assert os.statvfs(folder).f_bavail == 0
    return ballast


def refuse(answer: Answer) -> None:
    problem = assert_problem(answer.status, answer.headers["Content-Type"], answer.body, StorageFull)
    assert "nothing was changed" in problem["detail"]


def until_refused(running: Contributing) -> int:
    """Send in documents until one is refused, and give how many were not: files have room of their own."""
    for turn in range(20):
        label = os.urandom(1000).hex()
        answer = running.contribute(person(f"more-{turn}", label), role="admin")
        if answer.status != 201:
            refuse(answer)
            return turn
    raise AssertionError("the disk never was full")


def test_a_full_disk_refuses_contributions_until_there_is_room(running: Contributing) -> None:
    waiting = running.contributed(person("waiting"))
    ballast = fill(running.state)
    more = until_refused(running)
    refuse(running.decide(waiting, "accept"))
    kept = members(running.fetch("/contributions"))["contributions"]
    assert len(kept) == 1 + more
    assert {each["status"] for each in kept} == {"submitted"}
    assert not running.knows("waiting")
    assert members(running.fetch("/health"))["release"].startswith("1-")
    assert running.fetch("/validate", method="POST", body=b"", content_type="text/turtle").status == 200
    ballast.unlink()
    assert running.decide(waiting, "accept").status == 200
    assert running.knows("waiting")
    assert running.contributed(person("after")) == waiting + more + 1
    with Ledger.open(running.state, clock=now, check=False) as ledger:
        assert ledger.verify() == ()


def test_a_full_disk_refuses_only_long_results(running: Contributing) -> None:
    long = "SELECT ?s ?p ?o { ?s ?p ?o }"
    assert running.server.ask("SELECT ?o ?p ?s { ?s ?p ?o }", accept="text/csv").status == 200
    ballast = fill(running.state)
    answer = running.server.ask(long, accept="text/csv", timeout="30")
    assert_problem(answer.status, answer.headers["Content-Type"], answer.body, ResultTooLarge)
    assert running.server.ask("SELECT * { ?s ?p ?o } LIMIT 3", accept="text/csv").status == 200
    ballast.unlink()
    assert running.server.ask(long, accept="text/csv").status == 200


def test_a_server_that_starts_on_a_full_disk_answers_and_takes_nothing(tmp_path: Path) -> None:
    with mounted(tmp_path / "state", "size=8m") as state:
        RELEASES.mkdir(parents=True, exist_ok=True)
        (state / "releases").symlink_to(RELEASES)
        with contributing(tmp_path) as first:
            first.contributed(person("kept"))
        ballast = fill(state)
        with serving("--state", str(state), environment={"KHYBER_ADMIN_TOKEN": ADMIN_TOKEN}) as server:
            running = Contributing(server, state, {"admin": ADMIN_TOKEN})
            assert server.ask("ASK {}").status == 200
            more = until_refused(running)
            assert len(members(running.fetch("/contributions"))["contributions"]) == 1 + more
            ballast.unlink()
            assert running.contribute(person("taken"), role="admin").status == 201
        with Ledger.open(state, clock=now) as ledger:
            assert ledger.verify() == ()
            assert len(ledger.contributions()) == 2 + more
