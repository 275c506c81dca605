"""Validation against SHACL shapes by pySHACL.

The data graph is what was asserted, plus the class hierarchy, the declarations and the code lists of the
ontology: not the closure, where ``rdfs:range`` would type a wrong value and hide the error. pySHACL infers
nothing.

Shapes are compiled once and asked directly: ``pyshacl.validate(focus_nodes=…)`` also filters the nodes that
nested shapes look at (``sh:node``, ``sh:or``, ``sh:qualifiedValueShape``), and so misses violations and
invents others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from pyoxigraph import BlankNode, NamedNode, Triple
from pyshacl.errors import ConstraintLoadError, ReportableRuntimeError, ShapeLoadError, ValidationFailure
from pyshacl.pytypes import SHACLExecutor
from pyshacl.shape import Shape
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SKOS
from rdflib.term import Node

from khyber.errors import InputError
from khyber.validation.findings import Finding, Report
from khyber.validation.kept_shapes import KeptShapes
from khyber.validation.names import text_of
from khyber.validation.neighbourhood import Neighbourhood
from khyber.validation.prepared import PreparedGraph
from khyber.validation.results import ShaclResult, findings_of
from khyber.validation.terms import RdflibTriple, from_rdflib, to_rdflib, triples_to_rdflib

_DECLARATIONS = {
    OWL.Class,
    RDFS.Class,
    RDFS.Datatype,
    RDF.Property,
    OWL.ObjectProperty,
    OWL.DatatypeProperty,
    OWL.AnnotationProperty,
}
_CODE_LIST_CLASSES = {SKOS.Concept, SKOS.ConceptScheme, SKOS.Collection}
_LABELS = (SKOS.prefLabel, RDFS.label)
_BROKEN_SHAPES = (
    ConstraintLoadError,
    NotImplementedError,  # where a rule asks for an order of blank nodes
    ReportableRuntimeError,
    ShapeLoadError,
    ValidationFailure,
)


def validate(data: Iterable[Triple], ontology: Iterable[Triple], shapes: Iterable[Triple]) -> Report:
    """Judge a whole graph; see :meth:`Validator.validate`."""
    return Validator(ontology, shapes).validate(data)


class Context:
    """A data graph made ready for validation: asserted triples and what shapes need of the ontology.

    It may be validated many times, one validation at a time: what is tried out on it is put in and taken out
    again.
    """

    def __init__(self, data: Iterable[Triple], background: Iterable[RdflibTriple]) -> None:
        self.graph = PreparedGraph()
        for triple in (*triples_to_rdflib(data), *background):
            self.graph.add(triple)

    @contextmanager
    def changed(self, added: Iterable[Triple], removed: Iterable[Triple]) -> Iterator[Graph]:
        """Lend the graph without ``removed`` and with ``added``, and put it back as it was."""
        lost = [triple for triple in triples_to_rdflib(removed) if triple in self.graph]
        for triple in lost:
            self.graph.remove(triple)
        won = [triple for triple in dict.fromkeys(triples_to_rdflib(added)) if triple not in self.graph]
        for triple in won:
            self.graph.add(triple)
        try:
            yield self.graph
        finally:
            for triple in won:
                self.graph.remove(triple)
            for triple in lost:
                self.graph.add(triple)


class Validator:
    """Shapes compiled once, for many validations; raises InputError where pySHACL cannot read a shape."""

    def __init__(self, ontology: Iterable[Triple], shapes: Iterable[Triple]) -> None:
        ontology_graph = _graph(ontology)
        code_lists = {node for kind in _CODE_LIST_CLASSES for node in ontology_graph.subjects(RDF.type, kind)}
        code_lists.update(ontology_graph.subjects(SKOS.inScheme))
        self._background = list(_background(ontology_graph, code_lists))
        self._terms = set(ontology_graph.subjects()) - code_lists
        with _telling_broken_shapes():
            self._shapes_graph = KeptShapes(triples_to_rdflib(shapes))
            self._shapes = tuple(_Targets.of(shape) for shape in self._shapes_graph.compiled)
        self._by_node = {target.shape.node: target for target in self._shapes}

    def context(self, data: Iterable[Triple]) -> Context:
        """Make a data graph ready, once, for any number of calls of :meth:`validate_focus`."""
        return Context(data, self._background)

    def validate(self, data: Iterable[Triple], *, only: Collection[str] | None = None) -> Report:
        """Judge every node that a shape targets, except the ontology's own terms: data and code lists.

        A term is judged all the same where ``data`` says something about it. ``only`` names the shapes that
        judge, as findings name nodes; all of them where it is None.
        """
        triples = list(data)
        spared = self._terms - {to_rdflib(triple.subject) for triple in triples}
        graph = self.context(triples).graph
        targets = (
            (target.shape, target.shape.focus_nodes(graph) - spared)
            for target in self._shapes
            if only is None or text_of(from_rdflib(target.shape.node)) in only
        )
        return self._report(targets, graph)

    def validate_focus(
        self,
        context: Context,
        added: Iterable[Triple],
        focus: Iterable[NamedNode | BlankNode],
        removed: Iterable[Triple] = (),
    ) -> Report:
        """Judge only ``focus`` nodes, in ``context`` with ``added`` and without ``removed``.

        The findings are those of :meth:`validate` on the changed graph for these nodes (and for value nodes
        that their property shapes lead to). The context stays as it was. Which nodes a change touches is for
        the caller to say.
        """
        nodes = [to_rdflib(node) for node in focus]
        with context.changed(added, removed) as graph:
            kinds = _Kinds(graph)
            targets = ((target.shape, target.among(nodes, kinds)) for target in self._shapes)
            return self._report(targets, graph)

    def neighbourhood(self) -> Neighbourhood:
        """Make a graph that loads what :meth:`validate_shapes` asks for, for any number of validations."""
        return Neighbourhood(self._background)

    def validate_shapes(self, graph: Graph, focus: Mapping[Node, Collection[Node]]) -> Report:
        """Judge nodes by shapes (shape → nodes): each node by each of its shapes that targets it."""
        kinds = _Kinds(graph)
        targets = ((self._by_node[shape], nodes) for shape, nodes in focus.items() if shape in self._by_node)
        return self._report(((target.shape, target.among(nodes, kinds)) for target, nodes in targets), graph)

    def is_term(self, node: Node) -> bool:
        """Tell whether a node is a term of the ontology, which is not judged unless data speaks of it."""
        return node in self._terms

    def shapes_targeting(
        self, context: Context, added: Iterable[Triple], focus: Iterable[NamedNode | BlankNode]
    ) -> set[str]:
        """Give the IRIs of the shapes that target any ``focus`` node, in ``context`` with ``added``."""
        nodes = [to_rdflib(node) for node in focus]
        with context.changed(added, []) as graph:
            kinds = _Kinds(graph)
            targeting = [target.shape.node for target in self._shapes if target.among(nodes, kinds)]
        return {str(shape) for shape in targeting if isinstance(shape, URIRef)}

    def _report(self, targets: Iterable[tuple[Shape, Collection[Node]]], graph: Graph) -> Report:
        results: list[ShaclResult] = []
        with _telling_broken_shapes():
            for shape, nodes in targets:
                if nodes:
                    _conforms, found = shape.validate(SHACLExecutor(), graph, focus=list(nodes))
                    results.extend(found)
            findings = findings_of(results, self._shapes_graph)
        return Report.of(findings, _labels(findings, graph))


@dataclass(frozen=True)
class _Targets:
    """A shape with the targets it declares (SHACL §2.1.3), so that a node can be tested against them."""

    shape: Shape
    nodes: frozenset[Node]
    classes: frozenset[Node]
    subjects_of: tuple[Node, ...]
    objects_of: tuple[Node, ...]

    @classmethod
    def of(cls, shape: Shape) -> _Targets:
        nodes, classes, implicit, objects_of, subjects_of = shape.target()
        return cls(
            shape, frozenset(nodes), frozenset((*classes, *implicit)), tuple(subjects_of), tuple(objects_of)
        )

    def among(self, focus: Iterable[Node], kinds: _Kinds) -> list[Node]:
        """Choose the nodes that the shape targets, at a cost that does not grow with the graph."""
        return [node for node in focus if self._has(node, kinds)]

    def _has(self, node: Node, kinds: _Kinds) -> bool:
        graph = kinds.graph
        return (
            node in self.nodes
            or any((node, path, None) in graph for path in self.subjects_of)
            or any((None, path, node) in graph for path in self.objects_of)
            or (bool(self.classes) and not self.classes.isdisjoint(kinds.of(node)))
        )


class _Kinds:
    """The classes of nodes in a graph that does not change meanwhile, with those above them."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._found: dict[Node, frozenset[Node]] = {}

    def of(self, node: Node) -> frozenset[Node]:
        """Give the classes of a node (SHACL §1.1, SHACL instance)."""
        if node not in self._found:
            self._found[node] = frozenset(
                wider
                for kind in self.graph.objects(node, RDF.type)
                for wider in self.graph.transitive_objects(kind, RDFS.subClassOf)
                if wider is not None
            )
        return self._found[node]


