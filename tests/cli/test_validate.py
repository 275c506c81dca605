"""``khyber validate``: verdicts as exit codes, places, formats."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from contributing import BROKEN, Contributing, contributing, nameless, person
from khyber.validation.reports.formats import BY_KEY
from running import COMMAND, SECONDS, khyber


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.ttl").write_text(person("jane"), encoding="utf-8")
    (tmp_path / "bad.ttl").write_text(nameless("jane"), encoding="utf-8")
    (tmp_path / "broken.ttl").write_text(BROKEN, encoding="utf-8")
    return tmp_path


def validate(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return khyber("validate", *arguments, "--state", str(folder / "state"), cwd=folder)


def test_what_conforms_exits_with_0(folder: Path) -> None:
    answer = validate(folder, "good.ttl")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines()[-1].startswith("The graph conforms")


def test_what_violates_exits_with_1_and_says_where(folder: Path) -> None:
    answer = validate(folder, "bad.ttl")
    assert answer.returncode == 1
    assert "bad.ttl:6:" in answer.stdout
    assert "Violation: " in answer.stdout
    assert "Did you mean khyber:mentionedIn?" in answer.stdout
    assert answer.stdout.splitlines()[-1].startswith("The graph does not conform")


def test_what_cannot_be_read_exits_with_2_and_says_where(folder: Path) -> None:
    answer = validate(folder, "broken.ttl")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.startswith("khyber: broken.ttl:6:")
    assert validate(folder, "missing.ttl").returncode == 2
    assert validate(folder).returncode == 2


def test_several_files_are_one_contribution(folder: Path) -> None:
    rest = nameless("jane").replace("mentionedInn", "mentionedIn")
    (folder / "rest.ttl").write_text(rest, encoding="utf-8")
    assert validate(folder, "rest.ttl").returncode == 1
    assert validate(folder, "rest.ttl", "good.ttl").returncode == 0


def test_what_is_to_be_removed_is_judged(folder: Path) -> None:
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    node = "<https://w3id.org/khyber/id/person/abdul-basit>"
    (folder / "gone.nt").write_text(f'{node} {label} "Abdul Basit"@en .\n', encoding="utf-8")
    answer = validate(folder, "--remove", "gone.nt", "--format", "json")
    assert answer.returncode == 1
    found = json.loads(answer.stdout)
    assert (found["added"], found["removed"], found["conforms"]) == (0, 1, False)


@pytest.mark.parametrize("key", list(BY_KEY))
def test_the_report_is_written_in_every_format(folder: Path, key: str) -> None:
    printed = validate(folder, "bad.ttl", "--format", key)
    assert printed.returncode == 1
    assert "Add an rdfs:label" in printed.stdout
    written = validate(folder, "bad.ttl", "--format", key, "-o", "report")
    assert (written.returncode, written.stdout) == (1, "")
    assert (folder / "report").read_text(encoding="utf-8") == printed.stdout


def test_a_long_report_is_cut_where_a_person_reads_it(folder: Path) -> None:
    many = "\n".join(person(f"p{number}").partition("\n\n")[2] for number in range(150))
    head = person("x").partition("\n\n")[0]
    (folder / "many.ttl").write_text(
        f"{head}\n\n{many}".replace("rdfs:label", "rdfs:comment"), encoding="utf-8"
    )
    usual = validate(folder, "many.ttl").stdout
    assert usual.count("  many.ttl:") == 100
    assert "… and " in usual
    assert "… and " not in validate(folder, "many.ttl", "--most", "0").stdout
    found = json.loads(validate(folder, "many.ttl", "--format", "json").stdout)
    assert len(found["findings"]) > 100
    assert found["more"] == 0
    assert (
        len(json.loads(validate(folder, "many.ttl", "--format", "json", "--most", "3").stdout)["findings"])
        == 3
    )


@pytest.mark.parametrize(("no_color", "coloured"), [(None, True), ("1", False), ("", True)])
def test_colours_are_for_terminals_that_want_them(folder: Path, no_color: str | None, coloured: bool) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    if no_color is not None:
        environment["NO_COLOR"] = no_color
    ours, theirs = pty.openpty()
    try:
        process = subprocess.run(
            [COMMAND, "validate", "bad.ttl", "--state", str(folder / "state")],
            cwd=folder,
            env=environment,
            stdout=theirs,
            stderr=subprocess.PIPE,
            timeout=SECONDS,
            check=False,
        )
        printed = os.read(ours, 65536)
    finally:
        os.close(theirs)
        os.close(ours)
    assert process.returncode == 1
    assert b"Violation" in printed
    assert (b"\x1b[" in printed) == coloured


def test_a_file_that_cannot_be_written_is_told(folder: Path) -> None:
    answer = validate(folder, "good.ttl", "-o", "nowhere/report")
    assert answer.returncode == 2
    assert "nowhere/report" in answer.stderr


def test_a_server_judges_the_same(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with contributing(tmp_path_factory.mktemp("server")) as running:
        _assert_same(folder, running)


def _assert_same(folder: Path, running: Contributing) -> None:
    (folder / "sub").mkdir()
    for name in ("good.ttl", "bad.ttl", "broken.ttl"):
        (folder / name).rename(folder / "sub" / name)
        here = validate(folder, f"sub/{name}")
        for endpoint in (running.server.root, running.server.endpoint):
            there = khyber("validate", f"sub/{name}", "--endpoint", endpoint, cwd=folder)
            assert (there.returncode, there.stdout, there.stderr) == (
                here.returncode,
                here.stdout,
                here.stderr,
            )
