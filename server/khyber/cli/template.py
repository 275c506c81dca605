"""``khyber template``: write a sheet to fill, for the nodes of a class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from khyber.cli.options import setting_option
from khyber.cli.output import write
from khyber.cli.table import print_table
from khyber.config import HOME
from khyber.contributions.csvw import csv_of, csvw_of
from khyber.contributions.templates import Template, Templates
from khyber.contributions.workbooks import workbook_of
from khyber.errors import UsageError
from khyber.rdf.reading import shown
from khyber.release.sources import ONTOLOGY_GRAPH, SHAPES_GRAPH, parse_sources, read_sources

METADATA = "-metadata.json"
"""What follows the name of a CSV in the name of its description (CSVW §5.3)."""

_ONE_CLASS = "A CSV holds the nodes of one class."


@click.command()
@click.argument("names", metavar="CLASS...", nargs=-1)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="Write FILE.csv and FILE.csv-metadata.json, or FILE.xlsx; without it the CSV is printed.",
)
@click.option("--list", "list_classes", is_flag=True, help="List the classes that have a template.")
@setting_option(HOME)
def template(names: tuple[str, ...], output: str | None, list_classes: bool, home: Path) -> None:
    """Write a sheet to fill with nodes of CLASS, such as Event, "casualty claim" or Accusation.

    Its columns come from the shapes. The first row heads the columns; the second begins with # and says what
    each takes; below, each row is a node. A CSV comes with its description as CSV on the Web (CSVW); a
    workbook (FILE.xlsx) holds a sheet for each CLASS, with the codes to choose from.
    """
    graphs = parse_sources(read_sources(home))
    templates = Templates.of(graphs[ONTOLOGY_GRAPH], graphs[SHAPES_GRAPH])
    if list_classes:
        print_table(["class", "label"], [list(each) for each in templates.classes])
        return
    if not names:
        raise UsageError("Name a class.", remedy="khyber template --list shows those that have a template.")
    found = list({each.iri: each for each in map(templates.named, names)}.values())
    if output is None:
        write(csv_of(_only(found)), None)
        return
    for path, content in _files(Path(output), found):
        _write(path, content)
        click.echo(f"Wrote {shown(path)}.")


def _files(path: Path, found: Sequence[Template]) -> Iterator[tuple[Path, bytes]]:
    suffix = path.suffix.lower()
    if suffix == ".csv":
        yield path, csv_of(_only(found))
        yield path.with_name(path.name + METADATA), csvw_of(_only(found), path.name)
    elif suffix == ".xlsx":
        yield path, workbook_of(found)
    else:
        raise UsageError(f"A template is a CSV or a workbook; {path.name} ends neither with .csv nor .xlsx.")


def _only(found: Sequence[Template]) -> Template:
    if len(found) > 1:
        raise UsageError(_ONE_CLASS, remedy="Name one, or write a workbook: -o FILE.xlsx.")
    return found[0]


def _write(path: Path, content: bytes) -> None:
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        raise UsageError(
            f"{shown(path)} is there already, perhaps filled.", remedy="Move it away, or choose another name."
        ) from None
    except OSError as error:
        raise UsageError(f"{shown(path)} cannot be written: {error.strerror}.") from None
