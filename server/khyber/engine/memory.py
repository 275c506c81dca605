"""The engine that holds its dataset in the memory of this process: an Oxigraph store."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping
from threading import Lock
from typing import cast

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
)

from khyber.engine import diagnosis
from khyber.engine.base import Query, ResultFormat
from khyber.engine.graphs import write_graph
from khyber.errors import EngineFailure

MERGES_KEPT = 4
"""How many merged datasets are kept for the next query that names the same graphs."""


class MemoryEngine:
    """Runs queries on an Oxigraph store in memory.

    The union of several graphs that Oxigraph offers (``use_default_graph_as_union``, a list of default
    graphs) gives a triple that stands in two graphs twice (measured with 0.5.13), which SPARQL's default
    graph, an RDF merge, does not. So the default graph is made once, when the dataset is loaded, and other
    merges are stores of their own.
    """

    def __init__(self, store: Store, merged: frozenset[str] = frozenset()) -> None:
        """Answer from ``store``; if ``merged`` names graphs, its default graph is their merge and no more."""
        self._store = store
        self._default_graph = merged
        self._merges: OrderedDict[tuple[frozenset[str], frozenset[str]], Store] = OrderedDict()
        self._merging = Lock()

    @classmethod
    def load(cls, quads: Iterable[Quad], default_graph: Collection[str] = ()) -> MemoryEngine:
        """Load a dataset whose default graph holds the named graphs ``default_graph`` too, each triple once.

        Named graphs stay what they are. Blank nodes are told apart by their names, so two documents must
        not share any.
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

        store = Store()
        store.bulk_extend(with_default())
        return cls(store, frozenset() if has_own_triples else names)

    def answer(self, query: Query, result_format: ResultFormat) -> Iterator[bytes]:
        """Give the result of a query, complete; see Engine.answer."""
        try:
            return iter((_written(self._results(query), result_format),))
        except SyntaxError as error:
            raise diagnosis.syntax_error(str(error), query.text) from None
        except (OSError, RuntimeError, ValueError) as error:
            raise diagnosis.failure(error) from error

    def size(self) -> int:
        """Give the number of triples in the default graph."""
        rows = self._rows("SELECT (COUNT(*) AS ?count) { ?s ?p ?o }")
        return int(next(rows)["count"].value)

    def graphs(self) -> Mapping[str, int]:
        """Give the number of triples of each named graph, by its IRI."""
        rows = self._rows("SELECT ?graph (COUNT(*) AS ?count) { GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph")
        counts = {row["graph"].value: int(row["count"].value) for row in rows}
        return {graph: counts[graph] for graph in sorted(counts)}

    def _rows(self, text: str) -> QuerySolutions:
        return cast("QuerySolutions", self._store.query(text))

    def _results(self, query: Query) -> QuerySolutions | QueryBoolean | QueryTriples:
        if not query.has_dataset:
            return self._store.query(query.text)
        named: list[NamedNode | BlankNode] = [NamedNode(iri) for iri in query.named_graphs or ()]
        wanted = frozenset(query.default_graphs or ())
        if wanted and wanted == self._default_graph:
            return self._store.query(query.text, default_graph=DefaultGraph(), named_graphs=named)
        if len(wanted) <= 1:
            default: list[NamedNode | BlankNode | DefaultGraph] = [NamedNode(iri) for iri in wanted]
            return self._store.query(query.text, default_graph=default, named_graphs=named)
        merged = self._merged(wanted, frozenset(query.named_graphs or ()))
        return merged.query(query.text, default_graph=DefaultGraph(), named_graphs=named)

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


def _written(results: QuerySolutions | QueryBoolean | QueryTriples, result_format: ResultFormat) -> bytes:
    if isinstance(results, QueryTriples):
        if isinstance(result_format, RdfFormat):
            return write_graph(results, result_format)
    elif isinstance(result_format, QueryResultsFormat):
        return results.serialize(format=result_format) or b""
    raise EngineFailure("The result of this query cannot be written in the format that was chosen for it.")
