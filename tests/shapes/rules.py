"""The named shapes of a shapes graph, and which of them are rules of their own."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import BlankNode, NamedNode, Quad, Store, Triple

from khyber.rdf.namespaces import RDF, SH

_SHAPE_CLASSES = (SH + "NodeShape", SH + "PropertyShape")
_NO_CONSTRAINTS = {
    SH + name
    for name in (
        *("property", "path", "targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf"),
        *("name", "description", "message", "severity", "order", "group", "defaultValue", "deactivated"),
        *("prefixes", "flags", "ignoredProperties", "qualifiedValueShapesDisjoint"),
    )
}
_HOLDS = [
    *(SH + name for name in ("property", "node", "and", "or", "xone", "not", "qualifiedValueShape")),
    RDF + "first",
    RDF + "rest",
]


class Rules:
    """A shapes graph as the tests ask about it."""

    def __init__(self, shapes: Iterable[Triple]) -> None:
        self._store = Store()
        self._store.extend(Quad(triple.subject, triple.predicate, triple.object) for triple in shapes)

    def shapes(self) -> set[NamedNode | BlankNode]:
        """Every shape that is declared as one or that a named shape holds by sh:property."""
        declared = {node for kind in _SHAPE_CLASSES for node in self._subjects(RDF + "type", NamedNode(kind))}
        held = {
            quad.object
            for quad in self._store.quads_for_pattern(None, NamedNode(SH + "property"), None)
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | BlankNode)
        }
        return declared | held

    def rules(self) -> set[str]:
        """The IRIs of the shapes that state a constraint of their own, beyond holding property shapes."""
        return {
            node.value
            for node in self.shapes()
            if isinstance(node, NamedNode)
            and any(
                predicate.startswith(SH) and predicate not in _NO_CONSTRAINTS
                for predicate in self.values(node)
            )
        }

    def values(self, shape: NamedNode | BlankNode) -> dict[str, list[object]]:
        """Predicate → objects, of one shape."""
        found: dict[str, list[object]] = {}
        for quad in self._store.quads_for_pattern(shape, None, None):
            found.setdefault(quad.predicate.value, []).append(quad.object)
        return found

    def held_by(self, shapes: Iterable[NamedNode | BlankNode]) -> set[str]:
        """The IRIs of shapes and of all that they hold, directly or not."""
        reached: set[NamedNode | BlankNode] = set()
        level = list(shapes)
        while level:
            reached.update(level)
            level = [
                value
                for node in level
                for predicate in _HOLDS
                for value in self.values(node).get(predicate, [])
                if isinstance(value, NamedNode | BlankNode) and value not in reached
            ]
        return {node.value for node in reached if isinstance(node, NamedNode)}

    def _subjects(self, predicate: str, value: NamedNode) -> set[NamedNode | BlankNode]:
        quads = self._store.quads_for_pattern(None, NamedNode(predicate), value)
        return {quad.subject for quad in quads if isinstance(quad.subject, NamedNode | BlankNode)}
