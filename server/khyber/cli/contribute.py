"""``khyber contribute``: send documents in for review."""

from __future__ import annotations

from pathlib import Path

import click

from khyber.cli.doors import Where, local_account, opened, where_options
from khyber.cli.submitting import document_options, uploads_of
from khyber.contributions.door import Submission


@click.command()
@document_options
@click.option("--title", required=True, help="What it is, in a few words.")
@click.option(
    "--source", required=True, metavar="IRI-OR-TEXT", help="Where it comes from: an address, or a citation."
)
@click.option("--licence", metavar="IRI-OR-TEXT", help="Under which licence the source may be used.")
@click.option(
    "--idempotency-key",
    metavar="KEY",
    help="A key of your choice: sent again with it, the same documents are one contribution.",
)
@where_options
def contribute(
    *,
    files: tuple[Path, ...],
    removals: tuple[Path, ...],
    skolemise: bool,
    title: str,
    source: str,
    licence: str | None,
    idempotency_key: str | None,
    where: Where,
) -> None:
    """Send documents in for review: RDF in any syntax, or filled tables (CSV, XLSX).

    They are validated first; what violates is not kept, and the report says what to mend (exit code 1). A
    curator reviews the rest: khyber review list.
    """
    submission = Submission(
        uploads_of(files, removals),
        title=title.strip(),
        source=source.strip(),
        licence=licence,
        idempotency_key=idempotency_key,
        skolemise=skolemise,
    )
    with opened(where) as door:
        contribution = door.submit(local_account(), submission)
        report = door.report(contribution.id)
    if report.findings:
        click.echo(report.text(), err=True)
    change = f"+{contribution.added:,} −{contribution.removed:,} triples"
    click.echo(f"Contribution {contribution.id} is {contribution.status} ({change}): {contribution.iri}")
