"""The constraint components of SHACL Core (§4) over sets of nodes.

Each constraint takes all nodes that it judges, with what its shape's path leads to from each, and gives those
that break it. A node that a nested shape (sh:or, sh:not …) judges is judged in a set too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Protocol

from pyoxigraph import Literal

from khyber.validation.compiled.columns import Column, Columns, Node, is_blank
from khyber.validation.compiled.values import Order, bounded, has_datatype, precedes

Broken = Iterator[tuple[Node, Node | None]]
"""Focus nodes, with the value that is wrong where it is one value that is."""


@dataclass(frozen=True)
class Judged:
    """Nodes that are judged, and what the path leads to from each: no entry where it leads nowhere."""

    graph: Columns
    nodes: AbstractSet[Node]
    values: Column

    def all_values(self) -> set[Node]:
        """Give the values of all nodes."""
        return {value for found in self.values.values() for value in found}

    def holding(self, wrong: AbstractSet[Node]) -> Broken:
        """Give the nodes that have a wrong value, with it."""
        if wrong:
            for node, found in self.values.items():
                for value in found:
                    if value in wrong:
                        yield node, value


class Constraint(Protocol):
    """One constraint of one shape; ``component`` is the local name of its kind in the namespace of SHACL."""

    @property
    def component(self) -> str:
        """Give the name of the constraint component, without ``ConstraintComponent``."""

    def __call__(self, judged: Judged) -> Broken:
        """Give who breaks it."""


class Judge(Protocol):
    """A shape as the constraints that hold it see it."""

    def failing(self, graph: Columns, nodes: AbstractSet[Node]) -> set[Node]:
        """Give the nodes that do not conform to the shape."""


@dataclass(frozen=True)
class Each:
    """A constraint that each value keeps or breaks by itself, wherever it stands."""

    component: str
    keeps: Callable[[Node], bool]

    def __call__(self, judged: Judged) -> Broken:
        """Give who breaks it."""
        yield from judged.holding({value for value in judged.all_values() if not self.keeps(value)})


@dataclass(frozen=True)
class OfClass:
    """sh:class: each value is an instance."""

    kind: Node
    component: str = "Class"

    def __call__(self, judged: Judged) -> Broken:
        """Give who breaks it."""
        others = judged.all_values() - judged.graph.instances(self.kind)
        yield from judged.holding(others)


@dataclass(frozen=True)
class MinCount:
    """sh:minCount."""

    least: int
    component: str = "MinCount"

    def __call__(self, judged: Judged) -> Broken:
        """Give who breaks it."""
        if self.least == 1:
            yield from ((node, None) for node in judged.nodes - judged.values.keys())
        elif self.least > 1:
            yield from (
                (node, None) for node in judged.nodes if len(judged.values.get(node, ())) < self.least
            )


@dataclass(frozen=True)
class MaxCount:
    """sh:maxCount."""

    most: int
    component: str = "MaxCount"

    def __call__(self, judged: Judged) -> Broken:
        """Give who breaks it."""
        yield from ((node, None) for node, found in judged.values.items() if len(found) > self.most)


@dataclass(frozen=True)
class HasValue:
    """sh:hasValue."""

    value: Node
    component: str = "HasValue"

    def __call__(self, judged: Judged) -> Broken:
        """Give who breaks it."""
        yield from ((node, None) for node in judged.nodes if self.value not in judged.values.get(node, ()))


@dataclass(frozen=True)
class UniqueLang:
    """sh:uniqueLang."""

    component: str = "UniqueLang"

    def __call__(self, judged: Judged) -> Broken:
        """Give who breaks it."""
        for node, found in judged.values.items():
            if len(found) > 1:
                tags = Counter(value.language for value in found if isinstance(value, Literal))
                yield from ((node, None) for tag, count in tags.items() if tag and count > 1)


@dataclass(frozen=True)
class Equals:
    """sh:equals: the values are those of another property."""

    predicate: str
    component: str = "Equals"

    def __call__(self, judged: Judged) -> Broken:
        """Give who breaks it."""
        others = judged.graph.objects(self.predicate)
        for node in judged.nodes:
            found, other = judged.values.get(node, ()), others.get(node, ())
            if found is not other and (found or other):
                yield from ((node, value) for value in {*found} ^ {*other})


@dataclass(frozen=True)
class Disjoint:
    """sh:disjoint: no value is one of another property."""

    predicate: str
    component: str = "Disjoint"

    def __call__(self, judged: Judged) -> Broken:
        """Give who breaks it."""
        others = judged.graph.objects(self.predicate)
        for node, found in judged.values.items():
            for value in others.get(node, ()):
                if value in found:
                    yield node, value


@dataclass(frozen=True)
class Precedes:
    """sh:lessThan and sh:lessThanOrEquals: each value comes before each of another property."""

    predicate: str
    order: Order
    component: str

    def __call__(self, judged: Judged) -> Broken:
        """Give who breaks it."""
        others = judged.graph.objects(self.predicate)
        for node, found in judged.values.items():
            for value in found:
                # A blank value is refused even where there is nothing to compare it with.
                compared = others.get(node, ()) if not is_blank(value) else (value,)
                if sum(not precedes(value, other, self.order) for other in compared):
                    yield node, value


@dataclass(frozen=True)
class AnyOf:
    """sh:or: each value conforms to one of the shapes."""

    shapes: tuple[Judge, ...]
    component: str = "Or"

    def __call__(self, judged: Judged) -> Broken:
        """Give who breaks it."""
        left = judged.all_values()
        for shape in self.shapes:
            left = shape.failing(judged.graph, left)
        yield from judged.holding(left)


@dataclass(frozen=True)
class AllOf:
    """sh:and: each value conforms to all of the shapes."""

    shapes: tuple[Judge, ...]
    component: str = "And"

    def __call__(self, judged: Judged) -> Broken:
        """Give who breaks it."""
        values = judged.all_values()
        yield from judged.holding(
            set().union(*(shape.failing(judged.graph, values) for shape in self.shapes))
        )


@dataclass(frozen=True)
class OneOf:
    """sh:xone: each value conforms to exactly one of the shapes."""

    shapes: tuple[Judge, ...]
    component: str = "Xone"

    def __call__(self, judged: Judged) -> Broken:
        """Give who breaks it."""
        values = judged.all_values()
        failures = Counter(value for shape in self.shapes for value in shape.failing(judged.graph, values))
        yield from judged.holding({value for value in values if failures[value] != len(self.shapes) - 1})


@dataclass(frozen=True)
class Not:
    """sh:not: no value conforms to the shape."""

    shape: Judge
    component: str = "Not"

    def __call__(self, judged: Judged) -> Broken:
        """Give who breaks it."""
        values = judged.all_values()
        yield from judged.holding(values - self.shape.failing(judged.graph, values))


@dataclass(frozen=True)
class Qualified:
    """sh:qualifiedValueShape with one of its counts: so many values conform to the shape."""

    shape: Judge
    count: int
    component: str

    def __call__(self, judged: Judged) -> Broken:
        """Give who breaks it."""
        failing = self.shape.failing(judged.graph, judged.all_values())
        for node in judged.nodes:
            conforming = sum(value not in failing for value in judged.values.get(node, ()))
            if conforming < self.count if self.component == "QualifiedMinCount" else conforming > self.count:
                yield node, None


def of_datatype(datatype: str) -> Each:
    """Give sh:datatype."""
    return Each("Datatype", lambda value: has_datatype(value, datatype))


def matching(pattern: str, flags: str) -> Each:
    """Give sh:pattern; raises re.error for a pattern that Python cannot read."""
    ignored_case = re.IGNORECASE if "i" in flags else re.NOFLAG
    expression = re.compile(pattern, ignored_case | (re.MULTILINE if "m" in flags else re.NOFLAG))
    return Each("Pattern", lambda value: not is_blank(value) and expression.search(_text(value)) is not None)


def long_enough(least: int) -> Each:
    """Give sh:minLength."""
    return Each("MinLength", lambda value: not is_blank(value) and len(_text(value)) >= least)


def short_enough(most: int) -> Each:
    """Give sh:maxLength."""
    return Each("MaxLength", lambda value: not is_blank(value) and len(_text(value)) <= most)


def within(bound: Literal, order: Order, component: str) -> Each:
    """Give sh:minInclusive and its like."""
    return Each(component, lambda value: bounded(value, bound, order))


def among(members: Collection[Node]) -> Each:
    """Give sh:in."""
    allowed = frozenset(members)
    return Each("In", lambda value: value in allowed)


def in_languages(tags: Iterable[str]) -> Each:
    """Give sh:languageIn: a tag is taken as it is, or by what stands before its first hyphen."""
    allowed = frozenset(tag.lower() for tag in tags)

    def keeps(value: Node) -> bool:
        tag = value.language if isinstance(value, Literal) else None
        return bool(tag) and ("*" in allowed or tag in allowed or str(tag).partition("-")[0] in allowed)

    return Each("LanguageIn", keeps)


def of_kind(kinds: str) -> Each:
    """Give sh:nodeKind; ``kinds`` is its local name, such as ``BlankNodeOrIRI``."""

    def keeps(value: Node) -> bool:
        if isinstance(value, Literal):
            return "Literal" in kinds
        return ("BlankNode" if is_blank(value) else "IRI") in kinds

    return Each("NodeKind", keeps)


def _text(value: Node) -> str:
    return value.value if isinstance(value, Literal) else value
