"""``khyber contribute`` and ``khyber review``, on a state folder and on a running server."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contributing import ADMIN_TOKEN, contributing, nameless, person
from running import COMMAND, SECONDS

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(params=["state folder", "server"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Run]:
    """Give what runs a command: on a state folder of its own, or on a server with the admin's token."""
    if request.param == "state folder":
        yield lambda *arguments: _run(tmp_path, {}, *arguments, "--state", str(tmp_path / "state"))
        return
    with contributing(tmp_path) as running:
        token = {"KHYBER_TOKEN": ADMIN_TOKEN}
        yield lambda *arguments: _run(tmp_path, token, *arguments, "--endpoint", running.server.root)


def _run(folder: Path, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def good(run: Run, *arguments: str) -> str:
    answer = run(*arguments)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def contributed(run: Run, folder: Path, slug: str, *arguments: str) -> str:
    (folder / f"{slug}.ttl").write_text(person(slug), encoding="utf-8")
    told = good(run, "contribute", f"{slug}.ttl", "--title", f"Of {slug}", "--source", "A report", *arguments)
    assert " is submitted (+3 −0 triples)" in told
    return told.split()[1]


def shown(run: Run, number: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(good(run, "review", "show", number, "--json"))
    return found


def test_a_contribution_goes_all_the_way_and_back(run: Run, tmp_path: Path) -> None:
    number = contributed(run, tmp_path, "jane", "--licence", "CC0")
    assert "Of jane" in good(run, "review", "list", "--status", "submitted")
    told = good(run, "review", "show", number)
    assert "A report" in told
    assert "person/jane" in told
    assert "The graph conforms" in told
    assert good(run, "review", "diff", number).startswith("TX .")

    accepted = good(run, "review", "accept", number, "--reason", "Checked.")
    assert accepted.startswith(f"Contribution {number} is accepted; the published graph is at version ")
    assert "person/jane" in good(run, "export", "--format", "nquads")
    found = shown(run, number)
    assert (found["status"], found["licence"]) == ("accepted", "CC0")

    assert "is reverted" in good(run, "review", "revert", number, "--reason", "Wrong.")
    assert "person/jane> <http://www.w3.org/2000/01/rdf-schema#label>" not in good(
        run, "export", "--format", "nquads"
    )
    assert "person/jane" in good(run, "export", "--format", "nquads", "--version", str(found["version"]))
    listed = json.loads(good(run, "versions", "--json"))["versions"]
    assert [each["kind"] for each in listed] == ["revert", "accept", "base"]
    patch = good(run, "versions", "--diff", str(listed[-1]["sequence"]), str(listed[0]["sequence"]))
    assert patch.startswith("TX .")


def test_what_violates_is_not_kept(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.ttl").write_text(nameless("jane"), encoding="utf-8")
    answer = run("contribute", "bad.ttl", "--title", "t", "--source", "s")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert "bad.ttl:6:" in answer.stderr
    assert "Nothing was stored" in answer.stderr
    assert json.loads(good(run, "review", "list", "--json"))["contributions"] == []


def test_what_was_rejected_or_withdrawn_is_decided(run: Run, tmp_path: Path) -> None:
    rejected, withdrawn = contributed(run, tmp_path, "jane"), contributed(run, tmp_path, "john")
    assert "is rejected." in good(run, "review", "reject", rejected, "--reason", "No.")
    assert "is withdrawn." in good(run, "review", "withdraw", withdrawn)
    answer = run("review", "accept", rejected, "--reason", "Yes.")
    assert answer.returncode == 2
    assert "rejected" in answer.stderr


def test_a_decision_needs_a_reason(run: Run, tmp_path: Path) -> None:
    number = contributed(run, tmp_path, "jane")
    for decision in ("accept", "reject", "revert", "redact"):
        answer = run("review", decision, number)
        assert answer.returncode == 2
        assert "--reason" in answer.stderr
    assert shown(run, number)["status"] == "submitted"


def test_the_same_key_is_the_same_contribution(run: Run, tmp_path: Path) -> None:
    first = contributed(run, tmp_path, "jane", "--idempotency-key", "k")
    assert contributed(run, tmp_path, "jane", "--idempotency-key", "k") == first
    assert contributed(run, tmp_path, "jane") != first


def test_nodes_are_merged_and_retired(run: Run, tmp_path: Path) -> None:
    for slug in ("jane", "john"):
        good(run, "review", "accept", contributed(run, tmp_path, slug), "--reason", "r")
    merged = good(run, "review", "merge", "person:jane", "person:john", "--reason", "One person.")
    assert "is accepted" in merged
    assert "isReplacedBy" in good(run, "export", "--format", "nquads")
    assert "is accepted" in good(run, "review", "retire", "person:john", "--reason", "No such person.")
    answer = run("review", "merge", "jane", "person:john", "--reason", "r")
    assert answer.returncode == 2
    assert "'jane'" in answer.stderr


def test_a_redaction_leaves_a_gap(run: Run, tmp_path: Path) -> None:
    number = contributed(run, tmp_path, "jane")
    good(run, "review", "redact", number, "--reason", "Libel.")
    told = good(run, "review", "show", number)
    assert "Of jane" not in told
    assert "person/jane" not in told
    assert "taken out" in told


def test_what_is_not_there_is_told(run: Run) -> None:
    for arguments in (
        ("review", "show", "99"),
        ("review", "accept", "99", "--reason", "r"),
        ("review", "diff", "99"),
        ("versions", "--diff", "1", "99"),
        ("export", "--version", "99"),
    ):
        answer = run(*arguments)
        assert (answer.returncode, answer.stdout) == (2, ""), arguments
        assert answer.stderr.startswith("khyber: ")
        assert "Traceback" not in answer.stderr


def test_without_a_token_a_server_takes_nothing(tmp_path: Path) -> None:
    (tmp_path / "jane.ttl").write_text(person("jane"), encoding="utf-8")
    with contributing(tmp_path) as running:
        answer = _run(
            tmp_path,
            {"KHYBER_TOKEN": ""},
            *("contribute", "jane.ttl", "--title", "t", "--source", "s", "--endpoint", running.server.root),
        )
    assert answer.returncode == 2
    assert "token" in answer.stderr


def test_a_state_folder_that_a_server_holds_is_told(tmp_path: Path) -> None:
    with contributing(tmp_path) as running:
        answer = _run(tmp_path, {}, "review", "list", "--state", str(running.state))
    assert answer.returncode == 2
    assert "--endpoint" in answer.stderr
