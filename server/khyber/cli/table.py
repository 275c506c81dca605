"""A result as a table for people: drawn to fit on a terminal, aligned with spaces elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click
import pyoxigraph as ox
from pyoxigraph import QueryResultsFormat, QuerySolutions

from khyber.sparql.terms import shown

Rows = Sequence[Sequence[str]]

WIDEST = 60
"""How wide a column is at most when it is aligned; a longer text sticks out of its own row only."""


def print_result(json: bytes) -> None:
    """Print SPARQL results in JSON; raise ValueError or SyntaxError if that is not what they are."""
    results = ox.parse_query_results(json, format=QueryResultsFormat.JSON)
    if not isinstance(results, QuerySolutions):
        click.echo("yes" if results else "no")
        return
    columns = [variable.value for variable in results.variables]
    print_table(columns, [[shown(solution[name]) for name in columns] for solution in results])


def print_table(columns: Sequence[str], rows: Rows) -> None:
    """Print rows under the names of their columns, and on a terminal how many there are."""
    if not sys.stdout.isatty():
        click.echo(aligned([columns, *rows]))
        return
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - costs start-up time, and only a terminal needs it
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(Text(column), overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    console = Console(highlight=False)
    console.print(table)
    console.print(f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'}", style="dim")


def aligned(rows: Rows) -> str:
    """Align the columns of rows with spaces; white space inside a cell becomes a single space."""
    cells = [[" ".join(text.split()) for text in row] for row in rows]
    widths = [min(max(map(len, column)), WIDEST) for column in zip(*cells, strict=True)]
    lines = ("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in cells)
    return "\n".join(line.rstrip() for line in lines)
