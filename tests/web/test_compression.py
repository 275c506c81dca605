from __future__ import annotations

import gzip
import json

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from khyber.errors import NotAcceptable
from khyber.sparql.formats import FORMATS
from khyber.web.compression import (
    CODINGS,
    IDENTITY,
    SMALLEST,
    Preference,
    can_shrink,
    coded,
    coded_stream,
    preferred_coding,
)
from problem_shape import assert_problem
from running import Answer, Server

MANY = "SELECT * { VALUES ?a { " + " ".join(map(str, range(40))) + " } ?s ?p ?o }"
FEW = "SELECT * { ?s ?p ?o } LIMIT 1"


def decoded(body: bytes, coding: str | None) -> bytes:
    if coding == "gzip":
        return gzip.decompress(body)
    return zstandard.ZstdDecompressor().decompressobj().decompress(body) if coding == "zstd" else body


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        (None, IDENTITY),
        ("", IDENTITY),
        ("gzip", "gzip"),
        ("GZip", "gzip"),
        ("x-gzip", "gzip"),
        ("zstd", "zstd"),
        ("gzip, zstd", "zstd"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("gzip ; q=0.5 , zstd ; Q=0.4", "gzip"),
        ("br", IDENTITY),
        ("deflate, br", IDENTITY),
        ("*", "zstd"),
        ("*;q=0.5, gzip", "gzip"),
        ("zstd;q=0, *", "gzip"),
        ("gzip;q=0, zstd;q=0", IDENTITY),
        ("identity", IDENTITY),
        ("identity, gzip;q=0.5", IDENTITY),
        ("identity;q=0.5, gzip", "gzip"),
        ("identity;q=0, *", "zstd"),
        ("gzip, *;q=0", "gzip"),
        ("zstd;q=0, gzip;q=0.2, *;q=0.5", IDENTITY),
        ("gzip;q=high, zstd", "zstd"),
        (";;, gzip", "gzip"),
    ],
)
def test_the_coding_is_the_one_that_the_client_wants_most(header: str | None, coding: str) -> None:
    assert preferred_coding(header).coding == coding


@pytest.mark.parametrize(
    "header", ["identity;q=0", "*;q=0", "br, *;q=0", "gzip;q=0, zstd;q=0.0, identity;q=0.000"]
)
def test_a_client_that_takes_nothing_is_told(header: str) -> None:
    with pytest.raises(NotAcceptable, match="Accept one of zstd, gzip, identity"):
        preferred_coding(header)


@given(st.text(max_size=40))
def test_any_header_is_read(header: str) -> None:
    try:
        assert preferred_coding(header).coding in (*CODINGS, IDENTITY)
    except NotAcceptable:
        assert "0" in header


def test_a_small_body_is_coded_only_for_a_client_that_takes_nothing_else() -> None:
    assert Preference("gzip").coding_for(SMALLEST - 1) == IDENTITY
    assert Preference("gzip").coding_for(SMALLEST) == "gzip"
    assert Preference("gzip", takes_identity=False).coding_for(1) == "gzip"


@given(st.lists(st.binary(max_size=50), max_size=5), st.sampled_from(CODINGS))
def test_what_is_coded_can_be_decoded(chunks: list[bytes], coding: str) -> None:
    body = b"".join(chunks)
    assert decoded(coded(body, coding), coding) == body
    assert decoded(b"".join(coded_stream(chunks, coding)), coding) == body


@pytest.mark.parametrize("coding", [*CODINGS, IDENTITY])
def test_the_same_bytes_are_coded_as_the_same_bytes(coding: str) -> None:
    assert coded(b"a" * 5000, coding) == coded(b"a" * 5000, coding)


def test_text_is_made_smaller_and_pictures_are_not() -> None:
    results = [media_type for entry in FORMATS for media_type in entry.media_types]
    for media_type in (*results, "application/problem+json", "text/html", "image/svg+xml"):
        assert can_shrink(media_type), media_type
    for media_type in ("image/png", "application/zip", "application/octet-stream", ""):
        assert not can_shrink(media_type), media_type


def fetch(server: Server, query: str, header: str, **more: str) -> Answer:
    from urllib.parse import urlencode

    path = "/sparql?" + urlencode({"query": query})
    return server.fetch(path, headers={"Accept-Encoding": header, **more})


@pytest.mark.parametrize("coding", CODINGS)
def test_a_result_is_sent_in_the_coding_that_is_asked_for(server: Server, coding: str) -> None:
    plain, answer = fetch(server, MANY, IDENTITY), fetch(server, MANY, coding)
    assert plain.headers["Content-Encoding"] is None
    assert answer.headers["Content-Encoding"] == coding
    assert int(answer.headers["Content-Length"]) == len(answer.body) < len(plain.body)
    assert json.loads(decoded(answer.body, coding)) == json.loads(plain.body)
    for each in (plain, answer):
        assert {"Accept", "Accept-Encoding"} <= set(each.headers["Vary"].split(", "))


def test_a_small_result_is_sent_as_it_is(server: Server) -> None:
    answer = fetch(server, FEW, "gzip, zstd")
    assert answer.headers["Content-Encoding"] is None
    assert json.loads(answer.body)


def test_a_small_result_is_coded_where_the_client_insists(server: Server) -> None:
    answer = fetch(server, FEW, "gzip, identity;q=0")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.body))


def test_a_client_that_takes_no_coding_and_no_plain_bytes_is_told_before_the_query_runs(
    server: Server,
) -> None:
    answer = fetch(server, "ASK { FILTER(<http://x.org/>(1)) }", "identity;q=0, br")
    assert_problem(answer.status, answer.headers["Content-Type"], answer.body, NotAcceptable)


@pytest.mark.parametrize("path", ["/", "/sparql", "/openapi.json", "/static/khyber.css"])
def test_pages_and_documents_are_coded_too(server: Server, path: str) -> None:
    plain = server.fetch(path, headers={"Accept": "*/*"})
    answer = server.fetch(path, headers={"Accept": "*/*", "Accept-Encoding": "gzip"})
    assert plain.status == answer.status == 200
    if len(plain.body) >= SMALLEST:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(gzip.decompress(answer.body)) == len(plain.body)
        assert answer.headers["ETag"] != plain.headers["ETag"]
    assert int(answer.headers["Content-Length"]) == len(answer.body)
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_head_tells_the_length_of_the_coded_bytes(server: Server) -> None:
    from urllib.parse import urlencode

    path = "/sparql?" + urlencode({"query": MANY})
    get = server.fetch(path, headers={"Accept-Encoding": "gzip"})
    head = server.fetch(path, method="HEAD", headers={"Accept-Encoding": "gzip"})
    assert head.body == b""
    for name in ("Content-Length", "Content-Encoding", "ETag", "Content-Type"):
        assert head.headers[name] == get.headers[name]
