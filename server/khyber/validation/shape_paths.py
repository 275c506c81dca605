"""Where shapes look: every link of the graph that the verdict on a node can hang on, read from the shapes.

SHACL Core is read from the parameters of its constraint components; ``sh:sparql`` from the patterns of its
query (:mod:`khyber.validation.query_paths`). A shape that looks in a way that is not known here is refused
by name: a rule whose reach is unknown could be broken unseen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from khyber.errors import InputError
from khyber.rdf.namespaces import OWL, RDF, RDFS, SH
from khyber.rdf.terms import Term
from khyber.validation.names import short, text_of
from khyber.validation.paths import (
    HERE,
    Alternative,
    Link,
    Optional,
    Path,
    Repeated,
    Sequence,
    inverse,
    joined,
)

Node = NamedNode | BlankNode

TYPE = NamedNode(RDF + "type")
_FIRST, _REST, _NIL = (NamedNode(RDF + name) for name in ("first", "rest", "nil"))
_CLASSES = frozenset((NamedNode(RDFS + "Class"), NamedNode(OWL + "Class")))

_HOLDS = ("property", "node", "not", "qualifiedValueShape")
_HOLDS_LIST = ("and", "or", "xone")
_COMPARES = ("equals", "disjoint", "lessThan", "lessThanOrEquals")
_LOOKS_AT_VALUES = (
    *("minCount", "maxCount", "datatype", "nodeKind", "in", "hasValue", "pattern", "flags", "languageIn"),
    *("minInclusive", "maxInclusive", "minExclusive", "maxExclusive", "minLength", "maxLength"),
    *("uniqueLang", "qualifiedMinCount", "qualifiedMaxCount"),
)
_SAYS_NOTHING = (
    *("path", "message", "severity", "name", "description", "order", "group", "defaultValue", "deactivated"),
    *("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf", "ignoredProperties", "prefixes"),
    "qualifiedValueShapesDisjoint",
)
_KNOWN = frozenset(
    (*_HOLDS, *_HOLDS_LIST, *_COMPARES, *_LOOKS_AT_VALUES, *_SAYS_NOTHING, "class", "closed", "sparql")
)


@dataclass(frozen=True)
class Look:
    """A path from a node that a shape targets, on which its verdict hangs.

    ``classes``: only links by rdf:type to these classes matter at the path's end. ``anything``: besides the
    path, every property of the nodes where it ends matters (sh:closed).
    """

    path: Path
    classes: frozenset[NamedNode] | None = None
    anything: bool = False


@dataclass(frozen=True)
class QueryLook:
    """A query whose ``$this`` is each node at the end of a path."""

    path: Path
    text: str


@dataclass(frozen=True)
class TargetedShape:
    """A shape with targets (SHACL §2.1.3): whom it targets, and where it looks from there."""

    node: Node
    classes: frozenset[NamedNode]
    subjects_of: frozenset[NamedNode]
    objects_of: frozenset[NamedNode]
    nodes: frozenset[Term]
    looks: frozenset[Look]
    queries: frozenset[QueryLook]


class ShapesReader:
    """Reads the targeted shapes of a shapes graph; ``ontology`` says which classes are narrower."""

    def __init__(self, shapes: Iterable[Triple], ontology: Iterable[Triple]) -> None:
        self._values: dict[Node, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for triple in shapes:
            self._values[_node(triple.subject)][triple.predicate.value].append(triple.object)
        self._narrower: dict[Term, set[Term]] = defaultdict(set)
        for triple in ontology:
            if triple.predicate.value == RDFS + "subClassOf":
                self._narrower[triple.object].add(triple.subject)

    def targeted(self) -> Iterator[TargetedShape]:
        """Yield each shape that has a target; raises InputError for a shape that looks in unknown ways."""
        for node in list(self._values):
            if self._is_targeted(node) and not self._deactivated(node):
                looks: set[Look | QueryLook] = set()
                self._read(node, HERE, looks, ())
                yield TargetedShape(
                    node,
                    self._target_classes(node),
                    self._named(node, "targetSubjectsOf"),
                    self._named(node, "targetObjectsOf"),
                    frozenset(self._all(node, "targetNode")),
                    frozenset(look for look in looks if isinstance(look, Look)),
                    frozenset(look for look in looks if isinstance(look, QueryLook)),
                )

    def within(self, wider: Term) -> frozenset[NamedNode]:
        """Give a class and all that are narrower."""
        found, level = {wider}, [wider]
        while level:
            level = [each for above in level for each in self._narrower.get(above, ()) if each not in found]
            found.update(level)
        return frozenset(each for each in found if isinstance(each, NamedNode))

    def _is_targeted(self, node: Node) -> bool:
        return bool(self._target_classes(node)) or any(
            self._all(node, name) for name in ("targetSubjectsOf", "targetObjectsOf", "targetNode")
        )

    def _target_classes(self, node: Node) -> frozenset[NamedNode]:
        targets = set(self._all(node, "targetClass"))
        kinds = set(self._values[node].get(TYPE.value, ()))
        if kinds & _CLASSES and kinds & {NamedNode(SH + "NodeShape"), NamedNode(SH + "PropertyShape")}:
            targets.add(node)
        return frozenset(narrow for wide in targets for narrow in self.within(wide))

    def _read(self, shape: Node, here: Path, looks: set[Look | QueryLook], above: tuple[Node, ...]) -> None:
        """Gather where a shape looks from the nodes at the end of the path ``here``."""
        if shape in above:
            raise InputError(f"The shape {_name(shape)} holds itself.", remedy="Write it without recursion.")
        self._refuse_unknown(shape)
        paths = self._all(shape, "path")
        values = joined(here, self.path(paths[0])) if paths else here
        if paths:
            looks.add(Look(values))
        for kind in self._all(shape, "class"):
            looks.add(Look(joined(values, Link(TYPE)), self.within(kind)))
        for name in _COMPARES:
            for other in self._named(shape, name):
                looks.add(Look(joined(here, Link(other))))
        if any(text_of(flag).startswith('"true"') for flag in self._all(shape, "closed")):
            looks.add(Look(values, anything=True))
        for query in self._all(shape, "sparql"):
            for text in self._all(_node(query), "select"):
                looks.add(QueryLook(here, self._query_text(shape, text_of_literal(text), bool(paths))))
        for inner in self._held(shape):
            if not self._deactivated(inner):
                self._read(inner, values, looks, (*above, shape))

    def _query_text(self, shape: Node, text: str, has_path: bool) -> str:
        if has_path and "$PATH" in text:
            raise InputError(
                f"The query of {_name(shape)} uses $PATH, whose reach cannot be told.",
                remedy="Write the path out in the query.",
            )
        return text

    def _held(self, shape: Node) -> Iterator[Node]:
        for name in _HOLDS:
            yield from map(_node, self._all(shape, name))
        for name in _HOLDS_LIST:
            for head in self._all(shape, name):
                yield from map(_node, self._members(head))

    def _refuse_unknown(self, shape: Node) -> None:
        for predicate in self._values[shape]:
            local = predicate.removeprefix(SH)
            if predicate.startswith(SH) and local not in _KNOWN:
                raise InputError(
                    f"The shape {_name(shape)} uses sh:{local}, whose reach cannot be told.",
                    remedy="Use another constraint, or say in khyber.validation.shape_paths where it looks.",
                )

    def path(self, node: Term) -> Path:
        """Read a SHACL property path."""
        if isinstance(node, NamedNode):
            return Link(node)
        if self._values[_node(node)].get(_FIRST.value):
            return Sequence(tuple(self.path(part) for part in self._members(node)))
        for name, build in _PATHS.items():
            for inner in self._all(_node(node), name):
                return build(self.path(inner))
        for head in self._all(_node(node), "alternativePath"):
            return Alternative(tuple(self.path(part) for part in self._members(head)))
        raise InputError(f"{text_of(node)} is no property path.", remedy="See SHACL, section 2.3.1.")

    def _members(self, head: Term) -> list[Term]:
        members: list[Term] = []
        while head != _NIL:
            values = self._values[_node(head)]
            members += values[_FIRST.value]
            (head,) = values[_REST.value]
        return members

    def _deactivated(self, node: Node) -> bool:
        return any(text_of(flag).startswith('"true"') for flag in self._all(node, "deactivated"))

    def _named(self, node: Node, name: str) -> frozenset[NamedNode]:
        return frozenset(value for value in self._all(node, name) if isinstance(value, NamedNode))

    def _all(self, node: Node, name: str) -> list[Term]:
        return self._values[node].get(SH + name, []) if node in self._values else []


_PATHS = {
    "inversePath": inverse,
    "zeroOrMorePath": lambda path: Repeated(path, 0),
    "oneOrMorePath": lambda path: Repeated(path, 1),
    "zeroOrOnePath": Optional,
}


def _node(term: Term) -> Node:
    if isinstance(term, NamedNode | BlankNode):
        return term
    raise InputError(f"{text_of(term)} stands in the shapes where a node belongs.")


def text_of_literal(term: Term) -> str:
    """Give the text of a literal of the shapes."""
    if isinstance(term, Literal):
        return term.value
    raise InputError(f"{text_of(term)} stands in the shapes where a text belongs.")


def _name(shape: Node) -> str:
    return short(text_of(shape))