def _graph(triples: Iterable[Triple]) -> Graph:
    graph = Graph()
    for triple in triples_to_rdflib(triples):
        graph.add(triple)
    return graph


def _background(ontology: Graph, code_lists: Collection[Node]) -> Iterator[RdflibTriple]:
    """Give what shapes need of an ontology: hierarchy of named classes, declarations, code lists."""
    for triple in ontology.triples((None, RDFS.subClassOf, None)):
        if not any(isinstance(term, BNode) for term in triple):
            yield triple
    for term, kind in ontology.subject_objects(RDF.type):
        if kind in _DECLARATIONS and isinstance(term, URIRef):
            yield term, RDF.type, kind
    for concept in code_lists:
        yield from ontology.triples((concept, None, None))


def _labels(findings: Iterable[Finding], graph: Graph) -> dict[str, str]:
    nodes = {finding.focus for finding in findings if not finding.focus.startswith(('"', "_:"))}
    labels = {node: _label(URIRef(node), graph) for node in nodes}
    return {node: label for node, label in labels.items() if label}


def _label(node: URIRef, graph: Graph) -> str | None:
    labels = [label for kind in _LABELS for label in graph.objects(node, kind) if isinstance(label, Literal)]
    return min(
        map(str, (label for label in labels if label.language == "en")),
        default=min(map(str, labels), default=None),
    )


@contextmanager
def _telling_broken_shapes() -> Iterator[None]:
    try:
        yield
    except _BROKEN_SHAPES as error:
        reason = str(getattr(error, "message", "")) or str(error)
        raise InputError(
            f"The shapes cannot be applied: {reason}",
            remedy="Mend the file in shapes/ that says this, or give an IRI to the blank node that it meets.",
        ) from error
