from __future__ import annotations

import json
from collections import Counter

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, RdfFormat

from khyber.engine.base import Query, ResultKind
from khyber.engine.memory import MERGES_KEPT, MemoryEngine
from khyber.engine.published import load_published
from khyber.errors import QueryRefused, QuerySyntaxError
from khyber.rdf.namespaces import GRAPH

EX = "http://example.org/"
ONE, TWO, THREE, NOWHERE = EX + "one", EX + "two", EX + "three", EX + "nowhere"
ALL = "SELECT * { ?s ?p ?o }"
NAMED = "SELECT * { GRAPH ?g { ?s ?p ?o } }"


def quad(number: int, graph: str | None) -> Quad:
    name = NamedNode(graph) if graph else ox.DefaultGraph()
    return Quad(NamedNode(f"{EX}s{number}"), NamedNode(EX + "p"), Literal(number), name)


QUADS = [quad(0, None), quad(1, ONE), quad(2, ONE), quad(1, TWO), quad(3, TWO), quad(4, THREE)]


def numbers(
    engine: MemoryEngine,
    text: str = ALL,
    default: tuple[str, ...] | None = None,
    named: tuple[str, ...] | None = None,
) -> Counter[int]:
    query = Query(text, ResultKind.SOLUTIONS, default, named)
    results = json.loads(b"".join(engine.answer(query, QueryResultsFormat.JSON)))
    return Counter(int(row["o"]["value"]) for row in results["results"]["bindings"])


def test_the_default_graph_holds_its_own_triples_and_those_of_the_graphs_named_once_each() -> None:
    engine = MemoryEngine.load(QUADS, [ONE, TWO])
    assert numbers(engine) == Counter([0, 1, 2, 3])
    assert engine.size() == 4


def test_named_graphs_stay_what_they_are() -> None:
    engine = MemoryEngine.load(QUADS, [ONE, TWO])
    assert numbers(engine, NAMED) == Counter([1, 2, 1, 3, 4])
    assert engine.graphs() == {ONE: 2, THREE: 1, TWO: 2}


def test_a_plain_server_does_not_merge_named_graphs_into_the_default_graph() -> None:
    assert numbers(MemoryEngine.load(QUADS)) == Counter([0])


DATASETS = {
    "one_default": ((ONE,), None, [1, 2], []),
    "two_defaults_are_merged": ((ONE, TWO), None, [1, 2, 3], []),
    "three_defaults_are_merged": ((ONE, TWO, THREE), None, [1, 2, 3, 4], []),
    "default_and_named": ((ONE,), (TWO,), [1, 2], [1, 3]),
    "two_defaults_and_named": ((ONE, TWO), (ONE, THREE), [1, 2, 3], [1, 2, 4]),
    "only_named": (None, (THREE,), [], [4]),
    "nowhere": ((NOWHERE,), None, [], []),
    "nowhere_and_one": ((NOWHERE, ONE), None, [1, 2], []),
    "none": ((), (), [], []),
}


@pytest.mark.parametrize(
    ("default", "named", "in_default", "in_named"), DATASETS.values(), ids=DATASETS.keys()
)
@pytest.mark.parametrize("published", [(), (ONE, TWO), (ONE, TWO, THREE)], ids=["plain", "two", "three"])
def test_a_query_sees_exactly_the_dataset_that_it_names(
    published: tuple[str, ...],
    default: tuple[str, ...] | None,
    named: tuple[str, ...] | None,
    in_default: list[int],
    in_named: list[int],
) -> None:
    engine = MemoryEngine.load([found for found in QUADS if found.graph_name != ox.DefaultGraph()], published)
    assert numbers(engine, ALL, default, named) == Counter(in_default)
    assert numbers(engine, NAMED, default, named) == Counter(in_named)


