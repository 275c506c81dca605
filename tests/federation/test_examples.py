"""The example queries that join Wikidata's data, with a server on a real socket that plays Wikidata.

The queries name Wikidata's query service. No setting leads that name to another address, so the tests write the
address of the server that plays it over the name, and change nothing else.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pyoxigraph as ox
import pytest

from federation.conftest import Khyber, Start
from federation.remote import JSON, Remote, remote
from federation.test_federation import hang
from khyber.config import WIKIDATA, graph_home
from khyber.engine.published import load_published
from khyber.errors import BadGateway, EndpointBusy, GatewayTimeout, KhyberError
from khyber.rdf.namespaces import PREFIXES
from khyber.release.queries import ExampleQuery, example_queries
from problem_shape import assert_problem
from queries.expectation import rows, short
from running import Answer, Server, serving

ENDPOINT = WIKIDATA[0]
QUERIES = {query.name: query for query in example_queries(graph_home()) if query.is_federated}
HEADS, COORDINATES = "head-of-government-when-speaking", "coordinates-from-wikidata"
POPULATION = "population-of-the-provinces"
WIKIDATA_PREFIXES = {
    "p": "http://www.wikidata.org/prop/",
    "pq": "http://www.wikidata.org/prop/qualifier/",
    "ps": "http://www.wikidata.org/prop/statement/",
    "wdt": "http://www.wikidata.org/prop/direct/",
    "wikibase": "http://wikiba.se/ontology#",
}
SHARIF = ["actor:pakistan", "2026-02-28", "wd:Q2096387", "Shehbaz Sharif", "2024-03-03"]
EXPECTED = {
    HEADS: [
        ["assertion:appeal-of-russia", "actor:russia", "2026-02-28", "wd:Q6401038", "", "2020-01-01"],
        ["assertion:asif-open-war", *SHARIF],
        ["assertion:asif-patience", *SHARIF],
        ["assertion:demand-to-dismantle-sanctuaries", *SHARIF],
        ["assertion:sharif-boast", *SHARIF],
    ],
    COORDINATES: [
        ["place:afghanistan", "wd:Q889", "66", "33"],
        ["place:islamabad", "wd:Q1362", "73", "33.75"],
        ["place:kabul", "wd:Q5838", "69.25", "34.5"],
        ["place:paktika", "wd:Q185575", "69", "32.5"],
    ],
    POPULATION: [
        ["place:khyber-pakhtunkhwa", "wd:Q183314", "2000000", "2017"],
        ["place:khyber-pakhtunkhwa", "wd:Q183314", "2000003", "2017"],
        ["place:nangarhar", "wd:Q178471", "1000100", "2020"],
        ["place:paktika", "wd:Q185575", "300000", ""],
    ],
}
LINKED = {
    HEADS: "?node a khyber:State ; skos:exactMatch ?item",
    COORDINATES: (
        "?node a khyber:Place ; skos:exactMatch | skos:closeMatch ?item "
        "FILTER NOT EXISTS { ?node wgs84:lat ?known }"
    ),
    POPULATION: "?node a khyber:Province ; skos:exactMatch ?item",
}
"""What must be linked for the list of items in the query to be whole."""


@dataclass(frozen=True)
class Played:
    """Answers SPARQL as Wikidata's query service does, from a small graph."""

    running: Remote
    store: ox.Store

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        results = self.store.query(self.running.asked[-1].query)
        assert isinstance(results, ox.QuerySolutions)
        body = results.serialize(format=ox.QueryResultsFormat.JSON)
        assert body is not None
        handler.send_response(200)
        handler.send_header("Content-Type", JSON)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


def play(running: Remote) -> None:
    """Make a server play Wikidata's query service."""
    store = ox.Store()
    store.load(path=str(Path(__file__).with_name("wikidata.ttl")), format=ox.RdfFormat.TURTLE)
    running.write = Played(running, store)


@pytest.fixture(scope="module")
def wikidata() -> Iterator[Remote]:
    """Give a server that plays Wikidata's query service."""
    with remote() as running:
        play(running)
        yield running


BEHAVIOURS: dict[str, tuple[dict[str, object], type[KhyberError], str]] = {
    "slow": ({"write": hang}, GatewayTimeout, "did not answer within 1 seconds"),
    "rate-limited": ({"status": 429, "headers": {"Retry-After": "77"}}, EndpointBusy, "left alone"),
    "redirecting": (
        {"status": 302, "headers": {"Location": "https://elsewhere.example/sparql"}},
        BadGateway,
        "may not call",
    ),
    "sending garbage": ({"body": b"{{{{"}, BadGateway, "no complete result"),
    "sending a page": ({"media_type": "text/html", "body": b"<h1>"}, BadGateway, "text/html"),
}
DOWN = "down"


@pytest.fixture(scope="module")
def endpoints(wikidata: Remote) -> Iterator[dict[str, str]]:
    """Give the endpoint that plays Wikidata, and one for each query and sort of trouble: none is tired yet."""
    with ExitStack() as stack:
        named = {"well": wikidata.endpoint}
        for query in QUERIES:
            for name, (behaviour, _, _) in BEHAVIOURS.items():
                troubled = stack.enter_context(remote())
                for member, value in behaviour.items():
                    setattr(troubled, member, value)
                named[in_trouble(name, query)] = troubled.endpoint
            gone = stack.enter_context(socket.socket())
            gone.bind(("127.0.0.1", 0))  # bound and not listening: nobody else gets the port meanwhile
            named[in_trouble(DOWN, query)] = f"http://127.0.0.1:{gone.getsockname()[1]}/sparql"
        yield named


