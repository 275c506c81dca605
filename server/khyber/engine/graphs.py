"""Writing a graph that a query built, in any RDF format; readable where the format is made for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import BytesIO
from itertools import takewhile

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from khyber.rdf.namespaces import PREFIXES, RDF, XSD

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
