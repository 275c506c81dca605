"""The short way gives what Flask gives: the same requests go down both, and all that can be seen is compared."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from logging import CRITICAL, Logger
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import RdfFormat
from werkzeug.test import run_wsgi_app

from khyber.engine.base import Limits, Query, Result, ResultFormat
from khyber.engine.memory import MemoryEngine
from khyber.errors import InputError, KhyberError, TimeLimitReached, TooManyRequests
from khyber.web.about import About
from khyber.web.app import create_app
from khyber.web.caching import Counts
from khyber.web.edge import ADDRESS, Edge
from khyber.web.metrics import exposition
from khyber.web.observation import Observation, observation_of

EX = "http://example.org/"
ONE = EX + "one"
TOKEN = "a-token-for-tests"  # noqa: S105
DATA = f'<{EX}a> <{EX}p> "0" .\n<{EX}a> <{EX}p> "1" <{ONE}> .\n<{EX}b> <{EX}p> "ä" .\n'
FORM = "application/x-www-form-urlencoded"
SPARQL = "application/sparql-query"

SELECT = "SELECT * { ?s ?p ?o } ORDER BY ?o"
MANY = "SELECT * { VALUES ?a { " + " ".join(map(str, range(60))) + " } ?s ?p ?o }"
NUMBERS = " ".join(map(str, range(140)))
LONG = f"SELECT * {{ VALUES ?a {{ {NUMBERS} }} VALUES ?b {{ {NUMBERS} }} }}"
"""Its result is longer than what is held in memory."""

FAILS = "ASK { <urn:fails> ?p ?o }"
BREAKS = "ASK { <urn:breaks> ?p ?o }"

QUERIES = {
    "select": SELECT,
    "many": MANY,
    "ask": "ASK { }",
    "construct": "CONSTRUCT WHERE { ?s ?p ?o }",
    "describe": f"DESCRIBE <{EX}a>",
    "changing": "SELECT (1 + 1 AS ?x) { FILTER(NOW() > 0 || true) }",
    "blank": "CONSTRUCT { [] ?p ?o } WHERE { ?s ?p ?o FILTER(false) }",
    "from": f"PREFIX : <{EX}> CONSTRUCT FROM :one FROM NAMED :one WHERE {{ ?s ?p ?o }}",
    "relative": "ASK { <a> ?p ?o }",
    "comment": "# FROM service\nSELECT ?o { ?s ?p ?o FILTER(?o != 'SERVICE') }",
    "umlaut": "SELECT * { ?s ?p 'ä' }",
    "service": "SELECT * { SERVICE <http://example.org/sparql> { ?s ?p ?o } }",
    "escaped": "SELECT * { \\u0053ERVICE <http://example.org/sparql> { ?s ?p ?o } }",
    "wrong": "SELECT * { ?s ?p",
    "undeclared": "SELECT * { ?s ex:p ?o }",
    "update": "DROP ALL",
    "empty": "",
    "fails": FAILS,
    "breaks": BREAKS,
}


class Failing:
    """An engine that fails at two queries, and counts how often each query was run."""

    def __init__(self) -> None:
        self._inner = MemoryEngine.load(ox.parse(DATA, format=RdfFormat.N_QUADS))
        self.runs: list[tuple[str, Limits | None, str]] = []

    def answer(
        self, query: Query, result_format: ResultFormat, *, limits: Limits | None = None, client: str = ""
    ) -> Result:
        self.runs.append((query.text, limits, client))
        if query.text == FAILS:
            raise TimeLimitReached("The query ran for longer than 1 second.")
        if query.text == BREAKS:
            raise ZeroDivisionError
        return self._inner.answer(query, result_format, limits=limits, client=client)

    def size(self) -> int:
        return self._inner.size()

    def graphs(self) -> Mapping[str, int]:
        return self._inner.graphs()

    def version(self) -> str:
        return self._inner.version()


@dataclass(frozen=True)
class Sent:
    """A request as the HTTP server hands it over."""

    method: str = "GET"
    query_string: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    path: str = ADDRESS
    root: str = ""
    length: str | None = None

    def environ(self, etag: str | None) -> dict[str, Any]:
        found: dict[str, Any] = {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": self.root,
            "PATH_INFO": self.path,
            "QUERY_STRING": self.query_string,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "192.0.2.7",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(self.body),
            "wsgi.input_terminated": True,
            "wsgi.errors": BytesIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        length = self.length if self.length is not None else str(len(self.body)) if self.body else None
        if length is not None:
            found["CONTENT_LENGTH"] = length
        for name, value in {"Host": "127.0.0.1:8000", **self.headers}.items():
            key = name.upper().replace("-", "_")
            found[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value.replace("LAST", etag or '"none"')
        return found


def asking(query: str, method: str = "GET", more: Sequence[tuple[str, str]] = (), /, **headers: str) -> Sent:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    pairs = urlencode([("query", query), *more])
    if method != "POST":
        return Sent(method, pairs, named)
    return Sent(method, "", {"Content-Type": FORM, **named}, pairs.encode())


class Both:
    """The application with the short way, and the one without, over data that is the same."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self._logs = [folder / "short.log", folder / "long.log"]
        for log in self._logs:
            log.unlink(missing_ok=True)
        self.engines = [Failing(), Failing()]
        self.apps: list[Flask] = [
            create_app(
                engine,
                base_url="https://base.example",
                access_log_to=str(log),
                admin_token=TOKEN,
                max_request_bytes=20_000,
                limits=Limits(seconds=9, result_bytes=10_000_000),
                short_way=way,
                **options,
            )
            for engine, log, way in zip(self.engines, self._logs, (True, False), strict=True)
        ]
        for app in self.apps:
            app.logger = Logger(app.name, CRITICAL)  # all applications share the usual one
        self._etag: str | None = None

    def answer(self, sent: Sent) -> tuple[int, dict[str, str], bytes]:
        """Send a request down both ways, and give the answer, which is the same."""
        answers = [self._asked(app, sent) for app in self.apps]
        assert answers[0] == answers[1], sent
        status, headers, body = answers[0]
        found = dict(headers)
        assert len(found) == len(headers), headers
        self._etag = found.get("ETag", self._etag)
        return int(status.split()[0]), found, body

    def _asked(self, app: Flask, sent: Sent) -> tuple[str, list[tuple[str, str]], bytes]:
        pieces, status, headers = run_wsgi_app(
            cast("Callable[..., Iterable[bytes]]", app), sent.environ(self._etag), buffered=True
        )
        return status, sorted(headers), b"".join(pieces)

    def compare_traces(self) -> None:
        """Assert that both ways count, tell and ask the same."""
        logs = [[self._told(line) for line in log.read_text().splitlines()] for log in self._logs]
        assert logs[0] == logs[1]
        metrics = [self._counted(app) for app in self.apps]
        assert metrics[0] == metrics[1]
        assert self.engines[0].runs == self.engines[1].runs

    def _told(self, line: str) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(line)
        assert told.pop("time")
        assert told.pop("seconds") >= 0
        return told

    def _counted(self, app: Flask) -> tuple[list[str], Counts]:
        lines = exposition(observation_of(app).counts.metrics()).splitlines()
        timed = ("khyber_request_seconds_bucket", "khyber_request_seconds_sum")
        about = cast("About", app.extensions["khyber"])
        return [line for line in lines if not line.startswith(timed)], about.shipping.cache.counts()


