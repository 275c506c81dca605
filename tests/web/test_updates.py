from __future__ import annotations

from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from khyber.errors import (
    Conflict,
    InputError,
    MethodNotAllowed,
    PayloadTooLarge,
    QueryRefused,
    QuerySyntaxError,
    ReadOnly,
    UnsupportedMediaType,
    UsageError,
)
from web.writable import (
    AUTHORISED,
    EX,
    ONE,
    Refused,
    application,
    assert_changes_nothing,
    assert_refused,
    values,
)

UPDATE = {**AUTHORISED, "Content-Type": "application/sparql-update"}
FORM = {**AUTHORISED, "Content-Type": "application/x-www-form-urlencoded"}
INSERT = f"INSERT DATA {{ <{EX}a> <{EX}p> '2' }}"
COPY = f"INSERT {{ <{EX}b> <{EX}p> ?o }} WHERE {{ <{EX}a> <{EX}p> ?o }}"


@pytest.fixture
def client() -> FlaskClient:
    return application().test_client()


@pytest.mark.parametrize("path", ["/update", "/sparql"])
@pytest.mark.parametrize("way", ["direct", "form"])
def test_post_update(client: FlaskClient, path: str, way: str) -> None:
    if way == "direct":
        answer = client.post(path, headers=UPDATE, data=INSERT)
    else:
        answer = client.post(path, headers=FORM, data=urlencode({"update": INSERT}))
    assert (answer.status_code, answer.data) == (204, b"")
    assert values(client) == ["0", "2"]


def test_post_update_using_graph(client: FlaskClient) -> None:
    path = "/update?" + urlencode({"using-graph-uri": ONE})
    assert client.post(path, headers=UPDATE, data=COPY).status_code == 204
    assert values(client) == ["0", "1"]


def test_post_update_relative_iri_is_below_the_base_url_and_not_the_host(client: FlaskClient) -> None:
    text = "INSERT DATA { GRAPH <g> { <a> <p> <o> } }"
    headers = {**UPDATE, "Host": "attacker.example"}
    assert client.post("/update", headers=headers, data=text).status_code == 204
    assert values(client, "https://base.example/g") == ["https://base.example/o"]


def test_the_next_query_sees_an_update_that_a_cached_result_does_not() -> None:
    cached = application(cache_size=1_000_000).test_client()
    for number in range(3, 6):
        text = f"INSERT DATA {{ <{EX}a> <{EX}p> '{number}' }}"
        before = values(cached)
        assert values(cached) == before
        assert cached.post("/update", headers=UPDATE, data=text).status_code == 204
        assert values(cached) == [*before, str(number)]


REFUSED: dict[str, Refused] = {
    "post_update_syntax": ("POST", "/update", UPDATE, b"CLEAR XYZ", QuerySyntaxError),
    "post_update_conflict": ("POST", "/update", UPDATE, f"CREATE GRAPH <{ONE}>".encode(), Conflict),
    "post_update_load": ("POST", "/update", UPDATE, b"LOAD <http://127.0.0.1:1/>", QueryRefused),
    "post_update_query": ("POST", "/update", UPDATE, b"ASK {}", UsageError),
    "post_update_not_utf_8": ("POST", "/update", UPDATE, b"CLEAR \xff", InputError),
    "post_update_wrong_media_type": (
        "POST",
        "/update",
        {**AUTHORISED, "Content-Type": "text/plain"},
        b"CLEAR ALL",
        UnsupportedMediaType,
    ),
    "post_update_no_media_type": ("POST", "/update", AUTHORISED, b"CLEAR ALL", UnsupportedMediaType),
    "post_update_twice": ("POST", "/update", FORM, b"update=CLEAR+ALL&update=CLEAR+ALL", UsageError),
    "post_update_dataset_conflict": (
        "POST",
        "/update?using-graph-uri=http%3A%2F%2Fexample.org%2Fone",
        UPDATE,
        f"WITH <{ONE}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}".encode(),
        UsageError,
    ),
    "get_update": ("GET", "/update?update=CLEAR+ALL", AUTHORISED, b"", MethodNotAllowed),
    "get_update_at_the_query_endpoint": ("GET", "/sparql?update=CLEAR+ALL", AUTHORISED, b"", QueryRefused),
    "query_method_update": ("QUERY", "/sparql", UPDATE, b"CLEAR ALL", UnsupportedMediaType),
}


@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused_changes_nothing(client: FlaskClient, refused: Refused) -> None:
    assert_changes_nothing(client, refused)


def test_post_update_syntax_tells_the_place(client: FlaskClient) -> None:
    answer = client.post("/update", headers=UPDATE, data="CLEAR ALL ;\n  CLEAR XYZ")
    problem = assert_refused(answer, QuerySyntaxError)
    assert (problem["source"], problem["line"], problem["column"]) == ("update", 2, 9)


def test_post_update_too_large() -> None:
    client = application(max_upload_bytes=100).test_client()
    problem = assert_refused(client.post("/update", headers=UPDATE, data=b" " * 101), PayloadTooLarge)
    assert "100 bytes" in problem["detail"]


def test_post_update_may_be_longer_than_a_query() -> None:
    client = application(max_request_bytes=100).test_client()
    text = INSERT + " " * 100
    assert client.post("/update", headers=UPDATE, data=text).status_code == 204
    query = {"Content-Type": "application/sparql-query"}
    assert_refused(client.post("/sparql", headers=query, data="ASK {}" + " " * 100), PayloadTooLarge)


@pytest.mark.parametrize("path", ["/update", "/sparql"])
@pytest.mark.parametrize("headers", [UPDATE, {"Content-Type": UPDATE["Content-Type"]}])
def test_post_update_read_only(path: str, headers: dict[str, str]) -> None:
    client = application(writable=False).test_client()
    problem = assert_refused(client.post(path, headers=headers, data=INSERT), ReadOnly)
    assert "--writable" in problem["remedy"]
    assert values(client) == ["0"]


def test_query_method(client: FlaskClient) -> None:
    answer = client.open(
        "/sparql", method="QUERY", headers={"Content-Type": "application/sparql-query"}, data="ASK {}"
    )
    assert (answer.status_code, answer.get_json(force=True)["boolean"]) == (200, True)


def test_options_names_the_methods(client: FlaskClient) -> None:
    assert {"GET", "HEAD", "POST", "QUERY"} <= set(client.options("/sparql").headers["Allow"].split(", "))
    assert set(client.options("/update").headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


def test_get_query_with_a_relative_iri_is_resolved_below_the_base_url(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": "SELECT (STR(<x>) AS ?o) {}"})
    assert answer.get_json(force=True)["results"]["bindings"][0]["o"]["value"] == "https://base.example/x"


def test_the_pages_count_what_is_there_now(client: FlaskClient) -> None:
    assert b"1 triples" in client.get("/").data
    client.post("/update", headers=UPDATE, data=INSERT)
    assert b"2 triples" in client.get("/").data
    assert client.get("/health").get_json()["triples"] == 2
