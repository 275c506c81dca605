"""Where the result of a command goes: standard output, or the file that -o names."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from khyber.errors import Location, UsageError

OUT = click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write to this file instead of standard output.",
)


AS_JSON = click.option("--json", "as_json", is_flag=True, help="Write JSON, as the HTTP interface does.")


def json_of(members: object) -> bytes:
    """Write JSON for people and programs; half characters, as a name of a file may hold them, are escaped."""
    return f"{json.dumps(members, ensure_ascii=False, indent=2)}\n".encode("utf-8", "backslashreplace")


def write(data: bytes, out: Path | None) -> None:
    """Write a result whole; raise UsageError where the file cannot be written."""
    if out is not None:
        try:
            out.write_bytes(data)
        except OSError as error:
            raise UsageError(
                f"It cannot be written: {error.strerror}.",
                location=Location(str(out)),
                remedy="Name another.",
            ) from None
        return
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has seen enough


def has_colour(out: Path | None = None) -> bool:
    """Say whether text may have colours: on a terminal, unless NO_COLOR is set (no-color.org)."""
    return out is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