@pytest.fixture
def both(tmp_path: Path) -> Both:
    return Both(tmp_path, cache_size=1_000_000)


ACCEPTS = (
    None, "", "*/*", "text/csv", "application/json", "text/turtle, application/json;q=0.9", "image/png",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html;q=0.5, text/csv", "garbage",
    "application/sparql-results+xml;q=0", "TEXT/CSV", "text/*", "application/rdf+xml, text/html;q=0",
    "text/csv" + ";x=y" * 200,
)  # fmt: skip
CODINGS = (
    None,
    "",
    "gzip",
    "zstd, gzip",
    "identity;q=0, gzip",
    "identity;q=0, *;q=0",
    "br",
    "*",
    "x-gzip;q=0.1",
)
KNOWN = (None, "*", '"other"', "LAST", "W/LAST", '"other", LAST', "garbage", "")


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_query_is_answered_the_same_on_both_ways(both: Both, name: str, method: str) -> None:
    for _ in range(2):
        for accept in ACCEPTS:
            headers = {} if accept is None else {"Accept": accept}
            both.answer(asking(QUERIES[name], method, **headers))
    both.compare_traces()


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("size", [0, 1_000_000], ids=["without a cache", "with a cache"])
def test_every_coding_and_entity_tag_is_answered_the_same(
    tmp_path: Path, coding: str | None, size: int
) -> None:
    both = Both(tmp_path, cache_size=size)
    headers = {} if coding is None else {"Accept-Encoding": coding}
    for query in (SELECT, MANY, LONG, QUERIES["changing"]):
        for known in KNOWN:
            for method in ("GET", "POST"):
                more = headers if known is None else {**headers, "If-None-Match": known}
                both.answer(asking(query, method, **more))
    both.compare_traces()


