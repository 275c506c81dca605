"""A graph that parses a query once, and answers it anew each time."""

from __future__ import annotations

from typing import Any

import pytest
from rdflib import Literal, URIRef
from rdflib.plugins.sparql import prepareQuery

from khyber.errors import InputError
from khyber.validation.prepared import PreparedGraph

A, B, SAYS = (URIRef(f"https://example.org/{name}") for name in ("a", "b", "says"))
QUERY = "SELECT ?said WHERE { $this <https://example.org/says> ?said }"


def answers(graph: PreparedGraph, node: URIRef) -> set[str]:
    return {str(row[0]) for row in graph.query(QUERY, initBindings={"this": node})}  # type: ignore[index]


def test_bindings_and_changes_of_the_graph_are_heeded() -> None:
    graph = PreparedGraph()
    graph.add((A, SAYS, Literal("one")))
    assert answers(graph, A) == {"one"}
    assert answers(graph, B) == set()
    graph.add((B, SAYS, Literal("two")))
    assert answers(graph, B) == {"two"}
    assert answers(graph, A) == {"one"}


def test_a_text_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []

    def counting(text: str, **options: Any) -> Any:
        parsed.append(text)
        return prepareQuery(text, **options)

    monkeypatch.setattr("khyber.validation.prepared.prepareQuery", counting)
    graph = PreparedGraph()
    for node in (A, B, A):
        answers(graph, node)
    assert parsed == [QUERY]


@pytest.mark.parametrize("text", ["SELECT ?x WHERE { ?x", "SELECT ?x WHERE { ?x nope:says ?y }"])
def test_a_query_that_cannot_be_parsed_is_shown(text: str) -> None:
    with pytest.raises(InputError, match="cannot be parsed") as caught:
        PreparedGraph().query(text)
    assert text in str(caught.value)
