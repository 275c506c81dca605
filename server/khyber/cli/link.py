"""``khyber link``: candidates for links to Wikidata, whether links still hold, and what items add."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import click

from khyber.cli.bar import Bar, progress_bar
from khyber.cli.doors import Where
from khyber.cli.link_graph import Graphs, curated, published
from khyber.cli.options import setting_option
from khyber.cli.output import OUT, write
from khyber.cli.table import print_table
from khyber.config import CONTACT, HOME, LEDGER, REASONER, SERVICE_TIMEOUT, STATE, WIKIDATA_API
from khyber.errors import UsageError
from khyber.federation.policy import Policy
from khyber.linking.answers import Answers, utc_now
from khyber.linking.enriching import enrich as enrichments
from khyber.linking.enriching import proposal
from khyber.linking.nodes import Node, Nodes
from khyber.linking.scoring import Verdict
from khyber.linking.snapshot import Recorder, read_snapshot, write_snapshot
from khyber.linking.suggesting import Suggestion, proposals
from khyber.linking.suggesting import suggest as search
from khyber.linking.values import values_block
from khyber.linking.verifying import Verified, item_of, links_of
from khyber.linking.verifying import verify as look_up
from khyber.linking.wikidata import Wikidata
from khyber.rdf.namespaces import BASE, MAPPINGS_GRAPH
from khyber.rdf.reading import read_bytes, shown
from khyber.release.sources import CORE_GRAPH, MAPPINGS, REJECTED_MAPPINGS
from khyber.release.sssom import RELATIONS, Link, MappingSet, read_mappings, write_mappings

_DOES_NOT_HOLD = 1
_LONGEST_ANSWER = 268_435_456
"""The longest answer that is read, in bytes: fifty items of states are some ten million."""

Command = TypeVar("Command", bound=Callable[..., Any])

NODES = click.argument("names", metavar="[NODE]...", nargs=-1)
MAX_AGE = click.option(
    "--max-age",
    type=click.FloatRange(0),
    default=1.0,
    show_default=True,
    metavar="DAYS",
    help="How old an answer may be that is given again without asking.",
)
PUBLISHED = click.option(
    "--published",
    is_flag=True,
    help="Look at what is published from the state folder, with accepted contributions, instead of the "
    "curated files.",
)
ENDPOINT = click.option(
    "--endpoint", metavar="URL", help="Look at what the Khyber server at this address publishes."
)


@click.group()
def link() -> None:
    """Find, check and use links to Wikidata. Nothing here asserts a link: a person decides in data/mappings.

    What asks Wikidata needs --contact (or KHYBER_CONTACT): whom it can write to about these requests.
    """


@dataclass(frozen=True)
class Linked:
    """The curated graph, or the published one, with its mappings, and how to ask Wikidata."""

    where: Where
    is_published: bool
    contact: str
    api: str
    seconds: int
    max_age: float

    @property
    def home(self) -> Path:
        """The folder of the curated files."""
        return self.where.home

    @cached_property
    def graphs(self) -> Graphs:
        """The named graphs, of which those of the data and of the mappings are looked at."""
        return (published if self.is_published else curated)(self.where)

    @cached_property
    def nodes(self) -> Nodes:
        """The nodes, with their links."""
        return Nodes(self.graphs[CORE_GRAPH], self.graphs[MAPPINGS_GRAPH])

    def mappings(self, name: str) -> MappingSet:
        """Read one of the files of mappings; without it there are none."""
        path = self.home / name
        return read_mappings(read_bytes(path), path) if path.is_file() else MappingSet({}, {}, ())

    @property
    def links(self) -> Sequence[Link]:
        """The links that are asserted: the rows of the file, or those of the published graph."""
        rows = self.mappings(MAPPINGS).links
        return links_of(self.nodes.all.values(), rows) if self.is_published else rows

    def chosen(self, names: Sequence[str]) -> list[Node]:
        """Give the nodes of these names; without any, the actors about whom nothing is decided."""
        if names:
            return [self.nodes.named(name) for name in names]
        return [node for node in self.nodes.actors() if not node.is_decided]

    @contextmanager
    def wikidata(self, steps: int) -> Iterator[tuple[Wikidata, Bar]]:
        """Lend the client, and a bar that shows on a terminal how far it is."""
        host = urlsplit(self.api).hostname or ""
        policy = Policy(
            contact=self.contact, private=(host,), seconds=self.seconds, most_bytes=_LONGEST_ANSWER
        )
        answers = Answers(self.where.state / "wikidata", timedelta(days=self.max_age))
        with progress_bar(steps) as bar:

            def on_wait(why: str, seconds: float) -> None:
                bar.say(f"waiting {seconds:g} s: {why}")

            yield Wikidata(self.api, policy, answers, on_wait=on_wait), bar


def linked(*, asks: bool) -> Callable[[Command], Command]:
    """Add the options that say where the graph is and, if the command ``asks``, how to ask Wikidata."""

    def add(command: Command) -> Command:
        def called(**given: Any) -> Any:
            where = Where(
                endpoint=given.pop("endpoint", None),
                home=given.pop("home"),
                state=given.pop("state", None) or STATE.value(),
                ledger=given.pop("ledger", ""),
                reasoner=REASONER.default_value(),
            )
            return command(
                graph=Linked(
                    where=where,
                    is_published=given.pop("published", False) or where.endpoint is not None,
                    contact=given.pop("contact", None) or "",
                    api=given.pop("wikidata_api", ""),
                    seconds=given.pop("service_timeout", 0),
                    max_age=given.pop("max_age", 0.0),
                ),
                **given,
            )

        called.__doc__, called.__name__ = command.__doc__, command.__name__
        wrapped: Any = called
        for setting in (SERVICE_TIMEOUT, LEDGER, STATE, WIKIDATA_API, CONTACT) if asks else ():
            wrapped = setting_option(setting)(wrapped)
        for option in (MAX_AGE, ENDPOINT, PUBLISHED) if asks else ():
            wrapped = option(wrapped)
        wrapped = setting_option(HOME)(wrapped)
        wrapped.__click_params__ = [*getattr(command, "__click_params__", []), *wrapped.__click_params__]
        return wrapped  # type: ignore[no-any-return]

    return add


@link.command()
@linked(asks=True)
@NODES
@click.option("--limit", type=click.IntRange(1, 50), default=5, show_default=True, help="Candidates a node.")
@click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write all candidates as SSSOM proposals, too.",
)
def suggest(*, names: tuple[str, ...], limit: int, out: Path | None, graph: Linked) -> None:
    """Look for items that may be the same as NODE, or as each actor about whom nothing is decided.

    Prints the candidates with the reasons for and against. With -o they are written as SSSOM proposals, too:
    look each through, and move what you have decided into data/mappings, with your name and the day.
    """
    if out is not None and out.resolve().parent == (graph.home / MAPPINGS).resolve().parent:
        raise UsageError(
            f"{shown(out)} lies where decided mappings stand.", remedy="Write proposals elsewhere."
        )
    refused = graph.mappings(REJECTED_MAPPINGS)
    rejected = [(refused.iri(each.subject), item_of(each)) for each in refused.links]
    nodes = graph.chosen(names)
    with graph.wikidata(len(nodes)) as (wikidata, bar):
        found = search(nodes, wikidata, rejected=rejected, on_node=lambda node: bar.step(node.curie))
    columns = ("Node", "Item", "Label", "Score", "Judgement", "Reasons")
    print_table(columns, [row for each in found for row in _rows(each, limit)])
    if out is not None:
        written = proposals(
            found,
            author="undecided",
            day=utc_now().date(),
            set_id=f"{BASE}mappings/proposals.sssom.tsv",
            license_="https://creativecommons.org/licenses/by/4.0/",
        )
        write(write_mappings(written).encode(), out)


@link.command()
@linked(asks=True)
@click.option(
    "--offline",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Ask nobody: look the links up in this file.",
)
@click.option(
    "--save",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Keep what was asked for in a file for --offline.",
)
def verify(*, offline: Path | None, save: Path | None, graph: Linked) -> None:
    """Check that each asserted link leads to an item that is there, with its name and of its type.

    Prints the links that do not hold, and what to do; exits with 1 if there are any.
    """
    if offline and save:
        raise UsageError("--save keeps what is asked for, and --offline asks for nothing.")
    links = graph.links
    nodes = {node.curie: node for node in graph.nodes.all.values()}
    if offline:
        snapshot = read_snapshot(offline)
        verified = look_up(links, nodes, snapshot)
        when = f", as of {snapshot.fetched:%Y-%m-%d}"
    else:
        with graph.wikidata(1) as (wikidata, bar):
            bar.step(f"{len(links)} links")
            recorder = Recorder(wikidata)
            verified = look_up(links, nodes, recorder)
        if save:
            write(write_snapshot(recorder.kept).encode(), save)
        when = ""
    wrong = [each for each in verified if not each.holds]
    if wrong:
        print_table(
            ("Node", "Relation", "Item", "State", "What to do"), [_verified_row(each) for each in wrong]
        )
    click.echo(f"{len(verified) - len(wrong)} of {len(verified)} links hold{when}.")
    if wrong:
        sys.exit(_DOES_NOT_HOLD)


@link.command()
@linked(asks=False)
@click.option("--values", is_flag=True, required=True, help="As a VALUES block of SPARQL.")
@click.option(
    "--relation",
    "relations",
    type=click.Choice(RELATIONS),
    multiple=True,
    default=("exactMatch",),
    show_default=True,
    help="Which links; can be given several times.",
)
@OUT
def export(*, values: bool, relations: tuple[str, ...], out: Path | None, graph: Linked) -> None:
    """Write the linked items as a block to paste into a query for Wikidata's own query service."""
    assert values  # noqa: S101 - there is no other form yet, and click requires the flag
    write(values_block(graph.mappings(MAPPINGS), relations).encode(), out)


