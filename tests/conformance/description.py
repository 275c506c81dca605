"""The tests of the service description, which its manifest gives in words only."""

from __future__ import annotations

from rdflib import Graph, Namespace, URIRef
from rdflib.namespace import RDF

from conformance.client import Client
from conformance.manifests import Case

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")

RANGES = {
    SD.defaultDataset: SD.Dataset,
    SD.availableGraphs: SD.GraphCollection,
    SD.defaultGraph: SD.Graph,
    SD.namedGraph: SD.NamedGraph,
    SD.graph: SD.Graph,
}
"""A property of the vocabulary → the class that its values must be told to have."""

DOMAINS = {
    SD.endpoint: SD.Service,
    SD.supportedLanguage: SD.Service,
    SD.resultFormat: SD.Service,
    SD.inputFormat: SD.Service,
    SD.feature: SD.Service,
    SD.extensionFunction: SD.Service,
    SD.defaultDataset: SD.Service,
    SD.name: SD.NamedGraph,
    SD.graph: SD.NamedGraph,
}
LANGUAGES = {SD.SPARQL10Query, SD.SPARQL11Query, SD.SPARQL11Update}
FEATURES = {
    SD.DereferencesURIs,
    SD.UnionDefaultGraph,
    SD.RequiresDataset,
    SD.EmptyGraphs,
    SD.BasicFederatedQuery,
}


def run(case: Case, client: Client) -> None:
    """Judge the description of the server; AssertionError tells what is wrong."""
    response = client.send("GET", "/sparql", {"Accept": "text/turtle"})
    assert response.status == 200
    assert response.media_type == "text/turtle"
    graph = Graph().parse(data=response.body, format="turtle")
    {
        "returns-rdf": _returns_rdf,
        "has-endpoint-triple": _has_endpoint,
        "conforms-to-schema": _conforms,
    }[case.iri.rpartition("#")[2]](graph, client)


def _returns_rdf(graph: Graph, _: Client) -> None:
    assert len(graph) > 0


def _has_endpoint(graph: Graph, client: Client) -> None:
    assert (None, SD.endpoint, URIRef(client.endpoint)) in graph


def _conforms(graph: Graph, _: Client) -> None:
    services = list(graph.subjects(RDF.type, SD.Service))
    assert len(services) == 1
    for predicate, wanted in RANGES.items():
        for value in graph.objects(None, predicate):
            assert (value, RDF.type, wanted) in graph, f"A value of {predicate} is no {wanted}."
    for predicate, wanted in DOMAINS.items():
        for subject in graph.subjects(predicate, None):
            assert (subject, RDF.type, wanted) in graph, f"What has {predicate} is no {wanted}."
    for named in graph.subjects(RDF.type, SD.NamedGraph):
        assert len(list(graph.objects(named, SD.name))) == 1
    assert set(graph.objects(services[0], SD.supportedLanguage)) <= LANGUAGES
    assert set(graph.objects(services[0], SD.feature)) <= FEATURES
    known = {*RANGES, *DOMAINS}
    used = {predicate for predicate in graph.predicates() if str(predicate).startswith(str(SD))}
    assert used <= known | {SD.languageExtension, SD.entailmentRegime, SD.defaultEntailmentRegime}, (
        used - known
    )
