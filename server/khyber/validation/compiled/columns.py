"""A graph as columns: for each property the objects of each subject, as Python's own sets and maps.

A term is a string where it is a resource, as :func:`khyber.validation.names.text_of` writes it (an IRI bare,
a blank node as ``_:label``), and a literal where it is one, with its lexical form as it was written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from khyber.errors import InputError
from khyber.rdf.namespaces import RDF, RDFS

Node = str | Literal
Column = Mapping[Node, Collection[Node]]
"""Node → nodes, each once; no entry is empty."""

TYPE = RDF + "type"
SUBCLASS = RDFS + "subClassOf"

_FEW = 8
_NOTHING: Column = {}


class Columns:
    """A graph of distinct triples, asked by property; it may grow until it is first asked.

    Nothing is computed before it is needed: the subjects of each object, the instances of each class.
    """

    def __init__(self, triples: Iterable[Triple] = ()) -> None:
        self._objects: dict[str, dict[Node, list[Node] | dict[Node, None]]] = {}
        self._subjects: dict[str, Column] = {}
        self._instances: dict[Node, frozenset[Node]] = {}
        self._known: dict[str, str] = {}
        self.extend(triples)

    def extend(self, triples: Iterable[Triple]) -> None:
        """Add triples; raises InputError for a triple that stands as a term of another."""
        columns, known = self._objects, self._known
        for triple in triples:
            subject: Node = node_of(triple.subject)
            thing = node_of(triple.object)
            # One string a name: two of them are then compared by their address.
            subject = known.setdefault(subject, subject) if isinstance(subject, str) else subject
            thing = known.setdefault(thing, thing) if isinstance(thing, str) else thing
            predicate = triple.predicate.value
            column = columns.get(predicate)
            if column is None:
                column = columns[predicate] = {}
            found = column.get(subject)
            if found is None:
                column[subject] = [thing]
            elif isinstance(found, dict):
                found[thing] = None
            elif thing not in found:
                found.append(thing)
                if len(found) > _FEW:
                    column[subject] = dict.fromkeys(found)

    def items(self) -> Iterable[tuple[str, Column]]:
        """Give each property with its column."""
        return self._objects.items()

    def objects(self, predicate: str) -> Column:
        """Give subject → objects of a property."""
        return self._objects.get(predicate, _NOTHING)

    def subjects(self, predicate: str) -> Column:
        """Give object → subjects of a property."""
        inverse = self._subjects.get(predicate)
        if inverse is None:
            inverse = self._subjects[predicate] = inverted(self.objects(predicate))
        return inverse

    def instances(self, kind: Node) -> frozenset[Node]:
        """Give the nodes that have a class or one below it (SHACL §1.1)."""
        known = self._instances.get(kind)
        if known is None:
            below = reached(self.subjects(SUBCLASS), (kind,))
            typed = self.subjects(TYPE)
            known = frozenset(node for each in below for node in typed.get(each, ()))
            self._instances[kind] = known
        return known

    def described(self, nodes: frozenset[Node]) -> frozenset[Node]:
        """Give those of the nodes that are subjects."""
        return frozenset(node for column in self._objects.values() for node in nodes & column.keys())


def node_of(term: NamedNode | BlankNode | Literal | Triple) -> Node:
    """Give a term as it stands in columns; raises InputError for a triple term."""
    if isinstance(term, NamedNode):
        return term.value
    if isinstance(term, Literal):
        return term
    if isinstance(term, BlankNode):
        return f"_:{term.value}"
    raise InputError("A triple stands as a term of another triple.", remedy="Use an assertion node instead.")


def is_blank(node: Node) -> bool:
    """Say whether a node is a blank node; no IRI begins as its label does."""
    return isinstance(node, str) and node.startswith("_:")


def reached(edges: Column, starts: Iterable[Node]) -> set[Node]:
    """Give some nodes and what they reach over edges, any number of them."""
    found = set(starts)
    level = list(found)
    while level:
        level = [after for node in level for after in edges.get(node, ()) if after not in found]
        found.update(level)
    return found


def inverted(column: Column) -> dict[Node, list[Node]]:
    """Give object → subjects."""
    inverse: dict[Node, list[Node]] = {}
    for subject, objects in column.items():
        for thing in objects:
            inverse.setdefault(thing, []).append(subject)
    return inverse
