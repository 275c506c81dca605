"""Why something is inferred, from the store of the published dataset alone."""

from __future__ import annotations

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, Store, Triple

from khyber.rdf.namespaces import GRAPH
from khyber.reasoning.base import reasoner
from khyber.reasoning.explanation import INFERRED, Explanation, premises
from validation.turtle import triples

ONTOLOGY = """
khyber:Actor a owl:Class . khyber:State a owl:Class ; rdfs:subClassOf khyber:Actor .
khyber:Emirate a owl:Class ; rdfs:subClassOf khyber:State .
khyber:host a owl:ObjectProperty ; rdfs:range khyber:Actor ; owl:inverseOf khyber:hostIn .
khyber:hostIn a owl:ObjectProperty .
khyber:sheltered a owl:ObjectProperty .
khyber:allegedlyShelters a owl:ObjectProperty ; owl:propertyChainAxiom ( khyber:hostIn khyber:sheltered ) .
khyber:locatedIn a owl:ObjectProperty , owl:TransitiveProperty .
khyber:near a owl:ObjectProperty , owl:SymmetricProperty .
"""
DATA = """
actor:a a khyber:State . actor:c a khyber:State . situation:s khyber:host actor:a ; khyber:sheltered actor:b .
place:x khyber:locatedIn place:y . place:y khyber:locatedIn place:z . place:z khyber:locatedIn place:w .
place:x khyber:near place:y .
"""


@pytest.fixture
def store() -> Store:
    store = Store()
    data, ontology = triples(DATA), triples(ONTOLOGY)
    graphs = {"core": data, "ontology": ontology, "inferred": reasoner("sparql").infer([*ontology, *data])}
    for name, found in graphs.items():
        for triple in found:
            store.add(Quad(triple.subject, triple.predicate, triple.object, NamedNode(GRAPH + name)))
            store.add(Quad(triple.subject, triple.predicate, triple.object, DefaultGraph()))
    return store


def one(text: str) -> Triple:
    (triple,) = triples(text)
    return triple


@pytest.mark.parametrize(
    ("inferred", "rule", "from_what"),
    [
        ("actor:c a khyber:Actor .", "cax-sco", "actor:c a khyber:State ."),
        ("actor:a khyber:hostIn situation:s .", "prp-inv1", "situation:s khyber:host actor:a ."),
        ("place:y khyber:near place:x .", "prp-symp", "place:x khyber:near place:y ."),
        (
            "actor:a khyber:allegedlyShelters actor:b .",
            "prp-spo2",
            "actor:a khyber:hostIn situation:s . situation:s khyber:sheltered actor:b .",
        ),
        (
            "place:x khyber:locatedIn place:z .",
            "prp-trp",
            "place:x khyber:locatedIn place:y . place:y khyber:locatedIn place:z .",
        ),
    ],
)
def test_premises_are_those_of_one_derivation(store: Store, inferred: str, rule: str, from_what: str) -> None:
    found = premises(store, one(inferred))
    assert found is not None
    assert (found.rule, set(found.triples)) == (rule, set(triples(from_what)))


def test_what_no_rule_gives_has_none(store: Store) -> None:
    assert premises(store, one("actor:b a khyber:State .")) is None
    assert premises(store, one("actor:b rdfs:label 'B'@en .")) is None


def test_what_follows_from_the_ontology_alone_is_told_apart(store: Store) -> None:
    explanation = Explanation(store)
    assert explanation.is_of_ontology(one("khyber:Emirate rdfs:subClassOf khyber:Actor ."))
    assert explanation.premises(one("khyber:Emirate rdfs:subClassOf khyber:Actor .")) is None
    assert not explanation.is_of_ontology(one("actor:a a khyber:Actor ."))


def test_two_inferred_triples_give_no_reason_for_each_other(store: Store) -> None:
    for graph in (NamedNode(GRAPH + "core"), DefaultGraph()):
        fact = one("place:x khyber:near place:y .")
        store.remove(Quad(fact.subject, fact.predicate, fact.object, graph))
        store.add(Quad(fact.subject, fact.predicate, fact.object, INFERRED))
    store.add(Quad(fact.subject, fact.predicate, fact.object, DefaultGraph()))
    assert premises(store, one("place:y khyber:near place:x .")) is None


def test_everything_inferred_from_data_has_premises(store: Store) -> None:
    explanation = Explanation(store)
    inferred = [quad.triple for quad in store.quads_for_pattern(None, None, None, INFERRED)]
    from_data = [triple for triple in inferred if not explanation.is_of_ontology(triple)]
    assert len(from_data) > 5
    assert [triple for triple in from_data if explanation.premises(triple) is None] == []