UNUSUAL = {
    "head": asking(SELECT, "HEAD"),
    "query": Sent("QUERY", "", {"Content-Type": SPARQL}, SELECT.encode()),
    "options": asking(SELECT, "OPTIONS"),
    "put": asking(SELECT, "PUT"),
    "no parameter": Sent(),
    "another path": Sent(path="/sparql/", query_string="query=ASK%7B%7D"),
    "nowhere": Sent(path="/nowhere"),
    "a page": Sent(path="/"),
    "below a root": Sent(query_string="query=ASK%7B%7D", root="/app"),
    "two queries": Sent(query_string="query=ASK%7B%7D&query=ASK%7B%7D"),
    "an update": Sent(query_string="update=DROP+ALL"),
    "an update by POST": Sent("POST", "", {"Content-Type": FORM}, b"update=DROP+ALL"),
    "an update with a token": Sent(
        "POST",
        "",
        {"Content-Type": "application/sparql-update", "Authorization": f"Bearer {TOKEN}"},
        b"DROP ALL",
    ),
    "an unknown parameter": Sent(query_string="query=ASK%7B%7D&format=json&a=b"),
    "a dataset": asking(SELECT, "GET", [("default-graph-uri", ONE), ("named-graph-uri", ONE)]),
    "a dataset by POST": asking(SELECT, "POST", [("default-graph-uri", ONE)]),
    "a dataset in the address, the query in the body": Sent(
        "POST", "default-graph-uri=" + quote(ONE), {"Content-Type": SPARQL}, SELECT.encode()
    ),
    "a wrong dataset": asking(SELECT, "GET", [("default-graph-uri", "not an iri")]),
    "the dataset of updates": asking(SELECT, "GET", [("using-graph-uri", ONE)]),
    "a bad escape": Sent(query_string="query=ASK%7G"),
    "no UTF-8": Sent(query_string="query=%ff"),
    "a raw umlaut": Sent(query_string="query=SELECT * { ?s ?p 'Ã¤' }"),
    "plus signs": Sent(query_string="query=ASK+%7B+%3Fs+?p+%22a%2Bb%22+%7D&"),
    "a time limit": asking(SELECT, "GET", [("timeout", "3")]),
    "a long time limit": asking(SELECT, "GET", [("timeout", "300")]),
    "a version": asking(SELECT, "GET", [("version", "1")]),
    "a version that is not served": asking(SELECT, "GET", [("version", "1")]),
    "a version in a form": asking(SELECT, "POST", [("version", "1")]),
    "a wrong time limit": asking(SELECT, "GET", [("timeout", "soon")]),
    "a token": asking(SELECT, Authorization=f"Bearer {TOKEN}"),
    "a token and a time limit": asking(SELECT, "GET", [("timeout", "300")], Authorization=f"Bearer {TOKEN}"),
    "a wrong token": asking(SELECT, Authorization="Bearer wrong"),
    "a password": asking(SELECT, Authorization="Basic YTpi"),
    "a forwarded address": asking(SELECT, X_Forwarded_For="203.0.113.9", Forwarded="for=203.0.113.9"),
    "a range": asking(SELECT, Range="bytes=0-3"),
    "an old page": asking(SELECT, If_Modified_Since="Sun, 22 Nov 2026 18:00:00 GMT", If_Match='"x"'),
    "another host": asking(SELECT, Host="evil.example:99999"),
    "no host": asking(SELECT, Host=""),
    "a web socket": asking(SELECT, Connection="Upgrade", Upgrade="websocket"),
    "an origin": asking(SELECT, Origin="https://other.example"),
    "another method in a header": asking(SELECT, X_HTTP_Method_Override="DELETE"),
    "direct": Sent("POST", "", {"Content-Type": f"{SPARQL}; charset=UTF-8"}, SELECT.encode()),
    "direct, in capitals": Sent("POST", "", {"Content-Type": SPARQL.upper()}, SELECT.encode()),
    "direct, another charset": Sent("POST", "", {"Content-Type": f"{SPARQL};charset=latin1"}, b"ASK{}"),
    "direct, no UTF-8": Sent("POST", "", {"Content-Type": SPARQL}, b"ASK { ?s ?p '\xff' }"),
    "a query in both places": Sent("POST", "query=ASK%7B%7D", {"Content-Type": FORM}, b"query=ASK%7B%7D"),
    "a query in the address of a form": Sent("POST", "query=ASK%7B%7D", {"Content-Type": FORM}, b""),
    "no content type": Sent("POST", "", {}, b"ASK {}"),
    "another content type": Sent("POST", "", {"Content-Type": "text/plain"}, b"ASK {}"),
    "no length": Sent("POST", "", {"Content-Type": SPARQL}, b"ASK {}", length=""),
    "a length that is none": Sent("POST", "", {"Content-Type": SPARQL}, b"ASK {}", length="six"),
    "a body that is shorter": Sent("POST", "", {"Content-Type": SPARQL}, b"ASK {}", length="7"),
    "a body that is too long": Sent("POST", "", {"Content-Type": SPARQL}, b"ASK {} #" + b"x" * 20_000),
    "a body in pieces": Sent(
        "POST", "", {"Content-Type": SPARQL, "Transfer-Encoding": "chunked"}, b"ASK {}", length=""
    ),
    "a body of a GET": Sent("GET", "query=ASK%7B%7D", {"Content-Type": SPARQL}, b"ASK { ?s ?p ?o }"),
}


