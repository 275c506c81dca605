"""Serving the Khyber graph: the lock, the ledger, the engine, and the desk that takes contributions."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from khyber.cli.heralding import Herald
from khyber.cli.progress import stage_lines
from khyber.cli.served import EngineOptions, Served, published_loader
from khyber.contributions import updates
from khyber.contributions.desk.clerks import JobLimits
from khyber.contributions.desk.client import DeskLink
from khyber.contributions.frontdesk import Frontdesk
from khyber.contributions.ledger import Ledger
from khyber.contributions.lock import StateLock
from khyber.contributions.opening import Current, current_state, now, open_office, present
from khyber.engine.isolation.client import IsolatedEngine
from khyber.engine.isolation.holding import Loader
from khyber.errors import LedgerFailure, StateInUse, UsageError
from khyber.release.cache import load_or_compile
from khyber.release.modules import modules
from khyber.release.queries import example_queries
from khyber.release.sources import read_sources

_RUN_BY_THE_ENGINE = updates
"""Imported before the engine's processes are forked, so that none of them imports it for each write."""


@dataclass(frozen=True)
class Graph:
    """Which graph is served: its files, how it is reasoned over, and where its ledger is."""

    home: Path
    reasoner: str
    ledger: str

    def place(self, state: Path) -> str | Path:
        """Give the place of the ledger."""
        return self.ledger or state


@contextmanager
def publishing(graph: Graph, options: EngineOptions, limits: JobLimits, address: str) -> Iterator[Served]:
    """Serve the published graph, with a door for contributions, until the block ends.

    Raises StateInUse where another process has the state folder. One that cannot be written serves the graph
    without a door.
    """
    try:
        lock = StateLock.take(options.state, address)
    except StateInUse:
        raise
    except LedgerFailure as error:
        click.echo(f"No contributions are taken: {error}", err=True)
        yield _read_only(graph, options)
        return
    with lock:
        current = _current(graph, options, address)
        for warning in current.warnings:
            click.echo(warning, err=True)
        engine = options.start(_loader(graph, options, current))
        desk = _desk(graph, options, current, engine, limits)
        try:
            engine.wait()
            examples, terms = example_queries(graph.home), modules(read_sources(graph.home))
            yield Served(engine, current.name, "Khyber", examples, terms, door=Frontdesk(desk.ask), desk=desk)
        except BaseException:
            desk.close()
            engine.close()
            raise


def _current(graph: Graph, options: EngineOptions, address: str) -> Current:
    with (
        stage_lines() as on_stage,
        Ledger.open(graph.place(options.state), clock=now) as ledger,
    ):
        ledger.reserve(address)
        return current_state(ledger, graph.home, options.state, reasoner=graph.reasoner, on_stage=on_stage)


def _loader(graph: Graph, options: EngineOptions, current: Current) -> Loader:
    return published_loader(lambda: present(graph.place(options.state), current), options)


def _desk(
    graph: Graph, options: EngineOptions, current: Current, engine: IsolatedEngine, limits: JobLimits
) -> DeskLink:
    def opening() -> object:
        ledger = Ledger.open(graph.place(options.state), clock=now, check=False)
        ledger.reserve("a server")
        office = open_office(ledger, current, Herald(engine))
        office.warm_up()
        gc.freeze()  # all this stays; a collection in each forked process would copy it page by page
        return office

    return DeskLink.start(opening, limits, keep=engine.descriptors())


def _read_only(graph: Graph, options: EngineOptions) -> Served:
    if graph.ledger:
        raise UsageError(
            "A ledger elsewhere needs a state folder that can be written, for its lock.",
            remedy="Name one with --state.",
        )
    with stage_lines() as on_stage:
        release = load_or_compile(graph.home, reasoner=graph.reasoner, state=options.state, on_stage=on_stage)
    engine = options.start(published_loader(lambda: (release.quads, release.id), options))
    try:
        engine.wait()
    except BaseException:
        engine.close()
        raise
    examples, terms = example_queries(graph.home), modules(read_sources(graph.home))
    return Served(engine, release.id, "Khyber", examples, terms)
