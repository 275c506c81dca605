"""Data of the tests, and whether two datasets or results say the same, whatever their blank nodes are called."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
)

Term = Any
Row = dict[str, Term]

XSD = "http://www.w3.org/2001/XMLSchema#"
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
FRACTIONS = frozenset(XSD + name for name in ("decimal", "double", "float"))
INTEGERS = frozenset(
    XSD + name
    for name in (
        *("integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger"),
        *("nonPositiveInteger", "negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort"),
        "unsignedByte",
    )
)
TRUE = {"1": "true", "0": "false"}


def read(file: Path, graph: str | None = None) -> list[Quad]:
    """Read a document; its default graph goes into ``graph`` if that is given."""
    suffix = file.suffix.removeprefix(".")
    rdf_format = RdfFormat.from_extension(suffix)
    assert rdf_format is not None, f"{file} has an unknown suffix"
    quads = ox.parse(file.read_bytes(), format=rdf_format, base_iri=file.as_uri(), rename_blank_nodes=True)
    if graph is None:
        return list(quads)
    return [Quad(quad.subject, quad.predicate, quad.object, NamedNode(graph)) for quad in quads]


def same(one: Iterable[Quad], other: Iterable[Quad]) -> bool:
    """Say whether two datasets are isomorphic; numbers and booleans count by their value."""
    return _canonical(one) == _canonical(other)


def as_dataset(rows: Iterable[Row]) -> list[Quad]:
    """Give rows as a dataset, so that their blank nodes can be compared; how often a row stands counts."""
    quads = []
    for row in rows:
        node = BlankNode()
        quads.append(Quad(node, NamedNode(RS + "row"), Literal("row")))
        for name, value in row.items():
            quads.append(Quad(node, NamedNode("urn:variable:" + name), value))
    return quads


def rows_of(body: bytes, results_format: QueryResultsFormat) -> list[Row] | bool:
    """Read a result: the rows of a SELECT without what is unbound, or the answer of an ASK."""
    results = ox.parse_query_results(body, format=results_format)
    if not isinstance(results, QuerySolutions):
        return bool(results)
    names = [variable.value for variable in results.variables]
    return [{name: row[name] for name in names if row[name] is not None} for row in results]


def rows_in_rdf(file: Path) -> list[Row]:
    """Read the rows of a result that is written in the vocabulary of result sets."""
    store = ox.Store()
    store.extend(read(file))
    text = f"SELECT ?row ?name ?value {{ ?set <{RS}solution> ?row OPTIONAL {{ ?row <{RS}binding> ?b . ?b <{RS}variable> ?name ; <{RS}value> ?value }} }}"
    rows: dict[str, Row] = {}
    found = store.query(text)
    assert isinstance(found, QuerySolutions)
    for binding in found:
        row = rows.setdefault(str(binding["row"]), {})
        if binding["name"] is not None:
            row[str(binding["name"].value)] = binding["value"]
    return list(rows.values())


def csv_rows(body: bytes) -> list[dict[str, str]]:
    """Read CSV; numbers count by their value, and the names of blank nodes say nothing."""
    rows = csv.DictReader(io.StringIO(body.decode()))
    return sorted(({name: _plain(value) for name, value in row.items()} for row in rows), key=sorted_items)


def sorted_items(row: Mapping[str, str]) -> list[tuple[str, str]]:
    """Give what orders rows, in whatever order their columns come."""
    return sorted(row.items())


def _plain(value: str) -> str:
    if value.startswith("_:"):
        return "_:"
    try:
        return repr(float(value))
    except ValueError:
        return value


def _canonical(quads: Iterable[Quad]) -> Dataset:
    dataset = Dataset(
        Quad(quad.subject, quad.predicate, _by_value(quad.object), quad.graph_name) for quad in quads
    )
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return dataset


def _by_value(term: Term) -> Term:
    if isinstance(term, Triple):
        return Triple(term.subject, term.predicate, _by_value(term.object))
    if not isinstance(term, Literal):
        return term
    datatype = term.datatype.value
    if datatype == XSD + "boolean":
        return Literal(TRUE.get(term.value, term.value), datatype=term.datatype)
    try:
        if datatype in INTEGERS:
            return Literal(str(int(term.value)), datatype=NamedNode(XSD + "integer"))
        return Literal(repr(float(term.value)), datatype=term.datatype) if datatype in FRACTIONS else term
    except ValueError:
        return term
