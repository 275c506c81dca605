"""Versions: their names, the way between two, and what changed."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad

from contributions.khyber_graph import base_quads, graph_of, in_graph, triples
from khyber.contributions.patch import Patch
from khyber.contributions.published import Published
from khyber.contributions.versions import VersionName, back, composed, what_changed
from khyber.errors import UsageError
from khyber.rdf.delta import Delta
from khyber.rdf.namespaces import ID
from khyber.release.sources import CORE_GRAPH, INFERRED_GRAPH

QUADS = [
    Quad(NamedNode(f"urn:{number}"), NamedNode("urn:p"), NamedNode("urn:o"), NamedNode("urn:g"))
    for number in range(6)
]


def test_a_version_is_named_by_its_number_or_by_number_and_id() -> None:
    assert VersionName.read("12") == VersionName(12)
    assert VersionName.read("12-8c7d1a631d44d2b4") == VersionName(12, "8c7d1a631d44d2b4")


@pytest.mark.parametrize("wrong", ["", "latest", "-1", "12-", "12-8C7D1A631D44D2B4", "12-8c7d", "1 2"])
def test_what_is_no_name_of_a_version_is_refused(wrong: str) -> None:
    with pytest.raises(UsageError, match="is no name of a version"):
        VersionName.read(wrong)


@given(st.lists(st.sets(st.sampled_from(QUADS)), min_size=1))
def test_the_way_between_states_goes_both_ways(states: list[set[Quad]]) -> None:
    deltas = [Delta.of(after, before) for before, after in pairwise(states)]
    there = composed(deltas)

    assert there == Delta.of(states[-1] - states[0], states[0] - states[-1])
    assert back(deltas) == there.inverse
    step = Delta()
    for delta in deltas:
        step = step.then(delta)
    assert step == there


def test_what_changed_is_counted_and_named() -> None:
    published = Published.of(base_quads())
    added = triples(
        'actor:north a khyber:ArmedGroup ; rdfs:label "North"@en . actor:ttp skos:altLabel "T"@en .'
    )
    removed = triples('actor:ttp skos:altLabel "TTP"@en .')
    delta = published.delta(Patch.of(added, removed), graph_of(1), triples("graph:a rdfs:label 'a' ."))
    change = what_changed(delta)

    assert change.by_graph[graph_of(1)] == (3, 0)
    assert change.by_graph[CORE_GRAPH] == (0, 1)
    assert change.asserted == (3, 1)
    assert change.inferred == change.by_graph[INFERRED_GRAPH]
    assert change.inferred[0] > 0
    assert (change.new, change.gone) == ((f"{ID}actor/north",), ())
    assert change.changed == (f"{ID}actor/ttp",)
    assert change.text == "3 triples added, 1 removed; 1 new node"
    assert what_changed(delta.inverse).text == "1 triple added, 3 removed; 1 lost node"


@pytest.mark.parametrize(
    ("added", "removed", "text"),
    [
        (0, 0, "nothing"),
        (1, 0, "1 triple added"),
        (0, 1, "1 triple removed"),
        (0, 2, "2 triples removed"),
        (2, 2, "2 triples added, 2 removed"),
    ],
)
def test_a_change_is_said_in_a_line(added: int, removed: int, text: str) -> None:
    quads = in_graph([quad.triple for quad in QUADS], CORE_GRAPH)
    assert what_changed(Delta(tuple(quads[:added]), tuple(quads[added : added + removed]))).text == text
