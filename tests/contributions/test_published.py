"""The published dataset: what a change of it amounts to, and that it is exact."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode, Quad

from contributions.khyber_graph import base_quads, graph_of, in_graph, named, triples
from khyber.contributions.patch import Patch
from khyber.contributions.published import Published
from khyber.errors import Conflict, NotAsserted
from khyber.rdf.delta import Delta
from khyber.rdf.namespaces import ID, PROVENANCE_GRAPH
from khyber.reasoning.base import reasoner
from khyber.release.release import release_id
from khyber.release.sources import CORE_GRAPH, INFERRED_GRAPH, ONTOLOGY_GRAPH, SHAPES_GRAPH

STRIKE = """
event:strike a khyber:Airstrike ; rdfs:label "Strike"@en ;
    khyber:perpetrator actor:ttp ; khyber:target actor:pakistan .
"""
REMOVED = 'actor:ttp skos:altLabel "TTP"@en .'


@pytest.fixture
def published() -> Published:
    return Published.of(base_quads())


def accept(published: Published, number: int, added: str = "", removed: str = "") -> Delta:
    patch = Patch.of(triples(added), triples(removed))
    delta = published.delta(patch, graph_of(number), triples(f"graph:told rdfs:label '{number}' ."))
    published.apply(delta, published.sequence + 1)
    return delta


def quads_of(published: Published) -> set[Quad]:
    return set(published.quads())


def from_scratch(published: Published) -> set[Quad]:
    """Give the quads that the asserted graphs of a dataset must have with them."""
    stated = [quad for quad in published.quads() if named(quad) != INFERRED_GRAPH]
    apart = (SHAPES_GRAPH, PROVENANCE_GRAPH, "https://w3id.org/khyber/graph/service")
    given = {quad.triple for quad in stated if named(quad) not in apart}
    return {*stated, *in_graph(reasoner().infer(given), INFERRED_GRAPH)}


def test_its_id_is_that_of_the_release(published: Published) -> None:
    assert published.id == release_id(base_quads())
    assert published.name == f"0-{published.id}"
    assert quads_of(published) == set(base_quads())


def test_what_is_accepted_stands_in_its_graph_with_what_follows_and_what_is_told(
    published: Published,
) -> None:
    delta = accept(published, 7, STRIKE)

    assert set(in_graph(triples(STRIKE), graph_of(7))) <= set(delta.added)
    assert (
        in_graph(triples("actor:ttp khyber:perpetratorIn event:strike ."), INFERRED_GRAPH)[0] in delta.added
    )
    assert in_graph(triples("graph:told rdfs:label '7' ."), PROVENANCE_GRAPH)[0] in delta.added
    assert delta.removed == ()
    assert published.name == f"1-{release_id(from_scratch(published))}"


def test_asking_what_would_change_changes_nothing(published: Published) -> None:
    before, stored = published.id, set(published.store)
    published.delta(Patch.of(triples(STRIKE), triples(REMOVED)), graph_of(1))

    assert published.id == before
    assert set(published.store) == stored


def test_the_same_change_is_the_same_delta(published: Published) -> None:
    patch = Patch.of(triples(STRIKE), triples(REMOVED))
    other = Published.of(reversed(base_quads()))

    assert published.delta(patch, graph_of(1)) == other.delta(patch, graph_of(1))


def test_a_delta_and_its_inverse_restore_everything(published: Published) -> None:
    before, stored, counts = published.id, set(published.store), published.counts()
    delta = accept(published, 1, STRIKE, REMOVED)
    assert published.missing == frozenset(in_graph(triples(REMOVED), CORE_GRAPH))
    published.apply(delta.inverse, 0)

    assert (published.id, published.sequence, published.counts()) == (before, 0, counts)
    assert set(published.store) == stored
    assert published.missing == frozenset()


def test_a_removal_takes_the_triple_from_every_graph_that_asserts_it(published: Published) -> None:
    accept(published, 1, REMOVED)
    delta = accept(published, 2, "", REMOVED)

    expected = in_graph(triples(REMOVED), CORE_GRAPH) + in_graph(triples(REMOVED), graph_of(1))
    assert set(delta.removed) == set(expected)
    assert graph_of(1) not in published.counts()


def test_a_conclusion_that_comes_to_be_asserted_leaves_the_inferred_graph_and_comes_back(
    published: Published,
) -> None:
    conclusion = "actor:ttp a khyber:Actor ."
    quad = in_graph(triples(conclusion), INFERRED_GRAPH)[0]
    assert quad in published

    assert quad in accept(published, 1, conclusion).removed
    assert quad in accept(published, 2, "", conclusion).added
    assert published.id == release_id(from_scratch(published))


def test_mappings_are_not_reasoned_over() -> None:
    link = "actor:ttp skos:exactMatch <http://www.wikidata.org/entity/Q1> ; a khyber:State ."
    quads = [*base_quads(), *in_graph(triples(link), "https://w3id.org/khyber/graph/mappings")]
    published = Published.of(quads)
    delta = published.delta(Patch.of([], triples(link)), graph_of(1))

    assert {named(quad) for quad in delta.removed} == {"https://w3id.org/khyber/graph/mappings"}
    assert delta.added == ()


def test_what_does_not_stand_cannot_be_removed(published: Published) -> None:
    with pytest.raises(NotAsserted, match="is not asserted, so it cannot be removed"):
        accept(published, 1, "", 'actor:ttp skos:altLabel "T.T.P."@en .')


def test_what_follows_cannot_be_removed_and_its_premises_are_named(published: Published) -> None:
    accept(published, 1, STRIKE)
    with pytest.raises(NotAsserted, match=r"it follows from .*event/strike> <.*perpetrator> <.*actor/ttp>"):
        accept(published, 2, "", "actor:ttp khyber:perpetratorIn event:strike .")


def test_the_ontology_is_not_removed_by_a_contribution(published: Published) -> None:
    with pytest.raises(NotAsserted, match="is part of the ontology"):
        accept(published, 1, "", "khyber:Actor a owl:Class .")


def test_a_removal_names_the_form_of_the_literal(published: Published) -> None:
    accept(published, 1, 'event:strike khyber:value "01"^^xsd:integer .')
    with pytest.raises(NotAsserted):
        accept(published, 2, "", "event:strike khyber:value 1 .")


def test_two_forms_of_one_number_are_two_triples_of_which_one_can_go(published: Published) -> None:
    accept(published, 1, 'event:strike khyber:value "01"^^xsd:integer , 1 .')
    one = in_graph(triples("event:strike khyber:value 1 ."), graph_of(1))[0]
    gone = in_graph(triples('event:strike khyber:value "01"^^xsd:integer .'), graph_of(1))[0]
    before = set(published.store)
    patch = Patch.of([], [gone.triple])
    delta = published.delta(patch, graph_of(2))
    assert published.stored(delta) == Delta.of([], set(delta.removed) - {gone})
    published.apply(delta, 2)

    assert one in published.store
    assert gone not in published
    assert one in published
    assert len(set(published.store)) == len(before) - len(published.stored(delta).removed)


def test_what_a_contribution_says_again_is_said_twice_and_undone_once(published: Published) -> None:
    first = accept(published, 1, STRIKE)
    second = accept(published, 2, STRIKE)
    assert {named(quad) for quad in second.added} == {graph_of(2), PROVENANCE_GRAPH}
    published.apply(second.inverse, 3)

    assert set(first.added) <= quads_of(published)


def test_a_delta_that_does_not_fit_changes_nothing(published: Published) -> None:
    before = published.id
    there = in_graph(triples(REMOVED), CORE_GRAPH)
    not_there = in_graph(triples(STRIKE), graph_of(1))
    for wrong, why in (
        (Delta.of(there, []), "is there already"),
        (Delta.of([], not_there), "is not there to be removed"),
        (Delta.of(not_there, []), "is not what follows"),
        (Delta.of(in_graph(triples(STRIKE), ONTOLOGY_GRAPH), []), "No contribution changes the graph"),
    ):
        with pytest.raises(Conflict, match=why):
            published.apply(wrong, 1)

    assert (published.id, published.sequence) == (before, 0)
    assert quads_of(published) == set(base_quads())


def test_a_change_stays_unless_what_it_is_made_for_fails(published: Published) -> None:
    before = published.name
    delta = published.delta(Patch.of(triples(STRIKE), triples(REMOVED)), graph_of(1))

    def failing() -> None:
        with published.changing(delta, 1):
            assert published.id == release_id(from_scratch(published))
            assert published.name != before
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        failing()
    assert published.name == before
    assert published.missing == frozenset()
    assert quads_of(published) == set(base_quads())

    with published.changing(delta, 1):
        pass
    assert published.sequence == 1
    assert published.id == release_id(from_scratch(published))
    assert published.missing == frozenset(in_graph(triples(REMOVED), CORE_GRAPH))


def test_a_node_is_found_where_it_is_named(published: Published) -> None:
    accept(published, 1, STRIKE)
    ttp = NamedNode(f"{ID}actor/ttp")
    found = [quad for quad in published.naming(ttp) if named(quad) == graph_of(1)]

    assert found == in_graph(triples("event:strike khyber:perpetrator actor:ttp ."), graph_of(1))
