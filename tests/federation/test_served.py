from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from federation.remote import Remote, remote
from khyber.errors import BadGateway, EndpointBusy, GatewayTimeout, KhyberError, QueryRefused
from problem_shape import assert_problem
from running import Answer, Server, serving

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Remote]:
    """Give the endpoint that the server of this module may call."""
    with remote() as running:
        yield running


@pytest.fixture
def other(endpoint: Remote) -> Remote:
    """Give the endpoint, well-behaved again."""
    well_behaved = Remote(endpoint.port)
    for name in ("status", "media_type", "body", "headers", "before_answer", "write"):
        setattr(endpoint, name, getattr(well_behaved, name))
    endpoint.asked.clear()
    return endpoint


@pytest.fixture(scope="module")
def server(people: Path, endpoint: Remote) -> Iterator[Server]:
    """Give a running server that may call the endpoint."""
    allowed = ("--allow-service", f"{endpoint.endpoint} wikidata", "--allow-private", "127.0.0.1")
    with serving(
        str(people), *allowed, "--contact", "operator@example.org", "--service-timeout", "1"
    ) as running:
        yield running


def call(server: Server, group: str, *, to: str, accept: str = "text/csv") -> Answer:
    return server.ask(f"SELECT ?label {{ SERVICE <{to}> {{ {group} }} }}", accept=accept)


def test_a_running_server_asks_an_allowed_endpoint(server: Server, other: Remote) -> None:
    answer = call(server, "?a <urn:one> ?label", to=other.endpoint)
    assert (answer.status, answer.text) == (200, "label\r\nKabul\r\n")
    assert "operator@example.org" in other.asked[0].headers["User-Agent"]


def test_the_page_shows_the_query_as_it_was_asked(server: Server, other: Remote) -> None:
    page = call(server, "?a <urn:page> ?label", to=other.endpoint, accept="text/html")
    assert page.status == 200
    assert f"SERVICE &lt;{other.endpoint}&gt;" in page.text
    assert "/service/" not in page.text


TROUBLE: dict[str, tuple[dict[str, object], type[KhyberError]]] = {
    "answers_500": ({"status": 500}, BadGateway),
    "answers_504": ({"status": 504}, GatewayTimeout),
    "answers_no_result": ({"media_type": "text/html"}, BadGateway),
}


@pytest.mark.parametrize(("name", "behaviour", "error"), [(n, *t) for n, t in TROUBLE.items()], ids=TROUBLE)
def test_trouble_of_an_endpoint_reaches_the_client(
    server: Server, other: Remote, name: str, behaviour: dict[str, object], error: type[KhyberError]
) -> None:
    for member, value in behaviour.items():
        setattr(other, member, value)
    answer = call(server, f"?a <urn:{name}> ?label", to=other.endpoint)
    problem = assert_problem(answer.status, answer.headers["Content-Type"], answer.body, error)
    assert other.endpoint in problem["detail"]


def test_an_endpoint_that_may_not_be_called_is_told_with_those_that_may(
    server: Server, other: Remote
) -> None:
    answer = call(server, "?s ?p ?label", to=f"{other.root}/admin")
    problem = assert_problem(answer.status, answer.headers["Content-Type"], answer.body, QueryRefused)
    assert other.endpoint in problem["remedy"]
    assert "https://query.wikidata.org/sparql" in problem["remedy"]
    assert other.asked == []


def test_an_endpoint_that_wants_to_be_left_alone_reaches_the_client_with_the_time(
    people: Path,
) -> None:
    with remote() as busy:
        busy.status, busy.headers = 429, {"Retry-After": "77"}
        allowed = (
            "--allow-service",
            busy.endpoint,
            "--allow-private",
            "127.0.0.1",
            "--contact",
            "a@b.example",
        )
        with serving(str(people), *allowed) as server:
            answer = call(server, "?s ?p ?label", to=busy.endpoint)
    assert_problem(answer.status, answer.headers["Content-Type"], answer.body, EndpointBusy)
    assert answer.headers["Retry-After"] == "77"


def test_without_a_contact_nothing_is_called_and_the_setting_is_named(people: Path) -> None:
    with remote() as canary, serving(str(people), "--allow-service", canary.endpoint) as server:
        answer = call(server, "?s ?p ?label", to=canary.endpoint)
        assert canary.asked == []
    problem = assert_problem(answer.status, answer.headers["Content-Type"], answer.body, QueryRefused)
    assert "--contact" in problem["remedy"]


@pytest.mark.parametrize("graph", ["file:///etc/passwd", "http://127.0.0.1:{port}/x"])
def test_a_graph_that_is_named_is_never_fetched(server: Server, other: Remote, graph: str) -> None:
    iri = graph.format(port=other.port)
    named = server.ask(f"CONSTRUCT {{ ?s ?p ?o }} FROM <{iri}> {{ ?s ?p ?o }}", accept="text/turtle")
    asked = server.ask("SELECT ?s { ?s ?p ?o }", accept="text/csv", **{"default-graph-uri": iri})
    assert (named.status, named.body) == (200, b"")
    assert (asked.status, asked.text) == (200, "s\r\n")
    assert other.asked == []


def test_a_load_that_is_not_allowed_is_refused(people: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHYBER_ADMIN_TOKEN", "t" * 40)
    with remote() as canary, serving(str(people), "--writable", "--contact", "a@b.example") as server:
        for iri in ("file:///etc/passwd", f"{canary.root}/x"):
            answer = server.fetch(
                "/update",
                method="POST",
                headers={**FORM, "Authorization": f"Bearer {'t' * 40}"},
                body=urlencode({"update": f"LOAD <{iri}>"}).encode(),
            )
            assert_problem(answer.status, answer.headers["Content-Type"], answer.body, QueryRefused)
        assert canary.asked == []


def test_the_description_of_the_service_says_whether_it_calls_others(server: Server) -> None:

    with serving("--empty") as closed:
        said = [one.fetch("/sparql", headers={"Accept": "text/turtle"}).text for one in (server, closed)]
    assert [("BasicFederatedQuery" in text) for text in said] == [True, False]
