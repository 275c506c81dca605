"""Strict reading of RDF: what is not well-formed is refused with its line, column and what was expected."""

from __future__ import annotations

import gzip
import os
import re
import zlib
from pathlib import Path
from xml.parsers import expat

import pyoxigraph as ox
import zstandard
from pyoxigraph import Quad, RdfFormat

from khyber.errors import FileUnreadable, Location, RdfSyntaxError
from khyber.rdf.namespaces import PREFIXES

FORMATS: dict[str, RdfFormat] = {
    ".ttl": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".trig": RdfFormat.TRIG,
    ".rdf": RdfFormat.RDF_XML,
    ".owl": RdfFormat.RDF_XML,
    ".jsonld": RdfFormat.JSON_LD,
}
"""The suffix of a file → the format that it holds; ``.gz`` or ``.zst`` may follow."""

PACKED = {".gz": "gzip", ".zst": "zstd"}
"""The suffix of a packed file → what packed it."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_POSITION = re.compile(r"^Parser error (?:at|between) line \d+.*?: (?=\S)", re.DOTALL)
_UNDECLARED_PREFIX = re.compile(r"The prefix (?P<prefix>[^:]*): has not been declared")

_PLAIN_DETAILS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), detail)
    for pattern, detail in (
        (
            r"Unexpected end of file",
            "The document ends inside a string or an IRI; its closing mark was expected",
        ),
        (r"Unexpected end", "The document ends inside a statement; the rest of it and a '.' were expected"),
        (
            r"A dot is expected at the end of statements",
            "A '.' was expected at the end of the statement before this",
        ),
        (
            r"blank node property lists should end with a '\]'",
            "A ']' was expected at the end of this blank node",
        ),
        (
            r"(?P<token>.+) is not a valid subject or graph name",
            "A subject (an IRI, a prefixed name or a blank node) was expected, or a ';' or ',' before this; "
            "found {token}",
        ),
        (
            r"(?P<token>.+) is not a valid predicate",
            "A predicate (an IRI, a prefixed name or 'a') was expected; found {token}",
        ),
        (
            r"(?P<token>.+) is not a valid RDF object",
            "An object (an IRI, a prefixed name, a blank node or a literal) was expected; found {token}",
        ),
        (
            r"No scheme found in an absolute IRI",
            "An absolute IRI such as <https://example.org/a> was expected; a relative one has no base here",
        ),
        (r"Invalid IRI code point '(?P<token>.+)'", "The character {token!r} may not stand in an IRI"),
        (
            r"Line jumps are not allowed in string literals, use \\n",
            "The closing quote of a string was expected before the end of its line; write \\n, or three "
            "quotes around a longer text",
        ),
    )
)
"""What the parser says → what it means to the person who wrote the document."""


def parse(data: bytes, *, format: RdfFormat, source: str, base: str | None = None) -> list[Quad]:  # noqa: A002
    """Give the statements of an RDF document in the order in which it makes them.

    ``source`` names the document in messages; without ``base`` a relative IRI is an error. Every call gives
    its blank nodes new names, so two documents never share one. Raises RdfSyntaxError.
    """
    text = data.removeprefix(_BYTE_ORDER_MARK)
    if format == RdfFormat.RDF_XML:
        _require_well_formed(data, source)
    try:
        return list(ox.parse(text, format=format, base_iri=base, rename_blank_nodes=True))
    except SyntaxError as error:
        raise _syntax_error(error, source) from None


def _require_well_formed(data: bytes, source: str) -> None:
    """Refuse XML that is not well-formed: the RDF/XML parser takes one that breaks off for a whole one."""
    try:
        expat.ParserCreate().Parse(data, True)
    except expat.ExpatError as error:
        raise RdfSyntaxError(
            f"The XML is not well-formed: {expat.ErrorString(error.code)}.",
            location=Location(source, error.lineno, error.offset + 1),
        ) from None


def read_file(path: Path) -> list[Quad]:
    """Give the statements of a file, in the format that its suffix names (``FORMATS``, ``PACKED``).

    Raises FileUnreadable if there is no such file, if it is of another kind or is not UTF-8; RdfSyntaxError
    if it is not well-formed.
    """
    return parse_file(read_bytes(path), path)


def parse_file(data: bytes, path: Path) -> list[Quad]:
    """Give the statements of a file from its bytes; raise what ``read_file`` raises."""
    source = shown(path)
    file_format = format_of(path)
    text = _unpacked(data, path)
    if file_format != RdfFormat.RDF_XML:
        _require_utf8(text, source)
    return parse(text, format=file_format, source=source)


def format_of(path: Path) -> RdfFormat:
    """Give the format that the suffix of a file names; raise FileUnreadable if it names none."""
    name = path.with_suffix("") if path.suffix.lower() in PACKED else path
    file_format = FORMATS.get(name.suffix.lower())
    if file_format is None:
        raise FileUnreadable(
            f"The suffix of {path.name} names no RDF format.",
            location=Location(shown(path)),
            remedy=f"Known are {', '.join(FORMATS)}, each also with {' or '.join(PACKED)}.",
        )
    return file_format


def read_bytes(path: Path) -> bytes:
    """Give the bytes of a file as they stand, or raise FileUnreadable (missing, a folder, not permitted)."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        detail = "There is no such file."
    except IsADirectoryError:
        detail = "This is a folder; a file was expected."
    except PermissionError:
        detail = "You may not read this file."
    except OSError as error:
        detail = f"The file cannot be read: {error.strerror or error}."
    raise FileUnreadable(detail, location=Location(shown(path)))


