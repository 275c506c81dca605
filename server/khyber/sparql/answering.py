"""Answering a query with an engine, and telling its author as exactly as can be where it goes wrong."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from khyber.engine.base import Engine, Limits, Query, Result
from khyber.errors import QuerySyntaxError
from khyber.sparql.formats import Format
from khyber.sparql.mistakes import located, mistake
from khyber.sparql.ordering import narrowed_first


def answer(
    engine: Engine, query: Query, result_format: Format, *, limits: Limits | None = None, client: str = ""
) -> Result:
    """Give the result of a query that was admitted; see Engine.answer for the arguments and the errors.

    The engine's parser tells where it gave up, which may be far from a mistake in the words: a prefix that
    is not declared, a bracket that is not closed. If the query has such a mistake, it is named instead.

    The engine gets the triple patterns in an order that is good for it (khyber.sparql.ordering).
    """
    ordered = narrowed_first(query.text)
    if ordered is not query.text:
        with suppress(QuerySyntaxError):  # the places that its author knows are those of the query as it came
            return engine.answer(
                replace(query, text=ordered), result_format.writer, limits=limits, client=client
            )
    try:
        return engine.answer(query, result_format.writer, limits=limits, client=client)
    except QuerySyntaxError as error:
        raise (
            mistake(query.text, has_base=query.base is not None) or located(query.text, query.base) or error
        ) from None
