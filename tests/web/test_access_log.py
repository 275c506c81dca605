from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from khyber.errors import UsageError
from khyber.web.access_log import Access, FileLog, access_log, line, query_hash
from running import Server, khyber, serving

QUERY = "SELECT * { ?s ?p 'secret word' }"
TOKEN = "a-token-that-nobody-may-see"  # noqa: S105


def entries(text: str) -> list[dict[str, Any]]:
    return [json.loads(row) for row in text.splitlines()]


def access(path: str = "/") -> Access:
    return Access("2026-01-01T00:00:00.000Z", "::1", "GET", path, 200, 1, 0.5, "ok")


def asked(server: Server) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert server.ask(QUERY).status == 200
    assert server.ask(QUERY).status == 200
    assert server.fetch("/sparql?query=ASK", headers=headers).status == 400
    assert server.fetch(f"/nowhere?token={TOKEN}", headers=headers).status == 404
    assert server.fetch("/metrics", method="HEAD").status == 200


def test_every_request_is_a_line_of_json(people: Path, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    with serving(str(people), "--access-log", str(log)) as server:
        asked(server)
    text = log.read_text()
    found = entries(text)
    assert [(entry["method"], entry["path"], entry["status"], entry["outcome"]) for entry in found] == [
        ("GET", "/sparql", 200, "ok"),
        ("GET", "/sparql", 200, "ok"),
        ("GET", "/sparql", 400, "query-syntax"),
        ("GET", "/nowhere", 404, "not-found"),
        ("HEAD", "/metrics", 200, "ok"),
    ]
    assert [entry.get("cache") for entry in found] == ["miss", "hit", None, None, None]
    assert [entry.get("query") for entry in found] == [
        query_hash(QUERY),
        query_hash(QUERY),
        query_hash("ASK"),
        None,
        None,
    ]
    for entry in found:
        assert entry["client"] == "127.0.0.1"
        assert entry["time"].endswith("Z")
        assert entry["seconds"] >= 0
    assert found[0]["bytes"] == found[1]["bytes"] > 0
    assert found[4]["bytes"] == 0


NUMBERS = " ".join(map(str, range(300)))


def test_the_log_tells_how_many_rows_there_were(people: Path, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    few = "SELECT ?n { VALUES ?n { 1 2 3 } }"
    many = f"SELECT * {{ VALUES ?a {{ {NUMBERS} }} VALUES ?b {{ {NUMBERS} }} }}"
    askings: list[tuple[str, dict[str, str], dict[str, str], int | None]] = [
        (few, {}, {}, 3),
        (few, {}, {}, 3),
        (few, {"timeout": "9"}, {}, 3),
        (few, {}, {"Accept": "text/csv", "Accept-Encoding": "gzip"}, 3),
        ("SELECT ?n { VALUES ?n { 1 } FILTER(false) }", {}, {}, 0),
        (many, {}, {}, 90_000),
        (many, {}, {"Accept-Encoding": "zstd"}, 90_000),
        (many, {}, {"Accept": "application/sparql-results+xml"}, 90_000),
        ("ASK { }", {}, {}, None),
        ("CONSTRUCT WHERE { ?s ?p ?o }", {}, {}, None),
        (few, {}, {"Accept": "text/html"}, None),
    ]
    with serving(str(people), "--access-log", str(log)) as server:
        for query, parameters, headers, _ in askings:
            address = "/sparql?" + urlencode({"query": query, **parameters})
            assert server.fetch(address, headers=headers).status == 200
    assert [entry.get("rows") for entry in entries(log.read_text())] == [rows for *_, rows in askings]


def test_the_log_holds_no_token_and_no_query(people: Path, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    with serving(str(people), "--access-log", str(log)) as server:
        asked(server)
    text = log.read_text()
    assert text
    assert TOKEN not in text
    assert "secret" not in text


def test_the_log_can_go_to_standard_output_behind_the_first_line(people: Path) -> None:
    with serving(str(people), "--access-log", "-") as server:
        assert server.ask("ASK {}").status == 200
        server.process.terminate()
        assert server.process.stdout is not None
        found = entries(server.process.stdout.read())
    assert [entry["status"] for entry in found] == [200]


def test_a_probe_that_finds_the_server_well_is_not_told(people: Path, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    with serving(str(people), "--access-log", str(log)) as server:
        for path in ("/health", "/health/live", "/health/ready"):
            assert server.fetch(path).status == 200
        assert server.fetch("/health/ready", method="PUT").status == 405
    assert [(entry["path"], entry["status"]) for entry in entries(log.read_text())] == [
        ("/health/ready", 405)
    ]


def test_without_the_setting_nothing_is_told(people: Path) -> None:
    with serving(str(people)) as server:
        assert server.ask("ASK {}").status == 200
        server.process.terminate()
        assert server.process.stdout is not None
        assert server.process.stdout.read() == ""


def test_a_line_break_in_a_path_makes_no_second_line(people: Path, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    with serving(str(people), "--access-log", str(log)) as server:
        parts = urlsplit(server.root)
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as connection:
            connection.sendall(
                b"GET /a%0A%7B%22b%22:1%7D%FF HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            )
            while connection.recv(65536):
                pass
    found = entries(log.read_text())
    assert [entry["path"] for entry in found] == ['/a\n{"b":1}\ufffd']


def test_a_log_that_was_moved_away_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    log = FileLog(path)
    log.write(access("/before"))
    path.rename(tmp_path / "access.log.1")
    log.write(access("/after"))
    assert path.read_bytes() == line(access("/after"))
    assert (tmp_path / "access.log.1").read_bytes() == line(access("/before"))


def test_lines_are_added_to_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    for _ in range(2):
        FileLog(path).write(access())
    assert path.read_bytes() == 2 * line(access())


def test_a_full_disk_fails_no_request(capfd: pytest.CaptureFixture[str]) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("/dev/full is not on this system: it plays the disk that is full")
    FileLog(full).write(access())
    assert "cannot be written: No space left on device." in capfd.readouterr().err


def test_a_log_that_cannot_be_opened_is_told_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written: No such file or directory"):
        access_log(str(tmp_path / "none" / "access.log"))


def test_a_log_that_cannot_be_opened_is_told_before_the_server_starts(people: Path, tmp_path: Path) -> None:
    result = khyber("serve", str(people), "--port", "0", "--access-log", str(tmp_path / "none" / "a.log"))
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith("khyber: The access log ")
