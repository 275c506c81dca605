"""Versions: their names, and the way between two."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad

from khyber.contributions.versions import VersionName, composed
from khyber.errors import UsageError
from khyber.rdf.delta import Delta

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
    step = Delta()
    for delta in deltas:
        step = step.then(delta)
    assert step == there
