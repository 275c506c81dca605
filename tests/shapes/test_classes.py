"""Every class of the ontology is judged by a shape of its own, every property by a rule on its values."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from pyoxigraph import DefaultGraph, Quad, QuerySolutions, Store

from khyber.config import graph_home
from khyber.rdf.namespaces import PREFIXES, TERM
from khyber.release.sources import ONTOLOGY_GRAPH, SHAPES_GRAPH, parse_sources, read_sources
from khyber.validation.names import short

UNRULED = {
    "khyber:concerns": "stands above about, alleges, accused …, each of which has its rule",
    "khyber:rivalCategoryOf": "joins codes of the ontology, which stand outside the data",
}
EQUAL_TO_ANOTHER = {
    "khyber:branch": "shape:BranchIsAffiliate asks for the values of khyber:affiliate",
    "khyber:branchedFrom": "shape:TrunkIsAffiliatedTo asks for the values of khyber:affiliatedTo",
}


@pytest.fixture(scope="module")
def store() -> Store:
    graphs = parse_sources(read_sources(graph_home()))
    triples = [*graphs[ONTOLOGY_GRAPH], *graphs[SHAPES_GRAPH]]
    store = Store()
    store.extend(Quad(triple.subject, triple.predicate, triple.object, DefaultGraph()) for triple in triples)
    return store


def names(store: Store, pattern: str) -> set[str]:
    """The khyber terms, and the pairs of them, that match ?term (and ?kind) in a pattern."""
    found = store.query(f"SELECT ?term ?kind {{ {pattern} }}", prefixes=PREFIXES)
    assert isinstance(found, QuerySolutions)
    return {" ".join(map(_name, each)) for each in found if str(each["term"]).startswith(f"<{TERM}")}


def _name(term: object) -> str:
    return short(getattr(term, "value", ""))


def without(found: set[str], spared: Iterable[str]) -> set[str]:
    return {name for name in found if name.split(" ")[0] not in spared}


def test_every_class_of_the_ontology_is_the_target_of_a_shape(store: Store) -> None:
    classes = names(store, "?term a owl:Class")
    assert len(classes) > 40
    assert classes - names(store, "?shape sh:targetClass ?term") == set()


def test_every_target_is_a_class_that_the_ontology_declares(store: Store) -> None:
    assert names(store, "?shape sh:targetClass ?term") - names(store, "?term a owl:Class") == set()


def test_every_property_of_the_ontology_is_spoken_of_by_a_rule(store: Store) -> None:
    properties = names(store, "VALUES ?type { owl:ObjectProperty owl:DatatypeProperty } ?term a ?type")
    ruled = names(store, "?shape sh:path/(sh:alternativePath/rdf:rest*/rdf:first)? ?term")
    assert len(properties) > 100
    assert without(properties - ruled, UNRULED) == set()


def test_every_class_that_the_ontology_gives_values_of_a_property_is_asked_for_by_a_rule(
    store: Store,
) -> None:
    ranges = names(store, "?term rdfs:range ?kind . ?kind rdfs:isDefinedBy ?ontology")
    asked = names(store, "?shape sh:path ?term ; sh:class ?kind")
    rules = "shape:EdgeNotAsserted shape:InverseNotAsserted"
    drawn = names(
        store, f"VALUES ?rule {{ {rules} }} ?rule sh:path/sh:alternativePath/rdf:rest*/rdf:first ?term"
    )
    assert len(ranges) > 50
    assert without(ranges - asked, {*(name.strip() for name in drawn), *EQUAL_TO_ANOTHER}) == set()
