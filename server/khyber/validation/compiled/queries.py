"""The text of an sh:sparql query as a pattern, where it is one that :mod:`.patterns` can answer."""

from __future__ import annotations

import re
from collections.abc import Callable

from khyber.validation.compiled.columns import TYPE
from khyber.validation.compiled.paths import Chain, Choice, Path, Repeat, Step
from khyber.validation.compiled.patterns import (
    Comparison,
    End,
    Existence,
    Group,
    Select,
    TriplePattern,
    Variable,
)

_TOKEN = re.compile(r"""\s+|\#[^\n\r]*|(<[^<>"{}|^`\\\x00-\x20]+>|[?$]\w+|!=|[{}().;,=+*/|^?]|[A-Za-z]+)""")


class Unread(Exception):
    """A query that is no basic graph pattern with filters: it is for pySHACL."""


def read_select(text: str) -> Select:
    """Read ``SELECT $this ?value WHERE { … }``; raises Unread for any other query."""
    reader = _Reader(_tokens(text))
    reader.skip("SELECT")
    selected = [reader.variable().name]
    while reader.next_is_variable():
        selected.append(reader.variable().name)
    if reader.next.upper() == "WHERE":
        reader.skip("WHERE")
    group = reader.group()
    if reader.next or "this" not in selected or not set(selected) <= {"this", "value"}:
        raise Unread
    if not set(selected) <= group.variables():
        raise Unread
    return Select(group, "value" in selected)


def _tokens(text: str) -> list[str]:
    found, end = [], 0
    while end < len(text):
        match = _TOKEN.match(text, end)
        if match is None:
            raise Unread
        if match[1]:
            found.append(match[1])
        end = match.end()
    return found


class _Reader:
    """Reads tokens from left to right; raises Unread where they are not what a pattern has."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._place = 0

    @property
    def next(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def take(self) -> str:
        token = self.next
        self._place += 1
        return token

    def skip(self, *tokens: str) -> None:
        for token in tokens:
            if self.take().upper() != token:
                raise Unread

    def next_is_variable(self) -> bool:
        return len(self.next) > 1 and self.next[0] in "?$"

    def variable(self) -> Variable:
        if not self.next_is_variable():
            raise Unread
        return Variable(self.take()[1:])

    def end(self) -> End:
        return self.variable() if self.next_is_variable() else self.iri()

    def iri(self) -> str:
        token = self.take()
        if not token.startswith("<") or ":" not in token:
            raise Unread
        return token[1:-1]

    def group(self) -> Group:
        self.skip("{")
        triples: list[TriplePattern] = []
        filters: list[Comparison | Existence] = []
        while self.next != "}":
            if self.next.upper() == "FILTER":
                filters.append(self._filter())
            else:
                triples += self._triples()
            if self.next == ".":
                self.skip(".")
        self.skip("}")
        return Group(tuple(triples), tuple(filters))

    def _filter(self) -> Comparison | Existence:
        self.skip("FILTER")
        if self.next.upper() in {"NOT", "EXISTS"}:
            wanted = self.next.upper() == "EXISTS"
            self.skip(*(("EXISTS",) if wanted else ("NOT", "EXISTS")))
            return Existence(self.group(), wanted)
        self.skip("(")
        one, sign, other = self.end(), self.take(), self.end()
        self.skip(")")
        if sign not in {"=", "!="}:
            raise Unread
        return Comparison(one, other, sign == "=")

    def _triples(self) -> list[TriplePattern]:
        """Read triples of one subject, up to their full stop or bracket."""
        subject, triples = self.end(), []
        while True:
            path = self.path()
            triples.append(TriplePattern(subject, path, self.end()))
            while self.next == ",":
                self.skip(",")
                triples.append(TriplePattern(subject, path, self.end()))
            if self.next != ";":
                break
            self.skip(";")
        if self.next not in {".", "}"} and self.next.upper() != "FILTER":
            raise Unread
        return triples

    def path(self) -> Path:
        return self._joined("|", lambda: self._joined("/", self._part, Chain), Choice)

    def _joined(
        self, sign: str, read: Callable[[], Path], joined: Callable[[tuple[Path, ...]], Path]
    ) -> Path:
        parts = [read()]
        while self.next == sign:
            self.skip(sign)
            parts.append(read())
        return joined(tuple(parts)) if len(parts) > 1 else parts[0]

    def _part(self) -> Path:
        if self.next == "^":
            self.skip("^")
            return self._part().inverse()
        path: Path
        if self.next == "(":
            self.skip("(")
            path = self.path()
            self.skip(")")
        elif self.next == "a":
            self.skip("A")
            path = Step(TYPE)
        else:
            path = Step(self.iri())
        if self.next in {"+", "*", "?"}:
            path = Repeat(path, self.take())
        return path