@pytest.mark.parametrize("name", UNUSUAL)
@pytest.mark.parametrize("writable", [False, True], ids=["read-only", "writable"])
def test_unusual_requests_are_answered_the_same(tmp_path: Path, name: str, writable: bool) -> None:
    both = Both(tmp_path, cache_size=1_000_000, writable=writable and name != "an update with a token")
    for _ in range(2):
        both.answer(UNUSUAL[name])
    both.compare_traces()


def test_an_error_of_the_engine_is_told_and_the_query_not_run_again(both: Both) -> None:
    status, headers, body = both.answer(asking(FAILS))
    assert (status, headers["Content-Type"]) == (503, "application/problem+json")
    assert json.loads(body)["detail"] == "The query ran for longer than 1 second."
    assert [engine.runs for engine in both.engines] == [
        [(FAILS, Limits(9, None, 10_000_000), "192.0.2.7")]
    ] * 2
    assert both.answer(asking(BREAKS, "POST"))[0] == 500
    assert [len(engine.runs) for engine in both.engines] == [2, 2]
    both.compare_traces()


COMMON = {
    "by GET": asking(SELECT),
    "by POST": asking(SELECT, "POST"),
    "direct": Sent("POST", "", {"Content-Type": SPARQL}, SELECT.encode()),
    "curl": asking(SELECT, Accept="*/*", User_Agent="curl/8.1"),
    "a page of another origin": asking(SELECT, Accept="application/json", Origin="https://other.example"),
    "compressed": asking(MANY, Accept_Encoding="gzip, deflate, br, zstd"),
    "revalidated": asking(SELECT, If_None_Match='"x"'),
    "a graph": asking(QUERIES["construct"], Accept="text/turtle"),
    "a dataset": asking(SELECT, "GET", [("default-graph-uri", ONE)]),
    "a long result": asking(LONG),
    "behind a proxy": asking(SELECT, X_Forwarded_For="203.0.113.9", Via="1.1 proxy"),
}


def refuse(environ: object, start_response: object) -> Iterable[bytes]:
    """Stand for an application that nobody should ask."""
    raise AssertionError(environ, start_response)


@pytest.mark.parametrize("name", COMMON)
def test_common_requests_go_the_short_way(name: str) -> None:
    about = About(Failing(), None, "Data", (), 20_000)
    edge = Edge(refuse, about, Observation())
    pieces, status, headers = run_wsgi_app(edge, COMMON[name].environ(None), buffered=True)
    body = b"".join(pieces)
    assert status == "200 OK"
    assert int(headers["Content-Length"]) == len(body) > 0


class Stream:
    """A body of which the places for reading are taken, or which comes byte by byte."""

    def __init__(self, body: bytes, error: KhyberError | None = None) -> None:
        self._inner = BytesIO(body)
        self._error = error

    def read(self, size: int = -1) -> bytes:
        if self._error:
            raise self._error
        return self._inner.read(min(size, 1) if size > 0 else size)


