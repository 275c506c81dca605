"""Terms of pyoxigraph as terms of rdflib and back, with every lexical form kept as it was written."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from rdflib.term import Node

from khyber.errors import InputError
from khyber.rdf.namespaces import RDF, XSD

_PLAIN = {XSD + "string", RDF + "langString"}

RdflibTriple = tuple[Node, Node, Node]


_DATE = r"-?[0-9]{4,}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?"
_ZONE = r"(Z|[+-][0-9]{2}:[0-9]{2})?"
_NUMBER = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)"
_LEXICAL_FORMS = {
    XSD + name: re.compile(form)
    for name, form in {
        "integer": "[+-]?[0-9]+",
        "decimal": _NUMBER,
        "float": rf"{_NUMBER}([eE][+-]?[0-9]+)?|[+-]?INF|NaN",
        "double": rf"{_NUMBER}([eE][+-]?[0-9]+)?|[+-]?INF|NaN",
        "boolean": "true|false|1|0",
        "date": _DATE + _ZONE,
        "dateTime": f"{_DATE}T{_TIME}{_ZONE}",
        "time": _TIME + _ZONE,
        "gYear": "-?[0-9]{4,}" + _ZONE,
        "gYearMonth": "-?[0-9]{4,}-[0-9]{2}" + _ZONE,
    }.items()
}
"""The lexical spaces of XML Schema; Python's own parsers also take ``1_000``, ``1e9`` and ``20260226``."""


class StrictLiteral(rdflib.Literal):
    """A literal that knows when it is ill-typed, and that answers every comparison.

    Two literals that cannot be compared, a date and an ill-typed one, are neither less nor greater: that is
    what SHACL asks of sh:lessThan (§4.5.3); rdflib raises an error in the midst of the validation.
    """

    @property
    def ill_typed(self) -> bool | None:
        """Tell whether the datatype does not have the lexical form; None for an unknown datatype."""
        form = _LEXICAL_FORMS.get(str(self.datatype))
        if form is not None and not form.fullmatch(str(self)):
            return True
        return super().ill_typed

    def __lt__(self, other: object) -> bool:
        return _holds(super().__lt__, other)

    def __le__(self, other: object) -> bool:
        return _holds(super().__le__, other)

    def __gt__(self, other: object) -> bool:
        return _holds(super().__gt__, other)

    def __ge__(self, other: object) -> bool:
        return _holds(super().__ge__, other)


def _holds(comparison: Callable[[object], bool], other: object) -> bool:
    try:
        return comparison(other) is True
    except (TypeError, ArithmeticError):
        return False


def to_rdflib(term: NamedNode | BlankNode | Literal | Triple) -> Node:
    """Give the rdflib term that equals ``term``; raises InputError for a triple term.

    Literals are not normalised: ``"01"^^xsd:integer`` keeps its zero and ``"abc"^^xsd:date`` stays an
    ill-typed date.
    """
    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    if isinstance(term, Literal):
        return _literal_to_rdflib(term)
    raise InputError("A triple stands as a term of another triple.", remedy="Use an assertion node instead.")


def from_rdflib(term: Node) -> NamedNode | BlankNode | Literal:
    """Give the pyoxigraph term that equals ``term``; the inverse of :func:`to_rdflib`."""
    if isinstance(term, rdflib.URIRef):
        return NamedNode(str(term))
    if isinstance(term, rdflib.BNode):
        return BlankNode(str(term))
    if isinstance(term, rdflib.Literal):
        if term.language:
            return Literal(str(term), language=term.language)
        return Literal(str(term), datatype=NamedNode(str(term.datatype)) if term.datatype else None)
    raise TypeError(f"{term!r} is no term of a graph.")


def triples_to_rdflib(triples: Iterable[Triple]) -> list[RdflibTriple]:
    """Convert triples in their order."""
    with quietly():
        return [
            (to_rdflib(triple.subject), to_rdflib(triple.predicate), to_rdflib(triple.object))
            for triple in triples
        ]


def _literal_to_rdflib(literal: Literal) -> rdflib.Literal:
    if literal.language:
        return StrictLiteral(literal.value, lang=literal.language)
    if literal.datatype.value in _PLAIN:
        return StrictLiteral(literal.value)
    return StrictLiteral(literal.value, datatype=rdflib.URIRef(literal.datatype.value), normalize=False)


@contextmanager
def quietly() -> Iterator[None]:
    """Keep rdflib from logging a traceback for each ill-typed literal: the shapes report those."""
    logger = logging.getLogger("rdflib.term")
    logger.addFilter(_refuse)
    try:
        yield
    finally:
        logger.removeFilter(_refuse)


def _refuse(_record: logging.LogRecord) -> bool:
    return False
