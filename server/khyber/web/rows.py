"""How many rows a written result has, found in its bytes.

Oxigraph writes a result in its format itself, so nobody sees its rows one by one. The borders of rows are
looked for instead, in a pass that takes a small part of the time that the writing took. Where the bytes do
not settle the number, it is not told: a number that is told is right.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from khyber.sparql.formats import BY_KEY

SHORT = 65_536
"""Up to how many bytes a result in JSON is read as JSON where looking for borders does not settle it."""

_QUOTE, _LINE_END = b'"', b"\n"
_RESULTS, _RESULT = b"<results>", b"<result>"
_START, _ROWS, _NO_ROWS = b'{"head":', b'"bindings":[', b'"bindings":[]'

_BORDER = re.compile(rb'\},\{(?:"[^},]|\})')
"""What stands between two rows of JSON, with the first letter of a name, or the end of a row without values.

No string holds the first: its second quote would be the end of the string, and behind that stands ``}`` or
``,``. A string may hold ``},{}``.
"""

_PLAIN = 5
"""How many bytes of a border with a name are found."""


def rows_in(content_type: str, chunks: Iterable[bytes]) -> int | None:
    """Give the number of rows of a SELECT result that is written in ``chunks``, as the engine writes it.

    None for a boolean, for a format without rows, and for JSON of more than ``SHORT`` bytes that has a row
    without any value, or a string that looks like one.
    """
    count = _COUNTS.get(content_type.partition(";")[0].strip())
    return count(iter(chunks)) if count is not None else None


def _in_json(chunks: Iterator[bytes]) -> int | None:
    first = next(chunks, b"")
    if not first.startswith(_START) or _ROWS not in first:
        return None
    if _NO_ROWS in first:
        return 0
    borders = size = 0
    rest, settled = b"", True
    for chunk in chain((first,), chunks):
        size += len(chunk)
        here = rest + chunk
        found = _BORDER.findall(here)
        borders += len(found)
        settled = settled and len(b"".join(found)) == _PLAIN * len(found)
        rest = here[1 - _PLAIN :]
    if settled:
        return borders + 1
    return len(json.loads(first)["results"]["bindings"]) if size == len(first) <= SHORT else None


def _in_xml(chunks: Iterator[bytes]) -> int | None:
    first = next(chunks, b"")
    if _RESULTS not in first:
        return None
    found, rest = 0, b""
    for chunk in chain((first,), chunks):
        here = rest + chunk
        found += here.count(_RESULT)
        rest = here[1 - len(_RESULT) :]
    return found


def _in_csv(chunks: Iterator[bytes]) -> int | None:
    lines, quoted = 0, False
    for chunk in chunks:
        for part in chunk.split(_QUOTE):
            lines += 0 if quoted else part.count(_LINE_END)
            quoted = not quoted
        quoted = not quoted  # no quote stands behind the last part
    return _without_header(lines)


def _in_tsv(chunks: Iterator[bytes]) -> int | None:
    return _without_header(sum(chunk.count(_LINE_END) for chunk in chunks))


def _without_header(lines: int) -> int | None:
    return lines - 1 if lines else None  # a boolean is a word without a line end


_COUNTS: dict[str, Callable[[Iterator[bytes]], int | None]] = {
    media_type: count
    for key, count in (("json", _in_json), ("xml", _in_xml), ("csv", _in_csv), ("tsv", _in_tsv))
    for media_type in BY_KEY[key].media_types
}
"""The formats with rows, by media type; graphs have some of these types too, and are told from rows."""
