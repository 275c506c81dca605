from __future__ import annotations

import pytest

from khyber.errors import MethodNotAllowed, NotFound
from problem_shape import assert_problem
from running import Server

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
ANSWERS = {
    "page": ("GET", "/", 200),
    "result": ("GET", "/sparql?query=ASK%7B%7D", 200),
    "syntax_error": ("GET", "/sparql?query=ASK", 400),
    "nowhere": ("GET", "/nowhere", 404),
    "wrong_method": ("DELETE", "/sparql", 405),
    "static": ("GET", "/static/icon.svg", 200),
    "metrics": ("GET", "/metrics", 200),
    "openapi": ("GET", "/openapi.json", 200),
    "head": ("HEAD", "/", 200),
    "options": ("OPTIONS", "/sparql", 200),
    "options_nowhere": ("OPTIONS", "/nowhere", 404),
}


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS.values(), ids=ANSWERS.keys())
def test_every_answer_may_be_read_by_a_page_of_any_origin_and_is_shown_in_no_frame(
    server: Server, method: str, path: str, status: int
) -> None:
    answer = server.fetch(path, method=method, headers={"Origin": "https://example.com"})
    assert answer.status == status
    assert answer.headers.get_all("Access-Control-Allow-Origin") == ["*"]
    assert answer.headers["Access-Control-Allow-Credentials"] is None
    exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"ETag", "Retry-After", "Location", "Allow"} <= set(exposed)
    assert {name: answer.headers[name] for name in SECURITY} == SECURITY
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "object-src 'none'" in policy
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] is not None
    if status >= 400:
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_preflight_allows_what_the_address_takes(server: Server) -> None:
    asks = {
        "Origin": "https://example.com",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type, authorization",
    }
    answer = server.fetch("/sparql", method="OPTIONS", headers=asks)
    assert answer.status == 200
    assert answer.body == b""
    methods = answer.headers["Access-Control-Allow-Methods"].split(", ")
    assert set(methods) == set(answer.headers["Allow"].split(", "))
    assert {"GET", "HEAD", "POST", "OPTIONS"} <= set(methods)
    headers = answer.headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert {"accept", "content-type", "authorization", "if-none-match"} <= set(headers)
    assert int(answer.headers["Access-Control-Max-Age"]) > 0
    reading = server.fetch("/openapi.json", method="OPTIONS", headers=asks)
    assert "POST" not in reading.headers["Access-Control-Allow-Methods"]


def test_what_is_not_there_is_a_problem_for_options_too(server: Server) -> None:
    answer = server.fetch("/nowhere", method="OPTIONS")
    assert_problem(answer.status, answer.headers["Content-Type"], answer.body, NotFound)


def test_the_server_does_not_say_what_it_is_made_of(server: Server) -> None:
    for path in ("/", "/nowhere", "/health"):
        told = str(server.fetch(path).headers).lower()
        assert "werkzeug" not in told
        assert "python" not in told


def test_a_method_that_nobody_knows_is_a_problem(server: Server) -> None:
    answer = server.fetch("/sparql", method="BREW")
    assert_problem(answer.status, answer.headers["Content-Type"], answer.body, MethodNotAllowed)
    assert "GET" in answer.headers["Allow"]
