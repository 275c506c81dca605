"""The published Khyber graph for the tests of contributions: compiled once, changed in copies."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse

from khyber.config import graph_home
from khyber.rdf.namespaces import CONTRIBUTION_GRAPH, PREFIXES
from khyber.reasoning.base import reasoner
from khyber.release.compile import dataset, infer
from khyber.release.sources import SERVICE_GRAPH, parse_sources, read_sources, service

PREFIX_LINES = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())


@cache
def base_quads() -> tuple[Quad, ...]:
    """Compile the curated graph, without judging it."""
    sources = read_sources(graph_home())
    graphs = parse_sources(sources)
    inferred = infer(graphs, reasoner())
    return tuple(dataset({**graphs, SERVICE_GRAPH: service(sources)}, inferred))


def triples(turtle: str) -> list[Triple]:
    """Read Turtle in which the project's prefixes are declared."""
    return [quad.triple for quad in parse(PREFIX_LINES + turtle, RdfFormat.TURTLE)]


def graph_of(contribution: int) -> str:
    """Name the graph of a contribution."""
    return f"{CONTRIBUTION_GRAPH}{contribution}"


def named(quad: Quad) -> str:
    """Give the IRI of the graph that a quad stands in."""
    return quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""


def in_graph(given: Iterable[Triple], graph: str) -> list[Quad]:
    """Put triples into a named graph."""
    return [Quad(each.subject, each.predicate, each.object, NamedNode(graph)) for each in given]
