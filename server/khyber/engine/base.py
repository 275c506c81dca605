"""The seam to what runs queries: queries, changes, limits, results, and what every engine can do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Literal as OneOf
from typing import Protocol, TypeVar

from pyoxigraph import QueryResultsFormat, RdfFormat, Store, Triple, parse, serialize

from khyber.rdf.delta import Delta

ResultFormat = QueryResultsFormat | RdfFormat
"""How a result is written: solutions and booleans in a QueryResultsFormat, graphs in an RdfFormat."""


COUNT = "SELECT (COUNT(*) AS ?count) { ?s ?p ?o }"
"""Counts the triples of the default graph."""

COUNT_BY_GRAPH = "SELECT ?graph (COUNT(*) AS ?count) { GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph"
"""Counts the triples of each named graph."""


Argument = TypeVar("Argument")
Value = TypeVar("Value")


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
    named and nothing else, and clauses in the text do not matter. ``base`` is the IRI against which relative
    IRIs are resolved where the text declares no BASE; without either they are an error.
    """

    text: str
    kind: ResultKind
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    base: str | None = None

    @property
    def has_dataset(self) -> bool:
        """Say whether the query names its dataset."""
        return self.default_graphs is not None or self.named_graphs is not None


@dataclass(frozen=True)
class Update:
    """A SPARQL update as an engine runs it: its text, and the base of its relative IRIs.

    The dataset that a request names stands in the text already, as USING clauses (khyber.sparql.update).
    """

    text: str
    base: str | None = None


@dataclass(frozen=True)
class GraphChange:
    """A change of one whole graph (Graph Store Protocol); ``graph`` None stands for the default graph.

    ``replace`` makes the graph hold ``triples`` and no others, ``merge`` adds them, ``drop`` takes the graph
    away. The triples are parsed already, so that what cannot be read changes nothing.
    """

    kind: OneOf["replace", "merge", "drop"]
    graph: str | None
    triples: tuple[Triple, ...] = ()

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the triples as N-Triples, which takes a tenth of the time that their objects take."""
        return _change_of, (self.kind, self.graph, serialize(self.triples, format=RdfFormat.N_TRIPLES))


def _change_of(kind: OneOf["replace", "merge", "drop"], graph: str | None, document: bytes) -> GraphChange:
    quads = parse(document, format=RdfFormat.N_TRIPLES)
    return GraphChange(kind, graph, tuple(quad.triple for quad in quads))


@dataclass(frozen=True)
class Step:
    """A delta from one state of a dataset to another, and the version of that, if it has one."""

    delta: Delta
    version: str = ""

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the quads as N-Quads, which takes a tenth of the time that their objects take."""
        added = serialize(self.delta.added, format=RdfFormat.N_QUADS)
        return _step_of, (added, serialize(self.delta.removed, format=RdfFormat.N_QUADS), self.version)


def _step_of(added: bytes, removed: bytes, version: str) -> Step:
    # What is here already was accepted once; whether it is well-formed is not asked again.
    sides = (parse(side, format=RdfFormat.N_QUADS, lenient=True) for side in (added, removed))
    return Step(Delta(*map(tuple, sides)), version)


@dataclass(frozen=True)
class Limits:
    """What one query or update may take at most; None where there is no limit.

    ``seconds`` counts from its start to its last byte, ``memory_bytes`` what it takes beyond the dataset,
    ``result_bytes`` the result as it is written.
    """

    seconds: float | None = None
    memory_bytes: int | None = None
    result_bytes: int | None = None


class Writer(Protocol):
    """Where a result is written to."""

    def write(self, data: bytes, /) -> int:
        """Take all of ``data``; give its length."""

    def flush(self) -> None:
        """Do nothing, or hand over what was taken."""


class Result(Protocol):
    """A written result, complete before it is given: in memory while small, else in a file without a name."""

    @property
    def size(self) -> int:
        """Give the number of bytes."""

    def chunks(self) -> Iterator[bytes]:
        """Give the bytes in pieces, from the beginning."""

    def __iter__(self) -> Iterator[bytes]:
        """Give what ``chunks`` gives."""

    def close(self) -> None:
        """Let go of what holds the bytes; may be called twice."""


