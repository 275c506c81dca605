"""Content codings (RFC 9110, sections 8.4 and 12.5.3): which one an answer gets, and coding its bytes."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import zstandard

from khyber.errors import NotAcceptable

IDENTITY = "identity"
CODINGS = ("zstd", "gzip")
"""The codings that the server writes, the preferred one first."""

SMALLEST = 1024
"""From how many bytes on a body is coded; below, the header and the work outweigh what is saved."""

_ZSTD_LEVEL = 3
_GZIP_LEVEL, _GZIP_STREAM_LEVEL = 6, 1
_GZIP_WINDOW = 31
_UNNAMED = 0.0001
"""The weight of no coding where the header does not speak of it: taken, and the last choice."""

_ALIASES = {"x-gzip": "gzip"}
_ELEMENT = re.compile(
    r"\s*(?P<coding>[\w!#$%&'*+.^`|~-]+)\s*(?:;\s*q\s*=\s*(?P<weight>[01](?:\.[0-9]{0,3})?)\s*)?",
    re.IGNORECASE | re.ASCII,
)
_TEXT = re.compile(
    r"text/.*|image/svg\+xml|application/(?:json|xml|javascript|x-turtle|trig|n-triples|n-quads|.*\+(?:json|xml))"
)


@dataclass(frozen=True)
class Preference:
    """The coding that a client wants most, and whether it also takes bytes as they are."""

    coding: str = IDENTITY
    takes_identity: bool = True

    def coding_for(self, size: int) -> str:
        """Give the coding of a body of ``size`` bytes; a small one goes as it is if the client takes that."""
        return IDENTITY if self.takes_identity and size < SMALLEST else self.coding


def preferred_coding(accept_encoding: str | None) -> Preference:
    """Read the Accept-Encoding header; without one an answer is sent as it is.

    The coding with the highest weight wins, among equals the one that the server prefers, and any of them
    over none; an element that cannot be read is passed over. Raises NotAcceptable if the header excludes
    everything that could be sent.
    """
    if accept_encoding is None:
        return Preference()
    weights = _weights(accept_encoding)
    identity = weights.get(IDENTITY, weights.get("*", _UNNAMED))
    best = max(CODINGS, key=lambda coding: weights.get(coding, weights.get("*", 0.0)))
    weight = weights.get(best, weights.get("*", 0.0))
    if weight == identity == 0:
        raise NotAcceptable(
            f"This answer cannot be coded as the Accept-Encoding header asks for ({accept_encoding}).",
            remedy=f"Accept one of {', '.join((*CODINGS, IDENTITY))}.",
        )
    return Preference(best if weight > 0 and weight >= identity else IDENTITY, identity > 0)


def can_shrink(media_type: str | None) -> bool:
    """Say whether bytes of this media type are text, which a coding makes smaller; None is unknown."""
    return media_type is not None and _TEXT.fullmatch(media_type) is not None


def coded(body: bytes, coding: str) -> bytes:
    """Code a body; the same bytes give the same bytes."""
    if coding == IDENTITY:
        return body
    if coding == "gzip":
        return gzip.compress(body, _GZIP_LEVEL, mtime=0)
    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(body)


def coded_stream(chunks: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """Code a long body piece by piece, fast rather than small."""
    packer = (
        zlib.compressobj(_GZIP_STREAM_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
        if coding == "gzip"
        else zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compressobj()
    )
    for chunk in chunks:
        if piece := packer.compress(chunk):
            yield piece
    yield packer.flush()


def _weights(accept_encoding: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for element in accept_encoding.lower().split(","):
        match = _ELEMENT.fullmatch(element)
        if match is not None:
            coding = _ALIASES.get(match["coding"], match["coding"])
            weights[coding] = min(float(match["weight"]), 1.0) if match["weight"] else 1.0
    return weights
