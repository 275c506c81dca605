"""Contradictions found around a change are those that the whole closure has after it and had not before."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

import pytest
from pyoxigraph import NamedNode, Quad, Store, Triple

from khyber.contributions.contradictions import Contradictions
from khyber.rdf.delta import Delta
from khyber.rdf.namespaces import GRAPH, OWL, RDF, RDFS
from khyber.reasoning.base import reasoner
from khyber.reasoning.consistency import Inconsistency, inconsistencies
from reasoning.graphs import graph
from reasoning.test_consistency import CASES

_TYPE = NamedNode(RDF + "type")


def is_axiom(triple: Triple) -> bool:
    """Tell whether a triple is the ontology's: it speaks in OWL's words, or is a part of what does."""
    spoken = (triple.predicate, triple.object) if triple.predicate == _TYPE else (triple.predicate,)
    in_owl = any(isinstance(each, NamedNode) and each.value.startswith((OWL, RDFS)) for each in spoken)
    in_data = triple.predicate.value in (OWL + "sameAs", OWL + "differentFrom")
    return (in_owl and not in_data) or triple.predicate.value in (RDF + "first", RDF + "rest")


def closed(triples: set[Triple]) -> set[Triple]:
    return triples | reasoner().infer(triples)


def dataset(ontology: Iterable[Triple], data: Iterable[Triple], inferred: Iterable[Triple]) -> set[Quad]:
    named = {"ontology": ontology, "core": data, "inferred": inferred}
    return {
        Quad(each.subject, each.predicate, each.object, NamedNode(GRAPH + name))
        for name, triples in named.items()
        for each in triples
    }


def found(ontology: set[Triple], before: set[Triple], after: set[Triple]) -> list[Inconsistency]:
    """Look for the contradictions of a change of the data from one state to another."""
    quads = [dataset(ontology, data, closed(ontology | data) - ontology - data) for data in (before, after)]
    store = Store()
    store.extend(quads[0])
    size = len(store)
    delta = Delta.of(quads[1] - quads[0], quads[0] - quads[1])
    contradictions = Contradictions(store)
    first = contradictions.of_change(store, delta)
    assert contradictions.of_change(store, delta) == first
    assert len(store) == size
    return first


@pytest.mark.parametrize(
    ("axiom", "breach"),
    [pytest.param(case[1], case[2], id=case[0]) for case in CASES]
    + [pytest.param(case[1], case[3], id=f"{case[0]}, near miss") for case in CASES],
)
def test_whichever_statement_comes_last_the_contradiction_is_found(axiom: str, breach: str) -> None:
    everything = set(graph(axiom + breach))
    ontology = {triple for triple in everything if is_axiom(triple)}
    data = everything - ontology
    assert data != set()
    for coming in (
        set(some) for count in (1, len(data)) for some in combinations(sorted(data, key=str), count)
    ):
        before = data - coming
        expected = set(inconsistencies(closed(everything))) - set(inconsistencies(closed(ontology | before)))
        assert {(each.rule, each.detail) for each in found(ontology, before, data)} >= {
            (each.rule, each.detail) for each in expected
        }
        assert set(found(ontology, before, data)) <= set(inconsistencies(closed(everything)))


def test_what_goes_brings_no_contradiction_and_is_met_by_none() -> None:
    everything = set(graph(":C owl:disjointWith :D . :a a :C . :b a :C ."))
    ontology = {triple for triple in everything if is_axiom(triple)}
    data = everything - ontology
    new = set(graph(":a a :D ."))
    gone = {each for each in data if each.subject.value.endswith("a")}  # type: ignore[union-attr]
    assert found(ontology, data, data | new) != []
    assert found(ontology, data, (data | new) - gone) == []
