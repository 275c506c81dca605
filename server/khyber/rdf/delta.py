"""What changes between two states of a dataset: quads added and removed, and their text as an RDF Patch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyoxigraph
from pyoxigraph import Quad, RdfFormat, serialize

from khyber.errors import Location, RdfSyntaxError

MEDIA_TYPE = "application/rdf-patch"
"""The media type of an RDF Patch."""

_ADD, _DELETE = b"A ", b"D "
_ABORT, _COMMIT = b"TA", b"TC"
_IGNORED = (b"H ", b"TX", b"PA ", b"PD ", b"#")


@dataclass(frozen=True)
class Delta:
    """Quads added to a dataset and removed from it; no quad is in both, each stands once, sorted."""

    added: tuple[Quad, ...] = ()
    removed: tuple[Quad, ...] = ()

    @classmethod
    def of(cls, added: Iterable[Quad], removed: Iterable[Quad]) -> Delta:
        """Sort both sides; a quad that is added and removed stays as it was, and is left out."""
        plus, minus = set(added), set(removed)
        return cls(tuple(sorted(plus - minus, key=str)), tuple(sorted(minus - plus, key=str)))

    @property
    def inverse(self) -> Delta:
        """Give the delta that undoes this one."""
        return Delta(self.removed, self.added)

    def then(self, later: Delta) -> Delta:
        """Give the delta that does what this one and then the ``later`` one does."""
        return composed((self, later))

    def __bool__(self) -> bool:
        """Say whether anything changes."""
        return bool(self.added or self.removed)

    def __len__(self) -> int:
        """Count the quads that change."""
        return len(self.added) + len(self.removed)


def composed(deltas: Iterable[Delta]) -> Delta:
    """Give the one delta that does what all do, one after the other, oldest first."""
    signs: dict[Quad, int] = {}
    for delta in deltas:
        for sign, quads in ((-1, delta.removed), (1, delta.added)):
            for quad in quads:
                if signs.get(quad) == -sign:
                    del signs[quad]
                else:
                    signs[quad] = sign
    return Delta.of(
        (quad for quad, sign in signs.items() if sign > 0),
        (quad for quad, sign in signs.items() if sign < 0),
    )


def to_rdf_patch(delta: Delta) -> bytes:
    """Write a delta as an RDF Patch (afs.github.io/rdf-delta/rdf-patch.html): removals, then additions."""
    return b"".join((b"TX .\n", *_rows(_DELETE, delta.removed), *_rows(_ADD, delta.added), b"TC .\n"))


def from_rdf_patch(data: bytes, source: str) -> Delta:
    """Read an RDF Patch of one or more transactions, rows in their order; prefixes in rows are not known.

    A transaction that is aborted (TA) has no effect; blank nodes keep their labels. Raises RdfSyntaxError
    with the line.
    """
    done: list[Delta] = []
    current: list[Delta] = []
    for mark, rows in _runs(data, source):
        if mark == _ADD:
            current.append(Delta(added=tuple(_quads(rows, source))))
        elif mark == _DELETE:
            current.append(Delta(removed=tuple(_quads(rows, source))))
        elif mark == _ABORT:
            current.clear()
        else:
            done += current
            current.clear()
    return composed((*done, *current))


def _runs(data: bytes, source: str) -> Iterator[tuple[bytes, list[tuple[int, bytes]]]]:
    """Give the rows that follow each other and do the same together, each with its number."""
    rows: list[tuple[int, bytes]] = []
    last = b""
    for number, line in enumerate(data.split(b"\n"), 1):
        row = line.strip()
        mark = next((mark for mark in (_ADD, _DELETE, _ABORT, _COMMIT) if row.startswith(mark)), b"")
        if not mark and row and not row.startswith(_IGNORED):
            raise RdfSyntaxError(
                "This is no row of an RDF Patch.",
                location=Location(source, number, 1),
                remedy="A row begins with A (add), D (delete), H, TX, TC or TA; terms are as in N-Quads.",
            )
        if mark != last and rows:
            yield last, rows
            rows = []
        if mark:
            rows.append((number, row))
            last = mark
    if rows:
        yield last, rows


def _quads(rows: Sequence[tuple[int, bytes]], source: str) -> list[Quad]:
    """Parse rows all at once; one by one, to find the place, only where that fails."""
    try:
        quads = list(_parsed(b"\n".join(row[2:] for _, row in rows)))
    except SyntaxError:
        quads = []
    return quads if len(quads) == len(rows) else [_quad(row[2:], source, number) for number, row in rows]


def _parsed(lines: bytes) -> Iterable[Quad]:
    # Not by khyber.rdf.reading: there each document has blank nodes of its own, here a label is a name.
    return pyoxigraph.parse(lines, RdfFormat.N_QUADS)


def _rows(mark: bytes, quads: Iterable[Quad]) -> Iterator[bytes]:
    lines = serialize(quads, format=RdfFormat.N_QUADS) or b""
    return (mark + line for line in lines.splitlines(keepends=True))


def _quad(row: bytes, source: str, number: int) -> Quad:
    try:
        (quad,) = _parsed(row)
    except SyntaxError as error:
        raise RdfSyntaxError(
            "This row holds no quad.",
            location=Location(source, number, (error.offset or 1) + 2),
            remedy="Write subject, predicate, object, an optional graph, and a '.' in full, as in N-Quads.",
        ) from None
    except ValueError:
        raise RdfSyntaxError(
            "A row holds one triple or quad.",
            location=Location(source, number, 3),
            remedy="Write subject, predicate, object, an optional graph, and a '.' in full, as in N-Quads.",
        ) from None
    return quad
