"""Random changes of a graph, most of them violations: what contributors get wrong, and worse."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from khyber.rdf.namespaces import RDF, RDFS, TERM, XSD

_ODD = (
    Literal("01", datatype=NamedNode(XSD + "integer")),
    Literal("1", datatype=NamedNode(XSD + "integer")),
    Literal("-7", datatype=NamedNode(XSD + "integer")),
    Literal("1_000", datatype=NamedNode(XSD + "integer")),
    Literal("abc", datatype=NamedNode(XSD + "integer")),
    Literal("1.0", datatype=NamedNode(XSD + "decimal")),
    Literal("1e3", datatype=NamedNode(XSD + "decimal")),
    Literal("999.5", datatype=NamedNode(XSD + "double")),
    Literal("2026-02-30", datatype=NamedNode(XSD + "date")),
    Literal("2026-02-21", datatype=NamedNode(XSD + "date")),
    Literal("2026-02-21Z", datatype=NamedNode(XSD + "date")),
    Literal("20260221", datatype=NamedNode(XSD + "date")),
    Literal("1999-01-01", datatype=NamedNode(XSD + "date")),
    Literal("2026-02", datatype=NamedNode(XSD + "gYearMonth")),
    Literal("2026-02-21T10:00:00", datatype=NamedNode(XSD + "dateTime")),
    Literal("2026-02-21"),
    Literal("1", datatype=NamedNode(XSD + "boolean")),
    Literal("true", datatype=NamedNode(XSD + "boolean")),
    Literal("false", datatype=NamedNode(XSD + "boolean")),
    Literal("yes", datatype=NamedNode(XSD + "boolean")),
    Literal(""),
    Literal("  "),
    Literal("more than words " * 9),
    Literal("At least 3"),
    Literal("a label", language="en"),
    Literal("another label", language="en-GB"),
    Literal("نام", language="ur"),
    Literal("x", datatype=NamedNode("https://example.org/type")),
    NamedNode("https://example.org/elsewhere"),
    BlankNode("nobody"),
)
_TYPE = NamedNode(RDF + "type")
_LABEL = NamedNode(RDFS + "label")


def changed(triples: Iterable[Triple], dice: Random, count: int) -> list[Triple]:
    """Give the triples with ``count`` random changes."""
    graph = list(triples)
    nodes = [triple.subject for triple in graph]
    predicates = sorted({triple.predicate for triple in graph}, key=str)
    kinds = [triple.object for triple in graph if triple.predicate == _TYPE]
    for _ in range(count):
        place = dice.randrange(len(graph))
        old = graph[place]
        kind = dice.randrange(9)
        if kind == 0:
            graph.pop(place)
        elif kind == 1:
            graph[place] = Triple(old.subject, old.predicate, dice.choice(_ODD))
        elif kind == 2:
            graph.append(Triple(old.subject, old.predicate, dice.choice(_ODD)))
        elif kind == 3:
            graph.append(Triple(old.subject, old.predicate, dice.choice(nodes)))
        elif kind == 4:
            graph.append(Triple(old.subject, dice.choice(predicates), dice.choice(nodes)))
        elif kind == 5:
            graph.append(Triple(old.subject, _TYPE, dice.choice(kinds)))
        elif kind == 6:
            graph.append(Triple(dice.choice(nodes), dice.choice(predicates), dice.choice(graph).object))
        elif kind == 7:
            graph.append(old)
        else:
            graph.append(Triple(old.subject, NamedNode(TERM + "supersedes"), dice.choice(nodes)))
    return graph
