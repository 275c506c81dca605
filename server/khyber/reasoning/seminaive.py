"""The rules as SPARQL updates on the engine, evaluated semi-naively.

Everything known is in the default graph of a store in memory; what the last round added is, besides, in a
graph of that round. A rule is run once for each pattern of its body: that pattern is matched in the last
round's graph, the others in everything, so that each round looks only at what the one before it made
possible.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import DefaultGraph, NamedNode, Quad, QuerySolutions, Store, Triple

from khyber.rdf.namespaces import OWL, RDF
from khyber.reasoning.axioms import Axioms, read_axioms
from khyber.reasoning.comparable import comparable, equates_literal
from khyber.reasoning.rules import DATA_RULES, SCHEMA_RULES, Pattern, Rule
from khyber.reasoning.standins import StandIns

_TYPE = NamedNode(f"{RDF}type")
_CLASS = NamedNode(f"{OWL}Class")
_THING = f"<{OWL}Thing>"
_BUILT_IN = tuple(Quad(NamedNode(OWL + name), _TYPE, _CLASS) for name in ("Thing", "Nothing"))
"""The rules cls-thing and cls-nothing1."""


class SparqlReasoner:
    """The OWL 2 RL/RDF rules on pyoxigraph; the default."""

    def infer(self, triples: Iterable[Triple]) -> set[Triple]:
        """Return what follows from the triples; see :class:`khyber.reasoning.base.Reasoner`."""
        asserted = {triple for triple in triples if not equates_literal(triple)}
        standins = StandIns()
        closure = closed(read_axioms(asserted, standins), map(standins.quad, asserted))
        derived = (standins.triple(quad) for quad in closure.derived())
        return comparable(triple for triple in derived if triple is not None) - asserted


def closed(axioms: Axioms, quads: Iterable[Quad]) -> Closure:
    """Close stand-ins under every rule, and those that the axioms among them make."""
    closure = Closure(quads)
    closure.add((*_BUILT_IN, *axioms.facts))
    schema = [rule for rule in SCHEMA_RULES if axioms.thing_matters or rule.head[2] != _THING]
    closure.close(schema)
    closure.close([*schema, *axioms.rules, *DATA_RULES])
    return closure


@dataclass(frozen=True)
class _Signature:
    """The predicates, and the objects of rdf:type, that occur in a graph: what a pattern can match at all."""

    predicates: frozenset[str]
    classes: frozenset[str]

    def admits(self, pattern: Pattern) -> bool:
        _, predicate, thing = pattern
        if predicate.startswith("?"):
            return bool(self.predicates)
        if predicate == str(_TYPE) and not thing.startswith("?"):
            return thing in self.classes
        return predicate in self.predicates

    def union(self, other: _Signature) -> _Signature:
        return _Signature(self.predicates | other.predicates, self.classes | other.classes)


class Closure:
    """A store of stand-ins that grows under rules, round by round."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self._store = Store()
        self._store.bulk_extend(quads)
        self._rounds: list[NamedNode] = []
        self._known = self._signature(None)

    def add(self, quads: Iterable[Quad]) -> None:
        """Put in what holds at once, as a round of its own."""
        new = [quad for quad in quads if quad not in self._store]
        graph = self._next_round()
        self._store.extend(new)
        self._store.extend(Quad(quad.subject, quad.predicate, quad.object, graph) for quad in new)
        self._known = self._known.union(self._signature(graph))

    def close(self, rules: list[Rule]) -> None:
        """Apply the rules until nothing new comes."""
        last: NamedNode | None = None
        delta = self._known
        while delta.predicates:
            target = self._next_round()
            for rule in rules:
                self._apply(rule, target, last, delta)
            self._publish(target)
            last, delta = target, self._signature(target)
            self._known = self._known.union(delta)

    def derived(self) -> Iterator[Quad]:
        """Yield what every round added."""
        for graph in self._rounds:
            yield from self._store.quads_for_pattern(None, None, None, graph)

    def everything(self) -> Iterator[Quad]:
        """Yield what was put in and what every round added, each once."""
        yield from self._store.quads_for_pattern(None, None, None, DefaultGraph())

    def solutions(self, query: str) -> QuerySolutions:
        """Run a SELECT over everything known."""
        solutions = self._store.query(query)
        assert isinstance(solutions, QuerySolutions), "a SELECT gives solutions"  # noqa: S101
        return solutions

    def _next_round(self) -> NamedNode:
        self._rounds.append(NamedNode(f"urn:khyber:round:{len(self._rounds)}"))
        return self._rounds[-1]

    def _apply(self, rule: Rule, target: NamedNode, last: NamedNode | None, delta: _Signature) -> None:
        """Put what the rule derives into the target graph; with no last round, everything known is new."""
        if not all(self._known.admits(pattern) for pattern in rule.body):
            return
        if last is None:
            self._store.update(_insertion(rule, target, None, None))
            return
        for position, pattern in enumerate(rule.body):
            if delta.admits(pattern):
                self._store.update(_insertion(rule, target, last, position))

    def _publish(self, graph: NamedNode) -> None:
        self._store.update(f"INSERT {{ ?s ?p ?o }} WHERE {{ GRAPH {graph} {{ ?s ?p ?o }} }}")

    def _signature(self, graph: NamedNode | None) -> _Signature:
        """Read the signature of a round's graph; None stands for everything."""
        where = "{ %s }" if graph is None else f"{{ GRAPH {graph} {{ %s }} }}"
        return _Signature(
            self._column("SELECT DISTINCT ?x WHERE " + where % "?s ?x ?o"),
            self._column("SELECT DISTINCT ?x WHERE " + where % f"?s {_TYPE} ?x"),
        )

    def _column(self, query: str) -> frozenset[str]:
        return frozenset(str(solution["x"]) for solution in self.solutions(query))


def _insertion(rule: Rule, target: NamedNode, last: NamedNode | None, position: int | None) -> str:
    """Write the update that runs a rule, the pattern at that position matched in the last round's graph."""
    patterns = [" ".join(pattern) for pattern in rule.body]
    if position is not None:
        patterns[position] = f"GRAPH {last} {{ {patterns[position]} }}"
    head = " ".join(rule.head)
    conditions = [f"!isBlank({variable})" for variable in rule.nodes]
    if rule.distinct:
        conditions.append(f"!sameTerm({', '.join(rule.distinct)})")
    filters = f" FILTER({' && '.join(conditions)})" if conditions else ""
    body = " . ".join(patterns) + filters
    asked = sorted({term for term in rule.head if term.startswith("?")})
    if set(asked) != {term for pattern in rule.body for term in pattern if term.startswith("?")}:
        # Many matches give one triple, and looking a triple up takes as long as its node has triples: look
        # each up once. Not DISTINCT, because the engine moves the NOT EXISTS inside it; it stays outside a
        # grouping.
        variables = " ".join(asked)
        body = f"{{ SELECT {variables} WHERE {{ {body} }} GROUP BY {variables} }}"
    return f"INSERT {{ GRAPH {target} {{ {head} }} }} WHERE {{ {body} FILTER NOT EXISTS {{ {head} }} }}"
