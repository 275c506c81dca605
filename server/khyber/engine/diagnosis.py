"""What Oxigraph says about a query that it cannot run, turned into an error for the query's author."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from khyber.engine import outbound
from khyber.errors import Conflict, EngineFailure, KhyberError, Location, QueryRefused, QuerySyntaxError

SOURCE = "query"
"""The name of a query as a source in locations."""

MOST_SHOWN = 12
"""How many expected tokens a message lists; a longer list hides more than it tells."""

_POSITION = re.compile(
    r"error at (?P<line>\d+):(?P<column>\d+): expected (?:one of )?(?P<expected>.*)", re.DOTALL
)
_EXPECTATION = re.compile(
    r"""
    "(?P<mark>(?:[^"\\]|\\.)*)"                             # a mark, as ","
  | \[(?P<characters>(?:'(?:\\.[^']*|[^'\\])'|[^\]'])*)\]   # a class of characters, as ['0'..='9']
  | (?P<words>[^\s,"\[][^,]*)                             # a keyword, or a sentence of Oxigraph's own
    """,
    re.VERBOSE | re.DOTALL,
)
_KEYWORD = re.compile(r"[A-Za-z_0-9]+")
_ANY_CHARACTER = "_"
_UNSUPPORTED = re.compile(r"The custom (?:aggregate )?function (?P<function><[^>]*>) is not supported")

_GRAPH_STATE = re.compile(r"The graph (?P<graph><[^>]*>) (?P<state>already exists|does not exist)")

_SENTENCES = {
    "Prefix not found": "The prefix of this name is not declared.",
    "IRI parsing failed": "This is not a valid IRI.",
    "The SELECT contains a variable that is unbound": (
        "The SELECT clause names a variable that is neither in GROUP BY nor inside an aggregate."
    ),
    "SELECT * is not authorized with GROUP BY": "SELECT * cannot stand with GROUP BY; name the variables.",
}
"""What Oxigraph says when the grammar holds and the meaning does not → the same for a person."""


_MEANT = {"ENCODE_FOR_URI": "an expression", "OPTIONAL": "a pattern", "CONSTRUCT": "a query"}
"""The longest keyword of a place in the grammar, which hides the others → what may stand in that place."""


@dataclass(frozen=True)
class _Expectation:
    """One thing that the parser tried, and how many characters before its report it tried it."""

    text: str
    behind: int
    sentence: bool = False


def syntax_error(message: str, text: str) -> QuerySyntaxError:
    """Explain what Oxigraph says of a query that is not well-formed: where it stopped, what it wanted there.

    Oxigraph matches a keyword by taking as many characters as the keyword has and comparing afterwards, so
    its report lies that far behind the place where the keyword was tried. The place given here is the last
    one tried.
    """
    match = _POSITION.fullmatch(message)
    if match is None:
        return QuerySyntaxError(_capitalised(message), location=Location(SOURCE))
    reported = offset_of(text, int(match["line"]), int(match["column"]))
    expectations = list(_expectations(match["expected"]))
    behind = min((expectation.behind for expectation in expectations), default=0)
    tried = [expectation for expectation in expectations if expectation.behind == behind]
    offset = max(reported - behind, 0)
    for expectation in tried:
        if expectation.sentence:
            detail = _SENTENCES.get(expectation.text, _capitalised(expectation.text))
            return QuerySyntaxError(detail, location=location_of(text, offset))
    wanted = [expectation.text for expectation in tried if expectation.text]
    return QuerySyntaxError(f"{_found(text, offset)}{_list(wanted)}", location=location_of(text, offset))


def failure(error: Exception) -> KhyberError:
    """Explain any other exception that Oxigraph raises while it runs a query."""
    called = outbound.failure(error)
    if called is not None:
        return called
    match = _UNSUPPORTED.search(str(error))
    if match is not None:
        return QueryRefused(
            f"The query calls the function {match['function']}, which this server does not have.",
            remedy="Use the functions of SPARQL 1.1 and the casts of XML Schema.",
        )
    return EngineFailure(
        f"The query could not be finished: {str(error).rstrip('.') or type(error).__name__}."
    )


def update_failure(error: Exception) -> KhyberError:
    """Explain any other exception that Oxigraph raises while it runs an update, of which nothing is left."""
    match = _GRAPH_STATE.search(str(error))
    if match is not None:
        return Conflict(
            f"The update changed nothing: the graph {match['graph']} {match['state']}.",
            remedy="Write SILENT behind the keyword if that does not matter.",
        )
    return failure(error)


def location_of(text: str, offset: int) -> Location:
    """Give the line and the column, counted from 1, of a character of a query."""
    before = text[:offset]
    return Location(SOURCE, before.count("\n") + 1, offset - before.rfind("\n"))


def offset_of(text: str, line: int, column: int) -> int:
    """Give the offset of the character at a line and a column, counted from 1."""
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return start + column - 1


def _expectations(listed: str) -> Iterator[_Expectation]:
    for match in _EXPECTATION.finditer(listed):
        characters, words = match["characters"], (match["words"] or "").strip()
        if match["mark"]:
            yield _Expectation("'" + re.sub(r"\\(.)", r"\1", match["mark"]) + "'", behind=0)
        elif characters and characters != _ANY_CHARACTER:
            yield _Expectation("a digit" if characters.replace(" ", "") == "'0'..='9'" else "", behind=0)
        elif _KEYWORD.fullmatch(words):
            yield _Expectation(_MEANT.get(words, words), behind=len(words))
        elif words:
            yield _Expectation(words, behind=0, sentence=True)


def _found(text: str, offset: int) -> str:
    match = re.match(r"\s*(\w+|\S)", text[offset:])
    return f"'{match[1]}' does not fit here" if match else "The query ends too early"


def _list(wanted: list[str]) -> str:
    if "'?'" in wanted:
        value = ", a value" if "'\"'" in wanted else ""
        return f"; expected: an IRI, a prefixed name{value} or a variable."
    if not wanted:
        return "."
    if len(wanted) == 1:
        return f"; expected: {wanted[0]}."
    others = " or others" if len(wanted) > MOST_SHOWN else ""
    return f"; expected one of: {' '.join(wanted[:MOST_SHOWN])}{others}."


def _capitalised(words: str) -> str:
    return words[:1].upper() + words[1:].rstrip(".") + "."
