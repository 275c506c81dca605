"""The properties that are proposed for columns of a table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconciling import document, got
from running import Server, serving


@pytest.fixture(scope="module")
def khyber() -> Iterator[Server]:
    with serving() as running:
        yield running


def proposed(server: Server, **parameters: str) -> list[str]:
    found = document(got(server, "/reconcile/properties", **parameters))["properties"]
    return [each["id"] for each in found]


def test_without_a_type_those_of_all_things_are_proposed_but_not_those_of_queries(khyber: Server) -> None:
    every = proposed(khyber, type="")
    assert every == proposed(khyber)
    assert every[0] == "wikidata"
    for kind in ("Actor", "Place", "Event", "Assertion", "skos:Concept"):
        assert set(proposed(khyber, type=kind)) <= set(every)
    assert "side" in every
    assert [each for each in every if each.startswith("sh:")] == []
    # There are nodes with such properties: the queries that come with the graph.
    asked = khyber.ask("ASK { ?query <http://www.w3.org/ns/shacl#select> ?text }", accept="application/json")
    assert '"boolean":true' in asked.text.replace(" ", "")
