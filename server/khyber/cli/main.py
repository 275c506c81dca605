"""The command ``khyber``: a group whose commands are imported when they are called.

This is the one place where an error becomes a line on standard error and an exit code: 1 if a graph does
not conform, 2 if something was used wrongly or cannot be read.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn, cast

import click

import khyber
from khyber.errors import DoesNotConform, KhyberError

COMMANDS = {
    "backup": "Copy the ledger of contributions, also while a server works with it.",
    "build": "Compile the graph: validate it, draw its conclusions, print its counts.",
    "check": "Run every gate on the ontology, the data, the shapes and the queries.",
    "contribute": "Send documents in for review.",
    "export": "Write the published graph, or a version of it, as one document.",
    "link": "Find, check and use links to Wikidata.",
    "query": "Answer a SPARQL query from the graph.",
    "review": "Look at contributions and decide about them.",
    "serve": "Serve the graph, or RDF files, over HTTP.",
    "template": "Write a sheet to fill, for the nodes of a class.",
    "token": "Make, list and revoke tokens.",
    "validate": "Say what keeps documents out of the published graph, and where to mend them.",
    "version": "Print the versions of Khyber and of what it is built on.",
    "versions": "List the versions of the published graph, or tell how two of them differ.",
}
"""The commands and what they do; each is the attribute of its own name in the module khyber.cli.<name>."""

_WRONG_USAGE = 2
_INTERRUPTED = 130


class LazyGroup(click.Group):
    """A group that imports a command only to run it or to show its help."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        """List the names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command; give None if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = f"khyber.cli.{cmd_name}"
        try:
            command = getattr(import_module(module), cmd_name)
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
            raise click.UsageError(f"This installation has no command '{cmd_name}'.") from None
        return cast("click.Command", command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands from the table, importing none."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command; in standalone mode exit, with one line on standard error if it failed."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        try:
            result = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except KhyberError as error:
            _exit_for(error)
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            sys.exit(_WRONG_USAGE)
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else "khyber"
            _exit_with(f"{error.format_message().rstrip('.')}. See '{command} --help'.", _WRONG_USAGE)
        except click.ClickException as error:
            _exit_with(error.format_message(), error.exit_code)
        except click.Abort:
            sys.exit(_INTERRUPTED)
        sys.exit(result if isinstance(result, int) else 0)


def _exit_for(error: KhyberError) -> NoReturn:
    if isinstance(error, DoesNotConform) and (report := getattr(error, "report", None)):
        click.echo(report.text(), err=True)
    _exit_with(str(error), error.exit_code)


def _exit_with(message: str, exit_code: int) -> NoReturn:
    click.echo(f"khyber: {' '.join(message.split())}", err=True)
    sys.exit(exit_code)


@click.group(name="khyber", cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(khyber.__version__, "--version", prog_name="khyber", message="%(prog)s %(version)s")
def main() -> None:
    """Khyber: an attributed knowledge graph of a conflict, and the SPARQL server that answers from it."""
