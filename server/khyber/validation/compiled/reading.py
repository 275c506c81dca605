"""A shapes graph, read: each shape with its targets, its path and its constraints.

What is irregular, or not covered by :mod:`.constraints`, makes its shape :class:`Uncovered`, with the reason:
pySHACL judges such a shape, and says what is wrong with a broken one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from operator import ge, gt, le, lt

from pyoxigraph import Literal, Triple

from khyber.rdf.namespaces import OWL, RDF, RDFS, SH, XSD
from khyber.validation.compiled import constraints as made
from khyber.validation.compiled.columns import TYPE, Columns, Node, is_blank
from khyber.validation.compiled.constraints import Constraint, Judge
from khyber.validation.compiled.paths import Chain, Choice, Path, Repeat, Step

_FIRST, _REST, _NIL = (RDF + name for name in ("first", "rest", "nil"))
_WHOLE = re.compile("[0-9]{1,9}")
_REPEATED = {SH + "zeroOrMorePath": "*", SH + "oneOrMorePath": "+", SH + "zeroOrOnePath": "?"}
_ORDERS = {"minInclusive": ge, "minExclusive": gt, "maxInclusive": le, "maxExclusive": lt}
_PRECEDENCE = {"lessThan": lt, "lessThanOrEquals": le}
_LISTED: dict[str, Callable[[tuple[Judge, ...]], Constraint]] = {
    "and": made.AllOf,
    "or": made.AnyOf,
    "xone": made.OneOf,
}
_ONLY_ON_PROPERTIES = {"minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals"}

JudgeOf = Callable[[Node], Judge]
"""Gives the shape that a node of the shapes graph is."""


class Uncovered(Exception):
    """A shape that is not compiled, and why."""


class ShapesGraph:
    """The triples of a shapes graph, as shapes ask for them."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._columns = Columns(triples)
        self._used: dict[Node, list[str]] = {}
        self._holders: dict[Node, list[Node]] = {}
        for predicate, column in self._columns.items():
            for subject, objects in column.items():
                self._used.setdefault(subject, []).append(predicate)
                for thing in objects:
                    self._holders.setdefault(thing, []).append(subject)

    def values(self, node: Node, name: str) -> list[Node]:
        """Give the values of a property of SHACL, in an order of their own."""
        return sorted(self._columns.objects(SH + name).get(node, ()), key=str)

    def one(self, node: Node, name: str) -> Node:
        """Give the value of a property that may have one value; raises Uncovered if it has several."""
        found = self.values(node, name)
        if len(found) != 1:
            raise Uncovered(f"sh:{name} is given {len(found)} times")
        return found[0]

    def text(self, node: Node, name: str) -> str:
        """Give the value of a property that is a string."""
        found = self.one(node, name)
        if not isinstance(found, Literal):
            raise Uncovered(f"sh:{name} is no literal")
        return found.value

    def count(self, node: Node, name: str) -> int:
        """Give the value of a property that is a whole number."""
        found = self.one(node, name)
        if not isinstance(found, Literal) or found.datatype.value != XSD + "integer":
            raise Uncovered(f"sh:{name} is no whole number")
        if not _WHOLE.fullmatch(found.value):
            raise Uncovered(f"sh:{name} is no whole number")
        return int(found.value)

    def is_true(self, node: Node, name: str) -> bool:
        """Say whether a property of true and false is true; it is not where it is not given."""
        if not self.values(node, name):
            return False
        found = self.one(node, name)
        if not isinstance(found, Literal) or found.value not in {"true", "false"}:
            raise Uncovered(f"sh:{name} is neither true nor false")
        return found.value == "true"

    def names(self, node: Node) -> list[str]:
        """Give the local names of the properties of SHACL that a node has."""
        return sorted(
            predicate.removeprefix(SH) for predicate in self._used.get(node, ()) if predicate.startswith(SH)
        )

    def types(self, node: Node) -> set[Node]:
        """Give the classes of a node."""
        return set(self._columns.objects(TYPE).get(node, ()))

    def all_of(self, kind: str) -> set[Node]:
        """Give the nodes of a class of SHACL."""
        return set(self._columns.subjects(TYPE).get(SH + kind, ()))

    def all_with(self, name: str) -> set[Node]:
        """Give the nodes that have a property of SHACL."""
        return set(self._columns.objects(SH + name))

    def all_given(self, name: str) -> set[Node]:
        """Give the values of a property of SHACL."""
        return set(self._columns.subjects(SH + name))

    def is_class(self, node: Node) -> bool:
        """Say whether a shape is a class too, which makes its instances targets (SHACL §2.1.3.3)."""
        kinds = {*self._columns.subjects(RDFS + "subClassOf").get(RDFS + "Class", ()), RDFS + "Class"}
        return not self.types(node).isdisjoint({*kinds, OWL + "Class"})

    def has_own_components(self) -> bool:
        """Say whether the graph declares constraint components of its own (SHACL §6)."""
        below = self._columns.subjects(RDFS + "subClassOf").get(SH + "ConstraintComponent", ())
        return any(self._columns.subjects(TYPE).get(kind) for kind in (SH + "ConstraintComponent", *below))

    def members(self, node: Node) -> list[Node]:
        """Give the members of a list; raises Uncovered where it is none."""
        found: list[Node] = []
        while node != _NIL:
            first = self._columns.objects(_FIRST).get(node, ())
            rest = self._columns.objects(_REST).get(node, ())
            if len(first) != 1 or len(rest) != 1 or len(found) > 1000:
                raise Uncovered("a list is not well-formed")
            found += first
            (node,) = rest
        return found

    def named(self, node: Node) -> str | None:
        """Climb from a shape without a name to the nearest that holds it and has one."""
        seen: set[Node] = set()
        level = [node]
        while level:
            names = sorted(each for each in level if isinstance(each, str) and not is_blank(each))
            if names:
                return names[0]
            seen.update(level)
            level = [holder for each in level for holder in self._holders.get(each, ()) if holder not in seen]
        return None

    def path(self, node: Node, depth: int = 0) -> Path:
        """Read a property path; raises Uncovered where it is none."""
        if isinstance(node, Literal) or depth > 8:
            raise Uncovered("a path is not well-formed")
        if not is_blank(node):
            return Step(node)
        if _FIRST in self._used.get(node, ()):
            return Chain(self._paths(node, depth))
        name, *others = self.names(node) or ["path"]
        if others:
            raise Uncovered("a path is not well-formed")
        if name == "alternativePath":
            return Choice(self._paths(self.one(node, name), depth))
        if name == "inversePath":
            return self._back(self.one(node, name), depth)
        if SH + name not in _REPEATED:
            raise Uncovered("a path is not well-formed")
        return Repeat(self.path(self.one(node, name), depth + 1), _REPEATED[SH + name])

    def _back(self, node: Node, depth: int) -> Path:
        path = self.path(node, depth + 1)
        if not isinstance(path, Step) or path.back:
            raise Uncovered("an inverse path of more than one property")
        return path.inverse()

    def _paths(self, node: Node, depth: int) -> tuple[Path, ...]:
        paths = tuple(self.path(member, depth + 1) for member in self.members(node))
        if len(paths) < 2:
            raise Uncovered("a path is not well-formed")
        return paths


