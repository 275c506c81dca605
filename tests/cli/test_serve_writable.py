from __future__ import annotations

import json
from pathlib import Path

import pytest

from khyber.errors import ReadOnly, Unauthorized
from problem_shape import assert_problem
from running import Server, khyber, serving

TOKEN = "a-token-from-the-environment"  # noqa: S105
INSERT = b"INSERT DATA { <http://example.org/new> <http://example.org/p> 1 }"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def count(server: Server) -> int:
    return int(server.ask(COUNT, accept="text/csv").text.split()[1])


def write(server: Server, token: str | None, *, path: str = "/update") -> int:
    headers = {"Content-Type": "application/sparql-update"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return server.fetch(path, method="POST", headers=headers, body=INSERT).status


def test_an_empty_server_is_filled_by_writes_with_the_token_that_it_prints() -> None:
    with serving("--empty", "--writable", environment={"KHYBER_ADMIN_TOKEN": ""}) as server:
        assert server.process.stdout is not None
        line = server.process.stdout.readline().strip()
        assert line.startswith("The token for writing is ")
        token = line.rpartition(" ")[2]
        assert len(token) >= 40
        assert count(server) == 0
        assert write(server, "wrong") == 401
        assert count(server) == 0
        assert write(server, token) == 204
        assert count(server) == 1


def test_files_are_written_to_with_the_token_of_the_environment(people: Path) -> None:
    with serving(str(people), "--writable", environment={"KHYBER_ADMIN_TOKEN": TOKEN}) as server:
        before = count(server)
        assert write(server, None) == 401
        assert write(server, TOKEN) == 204
        assert count(server) == before + 1
        health = json.loads(server.fetch("/health").body)
        assert health["triples"] == before + 1
    assert "new" not in people.read_text(encoding="utf-8")


def test_a_long_series_of_writes_is_seen_one_by_one() -> None:
    with serving("--empty", "--writable", environment={"KHYBER_ADMIN_TOKEN": TOKEN}) as server:
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/n-triples"}
        for number in range(300):
            body = f"<http://e.org/{number}> <http://e.org/p> 'x' .".replace("'", '"').encode()
            answer = server.fetch("/graphs?default", method="POST", headers=headers, body=body)
            assert answer.status == 204
        assert count(server) == 300


def test_a_large_upload_without_a_token_is_refused() -> None:
    with serving("--empty", "--writable", environment={"KHYBER_ADMIN_TOKEN": TOKEN}) as server:
        headers = {"Content-Type": "text/turtle"}
        answer = server.fetch("/graphs?default", method="PUT", headers=headers, body=b"#" * 100_000)
        assert_problem(answer.status, answer.headers["Content-Type"], answer.body, Unauthorized)


def test_files_are_read_only_without_writable(people: Path) -> None:
    with serving(str(people), environment={"KHYBER_ADMIN_TOKEN": TOKEN}) as server:
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/sparql-update"}
        for path in ("/update", "/sparql"):
            answer = server.fetch(path, method="POST", headers=headers, body=INSERT)
            assert_problem(answer.status, answer.headers["Content-Type"], answer.body, ReadOnly)


def test_a_graph_that_is_named_by_its_path_has_the_iri_of_the_base_url() -> None:
    arguments = ("--empty", "--writable", "--base-url", "https://kg.example/khyber/")
    with serving(*arguments, environment={"KHYBER_ADMIN_TOKEN": TOKEN}) as server:
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "text/turtle"}
        answer = server.fetch("/graphs/a/b", method="PUT", headers=headers, body=b"<> <p> 1 .")
        assert (answer.status, answer.headers["Location"]) == (201, "https://kg.example/khyber/graphs/a/b")
        assert json.loads(
            server.ask("ASK { GRAPH <https://kg.example/khyber/graphs/a/b> { ?s ?p 1 } }").body
        )["boolean"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--writable"], "--empty"),
        (["--writable", "--union", "people"], "--union"),
        (["--empty", "people"], "--empty"),
        (["--empty", "--base-url", "kg.example"], "--base-url takes an address"),
        (["--empty", "--base-url", "https://kg.example/?a"], "--base-url takes an address"),
    ],
    ids=["writable_khyber", "writable_union", "empty_and_files", "base_url_relative", "base_url_with_query"],
)
def test_options_that_contradict_each_other_are_told(people: Path, arguments: list[str], says: str) -> None:
    given = [str(people) if argument == "people" else argument for argument in arguments]
    result = khyber("serve", *given, "--port", "0")
    assert (result.returncode, result.stdout) == (2, "")
    assert says in result.stderr
