"""Each example query answers what stands in the report, and its answer changes when the graph does.

The federated ones are answered in tests/federation/test_examples.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest

from khyber.config import graph_home
from khyber.engine.base import Engine, Query, ResultKind
from khyber.engine.published import load_published
from khyber.rdf.namespaces import GRAPH, PREFIXES
from khyber.reasoning.base import reasoner
from khyber.release.compile import dataset, infer
from khyber.release.queries import ExampleQuery, example_queries
from khyber.release.sources import CORE_GRAPH, parse_sources, read_sources
from khyber.sparql.outline import outline
from queries.expectation import Answer, Change, Expectation, read_expectation, rows, short

HERE = Path(__file__).parent
EXPECTATIONS = [read_expectation(path) for path in sorted(HERE.glob("*.toml"))]
QUERIES = {query.name: query for query in example_queries(graph_home()) if not query.is_federated}
SENTENCES = 41
Graphs = dict[str, list[ox.Triple]]


@pytest.fixture(scope="module")
def graphs() -> Graphs:
    return dict(parse_sources(read_sources(graph_home())))


@pytest.fixture(scope="module")
def published(graphs: Graphs) -> Engine:
    return compiled(graphs)


def compiled(graphs: Graphs) -> Engine:
    """Compile graphs, whether or not they conform, into an engine whose default graph is the published one."""
    return load_published(list(dataset(graphs, infer(graphs, reasoner()))))


def changed(graphs: Graphs, change: Change) -> Graphs:
    core = graphs[CORE_GRAPH]
    for triple in change.remove:
        assert triple in core, f"the change takes out a triple that is not there: {triple}"
    for triple in change.add:
        assert triple not in core, f"the change puts in a triple that is there: {triple}"
    kept = [triple for triple in core if triple not in change.remove]
    more = {GRAPH + name: list(triples) for name, triples in change.graphs.items()}
    return {**graphs, CORE_GRAPH: [*kept, *change.add], **more}


def answer(engine: Engine, query: ExampleQuery, columns: Sequence[str] = ()) -> Answer:
    kind = outline(query.text).kind
    if kind is ResultKind.GRAPH:
        written = b"".join(engine.answer(Query(query.text, kind), ox.RdfFormat.N_TRIPLES))
        triples = [quad.triple for quad in ox.parse(written, format=ox.RdfFormat.N_TRIPLES)]
        return rows(
            (short(triple.subject), short(triple.predicate), short(triple.object)) for triple in triples
        )
    written = b"".join(engine.answer(Query(query.text, kind), ox.QueryResultsFormat.JSON))
    result = ox.parse_query_results(written, format=ox.QueryResultsFormat.JSON)
    if isinstance(result, ox.QueryBoolean):
        return bool(result)
    assert isinstance(result, ox.QuerySolutions)
    assert [variable.value for variable in result.variables] == list(columns)
    return rows((short(value) for value in solution) for solution in result)


def test_there_are_at_least_thirty_queries_and_each_has_an_expected_answer() -> None:
    assert len(QUERIES) >= 30
    assert sorted(QUERIES) == [expectation.name for expectation in EXPECTATIONS]


@pytest.mark.parametrize("expected", EXPECTATIONS, ids=lambda expected: expected.name)
def test_the_query_answers_what_stands_in_the_report(published: Engine, expected: Expectation) -> None:
    assert answer(published, QUERIES[expected.name], expected.columns) == expected.answer


@pytest.mark.parametrize("expected", EXPECTATIONS, ids=lambda expected: expected.name)
def test_the_answer_follows_a_change_that_matters(graphs: Graphs, expected: Expectation) -> None:
    assert expected.changes, "an answer that nothing changes tests nothing"
    for change in expected.changes:
        after = answer(compiled(changed(graphs, change)), QUERIES[expected.name], expected.columns)
        assert after == change.answer, change.why


def test_some_change_of_each_query_gives_another_answer() -> None:
    dead = [
        expected.name
        for expected in EXPECTATIONS
        if all(change.answer == expected.answer for change in expected.changes)
    ]
    assert dead == []


@pytest.mark.parametrize("expected", EXPECTATIONS, ids=lambda expected: expected.name)
def test_the_answer_names_sentences_of_the_report(expected: Expectation) -> None:
    assert expected.sentences
    assert set(expected.sentences) <= set(range(1, SENTENCES + 1))


@pytest.mark.parametrize("query", QUERIES.values(), ids=lambda query: query.name)
def test_the_query_declares_the_prefixes_it_uses_as_the_project_does(query: ExampleQuery) -> None:
    for line in query.text.splitlines():
        if line.startswith("PREFIX "):
            _, prefix, iri = line.split()
            assert PREFIXES[prefix.rstrip(":")] == iri.strip("<>")
