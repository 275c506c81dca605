"""What a dataset holds, counted on the engine, and told as VoID (https://www.w3.org/TR/void/).

Each query counts all named graphs at once, so that a dataset of many graphs costs no more queries than a
dataset of one. Partitions by datatype are those of http://ldf.fi/void-ext#, from which editors offer the
properties and values that are really there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from khyber.engine.base import Engine
from khyber.rdf.namespaces import VOID, VOID_EXT
from khyber.sparql.selection import Row, number, select, value

DEFAULT = ""
"""The key of the default graph among the graphs that are counted."""

Node = NamedNode | BlankNode

_CLASS = "FILTER(isIRI(?class))"
_OBJECT_CLASS = "?o a ?object FILTER(isIRI(?object))"
_DATATYPE = "FILTER(isLiteral(?o)) BIND(datatype(?o) AS ?datatype)"
_COUNTS = {
    "total": ("", "?s ?p ?o"),
    "entities": ("", "?s ?p ?o FILTER(isIRI(?s))"),
    "properties": ("?p", "?s ?p ?o"),
    "property values": ("?p ?datatype", f"?s ?p ?o {_DATATYPE}"),
    "property objects": ("?p ?object", f"?s ?p ?o . {_OBJECT_CLASS}"),
    "classes": ("?class", f"?s a ?class {_CLASS}"),
    "class properties": ("?class ?p", f"?s a ?class ; ?p ?o {_CLASS}"),
    "class values": ("?class ?p ?datatype", f"?s a ?class ; ?p ?o {_CLASS} {_DATATYPE}"),
    "class objects": ("?class ?p ?object", f"?s a ?class ; ?p ?o . {_OBJECT_CLASS} {_CLASS}"),
}
"""What is counted: by which variables, over which pattern."""

_WITH_DISTINCT = frozenset({"total", "entities", "properties", "classes"})
"""The counts in which the different subjects and objects matter too."""


@dataclass
class PropertyUse:
    """How a property is used: its triples, and those whose object is of a class or has a datatype."""

    triples: int = 0
    subjects: int = 0
    objects: int = 0
    classes: dict[str, int] = field(default_factory=dict)
    datatypes: dict[str, int] = field(default_factory=dict)


@dataclass
class ClassUse:
    """How a class is used: its instances, and what is said about them."""

    entities: int = 0
    properties: defaultdict[str, PropertyUse] = field(default_factory=lambda: defaultdict(PropertyUse))


@dataclass
class GraphFacts:
    """What a graph holds; ``entities`` counts the subjects that have an IRI."""

    triples: int = 0
    entities: int = 0
    subjects: int = 0
    objects: int = 0
    properties: defaultdict[str, PropertyUse] = field(default_factory=lambda: defaultdict(PropertyUse))
    classes: defaultdict[str, ClassUse] = field(default_factory=lambda: defaultdict(ClassUse))

    def vocabularies(self) -> list[str]:
        """Give the namespaces of the properties and classes that are used, sorted."""
        return sorted({namespace_of(iri) for iri in (*self.properties, *self.classes)} - {""})


def facts(engine: Engine) -> dict[str, GraphFacts]:
    """Count the default graph (under the key DEFAULT) and each named graph, by its IRI.

    Raises what Engine.answer raises: on a large dataset the engine's limits may end a count.
    """
    found: defaultdict[str, GraphFacts] = defaultdict(GraphFacts)
    found[DEFAULT] = GraphFacts()
    for name in _COUNTS:
        for query in _queries(name):
            for row in select(engine, query):
                _note(found[value(row, "graph")], name, row)
    return {graph: found[graph] for graph in sorted(found)}


def describe_graph(node: Node, graph: GraphFacts, space: str, *, nested: bool = True) -> Iterator[Triple]:
    """Tell what a graph holds as VoID; ``space`` (letters and digits) begins the names of blank nodes.

    With ``nested``, each class tells which properties its instances have, and with which values.
    """
    counts = {
        "triples": graph.triples,
        "entities": graph.entities,
        "distinctSubjects": graph.subjects,
        "distinctObjects": graph.objects,
        "properties": len(graph.properties),
        "classes": len(graph.classes),
    }
    for name, amount in counts.items():
        yield Triple(node, void(name), Literal(amount))
    for namespace in graph.vocabularies():
        yield Triple(node, void("vocabulary"), NamedNode(namespace))
    for position, (iri, use) in enumerate(sorted(graph.classes.items())):
        part = BlankNode(f"{space}c{position}")
        yield from _part(node, "classPartition", part, "class", iri)
        yield Triple(part, void("entities"), Literal(use.entities))
        if nested:
            yield from _properties(part, use.properties, f"{space}c{position}")
    yield from _properties(node, graph.properties, space)


def void(name: str) -> NamedNode:
    """Give a term of VoID."""
    return NamedNode(VOID + name)


def namespace_of(iri: str) -> str:
    """Give the namespace of a term: all up to its last ``#`` or ``/``."""
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def _queries(name: str) -> Iterator[str]:
    by, pattern = _COUNTS[name]
    counted = "(COUNT(*) AS ?triples)"
    if name in _WITH_DISTINCT:
        objects = "" if name in ("classes", "entities") else " (COUNT(DISTINCT ?o) AS ?objects)"
        counted += f" (COUNT(DISTINCT ?s) AS ?subjects){objects}"
    grouped = f"GROUP BY {by}" if by else ""
    yield f"SELECT {by} {counted} {{ {pattern} }} {grouped}"
    yield f"SELECT ?graph {by} {counted} {{ GRAPH ?graph {{ {pattern} }} }} GROUP BY ?graph {by}"


