"""The one assertion about the shape of errors (RFC 9457), for every test of a failing path."""

from __future__ import annotations

import json
from typing import Any

from khyber.contributions.door import SubmissionRefused
from khyber.errors import PROBLEM_BASE, KhyberError

MEMBERS = {"type", "title", "status", "detail", "remedy", "source", "line", "column", "sheet"}
REPORT = {"conforms", "counts", "findings", "more"}


def assert_problem(
    status: int, content_type: str | None, body: bytes, expected: type[KhyberError]
) -> dict[str, Any]:
    """Assert that an answer is the problem of the class ``expected``, and give its members."""
    assert content_type == "application/problem+json"
    problem: dict[str, Any] = json.loads(body)
    assert problem.keys() <= MEMBERS | (REPORT if expected is SubmissionRefused else set())
    assert problem["type"] == PROBLEM_BASE + expected.code
    assert problem["title"] == expected.title
    assert problem["status"] == status == expected.status
    assert problem["detail"].endswith(".")
    assert "Traceback" not in body.decode()
    return problem


def assert_refusal(status: int, content_type: str | None, body: bytes) -> dict[str, Any]:
    """Assert that an answer is the problem of a graph that would not conform, with its report."""
    problem = assert_problem(status, content_type, body, SubmissionRefused)
    assert problem.keys() >= REPORT
    assert problem["conforms"] is False
    assert problem["findings"]
    return problem
