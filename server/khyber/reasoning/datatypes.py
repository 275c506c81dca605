"""The datatypes of OWL 2 RL and which of them contains which."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode

from khyber.rdf.namespaces import RDF, RDFS, XSD

_BASE: dict[str, str] = {
    "integer": "decimal",
    "nonNegativeInteger": "integer",
    "nonPositiveInteger": "integer",
    "long": "integer",
    "negativeInteger": "nonPositiveInteger",
    "positiveInteger": "nonNegativeInteger",
    "unsignedLong": "nonNegativeInteger",
    "int": "long",
    "short": "int",
    "byte": "short",
    "unsignedInt": "unsignedLong",
    "unsignedShort": "unsignedInt",
    "unsignedByte": "unsignedShort",
    "normalizedString": "string",
    "token": "normalizedString",
    "language": "token",
    "Name": "token",
    "NMTOKEN": "token",
    "NCName": "Name",
    "dateTimeStamp": "dateTime",
}
"""Datatype → the datatype it is derived from (XML Schema 1.1 part 2, section 3)."""

_PRIMITIVE = (
    "decimal",
    "float",
    "double",
    "string",
    "boolean",
    "hexBinary",
    "base64Binary",
    "anyURI",
    "dateTime",
    "time",
    "date",
)
_OTHER = (f"{RDFS}Literal", f"{RDF}XMLLiteral", f"{RDF}HTML", f"{RDF}langString", f"{RDF}PlainLiteral")

DATATYPES: frozenset[NamedNode] = frozenset(
    [NamedNode(XSD + name) for name in (*_BASE, *_PRIMITIVE)] + [NamedNode(iri) for iri in _OTHER]
)
"""The datatypes whose literals get a type."""


def datatypes_of(literal: Literal) -> Iterator[NamedNode]:
    """Yield the literal's datatype and those it is derived from; nothing if OWL 2 RL does not know it."""
    if literal.datatype not in DATATYPES:
        return
    yield literal.datatype
    name: str | None = literal.datatype.value.removeprefix(XSD)
    while name := _BASE.get(name or ""):
        yield NamedNode(XSD + name)
