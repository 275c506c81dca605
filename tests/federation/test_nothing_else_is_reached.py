from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, Store

from federation.conftest import Khyber, Start
from federation.remote import Remote, remote
from khyber.engine.base import Query
from khyber.engine.memory import MemoryEngine
from khyber.errors import BadGateway, InputError, KhyberError, QueryRefused
from khyber.sparql.guard import admit
from khyber.sparql.protocol import QueryOperation, UpdateOperation
from khyber.sparql.update import admit_update

TURTLE = b"@base <http://example.org/> . <#a> <#b> <../c> , _:x ."


@pytest.fixture(scope="module")
def listening() -> Iterator[Remote]:
    """Give a server that the tests of this module must never reach."""
    with remote() as running:
        yield running


CALLS = (
    "SELECT * {{ SERVICE <{x}> {{ ?s ?p ?o }} }}",
    "ASK {{ SERVICE SILENT <{x}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ VALUES ?x {{ <{x}> }} SERVICE ?x {{ ?s ?p ?o }} }}",
    "SELECT * {{ BIND(<{x}> AS ?x) SERVICE SILENT ?x {{ ?s ?p ?o }} }}",
    "PREFIX : <{x}> SELECT * {{SERVICE: {{?s ?p ?o}}}}",
    "PREFIX : <{x}> PREFIX trueSERVIXE: <urn:> SELECT * {{?s ?p trueSERVICE:a {{?s ?p ?o}}}}",
    "BASE <{x}> SELECT * {{ {{ SELECT * {{ SERVICE <> {{ ?s ?p ?o }} }} }} }}",
    "ASK {{ ?s ?p ?o FILTER(?s<'>')SERVICE<{x}>{{}} #'\n}}",
    "SELECT * {{ \\u0053ERVICE <{x}> {{ ?s ?p ?o }} }}",
    "DESCRIBE <{x}> {{ SERVICE <{x}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s ?p ?o FILTER EXISTS {{ SERVICE <{x}> {{ ?s ?p ?o }} }} }}",
)


@pytest.mark.parametrize("text", CALLS)
def test_a_call_to_a_server_that_is_not_allowed_reaches_nobody(
    khyber: Khyber, canary: Remote, text: str
) -> None:
    with pytest.raises(KhyberError) as caught:
        khyber.ask(text.format(x=canary.endpoint))
    assert caught.value.status == 400


FROM = (
    "SELECT * FROM <{x}> {{ ?s ?p ?o }}",
    "SELECT * FROM NAMED <{x}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "SELECT * {{ GRAPH <{x}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ <{x}> ?p ?o }}",
    "SELECT (<{x}> AS ?s) (IRI('{x}') AS ?p) {{ BIND(EXISTS {{ GRAPH <{x}> {{ }} }} AS ?o) FILTER(?o) }}",
)


@pytest.mark.parametrize("iri", ["file:///etc/passwd", "file:/etc/passwd", "http://127.0.0.1:{port}/x"])
@pytest.mark.parametrize("text", FROM)
def test_a_name_of_a_graph_is_never_fetched(khyber: Khyber, canary: Remote, text: str, iri: str) -> None:
    answer = khyber.ask(text.format(x=iri.format(port=canary.port)))
    assert len(answer.splitlines()) == 1
    assert "root" not in answer


@pytest.mark.parametrize("parameter", ["default", "named"])
def test_a_graph_of_the_protocol_is_never_fetched(khyber: Khyber, canary: Remote, parameter: str) -> None:
    graphs = ("file:///etc/passwd", canary.endpoint)
    text = "SELECT ?s { ?s ?p ?o }"
    of = {"default": QueryOperation(text, default_graphs=graphs), "named": QueryOperation(text, (), graphs)}
    operation = of[parameter]
    result = khyber.engine.answer(admit(operation, khyber.outbound), QueryResultsFormat.CSV)
    assert b"".join(result) == b"s\r\n"


UPDATES = (
    "LOAD <{x}>",
    "LOAD <{x}> INTO GRAPH <urn:g>",
    "CLEAR ALL ; load<{x}>",
    "PREFIX : <{x}>LOAD:",
    "INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{x}> {{ ?s ?p ?o }} }}",
    "INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE SILENT <{x}> {{ ?s ?p ?o }} }}",
    "PREFIX trueSERVICq: <urn:> PREFIX : <{x}> INSERT {{}} WHERE {{ ?s ?p trueSERVICE: {{}} }}",
    "DELETE {{ ?s ?p ?o }} USING <{x}> WHERE {{ ?s ?p ?o SERVICE <{x}> {{ ?s ?p ?o }} }}",
)


