"""Answers made comparable: two servers that answer the same give the same multiset of rows or triples."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from pyoxigraph import RdfFormat, parse

from khyber.rdf.namespaces import RDF, XSD

Rows = Counter[tuple[str, ...]]
"""Each row or triple as text, with how often it occurs."""

_NUMBERS = {
    XSD + name for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger")
}
_PLAIN = (XSD + "string", RDF + "langString")


class NotComparable(Exception):
    """The answer is in no form that can be compared."""


def comparable(body: bytes, content: str) -> Rows:
    """Give the rows of an answer in SPARQL JSON, or the triples of one in N-Triples."""
    try:
        return _triples(body) if content == "application/n-triples" else _rows(json.loads(body))
    except (ValueError, KeyError, TypeError, SyntaxError) as error:
        raise NotComparable(f"{type(error).__name__}: {error}") from error


def _rows(results: Mapping[str, Any]) -> Rows:
    if "boolean" in results:
        return Counter([(str(results["boolean"]),)])
    names = sorted(results["head"]["vars"])
    return Counter(
        tuple(f"{name}={_term(row[name])}" for name in names if name in row)
        for row in results["results"]["bindings"]
    )


def _term(term: Mapping[str, str]) -> str:
    """Write a term so that equal values are equal: numbers by value, plain strings without datatype."""
    value, datatype = term["value"], term.get("datatype", "")
    if term["type"] not in ("literal", "typed-literal"):
        return f"<{value}>" if term["type"] == "uri" else "_:"
    if datatype in _NUMBERS:
        return _number(value)
    language = term.get("xml:lang", "").lower()
    kind = "" if datatype in _PLAIN else datatype
    return f'"{value}"@{language}' if language else f'"{value}"^^{kind}'


def _number(value: str) -> str:
    try:
        return f"{Decimal(value):.6f}"
    except InvalidOperation:
        return value


def _triples(body: bytes) -> Rows:
    return Counter((text,) for text in {str(quad.triple) for quad in parse(body, format=RdfFormat.N_TRIPLES)})
