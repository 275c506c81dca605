"""Quads: triples that stand in a graph."""

from __future__ import annotations

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Triple


def quad_in(triple: Triple, graph: NamedNode | BlankNode | DefaultGraph) -> Quad:
    """Give a triple as it stands in a graph."""
    return Quad(triple.subject, triple.predicate, triple.object, graph)


def graph_of(quad: Quad) -> str:
    """Give the IRI of a quad's graph; nothing for the default graph, or one without a name."""
    name = quad.graph_name
    return name.value if isinstance(name, NamedNode) else ""