@pytest.mark.parametrize("text", UPDATES)
@pytest.mark.parametrize("iri", ["file:///etc/passwd", "http://127.0.0.1:{port}/x"])
def test_an_update_that_reaches_out_is_refused_and_changes_nothing(
    start: Start, other: Remote, canary: Remote, text: str, iri: str
) -> None:
    khyber = start(other.endpoint, loads=(f"{other.root}/data/",))
    operation = UpdateOperation(text.format(x=iri.format(port=canary.port)))
    with pytest.raises(QueryRefused):
        khyber.engine.update(admit_update(operation, khyber.outbound))
    assert khyber.engine.size() == 3


def test_a_silent_load_of_what_is_not_allowed_loads_nothing(khyber: Khyber, canary: Remote) -> None:
    operation = UpdateOperation(f"LOAD SILENT <{canary.root}/x> ; LOAD SILENT <file:///etc/passwd>")
    khyber.engine.update(admit_update(operation, khyber.outbound))
    assert khyber.engine.size() == 3


def loading(start: Start, other: Remote) -> Khyber:
    khyber = start(loads=(f"{other.root}/data/",))
    khyber.engine = MemoryEngine(Store())
    return khyber


def test_an_allowed_document_is_loaded_under_its_own_name(start: Start, other: Remote) -> None:
    khyber = loading(start, other)
    other.media_type, other.body = "text/turtle; charset=utf-8", b"<#a> <b> 1 . _:x <b> _:x ."
    iri = f"{other.root}/data/x.ttl"
    khyber.engine.update(admit_update(UpdateOperation(f"LOAD <{iri}> INTO GRAPH <urn:g>"), khyber.outbound))
    answer = khyber.ask("SELECT ?s ?p { GRAPH <urn:g> { ?s ?p 1 } }")
    assert answer == f"s,p\r\n{iri}#a,{other.root}/data/b\r\n"
    assert other.asked[0].path == "/data/x.ttl"
    assert "text/turtle" in other.asked[0].headers["Accept"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((404, "text/plain", b"gone"), "answered 404: gone"),
        ((200, "text/html", b"<p>"), "text/html, and LOAD reads RDF"),
        ((200, "text/turtle", b"<a> <b"), "not well-formed"),
    ],
)
def test_a_document_that_cannot_be_loaded_changes_nothing(
    start: Start, other: Remote, answer: tuple[int, str, bytes], said: str
) -> None:
    khyber = loading(start, other)
    other.status, other.media_type, other.body = answer
    text = f"INSERT DATA {{ <urn:a> <urn:b> 1 }} ; LOAD <{other.root}/data/x>"
    with pytest.raises(BadGateway) as caught:
        khyber.engine.update(admit_update(UpdateOperation(text), khyber.outbound))
    assert said in caught.value.detail
    assert (khyber.outbound.forwarder or "no address") not in str(caught.value)
    assert khyber.engine.size() == 0


gap = st.lists(
    st.one_of(
        st.text(" \t\r\n", max_size=2), st.text("SERVIC<>'\"{}?:#a\\", max_size=8).map(lambda t: f"#{t}\n")
    ),
    max_size=3,
).map("".join)
before = st.sampled_from(
    [
        "",
        "?a ?b true",
        "?a ?b 1",
        "?a ?b 'x'",
        "FILTER(?a<'>')",
        "?a ?b ?",
        "?a ?b _:",
        "#",
        "FILTER(?a<?b)",
        "?a ?b ?c .",
        "{} UNION",
        "?a<:",
        "'",
    ]
)
after = st.sampled_from(["", "#'\n", "#>\n", "'''", "FILTER(1>2)", ">", "?x ?y 'SERVICE'"])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_the_guard_admits_reaches_nobody(listening: Remote, data: st.DataObject) -> None:
    keyword = "".join(data.draw(st.sampled_from((c, c.lower()))) for c in "SERVICE")
    silent = data.draw(st.sampled_from(("", "SILENT", "silent")))
    name = data.draw(st.sampled_from(("<{x}>", "?x", ":", "SERVICE:", "true:", "<>")))
    parts = [before, gap, st.just(keyword), gap, st.just(silent), gap, st.just(name), gap]
    body = "".join(data.draw(part) for part in parts) + "{ ?s ?p ?o }" + data.draw(after)
    prefixes = data.draw(st.sampled_from(("", "PREFIX SERVICE: <{x}> ", "PREFIX true: <{x}> ")))
    text = f"BASE <{{x}}> PREFIX : <{{x}}> {prefixes}ASK {{ {body} }}".replace("{x}", listening.endpoint)
    admitted = admitted_or_refused(text)
    if isinstance(admitted, Query):
        quads = [Quad(NamedNode("urn:a"), NamedNode("urn:b"), Literal("1"))]
        assert MemoryEngine.load(quads).answer(admitted, QueryResultsFormat.CSV).body
    assert listening.asked == []


def admitted_or_refused(text: str) -> Query | InputError:
    try:
        return admit(QueryOperation(text))
    except InputError as refused:
        return refused
