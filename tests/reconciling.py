"""Asking a reconciliation service as its clients do."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from khyber.errors import KhyberError
from problem_shape import assert_problem
from running import Answer, Server

FORM = {"Content-Type": "application/x-www-form-urlencoded"}

Json = dict[str, Any]


def posted(server: Server, path: str = "/reconcile", **fields: object) -> Answer:
    """Send a form whose fields are written in JSON."""
    body = urlencode({name: json.dumps(value) for name, value in fields.items()}).encode()
    return server.fetch(path, method="POST", headers=FORM, body=body)


def got(server: Server, path: str = "/reconcile", /, **parameters: str) -> Answer:
    """Ask with a query string."""
    return server.fetch(f"{path}?{urlencode(parameters)}" if parameters else path)


def document(answer: Answer) -> Json:
    """Give the JSON of a good answer that any origin may read."""
    assert (answer.status, answer.media_type) == (200, "application/json"), answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    found: Json = json.loads(answer.body)
    return found


def candidates(server: Server, name: str, **told: object) -> list[Json]:
    """Give the candidates of one query."""
    batch = document(posted(server, queries={"q": {"query": name, **told}}))
    found: list[Json] = batch["q"]["result"]
    return found


def matches(server: Server, name: str, **told: object) -> list[str]:
    """Give the ids of the candidates that are said to match."""
    return [candidate["id"] for candidate in candidates(server, name, **told) if candidate["match"]]


def assert_readable_problem(answer: Answer, expected: type[KhyberError]) -> str:
    """Assert that an answer is a problem that a page of any origin can read, and give its detail."""
    problem = assert_problem(answer.status, answer.headers["Content-Type"], answer.body, expected)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    return str(problem["detail"])
