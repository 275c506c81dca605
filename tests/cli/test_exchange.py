"""Requests to a server: forms as werkzeug reads them, and problems as errors of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from khyber.cli.exchange import Exchange, form_of
from khyber.cli.remote import RemoteDoor
from khyber.contributions.door import Submission, SubmissionRefused
from khyber.contributions.records import Upload
from khyber.errors import PROBLEM_BASE, Conflict, EndpointFailure, KhyberError, Location, UsageError
from khyber.validation.findings import Finding, Report
from khyber.validation.reports.members import members

names = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='/"\\'), min_size=1)
uploads = st.builds(
    Upload, st.binary(), names.filter(lambda name: name.strip(". ")), st.none(), st.booleans()
)


@given(st.lists(uploads, min_size=1, max_size=3), st.text(st.characters(exclude_categories=["Cs"])))
def test_a_form_is_read_as_it_was_written(files: list[Upload], title: str) -> None:
    body, content_type = form_of(Submission(tuple(files), title=title, skolemise=True))
    builder = EnvironBuilder(method="POST", data=body, content_type=content_type)
    with closing(builder), Request(builder.get_environ()) as request:
        assert request.form["title"] == title
        assert request.form["skolemise"] == "yes"
        for field, removes in (("file", False), ("removals", True)):
            found = [(each.filename, each.stream.read()) for each in request.files.getlist(field)]
            assert found == [(each.name, each.data) for each in files if each.removes == removes]


@contextmanager
def answering(status: int, content_type: str, body: bytes) -> Iterator[str]:
    """Run a server that gives every request the same answer; give its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def problem(error: KhyberError, **more: object) -> bytes:
    return json.dumps({**error.problem(), **more}).encode()


def test_a_problem_is_the_error_that_it_was() -> None:
    was = Conflict("It moved.", location=Location("a.ttl", 3, 4), remedy="Ask again.")
    with (
        answering(409, "application/problem+json", problem(was)) as address,
        pytest.raises(Conflict) as caught,
    ):
        Exchange(address, None).send("GET", "/x")
    error = caught.value
    assert (error.detail, error.location, error.remedy) == (was.detail, was.location, was.remedy)


def test_a_refusal_brings_its_report_with_the_names_that_files_have_here() -> None:
    finding = Finding("Violation", "Mend it.", "urn:x", location=Location("a.ttl", 3, 4))
    refused = SubmissionRefused(Report.of([finding]))
    body = problem(refused, **members(refused.report))
    submission = Submission((Upload(b"", "some/folder/a.ttl"),))
    with answering(422, "application/problem+json", body) as address:
        door = RemoteDoor(address, "secret")
        with pytest.raises(SubmissionRefused) as caught:
            door.validate(submission)
    (found,) = caught.value.report.findings
    assert found.location == Location("some/folder/a.ttl", 3, 4)


@pytest.mark.parametrize(
    ("status", "content_type", "body"),
    [
        (500, "text/html", b"<h1>Sorry</h1>"),
        (404, "application/json", b"[]"),
        (422, "application/problem+json", json.dumps({"type": PROBLEM_BASE + "x", "detail": "y"}).encode()),
        (200, "text/html", b"<h1>Hello</h1>"),
        (200, "application/json", b"{}"),
    ],
)
def test_another_server_is_told_apart(status: int, content_type: str, body: bytes) -> None:
    with answering(status, content_type, body) as address, pytest.raises(EndpointFailure):
        RemoteDoor(address, None).contribution(1)


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(EndpointFailure, match="cannot be reached"):
        RemoteDoor("http://127.0.0.1:9", None).contribution(1)


@pytest.mark.parametrize("endpoint", ["localhost:8000", "ftp://example.org", "file:///etc/passwd", "http://"])
def test_an_address_that_is_none_is_told(endpoint: str) -> None:
    with pytest.raises(UsageError):
        RemoteDoor(endpoint, None)
