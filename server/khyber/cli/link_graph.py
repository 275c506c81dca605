"""Which graph ``khyber link`` looks at: the curated files, or what is published, with what was accepted."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse

from khyber.cli.doors import Where, ledger_alone
from khyber.errors import NotFound
from khyber.rdf.namespaces import CONTRIBUTION_GRAPH, MAPPINGS_GRAPH
from khyber.release.sources import CORE_GRAPH, parse_sources, read_sources

Graphs = dict[str, list[Triple]]


def curated(where: Where) -> Graphs:
    """Give the named graphs of the curated files."""
    return dict(parse_sources(read_sources(where.home)))


def published(where: Where) -> Graphs:
    """Give what is said and not inferred: the core graph, with what accepted contributions say, and links.

    Raises NotFound where nothing was published yet, EndpointFailure if the server does not answer.
    """
    graphs: Graphs = {CORE_GRAPH: [], MAPPINGS_GRAPH: []}
    for quad in _quads(where):
        name = quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""
        said_in = CORE_GRAPH if name.startswith(CONTRIBUTION_GRAPH) else name
        if said_in in graphs:
            graphs[said_in].append(quad.triple)
    return graphs


def _quads(where: Where) -> Iterable[Quad]:
    remote = where.remote
    if remote is not None:
        return parse(remote.export("nquads", None), format=RdfFormat.N_QUADS)
    from khyber.contributions.standing import (  # noqa: PLC0415 - brings the validator, slow to import
        deltas_after,
        state_after,
    )

    with ledger_alone(where.ledger_place) as ledger:
        if ledger.head() is None:
            raise NotFound(
                f"Nothing was published from {where.ledger_place} yet.",
                remedy="Leave --published out to look at the curated files, or name the state folder "
                "with --state, or a server with --endpoint.",
            )
        return sorted(state_after((), deltas_after(ledger, 0)), key=str)
