"""``khyber token``: who may contribute, review and administer.

Without --endpoint the ledger is opened by itself, also while a server works with it.
"""

from __future__ import annotations

import click

from khyber.cli.doors import Where, ledger_alone, local_account, where_options
from khyber.cli.table import print_table
from khyber.contributions.records import TokenFacts
from khyber.contributions.roles import Role
from khyber.sparql.protocol import seconds_of
from khyber.validation.reports.text import visible


@click.group()
def token() -> None:
    """Make, list and revoke tokens."""


@token.command()
@click.option("--name", required=True, help="Whose it is; it stands beside what they do.")
@click.option(
    "--role",
    type=click.Choice([role.name.lower() for role in Role]),
    required=True,
    help="contributor: sends in; curator: decides, too; admin: redacts and gives out tokens, too.",
)
@click.option(
    "--query-timeout",
    metavar="SECONDS",
    help="How long a query of theirs may run if it asks to (?timeout=), where the server allows less.",
)
@where_options
def create(*, name: str, role: str, query_timeout: str | None, where: Where) -> None:
    """Make a token and print it, this once: only its hash is kept."""
    seconds = None if query_timeout is None else seconds_of("--query-timeout", query_timeout)
    chosen, remote = Role[role.upper()], where.remote
    if remote is not None:
        facts, secret = remote.create_token(local_account(), name, chosen, seconds)
    else:
        with ledger_alone(where.ledger_place) as ledger:
            facts, secret = ledger.create_token(name, chosen, query_timeout=seconds)
    click.echo(secret)
    click.echo(f"This is the token {facts.id} of {name} ({role}); keep it, it is not shown again.", err=True)


@token.command("list")
@where_options
def list_tokens(*, where: Where) -> None:
    """List the tokens, revoked ones too."""
    remote = where.remote
    if remote is not None:
        found = remote.tokens(local_account())
    else:
        with ledger_alone(where.ledger_place) as ledger:
            found = ledger.tokens()
    print_table(("ID", "Name", "Role", "Made", "Revoked"), [_row(facts) for facts in found])


@token.command()
@click.argument("token_id", metavar="ID")
@where_options
def revoke(*, token_id: str, where: Where) -> None:
    """Let a token open nothing any more; what was done with it stays."""
    remote = where.remote
    if remote is not None:
        facts = remote.revoke_token(local_account(), token_id)
    else:
        with ledger_alone(where.ledger_place) as ledger:
            facts = ledger.revoke_token(token_id)
    click.echo(f"The token {facts.id} of {visible(facts.name)} opens nothing any more.")


def _row(facts: TokenFacts) -> tuple[str, ...]:
    revoked = f"{facts.revoked:%Y-%m-%d %H:%M}" if facts.revoked else ""
    name = visible(facts.name)
    return (facts.id, name, facts.role.name.lower(), f"{facts.created:%Y-%m-%d %H:%M}", revoked)
