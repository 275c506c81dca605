"""Axioms that name an RDF list or a number, each turned into a rule or a few facts of its own.

The list behind a property chain, an intersection, a union, an enumeration or a key has no fixed length, so
the rule cannot be written as one pattern. It is unrolled here for each axiom **of the input**: a list or a
limit that would itself have to be derived is not seen. Nothing is lost by that in OWL 2, where the only way
to derive one is owl:sameAs between classes or between properties, and sameAs carries the consequences over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from khyber.errors import InputError
from khyber.rdf.namespaces import OWL, RDF, RDFS
from khyber.rdf.terms import Term
from khyber.reasoning.datatypes import DATATYPES, datatypes_of
from khyber.reasoning.rules import Pattern, Rule
from khyber.reasoning.standins import StandIns

_TYPE = NamedNode(f"{RDF}type")
_SUBCLASS = NamedNode(f"{RDFS}subClassOf")
_SAME = f"{OWL}sameAs"
_NIL = NamedNode(f"{RDF}nil")
_THING = NamedNode(f"{OWL}Thing")
_FIRST, _REST = f"{RDF}first", f"{RDF}rest"
_ON_PROPERTY, _ON_CLASS = f"{OWL}onProperty", f"{OWL}onClass"
_STRUCTURE = frozenset((_FIRST, _REST, _ON_PROPERTY, _ON_CLASS))
_LISTED = frozenset(
    OWL + name for name in ("propertyChainAxiom", "intersectionOf", "unionOf", "oneOf", "hasKey")
)
_LIMITING = frozenset(OWL + name for name in ("maxCardinality", "maxQualifiedCardinality"))
STRUCTURAL = _STRUCTURE | _LISTED | _LIMITING
"""The predicates of the triples that axioms with lists and numbers are made of."""
_EXTENT = frozenset((f"{RDF}type", f"{RDFS}subClassOf", f"{RDFS}domain", f"{RDFS}range"))


@dataclass(frozen=True)
class Axioms:
    """What the axioms with lists and numbers amount to: stand-ins of triples that hold at once, and rules.

    ``thing_matters`` tells whether some axiom depends on what is an ``owl:Thing``.
    """

    facts: tuple[Quad, ...]
    rules: tuple[Rule, ...]
    thing_matters: bool


def read_axioms(triples: Iterable[Triple], standins: StandIns) -> Axioms:
    """Unroll the axioms with lists and numbers; raises InputError for a list that is broken."""
    reader = _Reader(standins)
    literals: set[Literal] = set()
    for triple in triples:
        reader.note(triple)
        if isinstance(triple.object, Literal):
            literals.add(triple.object)
    return Axioms(
        tuple(reader.facts(literals)),
        tuple(reader.rules()),
        _THING in reader.mentioned,
    )


class _Reader:
    """Collects lists, restrictions and the axioms that name them, then unrolls them."""

    def __init__(self, standins: StandIns) -> None:
        self._standins = standins
        self._objects: dict[tuple[str, Term], list[Term]] = defaultdict(list)
        self._axioms: list[Triple] = []
        self._same: set[tuple[Term, Term]] = set()
        self.mentioned: set[Term] = set()
        """``owl:Thing`` and the datatypes that are more than the type, domain or range of something."""

    def note(self, triple: Triple) -> None:
        iri = triple.predicate.value
        if iri == _SAME:
            self._same.add((triple.subject, triple.object))
        if iri not in _EXTENT and (triple.object == _THING or triple.object in DATATYPES):
            self.mentioned.add(triple.object)
        if iri != _TYPE.value and (triple.subject == _THING or triple.subject in DATATYPES):
            self.mentioned.add(triple.subject)
        if iri in _STRUCTURE:
            self._objects[iri, triple.subject].append(triple.object)
        elif iri in _LISTED or iri in _LIMITING:
            self._axioms.append(triple)

    def facts(self, literals: set[Literal]) -> Iterator[Quad]:
        """Yield what follows from an axiom alone (scm-int, scm-uni, cls-oo) and types of literals (dt-type2).

        A literal gets only types that some axiom asks for: a type of a literal is never part of an answer.
        """
        for axiom in self._axioms:
            name = axiom.predicate.value.removeprefix(OWL)
            if name in {"intersectionOf", "unionOf", "oneOf"}:
                for member in self._list(axiom):
                    yield self._fact(name, axiom.subject, member)
        if not self.mentioned & DATATYPES:
            return
        for literal in literals:
            for datatype in datatypes_of(literal):
                yield Quad(self._standins.node(literal), _TYPE, datatype)

    def _fact(self, name: str, owner: Term, member: Term) -> Quad:
        subject, thing = self._standins.node(owner), self._standins.node(member)
        if name == "oneOf":
            return Quad(thing, _TYPE, subject)
        if name == "unionOf":
            return Quad(thing, _SUBCLASS, subject)
        return Quad(subject, _SUBCLASS, thing)

    def rules(self) -> Iterator[Rule]:
        """Yield prp-spo2, prp-key, cls-int1 and the rules of maximum cardinality, one for each axiom."""
        for axiom in self._axioms:
            name = axiom.predicate.value.removeprefix(OWL)
            if name in {"propertyChainAxiom", "intersectionOf", "hasKey"}:
                members = [self._iri(member, axiom) for member in self._list(axiom)]
                if members:
                    yield _LIST_RULES[name](self._iri(axiom.subject, axiom), members)
            elif name == "maxCardinality" and _is_one(axiom.object):
                yield from self._at_most_one(axiom, None)
            elif name == "maxQualifiedCardinality" and _is_one(axiom.object):
                for filler in self._objects[_ON_CLASS, axiom.subject]:
                    yield from self._at_most_one(axiom, filler)

    def _at_most_one(self, axiom: Triple, filler: Term | None) -> Iterator[Rule]:
        restriction = self._iri(axiom.subject, axiom)
        for on_property in self._objects[_ON_PROPERTY, axiom.subject]:
            path = self._iri(on_property, axiom)
            body: list[Pattern] = [("?u", str(_TYPE), restriction), ("?u", path, "?y1"), ("?u", path, "?y2")]
            name = "cls-maxc2" if filler is None else "cls-maxqc4"
            if filler is not None and filler != _THING:
                name = "cls-maxqc3"
                body += [(value, str(_TYPE), self._iri(filler, axiom)) for value in ("?y1", "?y2")]
            yield _same(name, body, "?y1", "?y2")

    def _iri(self, term: Term, axiom: Triple) -> str:
        """Return the notation of a class or property that an axiom names."""
        if isinstance(term, NamedNode | BlankNode):
            return str(self._standins.resource(term))
        raise InputError(
            f"The axiom {axiom} names {term} where only a class or a property can stand.",
            remedy="Name a class or a property by its IRI.",
        )

    def _list(self, axiom: Triple) -> list[Term]:
        members: list[Term] = []
        cell: Term = axiom.object
        seen: set[Term] = set()
        while cell != _NIL:
            first, rest = self._first(cell), self._objects[_REST, cell]
            if len(first) != 1 or len(rest) != 1 or cell in seen:
                raise InputError(
                    f"The {axiom.predicate} of {axiom.subject} breaks off after {len(members)} members.",
                    remedy="Give each cell one rdf:first and one rdf:rest, and end the list with rdf:nil.",
                )
            seen.add(cell)
            members += first
            cell = rest[0]
        return members

    def _first(self, cell: Term) -> list[Term]:
        """Return the members in a cell, of those that are the same only one: a closure repeats them all."""
        first = sorted(self._objects[_FIRST, cell], key=str)
        return first[:1] + [member for member in first[1:] if (first[0], member) not in self._same]


def _is_one(term: Term) -> bool:
    return isinstance(term, Literal) and term.value.strip().lstrip("+").lstrip("0") == "1"


def _chain(derived: str, members: list[str]) -> Rule:
    body = tuple((f"?u{i}", member, f"?u{i + 1}") for i, member in enumerate(members))
    return Rule("prp-spo2", body, ("?u0", derived, f"?u{len(members)}"))


def _intersection(derived: str, members: list[str]) -> Rule:
    return Rule(
        "cls-int1", tuple(("?y", str(_TYPE), member) for member in members), ("?y", str(_TYPE), derived)
    )


def _key(keyed: str, members: list[str]) -> Rule:
    body: list[Pattern] = [("?x", str(_TYPE), keyed), ("?y", str(_TYPE), keyed)]
    for i, member in enumerate(members):
        body += [("?x", member, f"?z{i}"), ("?y", member, f"?z{i}")]
    return _same("prp-key", body, "?x", "?y")


def _same(name: str, body: list[Pattern], one: str, other: str) -> Rule:
    head = (one, f"<{_SAME}>", other)
    return Rule(name, tuple(body), head, distinct=(one, other), nodes=(one, other))


_LIST_RULES = {"propertyChainAxiom": _chain, "intersectionOf": _intersection, "hasKey": _key}
