"""The letters of a keyword in a text, changed wherever they stand: names stay names, keywords do not."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

from khyber.errors import QueryRefused

_RARE = "xzjvkw"
"""Letters of which no keyword of SPARQL consists; with q before them, no such word overlaps itself."""

_TRIES = 50
_LONG = 12
_ESCAPED = re.compile(r"\\u00([46][1-9A-Fa-f]|[57][0-9Aa])|\\U000000([46][1-9A-Fa-f]|[57][0-9Aa])")


class Letters:
    """The letters of one keyword in one text, and other letters that occur nowhere in it.

    The change is one to one: two names that differ still do, so that the changed text is read as the text
    itself is, but for the keyword.
    """

    def __init__(self, keyword: str, text: str) -> None:
        """Choose the other letters; raise QueryRefused for a text that was made to hold them all."""
        self._found = re.compile(keyword, re.IGNORECASE | re.ASCII)
        self._other = _fresh(len(keyword), _plain(text).lower())

    def occur(self, text: str) -> bool:
        """Say whether the letters occur, in any case, also where one of them is escaped."""
        return self._found.search(_plain(text)) is not None

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Give where the letters stand as they are: from and to which offset."""
        return (match.span() for match in self._found.finditer(text))

    def changed(self, text: str) -> str:
        """Give a part of the text with the letters changed, wherever they stand.

        An escape that may spell one of the letters is read as the letter only if that makes a difference,
        because the backslash may be escaped itself.
        """
        plain = _plain(text)
        spelt = len(self._found.findall(plain)) > len(self._found.findall(text))
        return self._found.sub(self._change, plain if spelt else text)

    def _change(self, match: re.Match[str]) -> str:
        word = match[0]
        if len(self._other) != len(word):
            return word[:2] + self._other + word[2:]
        return "".join(
            other.upper() if letter.isupper() else other
            for letter, other in zip(word, self._other, strict=True)
        )


def may_occur(keyword: str, text: str) -> bool:
    """Say whether a keyword, given in small letters, may occur in a text: a cheap test before the exact one.

    No letter of ASCII is spelt but by itself, in either case, or by an escape.
    """
    return "\\" in text or keyword in text.lower()


def _fresh(length: int, text: str) -> str:
    """Choose letters that the text does not hold, as many as the keyword has if that can be.

    A longer word would break the subtag of a language, which has eight letters at most.
    """
    for size in (length,) * _TRIES + (_LONG,) * _TRIES:
        word = "q" + "".join(secrets.choice(_RARE) for _ in range(size - 1))
        if word not in text:
            return word
    raise QueryRefused("The text cannot be judged.", remedy="Leave out the long list of rare letters.")


def _plain(text: str) -> str:
    """Give a text with each escape of a letter replaced by the letter."""
    return _ESCAPED.sub(lambda match: chr(int(match[1] or match[2], 16)), text)
