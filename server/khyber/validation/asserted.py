"""What is asserted in a dataset, before or after a change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, NamedNode, Quad, Store, Triple

from khyber.rdf.delta import Delta
from khyber.rdf.namespaces import CONTRIBUTION_GRAPH, GRAPH, MAPPINGS_GRAPH
from khyber.rdf.terms import Term

_ONTOLOGY = NamedNode(GRAPH + "ontology")

CURATED_GRAPHS = frozenset((GRAPH + "core", MAPPINGS_GRAPH))
"""The graphs that come with the curated files and hold data."""


def is_asserted(graph: str) -> bool:
    """Tell whether the triples of a named graph are asserted, in curated files or by a contribution.

    They are not inferred, nor of the ontology, nor about the dataset itself.
    """
    return graph in CURATED_GRAPHS or graph.startswith(CONTRIBUTION_GRAPH)


def in_store_form(triples: Iterable[Triple]) -> dict[Triple, Triple]:
    """Give each triple as a store writes it (``"01"^^xsd:integer`` as ``1``): form → triple as it was."""
    forms: dict[Triple, Triple] = {}
    store = Store()
    for triple in triples:
        store.add(_by_itself(triple))
        (form,) = store
        store.remove(form)
        forms.setdefault(form.triple, triple)
    return forms


@dataclass(frozen=True)
class AssertedGraph:
    """The asserted triples of a dataset in a store of their own, and those of its ontology in another.

    An engine in memory finds what is said of a node by walking all its triples. In the dataset a state has a
    hundred thousand inferred ones, of which no shape wants to know; here it has a dozen.
    """

    data: Store = field(default_factory=Store)
    ontology: Store = field(default_factory=Store)

    @classmethod
    def of(cls, dataset: Store) -> AssertedGraph:
        """Take over what is asserted in a dataset whose triples stand in named graphs."""
        graph = cls()
        for name in dataset.named_graphs():
            if isinstance(name, NamedNode) and is_asserted(name.value):
                graph.data.bulk_extend(map(_by_itself, dataset.quads_for_pattern(None, None, None, name)))
        graph.ontology.extend(map(_by_itself, dataset.quads_for_pattern(None, None, None, _ONTOLOGY)))
        return graph

    def follow(self, delta: Delta, dataset: Store) -> None:
        """Take in a change that was made in the dataset."""
        for quad in delta.removed:
            holders = dataset.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
            if _holds(quad) and not any(map(_holds, holders)):
                self.data.remove(_by_itself(quad))
        self.data.extend([_by_itself(quad) for quad in delta.added if _holds(quad)])


class Asserted:
    """The asserted triples with a change: ``added`` put in, ``removed`` taken out.

    Removed triples are named as the store writes them.
    """

    def __init__(
        self,
        graph: AssertedGraph,
        added: Iterable[Triple] = (),
        removed: Iterable[Triple] = (),
        *,
        with_ontology: bool = False,
    ) -> None:
        self._graph = graph
        self._stores = (graph.data, graph.ontology) if with_ontology else (graph.data,)
        self._added = tuple(added)
        self._removed = frozenset(removed)
        self._by_subject: dict[Term, list[Triple]] = defaultdict(list)
        self._by_object: dict[tuple[Term, Term], list[Triple]] = defaultdict(list)
        for triple in self._added:
            self._by_subject[triple.subject].append(triple)
            self._by_object[triple.predicate, triple.object].append(triple)

    def with_ontology(self) -> Asserted:
        """Give the same with the triples of the ontology, for walking along paths."""
        return Asserted(self._graph, self._added, self._removed, with_ontology=True)

    def about(self, subject: Term) -> Iterator[Triple]:
        """Yield what is said of a node."""
        if isinstance(subject, NamedNode | BlankNode):
            yield from self._stored(subject, None, None)
            yield from self._by_subject.get(subject, ())

    def leading_to(self, predicate: NamedNode, value: Term) -> Iterator[Triple]:
        """Yield the triples with a property and its value, as they are found."""
        yield from self._stored(None, predicate, value)
        yield from self._by_object.get((predicate, value), ())

    def objects(self, subject: Term, predicate: NamedNode) -> Iterator[Term]:
        """Yield the values of a property of a node."""
        if isinstance(subject, NamedNode | BlankNode):
            for triple in self._stored(subject, predicate, None):
                yield triple.object
            for triple in self._by_subject.get(subject, ()):
                if triple.predicate == predicate:
                    yield triple.object

    def subjects(self, predicate: NamedNode, value: Term) -> Iterator[Term]:
        """Yield the nodes with this value of a property."""
        for triple in self.leading_to(predicate, value):
            yield triple.subject

    def _stored(
        self, subject: NamedNode | BlankNode | None, predicate: NamedNode | None, value: Term | None
    ) -> Iterator[Triple]:
        for store in self._stores:
            for quad in store.quads_for_pattern(subject, predicate, value, None):
                triple = quad.triple
                if triple not in self._removed:
                    yield triple


def _holds(quad: Quad) -> bool:
    return isinstance(quad.graph_name, NamedNode) and is_asserted(quad.graph_name.value)


def _by_itself(item: Triple | Quad) -> Quad:
    return Quad(item.subject, item.predicate, item.object)
