"""The progress of a compile: lines on a terminal, silence elsewhere."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

from small_graph import write_home

COMMAND = (
    sys.executable,
    "-c",
    "from khyber.cli.main import main; main(prog_name='khyber')",
    "build",
    "--no-cache",
)


def error_output_on_a_terminal(home: Path) -> str:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "--home", str(home)],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "200"},
    ):
        os.close(theirs)
        read = bytearray()
        try:
            while piece := os.read(ours, 4096):
                read += piece
        except OSError:
            # The other end of a terminal closes with an error.
            pass
        finally:
            os.close(ours)
    return read.decode()


def test_each_stage_leaves_a_line_on_a_terminal(tmp_path: Path) -> None:
    output = error_output_on_a_terminal(write_home(tmp_path))

    assert output.count("✓") == 6
    for label in ("Reading the files", "Validating", "Drawing conclusions", "Looking for contradictions"):
        assert label in output


def test_a_stage_that_failed_is_marked(tmp_path: Path) -> None:
    output = error_output_on_a_terminal(write_home(tmp_path, triples="<a>"))

    assert "✗" in output
    assert "triples.ttl:1:1:" in output


def test_nothing_is_told_where_there_is_no_terminal(tmp_path: Path) -> None:
    run = subprocess.run(
        [*COMMAND, "--home", str(write_home(tmp_path))], capture_output=True, text=True, check=True
    )

    assert run.stderr == ""
