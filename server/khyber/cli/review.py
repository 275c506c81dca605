"""``khyber review``: what was contributed, and deciding about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from khyber.cli.doors import Where, local_account, opened, where_options
from khyber.cli.output import AS_JSON, OUT, json_of, write
from khyber.cli.table import print_table
from khyber.contributions.door import Door
from khyber.contributions.interchange import contribution_members, decision_members
from khyber.contributions.records import Account, Contribution, Decision, Status
from khyber.errors import Redacted, UsageError
from khyber.rdf.delta import to_rdf_patch
from khyber.rdf.namespaces import PREFIXES
from khyber.validation.reports.text import visible

Deciding = Callable[[Door, Account, int, str], Decision]

REASON = click.option("--reason", required=True, help="Why; it is kept with the decision.")
NUMBER = click.argument("number", type=click.IntRange(1), metavar="ID")
TAKEN_OUT = "(taken out)"


@click.group()
def review() -> None:
    """Look at contributions and decide about them."""


@review.command("list")
@click.option(
    "--status", type=click.Choice([status.value for status in Status]), help="Only those in this state."
)
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True, help="How many at most.")
@AS_JSON
@where_options
def list_contributions(*, status: str | None, limit: int, as_json: bool, where: Where) -> None:
    """List contributions, newest first."""
    with opened(where) as door:
        found = door.contributions(Status(status) if status else None, limit=limit)
    if as_json:
        write(json_of({"contributions": [contribution_members(each) for each in found]}), None)
        return
    columns = ("ID", "State", "Title", "By", "Sent in", "Triples", "Version")
    print_table(columns, [_row(each) for each in found])


@review.command()
@NUMBER
@AS_JSON
@where_options
def show(*, number: int, as_json: bool, where: Where) -> None:
    """Show one contribution: who says what, what it changes, what was found and decided."""
    with opened(where) as door:
        found, decisions = door.contribution(number), list(door.decisions(number))
        if as_json:
            told = [decision_members(each) for each in decisions]
            write(json_of({**contribution_members(found), "decisions": told}), None)
            return
        click.echo("\n".join((*_facts(found), *map(_line, decisions), "", *_content(door, number))))


@review.command()
@NUMBER
@OUT
@where_options
def diff(*, number: int, out: Path | None, where: Where) -> None:
    """Write what a contribution adds and removes, as an RDF Patch."""
    with opened(where) as door:
        write(to_rdf_patch(door.diff(number)), out)


def _deciding(name: str, summary: str, decide: Deciding, *, reason: bool = True) -> None:
    def command(*, number: int, reason: str, where: Where) -> None:
        with opened(where) as door:
            _print_decision(decide(door, local_account(), number, reason))

    command.__doc__ = summary
    given = REASON if reason else click.option("--reason", default="", help="Why, if there is more to say.")
    review.command(name)(NUMBER(given(where_options(command))))


_deciding(
    "accept", "Accept a contribution: it is judged again, and published.", lambda door, *a: door.accept(*a)
)
_deciding("reject", "Turn a contribution down.", lambda door, *a: door.reject(*a))
_deciding("revert", "Undo an accepted contribution, by a new version.", lambda door, *a: door.revert(*a))
_deciding(
    "redact",
    "Take what a contribution says out of the ledger and of every version. This cannot be undone.",
    lambda door, *a: door.redact(*a),
)
_deciding("withdraw", "Take a contribution back.", lambda door, *a: door.withdraw(*a), reason=False)


@review.command()
@click.argument("node", metavar="NODE")
@click.argument("into", metavar="INTO")
@REASON
@where_options
def merge(*, node: str, into: str, reason: str, where: Where) -> None:
    """Say that two nodes are one: what is said of NODE is said of INTO from now on.

    Nodes are IRIs, or prefixed names such as actor:ttp.
    """
    with opened(where) as door:
        _print_decision(door.merge(local_account(), _iri(node), _iri(into), reason))


@review.command()
@click.argument("node", metavar="NODE")
@REASON
@where_options
def retire(*, node: str, reason: str, where: Where) -> None:
    """Mark a node as not to be used any more: an IRI, or a prefixed name such as actor:ttp."""
    with opened(where) as door:
        _print_decision(door.retire(local_account(), _iri(node), reason))


def _iri(text: str) -> str:
    prefix, colon, local = text.partition(":")
    if "://" in text:
        return text
    if not colon or prefix not in PREFIXES:
        raise UsageError(f"{text!r} is no IRI.", remedy="Write it whole, or with a prefix such as actor:ttp.")
    return PREFIXES[prefix] + local


def _row(found: Contribution) -> tuple[str, ...]:
    return (
        str(found.id),
        found.status.value,
        visible(found.title) or TAKEN_OUT,
        visible(found.author.name),
        f"{found.submitted:%Y-%m-%d %H:%M}",
        f"+{found.added} −{found.removed}",
        "" if found.version is None else str(found.version),
    )


def _facts(found: Contribution) -> Iterator[str]:
    yield f"Contribution {found.id}: {visible(found.title) or TAKEN_OUT}"
    facts: dict[str, Any] = {
        "state": found.status.value,
        "by": f"{found.author.name} ({found.author.role.name.lower()})",
        "sent in": f"{found.submitted:%Y-%m-%d %H:%M} UTC, judged against version {found.base}",
        "source": found.source,
        "licence": found.licence,
        "version": found.version,
    }
    for name, value in facts.items():
        if value not in (None, ""):
            yield f"  {name:<8} {visible(str(value))}"


def _line(decision: Decision) -> str:
    made = "" if decision.version is None else f" (version {decision.version})"
    said = f"{decision.action.value} by {decision.by.name}: {decision.reason}{made}"
    return f"  {decision.time:%Y-%m-%d %H:%M}  {visible(said)}"


def _content(door: Door, number: int) -> Iterator[str]:
    try:
        yield to_rdf_patch(door.diff(number)).decode().rstrip("\n")
        yield ""
        yield door.report(number).text()
    except Redacted as error:
        yield str(error)


def _print_decision(decision: Decision) -> None:
    outcome = decision.action.outcome or "redacted"
    made = "" if decision.version is None else f"; the published graph is at version {decision.version} now"
    click.echo(f"Contribution {decision.contribution} is {outcome}{made}.")
