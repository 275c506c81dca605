"""The judgement before a query runs: its kind of result, its dataset, and that it calls no other server.

Oxigraph sends a SERVICE clause over the network and has no switch to forbid it, and tokens alone cannot
tell whether a query has one: its parser needs no space around keywords (``SERVICE:a { }`` calls the IRI of
``:a``, ``trueSERVICE<…>{ }`` too) and reads ``?a<'>'`` as a comparison where a lexer sees an IRI. So where
the letters occur at all, Oxigraph's own parser decides: the query is parsed, over an empty store, with one
letter of each such word changed. A string, an IRI, a name or a comment stays what it was; a keyword does
not, and the changed query is no query.
"""

from __future__ import annotations

import re

from pyoxigraph import Store

from khyber.engine import diagnosis
from khyber.engine.base import Query
from khyber.errors import KhyberError, QueryRefused
from khyber.sparql.lexer import TokenKind, without_comments
from khyber.sparql.outline import outline
from khyber.sparql.protocol import QueryOperation

_SERVICE = re.compile(r"(servi)(c)(e)", re.IGNORECASE)
_GLUED = ("SERVICE", "SERVICESILENT")
_ESCAPED_LETTER = re.compile(r"\\u00([46][1-9A-Fa-f]|[57][0-9Aa])|\\U000000([46][1-9A-Fa-f]|[57][0-9Aa])")


def admit(operation: QueryOperation) -> Query:
    """Give the query that an engine may run for an operation.

    The dataset of the protocol wins over FROM in the text (SPARQL 1.1 Protocol, section 2.1.4). Raises
    QuerySyntaxError for what is no query, QueryRefused for an update or a SERVICE clause.
    """
    found = outline(operation.text)
    refuse_service(operation.text)
    if operation.default_graphs is not None or operation.named_graphs is not None:
        return Query(operation.text, found.kind, operation.default_graphs, operation.named_graphs)
    return Query(operation.text, found.kind, found.default_graphs, found.named_graphs)


def refuse_service(text: str) -> None:
    """Raise QueryRefused if a query has a SERVICE clause, or QuerySyntaxError if that cannot be told.

    A query in which the letters of SERVICE occur is parsed here, so it takes that time twice.
    """
    plain = _ESCAPED_LETTER.sub(lambda match: chr(int(match[1] or match[2], 16)), text)
    if not _SERVICE.search(plain):
        return
    changed = _SERVICE.sub(lambda match: match[1] + ("X" if match[2] == "C" else "x") + match[3], plain)
    try:
        Store().query(changed)
    except SyntaxError as error:
        raise _refusal(plain, diagnosis.syntax_error(str(error), changed)) from None
    except (OSError, RuntimeError, ValueError) as error:
        raise diagnosis.failure(error) from error


def _refusal(text: str, error: KhyberError) -> KhyberError:
    """Tell the SERVICE clause from another mistake in the same query."""
    start = _keyword_start(text, error)
    if start is None:
        return error
    return QueryRefused(
        "The query has a SERVICE clause, and federation is off: this server calls no other server.",
        location=diagnosis.location_of(text, start),
        remedy="Ask the other endpoint by itself and join the results, or load its data here.",
    )


def _keyword_start(text: str, error: KhyberError) -> int | None:
    declared = outline(text).prefixes
    for token in without_comments(text):
        prefix = token.text.partition(":")[0]
        is_word = token.kind is TokenKind.WORD and "SERVICE" in token.text.upper()
        is_glued = token.kind is TokenKind.PREFIXED and prefix.upper() in _GLUED and prefix not in declared
        if is_word or is_glued:
            return token.start
    location = error.location
    if location is None or location.line is None or location.column is None:
        return None
    stopped = diagnosis.offset_of(text, location.line, location.column)
    return next((m.start() for m in _SERVICE.finditer(text) if m.start() <= stopped <= m.end() + 1), None)
