"""VoID: the counts of a dataset, taken on the engine, against counts taken by hand and in Python."""

from __future__ import annotations

from collections import defaultdict

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple

from khyber.engine.memory import MemoryEngine
from khyber.rdf.namespaces import RDF, VOID, VOID_EXT, XSD
from khyber.sparql.void import DEFAULT, GraphFacts, describe_graph, facts, namespace_of

EX = "http://example.org/"
DATA = """
PREFIX ex: <http://example.org/>
PREFIX v: <http://example.com/v#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
ex:ann a v:Person ; v:knows ex:bob , ex:cid ; v:age 30 .
ex:bob a v:Person ; v:age "old" .
GRAPH ex:one { ex:ann v:knows ex:bob . [] v:knows ex:ann }
"""


def engine(text: str = DATA) -> MemoryEngine:
    return MemoryEngine.load(list(ox.parse(text, format=RdfFormat.TRIG)))


def test_a_graph_is_counted() -> None:
    graph = facts(engine())[DEFAULT]
    assert (graph.triples, graph.entities, graph.subjects, graph.objects) == (6, 2, 2, 5)
    assert graph.vocabularies() == ["http://example.com/v#", RDF]


def test_a_blank_node_is_a_subject_and_no_entity() -> None:
    graph = facts(engine())[EX + "one"]
    assert (graph.triples, graph.entities, graph.subjects, graph.objects) == (2, 1, 2, 2)


def test_a_class_tells_which_properties_its_instances_have_with_which_values() -> None:
    person = facts(engine())[DEFAULT].classes["http://example.com/v#Person"]
    assert person.entities == 2
    knows, age = (person.properties["http://example.com/v#" + name] for name in ("knows", "age"))
    assert (knows.triples, knows.classes, knows.datatypes) == (2, {"http://example.com/v#Person": 1}, {})
    assert (age.triples, age.datatypes) == (2, {XSD + "integer": 1, XSD + "string": 1})


def test_an_empty_dataset_has_a_default_graph_of_nothing() -> None:
    assert facts(engine("")) == {DEFAULT: GraphFacts()}


@pytest.mark.parametrize(
    ("iri", "namespace"),
    [
        ("http://x.org/a#b", "http://x.org/a#"),
        ("http://x.org/a/b", "http://x.org/a/"),
        ("urn:isbn:1", ""),
    ],
)
def test_a_namespace_ends_with_the_last_mark(iri: str, namespace: str) -> None:
    assert namespace_of(iri) == namespace


def described(nested: bool = True) -> set[Triple]:
    return set(describe_graph(NamedNode(EX + "g"), facts(engine())[DEFAULT], "g", nested=nested))


def test_the_description_nests_class_property_and_datatype() -> None:
    store = ox.Store()
    store.extend(Quad(t.subject, t.predicate, t.object) for t in described())
    query = f"""
        PREFIX void: <{VOID}> PREFIX void-ext: <{VOID_EXT}>
        SELECT ?class ?property ?datatype {{
          ?part void:class ?class ; void:propertyPartition ?use . ?use void:property ?property .
          ?use void-ext:datatypePartition [ void-ext:datatype ?datatype ; void:triples ?n ]
        }} ORDER BY ?datatype"""
    rows = store.query(query)
    assert isinstance(rows, ox.QuerySolutions)
    found = [tuple(str(row[name]) for name in ("class", "property", "datatype")) for row in rows]
    person, age = "<http://example.com/v#Person>", "<http://example.com/v#age>"
    assert found == [(person, age, f"<{XSD}integer>"), (person, age, f"<{XSD}string>")]


def test_without_nesting_a_class_tells_only_how_many_there_are() -> None:
    assert described(nested=False) < described()
    parts = {t.object for t in described(nested=False) if t.predicate.value == VOID + "classPartition"}
    inside = {t.predicate.value for t in described(nested=False) if t.subject in parts}
    assert inside >= {VOID + "class", VOID + "entities"}
    assert VOID + "propertyPartition" not in inside


def test_the_description_is_the_same_each_time() -> None:
    assert described() == described()
    assert all(
        term.value.startswith("g")
        for triple in described()
        for term in (triple.subject, triple.object)
        if isinstance(term, BlankNode)
    )


nodes = st.sampled_from([NamedNode(EX + name) for name in "abc"] + [BlankNode("x")])
values = nodes | st.sampled_from([Literal("a"), Literal(1), Literal("a", language="en")])
predicates = st.sampled_from([NamedNode(RDF + "type"), NamedNode(EX + "p"), NamedNode(EX + "q")])
graphs = st.sampled_from([DefaultGraph(), NamedNode(EX + "one"), NamedNode(EX + "two")])


@settings(max_examples=60, deadline=None)
@given(st.sets(st.builds(Quad, nodes, predicates, values, graphs), max_size=25))
def test_the_engine_counts_what_python_counts(quads: set[Quad]) -> None:
    found = facts(MemoryEngine.load(quads))
    graphs: defaultdict[str, set[Triple]] = defaultdict(set)
    for quad in quads:
        graphs[getattr(quad.graph_name, "value", DEFAULT)].add(quad.triple)
    assert set(found) == {DEFAULT, *graphs}
    for name, triples in graphs.items():
        graph = found[name]
        assert graph.triples == len(triples)
        assert graph.subjects == len({t.subject for t in triples})
        assert graph.objects == len({t.object for t in triples})
        assert graph.entities == len({t.subject for t in triples if isinstance(t.subject, NamedNode)})
        assert set(graph.properties) == {t.predicate.value for t in triples}
        for iri, use in graph.properties.items():
            of_property = [t for t in triples if t.predicate.value == iri]
            assert use.triples == len(of_property)
            literals = [t.object for t in of_property if isinstance(t.object, Literal)]
            assert sum(use.datatypes.values()) == len(literals)
        classes = {
            t.object.value
            for t in triples
            if t.predicate.value == RDF + "type" and isinstance(t.object, NamedNode)
        }
        assert set(graph.classes) == classes
