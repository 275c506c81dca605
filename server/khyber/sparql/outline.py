"""The outline of a query: its form, its prefixes and its dataset, read from its tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from khyber.engine.base import ResultKind
from khyber.engine.diagnosis import SOURCE, location_of
from khyber.errors import Location, QueryRefused, QuerySyntaxError
from khyber.sparql.calls import resolved, with_base
from khyber.sparql.lexer import Token, TokenKind, significant, without_comments

FORMS = {
    "SELECT": ResultKind.SOLUTIONS,
    "ASK": ResultKind.BOOLEAN,
    "CONSTRUCT": ResultKind.GRAPH,
    "DESCRIBE": ResultKind.GRAPH,
}
"""The keyword that a query begins with → the kind of its result."""

UPDATES = frozenset(
    ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"),
)
"""The keywords that a SPARQL update begins with."""


@dataclass(frozen=True)
class Outline:
    """What a query says about itself before its pattern.

    ``prologue`` is the text of its BASE and PREFIX declarations. ``default_graphs`` and ``named_graphs``
    are the IRIs after FROM and FROM NAMED; both are None if there is neither clause.
    """

    kind: ResultKind
    prologue: str
    prefixes: frozenset[str] = frozenset()
    has_base: bool = False
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None


@dataclass
class _Prologue:
    prefixes: set[str] = field(default_factory=set)
    has_base: bool = False
    length: int = 0


def outline(text: str, base: str | None = None) -> Outline:
    """Read the outline of a query; raise QuerySyntaxError if it has no form, QueryRefused for an update.

    Relative IRIs of the dataset are resolved against ``base`` where the query declares no BASE.
    """
    found = _Ahead(significant(text))
    prologue = _prologue(found)
    kind = _kind(text, found.at(prologue.length, 1))
    end = found.at(prologue.length, 1)[0].start
    default, named = None, None
    if "FROM" in text.upper():  # else no token is that word, and most of the text need not be read
        declarations = with_base(text[:end], base)
        default, named = _dataset(without_comments(text)[prologue.length :], declarations)
    return Outline(
        kind,
        text[:end],
        frozenset(prologue.prefixes),
        prologue.has_base,
        default,
        named,
    )


def declare(text: str, prefixes: Mapping[str, str]) -> str:
    """Declare the ``prefixes`` that a query uses and does not declare, on a line of their own before it.

    A query that needs none comes back as it is; else its lines are one further down.
    """
    found = without_comments(text)
    declared = _prologue(_Ahead(iter(found))).prefixes
    used = {token.text.partition(":")[0] for token in found if token.kind is TokenKind.PREFIXED}
    missing = sorted(used & prefixes.keys() - declared)
    return (
        "".join(f"PREFIX {prefix}: <{prefixes[prefix]}> " for prefix in missing) + "\n" * bool(missing) + text
    )


class _Ahead:
    """Tokens that are read only as far as somebody looks."""

    def __init__(self, source: Iterator[Token]) -> None:
        self._source = source
        self._read: list[Token] = []

    def at(self, position: int, count: int) -> list[Token]:
        """Give the next ``count`` tokens from a position on, or as many as there are."""
        missing = position + count - len(self._read)
        if missing > 0:
            self._read += islice(self._source, missing)
        return self._read[position : position + count]


def _prologue(found: _Ahead) -> _Prologue:
    prologue = _Prologue()
    while here := found.at(prologue.length, 3):
        if here[0].is_word("PREFIX") and len(here) > 2 and here[1].kind is TokenKind.PREFIXED:
            prologue.prefixes.add(here[1].text.partition(":")[0])
            prologue.length += 3
        elif here[0].is_word("BASE") and len(here) > 1:
            prologue.has_base = True
            prologue.length += 2
        elif here[0].is_word("VERSION") and len(here) > 1:
            prologue.length += 2
        else:
            break
    return prologue


def _kind(text: str, rest: list[Token]) -> ResultKind:
    if not rest:
        raise QuerySyntaxError(
            "The query is empty." if not text.strip() else "There is no query after the declarations.",
            location=Location(SOURCE) if not text.strip() else location_of(text, len(text.rstrip())),
            remedy=f"A query begins with {_listed(FORMS)}.",
        )
    first = rest[0]
    keyword = first.text.upper() if first.kind is TokenKind.WORD else ""
    if keyword in UPDATES:
        raise QueryRefused(
            f"{keyword} begins an update, and this address only answers queries.",
            location=location_of(text, first.start),
            remedy=f"A query begins with {_listed(FORMS)}. An update goes to /update.",
        )
    if keyword not in FORMS:
        raise QuerySyntaxError(
            f"'{first.text}' cannot begin a query.",
            location=location_of(text, first.start),
            remedy=f"A query begins with {_listed(FORMS)}, after its BASE and PREFIX declarations.",
        )
    return FORMS[keyword]


def _dataset(rest: list[Token], declarations: str) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """Give the graphs of the dataset clauses, which stand outside all braces."""
    default: list[str] = []
    named: list[str] = []
    depth = 0
    for position, token in enumerate(rest):
        depth += (token.text == "{") - (token.text == "}")
        if depth or not token.is_word("FROM"):
            continue
        following = rest[position + 1 : position + 3]
        is_named = bool(following) and following[0].is_word("NAMED")
        graph = following[is_named] if len(following) > is_named else None
        iri = resolved(graph.text, declarations) if graph else None
        if iri is None:
            return None, None  # not well-formed: the engine's parser says so
        (named if is_named else default).append(iri)
    if not default and not named:
        return None, None
    return tuple(dict.fromkeys(default)), tuple(dict.fromkeys(named))


def _listed(words: Mapping[str, object]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}"
