"""Applying a delta to a store, also to a default graph that is made of the named graphs."""

from __future__ import annotations

from collections.abc import Collection

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store

from khyber.errors import ReadOnly
from khyber.rdf.delta import Delta


def apply_delta(store: Store, delta: Delta, apart: Collection[str] | None) -> None:
    """Remove and add the quads of ``delta``; named graphs that it empties are not there any more.

    If ``apart`` is given, the default graph is the merge of all named graphs but those, also of those that
    the delta brings, and stays so. Another thread may see a part of the delta. Raises ReadOnly, before
    anything is changed, for triples of a default graph that is a merge.
    """
    if apart is None:
        _change(store, delta)
        return
    if any(isinstance(quad.graph_name, DefaultGraph) for quad in (*delta.added, *delta.removed)):
        raise ReadOnly(
            "The default graph is made of the named graphs, so no triple is added to it or removed from it.",
            remedy="Name the graph of each triple.",
        )

    def is_merged(quad: Quad) -> bool:
        return isinstance(quad.graph_name, NamedNode) and quad.graph_name.value not in apart

    _change(store, delta)
    for quad in filter(is_merged, delta.removed):
        elsewhere = store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
        if not any(map(is_merged, elsewhere)):
            store.remove(Quad(quad.subject, quad.predicate, quad.object))
    store.extend(Quad(q.subject, q.predicate, q.object) for q in delta.added if is_merged(q))


def _change(store: Store, delta: Delta) -> None:
    for quad in delta.removed:
        store.remove(quad)
    store.extend(delta.added)
    for graph in {quad.graph_name for quad in delta.removed}:
        if isinstance(graph, NamedNode) and not _has_triples(store, graph):
            store.remove_graph(graph)


def _has_triples(store: Store, graph: NamedNode) -> bool:
    return next(iter(store.quads_for_pattern(None, None, None, graph)), None) is not None
