"""Shapes as they judge sets of nodes: their targets, their constraints, and the findings that they make."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from khyber.rdf.namespaces import SH
from khyber.validation.compiled.columns import Columns, Node
from khyber.validation.compiled.constraints import Constraint, Judged
from khyber.validation.compiled.paths import Path, Step
from khyber.validation.compiled.patterns import Select
from khyber.validation.findings import Finding, Severity
from khyber.validation.names import text_of


@dataclass(frozen=True)
class Targets:
    """What a shape judges (SHACL §2.1.3)."""

    nodes: frozenset[Node] = frozenset()
    classes: frozenset[Node] = frozenset()
    subjects_of: frozenset[str] = frozenset()
    objects_of: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.nodes or self.classes or self.subjects_of or self.objects_of)

    def chosen(self, graph: Columns) -> set[Node]:
        """Give the nodes of a graph that the shape judges."""
        return set(self.nodes).union(
            *(graph.instances(kind) for kind in self.classes),
            *(graph.objects(predicate) for predicate in self.subjects_of),
            *(graph.subjects(predicate) for predicate in self.objects_of),
        )


@dataclass(frozen=True)
class Rule:
    """An sh:sparql constraint, with its message."""

    query: Select
    message: str


@dataclass(frozen=True)
class Shape:
    """A shape: ``path`` is None on a node shape; ``name`` is the IRI that its findings name."""

    targets: Targets
    path: Path | None
    severity: Severity
    message: str | None
    name: str | None
    constraints: tuple[Constraint, ...]
    rules: tuple[Rule, ...]
    properties: tuple[Shape, ...]
    active: bool = True

    def failing(self, graph: Columns, nodes: AbstractSet[Node]) -> set[Node]:
        """Give the nodes that do not conform to the shape."""
        if not nodes or not self.active:
            return set()
        judged = self._judged(graph, nodes)
        failed = {node for constraint in self.constraints for node, _ in constraint(judged)}
        failed.update(node for rule in self.rules for node, _ in rule.query.rows(graph, list(nodes)))
        for shape in self.properties:
            failed.update(node for node, _ in judged.holding(shape.failing(graph, judged.all_values())))
        return failed

    def findings(self, graph: Columns, nodes: AbstractSet[Node]) -> Iterator[Finding]:
        """Give what is wrong with the nodes, by this shape and the property shapes that it holds."""
        if not nodes or not self.active:
            return
        judged = self._judged(graph, nodes)
        for constraint in self.constraints:
            component = f"{SH}{constraint.component}ConstraintComponent"
            for node, value in constraint(judged):
                yield self._finding(node, value, component, self.message or "")
        for rule in self.rules:
            for node, value in rule.query.rows(graph, list(nodes)):
                found = node if value is None else value
                yield self._finding(node, found, f"{SH}SPARQLConstraintComponent", rule.message)
        if self.properties:
            values = judged.all_values()
            for shape in self.properties:
                yield from shape.findings(graph, values)

    def _judged(self, graph: Columns, nodes: AbstractSet[Node]) -> Judged:
        if self.path is None:
            return Judged(graph, nodes, {node: (node,) for node in nodes})
        return Judged(graph, nodes, self.path.from_all(graph, nodes))

    def _finding(self, node: Node, value: Node | None, component: str, message: str) -> Finding:
        return Finding(
            severity=self.severity,
            message=message,
            focus=_text(node),
            path=self._path_text(),
            value=None if value is None else _text(value),
            shape=self.name,
            constraint=component,
        )

    def _path_text(self) -> str | None:
        if isinstance(self.path, Step) and not self.path.back:
            return self.path.predicate
        return self.path.sparql() if self.path else None


def _text(node: Node) -> str:
    return node if isinstance(node, str) else text_of(node)
