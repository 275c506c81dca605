"""Contradictions that a change brings into the closure, found around what it adds.

A contradiction that was not there before uses a triple that comes to hold: one that is added, or follows
now. So the rules whose consequent is *false* are asked about a small store: the ontology, the triples that
come to hold, and what else of the closure they can meet in any of these rules.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from khyber.rdf.delta import Delta
from khyber.rdf.namespaces import GRAPH, OWL, PROVENANCE_GRAPH, RDF, RDFS, SKOS
from khyber.rdf.quads import graph_of
from khyber.rdf.terms import Term
from khyber.reasoning.consistency import Inconsistency, inconsistencies_in
from khyber.reasoning.false_rules import FALSE_RULES, FalseRule

ONTOLOGY_GRAPH = NamedNode(GRAPH + "ontology")
INFERRED_GRAPH = NamedNode(GRAPH + "inferred")
_OUTSIDE = frozenset((GRAPH + "shapes", PROVENANCE_GRAPH))

_TYPE = NamedNode(RDF + "type")
_ON_PROPERTY = NamedNode(OWL + "onProperty")
_FUNCTIONAL = NamedNode(OWL + "FunctionalProperty")
_ON_CLASS = NamedNode(OWL + "onClass")
_EQUALITY = frozenset(NamedNode(OWL + name) for name in ("sameAs", "differentFrom"))
_LABELS = (NamedNode(SKOS + "prefLabel"), NamedNode(RDFS + "label"))
_OWL_TERM = re.compile(r"owl:(\w+)")
_ALWAYS_KNOWN = frozenset(("sameAs", "Thing"))


class Contradictions:
    """Looks for the contradictions of changes of a published closure; its ontology does not change."""

    def __init__(self, store: Store) -> None:
        self._small = Store()
        self._small.extend([_by_itself(triple) for triple in _ontology_closure(store)])
        self._restricted = _properties(
            quad.object for quad in self._small.quads_for_pattern(None, _ON_PROPERTY, None)
        ) | _properties(quad.subject for quad in self._small.quads_for_pattern(None, _TYPE, _FUNCTIONAL))
        self._qualified = _properties(
            each.object
            for quad in self._small.quads_for_pattern(None, _ON_CLASS, None)
            for each in self._small.quads_for_pattern(quad.subject, _ON_PROPERTY, None)
        )
        self._terms = _owl_terms(quad.triple for quad in self._small)

    def of_change(self, store: Store, delta: Delta) -> list[Inconsistency]:
        """List the contradictions that hold once ``delta``, which is not made in ``store`` yet, is made.

        ``delta`` holds what changes among asserted and inferred triples. Only contradictions that use a
        triple it adds are looked for.
        """
        closure = _Closure(store, delta)
        coming = {quad.triple for quad in delta.added if _holds_data(quad)}
        met = [*coming, *(each for triple in coming for each in self._met_by(triple, closure))]
        return self._among(met, coming, closure)

    def _among(
        self, met: Iterable[Triple], coming: Iterable[Triple], closure: _Closure
    ) -> list[Inconsistency]:
        rules = self._rules(coming)
        here = [quad for quad in map(_by_itself, set(met)) if quad not in self._small]
        self._small.extend(here)
        try:
            found = inconsistencies_in(self._small, rules)
            if found:  # now the nodes need their names
                labels = [each for each in map(_by_itself, closure.labels(here)) if each not in self._small]
                self._small.extend(labels)
                here += labels
                found = inconsistencies_in(self._small, rules)
            return found
        finally:
            for quad in here:
                self._small.remove(quad)

    def _rules(self, coming: Iterable[Triple]) -> list[FalseRule]:
        """Leave out the rules that speak of terms of OWL which neither the ontology nor the change uses."""
        known = self._terms | _owl_terms(coming) | _ALWAYS_KNOWN
        return [rule for rule in FALSE_RULES if known.issuperset(_OWL_TERM.findall(rule.pattern))]

    def _met_by(self, triple: Triple, closure: _Closure) -> Iterator[Triple]:
        """Yield what the triple can meet in a rule: for each, one of its patterns is the triple."""
        subject, predicate, value = triple.subject, triple.predicate, triple.object
        yield from closure.match(subject, None, value)
        yield from closure.match(value, None, subject)
        if predicate == _TYPE:
            yield from closure.match(subject, _TYPE, None)
            for restricted in self._restricted:
                yield from closure.match(subject, restricted, None)
                for each in list(closure.match(subject, restricted, None)):
                    yield from closure.match(each.object, _TYPE, None)
            for qualified in self._qualified:
                for each in list(closure.match(None, qualified, subject)):
                    yield each
                    yield from closure.match(each.subject, _TYPE, None)
        elif predicate in self._restricted:
            yield from closure.match(subject, predicate, None)
            yield from closure.match(subject, _TYPE, None)
            yield from closure.match(value, _TYPE, None)
        elif predicate in _EQUALITY:
            for equality in _EQUALITY:
                yield from closure.match(subject, equality, None)


class _Closure:
    """The triples of the dataset, asserted and inferred, as they are after a change."""

    def __init__(self, store: Store, delta: Delta) -> None:
        self._store = store
        self._removed = frozenset(delta.removed)
        self._added = Store()
        self._added.extend(map(_by_itself, filter(_holds_data, delta.added)))

    def match(
        self, subject: Term | None, predicate: NamedNode | None, value: Term | None
    ) -> Iterator[Triple]:
        if isinstance(subject, Literal | Triple):
            return
        for quad in self._store.quads_for_pattern(subject, predicate, value, None):
            if quad not in self._removed and _holds_data(quad):
                yield quad.triple
        for quad in self._added.quads_for_pattern(subject, predicate, value, None):
            yield quad.triple

    def labels(self, quads: Collection[Quad]) -> Iterator[Triple]:
        nodes = {
            term for quad in quads for term in (quad.subject, quad.object) if isinstance(term, NamedNode)
        }
        for node in nodes:
            for label in _LABELS:
                yield from self.match(node, label, None)


def _ontology_closure(store: Store) -> Iterator[Triple]:
    """Yield the ontology and what follows about its terms."""
    terms = set()
    for quad in store.quads_for_pattern(None, None, None, ONTOLOGY_GRAPH):
        terms.add(quad.subject)
        yield quad.triple
    for term in terms:
        for quad in store.quads_for_pattern(term, None, None, INFERRED_GRAPH):
            yield quad.triple


def _properties(terms: Iterable[Term]) -> frozenset[NamedNode]:
    return frozenset(term for term in terms if isinstance(term, NamedNode))


def _owl_terms(triples: Iterable[Triple]) -> frozenset[str]:
    """Name the terms of OWL that stand as a property or a value."""
    return frozenset(
        term.value.removeprefix(OWL)
        for triple in triples
        for term in (triple.predicate, triple.object)
        if isinstance(term, NamedNode) and term.value.startswith(OWL)
    )


def _holds_data(quad: Quad) -> bool:
    return graph_of(quad) not in _OUTSIDE


def _by_itself(item: Triple | Quad) -> Quad:
    return Quad(item.subject, item.predicate, item.object)
