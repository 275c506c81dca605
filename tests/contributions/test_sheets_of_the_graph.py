"""The whole curated graph could have been given in sheets: the templates leave out nothing that it holds."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from contributions.sheet_graph import graphs, read_sheet, templates, workbook_of
from khyber.rdf.namespaces import RDF, TERM
from khyber.release.sources import CORE_GRAPH


def _nodes_of_the_graph() -> dict[str, dict[str, list[NamedNode | Literal]]]:
    """Give the properties of each node of the curated graph that a sheet can hold: topics are none."""
    nodes: dict[str, dict[str, list[NamedNode | Literal]]] = {}
    for triple in graphs()[CORE_GRAPH]:
        assert isinstance(triple.subject, NamedNode)
        assert isinstance(triple.object, NamedNode | Literal)
        if triple.object.value != "http://schema.org/NewsArticle":
            properties = nodes.setdefault(triple.subject.value, {})
            properties.setdefault(triple.predicate.value, []).append(triple.object)
    return {iri: found for iri, found in nodes.items() if found[RDF + "type"][0].value.startswith(TERM)}


def test_every_node_of_the_graph_could_have_been_given_in_a_sheet() -> None:
    nodes = _nodes_of_the_graph()
    sheets: dict[str, list[dict[str, object]]] = {}
    for iri, properties in nodes.items():
        template = templates().named(properties[RDF + "type"][0].value)
        row: dict[str, object] = {"id": iri.rpartition("/")[2]}
        for column in template.columns:
            values = properties.get(column.path)
            row |= {column.title: "|".join(value.value for value in values)} if values else {}
        sheets.setdefault(template.name, []).append(row)
    document = read_sheet(workbook_of(sheets), "all.xlsx")
    assert document.findings == ()
    expected = {
        triple
        for triple in graphs()[CORE_GRAPH]
        if isinstance(triple.subject, NamedNode)
        and triple.subject.value in nodes
        and "NewsArticle" not in str(triple.object)
    }
    assert set(document.triples) == expected
    assert len(expected) > 1000
