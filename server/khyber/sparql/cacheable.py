"""Whether a query gives the same result whenever it runs on the same data, so that its result may be kept.

Oxigraph's parser needs no space around keywords and reads ``?a<NOW()&&?b>`` as two comparisons where the
lexer sees an IRI. So every token that could hide a keyword is searched for one, and a query in doubt is not
kept: that costs a run, while a random number that is given twice is a wrong answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from khyber.engine.base import Query, ResultKind
from khyber.sparql.lexer import Token, TokenKind, without_comments

CHANGING = ("RAND", "NOW", "UUID", "STRUUID", "BNODE", "SERVICE")
"""The keywords whose value is another one each time: chance, the clock, new names, other servers."""

_KEYWORD = re.compile("|".join(CHANGING), re.IGNORECASE)
_IN_AN_IRI = re.compile(rf"(?:{_KEYWORD.pattern})\(|'", re.IGNORECASE)
_ASCII_ESCAPE = re.compile(r"\\u00[0-7][0-9A-Fa-f]|\\U000000[0-7][0-9A-Fa-f]")


def is_cacheable(query: Query) -> bool:
    """Say whether the result of a query depends on the dataset and on the query alone.

    Blank nodes in the template of a CONSTRUCT get new labels at every run, so such a query is not kept; those
    of the data keep theirs. An escape that could spell a keyword makes the query one in doubt.
    """
    text = query.text
    if "\\" in text and _ASCII_ESCAPE.search(text):
        return False
    has_word = _may_have_a_keyword(text) and _KEYWORD.search(text) is not None
    if not has_word and query.kind is not ResultKind.GRAPH:
        return True
    found = without_comments(text)
    if has_word and any(_changes(token) for token in found):
        return False
    return query.kind is not ResultKind.GRAPH or not _makes_blank_nodes(found)


def _may_have_a_keyword(text: str) -> bool:
    """Say whether a keyword may occur, in far less time than it takes to know it."""
    if not text.isascii():
        return True
    capitals = text.upper()
    return any(keyword in capitals for keyword in CHANGING)


def _changes(token: Token) -> bool:
    if token.kind is TokenKind.IRI:
        return _IN_AN_IRI.search(token.text) is not None
    if token.kind is TokenKind.PREFIXED:
        return "SERVICE" in token.text.partition(":")[0].upper()
    return token.kind is TokenKind.WORD and _KEYWORD.search(token.text) is not None


def _makes_blank_nodes(found: Sequence[Token]) -> bool:
    """Say whether the template after CONSTRUCT, or the pattern that serves as one, has a blank node."""
    start = next((at for at, token in enumerate(found) if token.is_word("CONSTRUCT")), None)
    if start is None:
        return False
    depth = 0
    for token in found[start:]:
        depth += (token.text == "{") - (token.text == "}")
        if depth and (token.kind is TokenKind.BLANK or token.text in ("[", "(")):
            return True
        if not depth and token.text == "}":
            return False
    return True
