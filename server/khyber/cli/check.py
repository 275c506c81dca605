"""``khyber check``: every gate that the curated graph must pass before it is published."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from khyber.cli.options import setting_option
from khyber.config import HOME, REASONER

_DOES_NOT_CONFORM = 1


@click.command()
@setting_option(HOME)
@setting_option(REASONER)
@click.option("--fix", is_flag=True, help="Bring data/triples.ttl and data/mappings into the project's form.")
def check(home: Path, reasoner: str, fix: bool) -> None:
    """Run every gate on the ontology, the data, the shapes and the queries.

    Prints a line for each gate, and what is wrong below it. Exits with 1 if a gate is not met, with 2 if a
    file is missing or cannot be read.
    """
    from khyber.release.gates import gates  # noqa: PLC0415 - brings the validator, slow to import

    failed = 0
    for gate in gates(home, reasoner=reasoner, fix=fix):
        failed += not gate.passed
        click.echo(f"{'✓' if gate.passed else '✗'} {gate.name}")
        for line in gate.lines:
            click.echo(f"    {line}" if line else "")
    if failed:
        click.echo(f"{failed} {'gate is' if failed == 1 else 'gates are'} not met.")
        sys.exit(_DOES_NOT_CONFORM)
    click.echo("Every gate is met.")
