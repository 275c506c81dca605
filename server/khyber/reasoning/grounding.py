"""The rules with a fixed ontology worked into them, so that only patterns of data are left to match.

``prp-dom`` says that for every property with a domain, what has the property is in the domain; grounded, it
is one rule a domain: what has ``khyber:claimant`` is an assertion. The patterns that speak of the ontology
are matched once, in its closure. That is complete as long as no triple of the data, asserted or derived,
speaks of the ontology itself (:meth:`Grounded.speaks_of_ontology`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from khyber.rdf.namespaces import OWL, RDF, RDFS, XSD
from khyber.reasoning.axioms import STRUCTURAL, read_axioms
from khyber.reasoning.comparable import equates_literal
from khyber.reasoning.datatypes import DATATYPES
from khyber.reasoning.encoding import Encoded, encoded_term
from khyber.reasoning.rules import DATA_RULES, SCHEMA_RULES, Pattern, Rule
from khyber.reasoning.seminaive import Closure, closed
from khyber.reasoning.standins import StandIns

TYPE = NamedNode(f"{RDF}type")
SAME = NamedNode(f"{OWL}sameAs")
UNIVERSAL = frozenset((NamedNode(f"{OWL}Thing"), NamedNode(f"{RDFS}Resource")))

Slot = int | NamedNode
"""A variable, by its number, or a term."""

Atom = tuple[Slot, Slot, Slot]

_VOCABULARIES = (RDF, RDFS, OWL, XSD)
_TABLES = (*SCHEMA_RULES, *DATA_RULES)
_BODIES = [pattern for rule in _TABLES for pattern in rule.body]
_SCHEMA_PREDICATES = {p for _, p, _ in _BODIES if not p.startswith("?")} - {str(TYPE), str(SAME)}
_SCHEMA_CLASSES = {o for _, p, o in _BODIES if p == str(TYPE) and not o.startswith("?")}
_SPEAKING = {NamedNode(iri[1:-1]) for iri in _SCHEMA_PREDICATES} | {NamedNode(iri) for iri in STRUCTURAL}
_SPEAKING_TYPES = {NamedNode(iri[1:-1]) for iri in _SCHEMA_CLASSES}
_ODD = DATATYPES | UNIVERSAL


@dataclass(frozen=True)
class GroundRule:
    """If the atoms of the body hold, so does the head.

    ``variables`` counts the slots; those of a pair in ``distinct`` differ, those in ``nodes`` are no
    literals.
    """

    name: str
    body: tuple[Atom, ...]
    head: Atom
    variables: int
    distinct: tuple[int, ...]
    nodes: tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """A rule entered through one of its atoms: that atom, and the others in the order to match them in."""

    rule: GroundRule
    entry: Atom
    rest: tuple[Atom, ...]


Key = NamedNode | tuple[NamedNode, NamedNode] | None
"""What a triple is looked up by: its predicate, its predicate and its class, or nothing."""


class Grounded:
    """The rules of one ontology, found by the triples that fire them and by those they give."""

    def __init__(self, ontology: Iterable[Triple]) -> None:
        """Close an ontology and ground the rules; raise InputError for a list that is broken."""
        self.ontology = frozenset(triple for triple in ontology if not equates_literal(triple))
        standins = StandIns()
        axioms = read_axioms(self.ontology, standins)
        closure = closed(axioms, map(standins.quad, self.ontology))
        grounding = _Grounding(closure, standins)
        self.permanent: frozenset[Encoded] = frozenset(grounding.facts())
        """The closure of the ontology alone, which holds whatever the data says."""
        rules = dict.fromkeys(
            ground for rule in (*axioms.rules, *DATA_RULES) for ground in grounding.ground(rule)
        )
        self.rules = tuple(rules)
        slots = (slot for rule in rules for atom in (*rule.body, rule.head) for slot in atom)
        self._terms = {slot for slot in slots if not _variable(slot)}
        entered = (plan for rule in rules for plan in _entered(rule))
        self._firing = _by_key((_key(plan.entry), plan) for plan in entered)
        self._giving = _by_key((_key(rule.head), _headed(rule)) for rule in rules)
        self.follows_plainly = not any(self._gives_ontology(rule) for rule in rules)
        """Whether no rule derives what speaks of the ontology from what does not."""

    def fired_by(self, triple: Encoded) -> Iterator[Plan]:
        """Give each rule that a triple may fire, entered through the atom that it may match."""
        return _looked_up(self._firing, triple)

    def giving(self, triple: Encoded) -> Iterator[Plan]:
        """Give each rule that may derive a triple, entered through its head."""
        return _looked_up(self._giving, triple)

    def matters(self, triple: Encoded) -> bool:
        """Tell whether a rule asks for this very predicate or class."""
        return next(_looked_up(self._firing, triple, anything=False), None) is not None

    def speaks_of_ontology(self, triple: Encoded) -> bool:
        """Tell whether a triple says something that the grounded rules take as fixed."""
        subject, predicate, thing = triple
        if triple in self.permanent:
            return False
        if predicate in _SPEAKING or (predicate == TYPE and thing in _SPEAKING_TYPES):
            return True
        if predicate == SAME:
            return any(term in self._terms or is_vocabulary(term) for term in (subject, thing))
        return (predicate != TYPE and thing in _ODD) or subject in _ODD

    def asks_for_type(self, classes: Collection[NamedNode]) -> bool:
        """Tell whether a rule asks for an instance of one of the classes."""
        return any((TYPE, kind) in self._firing for kind in classes)

    def _gives_ontology(self, rule: GroundRule) -> bool:
        _, predicate, thing = rule.head
        if predicate == SAME:
            return len(rule.body) == 1 and rule.body[0][1] != SAME
        return predicate in _SPEAKING or (predicate == TYPE and thing in _SPEAKING_TYPES)


def is_vocabulary(term: NamedNode) -> bool:
    """Tell whether a term is one of the RDF, RDFS, OWL or XSD vocabularies."""
    return term.value.startswith(_VOCABULARIES)


class _Grounding:
    """Matches the patterns of rules that speak of the ontology in its closure."""

    def __init__(self, closure: Closure, standins: StandIns) -> None:
        self._closure = closure
        self._standins = standins

    def facts(self) -> Iterator[Encoded]:
        for quad in self._closure.everything():
            yield self._term(quad.subject), self._term(quad.predicate), self._term(quad.object)

    def ground(self, rule: Rule) -> Iterator[GroundRule]:
        """Give a rule for each match of the patterns that speak of the ontology, if there are any."""
        fixed = [pattern for pattern in rule.body if _is_fixed(pattern)]
        loose = [pattern for pattern in rule.body if not _is_fixed(pattern)]
        for binding in self._bindings(fixed):
            ground = self._with(binding, rule, loose)
            if ground is not None and ground.head not in ground.body:
                yield ground

    def _bindings(self, fixed: Sequence[Pattern]) -> Iterator[dict[str, NamedNode]]:
        if not fixed:
            yield {}
            return
        variables = sorted({term for pattern in fixed for term in pattern if term.startswith("?")})
        where = " . ".join(" ".join(pattern) for pattern in fixed)
        for row in self._closure.solutions(f"SELECT DISTINCT {' '.join(variables)} WHERE {{ {where} }}"):
            yield {variable: self._term(row[variable[1:]]) for variable in variables}

    def _with(self, binding: dict[str, NamedNode], rule: Rule, loose: Sequence[Pattern]) -> GroundRule | None:
        numbers: dict[str, int] = {}

        def slot(term: str) -> Slot:
            if not term.startswith("?"):
                return self._term(NamedNode(term[1:-1]))
            return binding[term] if term in binding else numbers.setdefault(term, len(numbers))

        def atom(pattern: Pattern) -> Atom:
            subject, predicate, thing = pattern
            return slot(subject), slot(predicate), slot(thing)

        body = tuple(map(atom, loose))
        head = atom(rule.head)
        distinct = tuple(slot(variable) for variable in rule.distinct)
        if distinct and distinct[0] == distinct[1]:
            return None
        unlike = tuple(term for term in distinct if isinstance(term, int))
        nodes = tuple(number for name in rule.nodes if isinstance(number := slot(name), int))
        return GroundRule(rule.name, body, head, len(numbers), unlike if len(unlike) == 2 else (), nodes)

    def _term(self, node: object) -> NamedNode:
        return encoded_term(self._standins.term(node))  # type: ignore[arg-type]  # a store holds terms


def _is_fixed(pattern: Pattern) -> bool:
    _, predicate, thing = pattern
    return predicate in _SCHEMA_PREDICATES or (predicate == str(TYPE) and thing in _SCHEMA_CLASSES)


def _entered(rule: GroundRule) -> Iterator[Plan]:
    for position, atom in enumerate(rule.body):
        others = [other for i, other in enumerate(rule.body) if i != position]
        yield Plan(rule, atom, _ordered(others, atom))


def _headed(rule: GroundRule) -> Plan:
    return Plan(rule, rule.head, _ordered(rule.body, rule.head))


def _ordered(atoms: Sequence[Atom], entry: Atom) -> tuple[Atom, ...]:
    """Order atoms so that each is matched with as much of it known as can be."""
    known = {slot for slot in entry if _variable(slot)}
    left, ordered = list(atoms), []

    def known_of(atom: Atom) -> tuple[int, int]:
        return sum(slot in known for slot in atom), sum(not _variable(slot) for slot in atom)

    while left:
        best = max(left, key=known_of)
        left.remove(best)
        ordered.append(best)
        known.update(slot for slot in best if _variable(slot))
    return tuple(ordered)


def _variable(slot: Slot) -> bool:
    return isinstance(slot, int)


def _key(atom: Atom) -> Key:
    _, predicate, thing = atom
    if isinstance(predicate, int):
        return None
    if predicate == TYPE and isinstance(thing, NamedNode):
        return predicate, thing
    return predicate


def _by_key(plans: Iterable[tuple[Key, Plan]]) -> dict[Key, tuple[Plan, ...]]:
    found: defaultdict[Key, list[Plan]] = defaultdict(list)
    for key, plan in plans:
        found[key].append(plan)
    return {key: tuple(each) for key, each in found.items()}


def _looked_up(
    table: dict[Key, tuple[Plan, ...]], triple: Encoded, *, anything: bool = True
) -> Iterator[Plan]:
    _, predicate, thing = triple
    yield from table.get(predicate, ())
    if predicate == TYPE:
        yield from table.get((predicate, thing), ())
    if anything:
        yield from table.get(None, ())
