"""The application over a dataset in this process, with a token, for tests that need no server."""

from __future__ import annotations

from typing import Any

import pyoxigraph as ox
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat
from werkzeug.test import TestResponse

from khyber.engine.memory import MemoryEngine
from khyber.errors import KhyberError
from khyber.web.app import create_app
from problem_shape import assert_problem

EX = "http://example.org/"
ONE = EX + "one"
TOKEN = "a-token-for-tests"  # noqa: S105
AUTHORISED = {"Authorization": f"Bearer {TOKEN}"}
BASE_URL = "https://base.example"

Refused = tuple[str, str, dict[str, str], bytes, type[KhyberError]]
"""A request that is refused: its method, address, headers and body, and the error that says so."""


def application(*, writable: bool = True, **options: Any) -> Flask:
    """Make the application over one triple in the default graph and one in a named graph."""
    data = f'<{EX}a> <{EX}p> "0" .\n<{EX}a> <{EX}p> "1" <{ONE}> .\n'
    engine = MemoryEngine.load(ox.parse(data, format=RdfFormat.N_QUADS))
    chosen: dict[str, Any] = {"admin_token": TOKEN, "base_url": BASE_URL, **options}
    return create_app(engine, writable=writable, **chosen)


def values(client: FlaskClient, graph: str | None = None) -> list[str]:
    """Give the objects of all triples of a graph, by a query."""
    pattern = "?s ?p ?o" if graph is None else f"GRAPH <{graph}> {{ ?s ?p ?o }}"
    answer = client.get("/sparql", query_string={"query": f"SELECT ?o {{ {pattern} }} ORDER BY ?o"})
    assert answer.status_code == 200
    document: dict[str, Any] = answer.get_json(force=True)
    return [row["o"]["value"] for row in document["results"]["bindings"]]


def assert_refused(answer: TestResponse, error: type[KhyberError]) -> dict[str, Any]:
    """Assert that an answer is the problem of the class ``error``, and give its members."""
    return assert_problem(answer.status_code, answer.headers["Content-Type"], answer.data, error)


def assert_changes_nothing(client: FlaskClient, refused: Refused) -> None:
    """Assert that a request gets its error, and that the dataset is as it was made."""
    method, path, headers, body, error = refused
    assert_refused(client.open(path, method=method, headers=headers, data=body), error)
    assert (values(client), values(client, ONE)) == (["0"], ["1"])
