"""The documentation says what the code does: its commands run, its tables are those of the code."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.facts import facts, settings
from khyber import errors
from khyber.cli.main import COMMANDS
from khyber.config import graph_home
from khyber.errors import KhyberError
from running import COMMAND, Server, serving

ROOT = graph_home()
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving("--state", str(tmp_path_factory.mktemp("state"))) as running:
        yield running


def snippet(kind: str) -> tuple[str, str]:
    """Give the command that README marks as ``kind``, and the answer below it."""
    found = re.search(rf"<!-- answer: {kind} -->\n```sh\n(.*?)```\n\n```csv\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return found[1], found[2]


def output(command: str, **environment: str) -> str:
    folder = str(Path(COMMAND).parent)
    path = f"{folder}:/usr/local/bin:/usr/bin:/bin"
    run = subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={"PATH": path, **environment},
    )
    return run.stdout.replace("\r\n", "\n")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed: the README asks with it")
def test_the_first_query_of_the_readme_gives_the_answer_below_it(published: Server) -> None:
    command, answer = snippet("csv")
    assert output(command.replace("http://127.0.0.1:8000", published.root)) == answer


def test_the_command_of_the_readme_gives_the_answer_below_it(tmp_path: Path) -> None:
    command, answer = snippet("command")
    assert output(command, KHYBER_STATE=str(tmp_path)) == answer


def test_the_python_of_the_readme_runs(published: Server, capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(code.replace("http://127.0.0.1:8000", published.root), "README.md", "exec"), {})  # noqa: S102
    lines = capsys.readouterr().out.splitlines()
    assert "https://w3id.org/khyber/id/actor/afghan-taliban https://w3id.org/khyber/id/actor/ttp" in lines


def test_the_facts_of_the_readme_are_those_of_the_graph() -> None:
    assert [row for row in facts() if row not in README] == []


def test_the_table_of_settings_is_that_of_the_code() -> None:
    rows = settings()
    assert len(rows) > 3
    written = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert [line for line in written.splitlines() if line.startswith("| `--")] == rows


def test_every_error_has_a_heading() -> None:
    classes = [
        value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, KhyberError)
    ]
    headings = re.findall(
        r"^## (\S+)$", (ROOT / "docs" / "errors.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(headings) == sorted(error.code for error in classes)


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md")), ids=lambda path: path.name
)
def test_every_link_leads_to_a_file(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_says_what_it_does(name: str) -> None:
    help_text = output(f"khyber {name} --help")
    assert help_text.startswith(f"Usage: khyber {name}")
