"""The queries of sh:sparql rules (SHACL §5) that are basic graph patterns with filters, over columns.

``SELECT $this ?value WHERE { … }`` with triples, property paths, ``FILTER (?a != ?b)``, ``FILTER EXISTS`` and
``FILTER NOT EXISTS``, and full IRIs. Any other query is for pySHACL. The order of the triples is chosen by
how far each property spreads in the graph at hand: a query is answered for each focus node, and the order
decides whether that takes a few steps or one for each pair of nodes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from khyber.validation.compiled.columns import Columns, Node
from khyber.validation.compiled.paths import Path

Solution = Mapping[str, Node]
"""Variable → node."""


class NeedsReference(Exception):
    """What a query asks depends on how a SPARQL engine compares literals: pySHACL is to be asked."""


@dataclass(frozen=True)
class Variable:
    """A variable, by its name."""

    name: str


End = Variable | str
"""What stands at an end of a triple: a variable or an IRI."""


@dataclass(frozen=True)
class TriplePattern:
    """A path between two ends."""

    subject: End
    path: Path
    object: End

    def variables(self) -> set[str]:
        """Give the names of its variables."""
        return {end.name for end in (self.subject, self.object) if isinstance(end, Variable)}


@dataclass(frozen=True)
class Comparison:
    """``FILTER (a = b)``, or ``!=``."""

    one: End
    other: End
    equal: bool

    def holds(self, solution: Solution) -> bool:
        """Compare two resources; raises NeedsReference for a literal and for what is not bound."""
        one, other = (_node(end, solution) for end in (self.one, self.other))
        if not isinstance(one, str) or not isinstance(other, str):
            raise NeedsReference
        return (one == other) is self.equal


@dataclass(frozen=True)
class Existence:
    """``FILTER EXISTS { … }``, or NOT EXISTS."""

    group: Group
    wanted: bool


@dataclass(frozen=True)
class Group:
    """Triples, and the filters over them."""

    triples: tuple[TriplePattern, ...]
    filters: tuple[Comparison | Existence, ...]

    def variables(self) -> set[str]:
        """Give the variables that its triples bind."""
        return {name for triple in self.triples for name in triple.variables()}


@dataclass(frozen=True)
class Select:
    """A query: ``value`` tells whether it selects ?value beside $this."""

    group: Group
    value: bool

    def rows(self, graph: Columns, nodes: Sequence[Node]) -> Iterator[tuple[Node, Node | None]]:
        """Give for each focus node the values that the query finds; None where it finds no value."""
        plan = _Plan(self.group, graph, {"this"})
        for node in nodes:
            for solution in plan.solutions({"this": node}):
                yield node, solution.get("value") if self.value else None


class _Plan:
    """A group with its triples in the order in which they are asked, for variables that are known before."""

    def __init__(self, group: Group, graph: Columns, bound: set[str]) -> None:
        self._graph = graph
        self._steps = tuple(_ordered(group.triples, graph, bound))
        known = bound | group.variables()
        self._comparisons = [each for each in group.filters if isinstance(each, Comparison)]
        self._existences = [
            (_Plan(each.group, graph, known), each.wanted)
            for each in group.filters
            if isinstance(each, Existence)
        ]

    def solutions(self, solution: Solution, step: int = 0) -> Iterator[Solution]:
        if step < len(self._steps):
            for extended in _extended(solution, self._steps[step], self._graph):
                yield from self.solutions(extended, step + 1)
        elif all(comparison.holds(solution) for comparison in self._comparisons) and all(
            any(True for _ in plan.solutions(solution)) is wanted for plan, wanted in self._existences
        ):
            yield solution


def _ordered(triples: Sequence[TriplePattern], graph: Columns, bound: set[str]) -> Iterator[TriplePattern]:
    """Choose next, again and again, the triple that gives the fewest solutions from what is bound."""
    left, known = list(triples), set(bound)
    while left:
        chosen = min(left, key=lambda triple: _cost(triple, graph, known))
        left.remove(chosen)
        known |= chosen.variables()
        yield chosen


def _cost(triple: TriplePattern, graph: Columns, known: set[str]) -> float:
    is_bound = [not isinstance(end, Variable) or end.name in known for end in (triple.subject, triple.object)]
    if all(is_bound):
        return 0.0
    if not any(is_bound):
        return float("inf")
    return (triple.path if is_bound[0] else triple.path.inverse()).spread(graph)


def _extended(solution: Solution, triple: TriplePattern, graph: Columns) -> Iterator[Solution]:
    subject, thing = _node(triple.subject, solution), _node(triple.object, solution)
    path, start, end, target = triple.path, subject, thing, triple.object
    if subject is None:
        path, start, end, target = triple.path.inverse(), thing, None, triple.subject
    if start is None:
        raise NeedsReference  # nothing to start from: the query does not depend on $this
    found = path.from_all(graph, {start}).get(start, ())
    if end is not None:
        if end in found:
            yield solution
    elif isinstance(target, Variable):
        for node in found:
            yield {**solution, target.name: node}


def _node(end: End, solution: Solution) -> Node | None:
    return solution.get(end.name) if isinstance(end, Variable) else end
