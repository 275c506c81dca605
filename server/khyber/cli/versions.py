"""``khyber versions``: every state of the published graph, and how two of them differ."""

from __future__ import annotations

from pathlib import Path

import click

from khyber.cli.doors import Where, opened, where_options
from khyber.cli.output import AS_JSON, OUT, json_of, write
from khyber.cli.table import print_table
from khyber.contributions.interchange import version_members
from khyber.contributions.records import Version
from khyber.rdf.delta import to_rdf_patch
from khyber.validation.reports.text import visible


@click.command()
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True, help="How many at most.")
@AS_JSON
@click.option(
    "--diff",
    "between",
    nargs=2,
    type=click.IntRange(0),
    metavar="A B",
    help="Write what leads from version A to version B instead, as an RDF Patch.",
)
@OUT
@where_options
def versions(
    *, limit: int, as_json: bool, between: tuple[int, int] | None, out: Path | None, where: Where
) -> None:
    """List the versions of the published graph, newest first: when, by whom, and what made each."""
    with opened(where) as door:
        if between:
            write(to_rdf_patch(door.delta_between(*between)), out)
            return
        found = door.versions(limit=limit)
    if as_json:
        write(json_of({"versions": [version_members(each) for each in found]}), out)
        return
    print_table(("Version", "When", "What", "By", "Quads", "Note"), [_row(each) for each in found])


def _row(version: Version) -> tuple[str, ...]:
    of = "" if version.contribution is None else f" of contribution {version.contribution}"
    return (
        version.name,
        f"{version.time:%Y-%m-%d %H:%M}",
        version.kind.value + of,
        visible(version.author.name) if version.author else "",
        f"+{version.added} −{version.removed}",
        visible(version.note),
    )
