"""The example queries and the prefixes as RDF, in the shape in which SPARQL editors look for them.

An example is a SHACL executable (https://www.w3.org/TR/shacl-af/#SPARQLExecutable) with a comment, keywords
and the endpoint that answers it; a prefix is an ``sh:declare`` of the ontology. DESCRIBE has no class in
SHACL, so such a query is an sh:SPARQLExecutable with ``sh:describe``, as editors read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from pyoxigraph import Literal, NamedNode, Triple

from khyber.rdf.namespaces import ID, ONTOLOGY, RDF, RDFS, SCHEMA_ORG, SH, XSD
from khyber.sparql.outline import outline

QUERY = ID + "query/"
PREFIX = ID + "prefix/"

_EXECUTABLES = {
    "SELECT": "SPARQLSelectExecutable",
    "ASK": "SPARQLAskExecutable",
    "CONSTRUCT": "SPARQLConstructExecutable",
}
"""The keyword of a query → the class of SHACL for it."""


class Example(Protocol):
    """An example query, as pages and the catalogue show it."""

    @property
    def name(self) -> str:
        """Its name, by which addresses and the command line know it."""

    @property
    def title(self) -> str:
        """What it asks, in a few words."""

    @property
    def description(self) -> str:
        """What it asks, in a sentence or two."""

    @property
    def tags(self) -> tuple[str, ...]:
        """Its subjects, for search."""

    @property
    def text(self) -> str:
        """The query."""


def describe_examples(examples: Iterable[Example], endpoint: str) -> Iterator[Triple]:
    """Describe example queries that the endpoint with the IRI ``endpoint`` answers.

    Raises QuerySyntaxError for a text that is no query.
    """
    for example in examples:
        node = NamedNode(QUERY + example.name)
        keyword = _keyword(example.text)
        yield Triple(node, NamedNode(RDF + "type"), _sh("SPARQLExecutable"))
        if keyword in _EXECUTABLES:
            yield Triple(node, NamedNode(RDF + "type"), _sh(_EXECUTABLES[keyword]))
        yield Triple(node, NamedNode(RDFS + "label"), Literal(example.title, language="en"))
        comment = f"{example.title}. {example.description}"
        yield Triple(node, NamedNode(RDFS + "comment"), Literal(comment, language="en"))
        yield Triple(node, _sh(keyword.lower()), Literal(example.text))
        yield Triple(node, _sh("prefixes"), NamedNode(ONTOLOGY))
        yield Triple(node, NamedNode(SCHEMA_ORG + "target"), NamedNode(endpoint))
        for tag in example.tags:
            yield Triple(node, NamedNode(SCHEMA_ORG + "keywords"), Literal(tag))


def describe_prefixes(prefixes: Mapping[str, str]) -> Iterator[Triple]:
    """Declare prefixes on the ontology (https://www.w3.org/TR/shacl/#sparql-prefixes)."""
    for prefix, namespace in sorted(prefixes.items()):
        node = NamedNode(PREFIX + prefix)
        yield Triple(NamedNode(ONTOLOGY), _sh("declare"), node)
        yield Triple(node, NamedNode(RDF + "type"), _sh("PrefixDeclaration"))
        yield Triple(node, _sh("prefix"), Literal(prefix))
        yield Triple(node, _sh("namespace"), Literal(namespace, datatype=NamedNode(XSD + "anyURI")))


def _keyword(query: str) -> str:
    """Give the keyword of a query's form, which follows its declarations."""
    return query[len(outline(query).prologue) :].split(None, 1)[0].upper()


def _sh(name: str) -> NamedNode:
    return NamedNode(SH + name)