def test_a_dataset_of_the_query_wins_over_clauses_in_its_text() -> None:
    engine = MemoryEngine.load(QUADS)
    text = ALL.replace("{", f"FROM <{THREE}> FROM NAMED <{THREE}> {{")
    assert numbers(engine, text, (ONE, TWO), ()) == Counter([1, 2, 3])
    assert numbers(engine, text, None, (ONE,)) == Counter()


def test_the_graphs_of_the_published_default_graph_with_its_own_triples_are_merged_without_those() -> None:
    engine = MemoryEngine.load(QUADS, [ONE, TWO])
    assert numbers(engine, ALL, (ONE, TWO)) == Counter([1, 2, 3])


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from([ONE, TWO, THREE])), max_size=20))
def test_a_merge_is_the_union_of_its_graphs_as_sets(stands: list[tuple[int, str]]) -> None:
    engine = MemoryEngine.load([quad(number, graph) for number, graph in stands])
    expected = {number for number, graph in stands if graph in (ONE, TWO)}
    assert numbers(engine, ALL, (ONE, TWO)) == Counter(expected)


def test_merges_are_right_when_more_are_asked_for_than_are_kept() -> None:
    graphs = [f"{EX}g{number}" for number in range(MERGES_KEPT + 3)]
    engine = MemoryEngine.load([quad(number, graph) for number, graph in enumerate(graphs)])
    for _ in range(2):
        for number, graph in enumerate(graphs[1:], start=1):
            assert numbers(engine, ALL, (graphs[0], graph)) == Counter([0, number])


def test_the_published_default_graph_leaves_out_shapes_and_provenance() -> None:
    names = ["core", "ontology", "inferred", "shapes", "provenance"]
    engine = load_published([quad(number, GRAPH + name) for number, name in enumerate(names)])
    assert numbers(engine) == Counter([0, 1, 2])
    assert numbers(engine, NAMED) == Counter([0, 1, 2, 3, 4])


def test_turtle_has_the_prefixes_that_it_uses_and_no_others() -> None:
    subject = NamedNode("https://w3id.org/khyber/id/actor/a")
    quads = [
        Quad(subject, NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel"), Literal("A", language="en"))
    ]
    query = Query("CONSTRUCT WHERE { ?s ?p ?o }", ResultKind.GRAPH)
    turtle = b"".join(MemoryEngine.load(quads).answer(query, RdfFormat.TURTLE)).decode()
    assert turtle.count("@prefix") == 2
    assert 'actor:a skos:prefLabel "A"@en' in turtle


@pytest.mark.parametrize(
    "rdf_format",
    [
        RdfFormat.TURTLE,
        RdfFormat.N_TRIPLES,
        RdfFormat.N_QUADS,
        RdfFormat.TRIG,
        RdfFormat.JSON_LD,
        RdfFormat.RDF_XML,
    ],
    ids=str,
)
def test_a_graph_reads_back_the_same_from_every_format(rdf_format: RdfFormat) -> None:
    engine = MemoryEngine.load(QUADS, [ONE, TWO, THREE])
    query = Query("CONSTRUCT WHERE { ?s ?p ?o }", ResultKind.GRAPH)
    body = b"".join(engine.answer(query, rdf_format))
    read = {(found.subject, found.predicate, found.object) for found in ox.parse(body, format=rdf_format)}
    assert read == {(found.subject, found.predicate, found.object) for found in QUADS}


def test_a_function_that_is_not_there_is_refused_by_name() -> None:
    query = Query(f"SELECT (<{EX}f>(1) AS ?x) {{}}", ResultKind.SOLUTIONS)
    with pytest.raises(QueryRefused, match=f"{EX}f"):
        MemoryEngine.load(()).answer(query, QueryResultsFormat.JSON)


def test_errors_are_raised_by_the_call_and_not_by_the_iterator() -> None:
    with pytest.raises(QuerySyntaxError):
        MemoryEngine.load(()).answer(Query("SELECT", ResultKind.SOLUTIONS), QueryResultsFormat.JSON)
