"""A difference for a page: its triples by subject, with links, a + or − before each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad

from khyber.rdf.delta import Delta
from khyber.rdf.namespaces import GRAPH
from khyber.rdf.terms import Term
from khyber.sparql.terms import shown
from khyber.validation.names import short
from khyber.web.addresses import link_to

MOST = 1_000
"""How many triples a page shows of each side; the RDF Patch has all of them."""


@dataclass(frozen=True)
class ShownTerm:
    """A term as a page shows it."""

    text: str
    link: str | None = None


@dataclass(frozen=True)
class Line:
    """One triple that comes or goes; ``graph`` is short where it is one of ours."""

    sign: str
    predicate: ShownTerm
    object: ShownTerm
    graph: str


@dataclass(frozen=True)
class ShownDifference:
    """The triples of a difference by subject, in the order of the subjects."""

    subjects: tuple[tuple[ShownTerm, tuple[Line, ...]], ...]
    added: int
    removed: int
    complete: bool


def shown_difference(delta: Delta) -> ShownDifference:
    """Make a difference ready for a page."""
    by_subject: defaultdict[str, list[tuple[str, Quad]]] = defaultdict(list)
    for sign, quads in (("−", delta.removed[:MOST]), ("+", delta.added[:MOST])):
        for quad in quads:
            by_subject[str(quad.subject)].append((sign, quad))
    return ShownDifference(
        tuple(
            (_term(quads[0][1].subject), tuple(_line(sign, quad) for sign, quad in quads))
            for _subject, quads in sorted(by_subject.items())
        ),
        len(delta.added),
        len(delta.removed),
        max(len(delta.added), len(delta.removed)) <= MOST,
    )


def _line(sign: str, quad: Quad) -> Line:
    graph = quad.graph_name
    name = graph.value.removeprefix(GRAPH) if isinstance(graph, NamedNode) else ""
    return Line(sign, _term(quad.predicate), _term(quad.object), name)


def _term(term: Term) -> ShownTerm:
    if isinstance(term, NamedNode):
        return ShownTerm(short(term.value), link_to(term.value))
    return ShownTerm(shown(term))
