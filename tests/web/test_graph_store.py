from __future__ import annotations

from urllib.parse import quote

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat
from werkzeug.test import TestResponse

from khyber.errors import (
    InputError,
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
    PayloadTooLarge,
    RdfSyntaxError,
    ReadOnly,
    UnsupportedMediaType,
    UsageError,
)
from web.writable import (
    AUTHORISED,
    BASE_URL,
    EX,
    ONE,
    Refused,
    application,
    assert_changes_nothing,
    assert_refused,
    values,
)

TURTLE = {**AUTHORISED, "Content-Type": "text/turtle"}
TWO = EX + "two"
NEW = f"<{EX}a> <{EX}p> '7' , '8' ."


@pytest.fixture
def client() -> FlaskClient:
    return application().test_client()


def named(iri: str) -> str:
    return "/graphs?graph=" + quote(iri, safe="")


def triples(answer: TestResponse) -> int:
    assert answer.status_code == 200
    return len(list(ox.parse(answer.data, format=RdfFormat.TURTLE)))


def test_get_graph(client: FlaskClient) -> None:
    answer = client.get(named(ONE))
    assert answer.headers["Content-Type"] == "text/turtle; charset=utf-8"
    assert triples(answer) == 1
    assert b'"1"' in answer.data


def test_get_default_graph(client: FlaskClient) -> None:
    assert b'"0"' in client.get("/graphs?default").data


def test_get_graph_is_the_graph_alone(client: FlaskClient) -> None:
    assert triples(client.get(named(ONE))) == triples(client.get("/graphs?default")) == 1


@pytest.mark.parametrize(
    "media_type",
    [
        "text/turtle",
        "application/n-triples",
        "application/rdf+xml",
        "application/ld+json",
        "application/trig",
    ],
)
def test_get_graph_in_the_format_that_is_asked_for(client: FlaskClient, media_type: str) -> None:
    answer = client.get(named(ONE), headers={"Accept": media_type})
    assert answer.mimetype == media_type
    assert "Accept" in answer.headers["Vary"]
    assert len(list(ox.parse(answer.data, format=RdfFormat.from_media_type(media_type)))) == 1


def test_head_graph_has_the_headers_of_get(client: FlaskClient) -> None:
    head, get = client.head(named(ONE)), client.get(named(ONE))
    assert (head.status_code, head.data) == (200, b"")
    for name in ("Content-Type", "Content-Length", "ETag"):
        assert head.headers[name] == get.headers[name]


def test_put_new_graph(client: FlaskClient) -> None:
    answer = client.put(named(TWO), headers=TURTLE, data=NEW)
    assert (answer.status_code, answer.headers["Location"]) == (201, TWO)
    assert values(client, TWO) == ["7", "8"]
    assert values(client) == ["0"]


@pytest.mark.parametrize("path", ["/graphs?default", named(ONE)])
def test_put_existing_graph_replaces_it(client: FlaskClient, path: str) -> None:
    assert client.put(path, headers=TURTLE, data=NEW).status_code == 204
    assert triples(client.get(path)) == 2


def test_put_empty_graph_makes_a_graph(client: FlaskClient) -> None:
    assert client.put(named(TWO), headers=TURTLE, data=b"").status_code == 201
    assert triples(client.get(named(TWO))) == 0


def test_put_graph_named_by_its_path_has_the_iri_below_the_base_url(client: FlaskClient) -> None:
    headers = {**TURTLE, "Host": "attacker.example"}
    answer = client.put("/graphs/person/1.ttl", headers=headers, data=NEW)
    assert answer.headers["Location"] == f"{BASE_URL}/graphs/person/1.ttl"
    assert values(client, f"{BASE_URL}/graphs/person/1.ttl") == ["7", "8"]
    assert triples(client.get("/graphs/person/1.ttl")) == 2
    assert triples(client.get(named(f"{BASE_URL}/graphs/person/1.ttl"))) == 2


