"""Documents that nobody should send, sent to one running server: each is refused, and it stays well."""

from __future__ import annotations

import gzip
import http.client
import json
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contributing import ADMIN_TOKEN, HEAD, Contributing, contributing, members, person
from contributions.bad_inputs import BAD, BOMBS, Data
from faults.outcomes import MIB, came, peaks
from isolated import name_of
from khyber.contributions.media import MEDIA
from khyber.errors import PROBLEM_BASE
from running import Server, serving, state_folder

GROWTH = 96 * MIB
"""By how much any process of the server may grow over all bad inputs: a few copies of the longest one."""

PASSING = {"khyber-query", "khyber-update", "khyber-clerk"}
"""The names of processes that come and go; the limits for each of them bound what they take."""

REFUSED = {400, 413, 415, 422}

TALLY: Counter[str] = Counter()


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contributing]:
    """Give a server, and see that its processes are the same, and not much larger, when all was sent."""
    with contributing(tmp_path_factory.mktemp("bad")) as running:
        assert running.fetch("/validate", method="POST", body=b"", content_type="text/turtle").status == 200
        process = running.server.process
        before = {each: peak for each, peak in peaks(process.pid).items() if name_of(each) not in PASSING}
        yield running
        after = peaks(process.pid)
        assert before.keys() <= after.keys(), "a process of the server has ended"
        grown = {f"{name_of(each)} {each}": after[each] - before[each] for each in before}
        assert max(grown.values()) < GROWTH, grown
        assert members(running.fetch("/contributions"))["contributions"] == []
        number = running.contributed(person("well"))
        assert running.decide(number, "accept").status == 200
        assert running.knows("well")
        statuses = ", ".join(f"{status}: {count:,}" for status, count in sorted(TALLY.items()))
        came(
            f"{sum(TALLY.values()):,} bad documents over HTTP, answered {statuses}; "
            f"no process grew by more than {max(grown.values()) / MIB:.0f} MiB"
        )


def refused(
    running: Contributing, path: str, body: bytes, content_type: str | None, **headers: str
) -> dict[str, Any]:
    """Send a body, and give the problem that it is answered with; the connection may be cut before it is read."""
    parts = urlsplit(running.server.root)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
    sent = {"Authorization": f"Bearer {running.secrets['contributor']}", **headers}
    if content_type:
        sent["Content-Type"] = content_type
    try:
        connection.request("POST", path, body, {**sent, "Content-Length": str(len(body))})
    except (BrokenPipeError, ConnectionResetError):
        assert len(body) > MIB  # answered before all of it was read
    try:
        response = connection.getresponse()
        status, data = response.status, response.read()
    except ConnectionError:
        assert len(body) > MIB
        TALLY["cut off"] += 1
        return {}
    finally:
        connection.close()
    TALLY[str(status)] += 1
    assert status in REFUSED, (status, data[:500])
    assert b"Traceback" not in data
    problem: dict[str, Any] = json.loads(data)
    assert problem["type"].startswith(PROBLEM_BASE)
    assert problem["status"] == status
    assert problem["detail"]
    return problem


def paths(name: str) -> Iterator[str]:
    yield f"/validate?name={quote(name)}"
    yield f"/contributions?title=A+test&source=https://example.org/&name={quote(name)}"


def content(data: Data) -> bytes:
    return data if isinstance(data, bytes) else data()


def form(name: str, body: bytes) -> tuple[bytes, str]:
    """Write a form with a file."""
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    return head + body + b"\r\n--x--\r\n", "multipart/form-data; boundary=x"


@pytest.mark.parametrize("what", BAD)
def test_a_bad_document_is_refused(victim: Contributing, what: str) -> None:
    data, name = BAD[what]
    body = content(data)
    both = list(paths(name)) if what not in BOMBS else list(paths(name))[:1]
    for path in both:
        problem = refused(victim, path, *form(name, body))
        assert not problem or problem.get("source") == name or problem["status"] == 413, problem


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        (None, b"x", 415),
        ("image/png", b"x", 415),
        ("text/plain", b"x", 400),
        ("application/x-www-form-urlencoded", b"title=x", 415),
        ("text/turtle; charset=utf-16", "<x:a> <x:b> 1 .".encode("utf-16"), 400),
        ("multipart/form-data", b"--x\r\n", 415),
        ("multipart/form-data; boundary=", b"--\r\n", 415),
        ("multipart/form-data; boundary=x", b"", 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("multipart/form-data; boundary=x", b"--y\r\n\r\n--y--", 415),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x--", None),
        ("multipart/form-data; boundary=x", b"--x\r\n" * 100_000, None),
        ("multipart/form-data; boundary=x", b"--x\r\nX: " + b"y" * MIB + b"\r\n\r\n\r\n--x--", None),
        (f"multipart/form-data; boundary={'x' * 5000}", b"--" + b"x" * 5000, None),
        ("multipart/form-data; boundary=\xff", b"--\xff\r\n", None),
        ("multipart/form-data; boundary=x", form("../../etc/passwd", b"x")[0], 400),
        (
            "multipart/form-data; boundary=x",
            form("a.ttl", b"x")[0].replace(b'"file"', b'"other"'),
            400,
        ),
    ],
)
def test_a_body_that_is_no_document_is_refused(
    victim: Contributing, content_type: str | None, body: bytes, status: int | None
) -> None:
    for path in ("/validate", "/contributions?title=A+test&source=x"):
        problem = refused(victim, path, body, content_type)
        assert status is None or problem["status"] == status


