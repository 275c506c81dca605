"""The service's description of itself (https://www.w3.org/TR/sparql11-service-description/), with VoID.

What is described is a :class:`Site`: where the server is reached, what it can do and what it serves. The
IRIs of the description lie below the configured base, never below what a request says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from khyber.rdf.namespaces import DCAT, DCTERMS, FOAF, OWL, RDF, RDFS, SD, VOID, VOID_EXT, XSD
from khyber.rdf.namespaces import PREFIXES as ALL_PREFIXES
from khyber.sparql.formats import FORMATS, INPUT_FORMATS
from khyber.sparql.functions import EXTENSION_FUNCTIONS
from khyber.sparql.metadata import Metadata, describe_metadata
from khyber.sparql.void import DEFAULT, GraphFacts, describe_graph, void

VOID_PATH = "/.well-known/void"
DCAT_PATH = "/.well-known/dcat"
EXAMPLES_PATH = "/.well-known/sparql-examples"

PREFIXES = {
    "dcat": DCAT,
    "dcterms": DCTERMS,
    "foaf": FOAF,
    "formats": "http://www.w3.org/ns/formats/",
    "owl": OWL,
    "rdf": RDF,
    "rdfs": RDFS,
    "sd": SD,
    "void": VOID,
    "void-ext": VOID_EXT,
    "xsd": XSD,
} | ALL_PREFIXES
"""The prefixes with which descriptions are written."""

GRAPHS_LISTED = 1000
"""How many named graphs a description lists: a store may hold millions, and a query lists them all."""


@dataclass(frozen=True)
class Site:
    """A server and what it serves.

    ``base_url`` has no slash at its end. ``graphs`` counts the triples of each named graph; ``held`` are the
    named graphs whose triples the default graph holds too. ``union`` says that it holds them all and nothing
    else. ``facts`` are the counts in detail, where they were taken.
    """

    base_url: str
    metadata: Metadata
    size: int
    graphs: Mapping[str, int]
    held: frozenset[str] = frozenset()
    union: bool = False
    writable: bool = False
    federated: bool = False
    facts: Mapping[str, GraphFacts] = field(default_factory=dict)

    @property
    def endpoint(self) -> str:
        """Give the IRI of the query endpoint."""
        return f"{self.base_url}/sparql"

    @property
    def dataset(self) -> NamedNode:
        """Give the node that stands for the dataset."""
        return NamedNode(f"{self.base_url}{VOID_PATH}#dataset")

    def graph(self, iri: str) -> NamedNode:
        """Give the node that stands for the content of a graph, the default one for DEFAULT."""
        name = quote(iri, safe="") if iri else "default"
        return NamedNode(f"{self.base_url}{VOID_PATH}#{name}")

    def listed(self) -> list[str]:
        """Give the IRIs of the named graphs that a description lists."""
        return sorted(self.graphs)[:GRAPHS_LISTED]


def describe_service(site: Site) -> Iterator[Triple]:
    """Describe the service: its languages, formats, features and functions, and its dataset with VoID."""
    service = NamedNode(site.endpoint)
    yield Triple(service, _a(), _sd("Service"))
    yield Triple(service, _sd("endpoint"), service)
    yield Triple(service, _rdfs("label"), Literal(site.metadata.title))
    for language in ("SPARQL11Query", *(["SPARQL11Update"] if site.writable else [])):
        yield Triple(service, _sd("supportedLanguage"), _sd(language))
    for entry in FORMATS:
        yield Triple(service, _sd("resultFormat"), NamedNode(entry.identifier))
    for entry in INPUT_FORMATS if site.writable else ():
        yield Triple(service, _sd("inputFormat"), NamedNode(entry.identifier))
    for feature, there in (("UnionDefaultGraph", site.union), ("BasicFederatedQuery", site.federated)):
        if there:
            yield Triple(service, _sd("feature"), _sd(feature))
    for function in EXTENSION_FUNCTIONS:
        yield Triple(service, _sd("extensionFunction"), NamedNode(function))
        yield Triple(NamedNode(function), _a(), _sd("Function"))
    for path in (VOID_PATH, DCAT_PATH, EXAMPLES_PATH):
        yield Triple(service, _rdfs("seeAlso"), NamedNode(site.base_url + path))
    yield Triple(service, _sd("defaultDataset"), site.dataset)
    yield from _dataset(site)
    yield from describe_void(site)


def describe_void(site: Site) -> Iterator[Triple]:
    """Describe the dataset and each of its graphs as VoID: where it is had, and what it holds."""
    document, dataset, default = NamedNode(site.base_url + VOID_PATH), site.dataset, site.graph(DEFAULT)
    yield Triple(document, _a(), void("DatasetDescription"))
    yield Triple(document, NamedNode(FOAF + "primaryTopic"), dataset)
    yield Triple(dataset, _a(), void("Dataset"))
    yield from describe_metadata(dataset, site.metadata)
    yield Triple(dataset, void("sparqlEndpoint"), NamedNode(site.endpoint))
    for key in ("trig", "nquads"):
        yield Triple(dataset, void("dataDump"), NamedNode(f"{site.base_url}/export?format={key}"))
    yield Triple(dataset, void("subset"), default)
    yield from _graph(site, default, DEFAULT, site.size)
    for iri in site.listed():
        yield Triple(default if iri in site.held else dataset, void("subset"), site.graph(iri))
        yield from _graph(site, site.graph(iri), iri, site.graphs[iri])


def _dataset(site: Site) -> Iterator[Triple]:
    yield Triple(site.dataset, _a(), _sd("Dataset"))
    yield Triple(site.dataset, _sd("defaultGraph"), site.graph(DEFAULT))
    for position, iri in enumerate(site.listed()):
        named = BlankNode(f"named{position}")
        yield Triple(site.dataset, _sd("namedGraph"), named)
        yield Triple(named, _a(), _sd("NamedGraph"))
        yield Triple(named, _sd("name"), NamedNode(iri))
        yield Triple(named, _sd("graph"), site.graph(iri))
    if len(site.graphs) > GRAPHS_LISTED:
        yield Triple(
            site.dataset,
            _rdfs("comment"),
            Literal(
                f"{GRAPHS_LISTED:,} of {len(site.graphs):,} named graphs are listed here; "
                "SELECT DISTINCT ?graph { GRAPH ?graph {} } lists them all.",
                language="en",
            ),
        )


def _graph(site: Site, node: NamedNode, iri: str, triples: int) -> Iterator[Triple]:
    yield Triple(node, _a(), _sd("Graph"))
    yield Triple(node, _a(), void("Dataset"))
    yield Triple(node, _dcterms("title"), Literal(f"Graph {iri}" if iri else "Default graph", language="en"))
    if not iri and site.held:
        held = ", ".join(sorted(graph.rpartition("/")[2] for graph in site.held))
        text = f"Holds the triples of the named graphs {held}, each triple once."
        yield Triple(node, _rdfs("comment"), Literal(text, language="en"))
    facts = site.facts.get(iri)
    if facts is None:
        yield Triple(node, void("triples"), Literal(triples))
        return
    space = f"g{sorted(site.facts).index(iri)}"
    yield from describe_graph(node, facts, space, nested=bool(iri) or not site.held)


def _sd(name: str) -> NamedNode:
    return NamedNode(SD + name)


def _rdfs(name: str) -> NamedNode:
    return NamedNode(RDFS + name)


def _dcterms(name: str) -> NamedNode:
    return NamedNode(DCTERMS + name)


def _a() -> NamedNode:
    return NamedNode(RDF + "type")
