"""Why a triple of the published dataset is inferred: the premises of one derivation, found from its end.

Unlike :class:`khyber.reasoning.incremental.KeptClosure` this needs nothing that was kept: only a store with
the graphs of the dataset. It is for a process that holds such a store and is asked seldom.
"""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import DefaultGraph, Literal, NamedNode, Store, Triple

from khyber.rdf.namespaces import GRAPH
from khyber.rdf.terms import Term
from khyber.reasoning.encoding import decoded_term, encoded
from khyber.reasoning.grounding import Atom, Grounded, GroundRule, Slot
from khyber.reasoning.incremental import Premises

INFERRED = NamedNode(GRAPH + "inferred")
ONTOLOGY = NamedNode(GRAPH + "ontology")

MOST_STEPS = 1000
"""How many derivations are followed down at most; after that, what is inferred is believed."""

_Bound = dict[int, Term]


class Explanation:
    """The rules of the ontology in a store, asked from their heads.

    ``store`` holds the graphs of the published dataset, and all of what its default graph is made of in the
    physical default graph, too.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._steps = 0
        self._rules = Grounded(quad.triple for quad in store.quads_for_pattern(None, None, None, ONTOLOGY))

    def premises(self, triple: Triple) -> Premises | None:
        """Give the premises of one derivation; None if no rule gives the triple, or the ontology alone does.

        The premises are asserted, or follow in the end from what is: two inferred triples that each follow
        from the other give no reason for either.
        """
        self._steps = 0
        return next(self._supported(triple, frozenset()), None)

    def is_of_ontology(self, triple: Triple) -> bool:
        """Tell whether a triple follows from the ontology alone."""
        return encoded(triple) in self._rules.permanent

    def _supported(self, triple: Triple, above: frozenset[Triple]) -> Iterator[Premises]:
        """Give the derivations that rest on what is asserted, without the triples ``above``."""
        above |= {triple}
        for premises in self._derivations(triple):
            self._steps += 1
            if all(self._is_supported(premise, above) for premise in premises.triples):
                yield premises

    def _is_supported(self, triple: Triple, above: frozenset[Triple]) -> bool:
        if triple in above:
            return False
        if not self._is_only_inferred(triple) or self._steps > MOST_STEPS:
            return True
        return next(self._supported(triple, above), None) is not None

    def _derivations(self, triple: Triple) -> Iterator[Premises]:
        for plan in self._rules.giving(encoded(triple)):
            bound: _Bound = {}
            if not _unified(plan.rule.head, triple, bound):
                continue
            for match in self._matches(plan.rest, bound):
                body = tuple(_filled(atom, match) for atom in plan.rule.body)
                if body and triple not in body and _is_allowed(plan.rule, match):
                    yield Premises(plan.rule.name, body)

    def _matches(self, atoms: tuple[Atom, ...], bound: _Bound) -> Iterator[_Bound]:
        if not atoms:
            yield bound
            return
        subject, predicate, thing = (_value(slot, bound) for slot in atoms[0])
        if isinstance(subject, Literal | Triple) or not isinstance(predicate, NamedNode | None):
            return
        for quad in self._store.quads_for_pattern(subject, predicate, thing, DefaultGraph()):
            extended = dict(bound)
            if _unified(atoms[0], quad.triple, extended):
                yield from self._matches(atoms[1:], extended)

    def _is_only_inferred(self, triple: Triple) -> bool:
        found = self._store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
        graphs = {quad.graph_name for quad in found} - {DefaultGraph()}
        return graphs == {INFERRED}


def premises(store: Store, triple: Triple) -> Premises | None:
    """Give the premises of one derivation of a triple; see :meth:`Explanation.premises`."""
    return Explanation(store).premises(triple)


def _is_allowed(rule: GroundRule, bound: _Bound) -> bool:
    if rule.distinct and bound[rule.distinct[0]] == bound[rule.distinct[1]]:
        return False
    return not any(isinstance(bound[number], Literal) for number in rule.nodes)


def _value(slot: Slot, bound: _Bound) -> Term | None:
    return bound.get(slot) if isinstance(slot, int) else decoded_term(slot)


def _filled(atom: Atom, bound: _Bound) -> Triple:
    subject, predicate, thing = (_value(slot, bound) for slot in atom)
    return Triple(subject, predicate, thing)  # type: ignore[arg-type]  # as it was found in the store


def _unified(atom: Atom, triple: Triple, bound: _Bound) -> bool:
    """Bind the variables of an atom to the terms of a triple; False (and some bound) where they differ."""
    for slot, term in zip(atom, (triple.subject, triple.predicate, triple.object), strict=True):
        known = _value(slot, bound)
        if known is None and isinstance(slot, int):
            bound[slot] = term
        elif known != term:
            return False
    return True
