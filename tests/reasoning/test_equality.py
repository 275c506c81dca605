"""The two reasoners are equal: on random ontologies that use every construct, and on the curated graph."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode, Triple

from khyber.config import graph_home
from khyber.rdf.namespaces import RDF
from khyber.rdf.reading import read_file
from khyber.reasoning.base import reasoner
from khyber.reasoning.comparable import comparable
from reasoning.graphs import AXIOMS, graph, random_turtle

SEEDS = 100
CONSTRUCTS = (
    "propertyChainAxiom",
    "inverseOf",
    "TransitiveProperty",
    "SymmetricProperty",
    "FunctionalProperty",
    "InverseFunctionalProperty",
    "hasValue",
    "someValuesFrom",
    "allValuesFrom",
    "unionOf",
    "intersectionOf",
    "oneOf",
    "hasKey",
    "sameAs",
    "maxCardinality",
    "maxQualifiedCardinality",
    "equivalentClass",
    "equivalentProperty",
    "disjointWith",
)


def difference(triples: set[Triple]) -> dict[str, set[str]]:
    ours, theirs = reasoner("sparql").infer(triples), reasoner("owlrl").infer(triples)
    return {"sparql only": {str(t) for t in ours - theirs}, "owlrl only": {str(t) for t in theirs - ours}}


NO_DIFFERENCE: dict[str, set[str]] = {"sparql only": set(), "owlrl only": set()}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_both_reasoners_derive_the_same_from_a_random_graph(seed: int) -> None:
    assert difference(graph(random_turtle(seed))) == NO_DIFFERENCE


@pytest.mark.parametrize("seed", range(1000, 1008))
def test_both_reasoners_derive_the_same_from_a_graph_crowded_with_axioms(seed: int) -> None:
    assert difference(graph(random_turtle(seed, axioms=24))) == NO_DIFFERENCE


def test_the_random_graphs_use_every_construct_and_derive_much() -> None:
    written = "\n".join(random_turtle(seed) for seed in range(SEEDS))
    assert len(AXIOMS) > 30
    assert [construct for construct in CONSTRUCTS if f"owl:{construct}" not in written] == []
    derived = [len(reasoner().infer(graph(random_turtle(seed)))) for seed in range(SEEDS)]
    assert sum(derived) > 30 * SEEDS


def curated() -> set[Triple]:
    home = graph_home()
    ontology = sorted((home / "ontology").rglob("*.ttl"))
    data = sorted((home / "data").glob("*.ttl"))
    assert ontology, "the ontology's files are there"
    assert data, "the curated graph is there"
    return {quad.triple for file in ontology + data for quad in read_file(file)}


def test_both_reasoners_derive_the_same_from_the_curated_graph() -> None:
    triples = curated()
    derived = reasoner("sparql").infer(triples)
    assert len(triples) > 2000
    assert len(derived) > 500
    assert derived == reasoner("owlrl").infer(triples)


def test_what_is_inferred_from_the_curated_graph_has_no_noise() -> None:
    derived = reasoner().infer(curated())
    assert derived == comparable(derived)
    assert any(triple.predicate == NamedNode(f"{RDF}type") for triple in derived)