def test_a_graph_of_an_iri_that_is_no_uri_is_named_in_the_headers_as_one(client: FlaskClient) -> None:
    answer = client.put(named("http://example.org/äb"), headers=TURTLE, data=NEW)
    assert answer.headers["Location"] == answer.headers["Content-Location"] == "http://example.org/%C3%A4b"
    assert values(client, "http://example.org/äb") == ["7", "8"]


def test_the_answer_names_the_graph(client: FlaskClient) -> None:
    assert client.get(named(ONE)).headers["Content-Location"] == ONE
    assert "Content-Location" not in client.get("/graphs?default").headers
    client.put("/graphs/a/b", headers=TURTLE, data=NEW)
    assert client.get("/graphs/a/b").headers["Content-Location"] == f"{BASE_URL}/graphs/a/b"


def test_put_relative_iris_are_resolved_against_the_graph(client: FlaskClient) -> None:
    client.put(named(TWO), headers=TURTLE, data="<> <p> <x> .")
    assert values(client, TWO) == [EX + "x"]


@pytest.mark.parametrize("path", ["/graphs?default", named(ONE), "/graphs/a"])
def test_post_graph_adds_to_it(client: FlaskClient, path: str) -> None:
    before = client.get(path)
    was = triples(before) if before.status_code == 200 else 0
    assert client.post(path, headers=TURTLE, data=NEW).status_code == (204 if was else 201)
    assert triples(client.get(path)) == was + 2


