"""What becomes of requests when the server is told to end."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import quote

import pytest

from isolated import KILLER, TRIPLES, descendants, eventually, is_running, name_of, quads
from khyber.config import GRACE
from khyber.errors import ServerEnding
from problem_shape import assert_problem
from running import SECONDS, Server, serving

SHORT = "0.5"
LONG = "600"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
BODY = (
    "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    f"Content-Length: {len(COUNT)}\r\n\r\n"
)


@dataclass(frozen=True)
class Caller:
    """A client that decides what goes over its connection, and when."""

    connection: socket.socket

    def send(self, text: str) -> None:
        self.connection.sendall(text.encode())

    def answer(self) -> tuple[HTTPResponse, bytes]:
        response = HTTPResponse(self.connection)
        response.begin()
        return response, response.read()

    def was_hung_up_on(self) -> bool:
        try:
            return self.connection.recv(1) == b""
        except ConnectionResetError:
            return True


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ending") / "many.nt"
    path.write_text("".join(f"{quad.triple} .\n" for quad in quads()))
    return path


@contextmanager
def calling(server: Server, *, sends: Sequence[str]) -> Iterator[list[Caller]]:
    """Connect as often as there are texts to send, and send them."""
    host, _, port = server.root.removeprefix("http://").partition(":")
    callers = [Caller(socket.create_connection((host, int(port)), timeout=SECONDS)) for _ in sends]
    try:
        for caller, text in zip(callers, sends, strict=True):
            caller.send(text)
        yield callers
    finally:
        for caller in callers:
            caller.connection.close()


def asking(query: str) -> str:
    return f"GET /sparql?query={quote(query)} HTTP/1.1\r\nHost: x\r\n\r\n"


def has_begun_and_wait(server: Server, begun: int) -> bool:
    """Say whether so many queries have begun or wait for their turn."""
    told = server.fetch("/metrics").text
    names = ("khyber_queries_running ", "khyber_queries_paused ", "khyber_queries_waiting ")
    found = [line for line in told.splitlines() if line.startswith(names)]
    assert len(found) == len(names)
    return sum(float(line.split()[1]) for line in found) == begun


def refuses(server: Server) -> bool:
    host, _, port = server.root.removeprefix("http://").partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=SECONDS).close()
    except ConnectionRefusedError:
        return True
    return False


def assert_ended_cleanly(server: Server) -> None:
    assert server.process.wait(timeout=SECONDS) == 0
    assert server.process.stderr is not None
    assert server.process.stderr.read() == ""


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT], ids=lambda stop: stop.name)
def test_a_request_that_is_on_its_way_is_answered_and_none_is_taken_any_more(
    file: Path, stop: signal.Signals
) -> None:
    with serving(str(file), "--grace", LONG) as server:
        processes = descendants(server.process.pid)
        with calling(server, sends=[BODY + COUNT[:10]]) as (caller,):
            assert server.ask("ASK {}").status == 200  # so the one before it is on its way
            server.process.send_signal(stop)
            assert eventually(lambda: refuses(server))
            caller.send(COUNT[10:])
            response, body = caller.answer()
            assert response.status == 200
            assert json.loads(body)["results"]["bindings"][0]["n"]["value"] == str(TRIPLES)
        assert_ended_cleanly(server)
        assert eventually(lambda: not any(map(is_running, processes)))


def test_a_server_that_ends_is_not_ready_and_lives(file: Path) -> None:
    begun = "GET /health/{} HTTP/1.1\r\nHost: x\r\n"
    sends = [begun.format("ready"), begun.format("live")]
    with serving(str(file), "--grace", LONG) as server, calling(server, sends=sends) as (ready, live):
        assert server.fetch("/health/ready").status == 200
        server.process.send_signal(signal.SIGTERM)
        assert eventually(lambda: refuses(server))
        ready.send("\r\n")
        response, body = ready.answer()
        problem = assert_problem(response.status, response.headers["Content-Type"], body, ServerEnding)
        assert problem["detail"] == "The server is ending."
        assert response.headers["Retry-After"] == "5"
        live.send("\r\n")
        assert live.answer()[0].status == 200
        assert_ended_cleanly(server)


@pytest.mark.parametrize("engine", ["memory", "disk"])
def test_queries_that_run_or_wait_when_the_grace_is_over_are_told_so(file: Path, engine: str) -> None:
    sends = [asking(KILLER)] * 5
    options = ("--engine", engine, "--slots", "1", "--grace", SHORT)
    with serving(str(file), *options) as server, calling(server, sends=sends) as callers:
        assert eventually(lambda: has_begun_and_wait(server, len(callers)))
        processes = descendants(server.process.pid)
        server.process.send_signal(signal.SIGTERM)
        for caller in callers:
            response, body = caller.answer()
            problem = assert_problem(response.status, response.headers["Content-Type"], body, ServerEnding)
            assert "The server is ending" in problem["detail"]
            assert response.headers["Retry-After"] == "5"
        assert_ended_cleanly(server)
        assert eventually(lambda: not any(map(is_running, processes)))


@pytest.mark.parametrize("sends", [BODY + "SELECT", "GET /health HTTP/1.1\r\nHo"], ids=["body", "head"])
def test_a_request_that_never_comes_whole_holds_up_nobody_for_longer_than_the_grace(
    file: Path, sends: str
) -> None:
    with serving(str(file), "--grace", SHORT) as server, calling(server, sends=[sends]) as (caller,):
        assert server.ask("ASK {}").status == 200
        server.process.send_signal(signal.SIGTERM)
        assert caller.was_hung_up_on()
        assert_ended_cleanly(server)


def test_connections_without_a_request_hold_up_nobody(file: Path) -> None:
    sends = ["", "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"]
    with serving(str(file), "--grace", LONG) as server, calling(server, sends=sends) as (silent, idle):
        assert idle.answer()[0].status == 200
        server.process.send_signal(signal.SIGTERM)
        assert idle.was_hung_up_on()
        assert silent.was_hung_up_on()
        assert_ended_cleanly(server)


@pytest.mark.parametrize("again", [signal.SIGTERM, signal.SIGINT], ids=lambda again: again.name)
def test_a_second_signal_ends_the_server_at_once(file: Path, again: signal.Signals) -> None:
    with (
        serving(str(file), "--grace", LONG) as server,
        calling(server, sends=[asking(KILLER)]) as (caller,),
    ):
        assert eventually(lambda: has_begun_and_wait(server, 1))
        processes = descendants(server.process.pid)
        server.process.send_signal(signal.SIGTERM)
        assert eventually(lambda: refuses(server))
        server.process.send_signal(again)
        assert_ended_cleanly(server)
        assert caller.was_hung_up_on()
        assert eventually(lambda: not any(map(is_running, processes)))


def test_a_worker_that_stands_still_is_killed(file: Path) -> None:
    with serving(str(file), "--grace", SHORT) as server:
        (worker,) = (each for each in descendants(server.process.pid) if name_of(each) == "khyber")
        os.kill(worker, signal.SIGSTOP)
        server.process.send_signal(signal.SIGTERM)
        assert_ended_cleanly(server)


def test_an_update_that_is_stopped_by_the_end_has_changed_nothing(tmp_path: Path) -> None:
    state = tmp_path / "state"
    environment = {"KHYBER_ADMIN_TOKEN": "secret", "KHYBER_STATE": str(state)}
    options = ("--empty", "--writable", "--engine", "disk", "--grace", SHORT)
    headers = {"Authorization": "Bearer secret", "Content-Type": "application/sparql-update"}
    numbers = " ".join(str(number) for number in range(100))
    long = (
        "INSERT { <http://example.org/late> <http://example.org/b> ?a } WHERE { "
        + " ".join(f"VALUES ?{name} {{ {numbers} }}" for name in "abcdefgh")
        + " FILTER (?a + ?b + ?c + ?d + ?e + ?f + ?g + ?h < 0) }"
    )
    with serving(*options, environment=environment) as server:
        first = server.fetch(
            "/sparql",
            method="POST",
            headers=headers,
            body=b"INSERT DATA { <http://example.org/a> <http://example.org/b> 1 }",
        )
        assert first.status == 204
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        request = f"POST /sparql HTTP/1.1\r\nHost: x\r\n{head}Content-Length: {len(long)}\r\n\r\n{long}"
        with calling(server, sends=[request]) as (caller,):
            assert eventually(lambda: has_begun_and_wait(server, 1))
            server.process.send_signal(signal.SIGTERM)
            response, body = caller.answer()
            problem = assert_problem(response.status, response.headers["Content-Type"], body, ServerEnding)
            assert "nothing was changed" in problem["detail"]
            assert_ended_cleanly(server)
    with serving(*options, environment=environment) as server:
        assert json.loads(server.ask(COUNT).body)["results"]["bindings"][0]["n"]["value"] == "1"


def test_a_grace_of_any_length_can_be_asked_for(file: Path) -> None:
    with serving(str(file), "--grace", "1e30") as server:
        server.process.send_signal(signal.SIGTERM)
        assert_ended_cleanly(server)


def test_the_grace_is_ten_seconds_unless_said_otherwise() -> None:
    assert GRACE.default_value() == 10
