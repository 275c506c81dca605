"""What is known about a dataset beyond its triples: its title, licence, publisher, dates and version.

The published dataset says it itself, in the header of its ontology.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from khyber.engine.base import Engine
from khyber.rdf.namespaces import DCAT, DCTERMS, FOAF, ONTOLOGY, OWL, RDF
from khyber.sparql.selection import select, value


@dataclass(frozen=True)
class Metadata:
    """What is known about a dataset beyond its triples; nothing where nobody said it."""

    title: str
    description: str | None = None
    licence: str | None = None
    publisher: str | None = None
    rights: str | None = None
    citation: str | None = None
    issued: Literal | None = None
    modified: Literal | None = None
    version: str | None = None


def metadata_of_ontology(engine: Engine, version: str | None) -> Metadata:
    """Read the metadata from the header of the ontology; raises what Engine.answer raises."""
    query = f"SELECT ?p ?o {{ <{ONTOLOGY}> ?p ?o FILTER(STRSTARTS(STR(?p), '{DCTERMS}')) }}"
    said = {value(row, "p").removeprefix(DCTERMS): row["o"] for row in select(engine, query)}

    def text(name: str) -> str | None:
        return str(getattr(said.get(name), "value", "")) or None

    def date(name: str) -> Literal | None:
        term = said.get(name)
        return term if isinstance(term, Literal) else None

    return Metadata(
        title=text("title") or "Khyber",
        description=text("abstract"),
        licence=text("license"),
        publisher=text("publisher"),
        rights=text("rights"),
        citation=text("bibliographicCitation"),
        issued=date("created"),
        modified=date("modified"),
        version=version,
    )


def describe_metadata(dataset: NamedNode, metadata: Metadata) -> Iterator[Triple]:
    """Tell title, description, licence, publisher, dates and version, as far as they are known."""
    yield Triple(dataset, _dcterms("title"), Literal(metadata.title))
    texts = {
        "description": metadata.description,
        "rights": metadata.rights,
        "bibliographicCitation": metadata.citation,
    }
    for name, text in texts.items():
        if text:
            yield Triple(dataset, _dcterms(name), Literal(text, language="en"))
    if metadata.licence:
        yield Triple(dataset, _dcterms("license"), NamedNode(metadata.licence))
    if metadata.publisher:
        publisher = BlankNode("publisher")
        yield Triple(dataset, _dcterms("publisher"), publisher)
        yield Triple(publisher, _a(), NamedNode(FOAF + "Agent"))
        yield Triple(publisher, NamedNode(FOAF + "name"), Literal(metadata.publisher))
    for name, date in (("issued", metadata.issued), ("modified", metadata.modified)):
        if date:
            yield Triple(dataset, _dcterms(name), date)
    if metadata.version:
        yield Triple(dataset, NamedNode(DCAT + "version"), Literal(metadata.version))
        yield Triple(dataset, NamedNode(OWL + "versionInfo"), Literal(metadata.version))
        yield Triple(dataset, _dcterms("identifier"), Literal(metadata.version))


def _dcterms(name: str) -> NamedNode:
    return NamedNode(DCTERMS + name)


def _a() -> NamedNode:
    return NamedNode(RDF + "type")
