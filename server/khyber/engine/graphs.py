"""Writing a graph that a query built, in any RDF format; readable where the format is made for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import BytesIO
from itertools import chain, islice, takewhile
from typing import IO, cast

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from khyber.engine.base import Writer
from khyber.rdf.namespaces import PREFIXES, RDF, XSD

MOST_SORTED = 50_000
"""The largest graph, in triples, that is sorted before it is written; sorting holds all of it."""

_ABBREVIATING = (RdfFormat.TURTLE, RdfFormat.TRIG)
_UNWRITTEN = frozenset(
    (RDF + "langString", *(XSD + name for name in ("string", "boolean", "integer", "decimal", "double")))
)
"""The datatypes that Turtle has its own notation for."""


def write_graph(
    triples: Iterable[Triple], rdf_format: RdfFormat, prefixes: Mapping[str, str] = PREFIXES
) -> bytes:
    """Write ``triples``; Turtle and TriG sorted, and with those of ``prefixes`` that the graph uses."""
    if rdf_format not in _ABBREVIATING:
        return serialize(triples, format=rdf_format) or b""
    graph = sorted(triples, key=str)
    return _header_sorted(serialize(graph, format=rdf_format, prefixes=used_prefixes(graph, prefixes)) or b"")


def write_graph_into(output: Writer, triples: Iterable[Triple], rdf_format: RdfFormat) -> None:
    """Write ``triples`` as ``write_graph`` does, but a graph of more than ``MOST_SORTED`` as it comes.

    Then it is written while it is read, so it takes no memory, and Turtle and TriG declare every prefix.
    """
    stream = iter(triples)
    if rdf_format in _ABBREVIATING:
        first = list(islice(stream, MOST_SORTED + 1))
        if len(first) <= MOST_SORTED:
            output.write(write_graph(first, rdf_format))
            return
        stream = chain(first, stream)
    prefixes = dict(PREFIXES) if rdf_format in _ABBREVIATING else None
    serialize(stream, cast("IO[bytes]", output), format=rdf_format, prefixes=prefixes)


def used_prefixes(triples: Iterable[Triple], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Give the prefixes that shorten an IRI of ``triples``."""
    namespaces: set[str] = set()
    for triple in triples:
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, NamedNode):
                namespaces.add(_namespace(term.value))
            elif isinstance(term, Literal) and term.datatype.value not in _UNWRITTEN:
                namespaces.add(_namespace(term.datatype.value))
    return {prefix: namespace for prefix, namespace in prefixes.items() if namespace in namespaces}


def _header_sorted(document: bytes) -> bytes:
    """Sort the prefixes, which Oxigraph writes in any order: the same graph is then the same text."""
    lines = BytesIO(document)
    header = list(takewhile(lambda line: line.startswith(b"@prefix "), lines))
    return b"".join(sorted(header)) + document[sum(map(len, header)) :]


def _namespace(iri: str) -> str:
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]