def test_a_compressed_body_is_refused(victim: Contributing) -> None:
    bomb = gzip.compress(bytes(50 * MIB))
    assert refused(victim, "/validate", bomb, "text/turtle", **{"Content-Encoding": "gzip"})["status"] == 415


@pytest.mark.parametrize(
    "query", ["title=&source=x", "title=x", "source=x", "title=x&source=x&skolemise=perhaps", "title=%FF%00"]
)
def test_facts_that_are_wrong_are_refused(victim: Contributing, query: str) -> None:
    problem = refused(victim, f"/contributions?{query}", person("a").encode(), "text/turtle")
    assert problem["status"] == 400


@given(data=st.binary(max_size=400), medium=st.sampled_from(MEDIA))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_random_bytes_are_judged_or_refused(victim: Contributing, data: bytes, medium: Any) -> None:
    answer = victim.fetch("/validate", method="POST", body=data, content_type=medium.media_type)
    assert answer.status in {200, *REFUSED}, answer.text
    TALLY[str(answer.status)] += 1


DOCUMENT = person("mutated").encode()


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_good_document_with_a_mistake_is_judged_or_refused(victim: Contributing, data: Any) -> None:
    at = data.draw(st.integers(0, len(DOCUMENT)))
    until = data.draw(st.integers(at, min(len(DOCUMENT), at + 20)))
    body = DOCUMENT[:at] + data.draw(st.binary(max_size=10)) + DOCUMENT[until:]
    answer = victim.fetch("/validate", method="POST", body=body, content_type="text/turtle")
    assert answer.status in {200, *REFUSED}, answer.text
    TALLY[str(answer.status)] += 1


# Nothing is fetched


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """Give the address of a server, and the paths that it was asked for."""
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def test_nothing_is_fetched(victim: Contributing, listener: tuple[str, list[str]]) -> None:
    root, asked = listener
    documents = {
        "a.jsonld": json.dumps({"@context": f"{root}/context", "@id": "x:a", "p": 1}).encode(),
        "a.rdf": f'<!DOCTYPE a [<!ENTITY % e SYSTEM "{root}/entity"> %e;]><a/>'.encode(),
        "a.owl": f'<!DOCTYPE a SYSTEM "{root}/dtd"><a/>'.encode(),
        "a.ttl": f"<x:a> <http://www.w3.org/2002/07/owl#imports> <{root}/ontology> .".encode(),
    }
    for name, body in documents.items():
        for path in paths(name):
            refused(victim, path, *form(name, body))
    assert asked == []


# Limits that were raised

LITERAL = f'{HEAD}person:long a khyber:Person ; rdfs:label "'.encode() + b"a" * (100 * MIB) + b'"@en .\n'


def test_a_long_document_that_is_allowed_is_refused_within_bounds(tmp_path: Path) -> None:
    """A literal of 100 MiB is longer than any may be, also where documents may be longer than it."""
    state = state_folder(tmp_path)
    with serving(
        *("--state", str(state), "--max-contribution-bytes", str(128 * MIB)),
        environment={"KHYBER_ADMIN_TOKEN": ADMIN_TOKEN},
    ) as server:
        running = Contributing(server, state, {"contributor": ADMIN_TOKEN, "admin": ADMIN_TOKEN})
        assert running.fetch("/validate", method="POST", body=b"", content_type="text/turtle").status == 200
        before = peaks(server.process.pid)
        problem = refused(running, "/validate", LITERAL, "text/turtle")
        assert problem["status"] in (400, 413)
        assert _growth(server, before) < 6 * len(LITERAL)
        assert running.contribute(person("well"), role="admin").status == 201


def _growth(server: Server, before: dict[int, int]) -> int:
    after = peaks(server.process.pid)
    grown = {each: after[each] - before[each] for each in before if each in after}
    came(
        "a literal of 100 MiB, with the limit for documents raised above it: refused; growth "
        + ", ".join(f"{name_of(each)} {size / MIB:.0f} MiB" for each, size in grown.items() if size > MIB)
    )
    return max(grown.values())
