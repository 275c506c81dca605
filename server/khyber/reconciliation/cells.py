"""Values as cells of a table: nodes with their names, numbers, dates, else texts."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from pyoxigraph import Literal, NamedNode

from khyber.rdf.namespaces import ID, WIKIDATA_ENTITY, XSD
from khyber.rdf.terms import Term

Cell = dict[str, str | int | float]

_INTEGERS = {XSD + name for name in ("integer", "int", "long", "short", "nonNegativeInteger")}
_FLOATS = {XSD + name for name in ("decimal", "double", "float")}
_DATE = r"(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))"
_ZONE = r"(?:Z|[+-]\d\d:\d\d)?"
_DAY = re.compile(_DATE + _ZONE)
_MOMENT = re.compile(_DATE + r"T(?:[01]\d|2[0-3])(?::[0-5]\d){2}(?:\.\d+)?" + _ZONE)


def cell(term: Term, called: Mapping[str, str]) -> Cell:
    """Give a value as a cell, a node of ours by the name that it is called by, an item by its Q-id."""
    if isinstance(term, NamedNode):
        if term.value.startswith(ID):
            own = term.value.removeprefix(ID)
            return {"id": own, "name": called.get(term.value, own)}
        return {"str": term.value.removeprefix(WIKIDATA_ENTITY)}
    return _of_literal(term) if isinstance(term, Literal) else {"str": str(term)}


def _of_literal(literal: Literal) -> Cell:
    text, datatype = literal.value, literal.datatype.value
    try:
        if datatype in _INTEGERS:
            return {"int": int(text)}
        if datatype in _FLOATS and math.isfinite(number := float(text)):
            return {"float": number}
    except ValueError:
        return {"str": text}  # the lexical form is not of its datatype
    if datatype == XSD + "dateTime" and _MOMENT.fullmatch(text):
        return {"date": text}
    # A day is written as its first moment: the API knows no days.
    if datatype == XSD + "date" and (found := _DAY.fullmatch(text)):
        return {"date": f"{found[1]}T00:00:00Z"}
    return {"str": text}
