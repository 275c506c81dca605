"""What changes between two states of a dataset: quads added and removed, and their text as an RDF Patch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import Quad, RdfFormat, serialize

from khyber.errors import Location, RdfSyntaxError
from khyber.rdf.reading import parse

MEDIA_TYPE = "application/rdf-patch"
"""The media type of an RDF Patch."""

_ADD, _DELETE = b"A ", b"D "
_IGNORED = (b"H ", b"TX", b"TC", b"PA ", b"PD ", b"#")


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
        added, removed = set(self.added), set(self.removed)
        return Delta.of(
            (added - set(later.removed)) | (set(later.added) - removed),
            (removed - set(later.added)) | (set(later.removed) - added),
        )

    def __bool__(self) -> bool:
        """Say whether anything changes."""
        return bool(self.added or self.removed)

    def __len__(self) -> int:
        """Count the quads that change."""
        return len(self.added) + len(self.removed)


def to_rdf_patch(delta: Delta) -> bytes:
    """Write a delta as an RDF Patch (afs.github.io/rdf-delta/rdf-patch.html): removals, then additions."""
    return b"".join((b"TX .\n", *_rows(_DELETE, delta.removed), *_rows(_ADD, delta.added), b"TC .\n"))


def from_rdf_patch(data: bytes, source: str) -> Delta:
    """Read an RDF Patch of one or more transactions, rows in their order; prefixes in rows are not known.

    A transaction that is aborted (TA) has no effect. Raises RdfSyntaxError with the line.
    """
    done, current = Delta(), Delta()
    for number, line in enumerate(data.splitlines(), 1):
        row = line.strip()
        if row.startswith((_ADD, _DELETE)):
            quad = _quad(row[2:], source, number)
            change = Delta((quad,)) if row.startswith(_ADD) else Delta((), (quad,))
            current = current.then(change)
        elif row.startswith(b"TA"):
            current = Delta()
        elif row.startswith(b"TC"):
            done, current = done.then(current), Delta()
        elif row and not row.startswith(_IGNORED):
            raise RdfSyntaxError(
                "This is no row of an RDF Patch.",
                location=Location(source, number, 1),
                remedy="A row begins with A (add), D (delete), H, TX, TC or TA; terms are as in N-Quads.",
            )
    return done.then(current)


def _rows(mark: bytes, quads: Iterable[Quad]) -> Iterator[bytes]:
    lines = serialize(quads, format=RdfFormat.N_QUADS) or b""
    return (mark + line for line in lines.splitlines(keepends=True))


def _quad(row: bytes, source: str, number: int) -> Quad:
    try:
        (quad,) = parse(row, format=RdfFormat.N_QUADS, source=source)
    except RdfSyntaxError as error:
        column = error.location.column + 2 if error.location and error.location.column else 3
        raise RdfSyntaxError(
            error.detail, location=Location(source, number, column), remedy=error.remedy
        ) from None
    except ValueError:
        raise RdfSyntaxError(
            "A row holds one triple or quad.",
            location=Location(source, number, 3),
            remedy="Write subject, predicate, object, an optional graph, and a '.' in full, as in N-Quads.",
        ) from None
    return quad
