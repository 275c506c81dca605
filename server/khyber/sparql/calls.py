"""Where a query or an update calls out: SERVICE clauses and LOAD operations, with what they name.

What is found here is a proposal: tokens alone cannot tell (``khyber.sparql.lexer``), so Oxigraph's parser
has to agree before anything rests on it (``khyber.sparql.guard``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import pyoxigraph as ox
from pyoxigraph import NamedNode, RdfFormat

from khyber.engine.outbound import Errand
from khyber.sparql.lexer import Token, TokenKind, tokens, without_comments

_GLUED = re.compile(r"(?:true|false)?(?P<word>service|load)(?P<silent>silent)?", re.IGNORECASE | re.ASCII)
_LONGEST_NAME = 8192
_MAY_HOLD_A_KEYWORD = (TokenKind.WORD, TokenKind.PREFIXED)
_NAMES = (TokenKind.IRI, TokenKind.PREFIXED, TokenKind.VARIABLE)


@dataclass(frozen=True)
class Call:
    """A call: from ``start``, its keyword, to ``end``, behind the name of what it calls.

    ``iri`` is what the name stands for, None if it is a variable or stands for nothing. ``within`` says
    whether the call stands in the group of another SERVICE clause, so that the other endpoint makes it.
    """

    errand: Errand
    start: int
    end: int
    name: str
    iri: str | None
    silent: bool
    within: bool = False

    def text(self, iri: str) -> str:
        """Write the call anew, with another name."""
        keyword = self.errand.value.upper()
        return f"{keyword} SILENT <{iri}>" if self.silent else f"{keyword} <{iri}>"


def calls(
    text: str, errand: Errand, declarations: str, prefixes: Collection[str], *, at_most: int
) -> list[Call]:
    """Give the first calls of one kind in a query or an update, in the order of the text.

    ``declarations`` are BASE and PREFIX as they stand in the text; relative IRIs are resolved by them.
    """
    found = without_comments(text)
    depth = 0
    services: list[int] = []  # the depths at which the groups of SERVICE clauses stand
    result: list[Call] = []
    for position, token in enumerate(found):
        depth += (token.text == "{") - (token.text == "}")
        while services and depth < services[-1] and token.text == "}":
            services.pop()
        call = _call(
            text,
            errand,
            found,
            position,
            declarations=declarations,
            prefixes=prefixes,
            within=bool(services),
        )
        if call is not None:
            result.append(call)
            if len(result) == at_most:
                break
            if errand is Errand.SERVICE:
                services.append(depth + 1)
    return result


def _call(
    text: str,
    errand: Errand,
    found: list[Token],
    position: int,
    *,
    declarations: str,
    prefixes: Collection[str],
    within: bool,
) -> Call | None:
    token = found[position]
    match = _keyword(token, prefixes)
    if match is None or match["word"].lower() != errand.value:
        return None
    start = token.start + match.start("word")
    rest = _names(text, token.start + match.end(), found, position)
    name = next(rest, None)
    silent = match["silent"] is not None
    if name is not None and not silent and name.is_word("SILENT"):
        silent = True
        name = next(rest, None)
    if name is None or name.kind not in _NAMES:
        return None
    iri = None if name.kind is TokenKind.VARIABLE else resolved(name.text, declarations)
    return Call(errand, start, name.end, name.text, iri, silent, within)


def _keyword(token: Token, prefixes: Collection[str]) -> re.Match[str] | None:
    """Give the match of a keyword in a token that is one, or into which one is glued."""
    if token.kind not in _MAY_HOLD_A_KEYWORD:
        return None
    word, _, _ = token.text.partition(":")
    if token.kind is TokenKind.PREFIXED and word in prefixes:
        return None
    return _GLUED.fullmatch(word)


def _names(text: str, offset: int, found: list[Token], position: int) -> Iterator[Token]:
    """Give the tokens behind a keyword; the first may be the rest of the keyword's own token."""
    if offset < found[position].end:
        rest = next(tokens(text[offset : offset + _LONGEST_NAME]), None)
        if rest is not None:
            yield Token(rest.kind, rest.text, offset + rest.start)
    for token in found[position + 1 : position + 3]:
        glued = token.text[:6].upper() == "SILENT" and token.text[6:7] == ":"
        if token.kind is TokenKind.PREFIXED and glued:
            yield Token(TokenKind.WORD, token.text[:6], token.start)
            yield Token(TokenKind.PREFIXED, token.text[6:], token.start + 6)
        else:
            yield token


def with_base(declarations: str, base: str | None) -> str:
    """Give declarations behind one of the base, if there is one."""
    return f"BASE <{base}>\n{declarations}" if base else declarations


def resolved(reference: str, declarations: str) -> str | None:
    """Give the IRI that a reference stands for; declarations of a query are Turtle too."""
    try:
        triples = list(ox.parse(f"{declarations}\n{reference} <x:> <x:> .", format=RdfFormat.TURTLE))
    except (SyntaxError, ValueError):
        return None
    subject = triples[0].subject if triples else None
    return subject.value if isinstance(subject, NamedNode) else None
