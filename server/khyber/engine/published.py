"""The dataset of the published graph: which of its named graphs the default graph holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pyoxigraph import NamedNode, Quad

from khyber.engine.memory import MemoryEngine
from khyber.rdf.namespaces import GRAPH

APART = frozenset({GRAPH + "shapes", GRAPH + "provenance"})
"""The named graphs that the default graph leaves out: they speak about the data and are asked for by name."""


def load_published(quads: Sequence[Quad], version: str = "") -> MemoryEngine:
    """Load the quads of a release; its default graph holds every named graph except those ``APART``."""
    return MemoryEngine.load(quads, named_graphs(quads) - APART, apart=APART, version=version)


def named_graphs(quads: Iterable[Quad]) -> frozenset[str]:
    """Give the IRIs of the named graphs that ``quads`` stand in."""
    return frozenset(
        name.value for name in {quad.graph_name for quad in quads} if isinstance(name, NamedNode)
    )