def read_text(path: Path) -> str:
    """Give the text of a UTF-8 file with its line ends as they stand, or raise FileUnreadable."""
    return decoded(read_bytes(path), path)


def decoded(data: bytes, path: Path) -> str:
    """Give the text that a file's bytes stand for, or raise FileUnreadable where they are not UTF-8."""
    text = data.removeprefix(_BYTE_ORDER_MARK)
    _require_utf8(text, shown(path))
    return text.decode()


def shown(path: Path) -> str:
    """Name a file so that the name opens from where the person stands: relative below the working folder."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - Path.resolve would follow links to another name
    working = Path.cwd()
    return str(absolute.relative_to(working)) if absolute.is_relative_to(working) else str(absolute)


def _unpacked(data: bytes, path: Path) -> bytes:
    packer = PACKED.get(path.suffix.lower())
    if packer is None:
        return data
    try:
        return gzip.decompress(data) if packer == "gzip" else _zstd_unpacked(data)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError):
        raise FileUnreadable(
            f"The file is not a whole {packer} archive, as its suffix says.", location=Location(shown(path))
        ) from None


def _zstd_unpacked(data: bytes) -> bytes:
    """Unpack every frame; raise EOFError if the last one is cut off."""
    pieces: list[bytes] = []
    rest = data
    while rest or not pieces:
        frame = zstandard.ZstdDecompressor().decompressobj()
        pieces.append(frame.decompress(rest))
        if not frame.eof:
            raise EOFError
        rest = frame.unused_data
    return b"".join(pieces)


def _require_utf8(data: bytes, source: str) -> None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode()) + 1
        raise FileUnreadable(
            f"The byte 0x{data[error.start]:02x} is not UTF-8.",
            location=Location(source, before.count(b"\n") + 1, column),
            remedy="Save the file as UTF-8.",
        ) from None


def _syntax_error(error: SyntaxError, source: str) -> RdfSyntaxError:
    message = _POSITION.sub("", error.msg).strip()
    return RdfSyntaxError(
        _plain_detail(message), location=Location(source, error.lineno, error.offset), remedy=_remedy(message)
    )


def _plain_detail(message: str) -> str:
    for pattern, detail in _PLAIN_DETAILS:
        match = pattern.fullmatch(message)
        if match:
            return detail.format(**match.groupdict()) + "."
    return message[:1].upper() + message[1:].rstrip(".") + "."


def _remedy(message: str) -> str | None:
    match = _UNDECLARED_PREFIX.fullmatch(message)
    if match is None:
        return None
    prefix = match["prefix"]
    return f"Declare it above: @prefix {prefix}: <{PREFIXES.get(prefix, '…')}> ."
