"""The declarations of an update: BASE and PREFIX may stand before each of its operations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from khyber.sparql.lexer import Token, TokenKind, without_comments

Declaration = Sequence[Token]


@dataclass(frozen=True)
class Gathered:
    """An update with its declarations before all of its operations, in one line.

    In ``body`` they are blanks, so that every other character stands at its line and column.
    """

    declarations: str
    body: str
    prefixes: frozenset[str]
    has_base: bool

    @property
    def text(self) -> str:
        """Give the whole update; its first line holds the declarations only."""
        return f"{self.declarations}\n{self.body}"


def gathered(text: str) -> Gathered:
    """Gather the declarations of an update, because Oxigraph (0.5.13) reads them only at its beginning.

    A declaration that would change what an earlier operation means (the same prefix for another IRI, another
    BASE) stays where it is, and Oxigraph's parser refuses it.
    """
    found = without_comments(text)
    moved = list(_declarations(found, 0))
    meanings = {_declared(declaration): declaration[-1].text for declaration in moved}
    for declaration in _later_declarations(found, start=sum(map(len, moved))):
        name, meaning = _declared(declaration), declaration[-1].text
        if meanings.get(name, None if name == "BASE" else meaning) == meaning:
            meanings[name] = meaning
            moved.append(declaration)
    return Gathered(
        " ".join(token.text for declaration in moved for token in declaration),
        _blanked(text, moved),
        frozenset(name[:-1] for name in meanings if name.endswith(":")),
        has_base="BASE" in meanings,
    )


def _later_declarations(found: Sequence[Token], start: int) -> Iterator[Declaration]:
    depth = 0
    for position in range(start, len(found)):
        token = found[position]
        depth += (token.text == "{") - (token.text == "}")
        if token.text == ";" and not depth:
            yield from _declarations(found, position + 1)


def _declarations(found: Sequence[Token], position: int) -> Iterator[Declaration]:
    """Give the declarations that stand one after the other from ``position``."""
    while True:
        here = found[position : position + 3]
        if len(here) == 3 and here[0].is_word("PREFIX") and here[2].kind is TokenKind.IRI:
            if here[1].kind is not TokenKind.PREFIXED or not here[1].text.endswith(":"):
                return
            declaration = here
        elif (len(here) > 1 and here[0].is_word("BASE") and here[1].kind is TokenKind.IRI) or (
            len(here) > 1 and here[0].is_word("VERSION") and here[1].kind is TokenKind.STRING
        ):
            declaration = here[:2]
        else:
            return
        yield declaration
        position += len(declaration)


def _declared(declaration: Declaration) -> str:
    """Give the prefix with its colon, or BASE or VERSION."""
    return declaration[1].text if len(declaration) == 3 else declaration[0].text.upper()


def _blanked(text: str, declarations: Sequence[Declaration]) -> str:
    pieces = []
    end = 0
    for declaration in declarations:
        pieces.append(text[end : declaration[0].start])
        end = declaration[-1].end
        pieces.append("".join(c if c in "\r\n" else " " for c in text[declaration[0].start : end]))
    return "".join(pieces) + text[end:]
