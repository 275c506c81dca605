"""The door to the published graph, for a command: in this process, or that of a running server."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from khyber.cli.options import setting_option
from khyber.cli.progress import stage_lines
from khyber.cli.remote import RemoteDoor
from khyber.config import HOME, LEDGER, REASONER, STATE
from khyber.contributions.door import Door
from khyber.contributions.records import Account
from khyber.contributions.roles import Role
from khyber.errors import StateInUse

if TYPE_CHECKING:
    from khyber.contributions.ledger import Ledger

TOKEN_VARIABLE = "KHYBER_TOKEN"  # noqa: S105 - the name of a variable
"""The variable that holds the token for --endpoint; no option does, as others can see a command's options."""

Command = Callable[..., None]


@dataclass(frozen=True)
class Where:
    """Which published graph a command is about: that of a server, or that of a state folder."""

    endpoint: str | None
    home: Path
    state: Path
    ledger: str
    reasoner: str

    @property
    def ledger_place(self) -> str | Path:
        """Give the place of the ledger, for opening it by itself."""
        return self.ledger or self.state

    @property
    def remote(self) -> RemoteDoor | None:
        """Give the door of the server, if the command is about one."""
        return RemoteDoor(self.endpoint, os.environ.get(TOKEN_VARIABLE)) if self.endpoint else None


def where_options(command: Command) -> Command:
    """Add the options that say which graph is meant, which the command takes together as ``where``."""

    @wraps(command)
    def with_where(**given: Any) -> None:
        names = ("endpoint", HOME.name, STATE.name, LEDGER.name, REASONER.name)
        command(where=Where(*(given.pop(name) for name in names)), **given)

    for setting in (REASONER, LEDGER, STATE, HOME):
        with_where = setting_option(setting)(with_where)
    return click.option(
        "--endpoint",
        metavar="URL",
        help="Ask the Khyber server at this address instead of the state folder; "
        f"{TOKEN_VARIABLE} holds the token.",
    )(with_where)


@contextmanager
def opened(where: Where) -> Iterator[Door]:
    """Open the door; raise StateInUse where a server holds the state folder."""
    remote = where.remote
    if remote is not None:
        yield remote
        return
    from khyber.contributions.opening import open_door  # noqa: PLC0415 - brings the validator, slow to import

    with ExitStack() as stack:
        with stage_lines() as on_stage, _telling_of_servers():
            opening = open_door(
                where.state,
                where.ledger,
                where.home,
                reasoner=where.reasoner,
                on_stage=on_stage,
                warn=lambda warning: click.echo(warning, err=True),
            )
            door = stack.enter_context(opening)
        yield door


def ledger_alone(place: str | Path) -> Ledger:
    """Open a ledger by itself, also while a server works with it; raise what Ledger.open raises."""
    from khyber.contributions.ledger import Ledger  # noqa: PLC0415 - not needed with --endpoint

    return Ledger.open(place, clock=lambda: datetime.now(UTC), check=False)


@contextmanager
def _telling_of_servers() -> Iterator[None]:
    try:
        yield
    except StateInUse as error:
        remedy = "If that is a Khyber server, ask it with --endpoint URL."
        raise StateInUse(error.detail, location=error.location, remedy=remedy) from None


def local_account() -> Account:
    """Give who works on this machine: whoever may write to the state folder may do everything to it."""
    try:
        name = getuser()
    except (KeyError, OSError):
        name = "local"
    return Account("local", name, Role.ADMIN)
