"""Where each statement of a Turtle, TriG, N-Triples or N-Quads document stands: its line and column.

The parser (``khyber.rdf.reading``) says what a document states; it does not say where. This second pass over
a document that it has accepted follows the tokens and gives a place for each statement, *in the order in
which the parser makes them*. So the n-th place belongs to the n-th statement, and no term need be compared:
escapes, prefixes and relative IRIs cannot lead astray. The order is that of the text with three exceptions:
the statement that leads to ``[…]`` comes at its end; the one that leads to a list or on to its next item
comes after the token that follows; and so does one whose object is a string, because a language or a
datatype might follow it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate

from khyber.rdf.spans_tokens import DIRECTIVE, MARK, NEWER, STRING, SUFFIX, TOKEN, WORD

Offsets = tuple[int, int, int]
"""Where the subject, the predicate and the object of a statement begin, in characters from 0."""

_Expectation = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Place:
    """A line and a column of a text, both counted from 1; a column is a character, whatever its width."""

    line: int
    column: int


class Places:
    """The places of the terms of each statement, by the number of the statement (from 0).

    The subject of a statement inside ``[…]`` stands at its ``[``; the first cell of a list stands at its
    ``(``, a further one at its item; rdf:first and rdf:rest stand at the ``(`` too.
    """

    def __init__(self, text: str, offsets: list[Offsets]) -> None:
        self._offsets = offsets
        self._lines = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]

    def __len__(self) -> int:
        """Count the statements."""
        return len(self._offsets)

    def subject(self, number: int) -> Place:
        """Give the place of the subject of a statement."""
        return self._place(self._offsets[number][0])

    def predicate(self, number: int) -> Place:
        """Give the place of the predicate of a statement."""
        return self._place(self._offsets[number][1])

    def object(self, number: int) -> Place:
        """Give the place of the object of a statement."""
        return self._place(self._offsets[number][2])

    def _place(self, offset: int) -> Place:
        line = bisect_right(self._lines, offset)
        return Place(line, offset - self._lines[line - 1] + 1)


def places(text: str) -> Places | None:
    """Give the places of the statements of a document, in the order in which the parser makes them.

    ``text`` was accepted by the parser and begins without a byte order mark. None is given for a document
    with the annotations and triple terms of RDF 1.2: this graph has none.
    """
    walk = _Walk()
    for token in TOKEN.finditer(text):
        kind = token.lastindex
        if kind is None:
            break
        if kind == NEWER:
            return None
        if kind == SUFFIX:
            walk.take(STRING, token.start(STRING), "")
            walk.settle()
        else:
            walk.take(kind, token.start(kind), token[kind])
    return Places(text, walk.found)


class _Walk:
    """One walk over the tokens: ``expect`` takes the next; each method is what the grammar expects there.

    A frame of the stack is an open ``[`` or ``(``: the subject, the predicate and what follows an object
    outside of it, where it opens, and whether it stands as an object.
    """

    def __init__(self) -> None:
        self.found: list[Offsets] = []
        self.expect: _Expectation = self._subject
        self._after: _Expectation = self._after_object
        self._at_subject = self._at_predicate = 0
        self._stack: list[tuple[int, int, _Expectation, int, bool]] = []
        self._terms_to_skip = 0
        self._waiting: Offsets | None = None

    def take(self, kind: int, at: int, mark: str) -> None:
        """Take the next token; state what waited for it."""
        waiting = self._waiting
        if waiting is None:
            self.expect(kind, at, mark)
        else:
            self._waiting = None
            self.expect(kind, at, mark)
            self.found.append(waiting)

    def settle(self) -> None:
        """State what waited, because nothing can follow that would belong to it."""
        if self._waiting is not None:
            self.found.append(self._waiting)
            self._waiting = None

    def _subject(self, kind: int, at: int, mark: str) -> None:
        if kind == MARK:
            if mark in "[(":
                self._open(at, mark, as_object=False)
        elif kind == DIRECTIVE:
            self.expect = self._declaration
        elif kind == WORD:
            self._keyword(mark)
        else:
            self._at_subject = at
            self.expect = self._predicate

    def _keyword(self, word: str) -> None:
        terms = {"PREFIX": 2, "BASE": 1, "VERSION": 1}.get(word.upper(), 0)
        if terms:
            self._terms_to_skip = terms
            self.expect = self._sparql_declaration

    def _declaration(self, kind: int, _at: int, mark: str) -> None:
        if kind == MARK and mark == ".":
            self.expect = self._subject

    def _sparql_declaration(self, _kind: int, _at: int, _mark: str) -> None:
        self._terms_to_skip -= 1
        if not self._terms_to_skip:
            self.expect = self._subject

    def _predicate(self, kind: int, at: int, mark: str) -> None:
        if kind != MARK:
            self._at_predicate = at
            self.expect = self._object
        elif mark == "]":
            self._close()
        elif mark != ";":
            self.expect = self._subject

    def _object(self, kind: int, at: int, mark: str) -> None:
        if kind == MARK:
            self._open(at, mark, as_object=True)
        elif kind == STRING:
            self._waiting = (self._at_subject, self._at_predicate, at)
            self.expect = self._after
        else:
            self.found.append((self._at_subject, self._at_predicate, at))
            self.expect = self._after

    def _after_object(self, kind: int, _at: int, mark: str) -> None:
        if kind != MARK:
            return  # the graph of an N-Quads statement
        if mark == ",":
            self.expect = self._object
        elif mark == ";":
            self.expect = self._predicate
        elif mark == "]":
            self._close()
        else:
            self.expect = self._subject

    def _open(self, at: int, mark: str, *, as_object: bool) -> None:
        self._stack.append((self._at_subject, self._at_predicate, self._after, at, as_object))
        if mark == "[":
            self._at_subject = at
            self._after = self._after_object
            self.expect = self._predicate
        else:
            self.expect = self._first_item

    def _close(self) -> None:
        """Leave ``[…]``: as an object it is stated now, after what stands in it."""
        at = self._leave()
        if at is not None:
            self.found.append((self._at_subject, self._at_predicate, at))

    def _leave(self) -> int | None:
        """Give where the frame opened that ends here if it stands as an object; else it is a subject."""
        self._at_subject, self._at_predicate, self._after, at, as_object = self._stack.pop()
        if as_object:
            self.expect = self._after
            return at
        self._at_subject = at
        self.expect = self._predicate
        return None

    def _first_item(self, kind: int, at: int, mark: str) -> None:
        if kind == MARK and mark == ")":
            self._close()
            return
        subject, predicate, _after, opened, as_object = self._stack[-1]
        self._at_subject = self._at_predicate = opened
        self._after = self._next_item
        self._object(kind, at, mark)
        if as_object:
            self.found.append((subject, predicate, opened))

    def _next_item(self, kind: int, at: int, mark: str) -> None:
        cell, opened = self._at_subject, self._at_predicate
        if kind == MARK and mark == ")":
            self.found.append((cell, opened, at))
            self._leave()
            return
        self._at_subject = at
        self._object(kind, at, mark)
        self.found.append((cell, opened, at))
