"""Tests that are HTTP exchanges: the protocol and the graph store (vocabularies ht: and cnt:)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
from pyoxigraph import RdfFormat
from rdflib import Graph, Namespace
from rdflib.term import Node

import conformance.graphs as data
from conformance.client import Client, Response
from conformance.manifests import MF, RDFS, UT, Case, items

HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")

STATUSES = {
    "OK": range(200, 201),
    "Created": range(201, 202),
    "NoContent": range(204, 205),
    "NotFound": range(404, 405),
    "StatusCode2xx": range(200, 300),
    "StatusCode3xx": range(300, 400),
    "StatusCode4xx": range(400, 500),
}
PATHS = {"/sparql/": "/sparql", "/gsp": "/graphs"}
"""The path of a request in the tests → the path of the same endpoint here."""

FORMATS = {
    "boolean": ("application/sparql-results+json", "application/sparql-results+xml"),
    "tabular": ("application/sparql-results+json", "application/sparql-results+xml", "text/csv"),
    "RDF": ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"),
}


def run(case: Case, client: Client) -> None:
    """Send the requests of a test, one after the other; AssertionError tells what came that should not."""
    graph = case.graph
    client.hold(_given(graph, case.node))
    replaced: dict[str, str] = {}
    requests = [
        request
        for connection in graph.objects(case.node, MF.action)
        for request in items(graph, connection, HT.requests)
    ]
    assert requests, "The test sends nothing."
    for request in requests:
        response = _send(graph, request, client, replaced)
        expected = graph.value(request, HT.resp)
        _judge(graph, expected, response)
        template = graph.value(expected, MF.expectedLocation)
        if template is not None:
            assert response.headers["Location"], "There is no Location."
            replaced[str(template)] = response.headers["Location"]


def _given(graph: Graph, test: Node) -> Iterator[ox.Quad]:
    for node in graph.objects(test, UT.graphData):
        file = Path(str(graph.value(node, UT.graph)).removeprefix("file://"))
        yield from data.read(file, str(graph.value(node, RDFS.label)))


def _send(graph: Graph, request: Node, client: Client, replaced: dict[str, str]) -> Response:
    path = str(graph.value(request, HT.absolutePath))
    ours, theirs = next((here, there) for there, here in PATHS.items() if path.startswith(there))
    headers = {
        str(graph.value(header, HT.fieldName)): str(graph.value(header, HT.fieldValue))
        for header in items(graph, request, HT.headers)
    }
    content = graph.value(request, HT.body)
    body = None
    if content is not None:
        encoding = str(graph.value(content, CNT.characterEncoding))
        body = _filled(str(graph.value(content, CNT.chars)), replaced).encode(encoding)
    method = str(graph.value(request, HT.methodName))
    return client.send(method, _filled(ours + path.removeprefix(theirs), replaced), headers, body)


def _filled(text: str, replaced: dict[str, str]) -> str:
    for template, value in replaced.items():
        text = text.replace(template, value)
    return text


def _judge(graph: Graph, expected: Node | None, response: Response) -> None:
    names = {str(status).rpartition("#")[2] for status in graph.objects(expected, MF.expectedStatus)}
    assert names, "The test expects no status."
    assert any(response.status in STATUSES[name] for name in names), (
        f"The status is {response.status}, not {' or '.join(sorted(names))}: {response.body[:300]!r}"
    )
    kind = graph.value(expected, MF.expectedFormat)
    if kind is not None:
        assert response.media_type in FORMATS[str(kind)], f"A {response.media_type} is not {kind}."
    boolean = graph.value(expected, MF.expectedBoolean)
    if boolean is not None:
        assert json.loads(response.body)["boolean"] is boolean.toPython()  # type: ignore[attr-defined]
    for header in items(graph, expected, HT.headers):
        name, value = str(graph.value(header, HT.fieldName)), str(graph.value(header, HT.fieldValue))
        assert response.headers[name] == value, f"{name} is {response.headers[name]}, not {value}."
    content = graph.value(expected, HT.body)
    if content is not None:
        document = str(graph.value(content, CNT.chars))
        wanted = ox.parse(document, format=RdfFormat.TURTLE)
        assert data.same(ox.parse(response.body, format=RdfFormat.TURTLE), wanted), response.body
