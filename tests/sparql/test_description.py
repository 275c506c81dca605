"""The service's description: what the W3C's service-description tests ask for, and what is true of a site."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple

from khyber.engine.memory import MemoryEngine
from khyber.rdf.namespaces import DCAT, DCTERMS, RDF, SD, VOID
from khyber.rdf.reading import parse
from khyber.sparql.dcat import describe_dcat
from khyber.sparql.description import GRAPHS_LISTED, Site, describe_service, describe_void
from khyber.sparql.formats import DUMPS, FORMATS
from khyber.sparql.functions import EXTENSION_FUNCTIONS
from khyber.sparql.metadata import Metadata
from khyber.sparql.selection import select
from khyber.sparql.void import facts

EX = "http://example.org/"
DATA = b"""
<http://example.org/a> <http://example.org/p> 1 <http://example.org/one> .
<http://example.org/a> <http://example.org/p> 2 <http://example.org/two> .
<http://example.org/b> <http://example.org/p> 2 <http://example.org/two> .
""".replace(b" 1 ", b' "1" ').replace(b" 2 ", b' "2" ')
METADATA = Metadata(
    "People", licence="https://creativecommons.org/licenses/by/4.0/", publisher="We", version="7"
)
SITE = Site("https://data.example.org", METADATA, 0, {EX + "one": 1, EX + "two": 2})
SERVICE = NamedNode("https://data.example.org/sparql")


def values(triples: set[Triple], subject: object, predicate: str) -> set[str]:
    return {
        str(getattr(t.object, "value", ""))
        for t in triples
        if t.predicate.value == predicate and subject in (None, t.subject)
    }


def test_the_endpoint_is_the_one_that_was_asked() -> None:
    assert values(set(describe_service(SITE)), SERVICE, SD + "endpoint") == {SERVICE.value}


DOMAINS = {
    "endpoint": "Service",
    "supportedLanguage": "Service",
    "resultFormat": "Service",
    "inputFormat": "Service",
    "feature": "Service",
    "extensionFunction": "Service",
    "defaultDataset": "Service",
    "defaultGraph": "Dataset",
    "namedGraph": "Dataset",
    "name": "NamedGraph",
    "graph": "NamedGraph",
}
RANGES = {"defaultDataset": "Dataset", "defaultGraph": "Graph", "namedGraph": "NamedGraph", "graph": "Graph"}


@pytest.mark.parametrize("writable", [True, False])
def test_the_description_conforms_to_its_vocabulary(writable: bool) -> None:
    triples = set(describe_service(replace(SITE, writable=writable, union=True)))
    types = {
        (t.subject, str(getattr(t.object, "value", ""))) for t in triples if t.predicate.value == RDF + "type"
    }
    checked = 0
    for triple in triples:
        name = triple.predicate.value.removeprefix(SD)
        if name != triple.predicate.value:
            assert (triple.subject, SD + DOMAINS[name]) in types
            assert name not in RANGES or (triple.object, SD + RANGES[name]) in types
            checked += 1
    assert checked > len(FORMATS) + len(EXTENSION_FUNCTIONS)
    for single in ("defaultDataset", "defaultGraph"):
        assert len(values(triples, None, SD + single)) == 1


def test_updates_and_their_formats_are_told_only_where_they_are_taken() -> None:
    reading, writing = set(describe_service(SITE)), set(describe_service(replace(SITE, writable=True)))
    assert values(reading, SERVICE, SD + "supportedLanguage") == {SD + "SPARQL11Query"}
    assert values(writing, SERVICE, SD + "supportedLanguage") == {SD + "SPARQL11Query", SD + "SPARQL11Update"}
    assert not values(reading, SERVICE, SD + "inputFormat")
    assert "http://www.w3.org/ns/formats/Turtle" in values(writing, SERVICE, SD + "inputFormat")


def test_features_are_told_only_where_they_are_there() -> None:
    assert not values(set(describe_service(SITE)), SERVICE, SD + "feature")
    both = set(describe_service(replace(SITE, union=True, federated=True)))
    assert values(both, SERVICE, SD + "feature") == {SD + "UnionDefaultGraph", SD + "BasicFederatedQuery"}


@pytest.mark.parametrize("function", EXTENSION_FUNCTIONS)
def test_each_function_that_is_told_is_really_there(function: str) -> None:
    point = '"POINT(1 1)"^^<http://www.opengis.net/ont/geosparql#wktLiteral>'
    arguments = point if "geosparql" in function else '"2026-02-28"'
    list(select(MemoryEngine.load([]), f"SELECT (<{function}>({arguments}) AS ?v) {{}}"))


def test_each_graph_tells_its_counts_once_they_were_taken() -> None:
    engine = MemoryEngine.load(parse(DATA, format=RdfFormat.N_QUADS, source="data"))
    site = replace(SITE, facts=facts(engine))
    triples = set(describe_void(site))
    assert values(triples, site.graph(EX + "two"), VOID + "triples") == {"2"}
    assert values(triples, site.graph(EX + "two"), VOID + "distinctSubjects") == {"2"}
    assert values(triples, site.graph(EX + "two"), VOID + "distinctObjects") == {"1"}
    assert values(triples, site.graph(""), VOID + "triples") == {"0"}
    assert values(set(describe_void(SITE)), site.graph(EX + "two"), VOID + "triples") == {"2"}


def test_a_graph_that_the_default_graph_holds_is_a_part_of_it() -> None:
    triples = set(describe_void(replace(SITE, held=frozenset({EX + "one"}))))
    assert values(triples, SITE.graph(""), VOID + "subset") == {SITE.graph(EX + "one").value}
    assert SITE.graph(EX + "two").value in values(triples, SITE.dataset, VOID + "subset")


def test_no_more_graphs_are_listed_than_a_description_bears_and_it_says_so() -> None:
    many = replace(SITE, graphs={f"{EX}{number}": 1 for number in range(GRAPHS_LISTED + 1)})
    triples = set(describe_service(many))
    assert len(values(triples, None, SD + "name")) == GRAPHS_LISTED
    assert any("1,000 of 1,001 named graphs" in str(t.object) for t in triples)


def test_dcat_tells_each_way_to_have_the_dataset() -> None:
    triples = set(describe_dcat(SITE))
    distributions = values(triples, SITE.dataset, DCAT + "distribution")
    assert len(distributions) == len(DUMPS) + 1
    licences = {t.subject for t in triples if t.predicate.value == DCTERMS + "license"}
    assert {NamedNode(iri) for iri in distributions} | {SITE.dataset} == licences
    downloads = values(triples, None, DCAT + "downloadURL")
    assert downloads == {f"https://data.example.org/export?format={dump.key}" for dump in DUMPS}
    assert values(triples, SITE.dataset, DCAT + "version") == {"7"}


def test_nothing_is_told_about_a_dataset_that_nobody_said() -> None:
    plain = Site("https://data.example.org", Metadata("people.ttl"), 0, {})
    told = {t.predicate.value for t in describe_dcat(plain) if t.subject == plain.dataset}
    assert told == {RDF + "type", DCTERMS + "title", DCAT + "landingPage", DCAT + "distribution"}
    assert Triple(plain.dataset, NamedNode(DCTERMS + "title"), Literal("people.ttl")) in set(
        describe_dcat(plain)
    )
