"""Where the query of an ``sh:sparql`` rule looks: its patterns, by groups, with their paths.

A group is what must hold together; a group inside another (OPTIONAL, a branch of UNION, EXISTS, MINUS) is
matched together with what is around it. So a solution that uses a triple in one pattern uses triples in all
patterns of the same group and of the groups around it: that is how the nodes are found for which a changed
triple can matter, and the triples that the query can meet when it is asked about a node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import rdflib
from pyoxigraph import NamedNode
from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath
from rdflib.paths import Path as RdflibPath
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue

from khyber.errors import InputError
from khyber.rdf.terms import Term
from khyber.validation.paths import Alternative, Link, Optional, Path, Repeated, Sequence, inverse
from khyber.validation.terms import from_rdflib

THIS = "this"


@dataclass(frozen=True)
class Pattern:
    """A triple pattern: variables as names, everything else as terms."""

    subject: str | Term
    path: Path
    value: str | Term

    @property
    def variables(self) -> frozenset[str]:
        """The names of its variables."""
        return frozenset(end for end in (self.subject, self.value) if isinstance(end, str))


@dataclass(frozen=True)
class Group:
    """Patterns of a group (``own``), and those of the groups around it too (``all``).

    ``required``: without a match of the group the query has no solution.
    """

    own: tuple[Pattern, ...]
    all: tuple[Pattern, ...]
    required: bool


def groups_of(text: str) -> tuple[Group, ...]:
    """Give the groups of a query; raises InputError where it uses what cannot be followed."""
    try:
        algebra = prepareQuery(text).algebra
    except Exception as error:  # rdflib raises what its parser raises, and plain Exceptions besides
        raise InputError(
            f"The query of an sh:sparql rule cannot be parsed: {error}", remedy=f"Mend it:\n{text}"
        ) from error
    groups = tuple(group for group in _groups(algebra, (), text) if group.own)
    for group in groups:
        _refuse_unconnected(group, text)
    return groups


def _groups(node: Any, around: tuple[Pattern, ...], text: str, *, required: bool = True) -> Iterator[Group]:
    opened: list[Any] = []
    own = tuple(_patterns(node, opened, text))
    yield Group(own, (*around, *own), required)
    for inner in opened:
        yield from _groups(inner, (*around, *own), text, required=False)


def _patterns(node: Any, opened: list[Any], text: str) -> Iterator[Pattern]:
    """Yield the patterns of one group, and put the parts that open groups of their own into ``opened``."""
    if isinstance(node, list | tuple):
        for each in node:
            yield from _patterns(each, opened, text)
    elif isinstance(node, CompValue):
        if node.name in _NOT_FOLLOWED:
            raise InputError(
                f"The query of an sh:sparql rule uses {node.name}, whose reach cannot be told.",
                remedy=f"Write it without subqueries, VALUES, GRAPH and aggregates:\n{text}",
            )
        if node.name == "BGP":
            yield from map(_pattern, node.triples)
        elif node.name in _OPENS_GROUPS:
            here, groups = _OPENS_GROUPS[node.name](node)
            opened += groups
            yield from _patterns(here, opened, text)
        else:
            parts = [part for name, part in node.items() if name not in _NO_PATTERNS]
            yield from _patterns(parts, opened, text)


_NOT_FOLLOWED = frozenset(("ToMultiSet", "Graph", "ServiceGraphPattern", "Group", "AggregateJoin"))
_NO_PATTERNS = frozenset(("_vars", "PV", "datasetClause", "var"))
_OPENS_GROUPS: dict[str, Callable[[Any], tuple[Any, list[Any]]]] = {
    "LeftJoin": lambda node: (node.p1, [[node.p2, node.expr]]),
    "Minus": lambda node: (node.p1, [node.p2]),
    "Union": lambda node: ([], [node.p1, node.p2]),
    "Builtin_EXISTS": lambda node: ([], [node.graph]),
    "Builtin_NOTEXISTS": lambda node: ([], [node.graph]),
}
"""What opens groups of its own → the part that belongs to the group around it, and those groups."""


def _pattern(triple: tuple[Any, Any, Any]) -> Pattern:
    subject, predicate, value = triple
    return Pattern(_end(subject), path_of(predicate), _end(value))


def _end(term: Any) -> str | Term:
    if isinstance(term, rdflib.Variable):
        return str(term)
    if isinstance(term, rdflib.BNode):
        return f"_:{term}"
    return from_rdflib(term)


def path_of(predicate: Any) -> Path:
    """Read a path of rdflib; raises InputError for a variable or a negated set."""
    if isinstance(predicate, rdflib.URIRef):
        return Link(NamedNode(str(predicate)))
    if isinstance(predicate, InvPath):
        return inverse(path_of(predicate.arg))
    if isinstance(predicate, SequencePath):
        return Sequence(tuple(map(path_of, predicate.args)))
    if isinstance(predicate, AlternativePath):
        return Alternative(tuple(map(path_of, predicate.args)))
    if isinstance(predicate, MulPath):
        return _repeated(predicate)
    kind = "a negated property set" if isinstance(predicate, RdflibPath) else "a variable as property"
    raise InputError(f"The query of an sh:sparql rule uses {kind}, whose reach cannot be told.")


def _repeated(path: MulPath) -> Path:
    part = path_of(path.path)
    if not path.more:
        return Optional(part)
    return Repeated(part, 0 if path.zero else 1)


def _refuse_unconnected(group: Group, text: str) -> None:
    reached = {THIS}
    waiting = list(group.all)
    while joining := [pattern for pattern in waiting if pattern.variables & reached]:
        reached.update(*(pattern.variables for pattern in joining))
        waiting = [pattern for pattern in waiting if pattern not in joining]
    if waiting:
        raise InputError(
            "A pattern of the query of an sh:sparql rule is not joined to $this: its reach cannot be told.",
            remedy=f"Join every pattern to $this:\n{text}",
        )


def variables_of(patterns: Iterable[Pattern]) -> frozenset[str]:
    """Give the variables of some patterns."""
    return frozenset(name for pattern in patterns for name in pattern.variables)
