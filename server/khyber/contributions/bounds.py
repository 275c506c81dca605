"""How much a document may hold, and the checks that end a bomb before a parser meets it.

Parsers of nested syntaxes keep a frame for each level, and some call themselves: a million brackets can end a
process. So the depth is counted first, by one pass that knows strings, IRIs and comments and stops at the
limit. A packed document is unpacked piece by piece, up to the limit.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

import zstandard

from khyber.errors import FileUnreadable, InputError, Location, PayloadTooLarge


@dataclass(frozen=True)
class Bounds:
    """The most that a document may hold."""

    bytes: int = 67_108_864
    """The bytes of a document, unpacked."""
    literal: int = 100_000
    """The characters of one literal."""
    depth: int = 100
    """How deep brackets, braces or elements may be nested."""
    rows: int = 100_000
    """The rows of one sheet."""
    columns: int = 200
    """The columns of one sheet."""
    sheets: int = 50
    """The sheets of a workbook."""
    findings: int = 1_000
    """The findings about cells that are gathered; then the rest of a table is not read."""


DEFAULT_BOUNDS = Bounds()

_PIECE = 1 << 16

_TERSE = re.compile(
    r'"""(?:[^"\\]++|\\.|"(?!""))*+(?:""")?'
    r"|'''(?:[^'\\]++|\\.|'(?!''))*+(?:''')?"
    r'|"(?:[^"\\\r\n]++|\\.)*+"?'
    r"|'(?:[^'\\\r\n]++|\\.)*+'?"
    r"|<(?![<])[^<>\s]*+>?"
    r"|\#[^\r\n]*+"
    r"|(?P<open>[\[({]|<<)|(?P<close>[\])}]|>>)",
    re.DOTALL,
)
_JSON = re.compile(r'"(?:[^"\\]++|\\.)*+"?|(?P<open>[\[{])|(?P<close>[\]}])', re.DOTALL)


def require_shallow_terse(text: str, source: str, bounds: Bounds) -> None:
    """Refuse Turtle or TriG whose brackets are nested too deep, with the place of the first too many."""
    if sum(map(text.count, ("[", "(", "{", "<<"))) > bounds.depth:
        _require_shallow(_TERSE, text, source, bounds, "brackets")


def require_shallow_json(text: str, source: str, bounds: Bounds) -> None:
    """Refuse JSON whose objects and arrays are nested too deep."""
    if text.count("[") + text.count("{") > bounds.depth:
        _require_shallow(_JSON, text, source, bounds, "objects and arrays")


def require_size(data: bytes, source: str, bounds: Bounds) -> None:
    """Raise PayloadTooLarge for a document longer than it may be."""
    if len(data) > bounds.bytes:
        raise _too_large(source, bounds)


def unpacked(data: bytes, suffix: str, source: str, bounds: Bounds) -> bytes:
    """Unpack a ``.gz`` or ``.zst`` document, no further than the limit.

    Raises PayloadTooLarge beyond it, FileUnreadable for what is no whole archive.
    """
    try:
        return _gunzipped(data, source, bounds) if suffix == ".gz" else _unzstd(data, source, bounds)
    except (EOFError, zlib.error, zstandard.ZstdError):
        raise FileUnreadable(
            f"The document is not a whole archive, as its suffix {suffix} says.", location=Location(source)
        ) from None


def _gunzipped(data: bytes, source: str, bounds: Bounds) -> bytes:
    pieces: list[bytes] = []
    rest, room = data, bounds.bytes
    while rest:
        member = zlib.decompressobj(wbits=31)
        piece = member.decompress(rest, room + 1)
        room -= len(piece)
        if room < 0:
            raise _too_large(source, bounds)
        if not member.eof:
            raise EOFError
        pieces.append(piece)
        rest = member.unused_data.lstrip(b"\0")
    return b"".join(pieces)


def _unzstd(data: bytes, source: str, bounds: Bounds) -> bytes:
    pieces: list[bytes] = []
    rest, room = data, bounds.bytes
    while rest:
        frame = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj(write_size=_PIECE)
        at = 0
        while not frame.eof and at < len(rest):
            piece = frame.decompress(rest[at : at + 1024])
            at += 1024
            room -= len(piece)
            if room < 0:
                raise _too_large(source, bounds)
            pieces.append(piece)
        if not frame.eof:
            raise EOFError
        rest = frame.unused_data + rest[at:]
    return b"".join(pieces)


def _too_large(source: str, bounds: Bounds) -> PayloadTooLarge:
    return PayloadTooLarge(
        f"The document is longer than {bounds.bytes:,} bytes.",
        location=Location(source),
        remedy="Give it in parts, each a contribution that can be reviewed.",
    )


def _require_shallow(pattern: re.Pattern[str], text: str, source: str, bounds: Bounds, what: str) -> None:
    depth = 0
    for match in pattern.finditer(text):
        kind = match.lastgroup
        if kind == "open":
            depth += 1
            if depth > bounds.depth:
                raise too_deep(what, location_in(text, match.start(), source), bounds)
        elif kind == "close":
            depth -= 1


def too_deep(what: str, location: Location, bounds: Bounds) -> InputError:
    """Make the error for what is nested deeper than it may be."""
    return InputError(
        f"The {what} of the document are nested deeper than {bounds.depth} levels.",
        location=location,
        remedy="Give the nodes IRIs, and state each by itself.",
    )


def location_in(text: str, offset: int, source: str) -> Location:
    """Give the line and the column of a character of a text."""
    return Location(source, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
