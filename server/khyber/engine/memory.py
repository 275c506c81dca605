"""The engine that holds its dataset in the memory of this process: an Oxigraph store."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from io import BytesIO
from threading import Lock
from typing import IO, cast

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    serialize,
)

from khyber.engine import diagnosis
from khyber.engine.applying import apply_delta
from khyber.engine.base import (
    COUNT,
    COUNT_BY_GRAPH,
    Argument,
    BytesResult,
    GraphChange,
    Limits,
    Query,
    ResultFormat,
    Update,
    Value,
    Writer,
)
from khyber.engine.graphs import write_graph_into
from khyber.errors import EngineFailure, ReadOnly
from khyber.rdf.delta import Delta

MERGES_KEPT = 4
"""How many merged datasets are kept for the next query that names the same graphs."""


class MemoryEngine:
    """Runs queries on an Oxigraph store in memory.

    The union of several graphs that Oxigraph offers (``use_default_graph_as_union``, a list of default
    graphs) gives a triple that stands in two graphs twice (measured with 0.5.13), which SPARQL's default
    graph, an RDF merge, does not. So the default graph is made once, when the dataset is loaded, and other
    merges are stores of their own.
    """

    def __init__(
        self,
        store: Store,
        merged: frozenset[str] = frozenset(),
        *,
        writable: bool = True,
        apart: frozenset[str] | None = None,
        version: str = "",
    ) -> None:
        """Answer from ``store``; if ``merged`` names graphs, its default graph is their merge and no more.

        A store whose default graph was made of other graphs is not ``writable``: a write to those would not
        reach it. A delta does if ``apart`` says which named graphs the merge leaves out. ``version`` names
        the state of the dataset, if it has a name.
        """
        self._store = store
        self._default_graph = merged
        self._writable = writable
        self._merges: OrderedDict[tuple[frozenset[str], frozenset[str]], Store] = OrderedDict()
        self._merging = Lock()
        self._apart = apart
        self._named = version
        self._writes = 0

    @classmethod
    def load(
        cls,
        quads: Iterable[Quad],
        default_graph: Collection[str] = (),
        store: Store | None = None,
        *,
        apart: Collection[str] | None = None,
        version: str = "",
    ) -> MemoryEngine:
        """Load a dataset whose default graph holds the named graphs ``default_graph`` too, each triple once.

        Named graphs stay what they are. Blank nodes are told apart by their names, so two documents must
        not share any. It goes into ``store``, by default a new one in memory. ``apart``, if given, are the
        named graphs that the default graph leaves out: it holds all others, also those to come.
        """
        names = frozenset(default_graph)
        nodes = {NamedNode(iri) for iri in names}
        has_own_triples = False

        def with_default() -> Iterator[Quad]:
            nonlocal has_own_triples
            for quad in quads:
                yield quad
                if quad.graph_name in nodes:
                    yield Quad(quad.subject, quad.predicate, quad.object)
                elif isinstance(quad.graph_name, DefaultGraph):
                    has_own_triples = True

        store = Store() if store is None else store
        store.bulk_extend(with_default())
        return cls(
            store,
            frozenset() if has_own_triples else names,
            writable=not names and apart is None,
            apart=None if apart is None or has_own_triples else frozenset(apart),
            version=version,
        )

    @property
    def merged(self) -> frozenset[str]:
        """Give the named graphs of which the default graph is the merge, if it is that and no more."""
        return self._default_graph

    @property
    def writable(self) -> bool:
        """Say whether the store can be written to."""
        return self._writable

    @property
    def name(self) -> str:
        """Give the name of the state of the dataset, or nothing if it has none."""
        return "" if self._writes else self._named

    @property
    def apart(self) -> frozenset[str] | None:
        """Give the named graphs that the default graph leaves out, if it is the merge of all others."""
        return self._apart

    @property
    def store(self) -> Store:
        """Give the store; triples of a default graph that is a merge stand in it once more."""
        return self._store

    def answer(
        self,
        query: Query,
        result_format: ResultFormat,
        *,
        limits: Limits | None = None,  # noqa: ARG002 - an engine in this process cannot stop a query
        client: str = "",  # noqa: ARG002
        undo: Delta | None = None,
    ) -> BytesResult:
        """Give the result of a query, complete and in memory, without limits; see VersionedEngine.answer."""
        body = BytesIO()
        engine = self if undo is None else self.copy()
        if undo is not None:
            engine.apply(undo, "")
        engine.write(query, result_format, body)
        return BytesResult(body.getvalue())

    def write(self, query: Query, result_format: ResultFormat, output: Writer) -> None:
        """Write the result of a query into ``output`` while it is found; raise what ``answer`` raises.

        When this raises, ``output`` may hold the beginning of a result.
        """
        try:
            _write(self._results(query), result_format, output)
        except SyntaxError as error:
            raise diagnosis.syntax_error(str(error), query.text) from None
        except (OSError, RuntimeError, ValueError) as error:
            raise diagnosis.failure(error) from error

    def size(self) -> int:
        """Give the number of triples in the default graph."""
        rows = self._rows(COUNT)
        return int(next(rows)["count"].value)

    def graphs(self) -> Mapping[str, int]:
        """Give the number of triples of each named graph, by its IRI."""
        rows = self._rows(COUNT_BY_GRAPH)
        counts = {graph.value: 0 for graph in self._store.named_graphs()}
        counts.update({row["graph"].value: int(row["count"].value) for row in rows})
        return {graph: counts[graph] for graph in sorted(counts)}

    def version(self) -> str:
        """Name the state of the dataset: as it was named last, and the number of writes since then."""
        return self.name or f"{self._named}.{self._writes}".lstrip(".")

    def has_graph(self, graph: str | None) -> bool:
        """Say whether the graph is there, be it empty; the default graph (None) always is."""
        return graph is None or self._store.contains_named_graph(NamedNode(graph))

    def update(
        self,
        update: Update,
        *,
        limits: Limits | None = None,  # noqa: ARG002 - an engine in this process cannot stop an update
        client: str = "",  # noqa: ARG002
    ) -> None:
        """Apply a SPARQL update, which is one transaction of the store; see WritableEngine.update."""
        self._require_writable()
        try:
            self._store.update(update.text, base_iri=update.base)
        except SyntaxError as error:
            raise diagnosis.syntax_error(str(error), update.text) from None
        except (OSError, RuntimeError, ValueError) as error:
            raise diagnosis.update_failure(error) from error
        self._count_write()

    def change_graph(
        self,
        change: GraphChange,
        *,
        limits: Limits | None = None,  # noqa: ARG002 - an engine in this process cannot stop a change
        client: str = "",  # noqa: ARG002
    ) -> bool:
        """Change one whole graph in one transaction of the store; see WritableEngine.change_graph."""
        self._require_writable()
        is_new = not self.has_graph(change.graph)
        if change.kind == "replace" and not is_new:
            self._store.update(replacement(change))
        elif change.kind == "drop":
            self._store.update(f"DROP SILENT {_graph_clause(change.graph)}")
        else:
            graph = NamedNode(change.graph) if change.graph is not None else DefaultGraph()
            if isinstance(graph, NamedNode):
                self._store.add_graph(graph)
            self._store.extend(Quad(t.subject, t.predicate, t.object, graph) for t in change.triples)
        self._count_write()
        return is_new

    def apply(
        self,
        delta: Delta,
        version: str,
        *,
        limits: Limits | None = None,  # noqa: ARG002 - an engine in this process cannot stop a change
        client: str = "",  # noqa: ARG002
    ) -> None:
        """Apply a delta; another thread may see a part of it. See VersionedEngine.apply."""
        if not self._writable and self._apart is None:
            raise ReadOnly("The default graph is made of some named graphs, so none of them can be changed.")
        apply_delta(self._store, delta, self._apart)
        if self._apart is not None:
            graphs = (node.value for node in self._store.named_graphs() if isinstance(node, NamedNode))
            self._default_graph = frozenset(graphs) - self._apart
        self._count_write()
        if version:
            self._named, self._writes = version, 0

    def run(
        self,
        function: Callable[[Store, Argument], Value],
        argument: Argument,
        *,
        limits: Limits | None = None,  # noqa: ARG002 - an engine in this process cannot stop a function
        client: str = "",  # noqa: ARG002
    ) -> Value:
        """Run a function on a copy of the store; see VersionedEngine.run."""
        return function(self.copy().store, argument)

    def copy(self) -> MemoryEngine:
        """Give an engine of its own store in memory, which holds the same."""
        store = Store()
        store.bulk_extend(self._store)
        for graph in self._store.named_graphs():
            store.add_graph(graph)
        return MemoryEngine(
            store, self._default_graph, writable=self._writable, apart=self._apart, version=self.version()
        )

    def _require_writable(self) -> None:
        if not self._writable:
            raise ReadOnly("The default graph is made of the named graphs, so none of them can be changed.")

    def _count_write(self) -> None:
        with self._merging:
            self._writes += 1
            self._merges.clear()

    def _rows(self, text: str) -> QuerySolutions:
        return cast("QuerySolutions", self._store.query(text))

    def _results(self, query: Query) -> QuerySolutions | QueryBoolean | QueryTriples:
        if not query.has_dataset:
            return self._store.query(query.text, base_iri=query.base)
        named: list[NamedNode | BlankNode] = [NamedNode(iri) for iri in query.named_graphs or ()]
        wanted = frozenset(query.default_graphs or ())
        if wanted and wanted == self._default_graph:
            return self._store.query(
                query.text, base_iri=query.base, default_graph=DefaultGraph(), named_graphs=named
            )
        if len(wanted) <= 1:
            default: list[NamedNode | BlankNode | DefaultGraph] = [NamedNode(iri) for iri in wanted]
            return self._store.query(
                query.text, base_iri=query.base, default_graph=default, named_graphs=named
            )
        merged = self._merged(wanted, frozenset(query.named_graphs or ()))
        return merged.query(query.text, base_iri=query.base, default_graph=DefaultGraph(), named_graphs=named)

    def _merged(self, default: frozenset[str], named: frozenset[str]) -> Store:
        with self._merging:
            merged = self._merges.pop((default, named), None) or self._merge(default, named)
            self._merges[(default, named)] = merged
            while len(self._merges) > MERGES_KEPT:
                self._merges.popitem(last=False)
            return merged

    def _merge(self, default: frozenset[str], named: frozenset[str]) -> Store:
        merged = Store()
        for iri in default:
            quads = self._store.quads_for_pattern(None, None, None, NamedNode(iri))
            merged.bulk_extend(Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
        for iri in named:
            merged.bulk_extend(self._store.quads_for_pattern(None, None, None, NamedNode(iri)))
        return merged


def _write(
    results: QuerySolutions | QueryBoolean | QueryTriples, result_format: ResultFormat, output: Writer
) -> None:
    if isinstance(results, QueryTriples):
        if isinstance(result_format, RdfFormat):
            return write_graph_into(output, results, result_format)
    elif isinstance(result_format, QueryResultsFormat):
        results.serialize(cast("IO[bytes]", output), format=result_format)
        return None
    raise EngineFailure("The result of this query cannot be written in the format that was chosen for it.")


def replacement(change: GraphChange) -> str:
    """Give the update that replaces a whole graph, in one transaction."""
    clause = _graph_clause(change.graph)
    triples = (serialize(change.triples, format=RdfFormat.N_TRIPLES) or b"").decode()
    data = triples if change.graph is None else f"{clause} {{\n{triples}}}"
    return f"CLEAR SILENT {clause} ;\nINSERT DATA {{\n{data}}}"


def _graph_clause(graph: str | None) -> str:
    return "DEFAULT" if graph is None else f"GRAPH {NamedNode(graph)}"
