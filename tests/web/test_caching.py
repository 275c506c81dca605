from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khyber.engine.base import Query, ResultKind
from khyber.errors import NotAcceptable, QuerySyntaxError
from khyber.web.caching import Entry, ResultCache, entity_tag, result_key
from problem_shape import assert_problem
from running import Answer, Server, serving

QUERY = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o"
CHANGING = "SELECT (STRUUID() AS ?x) { }"
LONG = (
    "SELECT * { VALUES ?a { "
    + " ".join(map(str, range(300)))
    + " } VALUES ?b { "
    + " ".join(map(str, range(300)))
    + " } }"
)
"""Its result is longer than what is held in memory."""


def query(
    text: str = QUERY, default: tuple[str, ...] | None = None, named: tuple[str, ...] | None = None
) -> Query:
    return Query(text, ResultKind.SOLUTIONS, default, named)


def entry(size: int, name: str = "x") -> Entry:
    return Entry("identity", name, b"x" * size)


def test_the_key_is_the_state_of_the_data_the_query_its_dataset_and_the_format() -> None:
    keys = [
        result_key("1", query(), "a/b"),
        result_key("2", query(), "a/b"),
        result_key("1", query(QUERY + " "), "a/b"),
        result_key("1", query(), "a/c"),
        result_key("1", query(default=("http://e/a",)), "a/b"),
        result_key("1", query(default=("http://e/a", "http://e/b")), "a/b"),
        result_key("1", query(named=("http://e/a",)), "a/b"),
        result_key("1", query(default=()), "a/b"),
    ]
    assert len(set(keys)) == len(keys)
    assert result_key("1", query(), "a/b") == keys[0]


def test_an_entity_tag_stands_for_the_bytes_and_their_type_however_they_are_cut() -> None:
    whole = entity_tag("text/csv", (b"abc",))
    assert entity_tag("text/csv", (b"a", b"", b"bc")) == whole
    assert entity_tag("text/csv", (b"abd",)) != whole
    assert entity_tag("text/tab-separated-values", (b"abc",)) != whole


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3000)), max_size=40), st.integers(0, 20_000))
def test_the_cache_never_holds_more_bytes_than_it_may(puts: list[tuple[int, int]], most: int) -> None:
    cache = ResultCache(most)
    for name, size in puts:
        cache.put(bytes([name]), "identity", entry(size))
        counts = cache.counts()
        kept = [found for key in range(10) if (found := cache.get(bytes([key]), "identity"))]
        assert counts.entries == len(kept)
        assert sum(len(found.body) for found in kept) <= counts.size <= most


def test_what_was_not_asked_for_the_longest_goes_first_and_its_entity_tag_stays() -> None:
    cache = ResultCache(16_000)
    for name in (b"a", b"b", b"c"):
        cache.put(name, "identity", entry(1_400, name.decode()))
    assert cache.get(b"a", "identity")
    for number in range(7):
        cache.put(bytes([number]), "identity", entry(1_400))
    assert cache.get(b"a", "identity")
    assert cache.get(b"b", "identity") is None
    assert cache.etag(b"b", "identity") == "b"


def test_one_large_result_does_not_drive_out_all_others() -> None:
    cache = ResultCache(16_000)
    cache.put(b"a", "identity", entry(100))
    cache.put(b"b", "identity", entry(10_000, "large"))
    assert cache.get(b"a", "identity")
    assert cache.get(b"b", "identity") is None
    assert cache.etag(b"b", "identity") == "large"


def test_codings_are_kept_apart() -> None:
    cache = ResultCache(100_000)
    cache.put(b"a", "gzip", Entry("gzip", "g", b"1"))
    assert cache.get(b"a", "identity") is None
    assert cache.etag(b"a", "identity") is None


def path(text: str) -> str:
    return "/sparql?" + urlencode({"query": text})


