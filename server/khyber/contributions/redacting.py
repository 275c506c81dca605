"""What taking a contribution out changes: in the published graph, and in what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from khyber.contributions.history import Accepted
from khyber.contributions.patch import Patch
from khyber.contributions.published import Published
from khyber.contributions.records import Contribution
from khyber.contributions.undo import BuiltUpon, builders_on, patch_of
from khyber.rdf.delta import Delta
from khyber.rdf.namespaces import DCTERMS, PROVENANCE_GRAPH
from khyber.rdf.quads import quad_in
from khyber.release.sources import INFERRED_GRAPH

_TITLE = NamedNode(DCTERMS + "title")


@dataclass(frozen=True)
class Erasure:
    """What is to go.

    ``delta`` is all that changes in the published graph, conclusions and the title in the provenance
    included; ``patch`` the same for somebody who looks at no graphs. ``triples`` are to leave the ledger and
    every version: what only this contribution said, and what followed from it alone.
    """

    delta: Delta
    patch: Patch
    triples: frozenset[Triple]


NOTHING = Erasure(Delta(), Patch(), frozenset())


def erasure(published: Published, contribution: Contribution, accepted: Accepted | None) -> Erasure:
    """Work out what taking a contribution out changes; nothing, if it never was in the published graph.

    What others say too stays. Of one that was reverted, older versions are to lose what it said. Raises
    BuiltUpon where others build on it.
    """
    if accepted is None:
        return NOTHING
    graph = NamedNode(contribution.graph)
    here = [quad for quad in (quad_in(triple, graph) for triple in accepted.patch.added) if quad in published]
    asserted = Delta.of((), here)
    builders = builders_on(published, asserted)
    if builders:
        raise BuiltUpon(contribution.graph, builders)
    said = accepted.patch.added
    alone = {triple for triple in said if set(published.asserting(triple)) <= {contribution.graph}}
    full = published.complete(asserted)
    gone = (quad for triple in alone if (quad := quad_in(triple, graph)) not in published)
    before = published.complete(Delta.of(gone, ()))
    inferred = NamedNode(INFERRED_GRAPH)
    followed = {quad.triple for quad in (*full.removed, *before.added) if quad.graph_name == inferred}
    title = Triple(NamedNode(contribution.iri), _TITLE, Literal(contribution.title))
    told = quad_in(title, NamedNode(PROVENANCE_GRAPH))
    if told not in published:
        return Erasure(full, patch_of(published, asserted), frozenset(alone | followed))
    delta = Delta.of(full.added, (*full.removed, told))
    return Erasure(delta, patch_of(published, asserted), frozenset(alone | followed | {title}))