def test_post_without_a_graph_makes_one_and_tells_where(client: FlaskClient) -> None:
    made = [client.post("/graphs", headers=TURTLE, data=NEW) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    first, second = (answer.headers["Location"] for answer in made)
    assert first != second
    assert first.startswith(f"{BASE_URL}/graphs/")
    assert triples(client.get(named(first))) == 2
    assert triples(client.get(first.removeprefix(BASE_URL))) == 2


BOUNDARY = "----boundary"
MULTIPART = {**AUTHORISED, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def multipart(*documents: tuple[str, str]) -> bytes:
    parts = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{number}"; filename="{number}.ttl"\r\n'
        f"{f'Content-Type: {media_type}' if media_type else 'X-Nothing: here'}\r\n\r\n{document}\r\n"
        for number, (media_type, document) in enumerate(documents)
    )
    return f"{parts}--{BOUNDARY}--\r\n".encode()


def test_post_multipart_adds_all_documents(client: FlaskClient) -> None:
    body = multipart(
        ("text/turtle; charset=utf-8", NEW),
        ("application/n-triples", f'_:b <{EX}p> "9" .\n<{EX}a> <{EX}p> "9" .'),
    )
    assert client.post(named(ONE), headers=MULTIPART, data=body).status_code == 204
    assert values(client, ONE) == ["1", "7", "8", "9", "9"]


def test_post_multipart_with_one_bad_document_changes_nothing(client: FlaskClient) -> None:
    body = multipart(("text/turtle", NEW), ("text/turtle", "this is no Turtle"))
    problem = assert_refused(client.post(named(ONE), headers=MULTIPART, data=body), RdfSyntaxError)
    assert problem["source"] == "part 1.ttl"
    assert values(client, ONE) == ["1"]


def test_delete_graph(client: FlaskClient) -> None:
    assert client.delete(named(ONE), headers=AUTHORISED).status_code == 204
    assert_refused(client.get(named(ONE)), NotFound)
    assert_refused(client.delete(named(ONE), headers=AUTHORISED), NotFound)
    assert values(client) == ["0"]


def test_delete_default_graph_empties_it(client: FlaskClient) -> None:
    assert client.delete("/graphs?default", headers=AUTHORISED).status_code == 204
    assert triples(client.get("/graphs?default")) == 0
    assert values(client, ONE) == ["1"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", [named(TWO), "/graphs/nowhere"])
def test_a_graph_that_is_not_there_is_not_found(client: FlaskClient, method: str, path: str) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == 404
    if method == "GET":
        assert_refused(answer, NotFound)


REFUSED: dict[str, Refused] = {
    "put_graph_that_is_not_wellformed": ("PUT", named(ONE), TURTLE, b"<a> <b> .", RdfSyntaxError),
    "put_graph_that_is_not_utf_8": ("PUT", named(ONE), TURTLE, b"<a> <b> '\xff' .", RdfSyntaxError),
    "put_named_graphs": (
        "PUT",
        named(ONE),
        {**AUTHORISED, "Content-Type": "application/trig"},
        b"<g> { <a> <b> 1 }",
        InputError,
    ),
    "put_wrong_media_type": (
        "PUT",
        named(ONE),
        {**AUTHORISED, "Content-Type": "text/html"},
        b"",
        UnsupportedMediaType,
    ),
    "put_no_media_type": ("PUT", named(ONE), AUTHORISED, b"", UnsupportedMediaType),
    "put_compressed": (
        "PUT",
        named(ONE),
        {**TURTLE, "Content-Encoding": "gzip"},
        b"\x1f\x8b",
        UnsupportedMediaType,
    ),
    "put_no_graph": ("PUT", "/graphs", TURTLE, NEW.encode(), UsageError),
    "put_path_that_is_encoded": ("PUT", "/graphs/a%2Fb", TURTLE, NEW.encode(), UsageError),
    "put_path_with_a_space": ("PUT", "/graphs/a%20b", TURTLE, NEW.encode(), UsageError),
    "put_path_with_two_slashes": ("PUT", "/graphs/a//b", TURTLE, NEW.encode(), UsageError),
    "post_path_and_graph": ("POST", "/graphs/a?graph=http://e.org/", TURTLE, NEW.encode(), UsageError),
    "post_unknown_parameter": ("POST", "/graphs?garph=http://e.org/", TURTLE, NEW.encode(), UsageError),
    "post_multipart_without_boundary": (
        "POST",
        named(ONE),
        {**AUTHORISED, "Content-Type": "multipart/form-data"},
        b"abc",
        InputError,
    ),
    "post_multipart_cut_off": (
        "POST",
        named(ONE),
        MULTIPART,
        multipart(("text/turtle", NEW))[:-30],
        InputError,
    ),
    "post_multipart_no_media_type": (
        "POST",
        named(ONE),
        MULTIPART,
        multipart(("", NEW)),
        UnsupportedMediaType,
    ),
    "delete_no_graph": ("DELETE", "/graphs", AUTHORISED, b"", UsageError),
    "patch": (
        "PATCH",
        named(ONE),
        {**AUTHORISED, "Content-Type": "application/sparql-update"},
        b"",
        MethodNotAllowed,
    ),
    "get_no_graph": ("GET", "/graphs", {}, b"", UsageError),
    "get_graph_and_default": ("GET", "/graphs?default&graph=http://e.org/", {}, b"", UsageError),
    "get_graph_relative": ("GET", "/graphs?graph=a", {}, b"", UsageError),
    "get_accept_image": ("GET", named(ONE), {"Accept": "image/png"}, b"", NotAcceptable),
}


@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused_changes_nothing(client: FlaskClient, refused: Refused) -> None:
    assert_changes_nothing(client, refused)


def test_put_graph_that_is_not_wellformed_tells_the_place(client: FlaskClient) -> None:
    problem = assert_refused(
        client.put(named(ONE), headers=TURTLE, data="<a> <b> 1 .\n<c> ."), RdfSyntaxError
    )
    assert (problem["source"], problem["line"]) == ("body", 2)


def test_put_too_large() -> None:
    client = application(max_upload_bytes=10).test_client()
    assert_refused(client.put(named(ONE), headers=TURTLE, data=NEW), PayloadTooLarge)
    assert values(client, ONE) == ["1"]


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_writes_to_a_read_only_server_are_refused(method: str) -> None:
    client = application(writable=False).test_client()
    assert_refused(client.open(named(ONE), method=method, headers=TURTLE, data=NEW), ReadOnly)
    assert triples(client.get(named(ONE))) == 1
