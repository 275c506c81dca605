"""The formats in which results are written, as one table.

Negotiation, the command line and the service description derive from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pyoxigraph import QueryResultsFormat, RdfFormat

from khyber.engine.base import ResultFormat, ResultKind

_ROWS = frozenset({ResultKind.SOLUTIONS, ResultKind.BOOLEAN})
_GRAPH = frozenset({ResultKind.GRAPH})


@dataclass(frozen=True)
class Format:
    """A format: the key by which people name it, its media types, its own first, and what it can hold.

    ``identifier`` is its IRI in the registry of the W3C, for service descriptions.
    """

    key: str
    name: str
    media_types: tuple[str, ...]
    suffix: str
    kinds: frozenset[ResultKind]
    writer: ResultFormat
    identifier: str

    @property
    def media_type(self) -> str:
        """Give the format's own media type."""
        return self.media_types[0]


def _rows(key: str, name: str, writer: QueryResultsFormat, identifier: str, *media_types: str) -> Format:
    suffix = {"json": "srj", "xml": "srx"}.get(key, key)
    return Format(key, name, media_types, suffix, _ROWS, writer, f"http://www.w3.org/ns/formats/{identifier}")


def _graph(key: str, name: str, writer: RdfFormat, identifier: str, *media_types: str) -> Format:
    iri = f"http://www.w3.org/ns/formats/{identifier}"
    return Format(key, name, media_types, writer.file_extension, _GRAPH, writer, iri)


FORMATS: tuple[Format, ...] = (
    _rows(
        "json",
        "JSON",
        QueryResultsFormat.JSON,
        "SPARQL_Results_JSON",
        "application/sparql-results+json",
        "application/json",
    ),
    _rows(
        "xml",
        "XML",
        QueryResultsFormat.XML,
        "SPARQL_Results_XML",
        "application/sparql-results+xml",
        "application/xml",
        "text/xml",
    ),
    _rows("csv", "CSV", QueryResultsFormat.CSV, "SPARQL_Results_CSV", "text/csv"),
    _rows("tsv", "TSV", QueryResultsFormat.TSV, "SPARQL_Results_TSV", "text/tab-separated-values"),
    _graph("turtle", "Turtle", RdfFormat.TURTLE, "Turtle", "text/turtle", "application/x-turtle"),
    _graph("ntriples", "N-Triples", RdfFormat.N_TRIPLES, "N-Triples", "application/n-triples", "text/plain"),
    _graph("jsonld", "JSON-LD", RdfFormat.JSON_LD, "JSON-LD", "application/ld+json", "application/json"),
    _graph(
        "rdfxml",
        "RDF/XML",
        RdfFormat.RDF_XML,
        "RDF_XML",
        "application/rdf+xml",
        "application/xml",
        "text/xml",
    ),
    _graph("nquads", "N-Quads", RdfFormat.N_QUADS, "N-Quads", "application/n-quads"),
    _graph("trig", "TriG", RdfFormat.TRIG, "TriG", "application/trig"),
)
"""Every format; those for solutions, and those for graphs, in the order in which the server prefers them."""

BY_KEY = {entry.key: entry for entry in FORMATS}


def formats_for(kind: ResultKind) -> tuple[Format, ...]:
    """Give the formats that can hold a result of this kind, the preferred one first."""
    return tuple(entry for entry in FORMATS if kind in entry.kinds)


def offers_for(kind: ResultKind) -> Mapping[str, Format]:
    """Give each media type of a result of this kind, with its format; own types come before aliases."""
    return _OFFERS[kind]


def _offers(kind: ResultKind) -> Mapping[str, Format]:
    formats = formats_for(kind)
    offers = {entry.media_type: entry for entry in formats}
    for entry in formats:
        for alias in entry.media_types:
            offers.setdefault(alias, entry)
    return MappingProxyType(offers)


_OFFERS = {kind: _offers(kind) for kind in ResultKind}


INPUT_FORMATS: tuple[Format, ...] = tuple(
    BY_KEY[key] for key in ("turtle", "ntriples", "nquads", "trig", "rdfxml", "jsonld")
)
"""The formats in which a writable server takes graphs."""

DUMPS: tuple[Format, ...] = tuple(BY_KEY[key] for key in ("trig", "nquads"))
"""The formats that hold a whole dataset."""