@pytest.mark.parametrize("error", [None, TooManyRequests("16 bodies are on their way.", retry_after=5)])
def test_a_body_that_comes_slowly_or_not_is_answered_the_same(both: Both, error: KhyberError | None) -> None:
    answers = []
    for app in both.apps:
        environ = asking(SELECT, "POST").environ(None)
        environ["wsgi.input"] = Stream(environ["wsgi.input"].read(), error)
        pieces, status, headers = run_wsgi_app(cast("Any", app), environ, buffered=True)
        answers.append((status, sorted(headers), b"".join(pieces)))
    assert answers[0] == answers[1]
    assert answers[0][0] == ("200 OK" if error is None else "429 TOO MANY REQUESTS")
    both.compare_traces()


def header(name: str, values: Sequence[str | None]) -> st.SearchStrategy[dict[str, str]]:
    return st.sampled_from(values).map(lambda value: {} if value is None else {name: value})


TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
PARAMETERS = st.lists(
    st.tuples(
        st.sampled_from(
            ["default-graph-uri", "named-graph-uri", "timeout", "version", "query", "update", "format"]
        ),
        st.sampled_from([ONE, EX + "none", "x", "1", "", "ASK {}"]) | TEXT,
    ),
    max_size=2,
)


@st.composite
def requests(draw: st.DrawFn) -> Sent:
    """Give requests that are right for the most part."""
    headers: dict[str, str] = {}
    for strategy in (
        header("Accept", ACCEPTS) | TEXT.map(lambda text: {"Accept": text.encode().decode("latin-1")}),
        header("Accept-Encoding", CODINGS),
        header("If-None-Match", KNOWN),
        header("Authorization", (None, None, None, None, f"Bearer {TOKEN}", "Bearer x", "Bearer ", "")),
        header("X-Forwarded-For", (None, "203.0.113.9, 198.51.100.1", "unknown")),
    ):
        headers |= draw(strategy)
    query = draw(st.sampled_from(list(QUERIES.values())) | TEXT)
    pairs = urlencode([("query", query), *draw(st.just([]) | PARAMETERS)])
    method = draw(st.sampled_from(["GET", "GET", "GET", "POST", "POST", "HEAD", "QUERY", "OPTIONS"]))
    if method in ("POST", "QUERY"):
        kind = draw(st.sampled_from([FORM, FORM, SPARQL, f"{FORM}; charset=utf-8", "text/plain", ""]))
        body = query.encode() if kind == SPARQL else pairs.encode()
        return Sent(
            method, draw(st.sampled_from(["", "a=b", pairs])), {**headers, "Content-Type": kind}, body
        )
    return Sent(method, draw(st.just(pairs) | st.text("aq=&%7B+", max_size=12)), headers)


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Both:
    """Give applications that have been asked before: they hold in their caches what they have answered."""
    return Both(tmp_path_factory.mktemp("lasting"), cache_size=1_000_000)


@given(st.lists(requests(), min_size=1, max_size=4))
def test_any_requests_are_answered_the_same(lasting: Both, sent: list[Sent]) -> None:
    for each in sent:
        lasting.answer(each)
    lasting.compare_traces()


def test_the_errors_of_both_ways_are_those_that_a_request_earns(both: Both) -> None:
    status, headers, body = both.answer(Sent(query_string="query=%ff"))
    assert (status, json.loads(body)["title"]) == (400, InputError.title)
    assert headers["Cache-Control"] == "no-store"


def test_a_page_with_a_result_is_kept_too(both: Both) -> None:
    asked = asking(SELECT, Accept="text/html")
    status, headers, page = both.answer(asked)
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b"2 rows" in page
    assert both.answer(asked) == (status, headers, page)
    assert both.answer(asking(SELECT, Accept="text/html", If_None_Match="LAST"))[0] == 304
    assert [len(engine.runs) for engine in both.engines] == [1, 1]
    other = both.answer(asking(SELECT + " # other", Accept="text/html"))[2]
    assert b"# other" in other
    changing = both.answer(asking("SELECT (STR(NOW()) AS ?x) { FILTER(false) }", Accept="text/html"))
    assert changing[1]["Cache-Control"] == "no-store"
    both.compare_traces()
