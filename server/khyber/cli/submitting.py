"""What the commands that send documents in have in common: their arguments, and the documents read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from khyber.contributions.records import Upload
from khyber.errors import UsageError
from khyber.rdf.reading import read_bytes, shown

Command = TypeVar("Command", bound=Callable[..., Any])


def document_options(command: Command) -> Command:
    """Add the arguments ``files``, ``removals`` and ``skolemise``."""
    path = click.Path(path_type=Path)
    command = click.option(
        "--skolemise", is_flag=True, help="Give blank nodes IRIs; without it they are refused."
    )(command)
    command = click.option(
        "--remove",
        "removals",
        multiple=True,
        type=path,
        metavar="FILE",
        help="Triples of the published graph that should go; may be given more than once.",
    )(command)
    return click.argument("files", nargs=-1, type=path, metavar="[FILE]...")(command)


def uploads_of(files: Sequence[Path], removals: Sequence[Path]) -> tuple[Upload, ...]:
    """Read the documents; raise FileUnreadable, and UsageError where there are none."""
    if not files and not removals:
        raise UsageError("There is nothing to read.", remedy="Name a FILE, or one with --remove.")
    return tuple(
        Upload(read_bytes(path), shown(path), removes=removes)
        for paths, removes in ((files, False), (removals, True))
        for path in paths
    )
