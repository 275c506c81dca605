"""Bad inputs: each is refused with a clear error, within bounds, and nothing is fetched."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from contributions.bad_inputs import (
    BAD,
    BOMBS,
    DESCRIBED,
    ENCODINGS,
    IRIS,
    MEANING,
    TRUNCATED,
    N,
    workbook,
)
from contributions.sheet_graph import lookup, templates
from khyber.contributions.bounds import Bounds
from khyber.contributions.document import Document
from khyber.contributions.documents import read_document
from khyber.errors import InputError, UnsupportedMediaType

EXPECTED = (InputError, UnsupportedMediaType)


def read(data: bytes, name: str) -> Document:
    return read_document(data, name, templates=templates(), lookup=lookup())


def test_there_are_more_than_a_hundred_bad_inputs() -> None:
    assert len(BAD) == len(TRUNCATED) + len(ENCODINGS) + len(IRIS) + len(MEANING) + len(BOMBS)
    assert len(BAD) > 120


@pytest.mark.parametrize("what", BAD)
def test_a_bad_input_is_refused_with_its_name_and_what_is_wrong(what: str) -> None:
    data, name = BAD[what]
    with pytest.raises(EXPECTED) as caught:
        read(data if isinstance(data, bytes) else data(), name)
    error = caught.value
    assert 400 <= error.status < 500
    assert error.location
    assert error.location.source == name
    assert error.detail.endswith((".", "?"))
    assert len(str(error)) < 600


LIMITED = """
import resource, sys
from contributions.test_bad_documents import BAD, EXPECTED, read, templates
templates()
data, name = BAD[sys.argv[1]]
content = data if isinstance(data, bytes) else data()
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
room = used + 400_000_000
resource.setrlimit(resource.RLIMIT_AS, (room, room))
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
resource.setrlimit(resource.RLIMIT_STACK, (1 << 20, 1 << 20))
try:
    read(content, name)
except EXPECTED as error:
    print(type(error).__name__)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits on address space are those of Linux")
@pytest.mark.parametrize(
    "what",
    [
        "a million brackets",
        "a million lists",
        "a literal of 100 MB",
        "billion laughs",
        "deep XML",
        "deep JSON",
        "a gzip bomb",
        "a zstd bomb",
        "a zip bomb",
        "a large part",
        "a row beyond every sheet",
        "unclosed strings",
    ],
)
def test_a_bomb_ends_within_400_mb(what: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LIMITED, what],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip().endswith(("Error", "TooLarge", "Unreadable")), ran.stdout


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[str, list[str]]]:
    """Give the address of a server, and the paths that it was asked for."""
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"@context": {"p": "http://example.org/p"}}')

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


def _asking(root: str) -> dict[str, tuple[bytes, str]]:
    def ld(context: object) -> tuple[bytes, str]:
        return json.dumps(
            {"@context": context, "@id": "http://example.org/a", "p": {"p": 1}}
        ).encode(), "a.jsonld"

    xml = f'<!DOCTYPE a SYSTEM "{root}/dtd">'.encode()
    entity = f'<!DOCTYPE a [<!ENTITY % e SYSTEM "{root}/entity"> %e;]>'.encode()
    schema = f'<?xml-stylesheet href="{root}/style"?>'.encode()
    imports = f"<x:a> <http://www.w3.org/2002/07/owl#imports> <{root}/ontology> ."
    return {
        "a remote context": ld(f"{root}/context"),
        "a remote context among others": ld([{"p": "http://example.org/p"}, f"{root}/context"]),
        "a context that imports": ld({"@import": f"{root}/context", "p": "http://example.org/p"}),
        "a scoped remote context": ld({"p": {"@id": "http://example.org/p", "@context": f"{root}/context"}}),
        "a relative context": ld("context.jsonld"),
        "a document type": (xml + DESCRIBED + b"</rdf:RDF>", "a.rdf"),
        "an entity": (entity + DESCRIBED + b"</rdf:RDF>", "a.rdf"),
        "a style sheet": (schema + b"<a/>", "a.rdf"),
        "an import": (imports.encode(), "a.ttl"),
        "a link in a workbook": (workbook(xl__workbook=xml + b"<workbook/>"), "a.xlsx"),
    }


def test_nothing_is_fetched(listener: tuple[str, list[str]]) -> None:
    root, asked = listener
    for what, (data, name) in _asking(root).items():
        with pytest.raises(InputError) as caught:
            read(data, name)
        assert asked == [], what
        assert caught.value.location


def test_a_remote_context_is_named_with_what_to_do(listener: tuple[str, list[str]]) -> None:
    root, _asked = listener
    with pytest.raises(InputError, match="nothing is fetched") as caught:
        read(*_asking(root)["a remote context"])
    assert f"{root}/context" in caught.value.detail
    assert "own @context" in (caught.value.remedy or "")


def test_what_is_deep_and_what_is_flat_are_told_apart() -> None:
    strings = b'<x:a> <x:b> "' + b"[({" * 1000 + b'" , """' + b"<<[" * 1000 + b'""" . # ' + b"[" * 1000
    assert len(read(strings, "a.ttl").triples) == 2
    flat = N + b", ".join(b'"[ %d ( {"' % number for number in range(500)) + b" ."
    assert len(read(flat, "a.ttl").triples) == 500
    listed = b'{"@id": "x:a", "x:b": [' + b", ".join(b'{"@id": "x:n%d"}' % n for n in range(500)) + b"]}"
    assert len(read(listed, "a.jsonld").triples) == 500
    commented = DESCRIBED + b"<!--" + b"<a>" * 1000 + b"-->" + b"</rdf:RDF>"
    assert len(read(commented, "a.rdf").triples) == 1


def test_the_depth_that_is_allowed_is_read() -> None:
    brackets = N + b"[ <x:p> " * 20 + b"1" + b" ]" * 20 + b" ."
    assert len(read_document(brackets, "a.ttl", skolemise=True, bounds=Bounds(depth=20)).triples) == 21
    with pytest.raises(InputError, match="deeper than 19 levels") as caught:
        read_document(brackets, "a.ttl", skolemise=True, bounds=Bounds(depth=19))
    assert caught.value.location
    assert caught.value.location.column == len(N) + 19 * len("[ <x:p> ") + 1
