"""Validation over HTTP, on a running server: every way to send, every format, nothing kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from contributing import BROKEN, TURTLE, Contributing, contributing, members, nameless, person
from khyber.errors import (
    KhyberError,
    NotAcceptable,
    PayloadTooLarge,
    RdfSyntaxError,
    UnsupportedMediaType,
    UsageError,
)
from khyber.validation.reports.formats import REPORT_FORMATS
from problem_shape import assert_problem
from running import Answer, serving

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture(scope="module")
def khyber(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contributing]:
    with contributing(tmp_path_factory.mktemp("validation")) as running:
        yield running


def validate(khyber: Contributing, document: str, path: str = "/validate", **facts: str) -> Answer:
    facts = {"content_type": TURTLE, **facts}
    return khyber.fetch(path, method="POST", body=document.encode(), **facts)


def form(*fields: tuple[str, str, str]) -> tuple[bytes, str]:
    boundary = uuid4().hex
    parts = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'
        + (f'; filename="{file}"\r\nContent-Type: application/octet-stream' if file else "")
        + f"\r\n\r\n{value}\r\n"
        for name, file, value in fields
    )
    return f"{parts}--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def test_a_document_that_conforms_is_told_so(khyber: Contributing) -> None:
    answer = validate(khyber, person("jane"))
    assert (answer.status, answer.media_type) == (200, "application/json")
    found = members(answer)
    assert found["conforms"] is True
    assert (found["added"], found["removed"]) == (3, 0)
    assert found["counts"]["Violation"] == 0
    assert found["version"]


def test_a_document_that_violates_is_told_where_and_the_answer_is_good(khyber: Contributing) -> None:
    answer = validate(khyber, nameless("jane"), "/validate?name=jane.ttl")
    assert answer.status == 200
    found = members(answer)
    assert found["conforms"] is False
    lines = {each["location"]["line"] for each in found["findings"] if each["severity"] == "Violation"}
    assert lines <= {6, 7}
    assert {each["location"]["source"] for each in found["findings"] if "location" in each} == {"jane.ttl"}
    assert any("Did you mean khyber:mentionedIn?" in each["message"] for each in found["findings"])


def test_nothing_of_it_is_kept(khyber: Contributing) -> None:
    before = khyber.fetch("/contributions").body, khyber.fetch("/versions").body
    validate(khyber, person("nobody"))
    assert not khyber.knows("nobody")
    assert (khyber.fetch("/contributions").body, khyber.fetch("/versions").body) == before


@pytest.mark.parametrize("key", [entry.key for entry in REPORT_FORMATS])
def test_the_report_comes_in_every_format(khyber: Contributing, key: str) -> None:
    media_type = {entry.key: entry.media_type for entry in REPORT_FORMATS}[key]
    for answer in (
        validate(khyber, nameless("jane"), f"/validate?format={key}"),
        validate(khyber, nameless("jane"), accept=media_type),
    ):
        assert (answer.status, answer.media_type) == (200, media_type)
        assert "Add an rdfs:label" in answer.text
        assert "Accept" in answer.headers["Vary"].split(", ")


def test_a_document_that_cannot_be_read_is_told_with_line_and_column(khyber: Contributing) -> None:
    for accept in ("application/json, application/problem+json", "text/turtle", "application/sarif+json"):
        answer = validate(khyber, BROKEN, "/validate?name=jane.ttl", accept=accept)
        problem = assert_problem(answer.status, answer.headers["Content-Type"], answer.body, RdfSyntaxError)
        assert (problem["source"], problem["line"]) == ("jane.ttl", 6)
        assert problem["column"] > 1


def test_several_files_are_judged_together(khyber: Contributing) -> None:
    first, second = person("jane"), nameless("jane").replace("mentionedInn", "mentionedIn")
    body, content_type = form(("file", "one.ttl", first), ("file", "two.ttl", second))
    found = members(khyber.fetch("/validate", method="POST", body=body, content_type=content_type))
    assert found["conforms"] is True
    body, content_type = form(("file", "two.ttl", second))
    found = members(khyber.fetch("/validate", method="POST", body=body, content_type=content_type))
    assert found["conforms"] is False
    assert "two.ttl" in {each["location"]["source"] for each in found["findings"] if "location" in each}


def test_what_is_to_be_removed_is_judged_too(khyber: Contributing) -> None:
    label = '<https://w3id.org/khyber/id/person/abdul-basit> <http://www.w3.org/2000/01/rdf-schema#label> "Abdul Basit"@en .'
    body, content_type = form(("removals", "gone.nt", label))
    found = members(khyber.fetch("/validate", method="POST", body=body, content_type=content_type))
    assert (found["added"], found["removed"], found["conforms"]) == (0, 1, False)


def test_a_browser_gets_a_form_and_the_report_on_the_same_page(khyber: Contributing) -> None:
    page = khyber.fetch("/validate", accept=BROWSER)
    assert (page.status, page.media_type) == (200, "text/html")
    assert 'enctype="multipart/form-data"' in page.text
    body, content_type = form(
        ("file", "", ""), ("text", "", nameless("jane")), ("type", "", TURTLE), ("format", "", "")
    )
    answer = khyber.fetch("/validate", method="POST", body=body, content_type=content_type, accept=BROWSER)
    assert (answer.status, answer.media_type) == (200, "text/html")
    assert "does not conform" in answer.text
    assert "person:jane" in answer.text
    assert "<script" not in answer.text
    body, content_type = form(("text", "", nameless("jane")), ("format", "", "sarif"))
    answer = khyber.fetch("/validate", method="POST", body=body, content_type=content_type, accept=BROWSER)
    assert json.loads(answer.body)["version"] == "2.1.0"


@pytest.mark.parametrize(
    ("path", "facts", "expected"),
    [
        ("/validate", {"content_type": "image/png"}, UnsupportedMediaType),
        ("/validate", {"content_type": "application/x-www-form-urlencoded"}, UnsupportedMediaType),
        ("/validate?format=pdf", {}, UsageError),
        ("/validate", {"accept": "image/png"}, NotAcceptable),
    ],
)
def test_a_request_that_cannot_be_answered_is_told(
    khyber: Contributing, path: str, facts: dict[str, str], expected: type[KhyberError]
) -> None:
    answer = validate(khyber, person("jane"), path, **facts)
    assert_problem(answer.status, answer.headers["Content-Type"], answer.body, expected)


def test_a_document_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with serving("--state", str(tmp_path), "--max-contribution-bytes", "1000") as server:
        answer = server.fetch("/validate", method="POST", headers={"Content-Type": TURTLE}, body=b"#" * 1001)
    assert_problem(answer.status, answer.headers["Content-Type"], answer.body, PayloadTooLarge)
