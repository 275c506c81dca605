"""Requests that nobody should send: random methods, paths, headers and bodies, sent to a running server."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.conftest import TOKEN
from fuzz.raw import EXAMPLES, assert_clean, request, sent
from khyber.sparql.formats import FORMATS
from running import Server

BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

PATHS = (
    b"/",
    b"/sparql",
    b"/update",
    b"/graphs",
    b"/graphs/a",
    b"/id/actor/ttp",
    b"/ontology",
    b"/graph/core",
    b"/shapes.ttl",
    b"/export",
    b"/health",
    b"/health/ready",
    b"/metrics",
    b"/openapi.json",
    b"/.well-known/void",
    b"/static/khyber.css",
    b"/nowhere",
)
NAMES = (
    b"query",
    b"update",
    b"default-graph-uri",
    b"named-graph-uri",
    b"using-graph-uri",
    b"graph",
    b"default",
    b"timeout",
    b"format",
    b"version",
)
METHODS = (
    "GET",
    "POST",
    *(5 * ("GET", "POST")),
    "HEAD",
    "PUT",
    "DELETE",
    "PATCH",
    "OPTIONS",
    "QUERY",
    "TRACE",
    "CONNECT",
    "BREW",
    "get",
)
MEDIA_TYPES = (
    *(media_type.encode() for entry in FORMATS for media_type in entry.media_types),
    b"application/x-www-form-urlencoded",
    b"application/sparql-query",
    b"application/sparql-update",
    b"multipart/form-data; boundary=x",
    b"multipart/form-data",
    b"text/html",
    b"*/*",
    b"image/png",
    b"text/turtle; charset=utf-16",
)
QUERIES = (
    b"ASK {}",
    b"SELECT * { ?s ?p ?o }",
    b"DESCRIBE <http://example.org/ann>",
    b"INSERT DATA { <a:a> <a:b> 1 }",
    b"SELECT",
)

header_bytes = st.binary(max_size=40).map(
    lambda raw: bytes(byte for byte in raw if byte >= 32 and byte != 127)
)
path_bytes = st.lists(
    st.sampled_from(
        [
            b"/",
            b"%2F",
            b"%",
            b"%GG",
            b"%FF",
            b"%00",
            b"..",
            b".",
            b"a",
            b"~",
            b";",
            b"\xc3\xa9",
            b"%C3%A9",
            b"<",
            b'"',
            b"|",
        ]
    ),
    max_size=6,
).map(b"".join)
targets = st.one_of(st.sampled_from(PATHS), st.tuples(st.sampled_from(PATHS), path_bytes).map(b"".join))
quoted = st.one_of(
    st.sampled_from([query.replace(b" ", b"+").replace(b"#", b"%23") for query in QUERIES]),
    st.binary(max_size=12).map(lambda raw: b"".join(b"%%%02X" % byte for byte in raw)),
    st.sampled_from([b"%", b"%G0", b"%FF", b"http://example.org/one", b"-1", b"1e9", b"nan", b"", b"\xff"]),
)
parameters = st.lists(st.tuples(st.sampled_from(NAMES), quoted), max_size=4).map(
    lambda pairs: b"&".join(name + b"=" + value for name, value in pairs)
)
weights = st.sampled_from([b"", b";q=0", b";q=0.5", b";q=1.5", b";q=", b";q=x", b';a="b,c"'])
accepts = st.lists(st.tuples(st.sampled_from(MEDIA_TYPES), weights).map(b"".join), max_size=4).map(b", ".join)
codings = st.lists(
    st.tuples(st.sampled_from([b"gzip", b"zstd", b"br", b"identity", b"*", b"\xff"]), weights).map(b"".join),
    max_size=4,
).map(b", ".join)
headers = st.lists(
    st.one_of(
        accepts.map(lambda value: (b"Accept", value)),
        codings.map(lambda value: (b"Accept-Encoding", value)),
        st.sampled_from(MEDIA_TYPES).map(lambda value: (b"Content-Type", value)),
        st.one_of(
            header_bytes,
            st.sampled_from([b"*", b'"a"', b'W/"', b'""']),
        ).map(lambda value: (b"If-None-Match", value)),
        st.sampled_from([b"Bearer " + TOKEN.encode(), b"Bearer", b"Basic x", b"Bearer \xff"]).map(
            lambda value: (b"Authorization", value)
        ),
        st.tuples(
            st.sampled_from(
                [
                    b"Cookie",
                    b"Range",
                    b"Content-Encoding",
                    b"X-Forwarded-For",
                    b"Forwarded",
                    b"If-Match",
                    b"Expect",
                    b"Host",
                    b"Content-Location",
                    b"X-HTTP-Method-Override",
                ]
            ),
            st.one_of(
                header_bytes,
                st.sampled_from([b"100-continue", b"bytes=0-1,5-", b"gzip", b"evil.example:99999"]),
            ),
        ),
    ),
    max_size=5,
)
bodies = st.one_of(
    st.none(),
    st.binary(max_size=200),
    st.sampled_from(QUERIES),
    parameters,
    st.just(
        b'--x\r\nContent-Disposition: form-data; name="a"; filename="a.ttl"\r\n\r\n<a:a> <a:b> 1 .\r\n--x--\r\n'
    ),
    st.just(b"--x\r\n\r\n--x"),
)


asked = st.tuples(targets, parameters).map(lambda parts: b"?".join(part for part in parts if part))


@given(method=st.sampled_from(METHODS), target=asked, fields=headers, body=bodies)
@BOUNDED
def test_whatever_is_asked_the_answer_is_clean(
    victim: Server,
    method: str,
    target: bytes,
    fields: list[tuple[bytes, bytes]],
    body: bytes | None,
) -> None:
    received = sent(victim, request(method, target, fields, body), method)
    assert received is not None
    assert_clean(received)


@given(data=st.binary(min_size=1, max_size=300))
@BOUNDED
def test_what_is_no_http_is_refused_or_cut_off(victim: Server, data: bytes) -> None:
    received = sent(victim, data + b"\r\n\r\n", hang_up=True)
    if received is not None:
        assert_clean(received)


@pytest.mark.parametrize("size", [8_000, 60_000, 1_000_000], ids=["8k", "60k", "1M"])
@pytest.mark.parametrize("place", ["header", "headers", "target", "name"])
def test_what_is_too_long_is_refused(victim: Server, size: int, place: str) -> None:
    long = b"a" * size
    made = {
        "header": lambda: request("GET", b"/health/live", [(b"X-Long", long)]),
        "headers": lambda: request(
            "GET", b"/health/live", [(b"X-%d" % n, b"a" * 90) for n in range(size // 100)]
        ),
        "target": lambda: request("GET", b"/sparql?query=" + long, []),
        "name": lambda: request("GET", b"/health/live", [(long, b"1")]),
    }
    received = sent(victim, made[place]())
    if received is not None:
        assert_clean(received)
    assert size < 1_000_000 or received is None or received.status >= 400


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 99\r\n\r\nASK",
        b"GET /sparql?query=ASK{} HTTP/1.1\r\n\r\n",
        b"GET /health HTTP/1.0\r\n\r\n",
        b"GET http://[::bad/ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: \xff\xfe\r\nAccept: text/html\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_what_breaks_the_rules_of_http_is_refused_or_cut_off(victim: Server, request_bytes: bytes) -> None:
    received = sent(victim, request_bytes, hang_up=True)
    if received is not None:
        assert_clean(received)
