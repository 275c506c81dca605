"""The seam to what runs queries: a query, the kind of its result, and the interface that every engine has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from pyoxigraph import QueryResultsFormat, RdfFormat

ResultFormat = QueryResultsFormat | RdfFormat
"""How a result is written: solutions and booleans in a QueryResultsFormat, graphs in an RdfFormat."""


class ResultKind(Enum):
    """What a query gives: ASK a boolean, SELECT solutions, CONSTRUCT and DESCRIBE a graph."""

    BOOLEAN = "boolean"
    SOLUTIONS = "solutions"
    GRAPH = "graph"


@dataclass(frozen=True)
class Query:
    """A query as an engine runs it: its text, the kind of its result, and its dataset.

    ``default_graphs`` and ``named_graphs`` are the IRIs of the query's dataset (SPARQL 1.1 Query, section
    13.2). If both are None the dataset is the engine's own; if either is given, the dataset holds what is
    named and nothing else, and clauses in the text do not matter.
    """

    text: str
    kind: ResultKind
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None

    @property
    def has_dataset(self) -> bool:
        """Say whether the query names its dataset."""
        return self.default_graphs is not None or self.named_graphs is not None


class Engine(Protocol):
    """What runs queries over one dataset that does not change while the engine lives."""

    def answer(self, query: Query, result_format: ResultFormat) -> Iterator[bytes]:
        """Give the result, written in ``result_format``, in pieces.

        The query has run to its end, and the result is complete, when this returns: errors are raised by
        the call, never by the iterator. Raises QuerySyntaxError, QueryRefused, EngineFailure.
        """

    def size(self) -> int:
        """Give the number of triples in the default graph."""

    def graphs(self) -> Mapping[str, int]:
        """Give the number of triples of each named graph, by its IRI, in the order of the IRIs."""
