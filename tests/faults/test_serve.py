from __future__ import annotations

import json
import os
import random
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from isolated import HOG, KILLER, LONG, SMALL, TRIPLES, descendants, eventually, is_running, named, quads
from khyber.errors import KhyberError, MemoryLimitReached, ResultTooLarge, TimeLimitReached
from problem_shape import assert_problem
from running import SECONDS, Answer, Server, serving

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
CLEAN = {200, 429, 500, 502, 503, 507}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "numbers.nt"
    path.write_text("".join(f"{quad.subject} {quad.predicate} {quad.object} .\n" for quad in quads()))
    return path


@pytest.fixture
def server(file: Path, tmp_path: Path) -> Iterator[Server]:
    with serving(
        str(file),
        *("--state", str(tmp_path)),
        *("--query-timeout", "0.5"),
        *("--memory-limit", str(64 * 1024 * 1024)),
        *("--result-limit", "1000000"),
    ) as running:
        yield running


def assert_clean(answer: Answer) -> None:
    """Assert that an answer is whole: a result with its length, or a problem."""
    assert answer.status in CLEAN
    assert int(answer.headers["Content-Length"]) == len(answer.body)
    if answer.status == 200:
        assert json.loads(answer.body)["results"]
    else:
        assert answer.media_type == "application/problem+json"
        assert json.loads(answer.body)["status"] == answer.status


@pytest.mark.parametrize(
    ("query", "error", "says"),
    [
        (KILLER, TimeLimitReached, "0.5 seconds"),
        (HOG, MemoryLimitReached, "67,108,864 bytes"),
        (LONG, ResultTooLarge, "1,000,000 bytes"),
    ],
    ids=["time", "memory", "result"],
)
def test_a_limit_is_answered_as_a_problem_that_names_it(
    server: Server, query: str, error: type[KhyberError], says: str
) -> None:
    answer = server.ask(query, accept="application/sparql-results+json")
    assert_problem(answer.status, answer.headers["Content-Type"], answer.body, error)
    assert says in json.loads(answer.body)["detail"]
    assert server.ask(SMALL, accept="text/csv").text == "o\r\n7\r\n"


def test_only_clean_answers_come_while_children_are_killed_under_load(server: Server) -> None:
    answers: list[Answer] = []
    ended = threading.Event()

    def ask(query: str) -> None:
        while not ended.is_set():
            answers.append(server.ask(query, accept="application/sparql-results+json"))

    queries = [SMALL, SMALL, KILLER, f"SELECT * {{ ?s ?p ?o }} LIMIT {TRIPLES}"]
    asking = [threading.Thread(target=ask, args=(query,)) for query in queries]
    for thread in asking:
        thread.start()
    killed, choice = 0, random.Random(7)  # noqa: S311
    while killed < 30:
        children = named("khyber-query", server.process.pid)
        if children:
            with suppress(ProcessLookupError):
                os.kill(choice.choice(children), signal.SIGKILL)
                killed += 1
        ended.wait(0.02)
    ended.set()
    for thread in asking:
        thread.join(timeout=SECONDS)
    for answer in answers:
        assert_clean(answer)
    assert 200 in {answer.status for answer in answers}
    assert server.ask(SMALL, accept="text/csv").text == "o\r\n7\r\n"


def test_the_server_goes_on_when_the_holder_is_killed(server: Server) -> None:
    os.kill(named("khyber-holder", server.process.pid)[0], signal.SIGKILL)
    assert eventually(lambda: server.ask(SMALL, accept="text/csv").status == 200)


def test_the_server_ends_with_a_line_when_the_supervisor_is_killed(server: Server) -> None:
    os.kill(named("khyber-supervis", server.process.pid)[0], signal.SIGKILL)
    assert server.process.wait(timeout=SECONDS) == 2
    assert server.process.stderr is not None
    assert "khyber: The server has ended" in server.process.stderr.read()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL], ids=lambda stop: stop.name)
def test_no_process_is_left_when_the_server_has_ended(server: Server, stop: signal.Signals) -> None:
    asking = threading.Thread(target=lambda: server.ask(SMALL))
    asking.start()
    asking.join()
    processes = descendants(server.process.pid)
    assert len(processes) >= 4
    server.process.send_signal(stop)
    server.process.wait(timeout=SECONDS)
    assert eventually(lambda: not any(map(is_running, processes)))


def test_from_disk_the_same_is_answered_and_writes_are_there_after_a_crash(
    file: Path, tmp_path: Path
) -> None:
    arguments = (str(file), "--state", str(tmp_path), "--engine", "disk", "--writable")
    insert = b"INSERT DATA { <http://example.org/new> <http://example.org/p> 1 }"
    with serving(*arguments) as server:
        assert server.process.stdout is not None
        token = server.process.stdout.readline().rpartition(" ")[2].strip()
        headers = {"Content-Type": "application/sparql-update", "Authorization": f"Bearer {token}"}
        answer = server.fetch("/update", method="POST", headers=headers, body=insert)
        assert answer.status == 204, answer.text
        assert server.ask(COUNT, accept="text/csv").text == f"n\r\n{TRIPLES + 1}\r\n"
        processes = descendants(server.process.pid)
        server.process.kill()
        server.process.wait(timeout=SECONDS)
        assert eventually(lambda: not any(map(is_running, processes)))
    with serving(*arguments) as again:
        assert again.ask(COUNT, accept="text/csv").text == f"n\r\n{TRIPLES + 1}\r\n"
