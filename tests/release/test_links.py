"""Links in the published graph: found by Wikidata's identifiers, and otherwise without any effect."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from khyber.config import graph_home
from khyber.engine.base import Engine, Query, ResultKind
from khyber.engine.published import load_published
from khyber.rdf.namespaces import ID, MAPPINGS_GRAPH, SKOS
from khyber.reasoning.base import reasoner
from khyber.release.compile import consistency_report, dataset, infer, judged, stated
from khyber.release.queries import ExampleQuery, example_queries
from khyber.release.sources import CORE_GRAPH, MAPPINGS, mapping_files, parse_sources, read_sources
from khyber.release.sssom import read_mappings
from khyber.sparql.outline import outline

QUERIES = [query for query in example_queries(graph_home()) if not query.is_federated]
DESCRIBING = "all-about-one-actor"
"""The one example query that asks for all that is said of a node, whatever it is."""


@pytest.fixture(scope="module")
def graphs() -> dict[str, list[ox.Triple]]:
    return dict(parse_sources(read_sources(graph_home())))


@pytest.fixture(scope="module")
def linked(graphs: dict[str, list[ox.Triple]]) -> Engine:
    return load_published(list(dataset(graphs, infer(graphs, reasoner()))))


@pytest.fixture(scope="module")
def unlinked(graphs: dict[str, list[ox.Triple]]) -> Engine:
    without = {**graphs, MAPPINGS_GRAPH: []}
    return load_published(list(dataset(without, infer(without, reasoner()))))


def lines(engine: Engine, text: str) -> list[str]:
    """The answer, one row or triple a line, sorted, repeated rows repeated."""
    kind = outline(text).kind
    if kind is ResultKind.GRAPH:
        return sorted(
            b"".join(engine.answer(Query(text, kind), ox.RdfFormat.N_TRIPLES)).decode().splitlines()
        )
    written = b"".join(
        engine.answer(
            Query(text, kind),
            ox.QueryResultsFormat.TSV if kind is not ResultKind.BOOLEAN else ox.QueryResultsFormat.JSON,
        )
    )
    return sorted(written.decode().splitlines())


def test_an_item_leads_to_the_node(linked: Engine) -> None:
    text = "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX wd: <http://www.wikidata.org/entity/> "
    assert lines(linked, text + "SELECT ?a { ?a skos:exactMatch wd:Q42418 }")[:1] == [
        f"<{ID}actor/afghan-taliban>"
    ]


def test_links_stand_in_their_graph_and_in_the_default_graph_once(
    linked: Engine, graphs: dict[str, list[ox.Triple]]
) -> None:
    count = f'"{len(graphs[MAPPINGS_GRAPH])}"^^<http://www.w3.org/2001/XMLSchema#integer>'
    short = str(len(graphs[MAPPINGS_GRAPH]))
    pattern = f"{{ GRAPH <{MAPPINGS_GRAPH}> {{ ?s ?p ?o }} ?s ?p ?o }}"
    (number,) = [
        line for line in lines(linked, f"SELECT (COUNT(*) AS ?n) {pattern}") if not line.startswith("?")
    ]
    assert number in (count, short)
    assert len(graphs[MAPPINGS_GRAPH]) > 40


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_links_multiply_no_answer(linked: Engine, unlinked: Engine, query: ExampleQuery) -> None:
    expected = lines(unlinked, query.text)
    found = [line for line in lines(linked, query.text) if "notFoundInWikidata" not in line]
    assert found == expected
    assert (lines(linked, query.text) == expected) is (query.name != DESCRIBING)


def test_nothing_follows_from_links(graphs: dict[str, list[ox.Triple]]) -> None:
    with_links, without = (infer(each, reasoner()) for each in (graphs, {**graphs, MAPPINGS_GRAPH: []}))
    assert with_links == without
    link = ox.Triple(
        ox.NamedNode(ID + "actor/ttp"), ox.NamedNode(SKOS + "exactMatch"), ox.NamedNode(ID + "actor/pakistan")
    )
    wrong = {**graphs, MAPPINGS_GRAPH: [link, *(t for t in graphs[CORE_GRAPH] if "State" in str(t.object))]}
    assert infer(wrong, reasoner()) == without
    assert consistency_report(wrong, without).findings == ()


def test_links_are_judged(graphs: dict[str, list[ox.Triple]]) -> None:
    page = ox.Triple(
        ox.NamedNode(ID + "actor/china"),
        ox.NamedNode(SKOS + "closeMatch"),
        ox.NamedNode("https://www.wikidata.org/wiki/Q148"),
    )
    report, _ = judged({**graphs, MAPPINGS_GRAPH: [*graphs[MAPPINGS_GRAPH], page]}, reasoner())
    assert [finding.shape for finding in report.findings if finding.severity == "Violation"] == [
        "https://w3id.org/khyber/shapes#LinkNotPage"
    ]
    assert set(stated(graphs)) == {*graphs[CORE_GRAPH], *graphs[MAPPINGS_GRAPH]}


def test_each_label_in_the_files_is_that_of_the_node(graphs: dict[str, list[ox.Triple]]) -> None:
    labels = {
        triple.subject.value: triple.object.value
        for triple in graphs[CORE_GRAPH]
        if triple.predicate.value.endswith("#label") and isinstance(triple.object, ox.Literal)
        if isinstance(triple.subject, ox.NamedNode)
    }
    for path in mapping_files(graph_home()):
        mappings = read_mappings(path.read_bytes(), path)
        assert [
            link.subject
            for link in mappings.links
            if labels[mappings.iri(link.subject)] != link.subject_label
        ] == []


def test_an_item_has_one_label_in_the_file() -> None:
    path = graph_home() / MAPPINGS
    labels: dict[str, set[str]] = {}
    for link in read_mappings(path.read_bytes(), path).links:
        labels.setdefault(link.item, set()).add(link.item_label)
    assert [item for item, names in labels.items() if len(names) > 1] == []