def read_constraints(shapes: ShapesGraph, shape: Node, judge: JudgeOf) -> Iterator[Constraint]:
    """Give the Core constraints of a shape; raises Uncovered for one that is not compiled."""
    is_property = bool(shapes.values(shape, "path"))
    for name in shapes.names(shape):
        if name in _ONLY_ON_PROPERTIES and not is_property:
            raise Uncovered(f"sh:{name} on a node shape")
        if name in _LISTED:
            for head in shapes.values(shape, name):
                judges = tuple(judge(member) for member in dict.fromkeys(shapes.members(head)))
                if not judges:
                    raise Uncovered(f"sh:{name} of an empty list")
                yield _LISTED[name](judges)
        elif name == "qualifiedValueShape":
            yield from _qualified(shapes, shape, judge)
        else:
            yield from _simple(shapes, shape, name, judge)


def _simple(shapes: ShapesGraph, shape: Node, name: str, judge: JudgeOf) -> Iterator[Constraint]:
    reader = _READERS.get(name)
    if reader is not None:
        yield from reader(shapes, shape)
        return
    for value in shapes.values(shape, name):
        if name == "class":
            yield made.OfClass(value)
        elif name == "hasValue":
            yield made.HasValue(value)
        elif name == "not":
            yield made.Not(judge(value))
        elif name == "equals":
            yield made.Equals(_predicate(value))
        elif name == "disjoint":
            yield made.Disjoint(_predicate(value))
        elif name in _PRECEDENCE:
            component = name[0].upper() + name[1:]
            yield made.Precedes(_predicate(value), _PRECEDENCE[name], component)
        elif name in _ORDERS:
            yield made.within(_literal(value), _ORDERS[name], name[0].upper() + name[1:])
        elif name not in _SILENT:
            raise Uncovered(f"sh:{name} is not compiled")


