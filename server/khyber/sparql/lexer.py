"""The tokens of a SPARQL query (SPARQL 1.1 Query, section 19.8), for judgements that need no grammar.

The lexer takes any text: what it does not know becomes a token of its own, and the engine's parser judges
it. It reads ``<`` before the characters of an IRI as an IRI, always, as the specification's longest match
does; Oxigraph reads it as a comparison where only one fits. So nothing that must be safe may rest on tokens
alone (``khyber.sparql.guard``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple


class TokenKind(Enum):
    """What a token is."""

    COMMENT = "comment"
    STRING = "string"
    IRI = "iri"
    PREFIXED = "prefixed"
    BLANK = "blank"
    VARIABLE = "variable"
    LANGUAGE = "language"
    WORD = "word"
    NUMBER = "number"
    UNCLOSED = "unclosed"
    OTHER = "other"


class Token(NamedTuple):
    """A token: its kind, its text as written, and the offset of its first character."""

    kind: TokenKind
    text: str
    start: int

    @property
    def end(self) -> int:
        """Give the offset behind its last character."""
        return self.start + len(self.text)

    def is_word(self, word: str) -> bool:
        """Say whether it is this keyword, in any case of letters."""
        return self.kind is TokenKind.WORD and self.text.upper() == word


# Every repetition that could run far is possessive, or bounded, so that no text takes more than linear time.
_TOKEN = re.compile(
    r"""
    (?P<space>\s++)
  | (?P<comment>\#[^\n\r]*+)
  | (?P<string>
        \"{3}(?:[^"\\]|\\.|"(?!""))*+\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*+'{3}
      | (?!\"{3}|'{3})(?:"(?:[^"\\\n\r]|\\.)*+" | '(?:[^'\\\n\r]|\\.)*+')
    )
  | (?P<unclosed>(?:\"{3}|'{3}).*+ | ["'][^\n\r]*+)
  | (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+>)
  | (?P<variable>[?$][\w\u00B7]++)
  | (?P<blank>_:[\w.\-\u00B7]*+)
  | (?P<language>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--[A-Za-z]++)?+)
  | (?P<prefixed>(?:[^\W\d_][\w.\-\u00B7]{0,62})?:
        (?:(?:[\w:\-\u00B7]|\.(?=[\w.:\-%\\])|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])*+)?)
  | (?P<number>[0-9]++(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+)
  | (?P<word>[^\W\d]\w*+)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


_KINDS = {kind.value: kind for kind in TokenKind}


def tokens(text: str) -> Iterator[Token]:
    """Give the tokens of a query one after the other, without the white space between them."""
    for match in _TOKEN.finditer(text):
        kind = _KINDS.get(match.lastgroup or "space")
        if kind is not None:
            yield Token(kind, match[0], match.start())


def significant(text: str) -> Iterator[Token]:
    """Give the tokens of a query except its comments, one after the other."""
    return (token for token in tokens(text) if token.kind is not TokenKind.COMMENT)


def without_comments(text: str) -> list[Token]:
    """Give the tokens of a query except its comments."""
    return list(significant(text))
