from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from khyber.config import graph_home
from khyber.release.queries import example_queries
from running import COMMAND, SECONDS, khyber, serving

TURTLE = "PREFIX ex: <http://example.org/>\nex:a ex:b ex:c .\n"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.ttl"
    path.write_text(TURTLE)
    return path


def assert_one_line(result: subprocess.CompletedProcess[str], *says: str, exit_code: int = 2) -> None:
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1, result.stderr
    assert result.stderr.startswith("khyber: ")
    for words in says:
        assert words in result.stderr
    assert result.returncode == exit_code


def test_the_first_line_says_where_and_how_much_when_the_server_answers(file: Path) -> None:
    with serving(str(file)) as server:
        assert re.fullmatch(
            r"Khyber answers SPARQL at http://127\.0\.0\.1:\d+/sparql \(1 triple\)", server.first_line
        )
        assert server.ask("ASK { <http://example.org/a> ?p ?o }").text == '{"head":{},"boolean":true}'


def test_a_host_may_be_given_by_its_name(file: Path) -> None:
    with serving(str(file), "--host", "localhost") as server:
        assert " at http://localhost:" in server.first_line
        assert server.ask("ASK {}").status == 200


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_the_server_cleanly_and_frees_its_port(file: Path, stop: signal.Signals) -> None:
    with serving(str(file)) as server:
        assert server.ask("ASK {}").status == 200
        server.process.send_signal(stop)
        assert server.process.wait(timeout=SECONDS) == 0
        assert server.process.stdout is not None
        assert server.process.stderr is not None
        assert server.process.stdout.read() == ""
        assert server.process.stderr.read() == ""
        port = int(server.root.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_control_c_on_the_terminal_reaches_every_process_and_ends_the_server_cleanly(file: Path) -> None:
    process = subprocess.Popen(
        [COMMAND, "serve", str(file), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert " answers SPARQL at " in process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    rest, errors = process.communicate(timeout=SECONDS)
    assert (process.returncode, rest, errors) == (0, "", "")


def test_the_worker_ends_when_its_supervisor_is_killed(file: Path) -> None:
    with serving(str(file)) as server:
        port = int(server.root.rpartition(":")[2])
        server.process.kill()
        server.process.wait(timeout=SECONDS)
        assert server.process.stdout is not None
        assert server.process.stdout.read() == ""  # ends when the last process that holds it has ended
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_several_files_of_several_syntaxes_are_served_together(tmp_path: Path, file: Path) -> None:
    (tmp_path / "b.nq").write_text("<http://e/s> <http://e/p> <http://e/o> <http://e/g> .\n")
    (tmp_path / "c.jsonld").write_text('{"@id": "http://e/s", "http://e/p": [1, 2]}')
    with serving(str(file), str(tmp_path / "b.nq"), str(tmp_path / "c.jsonld")) as server:
        assert server.ask(COUNT, accept="text/csv").text == "n\r\n3\r\n"
        assert "(3 triples and 1 in named graphs)" in server.first_line


def test_the_default_graph_is_a_union_only_when_asked_for(people: Path) -> None:
    with serving(str(people), "--union") as server:
        assert server.ask(COUNT, accept="text/csv").text == "n\r\n6\r\n"
    with serving(str(people), "--no-union") as server:
        assert server.ask(COUNT, accept="text/csv").text == "n\r\n3\r\n"


def test_settings_come_from_the_environment_too(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHYBER_MAX_REQUEST_BYTES", "10")
    with serving(str(file)) as server:
        answer = server.fetch(
            "/sparql",
            method="POST",
            headers={"Content-Type": "application/sparql-query"},
            body=b"ASK { ?s ?p ?o }",
        )
        assert answer.status == 413
        assert "10 bytes" in json.loads(answer.body)["detail"]


def test_a_port_that_is_used_is_told_with_the_remedy(file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        assert_one_line(khyber("serve", str(file), "--port", port), f"port {port}", "--port")


def test_a_port_that_another_khyber_serves_is_used_too(file: Path) -> None:
    with serving(str(file)) as server:
        port = server.root.rpartition(":")[2]
        assert_one_line(khyber("serve", str(file), "--port", port), f"port {port}", "--port")
        assert server.ask("ASK {}").status == 200


def test_a_used_port_is_told_before_the_graph_is_looked_at(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        assert_one_line(khyber("serve", str(tmp_path / "none.ttl"), "--port", port), f"port {port}")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert_one_line(khyber("serve", "none.ttl", "--port", "0", cwd=tmp_path), "none.ttl", "no such file")


def test_a_file_of_no_known_syntax_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("")
    assert_one_line(khyber("serve", "a.txt", "--port", "0", cwd=tmp_path), "a.txt", ".ttl")


def test_a_syntax_error_is_told_with_its_file_line_and_column_and_what_was_expected(tmp_path: Path) -> None:
    (tmp_path / "bad.ttl").write_text("PREFIX ex: <http://example.org/>\nex:a ex:b ex:c\nex:d ex:e ex:f .\n")
    assert_one_line(khyber("serve", "bad.ttl", "--port", "0", cwd=tmp_path), "bad.ttl:3:", "expected")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--prot", "1"], "--prot"),
        (["--port", "x"], "--port takes a number"),
        (["--port", "70000"], "--port takes a number"),
        (["--host", "no.such.host.invalid"], "no.such.host.invalid"),
        (["--union"], "--union"),
    ],
    ids=["unknown_option", "port_no_number", "port_too_large", "unknown_host", "union_without_files"],
)
def test_a_wrong_option_is_told_in_one_line(arguments: list[str], says: str) -> None:
    assert_one_line(khyber("serve", *arguments), says)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a copy of the Khyber graph that may be broken."""
    for folder in ("ontology", "data", "shapes"):
        shutil.copytree(graph_home() / folder, tmp_path / "home" / folder)
    monkeypatch.setenv("KHYBER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KHYBER_STATE", str(tmp_path / "state"))
    return tmp_path / "home"


def test_without_files_the_khyber_graph_is_served_with_its_release_and_examples(home: Path) -> None:
    with serving() as server:
        health = json.loads(server.fetch("/health").body)
        assert server.first_line == (
            f"Khyber {health['release']} answers SPARQL at {server.endpoint} ({health['triples']:,} triples)"
        )
        in_default = "ASK { ?s a <http://www.w3.org/ns/shacl#PropertyShape> }"
        in_named = "ASK { GRAPH ?g { ?s a <http://www.w3.org/ns/shacl#PropertyShape> } }"
        assert json.loads(server.ask(in_default).body)["boolean"] is False
        assert json.loads(server.ask(in_named).body)["boolean"] is True
        page = server.fetch("/").text
        examples = example_queries(home)
        assert examples
        assert page.count('<li><a href="/sparql?query=') == len(examples)
    with serving() as again:
        assert json.loads(again.fetch("/health").body) == health


def test_a_syntax_error_in_the_khyber_graph_is_told_with_its_place(home: Path) -> None:
    with (home / "data" / "triples.ttl").open("a") as file:
        file.write("this is no Turtle\n")
    assert_one_line(khyber("serve", "--port", "0"), "triples.ttl:", "expected")


def test_a_khyber_graph_that_violates_its_shapes_is_not_served_and_the_report_is_printed(home: Path) -> None:
    with (home / "data" / "triples.ttl").open("a") as file:
        file.write(
            "<https://w3id.org/khyber/id/assertion/bad> a <https://w3id.org/khyber/ontology#Accusation> .\n"
        )
    result = khyber("serve", "--port", "0")
    assert (result.returncode, result.stdout) == (1, "")
    assert "assertion:bad" in result.stderr
    assert result.stderr.splitlines()[-1].startswith("khyber: The graph does not conform")