def _note(graph: GraphFacts, name: str, row: Row) -> None:
    triples, subjects, objects = (number(row, key) for key in ("triples", "subjects", "objects"))
    if name == "total":
        graph.triples, graph.subjects, graph.objects = triples, subjects, objects
    elif name == "entities":
        graph.entities = subjects
    elif name == "classes":
        graph.classes[value(row, "class")].entities = subjects
    else:
        owner = graph.classes[value(row, "class")] if "class" in row else graph
        use = owner.properties[value(row, "p")]
        if "datatype" in row:
            use.datatypes[value(row, "datatype")] = triples
        elif "object" in row:
            use.classes[value(row, "object")] = triples
        else:
            use.triples, use.subjects, use.objects = triples, subjects, objects


def _properties(node: Node, properties: Mapping[str, PropertyUse], space: str) -> Iterator[Triple]:
    for position, (iri, use) in enumerate(sorted(properties.items())):
        name = f"{space}p{position}"
        part = BlankNode(name)
        yield from _part(node, "propertyPartition", part, "property", iri)
        yield Triple(part, void("triples"), Literal(use.triples))
        if use.objects:
            yield Triple(part, void("distinctSubjects"), Literal(use.subjects))
            yield Triple(part, void("distinctObjects"), Literal(use.objects))
        for index, (datatype, triples) in enumerate(sorted(use.datatypes.items())):
            values = BlankNode(f"{name}d{index}")
            yield Triple(part, NamedNode(VOID_EXT + "datatypePartition"), values)
            yield Triple(values, NamedNode(VOID_EXT + "datatype"), NamedNode(datatype))
            yield Triple(values, void("triples"), Literal(triples))
        for index, (class_, triples) in enumerate(sorted(use.classes.items())):
            values = BlankNode(f"{name}o{index}")
            yield from _part(part, "classPartition", values, "class", class_)
            yield Triple(values, void("triples"), Literal(triples))


def _part(whole: Node, relation: str, part: BlankNode, by: str, iri: str) -> Iterator[Triple]:
    yield Triple(whole, void(relation), part)
    yield Triple(part, void(by), NamedNode(iri))