def in_trouble(name: str, query: str) -> str:
    return f"{name}, asked {query}"


@pytest.fixture(scope="module")
def server(endpoints: dict[str, str]) -> Iterator[Server]:
    """Give a server of the Khyber graph that may call all of them."""
    allowed = ("--allow-service", " ".join(endpoints.values()), "--allow-private", "127.0.0.1")
    with serving(*allowed, "--contact", "operator@example.org", "--service-timeout", "1") as running:
        yield running


def text_for(query: ExampleQuery, endpoint: str) -> str:
    """Give the text of a query that names another endpoint than Wikidata's."""
    assert query.text.count(f"<{ENDPOINT}>") == query.text.count("SERVICE") == 1
    return query.text.replace(ENDPOINT, endpoint)


def rows_of(answer: Answer) -> list[tuple[str, ...]]:
    assert answer.status == 200, answer.text
    results = ox.parse_query_results(answer.body, format=ox.QueryResultsFormat.JSON)
    assert isinstance(results, ox.QuerySolutions)
    return rows((short(value) for value in solution) for solution in results)


def test_each_federated_query_has_an_expected_answer() -> None:
    assert sorted(EXPECTED) == sorted(LINKED) == sorted(QUERIES)


@pytest.mark.parametrize("name", QUERIES)
def test_the_query_joins_what_is_here_with_what_wikidata_says(
    server: Server, wikidata: Remote, name: str
) -> None:
    wikidata.asked.clear()
    text = text_for(QUERIES[name], wikidata.endpoint)
    answer = server.ask(text, accept=JSON)
    assert rows_of(answer) == rows(EXPECTED[name])
    assert len(wikidata.asked) == 1, "the group is sent once, whatever is here"


@pytest.mark.parametrize("name", QUERIES)
def test_the_query_asks_about_every_node_that_is_linked(server: Server, name: str) -> None:
    prefixes = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
    answer = server.ask(f"{prefixes} SELECT DISTINCT ?item {{ {LINKED[name]} }}", accept=JSON)
    listed = re.findall(r"wd:Q\d+", QUERIES[name].text)
    assert sorted(listed) == sorted(item for (item,) in rows_of(answer))


@pytest.mark.parametrize("query", QUERIES.values(), ids=lambda query: query.name)
def test_the_group_is_portable(query: ExampleQuery) -> None:
    """It names what it asks about first, and nothing that only one engine knows."""
    group = query.text.partition(f"SERVICE <{ENDPOINT}> {{")[2]
    assert group.split()[:2] == ["VALUES", "?item"]
    for of_one_engine in ("wikibase:label", "bd:", "hint:", "gas:", "AUTO_LANGUAGE"):
        assert of_one_engine not in query.text
    for prefix, iri in re.findall(r"^PREFIX (\w+): <(.*)>$", query.text, flags=re.MULTILINE):
        assert {**PREFIXES, **WIKIDATA_PREFIXES}[prefix] == iri


def test_a_place_with_coordinates_of_its_own_is_left_out(start: Start, wikidata: Remote) -> None:
    place = "https://w3id.org/khyber/id/place/"
    item = "http://www.wikidata.org/entity/"
    data = f"""
        PREFIX khyber: <{PREFIXES["khyber"]}>
        PREFIX skos: <{PREFIXES["skos"]}>
        PREFIX wgs84: <{PREFIXES["wgs84"]}>
        GRAPH <{PREFIXES["graph"]}core> {{
            <{place}kabul> a khyber:Place ; skos:exactMatch <{item}Q5838> ; wgs84:lat 34.5 ; wgs84:long 69.2 .
            <{place}paktika> a khyber:Place ; skos:exactMatch <{item}Q185575> .
        }}
    """
    engine = load_published(list(ox.parse(data, format=ox.RdfFormat.TRIG)))
    khyber = Khyber(start(wikidata.endpoint).outbound, engine)
    answer = khyber.ask(text_for(QUERIES[COORDINATES], wikidata.endpoint))
    assert answer == f"place,item,long,lat\r\n{place}paktika,{item}Q185575,69,32.5\r\n"


@pytest.mark.parametrize("name", [*BEHAVIOURS, DOWN])
@pytest.mark.parametrize("query", QUERIES)
def test_trouble_with_wikidata_is_told_with_the_name_of_the_endpoint(
    server: Server, endpoints: dict[str, str], query: str, name: str
) -> None:
    _, error, said = BEHAVIOURS.get(name, ({}, BadGateway, "cannot be reached"))
    endpoint = endpoints[in_trouble(name, query)]
    answer = server.ask(text_for(QUERIES[query], endpoint), accept=JSON)
    problem = assert_problem(answer.status, answer.headers["Content-Type"], answer.body, error)
    assert endpoint in problem["detail"]
    assert said in problem["detail"]
    assert answer.headers["Retry-After"] == ("77" if error is EndpointBusy else None)


def test_trouble_with_wikidata_leaves_what_is_here_when_the_call_is_silent(
    server: Server, endpoints: dict[str, str]
) -> None:
    text = text_for(QUERIES[COORDINATES], endpoints[in_trouble("sending garbage", COORDINATES)])
    silent = text.replace("SERVICE <", "SERVICE SILENT <")
    found = rows_of(server.ask(silent, accept=JSON))
    assert {("place:kabul", "wd:Q5838", "", ""), ("place:paktika", "wd:Q185575", "", "")} <= set(found)
