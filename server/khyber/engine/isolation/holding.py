"""The seam between the processes here and what they run queries on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from khyber.engine.base import GraphChange, Query, ResultFormat, Update, Writer
from khyber.engine.memory import MemoryEngine


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


class Writing(Protocol):
    """What a child applies an update to."""

    def update(self, update: Update) -> None:
        """Apply a SPARQL update."""

    def change_graph(self, change: GraphChange) -> bool:
        """Change one whole graph; give True if the graph was not there before."""


class Holding(Protocol):
    """A dataset as the holder has it."""

    @property
    def promotes(self) -> bool:
        """Say that a writer's own memory holds the new dataset, so that its process becomes the holder."""

    def reader(self) -> Reading:
        """Open the dataset for reading, in a child."""

    def writer(self) -> Writing:
        """Open the dataset for one update, in a child."""

    def commit(self) -> None:
        """Publish what the update made, in the child that applied it."""


Loader = Callable[[], Holding]
"""Loads a dataset, in the process that is to hold it; also again, should that process be killed."""


class MemoryHolding:
    """A dataset in memory, which children share with the holder until they write."""

    promotes = True

    def __init__(self, engine: MemoryEngine) -> None:
        self._engine = engine

    def reader(self) -> Reading:
        """Give the engine: a fork has it already."""
        return self._engine

    def writer(self) -> Writing:
        """Give the engine: what is written to it stays in this process."""
        return self._engine

    def commit(self) -> None:
        """Do nothing: this process is promoted."""