@link.command()
@linked(asks=True)
@NODES
@OUT
def enrich(*, names: tuple[str, ...], out: Path | None, graph: Linked) -> None:
    """Propose names (en, ur, ps) and coordinates of the items that NODE, or every node, exactly matches.

    Writes Turtle to look through and to send in with khyber contribute; each item stands above it with its
    revision and the day.
    """
    nodes = [graph.nodes.named(name) for name in names] or list(graph.nodes.all.values())
    with graph.wikidata(1) as (wikidata, bar):
        bar.step(f"{len(nodes)} nodes")
        found = enrichments(nodes, graph.graphs[CORE_GRAPH], wikidata)
    write(proposal(found).encode(), out)


def _rows(suggestion: Suggestion, limit: int) -> Iterator[tuple[str, ...]]:
    node = suggestion.node
    if not suggestion.candidates:
        yield node.curie, "–", "", "", "nothing found", f"searched for: {'; '.join(suggestion.spellings)}"
    for each in suggestion.candidates[:limit]:
        judgement = "rejected before" if each.is_rejected else str(each.verdict)
        is_open = each.verdict is Verdict.CANDIDATE and not each.is_rejected
        score = str(each.score) if is_open else "–"
        label = f"{each.entity.label} – {each.entity.description}".rstrip(" –")
        yield node.curie, each.entity.id, label, score, judgement, "; ".join(each.reasons)


def _verified_row(verified: Verified) -> tuple[str, ...]:
    row = verified.link
    return row.subject, row.relation, row.item, str(verified.state), verified.detail
