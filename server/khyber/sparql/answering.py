"""Answering a query with an engine, and telling its author as exactly as can be where it goes wrong."""

from __future__ import annotations

from collections.abc import Iterator

from khyber.engine.base import Engine, Query
from khyber.errors import QuerySyntaxError
from khyber.sparql.formats import Format
from khyber.sparql.mistakes import located, mistake


def answer(engine: Engine, query: Query, result_format: Format) -> Iterator[bytes]:
    """Give the result of a query that was admitted, in pieces; see Engine.answer for the errors.

    The engine's parser tells where it gave up, which may be far from a mistake in the words: a prefix that
    is not declared, a bracket that is not closed. If the query has such a mistake, it is named instead.
    """
    try:
        return engine.answer(query, result_format.writer)
    except QuerySyntaxError as error:
        raise mistake(query.text) or located(query.text) or error from None
