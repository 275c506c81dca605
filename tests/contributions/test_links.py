"""Links that contributions bring or take away, beside those of the mappings."""

from __future__ import annotations

import pytest

from contributions.small_publication import Court, patch
from khyber.rdf.namespaces import CONTRIBUTION_GRAPH, MAPPINGS_GRAPH

SHAPES = "https://w3id.org/khyber/shapes#"


@pytest.fixture(scope="module")
def court() -> Court:
    return Court()


@pytest.mark.parametrize(
    ("added", "rule"),
    [
        ("actor:china skos:exactMatch wd:Q1 .", "LinkExactOnce"),
        ("place:paktika skos:closeMatch wd:Q185575 .", "LinkOneRelation"),
        ("actor:ttp skos:exactMatch wd:Q1 .", "LinkFoundOrNot"),
        ("place:nangarhar skos:closeMatch <https://www.wikidata.org/wiki/Q178471> .", "LinkNotPage"),
        ("side:pakistan skos:relatedMatch wd:Q843 .", "LinkOfNothing"),
    ],
)
def test_a_link_that_goes_with_none_of_the_mappings_is_refused(court: Court, added: str, rule: str) -> None:
    assert court.only(added).shape == SHAPES + rule


def test_an_item_that_another_node_has_is_refused_for_both(court: Court) -> None:
    found = court.findings("event:operation-righteous-fury skos:exactMatch wd:Q42418 .")
    assert {finding.shape for finding in found} == {SHAPES + "LinkExactOwn", SHAPES + "LinkFoundOrNot"}


def test_a_link_that_is_new_is_taken_and_nothing_follows_from_it(court: Court) -> None:
    added = "place:north-west-pakistan skos:broadMatch wd:Q843 ."
    assert court.findings(added) == []
    graph = f"{CONTRIBUTION_GRAPH}9"
    delta = court.published.delta(patch(added), graph)
    assert {str(quad.graph_name) for quad in delta.added} == {f"<{graph}>"}
    assert delta.removed == ()


def test_a_mapping_can_be_taken_away_by_a_contribution(court: Court) -> None:
    removed = "place:paktika skos:exactMatch wd:Q185575 ."
    assert court.findings(removed=removed) == []
    delta = court.published.delta(patch(removed=removed), f"{CONTRIBUTION_GRAPH}9")
    assert {str(quad.graph_name) for quad in delta.removed} == {f"<{MAPPINGS_GRAPH}>"}
    assert delta.added == ()
