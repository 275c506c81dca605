"""What the provenance graph tells, and the example query that asks it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pyoxigraph as ox
import pytest

from contributions.khyber_graph import base_quads, graph_of, triples
from khyber.config import graph_home
from khyber.contributions.patch import Patch
from khyber.contributions.provenance import (
    Ruling,
    Validation,
    provenance_of_acceptance,
    provenance_of_reversal,
)
from khyber.contributions.published import Published
from khyber.contributions.records import Account, Contribution, Status
from khyber.contributions.roles import Role
from khyber.engine.base import Query, ResultKind
from khyber.engine.published import load_published
from khyber.rdf.namespaces import NP, PROV
from khyber.release.queries import read_example_query
from khyber.release.sources import SHAPES_GRAPH

ANN, BOB = Account("a1", "Ann", Role.CONTRIBUTOR), Account("b2", "Bob", Role.CURATOR)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TAKEN = Contribution(
    7, Status.SUBMITTED, "Strikes", "https://example.org/report", ANN, NOON, 1, 1, 0, licence="CC BY 4.0"
)
RULING = Ruling(BOB, datetime(2026, 11, 22, 15, tzinfo=timezone(timedelta(hours=2))), "Well sourced.", 12)
REMOVED = 'actor:ttp skos:altLabel "TTP"@en .'
QUERY = graph_home() / "data" / "queries" / "who-said-it-and-who-let-it-in.rq"


@pytest.fixture(scope="module")
def shapes() -> str:
    return Published.of(base_quads()).graph_id(SHAPES_GRAPH)


def told(shapes: str) -> list[ox.Triple]:
    return provenance_of_acceptance(TAKEN, RULING, Validation("0.1.0", shapes), triples(REMOVED))


def test_an_acceptance_is_told_as_a_nanopublication(shapes: str) -> None:
    expected = triples(f"""
    @prefix np: <{NP}> . @prefix c: <https://w3id.org/khyber/contribution/> .
    @prefix agent: <https://w3id.org/khyber/agent/> . @prefix software: <https://w3id.org/khyber/software/> .
    c:7 a np:Nanopublication ; np:hasAssertion graph:contribution\\/7 ; np:hasProvenance graph:provenance ;
        np:hasPublicationInfo graph:provenance ; dcterms:title "Strikes" ; dcterms:creator agent:a1 ;
        dcterms:created "2026-11-22T12:00:00Z"^^xsd:dateTime ; dcterms:license "CC BY 4.0" .
    graph:contribution\\/7 a prov:Entity ; prov:wasAttributedTo agent:a1 ;
        prov:hadPrimarySource <https://example.org/report> ; prov:wasGeneratedBy c:7\\#acceptance .
    c:7\\#acceptance a prov:Activity ; prov:wasAssociatedWith agent:b2 ; rdfs:comment "Well sourced." ;
        prov:endedAtTime "2026-11-22T13:00:00Z"^^xsd:dateTime ;
        prov:generated <https://w3id.org/khyber/version/12> ; prov:wasInformedBy c:7\\#validation .
    c:7\\#validation a prov:Activity ; prov:wasAssociatedWith <https://w3id.org/khyber/software/0.1.0> ;
        prov:used graph:contribution\\/7 , graph:shapes\\#{shapes} .
    graph:shapes\\#{shapes} prov:specializationOf graph:shapes .
    <https://w3id.org/khyber/software/0.1.0> a prov:SoftwareAgent ; rdfs:label "Khyber 0.1.0" .
    agent:a1 a prov:Agent ; rdfs:label "Ann" . agent:b2 a prov:Agent ; rdfs:label "Bob" .
    c:7\\#removal-1 a rdf:Statement ; rdf:subject actor:ttp ; rdf:predicate skos:altLabel ;
        rdf:object "TTP"@en ; prov:wasInvalidatedBy c:7\\#acceptance .
    """)
    assert set(told(shapes)) == set(expected)


def test_a_source_that_is_no_address_is_told_as_text(shapes: str) -> None:
    contribution = Contribution(8, Status.SUBMITTED, "T", "A book, page 4", ANN, NOON, 1, 0, 0)
    facts = provenance_of_acceptance(contribution, RULING, Validation("0.1.0", shapes))

    assert triples('graph:contribution\\/8 dcterms:source "A book, page 4" .')[0] in facts
    assert not any(each.predicate.value in (f"{PROV}hadPrimarySource",) for each in facts)


def test_a_reversal_is_told_besides() -> None:
    expected = triples("""
    @prefix c: <https://w3id.org/khyber/contribution/> . @prefix agent: <https://w3id.org/khyber/agent/> .
    graph:contribution\\/7 prov:wasInvalidatedBy c:7\\#reversal ;
        prov:invalidatedAtTime "2026-11-22T13:00:00Z"^^xsd:dateTime .
    c:7\\#reversal a prov:Activity ; prov:wasAssociatedWith agent:b2 ; rdfs:comment "Well sourced." ;
        prov:endedAtTime "2026-11-22T13:00:00Z"^^xsd:dateTime ;
        prov:generated <https://w3id.org/khyber/version/12> .
    agent:b2 a prov:Agent ; rdfs:label "Bob" .
    """)
    assert set(provenance_of_reversal(TAKEN, RULING)) == set(expected)


def test_one_query_tells_who_said_it_and_who_let_it_in(shapes: str) -> None:
    published = Published.of(base_quads())
    patch = Patch.of(triples(REMOVED))
    published.apply(published.delta(patch, graph_of(7), told(shapes)), 1)
    engine = load_published(list(published.quads()))
    text = read_example_query(QUERY).text

    written = b"".join(engine.answer(Query(text, ResultKind.SOLUTIONS), ox.QueryResultsFormat.TSV))

    assert written.decode().splitlines()[1:] == [
        "<https://w3id.org/khyber/graph/core>\t\t\t\t\t",
        '<https://w3id.org/khyber/graph/contribution/7>\t"Ann"\t<https://example.org/report>\t"Bob"\t'
        '"2026-11-22T13:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime>\t"Well sourced."',
    ]


def test_the_vocabularies_are_known_ones(shapes: str) -> None:
    facts = [*told(shapes), *provenance_of_reversal(TAKEN, RULING)]
    spaces = {
        each.predicate.value.rpartition("#")[0] or each.predicate.value.rpartition("/")[0] for each in facts
    }
    assert spaces == {
        "http://www.w3.org/1999/02/22-rdf-syntax-ns",
        "http://www.w3.org/2000/01/rdf-schema",
        "http://www.w3.org/ns/prov",
        "http://www.nanopub.org/nschema",
        "http://purl.org/dc/terms",
    }
