from __future__ import annotations

from urllib.parse import quote

import pytest

from khyber.errors import InputError, KhyberError, RdfSyntaxError, UnsupportedMediaType, UsageError
from khyber.sparql.graph_store import READERS, Part, Target, required, target, triples_of

BASE = "https://example.org"
IRI = "http://example.org/g"

NAMED = {
    "get_default": (b"default", None, Target(None)),
    "get_graph": (f"graph={quote(IRI, safe='')}".encode(), None, Target(IRI)),
    "get_graph_not_encoded": (f"graph={IRI}".encode(), None, Target(IRI)),
    "get_graph_encoded_twice_is_another": (b"graph=http://e.org/%2531", None, Target("http://e.org/%31")),
    "get_path": (b"", "person/1.ttl", Target(f"{BASE}/graphs/person/1.ttl")),
    "get_nothing": (b"", None, None),
}


@pytest.mark.parametrize(("query_string", "path", "expected"), NAMED.values(), ids=NAMED.keys())
def test_a_request_names_its_graph(query_string: bytes, path: str | None, expected: Target | None) -> None:
    assert target(query_string, path, BASE) == expected


REFUSED: dict[str, tuple[bytes, str | None]] = {
    "graph_and_default": (b"graph=http://e.org/&default", None),
    "graph_twice": (b"graph=http://e.org/a&graph=http://e.org/b", None),
    "default_twice": (b"default&default", None),
    "graph_relative": (b"graph=a", None),
    "graph_empty": (b"graph=", None),
    "unknown_parameter": (b"garph=http://e.org/a", None),
    "path_and_graph": (b"graph=http://e.org/a", "b"),
    "path_and_default": (b"default", "b"),
    "path_with_a_space": (b"", "a b"),
    "path_with_a_percent_sign": (b"", "a%b"),
    "path_with_a_question_mark": (b"", "a?b"),
    "path_with_a_letter_that_is_encoded": (b"", "ä"),
    "path_with_a_semicolon": (b"", "a;b"),
    "path_with_two_slashes": (b"", "a//b"),
    "path_that_ends_with_a_slash": (b"", "a/"),
    "path_with_dots": (b"", "a/../b"),
    "path_of_dots": (b"", ".."),
}


@pytest.mark.parametrize(("query_string", "path"), REFUSED.values(), ids=REFUSED.keys())
def test_what_does_not_name_one_graph_is_refused(query_string: bytes, path: str | None) -> None:
    with pytest.raises(UsageError):
        target(query_string, path, BASE)


def test_an_encoded_slash_is_refused_where_the_server_tells_of_it() -> None:
    assert target(b"", "a/b", BASE, raw_path="/graphs/a/b") == Target(f"{BASE}/graphs/a/b")
    with pytest.raises(UsageError) as caught:
        target(b"", "a/b", BASE, raw_path="/graphs/a%2Fb")
    assert "?graph=IRI" in (caught.value.remedy or "")


def test_reading_needs_a_name() -> None:
    with pytest.raises(UsageError, match="GET needs to know"):
        required(None, "GET")


DOCUMENTS = {
    "text/turtle": b"<a> <b> <http://x.org/c> .",
    "application/x-turtle": b"<a> <b> <http://x.org/c> .",
    "application/n-triples": b"<http://x.org/a> <http://x.org/b> <http://x.org/c> .",
    "application/n-quads": b"<http://x.org/a> <http://x.org/b> <http://x.org/c> .",
    "application/trig": b"<a> <b> <http://x.org/c> .",
    "application/ld+json": b'{"@id": "http://x.org/a", "http://x.org/b": {"@id": "http://x.org/c"}}',
    "application/rdf+xml": b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="http://x.org/">'
    b'<rdf:Description rdf:about="a"><x:b rdf:resource="c"/></rdf:Description></rdf:RDF>',
}


def test_there_is_a_document_of_every_format() -> None:
    assert DOCUMENTS.keys() == READERS.keys()


@pytest.mark.parametrize("media_type", DOCUMENTS)
def test_every_format_is_read_and_relative_iris_are_resolved(media_type: str) -> None:
    parts = [Part(f"{media_type}; charset=utf-8", DOCUMENTS[media_type])]
    (triple,) = triples_of(parts, "http://x.org/")
    assert str(triple) == "<http://x.org/a> <http://x.org/b> <http://x.org/c>"


def test_blank_nodes_of_two_documents_are_two() -> None:
    parts = [Part("text/turtle", b"_:x <http://x.org/p> 1 .")] * 2
    first, second = triples_of(parts, BASE)
    assert first.subject != second.subject


UNREADABLE: dict[str, tuple[Part, type[KhyberError]]] = {
    "put_no_media_type": (Part(None, b""), UnsupportedMediaType),
    "put_unknown_media_type": (Part("text/html", b""), UnsupportedMediaType),
    "put_other_charset": (Part("text/turtle; charset=latin-1", b""), UnsupportedMediaType),
    "put_not_wellformed": (Part("text/turtle", b"<a> <b> ."), RdfSyntaxError),
    "put_not_utf_8": (Part("text/turtle", b"<a> <b> '\xff' ."), RdfSyntaxError),
    "put_named_graph": (Part("application/trig", b"<g> { <a> <b> 1 }"), InputError),
}


@pytest.mark.parametrize(("part", "error"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_document_that_cannot_be_read_is_refused(part: Part, error: type[KhyberError]) -> None:
    with pytest.raises(error) as caught:
        triples_of([part], BASE)
    assert type(caught.value) is error
