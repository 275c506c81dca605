"""The focus set of a change: the nodes, for each shape, whose verdict the change can have altered.

A node is in focus for a shape if the shape looks across a changed link when it judges the node: the change
touches its target (a class, a property), a property of its own, or a link at the end of a path, however
long, of the shape or of a shape that it holds. A link that was removed is looked for in the graph as it was,
one that was added in the graph as it becomes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from khyber.rdf.terms import Term
from khyber.validation.asserted import Asserted, AssertedGraph
from khyber.validation.bindings import bound
from khyber.validation.paths import HERE, Crossing, Link, Path, crossings, ends, inverse
from khyber.validation.query_paths import THIS, Group, Pattern, groups_of
from khyber.validation.shape_paths import TYPE, Look, Node, QueryLook, ShapesReader, TargetedShape

Focus = Mapping[Node, Collection[Term]]
"""Shape → the nodes that it has to judge anew, if it targets them."""


@dataclass(frozen=True)
class _Lookout:
    """Where a changed link is seen from: the path from the judged node, and the end of the link it meets."""

    before: Path
    from_value: bool
    classes: frozenset[NamedNode] | None = None


@dataclass(frozen=True)
class _QueryLookout:
    """A pattern of a query that a changed link can match, the crossing, and the group it stands in."""

    before: Path
    crossing: Crossing
    pattern: Pattern
    group: Group


class Reach:
    """Which shapes look across a link, and from where; read from the shapes once.

    Raises InputError for a shape whose reach cannot be told.
    """

    def __init__(self, shapes: Iterable[Triple], ontology: Iterable[Triple]) -> None:
        reader = ShapesReader(shapes, ontology)
        self.shapes: tuple[TargetedShape, ...] = tuple(reader.targeted())
        self._lookouts: dict[NamedNode, dict[_Lookout, set[Node]]] = defaultdict(lambda: defaultdict(set))
        self._queries: dict[NamedNode, dict[_QueryLookout, set[Node]]] = defaultdict(lambda: defaultdict(set))
        self._anything: dict[Path, set[Node]] = defaultdict(set)
        for shape in self.shapes:
            self._watch_targets(shape)
            for look in shape.looks:
                self._watch(look, shape.node)
            for query in shape.queries:
                self._watch_query(query, shape.node)

    def focus(self, graph: AssertedGraph, added: Collection[Triple], removed: Collection[Triple]) -> Focus:
        """Give the focus of a change of the asserted triples, in which it is not made yet.

        ``removed`` are named as the store writes them.
        """
        around = Asserted(graph, added, with_ontology=True)
        found: dict[Node, set[Term]] = defaultdict(set)
        seen_from: dict[tuple[Path, Term], frozenset[Term]] = {}
        questions = _Questions(around)
        for triple in (*added, *removed):
            for path, node, shapes in self._views(triple):
                key = path, node
                if key not in seen_from:
                    seen_from[key] = frozenset(ends(inverse(path), (node,), around))
                for shape in shapes:
                    found[shape] |= seen_from[key]
            for query, shapes in self._queries.get(triple.predicate, {}).items():
                for shape in shapes:
                    found[shape] |= questions.judged(query, triple)
        return {shape: nodes for shape, nodes in found.items() if nodes}

    def _views(self, triple: Triple) -> Iterator[tuple[Path, Term, set[Node]]]:
        for lookout, shapes in self._lookouts.get(triple.predicate, {}).items():
            if lookout.classes is None or triple.object in lookout.classes:
                yield lookout.before, triple.object if lookout.from_value else triple.subject, shapes
        for path, shapes in self._anything.items():
            yield path, triple.subject, shapes

    def _watch_targets(self, shape: TargetedShape) -> None:
        if shape.classes:
            self._lookouts[TYPE][_Lookout(HERE, from_value=False, classes=shape.classes)].add(shape.node)
        for predicate in shape.subjects_of:
            self._lookouts[predicate][_Lookout(HERE, from_value=False)].add(shape.node)
        for predicate in shape.objects_of:
            self._lookouts[predicate][_Lookout(HERE, from_value=True)].add(shape.node)

    def _watch(self, look: Look, shape: Node) -> None:
        if look.anything:
            self._anything[look.path].add(shape)
        for crossing in crossings(look.path):
            at_the_end = crossing.after == HERE and crossing.link.predicate == TYPE
            lookout = _Lookout(crossing.before, crossing.link.inverse, look.classes if at_the_end else None)
            self._lookouts[crossing.link.predicate][lookout].add(shape)

    def _watch_query(self, query: QueryLook, shape: Node) -> None:
        for group in groups_of(query.text):
            for pattern in group.own:
                for crossing in crossings(pattern.path):
                    lookout = _QueryLookout(query.path, crossing, pattern, group)
                    self._queries[crossing.link.predicate][lookout].add(shape)


class _Questions:
    """Which nodes a query is about when a link changes; each question is answered once."""

    def __init__(self, graph: Asserted) -> None:
        self._graph = graph
        self._answers: dict[tuple[Path, Group, frozenset[tuple[str, Term]]], frozenset[Term]] = {}

    def judged(self, query: _QueryLookout, triple: Triple) -> frozenset[Term]:
        """Find the judged nodes for which a solution of the query can use the triple in this pattern."""
        known = self._matched(query, triple)
        key = query.before, query.group, frozenset((name, node) for name in known for node in known[name])
        if key not in self._answers:
            found = bound(query.group.all, known, self._graph, (THIS,))
            nodes = ends(inverse(query.before), found[THIS], self._graph) if found else ()
            self._answers[key] = frozenset(nodes)
        return self._answers[key]

    def _matched(self, query: _QueryLookout, triple: Triple) -> dict[str, set[Term]]:
        """Give what the variables of the pattern can stand for if it is matched by way of the triple.

        For a plain property the variable of the subject is enough, so that the statements about one node ask
        one question.
        """
        pattern, crossing = query.pattern, query.crossing
        if isinstance(pattern.path, Link) and not pattern.path.inverse and isinstance(pattern.subject, str):
            return {pattern.subject: {triple.subject}}
        first, second = triple.subject, triple.object
        ways = ((first, second), (second, first))
        before, after = ways[crossing.link.inverse]
        known: dict[str, set[Term]] = {}
        if isinstance(pattern.subject, str):
            known[pattern.subject] = set(ends(inverse(crossing.before), (before,), self._graph))
        if isinstance(pattern.value, str):
            values = set(ends(crossing.after, (after,), self._graph))
            known[pattern.value] = known.get(pattern.value, values) & values
        return known
