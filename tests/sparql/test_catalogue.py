"""The example queries and prefixes as RDF, asked for as SPARQL editors ask."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox
import pytest
from pyoxigraph import QuerySolutions

from khyber.errors import QuerySyntaxError
from khyber.rdf.namespaces import SCHEMA_ORG
from khyber.sparql.catalogue import describe_examples, describe_prefixes

ENDPOINT = "https://data.example.org/sparql"
EDITOR_EXAMPLES = """
    PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
    SELECT DISTINCT ?sq ?comment ?query WHERE {
      ?sq a sh:SPARQLExecutable ; rdfs:comment ?comment ; sh:select|sh:ask|sh:construct|sh:describe ?query .
    } ORDER BY ?sq"""
EDITOR_PREFIXES = """
    PREFIX sh: <http://www.w3.org/ns/shacl#>
    SELECT DISTINCT ?prefix ?namespace WHERE { [] sh:namespace ?namespace ; sh:prefix ?prefix } ORDER BY ?prefix"""


@dataclass(frozen=True)
class Written:
    name: str
    text: str
    title: str = "People"
    description: str = "Everybody."
    tags: tuple[str, ...] = ("people", "all")


def asked(triples: list[ox.Triple], query: str) -> list[tuple[str, ...]]:
    store = ox.Store()
    store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    rows = store.query(query)
    assert isinstance(rows, QuerySolutions)
    return [tuple(str(getattr(term, "value", "")) for term in row) for row in rows]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SELECT * {}", "SPARQLSelectExecutable"),
        ("# select\nPREFIX a: <http://x.org/construct#>\n\nask {}", "SPARQLAskExecutable"),
        ("BASE <http://x.org/> CONSTRUCT WHERE {}", "SPARQLConstructExecutable"),
        ("DESCRIBE <http://x.org/>", None),
    ],
)
def test_an_editor_finds_a_query_of_each_form(text: str, kind: str | None) -> None:
    triples = list(describe_examples([Written("people", text)], ENDPOINT))
    ((node, comment, query),) = asked(triples, EDITOR_EXAMPLES)
    assert node == "https://w3id.org/khyber/id/query/people"
    assert (comment, query) == ("People. Everybody.", text)
    classes = {str(getattr(t.object, "value", "")).partition("#")[2] for t in triples}
    assert {name for name in classes if name.startswith("SPARQL")} == {"SPARQLExecutable", kind} - {None}


def test_an_example_names_its_endpoint_and_its_keywords() -> None:
    triples = list(describe_examples([Written("people", "ASK {}")], ENDPOINT))
    said = {(t.predicate.value, str(getattr(t.object, "value", ""))) for t in triples}
    assert (SCHEMA_ORG + "target", ENDPOINT) in said
    assert {tag for name, tag in said if name == SCHEMA_ORG + "keywords"} == {"people", "all"}


def test_what_is_no_query_is_refused() -> None:
    with pytest.raises(QuerySyntaxError):
        list(describe_examples([Written("people", "FIND ALL")], ENDPOINT))


def test_an_editor_finds_the_prefixes() -> None:
    triples = list(describe_prefixes({"ex": "http://example.org/", "a": "http://a.example/"}))
    assert asked(triples, EDITOR_PREFIXES) == [("a", "http://a.example/"), ("ex", "http://example.org/")]
