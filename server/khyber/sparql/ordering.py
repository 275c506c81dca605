"""The order of triple patterns: in a query for the engine, what a filter narrows stands before the rest.

Oxigraph holds patterns with the same places bound for equally selective and takes them as they are written,
and it applies a filter as soon as its variable has a value. So in ``?claim a ex:Claim ; ex:event ?event ;
ex:day ?day`` with a filter on ``?day``, the event of every claim is looked up, also of those that the filter
takes away right after. The order of patterns in a group has no meaning (SPARQL 1.1 Query, section 18.2.2.5),
so it is changed: among patterns that stand together and have the same subject, those whose object a filter
compares with a constant come right behind the first one. The first stays, for it may be where the author
knows that there is little.

Nothing is judged here: what is not plain, or not well-formed, comes back as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from khyber.sparql.lexer import Token, TokenKind, without_comments

_UNUSUAL = ("\\u", "\\U", "{|", "<<", "~")
"""What could stand for other characters, or bind a pattern to the one before it."""

_TERMS = (TokenKind.VARIABLE, TokenKind.IRI, TokenKind.PREFIXED)
_BEFORE_BRACES = ("OPTIONAL", "MINUS", "UNION", "GRAPH", "SERVICE", "VALUES")
_FEWEST = 3
"""How many patterns with one subject there must be for their order to matter."""

_LONGEST = 20_000
"""The longest text, in characters, that is read: this happens in the process that answers everybody."""


class _NotPlain(Exception):
    """This group is written in a way that is not read here."""


class _Pattern(NamedTuple):
    """The verb and the object of a triple pattern."""

    verb: str
    object: str

    @property
    def variable(self) -> str | None:
        """Give the name of the variable that is the object, if one is."""
        return self.object[1:] if self.object[0] in "?$" else None


@dataclass(frozen=True)
class _Star:
    """Patterns with one subject that stand together: from where to where, and whether a dot ends them."""

    start: int
    end: int
    subject: str
    patterns: tuple[_Pattern, ...]
    dotted: bool

    def ordered(self, narrowed: set[str]) -> str | None:
        """Write it with those first whose object is narrowed; None if that is how it stands."""
        first, *others = self.patterns
        early = [pattern for pattern in others if pattern.variable in narrowed]
        late = [pattern for pattern in others if pattern.variable not in narrowed]
        if [*early, *late] == others:
            return None
        written = " ; ".join(" ".join(pattern) for pattern in (first, *early, *late))
        return f"{self.subject} {written} {'.' if self.dotted else ''}"


@dataclass
class _Group:
    """What stands in a group itself, not in groups within it."""

    stars: list[_Star] = field(default_factory=list)
    narrowed: set[str] = field(default_factory=set)


def narrowed_first(text: str) -> str:
    """Give a query that has the same meaning, in which patterns that a filter narrows come early.

    It is ``text`` itself where nothing is to be changed, where too few patterns share their subject by
    semicolons, and where it is very long. A query that is not well-formed may come back changed; places in it
    are others then.
    """
    if text.count(";") < _FEWEST - 1 or "FILTER" not in text.upper():
        return text  # nearly always: reading takes longer than many a small query
    if len(text) > _LONGEST or any(unusual in text for unusual in _UNUSUAL):
        return text
    found = without_comments(text)
    closing = _closing(found)
    if closing is None:
        return text
    pieces, behind = list[str](), 0
    for start, end, written in sorted(_changes(found, closing)):
        pieces += text[behind:start], written
        behind = end
    return "".join((*pieces, text[behind:])) if pieces else text


def _changes(found: Sequence[Token], closing: dict[int, int]) -> Iterator[tuple[int, int, str]]:
    elsewhere = -1  # where the group ends that another server answers
    for position, token in enumerate(found):
        if position < elsewhere:
            continue
        if token.is_word("SERVICE"):
            behind = range(position + 1, position + 4)  # SILENT, and what names the endpoint, may come first
            elsewhere = next((closing[at] for at in behind if at in closing), elsewhere)
        elif token.text == "{":
            try:
                group = _Reader(found, closing, position).group()
            except (_NotPlain, LookupError):
                continue
            for star in group.stars:
                written = star.ordered(group.narrowed)
                if written is not None:
                    yield star.start, star.end, written


def _closing(found: Sequence[Token]) -> dict[int, int] | None:
    """Give the position of the closing bracket of each opening one; None if they do not match."""
    pairs, opened = {}, []
    for position, token in enumerate(found):
        if token.kind is TokenKind.UNCLOSED:
            return None
        if token.kind is not TokenKind.OTHER:
            continue
        if token.text in "({[":
            opened.append(position)
        elif token.text in ")}]":
            if not opened or found[opened[-1]].text + token.text not in ("()", "{}", "[]"):
                return None
            pairs[opened.pop()] = position
    return None if opened else pairs


class _Reader:
    """Reads one group graph pattern (grammar rule 54), whose opening brace stands at a position."""

    def __init__(self, found: Sequence[Token], closing: dict[int, int], opening: int) -> None:
        self._found = found
        self._closing = closing
        self._at = opening + 1
        self._end = closing[opening]

    def group(self) -> _Group:
        """Read it; raise _NotPlain for what is not read here."""
        group = _Group()
        while self._at < self._end:
            token = self._found[self._at]
            if token.text == "{":
                self._at = self._closing[self._at] + 1
            elif token.text == ".":
                self._at += 1
            elif token.is_word("FILTER"):
                group.narrowed |= set(self._filter())
            elif token.kind is TokenKind.WORD:
                self._skip(token.text.upper())
            else:
                group.stars.append(self._star())
        return group

    def _skip(self, word: str) -> None:
        if word == "BIND":
            self._at = self._closing[self._at + 1] + 1
        elif word in _BEFORE_BRACES:
            while self._found[self._at].text != "{":
                self._at = self._closing.get(self._at, self._at) + 1
                if self._at > self._end:
                    raise _NotPlain
            self._at = self._closing[self._at] + 1
        else:
            raise _NotPlain

    def _filter(self) -> Iterator[str]:
        """Give the variables that a filter compares with constants; go on behind it."""
        start = self._at + 1
        while self._found[start].kind is not TokenKind.OTHER:
            start += 1  # the name of a function, or NOT EXISTS
        is_call = start > self._at + 1
        inside = (self._at, self._closing[start] + 1) if is_call else (start, self._closing[start])
        self._at = self._closing[start] + 1
        for part in self._conjuncts(*inside):
            variables = {token.text[1:] for token in part if token.kind is TokenKind.VARIABLE}
            marks = {token.text for token in part if token.kind is TokenKind.OTHER}
            words = {token.text.upper() for token in part if token.kind is TokenKind.WORD}
            compares = marks & {"<", ">", "="} or "IN" in words
            if len(variables) == 1 and compares and not ("!" in marks or words & {"NOT", "EXISTS"}):
                yield from variables

    def _conjuncts(self, before: int, end: int) -> Iterator[list[Token]]:
        """Give the parts of an expression that must all be true; those behind a group within it are left out.

        So what is nested is read once, and not again for each group around it.
        """
        depth, part = 0, list[Token]()
        for at in range(before + 1, end):
            token = self._found[at]
            if token.text == "{":
                return
            if token.kind is TokenKind.OTHER:
                depth += (token.text in "({[") - (token.text in ")}]")
            if token.text == "&" and not depth:
                yield part
                part = []
            else:
                part.append(token)
        yield part

    def _star(self) -> _Star:
        start = self._found[self._at]
        patterns, dotted = list(self._same_subject()), self._dot()
        while dotted and self._at < self._end and self._found[self._at].text == start.text:
            patterns += self._same_subject()
            dotted = self._dot()
        return _Star(start.start, self._found[self._at - 1].end, start.text, tuple(patterns), dotted)

    def _dot(self) -> bool:
        """Take the dot behind a pattern; raise _NotPlain where neither that nor an end of patterns stands."""
        token = self._found[self._at]
        if token.text == ".":
            self._at += 1
            return True
        if self._at < self._end and token.text != "{" and token.kind is not TokenKind.WORD:
            raise _NotPlain
        return False

    def _same_subject(self) -> Iterator[_Pattern]:
        if self._found[self._at].kind not in _TERMS:
            raise _NotPlain
        self._at += 1
        while True:
            verb = self._verb()
            yield _Pattern(verb, self._object())
            while self._found[self._at].text == ",":
                self._at += 1
                yield _Pattern(verb, self._object())
            if self._found[self._at].text != ";":
                return
            while self._found[self._at].text == ";":
                self._at += 1
            token = self._found[self._at]
            if (
                self._at >= self._end
                or token.text == "."
                or (token.kind is TokenKind.WORD and token.text != "a")
            ):
                return

    def _verb(self) -> str:
        """Read a variable or a property path (grammar rules 88 to 96)."""
        start = self._at
        if self._found[start].kind is TokenKind.VARIABLE:
            self._at += 1
            return self._found[start].text
        while True:
            while self._found[self._at].text in ("^", "!"):
                self._at += 1
            token = self._found[self._at]
            if token.text == "(":
                self._at = self._closing[self._at]
            elif token.kind not in (TokenKind.IRI, TokenKind.PREFIXED) and token.text != "a":
                raise _NotPlain
            self._at += 1
            if self._found[self._at].text in ("*", "+", "?"):
                self._at += 1
                if self._found[self._at].kind is TokenKind.NUMBER:
                    raise _NotPlain  # its sign
            if self._found[self._at].text not in ("/", "|"):
                return " ".join(token.text for token in self._found[start : self._at])
            self._at += 1

    def _object(self) -> str:
        token = self._found[self._at]
        self._at += 1
        if token.kind is TokenKind.STRING:
            return token.text + self._tag()
        is_boolean = token.kind is TokenKind.WORD and token.text.lower() in ("true", "false")
        if token.kind not in (*_TERMS, TokenKind.NUMBER) and not is_boolean:
            raise _NotPlain
        return token.text

    def _tag(self) -> str:
        """Read what stands behind a string: its language, its datatype, or nothing."""
        if self._found[self._at].kind is TokenKind.LANGUAGE:
            self._at += 1
            return self._found[self._at - 1].text
        first = self._found[self._at]
        if first.text != "^":
            return ""
        second, datatype = self._found[self._at + 1], self._found[self._at + 2]
        if (second.text, second.start) != ("^", first.end) or datatype.kind not in _TERMS[1:]:
            raise _NotPlain
        self._at += 3
        return f"^^{datatype.text}"
