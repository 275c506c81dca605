"""Taking an accepted contribution back: what changes, and who builds on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad, Triple

from khyber.contributions.history import Accepted
from khyber.contributions.patch import Patch
from khyber.contributions.published import Published
from khyber.errors import Conflict
from khyber.rdf.delta import Delta
from khyber.rdf.namespaces import CONTRIBUTION_GRAPH, RDF
from khyber.rdf.quads import graph_of, quad_in
from khyber.validation.asserted import CURATED_GRAPHS, is_asserted
from khyber.validation.names import short

_TYPE = NamedNode(RDF + "type")
_NODES_NAMED = 5


@dataclass(frozen=True)
class Undo:
    """What taking a contribution back comes to.

    ``asserted`` is the change, quad by quad: what was removed comes back into the graphs where it stood.
    ``patch`` is the same seen without graphs, to be judged.
    """

    asserted: Delta
    patch: Patch


class BuiltUpon(Conflict):
    """Others build on a contribution: they name nodes that it alone says what they are.

    ``builders`` gives, by the graph that names them, the IRIs of those nodes.
    """

    def __init__(self, graph: str, builders: Mapping[str, Sequence[str]]) -> None:
        self.graph = graph
        self.builders = {name: tuple(nodes) for name, nodes in builders.items()}
        others = " and ".join(_named(name, nodes) for name, nodes in sorted(self.builders.items()))
        super().__init__(
            f"{_called(graph)} cannot be reverted: {others}.",
            remedy="Revert those first, or let the graph that names the nodes say what they are.",
        )

    def __reduce__(self) -> tuple[type[BuiltUpon], tuple[str, Mapping[str, Sequence[str]]]]:
        """Pickle what everything else follows from."""
        return type(self), (self.graph, self.builders)


def revert(published: Published, history: Sequence[Accepted], graph: str, *, forced: bool = False) -> Undo:
    """Work out the reversal of the contribution with that graph; nothing is changed.

    What comes out is the state in which it was never accepted and all others that stand were. Raises
    Conflict if no contribution that stands has the graph, and BuiltUpon, unless ``forced``, if others build
    on it.
    """
    position = _position(history, graph)
    patch, name = history[position].patch, NamedNode(graph)
    here = [quad for quad in (quad_in(triple, name) for triple in patch.added) if quad in published]
    restored = [
        quad for triple in patch.removed for quad in _coming_back(published, history, position, triple)
    ]
    asserted = Delta.of(restored, here)
    builders = builders_on(published, asserted)
    if builders and not forced:
        raise BuiltUpon(graph, builders)
    return Undo(asserted, patch_of(published, asserted))


def patch_of(published: Published, asserted: Delta) -> Patch:
    """Give what a change of quads changes for somebody who does not look at graphs."""
    touched = {quad.triple for quad in (*asserted.added, *asserted.removed)}
    won: list[Triple] = []
    lost: list[Triple] = []
    for triple in touched:
        before = set(published.asserting(triple))
        after = before | _graphs(asserted.added, triple)
        after -= _graphs(asserted.removed, triple)
        if bool(before) != bool(after):
            (won if after else lost).append(triple)
    return Patch.of(won, lost)


def builders_on(published: Published, asserted: Delta) -> dict[str, list[str]]:
    """Find who names nodes that a change leaves without a class: the naming graph → the nodes, sorted."""
    removed = set(asserted.removed)
    found: defaultdict[str, set[str]] = defaultdict(set)
    for node in {quad.subject for quad in removed if quad.predicate == _TYPE}:
        if not isinstance(node, NamedNode):
            continue
        left = [quad for quad in published.naming(node) if quad not in removed]
        left += [quad for quad in asserted.added if node in (quad.subject, quad.object)]
        if any(quad.subject == node and quad.predicate == _TYPE for quad in left):
            continue
        for quad in left:
            found[graph_of(quad)].add(node.value)
    return {graph: sorted(nodes) for graph, nodes in sorted(found.items())}


def _position(history: Sequence[Accepted], graph: str) -> int:
    for position, each in enumerate(history):
        if each.graph == graph and each.stands:
            return position
    raise Conflict(
        f"{_called(graph)} is not part of the published graph.",
        remedy="Only an accepted contribution that was not reverted since can be reverted.",
    )


def _coming_back(
    published: Published, history: Sequence[Accepted], position: int, triple: Triple
) -> Iterator[Quad]:
    """Give the quads of a removed triple that would stand had the contribution not removed it."""
    standing = [(i, each) for i, each in enumerate(history) if each.stands and i != position]
    removals = [i for i, each in standing if triple in each.patch.removed]
    if not removals:
        for graph in CURATED_GRAPHS:
            quad = quad_in(triple, NamedNode(graph))
            if quad in published.missing:
                yield quad
    last = max(removals, default=-1)
    for i, each in standing:
        quad = quad_in(triple, NamedNode(each.graph))
        if i > last and triple in each.patch.added and quad not in published:
            yield quad


def _graphs(quads: Sequence[Quad], triple: Triple) -> set[str]:
    names = (graph_of(quad) for quad in quads if quad.triple == triple)
    return {name for name in names if is_asserted(name)}


def _named(graph: str, nodes: Sequence[str]) -> str:
    listed = ", ".join(map(short, nodes[:_NODES_NAMED]))
    more = f" and {len(nodes) - _NODES_NAMED} more" if len(nodes) > _NODES_NAMED else ""
    called = _called(graph)
    return f"{called[:1].lower()}{called[1:]} names {listed}{more}, which only it describes"


def _called(graph: str) -> str:
    if graph.startswith(CONTRIBUTION_GRAPH):
        return f"Contribution {graph.removeprefix(CONTRIBUTION_GRAPH)}"
    return f"The graph {short(graph)}"
