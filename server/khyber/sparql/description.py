"""The service's description of itself (SPARQL 1.1 Service Description), in its smallest useful form."""

from __future__ import annotations

from collections.abc import Mapping

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from khyber.rdf.namespaces import RDF, XSD
from khyber.sparql.formats import FORMATS

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"

PREFIXES = {"rdf": RDF, "sd": SD, "void": VOID, "xsd": XSD}


def describe(endpoint: str, *, size: int, graphs: Mapping[str, int]) -> list[Triple]:
    """Describe the endpoint: its language, its result formats, its dataset with the triples of each graph.

    ``size`` is the number of triples in the default graph, ``graphs`` that of each named graph by its IRI.
    Raises ValueError if ``endpoint`` is no IRI.
    """
    service, dataset, default = BlankNode(), BlankNode(), BlankNode()
    triples = [
        Triple(service, _a(), _sd("Service")),
        Triple(service, _sd("endpoint"), NamedNode(endpoint)),
        Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Query")),
        *(Triple(service, _sd("resultFormat"), NamedNode(entry.identifier)) for entry in FORMATS),
        Triple(service, _sd("defaultDataset"), dataset),
        Triple(dataset, _a(), _sd("Dataset")),
        Triple(dataset, _sd("defaultGraph"), default),
        *_graph(default, size),
    ]
    for iri, count in graphs.items():
        named, graph = BlankNode(), BlankNode()
        triples += [
            Triple(dataset, _sd("namedGraph"), named),
            Triple(named, _a(), _sd("NamedGraph")),
            Triple(named, _sd("name"), NamedNode(iri)),
            Triple(named, _sd("graph"), graph),
            *_graph(graph, count),
        ]
    return triples


def _graph(node: BlankNode, count: int) -> list[Triple]:
    return [Triple(node, _a(), _sd("Graph")), Triple(node, NamedNode(VOID + "triples"), Literal(count))]


def _sd(name: str) -> NamedNode:
    return NamedNode(SD + name)


def _a() -> NamedNode:
    return NamedNode(RDF + "type")
