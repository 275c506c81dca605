"""``khyber backup``: a copy of the ledger, also while a server works with it."""

from __future__ import annotations

from pathlib import Path

import click

from khyber.cli.doors import ledger_alone
from khyber.cli.options import setting_option
from khyber.config import LEDGER, STATE


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@setting_option(STATE)
@setting_option(LEDGER)
def backup(folder: Path, state: Path, ledger: str) -> None:
    """Copy the ledger into a folder: all contributions, decisions, versions and tokens of one moment.

    Together with the files of the curated graph the copy restores everything: khyber serve --state DIR.
    """
    with ledger_alone(ledger or state) as opened:
        file = opened.backup(folder)
    click.echo(f"The ledger is copied to {file}.")
