"""Results as a page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import pyoxigraph as ox
from pyoxigraph import BlankNode, Literal, NamedNode, QueryResultsFormat, QuerySolutions, Triple

from khyber.sparql.terms import shown
from khyber.web.addresses import link_to

MOST_ROWS = 1000
"""How many rows a page shows; programs get all of them in every other format."""

MOST_CHARACTERS = 200_000
"""How much of a graph a page shows."""


@dataclass(frozen=True)
class Cell:
    """A term in a table: its text, what it is, and where a link on it leads, if anywhere."""

    text: str
    kind: str
    title: str | None = None
    link: str | None = None


@dataclass(frozen=True)
class Table:
    """The rows of a result that a page shows, and how many there are in all."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    count: int


def table(json: bytes) -> Table | bool:
    """Give the table of a SELECT result in JSON, or the answer of an ASK."""
    results = ox.parse_query_results(json, format=QueryResultsFormat.JSON)
    if not isinstance(results, QuerySolutions):
        return bool(results)
    columns = tuple(variable.value for variable in results.variables)
    rows = tuple(tuple(cell(row[name]) for name in columns) for row in islice(results, MOST_ROWS))
    return Table(columns, rows, len(rows) + sum(1 for _ in results))


def cell(term: NamedNode | BlankNode | Literal | Triple | None) -> Cell:
    """Show a term with its link: our nodes lead to what is said about them, other IRIs only to the web."""
    if isinstance(term, NamedNode):
        return Cell(shown(term), "iri", title=term.value, link=link_to(term.value))
    if isinstance(term, Literal):
        return Cell(shown(term), "literal", title=shown(term.datatype))
    return Cell(shown(term), "unbound" if term is None else "other")


def excerpt(turtle: bytes) -> tuple[str, bool]:
    """Give the beginning of a graph in Turtle, and whether that is all of it."""
    text = turtle.decode()
    return text[:MOST_CHARACTERS], len(text) <= MOST_CHARACTERS
