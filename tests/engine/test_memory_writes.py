from __future__ import annotations

import pickle

import pytest
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, RdfFormat, Triple, parse

from khyber.engine.base import GraphChange, Query, ResultKind, Update
from khyber.engine.memory import MemoryEngine
from khyber.errors import Conflict, EngineFailure, KhyberError, QueryRefused, QuerySyntaxError, ReadOnly

EX = "http://example.org/"
ONE, TWO = EX + "one", EX + "two"


def triple(number: int) -> Triple:
    return Triple(NamedNode(EX + "s"), NamedNode(EX + "p"), Literal(number))


def quad(number: int, *graph: str) -> Quad:
    found = triple(number)
    return Quad(found.subject, found.predicate, found.object, *(NamedNode(iri) for iri in graph))


@pytest.fixture
def engine() -> MemoryEngine:
    return MemoryEngine.load([quad(0), quad(1, ONE)])


def numbers(engine: MemoryEngine, graph: str | None = None) -> list[int]:
    where = "{ ?s ?p ?o }" if graph is None else f"{{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
    query = Query(f"SELECT ?o {where} ORDER BY ?o", ResultKind.SOLUTIONS)
    lines = b"".join(engine.answer(query, QueryResultsFormat.TSV)).decode().split()
    return [int(line) for line in lines[1:]]


def test_the_next_query_sees_an_update(engine: MemoryEngine) -> None:
    engine.update(Update(f"INSERT DATA {{ <{EX}s> <{EX}p> 5 }}"))
    assert numbers(engine) == [0, 5]


@pytest.mark.parametrize(
    ("last", "error"),
    [
        (f"CREATE GRAPH <{ONE}>", Conflict),
        (f"DROP GRAPH <{TWO}>", Conflict),
        ("LOAD <file:///nowhere>", EngineFailure),
        (f"INSERT {{ ?s ?p ?x }} WHERE {{ ?s ?p ?o BIND(<{EX}f>(1) AS ?x) }}", QueryRefused),
        ("INSERT", QuerySyntaxError),
    ],
)
def test_an_update_that_fails_at_its_end_changes_nothing(
    engine: MemoryEngine, last: str, error: type[KhyberError]
) -> None:
    version = engine.version()
    with pytest.raises(error):
        engine.update(Update(f"CLEAR ALL ; INSERT DATA {{ <{EX}s> <{EX}p> 5 }} ; {last}"))
    assert (numbers(engine), numbers(engine, ONE)) == ([0], [1])
    assert engine.version() == version


def test_every_write_makes_another_version(engine: MemoryEngine) -> None:
    versions = [engine.version()]
    engine.update(Update(f"INSERT DATA {{ <{EX}s> <{EX}p> 5 }}"))
    versions.append(engine.version())
    engine.change_graph(GraphChange("merge", ONE, (triple(2),)))
    versions.append(engine.version())
    assert len(set(versions)) == 3


def test_a_merged_dataset_is_not_kept_over_a_write(engine: MemoryEngine) -> None:
    engine.change_graph(GraphChange("merge", TWO, (triple(2),)))
    query = Query("SELECT ?o { ?s ?p ?o } ORDER BY ?o", ResultKind.SOLUTIONS, (ONE, TWO))
    before = b"".join(engine.answer(query, QueryResultsFormat.TSV))
    engine.change_graph(GraphChange("merge", TWO, (triple(3),)))
    after = b"".join(engine.answer(query, QueryResultsFormat.TSV))
    assert (before.split()[1:], after.split()[1:]) == ([b"1", b"2"], [b"1", b"2", b"3"])


@pytest.mark.parametrize("graph", [None, ONE, TWO])
def test_a_graph_is_replaced_as_a_whole(engine: MemoryEngine, graph: str | None) -> None:
    was_there = engine.has_graph(graph)
    assert engine.change_graph(GraphChange("replace", graph, (triple(7), triple(8)))) is not was_there
    assert numbers(engine, graph) == [7, 8]
    assert engine.has_graph(graph)


def test_a_merge_adds_to_a_graph(engine: MemoryEngine) -> None:
    assert engine.change_graph(GraphChange("merge", ONE, (triple(1), triple(2)))) is False
    assert numbers(engine, ONE) == [1, 2]


def test_a_graph_that_was_dropped_is_not_there(engine: MemoryEngine) -> None:
    engine.change_graph(GraphChange("drop", ONE))
    assert not engine.has_graph(ONE)
    assert ONE not in engine.graphs()
    assert numbers(engine) == [0]


def test_the_default_graph_is_emptied_and_stays(engine: MemoryEngine) -> None:
    engine.change_graph(GraphChange("drop", None))
    assert engine.has_graph(None)
    assert engine.size() == 0


@pytest.mark.parametrize("kind", ["replace", "merge"])
def test_an_empty_graph_is_there(engine: MemoryEngine, kind: str) -> None:
    assert engine.change_graph(GraphChange("replace" if kind == "replace" else "merge", TWO)) is True
    assert engine.has_graph(TWO)
    assert engine.graphs() == {ONE: 1, TWO: 0}


TERMS = """\
PREFIX : <http://example.org/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
:a :p "quote \\" and \\\\ and \\n line" , "é"@fr , "شرق"@ar--rtl , "2024-01-01"^^xsd:date , 1.5 , <http://e.org/ä> .
:b :p [ :q [ :q 1 ] ] , <<( :x :y "z" )>> .
"""


@pytest.mark.parametrize("graph", [None, ONE])
def test_every_term_survives_a_replacement(engine: MemoryEngine, graph: str | None) -> None:
    triples = tuple(found.triple for found in parse(TERMS, format=RdfFormat.TURTLE))
    engine.change_graph(GraphChange("replace", graph, triples))
    dataset = ((graph,), ()) if graph else (None, None)
    query = Query("CONSTRUCT WHERE { ?s ?p ?o }", ResultKind.GRAPH, *dataset)
    body = b"".join(engine.answer(query, RdfFormat.N_TRIPLES)).decode()
    written = {line for line in body.splitlines() if "_:" not in line}
    assert written == {f"{found} ." for found in triples if "_:" not in str(found)}
    assert len(body.splitlines()) == len(triples)


def test_a_change_that_was_sent_to_another_process_is_the_same() -> None:
    triples = tuple(found.triple for found in parse(TERMS, format=RdfFormat.TURTLE))
    for change in (GraphChange("replace", ONE, triples), GraphChange("drop", None)):
        assert pickle.loads(pickle.dumps(change)) == change  # noqa: S301 - our own bytes


def test_a_default_graph_that_is_made_of_others_takes_no_writes() -> None:
    engine = MemoryEngine.load([quad(1, ONE)], [ONE])
    with pytest.raises(ReadOnly):
        engine.update(Update("CLEAR ALL"))
    with pytest.raises(ReadOnly):
        engine.change_graph(GraphChange("drop", ONE))
    assert numbers(engine) == numbers(engine, ONE) == [1]
