"""A new base under what was accepted: published if all conforms, else told what does not."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode, Quad, Triple

from contributions.khyber_graph import base_quads, graph_of, in_graph, named, triples
from khyber.contributions.history import Accepted
from khyber.contributions.patch import Patch
from khyber.contributions.published import Published
from khyber.contributions.upgrades import Upgrade, replay, upgrade
from khyber.rdf.delta import Delta
from khyber.reasoning.base import reasoner
from khyber.release.sources import CORE_GRAPH, INFERRED_GRAPH, SHAPES_GRAPH
from khyber.validation.findings import Finding, Report

GROUP = """
actor:{0} a khyber:ArmedGroup ; rdfs:label "{0}"@en ; khyber:mentionedIn source:report-2026-02-28 .
"""
TTP = 'actor:ttp skos:altLabel "TTP"@en .'
STRICT = """
shape:NoSouth a sh:NodeShape ; sh:targetClass khyber:ArmedGroup ;
    sh:not [ sh:hasValue actor:south ] ; sh:severity sh:Violation ;
    sh:message "The south is no group. Call it otherwise."@en .
"""
HISTORY = [
    Accepted(
        graph_of(1), Patch.of(triples(GROUP.format("north"))), tuple(triples("graph:a rdfs:label 'a' ."))
    ),
    Accepted(graph_of(2), Patch.of(triples(GROUP.format("south")), triples(TTP))),
    Accepted(graph_of(3), Patch.of(triples(GROUP.format("east"))), stands=False),
]


@pytest.fixture(scope="module")
def former() -> Published:
    return replay(base_quads(), HISTORY, reasoner(), 5)


def tried(base: list[Quad]) -> Upgrade:
    return upgrade(base, HISTORY, reasoner(), 6)


def test_the_dataset_from_scratch_is_that_of_the_accepting(former: Published) -> None:
    published = Published.of(base_quads())
    for each in HISTORY[:2]:
        published.apply(published.delta(each.patch, each.graph, each.provenance), published.sequence + 1)

    assert former.id == published.id
    assert former.sequence == 5
    assert former.missing == frozenset(in_graph(triples(TTP), CORE_GRAPH))


def test_a_base_that_all_conforms_to_is_published_with_all_that_was_accepted(former: Published) -> None:
    base = [*base_quads(), *in_graph(triples(GROUP.format("west")), CORE_GRAPH)]
    done = tried(base)

    assert done.conforms
    assert done.published.name.startswith("6-")
    delta = Delta.of(done.published.quads(), former.quads())
    assert set(in_graph(triples(GROUP.format("west")), CORE_GRAPH)) <= set(delta.added)
    assert {named(quad) for quad in delta.added} == {CORE_GRAPH, INFERRED_GRAPH}
    assert delta.removed == ()


def test_what_was_removed_from_the_old_base_is_removed_from_the_new(former: Published) -> None:
    done = tried(list(base_quads()))

    assert set(done.published.quads()) <= set(former.quads())
    assert done.published.asserting(triples(TTP)[0]) == []


def test_a_removal_of_what_a_new_base_does_not_say_is_passed_over() -> None:
    gone = set(in_graph(triples(TTP), CORE_GRAPH))
    done = tried([quad for quad in base_quads() if quad not in gone])

    assert done.conforms
    assert done.published.missing == frozenset()


def strict() -> list[Quad]:
    found: list[Triple] = []
    for triple in triples(STRICT):
        renamed = [
            NamedNode("https://w3id.org/khyber/shapes#NoSouthHere") if str(term).startswith("_:") else term
            for term in triple
        ]
        found.append(Triple(*renamed))
    return [*base_quads(), *in_graph(found, SHAPES_GRAPH)]


def test_what_new_shapes_do_not_admit_is_listed_with_the_reason(former: Published) -> None:
    done = tried(strict())

    assert not done.conforms
    assert [each.accepted.graph for each in done.obsolete] == [graph_of(2)]
    messages = {finding.message for finding in done.obsolete[0].report.findings}
    assert "The south is no group. Call it otherwise." in messages
    assert done.published.asserting(triples(TTP)[0]) == [CORE_GRAPH]
    without = [HISTORY[0], HISTORY[1].reverted(), HISTORY[2]]
    assert done.published.id == replay(strict(), without, reasoner()).id
    assert former.asserting(triples(TTP)[0]) == []


def test_a_judge_is_asked_about_each_contribution_in_its_order() -> None:
    asked: list[tuple[str, int]] = []

    def judge(published: Published, patch: Patch) -> Report:
        subject = str(patch.added[0].subject)
        asked.append((subject, len(published.counts())))
        return Report((Finding("Violation", "No.", subject),)) if "south" in subject else Report()

    done = upgrade(strict(), HISTORY, reasoner(), judge=judge)

    assert [subject.rpartition("/")[2] for subject, _ in asked] == ["north>", "south>"]
    assert asked[1][1] == asked[0][1] + 2
    assert [each.accepted.graph for each in done.obsolete] == [graph_of(2)]
    assert done.report.conforms
