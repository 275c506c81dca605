"""The walk-through for spreadsheets: its commands run and say what the page says, its models are true."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from contributions.sheet_graph import graphs, read_sheet, violations
from khyber.config import graph_home
from khyber.release.sources import CORE_GRAPH
from running import COMMAND

ROOT = graph_home()
PAGE = (ROOT / "docs" / "contributing-data.md").read_text(encoding="utf-8")
EXAMPLES = ROOT / "docs" / "examples"
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the examples and the files of the page."""
    place = tmp_path_factory.mktemp("walk")
    shutil.copytree(EXAMPLES, place / "docs" / "examples")
    for name, content in re.findall(r"<!-- file: (\S+) -->\n```csv\n(.*?)```", PAGE, re.DOTALL):
        (place / name).write_text(content, encoding="utf-8")
    return place


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=folder,
        env={"PATH": f"{Path(COMMAND).parent}:/usr/bin:/bin", "KHYBER_STATE": str(folder / "state")},
    )


def test_the_page_has_its_commands() -> None:
    assert len(COMMANDS) == 6
    assert all(command.startswith("khyber ") for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_of_the_page_run(command: str, folder: Path) -> None:
    ran = run(command, folder)
    assert ran.returncode == (1 if "mistakes" in command else 0), ran.stderr
    for part, said in re.findall(r"<!-- (?:last line|part) of: (.*?) -->\n```\n(.*?)```", PAGE, re.DOTALL):
        if part == command:
            assert [line for line in said.splitlines() if line not in ran.stdout] == []


def test_what_the_page_quotes_belongs_to_its_commands() -> None:
    quoted = re.findall(r"<!-- (?:last line|part) of: (.*?) -->", PAGE)
    assert len(quoted) == 2
    assert set(quoted) <= set(COMMANDS)


@pytest.mark.parametrize("name", ["events", "casualty-claims", "accusations"])
def test_the_models_state_nothing_but_what_the_graph_asserts(name: str) -> None:
    document = read_sheet((EXAMPLES / f"{name}.csv").read_bytes(), f"{name}.csv")
    assert document.findings == ()
    assert document.triples
    assert set(document.triples) <= set(graphs()[CORE_GRAPH])


def test_the_invented_set_conforms_and_says_that_it_is_invented() -> None:
    paths = sorted((EXAMPLES / "invented").glob("*.csv"))
    documents = [read_sheet(path.read_bytes(), path.name) for path in paths]
    assert len(documents) == 7
    assert [document.findings for document in documents] == [()] * 7
    triples = tuple(triple for document in documents for triple in document.triples)
    whole = type(documents[0])("all", "text/csv", triples)
    assert violations(whole) == []
    subjects = {str(triple.subject) for triple in triples}
    assert all("/example-" in subject or "/report-of-example-" in subject for subject in subjects)
    labels = [str(triple.object) for triple in triples if triple.predicate.value.endswith("#label")]
    assert len(labels) == len(subjects)
    assert all("(invented)" in label for label in labels)
