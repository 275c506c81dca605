"""The second implementation: owlrl, which applies the same rules by brute force on an rdflib graph.

It is the oracle of the tests, and far too slow for every start. Three things are corrected on the way,
because the rules say otherwise (owlrl 7.6.2): ``owl:hasKey`` ignores the last property of the key, so that a
key of one property makes all members of the class the same; two values of a functional data property are made
the same and then stand for each other everywhere, where they are a contradiction; and contradictions are
written into the graph as text.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import permutations, product
from typing import Any

import rdflib
from owlrl.OWLRL import OWLRL_Semantics
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from rdflib.namespace import OWL, RDF

from khyber.rdf.terms import Term
from khyber.reasoning.axioms import read_axioms
from khyber.reasoning.comparable import comparable, equates_literal
from khyber.reasoning.standins import StandIns

RdflibTriple = tuple[rdflib.term.Node, rdflib.term.Node, rdflib.term.Node]


class OwlrlReasoner:
    """The OWL 2 RL/RDF rules as owlrl implements them."""

    def infer(self, triples: Iterable[Triple]) -> set[Triple]:
        """Return what follows from the triples; see :class:`khyber.reasoning.base.Reasoner`."""
        asserted = {triple for triple in triples if not equates_literal(triple)}
        read_axioms(asserted, StandIns())  # owlrl goes round a broken list for ever, or stops in the middle
        terms = _Terms()
        graph = rdflib.Graph()
        for triple in asserted:
            graph.add((terms.node(triple.subject), terms.node(triple.predicate), terms.node(triple.object)))
        _Semantics(graph, False, False).closure()
        derived = (terms.triple(triple) for triple in graph)
        return comparable(triple for triple in derived if triple is not None) - asserted


class _Terms:
    """A one-to-one map from the terms of one graph to rdflib's.

    rdflib is told not to normalise literals; a term that it cannot hold unchanged (a triple term, a literal
    with a base direction) goes in as a blank node.
    """

    def __init__(self) -> None:
        self._rdflib: dict[Term, rdflib.term.Node] = {}
        self._original: dict[rdflib.term.Node, Term] = {}

    def node(self, term: Term) -> rdflib.term.Node:
        known = self._rdflib.get(term)
        if known is not None:
            return known
        converted = _convert(term)
        if converted in self._original:
            converted = rdflib.BNode()
        self._rdflib[term] = converted
        self._original[converted] = term
        return converted

    def triple(self, triple: RdflibTriple) -> Triple | None:
        """Return the triple in the input's terms; None if its subject is a literal or its predicate blank."""
        subject, predicate, thing = (self._term(term) for term in triple)
        if isinstance(subject, Literal | Triple) or not isinstance(predicate, NamedNode):
            return None
        return Triple(subject, predicate, thing)

    def _term(self, term: rdflib.term.Node) -> Term:
        """Return a term of the input as it was; what is not of the input is of a vocabulary."""
        return self._original.get(term) or NamedNode(str(term))


def _convert(term: Term) -> rdflib.term.Node:
    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    if isinstance(term, Triple):
        return rdflib.BNode()
    if term.language:
        return rdflib.Literal(term.value, lang=term.language, normalize=False)
    return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value), normalize=False)


class _Semantics(OWLRL_Semantics):  # type: ignore[misc]
    """owlrl's rules, corrected as the module says."""

    def add_error(self, message: str) -> None:
        """Write no text into the graph."""

    def store_triple(self, t: RdflibTriple) -> None:
        """Keep a derived triple, unless it makes a literal the same as something else."""
        subject, predicate, thing = t
        literal = isinstance(subject, rdflib.Literal) or isinstance(thing, rdflib.Literal)
        if predicate != OWL.sameAs or not literal:
            super().store_triple(t)

    def _properties(self, triple: RdflibTriple, cycle_num: int) -> None:
        keyed, predicate, keys = triple
        if predicate == OWL.hasKey:
            self._key(keyed, self._list(keys))
        else:
            super()._properties(triple, cycle_num)

    def _key(self, keyed: Any, keys: list[Any]) -> None:
        """Apply prp-key: members of a class that share a value of each property of its key are the same."""
        if not keys:
            return
        members: dict[tuple[Any, ...], list[Any]] = {}
        for member in self.graph.subjects(RDF.type, keyed):
            for values in product(*(list(self.graph.objects(member, key)) for key in keys)):
                members.setdefault(values, []).append(member)
        for same in members.values():
            for one, other in permutations(same, 2):
                self.store_triple((one, OWL.sameAs, other))
