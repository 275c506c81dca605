"""Every term of another vocabulary that is used here exists in that vocabulary.

The vocabularies are copies, installed by ``npm ci`` in tests/vocabularies.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from khyber.config import graph_home
from khyber.rdf.namespaces import BASE, PREFIXES, RDF, WIKIDATA_ENTITY, XSD
from khyber.release.sources import parse_sources, read_sources

FOLDER = Path(__file__).parent.parent / "vocabularies"
COPIES = FOLDER / "node_modules" / "@vocabulary"

XSD_DATATYPES = frozenset(
    XSD + name
    for name in (
        "anyURI",
        "boolean",
        "date",
        "dateTime",
        "decimal",
        "double",
        "integer",
        "nonNegativeInteger",
        "string",
    )
)
"""XML Schema has no vocabulary in RDF that lists its datatypes; these are the ones used here."""

needs_copies = pytest.mark.skipif(
    not COPIES.is_dir(), reason="The vocabularies are not installed: npm ci --prefix tests/vocabularies"
)


@pytest.fixture(scope="module")
def used() -> list[Triple]:
    """All that ontology, shapes and data state."""
    return [triple for triples in parse_sources(read_sources(graph_home())).values() for triple in triples]


@pytest.fixture(scope="module")
def vocabularies() -> dict[str, frozenset[str]]:
    """Namespace → the IRIs that the vocabulary describes."""
    found = {}
    for folder in sorted(COPIES.iterdir()):
        package = json.loads((folder / "package.json").read_text(encoding="utf-8"))["vocabulary"]
        quads = parse(path=folder / f"{package['prefix']}.nq", format=RdfFormat.N_QUADS)
        found[package["namespace"]] = frozenset(
            quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)
        )
    return found


def iris(triples: list[Triple]) -> set[str]:
    """The IRIs that occur in any place, datatypes too."""
    terms = [term for triple in triples for term in (triple.subject, triple.predicate, triple.object)]
    named = {term.value for term in terms if isinstance(term, NamedNode)}
    return named | {term.datatype.value for term in terms if isinstance(term, Literal)}


def missing(triples: list[Triple], vocabularies: dict[str, frozenset[str]]) -> list[str]:
    """The IRIs in a vocabulary's namespace that the vocabulary does not describe."""
    known = {**vocabularies, XSD: XSD_DATATYPES}
    return sorted(
        iri
        for iri in iris(triples)
        for namespace, terms in known.items()
        if iri.startswith(namespace) and iri != namespace and iri not in terms
    )


@needs_copies
def test_every_external_term_exists(used: list[Triple], vocabularies: dict[str, frozenset[str]]) -> None:
    assert missing(used, vocabularies) == []


@needs_copies
def test_a_term_that_does_not_exist_is_found(vocabularies: dict[str, frozenset[str]]) -> None:
    skos, sem = PREFIXES["skos"], PREFIXES["sem"]
    wrong = Triple(NamedNode(sem + "Event"), NamedNode(skos + "preferredLabel"), Literal("x"))
    assert missing([wrong], vocabularies) == [skos + "preferredLabel"]


@needs_copies
def test_there_is_a_copy_of_every_vocabulary_that_has_a_prefix(
    vocabularies: dict[str, frozenset[str]],
) -> None:
    foreign = {namespace for namespace in PREFIXES.values() if not namespace.startswith(BASE)}
    assert foreign - {XSD, WIKIDATA_ENTITY} == set(vocabularies)
    assert min(len(terms) for terms in vocabularies.values()) >= 5


def test_every_property_class_and_datatype_is_ours_or_of_a_vocabulary_that_has_a_prefix(
    used: list[Triple],
) -> None:
    classes = [triple.object for triple in used if triple.predicate.value == RDF + "type"]
    terms = {
        term.value
        for term in [*(triple.predicate for triple in used), *classes]
        if isinstance(term, NamedNode)
    }
    terms |= {triple.object.datatype.value for triple in used if isinstance(triple.object, Literal)}
    assert sorted(term for term in terms if not term.startswith((BASE, *PREFIXES.values()))) == []


def test_the_lock_file_names_no_registry() -> None:
    lock = (FOLDER / "package-lock.json").read_text(encoding="utf-8")
    assert json.loads(lock)["lockfileVersion"] >= 3
    assert "resolved" not in lock
    assert "://" not in lock
