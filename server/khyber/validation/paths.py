"""Property paths (SHACL §2.3.1, SPARQL §9): read from a shapes graph, and walked backwards and forwards.

A path is kept with its inversions pushed down to its links, so that walking it backwards is walking its
inverse forwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from pyoxigraph import NamedNode

from khyber.rdf.terms import Term


class Lookups(Protocol):
    """A graph that can be asked what a node leads to by a property, and what leads to it."""

    def objects(self, subject: Term, predicate: NamedNode) -> Iterable[Term]:
        """Give the values of a property of a node; none for a literal."""

    def subjects(self, predicate: NamedNode, value: Term) -> Iterable[Term]:
        """Give the nodes with this value of a property."""


@dataclass(frozen=True)
class Link:
    """One property, or its inverse."""

    predicate: NamedNode
    inverse: bool = False


@dataclass(frozen=True)
class Sequence:
    """Paths one after the other; none is the path from a node to itself."""

    parts: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Alternative:
    """Any of some paths."""

    parts: tuple[Path, ...]


@dataclass(frozen=True)
class Repeated:
    """A path taken again and again; ``least`` times (0 or 1) at least."""

    part: Path
    least: int


@dataclass(frozen=True)
class Optional:
    """A path taken once or not at all."""

    part: Path


Path = Link | Sequence | Alternative | Repeated | Optional

HERE = Sequence()
"""The path from a node to itself."""


def joined(first: Path, second: Path) -> Path:
    """Give the path that is one and then the other, flat, so that equal paths are equal."""
    return _flat(_parts(first) + _parts(second))


def inverse(path: Path) -> Path:
    """Give the path that leads back."""
    if isinstance(path, Link):
        return Link(path.predicate, not path.inverse)
    if isinstance(path, Sequence):
        return Sequence(tuple(inverse(part) for part in reversed(path.parts)))
    if isinstance(path, Alternative):
        return Alternative(tuple(map(inverse, path.parts)))
    if isinstance(path, Repeated):
        return Repeated(inverse(path.part), path.least)
    return Optional(inverse(path.part))


def ends(path: Path, starts: Iterable[Term], graph: Lookups) -> Iterator[Term]:
    """Yield the nodes where a path from any of the ``starts`` ends, as they are found, some perhaps twice."""
    if isinstance(path, Link):
        for node in starts:
            found = (
                graph.subjects(path.predicate, node) if path.inverse else graph.objects(node, path.predicate)
            )
            yield from found
    elif isinstance(path, Sequence):
        nodes = iter(starts)
        for part in path.parts:
            nodes = ends(part, nodes, graph)
        yield from nodes
    elif isinstance(path, Alternative):
        begun = list(starts)
        for part in path.parts:
            yield from ends(part, begun, graph)
    elif isinstance(path, Optional):
        begun = list(starts)
        yield from begun
        yield from ends(path.part, begun, graph)
    else:
        yield from _repeated(path, starts, graph)


def _repeated(path: Repeated, starts: Iterable[Term], graph: Lookups) -> Iterator[Term]:
    level = dict.fromkeys(starts)
    seen: set[Term] = set()
    if path.least == 0:
        yield from level
        seen.update(level)
    while level:
        following: dict[Term, None] = {}
        for node in ends(path.part, level, graph):
            if node not in seen:
                seen.add(node)
                following[node] = None
                yield node
        level = following


@dataclass(frozen=True)
class Crossing:
    """A link that a path crosses, with the path that leads to it and the path that leads on."""

    link: Link
    before: Path
    after: Path


def crossings(path: Path, before: Path = HERE, after: Path = HERE) -> Iterator[Crossing]:
    """Yield every link that the path may cross."""
    if isinstance(path, Link):
        yield Crossing(path, before, after)
    elif isinstance(path, Sequence):
        for place, part in enumerate(path.parts):
            following = joined(Sequence(path.parts[place + 1 :]), after)
            yield from crossings(part, before, following)
            before = joined(before, part)
    elif isinstance(path, Alternative):
        for part in path.parts:
            yield from crossings(part, before, after)
    elif isinstance(path, Repeated):
        again = Repeated(path.part, 0)
        yield from crossings(path.part, joined(before, again), joined(again, after))
    else:
        yield from crossings(path.part, before, after)


def _parts(path: Path) -> tuple[Path, ...]:
    return path.parts if isinstance(path, Sequence) else (path,)


def _flat(parts: tuple[Path, ...]) -> Path:
    return parts[0] if len(parts) == 1 else Sequence(parts)
