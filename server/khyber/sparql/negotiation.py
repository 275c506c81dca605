"""Content negotiation by the Accept header (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from khyber.engine.base import ResultKind
from khyber.errors import NotAcceptable
from khyber.sparql.formats import Format, formats_for, offers_for

_RANGE = re.compile(
    r"\s*(?P<type>[\w.+*!#$&^-]+)(?:/(?P<subtype>[\w.+*!#$&^-]+))?\s*(?P<parameters>(?:;.*)?)", re.DOTALL
)
_WEIGHT = re.compile(r";\s*q\s*=\s*(?P<weight>[0-9]*\.?[0-9]*)", re.IGNORECASE)
_KEPT, _LONGEST_KEPT = 512, 400
"""How many choices are kept, and up to which length of the header: clients send the same few headers."""

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)


@dataclass(frozen=True)
class Choice:
    """The format that was negotiated, and which of its media types the client asked for."""

    format: Format
    media_type: str

    @property
    def content_type(self) -> str:
        """Give the Content-Type, with a charset where the type is text."""
        return with_charset(self.media_type)


@dataclass(frozen=True)
class _MediaRange:
    type: str
    subtype: str
    weight: float

    def specificity(self, media_type: str) -> int:
        """Say how closely the range names a media type: 0 not at all, 1 as ``*/*``, 2 by type, 3 wholly."""
        main, _, sub = media_type.partition("/")
        if self.type == "*":
            return 1
        if self.type != main:
            return 0
        return 2 if self.subtype == "*" else 3 * (self.subtype == sub)


def choose(accept: str | None, kind: ResultKind) -> Choice:
    """Choose the format of a result of this kind; without a preference JSON for rows, Turtle for graphs.

    Raises NotAcceptable, naming what could be had.
    """
    offers = offers_for(kind)
    chosen = preferred(accept, offers)
    if chosen is None:
        raise not_acceptable(accept, [entry.media_type for entry in formats_for(kind)])
    return Choice(offers[chosen], chosen)


def preferred(accept: str | None, offers: Iterable[str]) -> str | None:
    """Give the media type among ``offers`` that the client prefers, or None if it accepts none of them.

    The most specific range that fits a media type gives its weight; 0 excludes it. Among equal weights the
    one that was named more closely wins, then the one offered first. Parameters of a range other than ``q``
    do not matter, and a range that cannot be read is passed over, as is a header in which nothing can be
    read.
    """
    if accept is None or len(accept) <= _LONGEST_KEPT:
        return _kept_preference(accept or "", tuple(offers))
    return _preference(accept, offers)


@lru_cache(maxsize=_KEPT)
def _kept_preference(accept: str, offers: tuple[str, ...]) -> str | None:
    return _preference(accept, offers)


def _preference(accept: str, offers: Iterable[str]) -> str | None:
    ranges = _ranges(accept) or [_MediaRange("*", "*", 1.0)]
    best: tuple[float, int] = (0.0, 0)
    chosen = None
    for offer in offers:
        closest = max(ranges, key=lambda media_range: media_range.specificity(offer))
        rank = (closest.weight, closest.specificity(offer))
        if rank[0] > 0 and rank[1] > 0 and rank > best:
            best, chosen = rank, offer
    return chosen


def not_acceptable(accept: str | None, offers: Sequence[str]) -> NotAcceptable:
    """Say that nothing among ``offers`` is accepted."""
    return NotAcceptable(
        f"This result cannot be written in what the Accept header asks for ({accept}).",
        remedy=f"Accept one of {', '.join(offers)}.",
    )


def with_charset(media_type: str) -> str:
    """Give the Content-Type of a media type: text says that it is UTF-8, other types have their own rule."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def _ranges(accept: str) -> list[_MediaRange]:
    elements = _QUOTED.sub("", accept).split(",")
    return [media_range for element in elements if (media_range := _media_range(element))]


def _media_range(element: str) -> _MediaRange | None:
    match = _RANGE.fullmatch(element.lower())
    if match is None:
        return None
    main, sub = match["type"], match["subtype"]
    if sub is None and main == "*":
        sub = "*"  # written by old Java clients
    if sub is None or (main == "*" and sub != "*"):
        return None
    weight = _WEIGHT.search(match["parameters"])
    try:
        return _MediaRange(main, sub, min(float(weight["weight"]), 1.0) if weight else 1.0)
    except ValueError:
        return None
