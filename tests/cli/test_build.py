"""``khyber build``, and what every command does with errors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from khyber.cli.main import COMMANDS, main
from small_graph import DATA, write_home


def khyber(*arguments: str | Path, **environment: str) -> Result:
    return CliRunner(env=environment).invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return write_home(tmp_path / "home")


def one_line(result: Result) -> str:
    lines = result.stderr.splitlines()
    assert len(lines) == 1, lines
    return lines[0]


def test_build_prints_the_release_its_counts_the_findings_and_the_seconds(home: Path, tmp_path: Path) -> None:
    result = khyber("build", "--home", home, "--state", tmp_path / "state")

    assert result.exit_code == 0
    assert result.stderr == ""
    words = result.stdout.split()
    assert words[0] == "release"
    assert len(words[1]) == 16
    assert "core             6 triples        2 subjects" in result.stdout
    assert "The graph conforms." in result.stdout
    assert "Compiled in" in result.stdout


def test_build_reads_what_it_compiled_before_unless_told_not_to(home: Path, tmp_path: Path) -> None:
    arguments = ("build", "--home", home, "--state", tmp_path / "state")
    first, second, third = khyber(*arguments), khyber(*arguments), khyber(*arguments, "--no-cache")

    assert "Compiled in" in first.stdout
    assert "Nothing changed" in second.stdout
    assert "Compiled in" in third.stdout
    assert len({result.stdout.splitlines()[0] for result in (first, second, third)}) == 1


def test_build_shows_warnings_and_succeeds(home: Path) -> None:
    write_home(home, triples=DATA.replace("stance:claims", "actor:south"))

    result = khyber("build", "--home", home, "--no-cache")

    assert result.exit_code == 0
    assert "Warning: A stance is a code of the list of stances." in result.stdout


def test_a_graph_that_violates_its_shapes_gives_the_report_and_exit_code_1(home: Path) -> None:
    write_home(home, triples=DATA.replace('    khyber:name "North" ;\n', ""))

    result = khyber("build", "--home", home, "--no-cache")

    assert result.exit_code == 1
    assert result.stdout == ""
    assert "Violation: An actor has a name; add khyber:name." in result.stderr
    assert result.stderr.splitlines()[-1].startswith("khyber: The graph does not conform: 1 thing to mend.")


def test_a_syntax_error_gives_file_line_column_and_exit_code_2(home: Path) -> None:
    write_home(home, actors="\n\n  shape:Actor a sh:NodeShape .")

    result = khyber("build", "--home", home, "--no-cache")

    assert result.exit_code == 2
    assert one_line(result).startswith(
        f"khyber: {home}/shapes/actors.ttl:3:3: The prefix shape: has not been declared."
    )


def test_a_missing_file_gives_one_line_and_exit_code_2(home: Path) -> None:
    (home / "data" / "triples.ttl").unlink()

    result = khyber("build", KHYBER_HOME=str(home))

    assert result.exit_code == 2
    assert one_line(result) == f"khyber: {home}/data/triples.ttl: There is no such file."


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["build", "--reasoner", "prolog"],
            "khyber: --reasoner takes sparql or owlrl; it was given 'prolog'.",
        ),
        (["build", "--home", "/nowhere"], "khyber: There is no folder /nowhere. Give --home or KHYBER_HOME"),
        (["build", "--stat", "x"], "khyber: No such option '--stat'"),
        (["build", "extra"], "khyber: Got unexpected extra argument (extra). See 'khyber build --help'."),
        (["buidl"], "khyber: No such command 'buidl'"),
    ],
)
def test_wrong_usage_gives_one_line_and_exit_code_2(arguments: list[str], message: str) -> None:
    result = khyber(*arguments)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert one_line(result).startswith(message)


def test_a_wrong_variable_is_named() -> None:
    result = khyber("build", KHYBER_REASONER="prolog")

    assert result.exit_code == 2
    assert one_line(result) == "khyber: KHYBER_REASONER takes sparql or owlrl; it was given 'prolog'."


def test_the_help_names_every_command_and_imports_none() -> None:
    program = (
        "import sys; from khyber.cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit as end: assert end.code == 0, end.code\n"
        "slow = ('rdflib', 'pyshacl', 'owlrl', 'pyoxigraph', 'rich', 'flask', 'granian')\n"
        "print(sorted(name for name in sys.modules if name.startswith('khyber.cli.') or name in slow))"
    )

    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert all(f"\n  {command} " in run.stdout for command in COMMANDS)
    assert run.stdout.splitlines()[-1] == "['khyber.cli.main']"


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_its_help(command: str) -> None:
    result = khyber(command, "--help")

    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: khyber {command} ")


def test_a_command_that_is_not_installed_leaves_the_others_working(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "absent", "Is not there.")

    assert one_line(khyber("absent")).startswith("khyber: This installation has no command 'absent'.")
    assert khyber("version").exit_code == 0


def test_version_names_khyber_and_the_libraries_that_decide() -> None:
    lines = khyber("version").stdout.splitlines()

    assert lines[0].startswith("khyber ")
    assert {"python", "pyoxigraph", "pyshacl", "owlrl"} <= {line.split()[0] for line in lines}
    assert khyber("--version").stdout.strip() == lines[0]
