"""Property paths (SHACL §2.3.1) over the columns of a graph: set to set, not node by node."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Protocol

from khyber.rdf.namespaces import PREFIXES
from khyber.validation.compiled.columns import Column, Columns, Node, reached


class Path(Protocol):
    """What leads from a node to others."""

    def from_all(self, graph: Columns, nodes: AbstractSet[Node]) -> Column:
        """Give node → what it leads to, for those of the nodes from which it leads anywhere."""

    def inverse(self) -> Path:
        """Give the path that leads back."""

    def sparql(self, *, top: bool = True) -> str:
        """Write the path as pySHACL does in SPARQL, in brackets within another where it needs them."""

    def spread(self, graph: Columns) -> float:
        """Guess to how many nodes it leads from one; for a choice between orders, not for an answer."""


@dataclass(frozen=True)
class Step:
    """One property, forward or back."""

    predicate: str
    back: bool = False

    def from_all(self, graph: Columns, nodes: AbstractSet[Node]) -> Column:
        """Walk from all nodes at once."""
        column = self._column(graph)
        if len(nodes) < len(column):
            return {node: column[node] for node in nodes if node in column}
        return {node: found for node, found in column.items() if node in nodes}

    def inverse(self) -> Path:
        """Give the path that leads back."""
        return Step(self.predicate, not self.back)

    def sparql(self, *, top: bool = True) -> str:  # noqa: ARG002 - a step needs no brackets
        """Write the path as pySHACL does in SPARQL."""
        return f"{'^' * self.back}{_name(self.predicate)}"

    def spread(self, graph: Columns) -> float:
        """Guess to how many nodes it leads from one."""
        column = self._column(graph)
        other = graph.objects(self.predicate) if self.back else graph.subjects(self.predicate)
        return max(len(other), len(column)) / len(column) if column else 0.0

    def _column(self, graph: Columns) -> Column:
        return graph.subjects(self.predicate) if self.back else graph.objects(self.predicate)


@dataclass(frozen=True)
class Chain:
    """Paths one after the other."""

    parts: tuple[Path, ...]

    def from_all(self, graph: Columns, nodes: AbstractSet[Node]) -> Column:
        """Walk from all nodes at once."""
        first, *rest = self.parts
        found = first.from_all(graph, nodes)
        for part in rest:
            onward = part.from_all(graph, {node for ends in found.values() for node in ends})
            found = _composed(found, onward)
        return found

    def inverse(self) -> Path:
        """Give the path that leads back."""
        return Chain(tuple(part.inverse() for part in reversed(self.parts)))

    def sparql(self, *, top: bool = True) -> str:
        """Write the path as pySHACL does in SPARQL."""
        return _bracketed(" / ".join(part.sparql(top=False) for part in self.parts), top)

    def spread(self, graph: Columns) -> float:
        """Guess to how many nodes it leads from one."""
        product = 1.0
        for part in self.parts:
            product *= part.spread(graph)
        return product


@dataclass(frozen=True)
class Choice:
    """One of several paths."""

    parts: tuple[Path, ...]

    def from_all(self, graph: Columns, nodes: AbstractSet[Node]) -> Column:
        """Walk from all nodes at once."""
        columns = [column for part in self.parts if (column := part.from_all(graph, nodes))]
        if len(columns) < 2:
            return columns[0] if columns else {}
        merged: dict[Node, set[Node]] = {}
        for column in columns:
            for node, found in column.items():
                merged.setdefault(node, set()).update(found)
        return merged

    def inverse(self) -> Path:
        """Give the path that leads back."""
        return Choice(tuple(part.inverse() for part in self.parts))

    def sparql(self, *, top: bool = True) -> str:
        """Write the path as pySHACL does in SPARQL."""
        return _bracketed(" | ".join(part.sparql(top=False) for part in self.parts), top)

    def spread(self, graph: Columns) -> float:
        """Guess to how many nodes it leads from one."""
        return sum(part.spread(graph) for part in self.parts)


@dataclass(frozen=True)
class Repeat:
    """A path any number of times (``*``), once or more (``+``), or once at most (``?``)."""

    part: Path
    sign: str

    def from_all(self, graph: Columns, nodes: AbstractSet[Node]) -> Column:
        """Walk from all nodes at once."""
        once = self.part.from_all(graph, nodes)
        if self.sign == "?":
            return {node: {node, *once.get(node, ())} for node in nodes}
        edges = self._edges(graph, once)
        if self.sign == "*":
            return {node: reached(edges, (node,)) for node in nodes}
        return {node: reached(edges, found) for node, found in once.items()}

    def inverse(self) -> Path:
        """Give the path that leads back."""
        return Repeat(self.part.inverse(), self.sign)

    def sparql(self, *, top: bool = True) -> str:  # noqa: ARG002 - a repetition needs no brackets
        """Write the path as pySHACL does in SPARQL."""
        return f"{self.part.sparql(top=False)}{self.sign}"

    def spread(self, graph: Columns) -> float:
        """Guess to how many nodes it leads from one."""
        return 4 * self.part.spread(graph) + 1

    def _edges(self, graph: Columns, once: Column) -> Column:
        """Give all edges of the part that can be walked from where it led once."""
        edges = dict(once)
        asked = set(once)
        level = {node for found in once.values() for node in found} - asked
        while level:
            found_now = self.part.from_all(graph, level)
            edges.update(found_now)
            asked |= level
            level = {node for found in found_now.values() for node in found} - asked
        return edges


def _composed(first: Column, second: Column) -> Column:
    composed: dict[Node, Collection[Node]] = {}
    for node, middles in first.items():
        if len(middles) == 1:
            (middle,) = middles
            if middle in second:
                composed[node] = second[middle]
        elif found := {end for middle in middles for end in second.get(middle, ())}:
            composed[node] = found
    return composed


def _bracketed(text: str, top: bool) -> str:
    return text if top else f"({text})"


def _name(iri: str) -> str:
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri.replace(namespace, '')}"
    return f"<{iri}>"
