"""``khyber validate``: say what keeps documents out of the published graph, and where to mend them."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from khyber.cli.doors import Where, opened, where_options
from khyber.cli.output import OUT, has_colour, json_of, write
from khyber.cli.submitting import document_options, uploads_of
from khyber.contributions.door import Judged, Submission
from khyber.validation.reports.formats import BY_KEY, render
from khyber.validation.reports.members import members
from khyber.validation.reports.presentation import Presentation

VIOLATES = 1

MOST_AS_TEXT = 100
"""How many findings are written out for a person who does not say how many."""


@click.command()
@document_options
@click.option(
    "--format",
    "key",
    type=click.Choice([*BY_KEY]),
    default="text",
    show_default=True,
    help="How the report is written; sarif is what code hosts and editors show beside the lines.",
)
@click.option(
    "--most",
    type=click.IntRange(0),
    help="How many findings are written out, the gravest first; 0 for all.  "
    f"[default: {MOST_AS_TEXT} as text, else all]",
)
@OUT
@where_options
def validate(
    *,
    files: tuple[Path, ...],
    removals: tuple[Path, ...],
    skolemise: bool,
    key: str,
    most: int | None,
    out: Path | None,
    where: Where,
) -> None:
    """Judge documents against the published graph: RDF in any syntax, or filled tables (CSV, XLSX).

    They are judged together, as one contribution, and nothing is kept. Exits with 0 if the graph would
    conform (there may be warnings), with 1 if not, with 2 if a document cannot be read.
    """
    uploads = uploads_of(files, removals)
    with opened(where) as door:
        judged = door.validate(Submission(uploads, skolemise=skolemise))
    sources = tuple(upload.name for upload in uploads)
    write(_written(judged, key, sources, most, colour=has_colour(out)), out)
    if not judged.report.conforms:
        sys.exit(VIOLATES)


def _written(judged: Judged, key: str, sources: tuple[str, ...], most: int | None, *, colour: bool) -> bytes:
    usual = MOST_AS_TEXT if key == "text" else None
    chosen = usual if most is None else most or None
    if key == "json":
        facts = {"added": judged.added, "removed": judged.removed, "version": judged.version}
        return json_of({**members(judged.report, Presentation(sources, chosen)), **facts})
    return render(judged.report, key, sources=sources, colour=colour, most=chosen)