@dataclass(frozen=True)
class BytesResult:
    """A result in memory."""

    body: bytes

    @property
    def size(self) -> int:
        """Give the number of bytes."""
        return len(self.body)

    def chunks(self) -> Iterator[bytes]:
        """Give the bytes in one piece."""
        yield self.body

    def __iter__(self) -> Iterator[bytes]:
        """Give the bytes in one piece."""
        return self.chunks()

    def close(self) -> None:
        """Do nothing: memory goes by itself."""


class Engine(Protocol):
    """What runs queries over one dataset."""

    def answer(
        self, query: Query, result_format: ResultFormat, *, limits: Limits | None = None, client: str = ""
    ) -> Result:
        """Give the result, written in ``result_format``.

        The query has run to its end, and the result is complete, when this returns: errors are raised by
        the call, never by the iterator. ``limits`` are the engine's own where None; ``client`` is the key by
        which waiting queries take turns. Raises QuerySyntaxError, QueryRefused, EngineFailure,
        and an engine that limits: TimeLimitReached, MemoryLimitReached, ResultTooLarge, TooBusy,
        TooManyRequests.
        """

    def size(self) -> int:
        """Give the number of triples in the default graph."""

    def graphs(self) -> Mapping[str, int]:
        """Give the number of triples of each named graph, by its IRI, in the order of the IRIs."""

    def version(self) -> str:
        """Name the state of the dataset: another after every write, for caches and entity tags."""


class WritableEngine(Engine, Protocol):
    """An engine whose dataset can be changed; each change happens as a whole or not at all."""

    def update(self, update: Update, *, limits: Limits | None = None, client: str = "") -> None:
        """Apply a SPARQL update; when this returns, the next query sees it. Raises what ``answer`` raises."""

    def change_graph(self, change: GraphChange, *, limits: Limits | None = None, client: str = "") -> bool:
        """Change one whole graph; give True if the graph was not there before."""

    def has_graph(self, graph: str | None) -> bool:
        """Say whether the graph is there; the default graph (None) always is."""


class VersionedEngine(Engine, Protocol):
    """An engine over a dataset that is kept elsewhere, version by version, and follows it delta by delta."""

    def answer(
        self,
        query: Query,
        result_format: ResultFormat,
        *,
        limits: Limits | None = None,
        client: str = "",
        undo: Delta | None = None,
    ) -> Result:
        """Give the result as Engine.answer does; with ``undo``, on the dataset with that delta applied.

        Nothing of ``undo`` stays. It leads away from the newest state, so who computed it for one version
        compares ``version`` before and after: if they are equal, that was the state that it was applied to.
        """

    def apply(self, delta: Delta, version: str, *, limits: Limits | None = None, client: str = "") -> None:
        """Remove and add exactly these quads, as a whole or not at all; the dataset is ``version`` then.

        When this returns, the next query of every thread sees the change. A triple is in a default graph
        that is the merge of named graphs while one of those has it. Quads that are there already, or are
        gone already, do no harm. Raises ReadOnly where the delta cannot be applied to this dataset, and
        EngineFailure where it is not known whether it holds: then ``reload``.
        """

    def run(
        self,
        function: Callable[[Store, Argument], Value],
        argument: Argument,
        *,
        limits: Limits | None = None,
        client: str = "",
    ) -> Value:
        """Give what a function of a module gives for the dataset and ``argument``, both of them picklable.

        The store is the function's own: it may write into it, and nothing of that stays. A default graph
        that is made of named graphs stands in it as triples of their own, each once. Raises the KhyberError
        that the function raises, and what ``answer`` raises.
        """

    def reload(self, *, limits: Limits | None = None) -> None:
        """Load the dataset anew, while queries go on on what was there; raise what the loader raises.

        Deltas wait meanwhile, and are applied to what was loaded.
        """
