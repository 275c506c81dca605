"""Tests that run a query or an update: over HTTP, and the same on Oxigraph itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
from pyoxigraph import (
    DefaultGraph,
    Quad,
    QueryResultsFormat,
    QueryTriples,
    RdfFormat,
    Store,
)
from rdflib.term import Node, URIRef

import conformance.graphs as data
from conformance.client import Client
from conformance.manifests import MF, QT, RDFS, UT, Case
from khyber.errors import PROBLEM_BASE, Conflict, QueryRefused, QuerySyntaxError

RESULT_FORMATS = {
    ".srx": QueryResultsFormat.XML,
    ".srj": QueryResultsFormat.JSON,
    ".tsv": QueryResultsFormat.TSV,
    ".csv": QueryResultsFormat.CSV,
}
WHOLE = "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"


class IllFormed(Exception):
    """The text is no query or no update."""


class Refused(Exception):
    """The text is well-formed, and what it asks for is not done."""


@dataclass(frozen=True)
class Runner:
    """Something that runs queries and updates: ``query`` gives bytes in a format, ``update`` gives nothing.

    Both raise IllFormed and Refused, and AssertionError for everything else that goes wrong.
    """

    hold: Callable[[list[Quad]], None]
    query: Callable[[str, QueryResultsFormat | RdfFormat], bytes]
    update: Callable[[str], None]


def over_http(client: Client) -> Runner:
    """Run on the server under test."""

    def query(text: str, wanted: QueryResultsFormat | RdfFormat) -> bytes:
        response = client.query(text, wanted.media_type)
        _judge(response.status, response.body)
        assert response.status == 200, response.body
        assert response.media_type == wanted.media_type.partition(";")[0]
        return response.body

    def update(text: str) -> None:
        response = client.update(text)
        _judge(response.status, response.body)
        assert response.status == 204, response.body

    return Runner(client.hold, query, update)


def _judge(status: int, body: bytes) -> None:
    if status in (400, 409):
        problem = json.loads(body)
        codes = {PROBLEM_BASE + error.code: error for error in (QuerySyntaxError, QueryRefused, Conflict)}
        error = codes.get(problem["type"])
        if error is not None:
            raise (IllFormed if error is QuerySyntaxError else Refused)(problem["detail"])


def on_oxigraph() -> Runner:
    """Run on an Oxigraph store of this process: what a known failure is measured by."""
    store = Store()

    def hold(quads: list[Quad]) -> None:
        store.clear()
        store.extend(quads)

    def query(text: str, wanted: QueryResultsFormat | RdfFormat) -> bytes:
        try:
            results = store.query(text, base_iri="http://localhost/sparql")
            if isinstance(wanted, RdfFormat):
                assert isinstance(results, QueryTriples)
                return ox.serialize(results, format=wanted) or b""
            assert not isinstance(results, QueryTriples)
            return results.serialize(format=wanted) or b""
        except SyntaxError as error:
            raise IllFormed(str(error)) from None
        except (OSError, RuntimeError, ValueError) as error:
            raise Refused(str(error)) from None

    def update(text: str) -> None:
        try:
            store.update(text, base_iri="http://localhost/sparql")
        except SyntaxError as error:
            raise IllFormed(str(error)) from None
        except (OSError, RuntimeError, ValueError) as error:
            raise Refused(str(error)) from None

    return Runner(hold, query, update)


def run(case: Case, runner: Runner) -> None:
    """Run a test; AssertionError or IllFormed tells what is wrong."""
    if "Syntax" in case.kind:
        _syntax(case, runner)
    elif case.kind == "UpdateEvaluationTest":
        _update(case, runner)
    else:
        _query(case, runner)


def _syntax(case: Case, runner: Runner) -> None:
    file = _file(case, MF.action, case.node)
    text = file.read_text(encoding="utf-8")
    runner.hold([])
    try:
        if file.suffix == ".ru":
            runner.update(text)
        else:
            runner.query(text, _format_for(text))
    except IllFormed:
        assert "Negative" in case.kind, "A well-formed text is refused."
        return
    except Refused:
        pass  # It was read; it asks to load a document, or to drop a graph that is not there.
    assert "Positive" in case.kind, "What is not well-formed is taken."


def _format_for(text: str) -> QueryResultsFormat | RdfFormat:
    from khyber.engine.base import ResultKind
    from khyber.errors import KhyberError
    from khyber.sparql.outline import outline

    try:
        kind = outline(text).kind
    except KhyberError:
        return QueryResultsFormat.JSON
    return RdfFormat.N_TRIPLES if kind is ResultKind.GRAPH else QueryResultsFormat.JSON


def _query(case: Case, runner: Runner) -> None:
    graph = case.graph
    action = graph.value(case.node, MF.action)
    file = _file(case, QT.query, action)
    runner.hold(_dataset(case, action, QT))
    text = f"BASE <{file.as_uri()}>\n{file.read_text(encoding='utf-8')}"
    expected = _file(case, MF.result, case.node)
    if expected.suffix == ".csv":
        found = data.csv_rows(runner.query(text, QueryResultsFormat.CSV))
        assert found == data.csv_rows(expected.read_bytes()), found
    elif expected.suffix in RESULT_FORMATS:
        results_format = RESULT_FORMATS[expected.suffix]
        _compare_rows(
            data.rows_of(runner.query(text, results_format), results_format),
            data.rows_of(expected.read_bytes(), results_format),
        )
    elif b"ResultSet" in expected.read_bytes():
        rows = data.rows_of(runner.query(text, QueryResultsFormat.JSON), QueryResultsFormat.JSON)
        _compare_rows(rows, data.rows_in_rdf(expected))
    else:
        body = runner.query(text, RdfFormat.N_TRIPLES)
        found_graph = list(ox.parse(body, format=RdfFormat.N_TRIPLES))
        assert data.same(found_graph, data.read(expected)), body.decode()


def _compare_rows(found: list[data.Row] | bool, expected: list[data.Row] | bool) -> None:
    if isinstance(found, bool) or isinstance(expected, bool):
        assert found is expected, found
    else:
        assert data.same(data.as_dataset(found), data.as_dataset(expected)), found


def _update(case: Case, runner: Runner) -> None:
    graph = case.graph
    action, result = graph.value(case.node, MF.action), graph.value(case.node, MF.result)
    file = _file(case, UT.request, action)
    runner.hold(_dataset(case, action, UT))
    runner.update(f"BASE <{file.as_uri()}>\n{file.read_text(encoding='utf-8')}")
    rows = data.rows_of(runner.query(WHOLE, QueryResultsFormat.JSON), QueryResultsFormat.JSON)
    assert not isinstance(rows, bool)
    found = [Quad(row["s"], row["p"], row["o"], row.get("g", DefaultGraph())) for row in rows]
    assert data.same(found, _dataset(case, result, UT)), found


def _dataset(case: Case, node: Node | None, vocabulary: object) -> list[Quad]:
    graph = case.graph
    quads: list[Quad] = []
    is_query = vocabulary is QT
    for file in graph.objects(node, QT.data if is_query else UT.data):
        quads += data.read(_path(file))
    for named in graph.objects(node, QT.graphData if is_query else UT.graphData):
        document = graph.value(named, UT.graph) or named
        quads += data.read(_path(document), str(graph.value(named, RDFS.label) or document))
    return quads


def _file(case: Case, predicate: URIRef, node: Node | None) -> Path:
    return _path(case.graph.value(node, predicate))


def _path(node: Node | None) -> Path:
    assert node is not None
    return Path(str(node).removeprefix("file://"))
