"""The mistakes in a query that the engine's parser refused: what they are, and exactly where."""

from __future__ import annotations

from collections.abc import Collection

from khyber.engine import diagnosis
from khyber.engine.diagnosis import location_of
from khyber.errors import QueryRefused, QuerySyntaxError
from khyber.rdf.namespaces import PREFIXES
from khyber.sparql.lexer import Token, TokenKind, without_comments
from khyber.sparql.outline import outline
from khyber.sparql.wellformed import NotWellFormed, require_query

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_SCHEMELESS = ("/", "#", "?", ".")

_ROOM = " " * 24
"""More characters than any keyword has (see khyber.engine.diagnosis)."""


def mistake(text: str, *, has_base: bool = False) -> QuerySyntaxError | None:
    """Find the first mistake in the tokens of a query that the engine's parser refused, if they have one."""
    header = outline(text)
    return mistake_in(text, header.prefixes, has_base=has_base or header.has_base)


def mistake_in(text: str, prefixes: Collection[str], *, has_base: bool) -> QuerySyntaxError | None:
    """Find the first mistake in the tokens of a query or an update with these declarations."""
    found = without_comments(text)
    open_brackets: list[Token] = []
    for token in found:
        error = (
            _unclosed(token, text)
            or _undeclared(token, text, prefixes)
            or _relative(token, text, has_base=has_base)
            or _closed_wrongly(token, text, open_brackets)
        )
        if error:
            return error
    if open_brackets:
        last = open_brackets[-1]
        return QuerySyntaxError(
            f"This '{last.text}' is not closed; '{_CLOSING[last.text]}' is missing.",
            location=location_of(text, last.start),
        )
    return None


def located(text: str, base: str | None = None) -> QuerySyntaxError | None:
    """Give the error of Oxigraph's parser with its exact place, for a query that the parser refused.

    The parser reports the farthest character that it looked at, and trying a keyword it looks as far as the
    keyword is long, beyond a mistake that comes sooner. With much room between the words it does not look
    beyond the next one.
    """
    spaced, origin = _spaced(text)
    try:
        require_query(spaced, base)
    except NotWellFormed as error:
        found = diagnosis.syntax_error(str(error), spaced)
    except QueryRefused:
        return None
    else:
        return None
    place = found.location
    if place is None or place.line is None or place.column is None:
        return found
    offset = min(diagnosis.offset_of(spaced, place.line, place.column), len(spaced))
    if spaced.startswith(_ROOM, offset):
        # The parser wanted this word to go on; what may follow a whole word is looked for behind the room.
        word = spaced[:offset].rpartition(_ROOM)[2]
        return QuerySyntaxError(
            f"'{word}' does not fit here.", location=location_of(text, origin[offset - len(word)])
        )
    return QuerySyntaxError(found.detail, location=location_of(text, origin[offset]))


def _spaced(text: str) -> tuple[str, list[int]]:
    """Give a query with room between its words, and the offset that each of its characters came from."""
    pieces: list[str] = []
    origin: list[int] = []
    end = 0
    for token in without_comments(text):
        room = _ROOM if token.start > end else ""
        pieces += (room, token.text)
        origin += [token.start] * len(room) + list(range(token.start, token.end))
        end = token.end
    return "".join(pieces), [*origin, len(text)]


def _unclosed(token: Token, text: str) -> QuerySyntaxError | None:
    if token.kind is not TokenKind.UNCLOSED:
        return None
    return QuerySyntaxError(
        "The string that begins here is not closed.",
        location=location_of(text, token.start),
        remedy='Close it on its line, or write a longer text between """ and """.',
    )


def _undeclared(token: Token, text: str, declared: Collection[str]) -> QuerySyntaxError | None:
    prefix = token.text.partition(":")[0]
    if token.kind is not TokenKind.PREFIXED or prefix in declared:
        return None
    return QuerySyntaxError(
        f"The prefix {prefix}: is not declared.",
        location=location_of(text, token.start),
        remedy=f"Put PREFIX {prefix}: <{PREFIXES.get(prefix, '…')}> at the top of the query.",
    )


def _relative(token: Token, text: str, *, has_base: bool) -> QuerySyntaxError | None:
    if token.kind is not TokenKind.IRI or has_base:
        return None
    scheme, colon, _ = token.text[1:-1].partition(":")
    if colon and not any(mark in scheme for mark in _SCHEMELESS):
        return None
    return QuerySyntaxError(
        f"{token.text} is a relative IRI, and the query declares no BASE.",
        location=location_of(text, token.start),
        remedy="Write the IRI whole, as <https://example.org/a>.",
    )


def _closed_wrongly(token: Token, text: str, open_brackets: list[Token]) -> QuerySyntaxError | None:
    if token.text in _CLOSING:
        open_brackets.append(token)
    elif token.text in _CLOSING.values():
        if not open_brackets:
            return QuerySyntaxError(
                f"This '{token.text}' closes nothing.", location=location_of(text, token.start)
            )
        opened = open_brackets.pop()
        if _CLOSING[opened.text] != token.text:
            return QuerySyntaxError(
                f"'{token.text}' does not close the '{opened.text}' at {_place(text, opened)}; "
                f"expected: '{_CLOSING[opened.text]}'.",
                location=location_of(text, token.start),
            )
    return None


def _place(text: str, token: Token) -> str:
    location = location_of(text, token.start)
    return f"{location.line}:{location.column}"
