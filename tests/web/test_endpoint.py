from __future__ import annotations

import json
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat
from rdflib import Graph, URIRef, Variable
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from khyber.engine.base import ResultKind
from khyber.errors import (
    InputError,
    KhyberError,
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
    PayloadTooLarge,
    QueryRefused,
    QuerySyntaxError,
    ReadOnly,
    UnsupportedMediaType,
    UsageError,
)
from khyber.sparql.formats import BY_KEY, FORMATS
from problem_shape import assert_problem
from running import Answer, Server

EX = "http://example.org/"
SELECT = f"SELECT ?o {{ <{EX}ann> <{EX}knows> ?o }}"
CONSTRUCT = f"CONSTRUCT WHERE {{ <{EX}ann> <{EX}knows> ?o }}"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DIRECT = {"Content-Type": "application/sparql-query"}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def values(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.text
    rows = json.loads(answer.body)["results"]["bindings"]
    return sorted(term["value"] for row in rows for term in row.values())


def test_get_post_form_and_post_direct_answer_the_same(server: Server) -> None:
    body = urlencode({"query": SELECT}).encode()
    answers = [
        server.ask(SELECT),
        server.fetch("/sparql", method="POST", headers=FORM, body=body),
        server.fetch("/sparql", method="POST", headers=DIRECT, body=SELECT.encode()),
    ]
    for answer in answers:
        assert values(answer) == [EX + "bob"]
        assert answer.headers["Content-Type"] == "application/sparql-results+json"
        assert "Accept" in answer.headers["Vary"].split(", ")
        assert int(answer.headers["Content-Length"]) == len(answer.body)


@pytest.mark.parametrize("text", ["100%", "100%25"])
def test_a_percent_sign_means_the_same_by_get_and_by_post(server: Server, text: str) -> None:
    query = f"ASK {{ GRAPH ?g {{ ?s ?p '{text}' }} }}"
    body = urlencode({"query": query}).encode()
    by_get, by_post = server.ask(query), server.fetch("/sparql", method="POST", headers=FORM, body=body)
    assert json.loads(by_get.body)["boolean"] is json.loads(by_post.body)["boolean"] is (text == "100%")


@pytest.mark.parametrize("key", [entry.key for entry in FORMATS])
def test_every_format_is_answered_as_what_it_is(server: Server, key: str) -> None:
    entry = BY_KEY[key]
    is_graph = ResultKind.GRAPH in entry.kinds
    answer = server.ask(CONSTRUCT if is_graph else SELECT, accept=entry.media_type)
    assert answer.status == 200
    assert answer.media_type == entry.media_type
    if isinstance(entry.writer, RdfFormat):
        assert len(list(ox.parse(answer.body, format=entry.writer))) == 1
    elif entry.writer == QueryResultsFormat.CSV:
        assert answer.text == f"o\r\n{EX}bob\r\n"
    else:
        results = ox.parse_query_results(answer.body, format=entry.writer)
        assert isinstance(results, QuerySolutions)
        assert len(list(results)) == 1


def test_head_answers_as_get_without_the_body(server: Server) -> None:
    path = "/sparql?" + urlencode({"query": SELECT})
    head, get = server.fetch(path, method="HEAD"), server.fetch(path)
    assert (head.status, head.body) == (200, b"")
    for name in ("Content-Type", "Content-Length", "Vary", "Access-Control-Allow-Origin"):
        assert head.headers[name] == get.headers[name]


def test_options_lets_a_page_of_any_origin_ask(server: Server) -> None:
    answer = server.fetch("/sparql", method="OPTIONS", headers={"Origin": "https://example.com"})
    assert answer.status == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert {"GET", "POST"} <= set(answer.headers["Access-Control-Allow-Methods"].split(", "))
    assert "Content-Type" in answer.headers["Access-Control-Allow-Headers"]


ONE, TWO = EX + "one", EX + "two"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.mark.parametrize(
    ("query", "parameters", "count"),
    [
        (COUNT, [], "3"),
        (COUNT, [("default-graph-uri", ONE)], "2"),
        (COUNT, [("default-graph-uri", ONE), ("default-graph-uri", TWO)], "4"),
        (COUNT, [("named-graph-uri", ONE)], "0"),
        (COUNT.replace("{", f"FROM <{ONE}> FROM <{TWO}> {{", 1), [], "4"),
        (COUNT.replace("{", f"FROM <{ONE}> {{", 1), [("default-graph-uri", TWO)], "3"),
        ("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", [("named-graph-uri", TWO)], "3"),
    ],
)
def test_the_dataset_that_a_request_names_is_the_one_that_answers(
    server: Server, query: str, parameters: list[tuple[str, str]], count: str
) -> None:
    encoded = urlencode([("query", query), *parameters])
    assert values(server.fetch(f"/sparql?{encoded}")) == [count]
    assert values(server.fetch("/sparql", method="POST", headers=FORM, body=encoded.encode())) == [count]


def query_string(query: str) -> str:
    return "/sparql?" + urlencode({"query": query})


Refused = tuple[str, str, dict[str, str], bytes | None, type[KhyberError]]

REFUSED: dict[str, Refused] = {
    "query_syntax": ("GET", query_string("SELECT * { ?s ?p }"), {}, None, QuerySyntaxError),
    "query_update": ("GET", query_string("DROP ALL"), {}, None, QueryRefused),
    "query_service": ("GET", query_string("ASK { SERVICE <http://x.org/> {} }"), {}, None, QueryRefused),
    "query_function": ("GET", query_string("ASK { FILTER(<http://x.org/>(1)) }"), {}, None, QueryRefused),
    "query_twice": ("GET", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D", {}, None, UsageError),
    "query_not_utf_8": ("GET", "/sparql?query=%FF", {}, None, InputError),
    "query_bad_percent": ("GET", "/sparql?query=%GG", {}, None, InputError),
    "query_missing": ("POST", "/sparql", FORM, b"", UsageError),
    "graph_relative": ("GET", query_string("ASK {}") + "&default-graph-uri=x", {}, None, UsageError),
    "body_not_utf_8": ("POST", "/sparql", DIRECT, b"ASK { ?s ?p '\xff' }", InputError),
    "body_of_another_type": (
        "POST",
        "/sparql",
        {"Content-Type": "text/plain"},
        b"ASK {}",
        UnsupportedMediaType,
    ),
    "body_too_large": ("POST", "/sparql", DIRECT, b" " * 1_048_577, PayloadTooLarge),
    "update_body": (
        "POST",
        "/sparql",
        {"Content-Type": "application/sparql-update"},
        b"CLEAR ALL",
        ReadOnly,
    ),
    "accept_image": ("GET", query_string("ASK {}"), {"Accept": "image/png"}, None, NotAcceptable),
    "accept_rows_for_a_graph": ("GET", query_string(CONSTRUCT), {"Accept": "text/csv"}, None, NotAcceptable),
    "accept_is_judged_before_the_query_runs": (
        "GET",
        query_string("ASK { FILTER(<http://x.org/>(1)) }"),
        {"Accept": "image/png"},
        None,
        NotAcceptable,
    ),
    "put": ("PUT", "/sparql", {}, b"", MethodNotAllowed),
    "delete": ("DELETE", "/sparql", {}, None, MethodNotAllowed),
    "post_to_a_page": ("POST", "/", {}, b"", MethodNotAllowed),
    "nowhere": ("GET", "/nowhere", {}, None, NotFound),
}


@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_done_is_told_as_a_problem(server: Server, refused: Refused) -> None:
    method, path, headers, body, error = refused
    answer = server.fetch(path, method=method, headers=headers, body=body)
    assert_problem(answer.status, answer.headers["Content-Type"], answer.body, error)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Accept" in answer.headers["Vary"].split(", ")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_wrong_method_is_told_which_ones_are_right(server: Server) -> None:
    allowed = server.fetch("/sparql", method="PUT", body=b"").headers["Allow"]
    assert set(allowed.split(", ")) == {"GET", "HEAD", "OPTIONS", "POST", "QUERY"}


def test_a_syntax_error_tells_the_line_and_the_column(server: Server) -> None:
    answer = server.ask("SELECT * {\n  ?s ex:p ?o\n}")
    problem = assert_problem(answer.status, answer.headers["Content-Type"], answer.body, QuerySyntaxError)
    assert (problem["line"], problem["column"]) == (2, 6)
    assert "ex:" in problem["detail"]


def test_the_service_describes_itself(server: Server) -> None:
    answer = server.fetch("/sparql")
    assert answer.headers["Content-Type"] == "text/turtle; charset=utf-8"
    graph = Graph().parse(data=answer.body, format="turtle")
    sd = "http://www.w3.org/ns/sparql-service-description#"
    assert (None, URIRef(sd + "endpoint"), URIRef(server.endpoint)) in graph
    assert {str(name) for name in graph.objects(None, URIRef(sd + "name"))} == {ONE, TWO}
    formats = {str(iri) for iri in graph.objects(None, URIRef(sd + "resultFormat"))}
    assert formats == {entry.identifier for entry in FORMATS}


def test_the_description_comes_in_the_format_that_is_asked_for(server: Server) -> None:
    answer = server.fetch("/sparql", headers={"Accept": "application/ld+json"})
    assert answer.media_type == "application/ld+json"
    assert len(list(ox.parse(answer.body, format=RdfFormat.JSON_LD))) > 10


def test_health_tells_the_counts(server: Server) -> None:
    answer = server.fetch("/health")
    assert answer.status == 200
    assert json.loads(answer.body) == {
        "status": "ok",
        "release": None,
        "triples": 3,
        "graphs": {ONE: 2, TWO: 3},
    }


def test_rdflib_can_ask(server: Server) -> None:
    store = SPARQLStore(server.endpoint)
    assert [binding[Variable("o")] for binding in store.query(SELECT).bindings] == [URIRef(EX + "bob")]
    assert bool(store.query(f"ASK {{ <{EX}ann> ?p ?o }}"))
    by_post = SPARQLStore(server.endpoint, method="POST", returnFormat="json")
    assert [binding[Variable("o")] for binding in by_post.query(SELECT).bindings] == [URIRef(EX + "bob")]


def test_answers_to_many_at_once_are_right(server: Server) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def product(number: int) -> list[str]:
        return values(server.ask(f"SELECT ({number} * 7 AS ?n) {{}}"))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(product, range(64))) == [[str(number * 7)] for number in range(64)]
