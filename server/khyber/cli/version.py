"""``khyber version``: what is installed, for a bug report."""

from __future__ import annotations

import platform
from importlib.metadata import version as version_of

import click

import khyber

LIBRARIES = ("pyoxigraph", "pyshacl", "rdflib", "owlrl", "flask", "granian", "click", "rich")


@click.command()
def version() -> None:
    """Print the versions of Khyber and of what it is built on."""
    click.echo(f"khyber {khyber.__version__}")
    click.echo(f"python {platform.python_version()}")
    for library in LIBRARIES:
        click.echo(f"{library} {version_of(library)}")