def fetch(server: Server, text: str, method: str = "GET", **headers: str) -> Answer:
    return server.fetch(
        path(text), method=method, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


def counts(server: Server) -> dict[str, float]:
    lines = server.fetch("/metrics").text.splitlines()
    return {
        name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")
    }


def outcome(server: Server, name: str) -> float:
    return counts(server)[f'khyber_cache_requests_total{{outcome="{name}"}}']


@pytest.fixture
def own(people: Path) -> Iterator[Server]:
    """Give a server whose cache nobody else fills."""
    with serving(str(people)) as running:
        yield running


def test_the_same_question_is_answered_from_the_cache(own: Server) -> None:
    first, second = fetch(own, QUERY), fetch(own, QUERY)
    assert (first.status, first.body) == (second.status, second.body)
    assert first.headers["ETag"] == second.headers["ETag"]
    assert second.headers["Content-Type"] == "application/sparql-results+json"
    assert int(second.headers["Content-Length"]) == len(second.body)
    assert (outcome(own, "miss"), outcome(own, "hit")) == (1, 1)
    assert fetch(own, QUERY, Accept="text/csv").media_type == "text/csv"
    assert fetch(own, QUERY, Accept_Encoding="gzip;q=1, identity;q=0").headers["Content-Encoding"] == "gzip"
    assert (outcome(own, "miss"), outcome(own, "hit")) == (2, 2)


def test_by_get_and_by_post_the_cache_is_the_same(own: Server) -> None:
    fetch(own, QUERY)
    body = urlencode({"query": QUERY}).encode()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert own.fetch("/sparql", method="POST", headers=form, body=body).status == 200
    assert outcome(own, "hit") == 1


def test_a_cache_of_no_size_keeps_nothing_and_still_knows_entity_tags(people: Path) -> None:
    with serving(str(people), "--cache-size", "0") as own:
        etag = fetch(own, QUERY).headers["ETag"]
        assert fetch(own, QUERY).headers["ETag"] == etag
        assert (outcome(own, "miss"), outcome(own, "hit")) == (2, 0)
        assert fetch(own, QUERY, If_None_Match=etag).status == 304
        assert outcome(own, "not-modified") == 1


@pytest.mark.parametrize("text", [QUERY, LONG], ids=["short", "long"])
@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
def test_a_client_that_has_the_result_is_told_so(server: Server, text: str, coding: str) -> None:
    first = fetch(server, text, Accept_Encoding=coding)
    assert first.status == 200
    assert int(first.headers["Content-Length"]) == len(first.body)
    etag = first.headers["ETag"]
    assert etag.startswith('"')
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = fetch(server, text, Accept_Encoding=coding, If_None_Match=known)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["ETag"] == etag
        assert again.headers["Cache-Control"] == "no-cache"
        assert {"Accept", "Accept-Encoding"} <= set(again.headers["Vary"].split(", "))
        assert again.headers["Content-Type"] is None
        assert again.headers["Access-Control-Allow-Origin"] == "*"


def test_each_coding_and_each_format_has_an_entity_tag_of_its_own(server: Server) -> None:
    etags = {
        fetch(server, LONG, Accept_Encoding=coding).headers["ETag"] for coding in ("identity", "gzip", "zstd")
    }
    etags |= {
        fetch(server, QUERY, Accept=accept).headers["ETag"] for accept in ("text/csv", "application/json")
    }
    assert len(etags) == 5
    csv = fetch(server, QUERY, Accept="text/csv").headers["ETag"]
    assert fetch(server, QUERY, Accept="application/json", If_None_Match=csv).status == 200


def test_a_long_result_is_the_same_in_every_coding(server: Server) -> None:
    plain, packed = fetch(server, LONG), fetch(server, LONG, Accept_Encoding="gzip")
    assert len(plain.body) > 8 * 1_048_576
    assert gzip.decompress(packed.body) == plain.body
    assert len(json.loads(plain.body)["results"]["bindings"]) == 90_000
    head = fetch(server, LONG, "HEAD", Accept_Encoding="gzip")
    assert (head.body, int(head.headers["Content-Length"])) == (b"", len(packed.body))


def test_what_a_client_has_of_other_data_is_sent_anew(server: Server) -> None:
    answer = fetch(server, QUERY, If_None_Match='"0123456789"')
    assert answer.status == 200
    assert json.loads(answer.body)


def test_a_result_that_changes_is_made_anew_and_not_to_be_kept(server: Server) -> None:
    first, second = fetch(server, CHANGING), fetch(server, CHANGING, If_None_Match="*")
    assert first.body != second.body
    assert first.status == second.status == 200
    for answer in (first, second):
        assert answer.headers["ETag"] is None
        assert answer.headers["Cache-Control"] == "no-store"


def test_errors_are_not_kept(server: Server) -> None:
    for _ in range(2):
        answer = fetch(server, "SELECT * {", If_None_Match="*")
        assert_problem(answer.status, answer.headers["Content-Type"], answer.body, QuerySyntaxError)
        assert answer.headers["ETag"] is None
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_format_that_is_not_to_be_had_is_told_also_to_a_client_that_has_another(server: Server) -> None:
    answer = fetch(server, QUERY, Accept="image/png", If_None_Match="*")
    assert_problem(answer.status, answer.headers["Content-Type"], answer.body, NotAcceptable)


@pytest.mark.parametrize("address", ["/", "/sparql", "/openapi.json", "/static/khyber.css"])
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_pages_and_documents_have_entity_tags_too(server: Server, address: str, coding: str) -> None:
    headers = {"Accept": "*/*", "Accept-Encoding": coding}
    first = server.fetch(address, headers=headers)
    again = server.fetch(address, headers={**headers, "If-None-Match": first.headers["ETag"]})
    assert (first.status, again.status, again.body) == (200, 304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_a_result_of_a_hundred_megabytes_takes_little_memory_of_the_server(own: Server) -> None:
    numbers = " ".join(map(str, range(75)))
    values = " ".join(f"VALUES ?{name} {{ {numbers} }}" for name in "abc")
    before = counts(own)["process_peak_memory_bytes"]
    answer = fetch(own, f"SELECT * {{ {values} }}", Accept="application/sparql-results+json")
    assert answer.status == 200
    assert len(answer.body) == int(answer.headers["Content-Length"]) > 100_000_000
    assert counts(own)["process_peak_memory_bytes"] - before < 32_000_000
