"""The compile of a shapes graph, and what is left of it to pySHACL, by name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from pyoxigraph import Literal, Triple

from khyber.rdf.namespaces import RDFS, SH, SKOS
from khyber.validation.compiled.background import Background
from khyber.validation.compiled.columns import Columns, Node, is_blank
from khyber.validation.compiled.constraints import Constraint
from khyber.validation.compiled.patterns import NeedsReference
from khyber.validation.compiled.queries import Unread, read_select
from khyber.validation.compiled.reading import ShapesGraph, Uncovered, read_constraints
from khyber.validation.compiled.shapes import Rule, Shape, Targets
from khyber.validation.compiled.values import Incomparable
from khyber.validation.findings import SEVERITIES, Finding, Report, Severity

_LABELS = (SKOS + "prefLabel", RDFS + "label")
_TARGETS = ("targetNode", "targetClass", "targetSubjectsOf", "targetObjectsOf")
_HOLD = ("property", "node", "not", "qualifiedValueShape")
_HOLD_LISTS = ("and", "or", "xone")


@dataclass(frozen=True)
class Verdict:
    """What compiled shapes found, and the names of those that pySHACL has to judge on this data."""

    report: Report
    left: frozenset[str]


@dataclass(frozen=True)
class CompiledShapes:
    """Shapes with targets, by name, and those that are not compiled, each with the reason."""

    shapes: Mapping[str, Shape]
    uncovered: Mapping[str, str]
    background: Background

    def columns(self, data: Iterable[Triple]) -> Columns:
        """Make a graph ready: what was asserted, and what shapes need of the ontology."""
        graph = Columns(data)
        graph.extend(self.background.triples)
        return graph

    def judge(self, data: Iterable[Triple]) -> Verdict:
        """Judge every node that a compiled shape targets, except the ontology's own terms.

        A term is judged all the same where ``data`` says something about it. Raises InputError for a triple
        that stands as a term.
        """
        graph = Columns(data)
        spared = self.background.terms - graph.described(self.background.terms)
        graph.extend(self.background.triples)
        return self._verdict(graph, lambda nodes: nodes - spared)

    def judge_focus(self, graph: Columns, focus: Collection[Node]) -> Verdict:
        """Judge only ``focus`` nodes, in a graph that :meth:`columns` made ready."""
        return self._verdict(graph, lambda nodes: nodes.intersection(focus))

    def _verdict(self, graph: Columns, choose: Callable[[set[Node]], AbstractSet[Node]]) -> Verdict:
        findings: list[Finding] = []
        left = set(self.uncovered)
        for name, shape in self.shapes.items():
            try:
                findings += list(shape.findings(graph, choose(shape.targets.chosen(graph))))
            except (Incomparable, NeedsReference):
                left.add(name)
        return Verdict(Report.of(findings, _labels(findings, graph)), frozenset(left))


def compile_shapes(ontology: Iterable[Triple], shapes: Iterable[Triple]) -> CompiledShapes:
    """Compile shapes; what is irregular in them is not covered, so that pySHACL says what it is."""
    graph = ShapesGraph(shapes)
    compiler = _Compiler(graph)
    compiled: dict[str, Shape] = {}
    uncovered: dict[str, str] = {}
    for node in sorted(_declared(graph), key=str):
        try:
            if graph.has_own_components():
                raise Uncovered("the graph declares constraint components of its own")
            shape = compiler.shape(node)
            if shape.targets:
                compiler.require_messages(node)
                compiled[str(node)] = shape
        except Uncovered as reason:
            uncovered[str(node)] = str(reason)
    return CompiledShapes(compiled, uncovered, Background.of(ontology))


def _declared(graph: ShapesGraph) -> set[Node]:
    """Give the nodes that are shapes (SHACL §2.1)."""
    found = graph.all_of("NodeShape") | graph.all_of("PropertyShape")
    found.update(node for name in (*_TARGETS, "property", "node") for node in graph.all_with(name))
    found.update(node for name in _HOLD for node in graph.all_given(name))
    for head in (node for name in _HOLD_LISTS for node in graph.all_given(name)):
        try:
            found.update(graph.members(head))
        except Uncovered:
            found.add(head)
    return found


class _Compiler:
    """Compiles each shape once; a shape that holds itself is not covered."""

    def __init__(self, graph: ShapesGraph) -> None:
        self._graph = graph
        self._done: dict[Node, Shape] = {}
        self._open: set[Node] = set()

    def shape(self, node: Node) -> Shape:
        if node in self._open:
            raise Uncovered("the shape holds itself")
        if node not in self._done:
            self._open.add(node)
            try:
                self._done[node] = self._compiled(node)
            finally:
                self._open.discard(node)
        return self._done[node]

    def require_messages(self, node: Node) -> None:
        """Raise Uncovered where a finding would have no message but the one that pySHACL makes up."""
        shape = self.shape(node)
        if shape.constraints and shape.message is None:
            raise Uncovered("a shape has no sh:message")
        for held in self._graph.values(node, "property"):
            self.require_messages(held)

    def _compiled(self, node: Node) -> Shape:
        graph = self._graph
        if isinstance(node, Literal):
            raise Uncovered("a literal is no shape")
        paths = graph.values(node, "path")
        kinds = graph.types(node)
        if (SH + "NodeShape" in kinds and paths) or (SH + "PropertyShape" in kinds and len(paths) != 1):
            raise Uncovered("the kind of the shape does not fit its sh:path")
        return Shape(
            targets=self._targets(node),
            path=graph.path(graph.one(node, "path")) if paths else None,
            severity=self._severity(node),
            message=self._message(graph.values(node, "message")),
            name=graph.named(node),
            constraints=tuple(self._constraints(node)),
            rules=tuple(self._rule(node, rule) for rule in graph.values(node, "sparql")),
            properties=tuple(self._property(held) for held in graph.values(node, "property")),
            active=not graph.is_true(node, "deactivated"),
        )

    def _constraints(self, node: Node) -> Iterable[Constraint]:
        return read_constraints(self._graph, node, self.shape)

    def _property(self, node: Node) -> Shape:
        shape = self.shape(node)
        if shape.path is None:
            raise Uncovered("sh:property leads to a shape without sh:path")
        return shape

    def _targets(self, node: Node) -> Targets:
        nodes, classes, subjects_of, objects_of = (set(self._graph.values(node, name)) for name in _TARGETS)
        if self._graph.is_class(node):
            classes.add(node)
        if any(isinstance(each, Literal) or is_blank(each) for each in (*subjects_of, *objects_of)):
            raise Uncovered("a target is no property")
        return Targets(
            frozenset(nodes),
            frozenset(classes),
            frozenset(map(str, subjects_of)),
            frozenset(map(str, objects_of)),
        )

    def _severity(self, node: Node) -> Severity:
        found = self._graph.values(node, "severity")
        name = str(self._graph.one(node, "severity")).removeprefix(SH) if found else "Violation"
        return next((known for known in SEVERITIES if known == name), "Violation")

    def _message(self, messages: list[Node]) -> str | None:
        """Choose the English message, as khyber.validation.results does."""
        texts = [message for message in messages if isinstance(message, Literal)]
        if len(texts) != len(messages):
            raise Uncovered("sh:message is no literal")
        return min(texts, key=_rank).value if texts else None

    def _rule(self, node: Node, rule: Node) -> Rule:
        graph = self._graph
        if graph.values(node, "path") or graph.is_true(rule, "deactivated") or graph.values(rule, "prefixes"):
            raise Uncovered("sh:sparql with a path, with prefixes or out of use")
        own = self._message(graph.values(rule, "message"))
        of_shape = graph.values(node, "message")
        message = own if own is not None else self._message(of_shape)
        if message is None or "{" in message or (own is not None and self._outranked(rule, of_shape)):
            raise Uncovered("sh:sparql whose message depends on what is found")
        try:
            return Rule(read_select(graph.text(rule, "select")), message)
        except Unread:
            raise Uncovered("sh:select is no plain pattern") from None

    def _outranked(self, rule: Node, of_shape: list[Node]) -> bool:
        """Say whether the shape's message has a better language than the rule's own."""
        own = min(_rank(each)[0] for each in self._graph.values(rule, "message") if isinstance(each, Literal))
        return any(_rank(each)[0] < own for each in of_shape if isinstance(each, Literal))


def _rank(message: Literal) -> tuple[int, str]:
    language = message.language or ""
    return (0 if language.startswith("en") else 1 if not language else 2, message.value)


def _labels(findings: Iterable[Finding], graph: Columns) -> dict[str, str]:
    nodes = {finding.focus for finding in findings if not finding.focus.startswith(('"', "_:"))}
    labels = {node: _label(node, graph) for node in nodes}
    return {node: label for node, label in labels.items() if label}


def _label(node: str, graph: Columns) -> str | None:
    found = [label for kind in _LABELS for label in graph.objects(kind).get(node, ())]
    labels = [label for label in found if isinstance(label, Literal)]
    return min(
        (label.value for label in labels if label.language == "en"),
        default=min((label.value for label in labels), default=None),
    )
