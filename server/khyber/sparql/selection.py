"""Asking an engine a question of our own, and getting terms instead of bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

import pyoxigraph as ox
from pyoxigraph import (
    QueryResultsFormat,
    QuerySolutions,
)

from khyber.engine.base import Engine, Query, Result, ResultKind
from khyber.rdf.terms import Term

Row = Mapping[str, Term]
"""Variable → its value; a variable without a value is left out."""


def select(engine: Engine, text: str) -> Iterator[Row]:
    """Give the rows of a SELECT query; raises what Engine.answer raises."""
    written = _whole(engine.answer(Query(text, ResultKind.SOLUTIONS), QueryResultsFormat.JSON))
    solutions = cast("QuerySolutions", ox.parse_query_results(written, format=QueryResultsFormat.JSON))
    names = [variable.value for variable in solutions.variables]
    for solution in solutions:
        yield {name: term for name in names if (term := solution[name]) is not None}


def value(row: Row, name: str) -> str:
    """Give the text of a value, or nothing where it is unbound or a triple term."""
    return str(getattr(row.get(name), "value", ""))


def number(row: Row, name: str) -> int:
    """Give the value of a count."""
    return int(value(row, name) or 0)


def _whole(result: Result) -> bytes:
    try:
        return b"".join(result.chunks())
    finally:
        result.close()