def _pattern(shapes: ShapesGraph, shape: Node) -> Iterator[Constraint]:
    flags = shapes.text(shape, "flags").lower() if shapes.values(shape, "flags") else ""
    for value in shapes.values(shape, "pattern"):
        try:
            yield made.matching(_literal(value).value, flags)
        except re.error:
            raise Uncovered("sh:pattern cannot be read") from None


def _languages(shapes: ShapesGraph, shape: Node) -> Iterator[Constraint]:
    members = shapes.members(shapes.one(shape, "languageIn"))
    yield made.in_languages(_literal(member).value for member in members)


def _unique(shapes: ShapesGraph, shape: Node) -> Iterator[Constraint]:
    if shapes.is_true(shape, "uniqueLang"):
        yield made.UniqueLang()


def _datatype(shapes: ShapesGraph, shape: Node) -> Iterator[Constraint]:
    yield made.of_datatype(_predicate(shapes.one(shape, "datatype")))


def _node_kind(shapes: ShapesGraph, shape: Node) -> Iterator[Constraint]:
    yield made.of_kind(_predicate(shapes.one(shape, "nodeKind")).removeprefix(SH))


def _qualified(shapes: ShapesGraph, shape: Node, judge: JudgeOf) -> Iterator[Constraint]:
    if shapes.values(shape, "qualifiedValueShapesDisjoint") or not shapes.values(shape, "path"):
        raise Uncovered("sh:qualifiedValueShape with siblings, or on a node shape")
    counts = [name for name in ("qualifiedMinCount", "qualifiedMaxCount") if shapes.values(shape, name)]
    if not counts:
        raise Uncovered("sh:qualifiedValueShape without a count")
    for value in shapes.values(shape, "qualifiedValueShape"):
        for name in counts:
            yield made.Qualified(judge(value), shapes.count(shape, name), name[0].upper() + name[1:])


def _literal(value: Node) -> Literal:
    if not isinstance(value, Literal):
        raise Uncovered("a literal is wanted")
    return value


def _predicate(value: Node) -> str:
    if isinstance(value, Literal) or is_blank(value):
        raise Uncovered("an IRI is wanted")
    return value


_READERS: dict[str, Callable[[ShapesGraph, Node], Iterator[Constraint]]] = {
    "minCount": lambda shapes, shape: iter((made.MinCount(shapes.count(shape, "minCount")),)),
    "maxCount": lambda shapes, shape: iter((made.MaxCount(shapes.count(shape, "maxCount")),)),
    "minLength": lambda shapes, shape: iter((made.long_enough(shapes.count(shape, "minLength")),)),
    "maxLength": lambda shapes, shape: iter((made.short_enough(shapes.count(shape, "maxLength")),)),
    "in": lambda shapes, shape: iter((made.among(shapes.members(shapes.one(shape, "in"))),)),
    "pattern": _pattern,
    "languageIn": _languages,
    "uniqueLang": _unique,
    "datatype": _datatype,
    "nodeKind": _node_kind,
}

_SILENT = frozenset(
    (
        *("path", "property", "sparql", "severity", "message", "deactivated", "flags", "declare", "prefixes"),
        *("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf"),
        *("qualifiedMinCount", "qualifiedMaxCount", "name", "description", "order", "group", "defaultValue"),
    )
)
"""Properties of a shape that constrain nothing, or that are read elsewhere."""
