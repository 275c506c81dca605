"""The dataset as data portals harvest it: DCAT (https://www.w3.org/TR/vocab-dcat-3/)."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Triple

from khyber.rdf.namespaces import DCAT, DCTERMS, RDF
from khyber.sparql.description import VOID_PATH, Site
from khyber.sparql.formats import DUMPS, Format
from khyber.sparql.metadata import describe_metadata

_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"


def describe_dcat(site: Site) -> Iterator[Triple]:
    """Describe the dataset, the files in which it is had and the service that answers from it."""
    dataset, service = site.dataset, NamedNode(site.endpoint)
    yield Triple(dataset, _a(), _dcat("Dataset"))
    yield from describe_metadata(dataset, site.metadata)
    yield Triple(dataset, _dcat("landingPage"), NamedNode(f"{site.base_url}/"))
    yield Triple(service, _a(), _dcat("DataService"))
    yield Triple(service, _dcterms("title"), Literal("SPARQL endpoint", language="en"))
    yield Triple(service, _dcat("endpointURL"), service)
    yield Triple(service, _dcat("endpointDescription"), service)
    yield Triple(service, _dcat("servesDataset"), dataset)
    yield Triple(service, _dcterms("conformsTo"), NamedNode("https://www.w3.org/TR/sparql11-protocol/"))
    queried = NamedNode(f"{site.base_url}{VOID_PATH}#distribution-sparql")
    yield from _distribution(site, queried, "SPARQL endpoint")
    yield Triple(queried, _dcat("accessURL"), service)
    yield Triple(queried, _dcat("accessService"), service)
    for dump in DUMPS:
        yield from _dump(site, dump)


def _dump(site: Site, dump: Format) -> Iterator[Triple]:
    node = NamedNode(f"{site.base_url}{VOID_PATH}#distribution-{dump.key}")
    url = NamedNode(f"{site.base_url}/export?format={dump.key}")
    yield from _distribution(site, node, f"The whole dataset as {dump.name}")
    yield Triple(node, _dcat("accessURL"), url)
    yield Triple(node, _dcat("downloadURL"), url)
    yield Triple(node, _dcat("mediaType"), NamedNode(_MEDIA_TYPES + dump.media_type))


def _distribution(site: Site, node: NamedNode, title: str) -> Iterator[Triple]:
    yield Triple(site.dataset, _dcat("distribution"), node)
    yield Triple(node, _a(), _dcat("Distribution"))
    yield Triple(node, _dcterms("title"), Literal(title, language="en"))
    if site.metadata.licence:
        yield Triple(node, _dcterms("license"), NamedNode(site.metadata.licence))


def _dcat(name: str) -> NamedNode:
    return NamedNode(DCAT + name)


def _dcterms(name: str) -> NamedNode:
    return NamedNode(DCTERMS + name)


def _a() -> NamedNode:
    return NamedNode(RDF + "type")
