"""The seam between the processes here and what they run queries on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from pyoxigraph import Store

from khyber.engine.base import GraphChange, Query, ResultFormat, Update, Writer
from khyber.engine.memory import MemoryEngine
from khyber.rdf.delta import Delta


class Reading(Protocol):
    """What a child answers queries from."""

    def write(self, query: Query, result_format: ResultFormat, output: Writer) -> None:
        """Write the result of a query into ``output``."""

    def size(self) -> int:
        """Give the number of triples in the default graph."""

    def graphs(self) -> Mapping[str, int]:
        """Give the number of triples of each named graph, by its IRI."""

    def has_graph(self, graph: str | None) -> bool:
        """Say whether the graph is there."""


class Writing(Reading, Protocol):
    """What a child applies an update to."""

    @property
    def store(self) -> Store:
        """Give the store."""

    def update(self, update: Update) -> None:
        """Apply a SPARQL update."""

    def change_graph(self, change: GraphChange) -> bool:
        """Change one whole graph; give True if the graph was not there before."""

    def apply(self, delta: Delta, version: str) -> None:
        """Remove and add quads; the dataset is called ``version`` then."""


class Holding(Protocol):
    """A dataset as the holder has it."""

    @property
    def promotes(self) -> bool:
        """Say that a writer's own memory holds the new dataset, so that its process becomes the holder."""

    @property
    def version(self) -> str:
        """Name the state of the dataset as its loader knows it; empty if that has no name for it."""

    def reader(self) -> Reading:
        """Open the dataset for reading, in a child."""

    def writer(self) -> Writing:
        """Open the dataset for one child alone; what it writes goes with it, unless it is published."""

    def commit(self) -> None:
        """Publish what was written, in the child that wrote it."""

    def discard(self) -> None:
        """Throw away what was written, in the child that wrote it."""

    def own(self, *, owned: bool) -> None:
        """Let go of what one server alone may have, for the next holder; or take it back."""


Loader = Callable[[], Holding]
"""Loads a dataset as it is now, in the process that is to hold it; also again, should that be killed.

A loader whose holdings have a version vouches that it finds everything that was written, by the time that
the write was acknowledged: it reads what is durable when it is called, such as files and a ledger, and not
what was there when it was made. Then a dataset in memory outlives its holder, writes and all.
"""


class MemoryHolding:
    """A dataset in memory, which children share with the holder until they write."""

    promotes = True

    def __init__(self, engine: MemoryEngine) -> None:
        self._engine = engine

    @property
    def version(self) -> str:
        """Give the name that the engine was loaded with, if any."""
        return self._engine.name

    def reader(self) -> Reading:
        """Give the engine: a fork has it already."""
        return self._engine

    def writer(self) -> Writing:
        """Give the engine: what is written to it stays in this process."""
        return self._engine

    def commit(self) -> None:
        """Do nothing: this process is promoted."""

    def discard(self) -> None:
        """Do nothing: this process ends."""

    def own(self, *, owned: bool) -> None:
        """Do nothing: the memory of a process is its own."""
