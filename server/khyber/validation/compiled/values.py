"""What values are worth to a shape: their datatype, and which of two comes first.

The answers are those of pySHACL on rdflib's literals. Literals in the usual forms are decided here; for any
other, rdflib is asked (and only then loaded): what it does with ``"1e3"^^xsd:decimal`` or a date with a time
zone is not written down a second time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from khyber.rdf.namespaces import RDF, RDFS, XSD
from khyber.validation.compiled.columns import Node, is_blank

if TYPE_CHECKING:
    import rdflib

Order = Callable[[Any, Any], bool]
"""``operator.lt``, ``le``, ``gt`` or ``ge``."""

_TEXT = XSD + "string"
_TAGGED = RDF + "langString"
_INTEGER = re.compile("[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?")
_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TYPES: dict[str, type] = {
    XSD + "integer": int,
    XSD + "float": float,
    XSD + "decimal": Decimal,
    XSD + "date": date,
    XSD + "time": time,
    XSD + "dateTime": datetime,
}


class Incomparable(Exception):
    """A blank node stands where an order is asked for: pySHACL refuses to answer, and says so itself."""


def has_datatype(node: Node, datatype: str) -> bool:
    """Say whether a node is a literal of a datatype, well-formed where that can be told (SHACL §4.1.2)."""
    if not isinstance(node, Literal):
        return False
    if datatype == RDFS + "Literal":
        return True
    if datatype == RDFS + "Datatype":
        # A plain or tagged literal has no datatype in rdflib.
        return node.datatype.value not in {_TEXT, _TAGGED}
    return node.datatype.value == datatype and _is_well_formed(node, datatype)


def _is_well_formed(literal: Literal, datatype: str) -> bool:
    if datatype in {_TEXT, _TAGGED} or _usual(literal) is not None:
        return True
    if datatype == XSD + "boolean":
        return literal.value in {"true", "false", "1", "0"}
    node = _rdflib(literal)
    return node.ill_typed is not True and isinstance(node.value, _TYPES.get(datatype, object))


def precedes(node: Node, other: Node, order: Order) -> bool:
    """Say whether ``order`` (lt or le) holds between two values (SHACL §4.5.3, §4.5.4).

    IRIs and text have an order among themselves. Raises Incomparable for a blank node.
    """
    first, second = _usual(node), _usual(other)
    if first is not None and second is not None and isinstance(first, date) == isinstance(second, date):
        return order(first, second)
    (one, one_is_text), (two, two_is_text) = _ordered(node), _ordered(other)
    return one_is_text == two_is_text and bool(order(one, two))


def bounded(node: Node, bound: Literal, order: Order) -> bool:
    """Say whether ``order`` holds between a value and the bound of a shape (SHACL §4.3)."""
    if not isinstance(node, Literal):
        return False
    value, limit = _usual(node), _usual(bound)
    if value is not None and limit is not None and isinstance(value, date) == isinstance(limit, date):
        return order(value, limit)
    return _bounded_for_rdflib(_rdflib(node), _rdflib(bound), order)


def _usual(node: Node) -> int | Decimal | date | None:
    """Give the number or day that a literal in a usual form stands for."""
    if not isinstance(node, Literal):
        return None
    kind, text = node.datatype.value, node.value
    if kind == XSD + "date" and _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None
    if kind == XSD + "integer" and _INTEGER.fullmatch(text):
        return int(text)
    if kind == XSD + "decimal" and _DECIMAL.fullmatch(text):
        return Decimal(text)
    return None


def _ordered(node: Node) -> tuple[Any, bool]:
    if is_blank(node):
        raise Incomparable
    if not isinstance(node, Literal):
        return node, True
    literal = _rdflib(node)
    return (literal.value, True) if isinstance(literal.value, str) else (literal, False)


def _bounded_for_rdflib(value: rdflib.Literal, limit: rdflib.Literal, order: Order) -> bool:
    from pyshacl.rdfutil.compare import compare_literal  # noqa: PLC0415 - slow to load, seldom needed

    if isinstance(value.value, str) != isinstance(limit.value, str):
        return False
    try:
        return order(compare_literal(value, limit), 0)
    except (TypeError, NotImplementedError):  # pySHACL takes both as a no
        return False


def _rdflib(literal: Literal) -> rdflib.Literal:
    from khyber.validation.terms import triples_to_rdflib  # noqa: PLC0415 - slow to load, seldom needed

    placed: Any = triples_to_rdflib([Triple(BlankNode(), NamedNode(RDF + "value"), literal)])
    found: rdflib.Literal = placed[0][2]
    return found
