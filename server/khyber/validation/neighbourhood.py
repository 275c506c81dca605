"""The part of a graph that a validation looks at: loaded from the store as it is asked for, and no more.

The shapes ask about a node's properties, or about what leads to a node by one property. Each such question
loads its answer once, so that a verdict is the same as on the whole graph, by construction, at a cost that
does not grow with the graph: a country on which a hundred thousand events hang is not expanded unless a
shape follows that very property backwards. The queries of ``sh:sparql`` rules would ask in an order of their
own; for them, what their patterns can match is loaded before (:mod:`khyber.validation.bindings`).
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from pyoxigraph import NamedNode, Triple
from rdflib.graph import Graph
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result
from rdflib.term import Literal, Node, URIRef

from khyber.rdf.terms import Term
from khyber.validation.asserted import Asserted
from khyber.validation.bindings import bound
from khyber.validation.paths import ends
from khyber.validation.prepared import PreparedGraph
from khyber.validation.query_paths import THIS, Group, groups_of, variables_of
from khyber.validation.terms import RdflibTriple, from_rdflib, quietly, to_rdflib


class Neighbourhood(PreparedGraph):
    """An rdflib graph that holds a background, and loads what is asserted as it is asked for it.

    It holds nothing but the background until it is lent (:meth:`around`), and after.
    """

    def __init__(self, background: Iterable[RdflibTriple]) -> None:
        super().__init__()
        self._present: set[RdflibTriple] = set(background)
        for triple in self._present:
            self.add(triple)
        self._groups: dict[str, tuple[Group, ...]] = {}
        self._loading: _Loading | None = None

    @contextmanager
    def around(self, asserted: Asserted) -> Iterator[Graph]:
        """Lend the graph to look at what is asserted; afterwards it is as it was."""
        self._loading = loading = _Loading(self, asserted, self._present)
        try:
            with quietly():
                yield self
        finally:
            self._loading = None
            for triple in loading.loaded:
                self.remove(triple)
            self._present.difference_update(loading.loaded)

    def __bool__(self) -> bool:
        """Be true, so that nobody counts the triples to find out."""
        return True

    def __contains__(self, triple: Any) -> bool:
        """Tell whether any triple matches; of what leads to a node, the first is enough."""
        subject, predicate, value = triple
        if self._loading is not None and subject is None and predicate is not None and value is not None:
            return self._loading.leads(predicate, value) or next(super().triples(triple), None) is not None
        return super().__contains__(triple)

    def triples(self, triple: Any) -> Generator[Any, None, None]:
        """Yield matching triples as :meth:`rdflib.Graph.triples` does, having loaded them."""
        if self._loading is not None:
            self._loading.load(*triple)
        yield from super().triples(triple)

    def query(self, query_object: str | Query, *args: Any, **kwargs: Any) -> Result:
        """Answer a query about ``$this``, from the triples that its patterns can match."""
        loading = self._loading
        this = (kwargs.get("initBindings") or {}).get(THIS)
        if loading is None or this is None or not isinstance(query_object, str):
            return super().query(query_object, *args, **kwargs)
        for group in self._groups_of(query_object):
            if not loading.load_group(group, from_rdflib(this)) and group.required:
                return _no_solutions()
        self._loading = None
        try:
            result = super().query(query_object, *args, **kwargs)
            _ = result.bindings  # computed here, while nothing is loaded
        finally:
            self._loading = loading
        return result

    def _groups_of(self, text: str) -> tuple[Group, ...]:
        if text not in self._groups:
            self._groups[text] = groups_of(text)
        return self._groups[text]


class _Loading:
    """The loading of what is asserted into a graph: each node's properties once, each way to a node once."""

    def __init__(self, graph: Graph, asserted: Asserted, present: set[RdflibTriple]) -> None:
        self.loaded: list[RdflibTriple] = []
        self._graph = graph
        self._asserted = asserted
        self._reading = asserted.with_ontology()
        self._present = present
        self._terms: dict[Term, Node] = {}
        self._nodes: set[Node] = set()
        self._ways: set[tuple[Node, Node]] = set()

    def load(self, subject: Node | None, predicate: Node | None, value: Node | None) -> None:
        """Load what can match; raises LookupError for what leads anywhere in the graph."""
        if subject is not None:
            if subject not in self._nodes and not isinstance(subject, Literal):
                self._nodes.add(subject)
                self._keep(self._asserted.about(from_rdflib(subject)))
        elif isinstance(predicate, URIRef) and value is not None:
            if (predicate, value) not in self._ways:
                self._ways.add((predicate, value))
                self._keep(self._asserted.leading_to(NamedNode(predicate), from_rdflib(value)))
        else:
            raise LookupError(
                f"A shape asks which nodes have {predicate} {value}: it looks at the whole graph."
            )

    def leads(self, predicate: Node, value: Node) -> bool:
        """Tell whether a property of anything that is asserted leads to a node."""
        found = self._asserted.leading_to(NamedNode(str(predicate)), from_rdflib(value))
        return next(found, None) is not None

    def load_group(self, group: Group, this: Term) -> bool:
        """Load what the patterns of a group can match for ``$this``; tell whether they all can be matched."""
        found = bound(group.all, {THIS: {this}}, self._reading, variables_of(group.all))
        if found is None:
            return False
        for pattern in group.all:
            starts = found[pattern.subject] if isinstance(pattern.subject, str) else (pattern.subject,)
            for _ in ends(pattern.path, starts, self):
                pass
        return True

    def objects(self, subject: Term, predicate: NamedNode) -> Iterable[Term]:
        """Give the values of a property of a node, which are loaded then."""
        self.load(self._term(subject), None, None)
        return self._reading.objects(subject, predicate)

    def subjects(self, predicate: NamedNode, value: Term) -> Iterable[Term]:
        """Give the nodes with this value of a property; the links are loaded then."""
        self.load(None, self._term(predicate), self._term(value))
        return self._reading.subjects(predicate, value)

    def _keep(self, triples: Iterable[Triple]) -> None:
        for triple in triples:
            converted = self._term(triple.subject), self._term(triple.predicate), self._term(triple.object)
            if converted not in self._present:
                self._present.add(converted)
                self.loaded.append(converted)
                self._graph.add(converted)

    def _term(self, term: Term) -> Node:
        node = self._terms.get(term)
        if node is None:
            node = self._terms[term] = to_rdflib(term)
        return node


def _no_solutions() -> Result:
    result = Result("SELECT")
    result.bindings = []
    return result
