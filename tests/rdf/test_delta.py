"""Deltas and their text as an RDF Patch."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from khyber.errors import Location, RdfSyntaxError
from khyber.rdf.delta import Delta, composed, from_rdf_patch, to_rdf_patch

_nodes = st.sampled_from([NamedNode(f"http://example.org/{name}") for name in "abc"])
_objects = st.one_of(_nodes, st.text(max_size=3).map(Literal))
_quads = st.frozensets(st.builds(Quad, _nodes, _nodes, _objects, _nodes), max_size=6)
_deltas = st.builds(Delta.of, _quads, _quads)


def _apply(quads: frozenset[Quad], delta: Delta) -> frozenset[Quad]:
    return (quads - frozenset(delta.removed)) | frozenset(delta.added)


@given(_deltas)
def test_a_delta_comes_back_from_its_patch(delta: Delta) -> None:
    assert from_rdf_patch(to_rdf_patch(delta), "patch") == delta


@given(_quads, _quads, _quads)
def test_one_delta_after_another_leads_where_both_lead(
    first: frozenset[Quad], second: frozenset[Quad], third: frozenset[Quad]
) -> None:
    there = Delta.of(second - first, first - second)
    on = Delta.of(third - second, second - third)
    assert _apply(first, there.then(on)) == third
    assert there.then(there.inverse) == Delta()


@given(st.lists(_quads, min_size=1))
def test_many_deltas_lead_from_the_first_state_to_the_last(states: list[frozenset[Quad]]) -> None:
    deltas = [Delta.of(after - before, before - after) for before, after in pairwise(states)]
    there = Delta.of(states[-1] - states[0], states[0] - states[-1])
    assert composed(deltas) == there
    assert from_rdf_patch(b"".join(map(to_rdf_patch, deltas)), "patch") == there


def test_a_row_that_is_no_quad_is_refused_with_its_line_and_column() -> None:
    with pytest.raises(RdfSyntaxError) as raised:
        from_rdf_patch(b"TX .\nA <http://example.org/a> nonsense .\nTC .\n", "a.rdfp")
    assert raised.value.location is not None
    assert (raised.value.location.source, raised.value.location.line) == ("a.rdfp", 2)


def test_a_row_of_another_kind_is_refused() -> None:
    with pytest.raises(RdfSyntaxError, match="no row of an RDF Patch") as raised:
        from_rdf_patch(b"X <a> <b> <c> .", "a.rdfp")
    assert raised.value.location == Location("a.rdfp", 1, 1)


def test_what_is_aborted_has_no_effect() -> None:
    assert not from_rdf_patch(b"TX .\nA <http://e/a> <http://e/b> <http://e/c> .\nTA .\n", "a.rdfp")


def test_blank_nodes_keep_their_labels_from_row_to_row() -> None:
    node, link = BlankNode("b1"), NamedNode("http://e/p")
    delta = Delta.of([Quad(node, link, node, link), Quad(node, link, Literal("a"), link)], [])
    assert from_rdf_patch(to_rdf_patch(delta), "patch") == delta


def test_rows_work_in_their_order() -> None:
    quad = b"<http://e/a> <http://e/b> <http://e/c> ."
    assert not from_rdf_patch(b"TX .\nA " + quad + b"\nD " + quad + b"\nTC .\n", "a.rdfp").added
    assert from_rdf_patch(b"D " + quad + b"\nA " + quad, "a.rdfp") == Delta()
