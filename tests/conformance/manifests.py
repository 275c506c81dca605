"""The W3C test manifests: where they are, and the tests that they list."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rdflib import Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

VARIABLE = "KHYBER_RDF_TESTS"
REPOSITORY = Path(__file__).parents[2]
MISSING = (
    f"The W3C test suites are not here: set {VARIABLE} to a copy of https://github.com/w3c/rdf-tests "
    "(git clone --depth 1 https://github.com/w3c/rdf-tests), or put it into ../shared/rdf-tests."
)

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
RDF = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")

SUITES = {
    "SPARQL 1.1 Protocol": "sparql11/protocol/manifest.ttl",
    "SPARQL 1.1 Graph Store Protocol": "sparql11/graph-store-protocol/manifest.ttl",
    "SPARQL 1.1 Service Description": "sparql11/service-description/manifest.ttl",
    "SPARQL 1.1 Query": "sparql11/manifest-sparql11-query.ttl",
    "SPARQL 1.1 Update": "sparql11/manifest-sparql11-update.ttl",
    "SPARQL 1.1 Results": "sparql11/manifest-sparql11-results.ttl",
    "SPARQL 1.2": "sparql12/manifest.ttl",
}
"""A row of the score table → the manifest that lists its tests."""


@dataclass(frozen=True)
class Case:
    """A test: its IRI, the suite it counts for, what kind of test it is, and the manifest that says more."""

    iri: str
    suite: str
    kind: str
    manifest: Path

    @property
    def node(self) -> URIRef:
        return URIRef(self.iri)

    @property
    def graph(self) -> Graph:
        return read(self.manifest)

    @property
    def is_evaluation(self) -> bool:
        return self.kind in ("QueryEvaluationTest", "CSVResultFormatTest")


def home() -> Path | None:
    """Give the folder that holds sparql11/ and sparql12/, or None if the suites are not here."""
    given = os.environ.get(VARIABLE)
    root = Path(given) if given else REPOSITORY.parent / "shared" / "rdf-tests"
    return next((folder for folder in (root / "sparql", root) if (folder / "sparql11").is_dir()), None)


def cases() -> list[Case]:
    """Give the tests of all suites in the order of their manifests; none if they are not here."""
    folder = home()
    if folder is None:
        return []
    return [case for suite, name in SUITES.items() for case in _listed(folder / name, suite)]


@cache
def read(manifest: Path) -> Graph:
    """Read a manifest; IRIs of files in it are file IRIs."""
    return Graph().parse(manifest, format="turtle", publicID=manifest.as_uri())


def items(graph: Graph, node: Node | None, predicate: URIRef) -> Iterator[Node]:
    """Give the members of the lists that a property leads to."""
    for head in graph.objects(node, predicate):
        yield from Collection(graph, head)


def _listed(manifest: Path, suite: str) -> Iterator[Case]:
    graph = read(manifest)
    for included in items(graph, None, MF.include):
        yield from _listed(Path(str(included).removeprefix("file://")), suite)
    for test in items(graph, None, MF.entries):
        kind = str(graph.value(test, RDF.type)).rpartition("#")[2]
        yield Case(str(test), suite, kind, manifest)
