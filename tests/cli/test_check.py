"""``khyber check``: a line for each gate, and exit codes with a meaning."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from khyber.cli.main import main
from small_graph import DATA, write_home


def check(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["check", "--home", str(home), *arguments])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return write_home(tmp_path / "home")


def test_a_graph_in_order_has_a_tick_a_gate(home: Path) -> None:
    result = check(home)

    *lines, last = result.stdout.splitlines()
    assert result.exit_code == 0
    assert len(lines) == 7
    assert all(line.startswith("✓ ") for line in lines)
    assert last == "Every gate is met."
    assert result.stderr == ""


def test_a_gate_that_is_not_met_has_a_cross_its_reasons_and_exit_code_1(home: Path) -> None:
    write_home(home, triples=DATA.replace('    khyber:name "North" ;\n', ""))

    result = check(home)

    assert result.exit_code == 1
    assert "✗ The data conforms to the shapes.\n    actor:north\n" in result.stdout
    assert "✗ Every actor has a name.\n" in result.stdout
    assert result.stdout.splitlines()[-1] == "2 gates are not met."


def test_fix_rewrites_the_data_and_then_every_gate_is_met(home: Path) -> None:
    write_home(home, triples=DATA + "\n\n")

    assert check(home).exit_code == 1
    assert check(home, "--fix").exit_code == 0
    assert (home / "data" / "triples.ttl").read_text() == DATA
    assert check(home).exit_code == 0


def test_a_missing_file_gives_one_line_and_exit_code_2(home: Path) -> None:
    (home / "data" / "triples.ttl").unlink()

    result = check(home)

    assert result.exit_code == 2
    assert result.stderr == f"khyber: {home}/data/triples.ttl: There is no such file.\n"
