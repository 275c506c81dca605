"""Deltas on a dataset whose default graph is the merge of its named graphs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, QueryResultsFormat, Store

from khyber.engine.base import Query, ResultKind, Update
from khyber.engine.memory import MemoryEngine
from khyber.engine.published import APART, load_published
from khyber.errors import ReadOnly
from khyber.rdf.delta import Delta
from khyber.rdf.namespaces import CONTRIBUTION_GRAPH, GRAPH, PROVENANCE_GRAPH

EX = "http://example.org/"
CORE, INFERRED, FIRST = GRAPH + "core", GRAPH + "inferred", CONTRIBUTION_GRAPH + "1"
GRAPHS = (CORE, INFERRED, FIRST, CONTRIBUTION_GRAPH + "2", PROVENANCE_GRAPH, GRAPH + "shapes")


def quad(number: int, graph: str) -> Quad:
    return Quad(NamedNode(f"{EX}s{number}"), NamedNode(EX + "p"), Literal(number), NamedNode(graph))


def default_graph(engine: MemoryEngine) -> set[int]:
    quads = engine.store.quads_for_pattern(None, None, None, DefaultGraph())
    return {int(found.object.value) for found in quads if isinstance(found.object, Literal)}


def test_a_triple_is_in_the_default_graph_while_one_named_graph_has_it() -> None:
    engine = load_published([quad(1, CORE), quad(1, INFERRED), quad(2, CORE)])
    engine.apply(Delta((), (quad(1, CORE),)), "1")
    assert default_graph(engine) == {1, 2}
    engine.apply(Delta((), (quad(1, INFERRED), quad(2, CORE))), "2")
    assert default_graph(engine) == set()
    assert engine.graphs() == {}
    assert engine.version() == "2"


def test_a_contribution_that_comes_later_belongs_to_the_default_graph_and_provenance_does_not() -> None:
    engine = load_published([quad(1, CORE)])
    engine.apply(Delta((quad(2, FIRST), quad(3, PROVENANCE_GRAPH)), ()), "1")
    assert default_graph(engine) == {1, 2}
    assert engine.graphs() == {FIRST: 1, CORE: 1, PROVENANCE_GRAPH: 1}
    assert engine.merged == {CORE, FIRST}
    engine.apply(Delta((), (quad(2, FIRST),)), "2")
    assert engine.merged == {CORE}


def test_what_is_there_or_gone_already_does_no_harm() -> None:
    engine = load_published([quad(1, CORE)])
    delta = Delta((quad(1, CORE), quad(2, FIRST)), (quad(3, INFERRED),))
    for _ in range(2):
        engine.apply(delta, "1")
        assert default_graph(engine) == {1, 2}


def test_no_triple_is_added_to_a_default_graph_that_is_a_merge() -> None:
    engine = load_published([quad(1, CORE)])
    own = Quad(NamedNode(EX + "s"), NamedNode(EX + "p"), Literal(5))
    with pytest.raises(ReadOnly):
        engine.apply(Delta((quad(2, CORE), own), ()), "1")
    assert engine.graphs() == {CORE: 1}
    with pytest.raises(ReadOnly):
        MemoryEngine.load([quad(1, CORE)], [CORE]).apply(Delta(), "1")


def test_a_dataset_whose_default_graph_is_its_own_takes_deltas_as_they_stand() -> None:
    own = Quad(NamedNode(EX + "s"), NamedNode(EX + "p"), BlankNode("b"))
    engine = MemoryEngine.load([quad(1, CORE)])
    engine.apply(Delta((own, quad(2, CORE)), (quad(1, CORE),)), "named")
    assert set(engine.store) == {own, quad(2, CORE)}
    assert engine.version() == "named"
    engine.update(Update(f"INSERT DATA {{ <{EX}s> <{EX}p> 5 }}"))
    assert engine.version() == "named.1"


def test_an_answer_on_an_older_state_and_a_function_leave_nothing() -> None:
    engine = load_published([quad(1, CORE)], version="7-abc")
    query = Query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", ResultKind.SOLUTIONS)
    delta = Delta((quad(2, FIRST),), (quad(1, CORE), quad(9, CORE)))
    assert b"".join(engine.answer(query, QueryResultsFormat.CSV, undo=delta)).split() == [b"n", b"1"]
    assert engine.run(emptied, 3) == 3
    assert engine.graphs() == {CORE: 1}
    assert engine.version() == "7-abc"


def emptied(store: Store, value: int) -> int:
    store.clear()
    return value


quads = st.builds(quad, st.integers(0, 3), st.sampled_from(GRAPHS))


@settings(max_examples=60, deadline=None)
@given(st.lists(quads), st.lists(st.tuples(st.lists(quads), st.lists(quads)), max_size=6))
def test_deltas_lead_to_what_loading_the_result_gives(
    loaded: list[Quad], steps: list[tuple[list[Quad], list[Quad]]]
) -> None:
    engine, expected = load_published(loaded), set(loaded)
    for number, (added, removed) in enumerate(steps):
        delta = Delta.of(added, removed)
        engine.apply(delta, str(number))
        expected = (expected - set(delta.removed)) | set(delta.added)
        afresh = load_published(sorted(expected, key=str))
        assert set(engine.store) == set(afresh.store)
        assert engine.graphs() == afresh.graphs()
        assert engine.merged == afresh.merged
        assert not engine.merged & APART
