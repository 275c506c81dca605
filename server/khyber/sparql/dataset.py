"""The dataset that a request names for an update, written into it (SPARQL 1.1 Protocol, section 2.2.3).

Oxigraph takes a dataset for queries only, so ``using-graph-uri`` becomes what it stands for: USING clauses
before every WHERE. Where the clauses belong is read from the tokens outside all braces; if one of them is
not what the grammar of updates has there, nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from khyber.errors import UsageError
from khyber.sparql.lexer import Token, TokenKind, without_comments

_BEFORE_A_NAME = frozenset(("LOAD", "GRAPH", "TO", "COPY", "MOVE", "ADD", "SILENT"))
_OTHERS = ("INSERT", "DELETE", "DATA", "WHERE", "CLEAR", "CREATE", "DROP", "INTO", "DEFAULT", "NAMED", "ALL")
_WORDS = _BEFORE_A_NAME | frozenset(_OTHERS)
"""The keywords of an update that stand outside all braces, but for USING and WITH."""

_PARAMETERS = "using-graph-uri and using-named-graph-uri"


def with_dataset(operations: str, using: Iterable[str], using_named: Iterable[str]) -> str:
    """Give the operations of an update (without declarations) with USING clauses for the graphs.

    Raises UsageError if they have USING or WITH clauses themselves, or are written so that it cannot be told.
    """
    found = without_comments(operations)
    outside = _outside_braces(found)
    _require_no_dataset(outside)
    clauses = " ".join(
        [*(f"USING <{iri}>" for iri in using), *(f"USING NAMED <{iri}>" for iri in using_named)]
    )
    pieces = []
    end = 0
    for position, token in outside:
        if not token.is_word("WHERE"):
            continue
        pieces.append(operations[end : token.start])
        if position and found[position - 1].is_word("DELETE"):
            pieces.append(
                _group(operations, found, position + 1)
            )  # DELETE WHERE: the pattern is the template
        pieces.append(f" {clauses} ")
        end = token.start
    return "".join(pieces) + operations[end:]


def _outside_braces(found: Sequence[Token]) -> list[tuple[int, Token]]:
    """Give the tokens outside all braces, and where they are among ``found``."""
    outside = []
    depth = 0
    for position, token in enumerate(found):
        depth -= token.text == "}"
        if token.kind is TokenKind.UNCLOSED or depth < 0:
            raise _unclear(token)
        if not depth:
            outside.append((position, token))
        depth += token.text == "{"
    if depth:
        raise _unclear(found[-1])
    return outside


def _require_no_dataset(outside: Sequence[tuple[int, Token]]) -> None:
    before: Token | None = None
    for _, token in outside:
        word = token.text.partition(":")[0].upper()
        is_name = token.kind in (TokenKind.IRI, TokenKind.PREFIXED)
        follows_keyword = before is not None and before.text.upper() in _BEFORE_A_NAME
        if word in ("USING", "WITH") and not (is_name and follows_keyword):
            raise UsageError(
                f"The request names a dataset by {_PARAMETERS}, and the update by {word}.",
                remedy="Leave one of them out.",
            )
        is_known = token.kind is TokenKind.WORD and word in _WORDS
        if not is_known and token.text not in "{};" and not (is_name and follows_keyword):
            raise _unclear(token)
        before = token


def _group(operations: str, found: Sequence[Token], position: int) -> str:
    """Give the text of the group that begins at a position, with its braces."""
    depth = 0
    for token in found[position:]:
        depth += (token.text == "{") - (token.text == "}")
        if not depth:
            return operations[found[position].start : token.end]
    raise _unclear(found[position])


def _unclear(token: Token) -> UsageError:
    return UsageError(
        f"Where {_PARAMETERS} belong in this update cannot be told, because of {token.text!r}.",
        remedy="Put white space around the keywords, or write USING clauses into the update.",
    )
