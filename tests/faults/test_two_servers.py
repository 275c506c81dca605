"""Two servers in one place: the second refuses with a line that says who is there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from contributing import ADMIN_TOKEN, Contributing, members, person
from isolated import descendants, eventually, is_running
from postgresql import PostgreSQL, postgresql
from running import COMMAND, SECONDS, Server, khyber, serving, state_folder

ENVIRONMENT: Mapping[str, str] = {"KHYBER_ADMIN_TOKEN": ADMIN_TOKEN}


@pytest.fixture(scope="module")
def database() -> Iterator[PostgreSQL]:
    with postgresql() as server:
        yield server


def refused(*arguments: str) -> str:
    """Start a second server, which ends at once with the exit code 2, and give what it says."""
    ended = subprocess.run(
        [COMMAND, "serve", "--port", "0", *arguments],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_a_second_server_in_one_state_folder_refuses(running: Contributing) -> None:
    told = refused("--state", str(running.state))
    assert f"in use by process {running.server.process.pid} at {running.server.root}" in told
    assert "Stop that one first" in told
    assert running.contributed(person("first")) == 1


def test_a_command_that_would_change_the_ledger_refuses_beside_a_server(running: Contributing) -> None:
    ended = khyber("review", "accept", "1", "--reason", "A test.", "--state", str(running.state))
    assert ended.returncode == 2
    assert f"in use by process {running.server.process.pid}" in ended.stderr


def test_two_servers_of_files_share_a_state_folder(tmp_path: Path, people: Path) -> None:
    with (
        serving(str(people), "--state", str(tmp_path)) as first,
        serving(str(people), "--state", str(tmp_path)) as second,
    ):
        assert first.ask("ASK {}").status == second.ask("ASK {}").status == 200


def test_a_second_server_on_one_database_refuses(tmp_path: Path, database: PostgreSQL) -> None:
    url = _with_driver(database.new_schema())
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    state, other = state_folder(tmp_path / "one"), state_folder(tmp_path / "two")
    with serving("--state", str(state), "--ledger", url, environment=ENVIRONMENT) as server:
        told = refused("--state", str(other), "--ledger", url)
        assert "in use by process " in told
        running = Contributing(server, state, {"admin": ADMIN_TOKEN})
        assert running.contribute(person("first"), role="admin").status == 201


def test_what_a_database_keeps_is_there_after_a_crash(tmp_path: Path, database: PostgreSQL) -> None:
    url, state = _with_driver(database.new_schema()), state_folder(tmp_path)
    with serving("--state", str(state), "--ledger", url, environment=ENVIRONMENT) as server:
        running = Contributing(server, state, {"admin": ADMIN_TOKEN})
        accepted, waiting = (_contributed(running, slug) for slug in ("accepted", "waiting"))
        assert running.decide(accepted, "accept", role="admin").status == 200
        version = members(running.fetch("/health"))["release"]
        _kill(server)
    assert not (state / "ledger.sqlite").exists()
    with serving("--state", str(state), "--ledger", url, environment=ENVIRONMENT) as server:
        running = Contributing(server, state, {"admin": ADMIN_TOKEN})
        assert members(running.fetch("/health"))["release"] == version
        assert running.knows("accepted")
        assert not running.knows("waiting")
        assert running.decide(waiting, "accept", role="admin").status == 200
        assert running.knows("waiting")


def _contributed(running: Contributing, slug: str) -> int:
    answer = running.contribute(person(slug), role="admin")
    assert answer.status == 201, answer.text
    return int(json.loads(answer.body)["id"])


def _with_driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+pg8000://")


def _kill(server: Server) -> None:
    processes = descendants(server.process.pid)
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait(timeout=SECONDS)
    assert eventually(lambda: not any(map(is_running, processes)))
