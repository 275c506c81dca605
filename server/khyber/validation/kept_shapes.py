"""A shapes graph that does not change, and so looks each thing up once.

pySHACL asks the shapes graph for a shape's parameters anew for every node it judges, and compares each of
their properties with all parameters there are; that is most of the time of judging a few nodes.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from typing import Any

from pyshacl.constraints import CONSTRAINT_PARAMETERS_MAP
from pyshacl.shapes_graph import ShapesGraph
from rdflib.graph import Graph
from rdflib.namespace import OWL, SH
from rdflib.term import Node

from khyber.validation.prepared import FullNames
from khyber.validation.terms import RdflibTriple


class KeptGraph(Graph):
    """An rdflib graph that keeps the answer to each pattern once it is told that it is complete."""

    def __init__(self, triples: Iterable[RdflibTriple]) -> None:
        super().__init__()
        self.namespace_manager = FullNames(self)
        self._answers: dict[Any, tuple[Any, ...]] | None = None
        for triple in triples:
            self.add(triple)

    def complete(self) -> None:
        """Say that nothing is added any more."""
        self._answers = {}

    def triples(self, triple: Any) -> Generator[Any, None, None]:
        """Yield matching triples as :meth:`rdflib.Graph.triples` does."""
        if self._answers is None:
            yield from super().triples(triple)
            return
        answer = self._answers.get(triple)
        if answer is None:
            answer = self._answers[triple] = tuple(super().triples(triple))
        yield from answer


class KeptShapes(ShapesGraph):  # type: ignore[misc]  # pySHACL has no types
    """The shapes of a graph, compiled; raises pySHACL's errors for shapes that it cannot read."""

    def __init__(self, triples: Iterable[RdflibTriple]) -> None:
        graph = KeptGraph(_as_pyshacl_reads(triples))
        _import_prefixes(graph)
        super().__init__(graph)
        self._parameters: dict[Node, list[tuple[Node, Node]]] = {}
        self.compiled = tuple(self.shapes)
        graph.complete()

    def predicate_objects(self, shape: Node) -> list[tuple[Node, Node]]:
        """Give the parameters of constraints that stand on a shape, with their values."""
        found = self._parameters.get(shape)
        if found is None:
            every = super().predicate_objects(shape)
            found = [(name, value) for name, value in every if name in CONSTRAINT_PARAMETERS_MAP]
            self._parameters[shape] = found
        return found


def _as_pyshacl_reads(triples: Iterable[RdflibTriple]) -> Iterator[RdflibTriple]:
    """Leave out ``sh:uniqueLang "1"^^xsd:boolean``, which is not ``true``, the one that means something.

    pySHACL sees to that by changing how rdflib reads files; these triples are read by another parser.
    """
    return (each for each in triples if not (each[1] == SH.uniqueLang and str(each[2]) == "1"))


def _import_prefixes(graph: Graph) -> None:
    """Give the prefixes of what an ``sh:prefixes`` names also by way of owl:imports (SHACL §5.2.1)."""
    for holder, named in list(graph.subject_objects(SH.prefixes)):
        for imported in graph.transitive_objects(named, OWL.imports):
            if imported is not None:
                graph.add((holder, SH.prefixes, imported))
