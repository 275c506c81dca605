"""What was accepted, in its order: with the curated graph, all that decides what is asserted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pyoxigraph import NamedNode, Quad, Triple

from khyber.contributions.patch import Patch
from khyber.rdf.namespaces import PROVENANCE_GRAPH
from khyber.rdf.quads import quad_in
from khyber.validation.asserted import CURATED_GRAPHS


@dataclass(frozen=True)
class Accepted:
    """One accepted contribution: the graph for what it adds, its patch, and what was told about it.

    One that was reverted ``stands`` no more: its patch counts for nothing, its provenance remains.
    """

    graph: str
    patch: Patch
    provenance: tuple[Triple, ...] = ()
    stands: bool = True

    def reverted(self, provenance: Iterable[Triple] = ()) -> Accepted:
        """Give it as it is after its reversal, of which ``provenance`` tells."""
        return replace(self, stands=False, provenance=(*self.provenance, *provenance))


@dataclass(frozen=True)
class Asserted:
    """What is asserted after a history: all quads but the inferred ones, and the curated ones it removed."""

    quads: frozenset[Quad]
    missing: frozenset[Quad]


def asserted_after(base: Iterable[Quad], accepted: Sequence[Accepted]) -> Asserted:
    """Apply a history to a curated graph; what it removes and is not there is passed over.

    A removal holds for every graph that asserts the triple at its time, not for contributions after it.
    """
    quads = set(base)
    missing: set[Quad] = set()
    curated = frozenset(NamedNode(graph) for graph in CURATED_GRAPHS)
    holders = set(curated)
    for each in accepted:
        name = NamedNode(each.graph)
        if each.stands:
            for triple in each.patch.removed:
                gone = quads.intersection(quad_in(triple, holder) for holder in holders)
                quads -= gone
                missing |= {quad for quad in gone if quad.graph_name in curated}
            quads.update(quad_in(triple, name) for triple in each.patch.added)
            holders.add(name)
        quads.update(quad_in(triple, NamedNode(PROVENANCE_GRAPH)) for triple in each.provenance)
    return Asserted(frozenset(quads), frozenset(missing))
