"""What a contributor asks for: triples to add, and asserted triples to remove."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import DefaultGraph, Triple

from khyber.rdf.delta import Delta, from_rdf_patch, to_rdf_patch
from khyber.rdf.quads import quad_in


@dataclass(frozen=True)
class Patch:
    """Triples to add and asserted triples to remove, each once, sorted; no triple is in both.

    A patch names no graph: what it adds goes into the graph of its contribution, what it removes is removed
    from every graph that asserts it.
    """

    added: tuple[Triple, ...] = ()
    removed: tuple[Triple, ...] = ()

    @classmethod
    def of(cls, added: Iterable[Triple] = (), removed: Iterable[Triple] = ()) -> Patch:
        """Sort both sides; a triple that is added and removed is left out of both."""
        plus, minus = set(added), set(removed)
        return cls(tuple(sorted(plus - minus, key=str)), tuple(sorted(minus - plus, key=str)))

    @property
    def inverse(self) -> Patch:
        """Give the patch that undoes this one."""
        return Patch(self.removed, self.added)

    def __bool__(self) -> bool:
        """Say whether anything is asked for."""
        return bool(self.added or self.removed)


def patch_bytes(patch: Patch) -> bytes:
    """Write a patch as an RDF Patch that names no graph."""
    here = DefaultGraph()
    sides = (tuple(quad_in(triple, here) for triple in side) for side in (patch.added, patch.removed))
    return to_rdf_patch(Delta(*sides))


def patch_from(data: bytes) -> Patch:
    """Read what ``patch_bytes`` wrote."""
    delta = from_rdf_patch(data, "the ledger")
    return Patch.of((quad.triple for quad in delta.added), (quad.triple for quad in delta.removed))
