"""Taking contributions back: what comes back, what others changed since, and who builds on what."""

from __future__ import annotations

import pickle

import pytest

from contributions.khyber_graph import base_quads, graph_of, in_graph, named, triples
from khyber.contributions.history import Accepted
from khyber.contributions.patch import Patch
from khyber.contributions.published import Published
from khyber.contributions.undo import BuiltUpon, Undo, revert
from khyber.errors import Conflict
from khyber.rdf.namespaces import ID
from khyber.release.sources import CORE_GRAPH

STRIKE = 'event:strike a khyber:Airstrike ; rdfs:label "Strike"@en .'
REPORT = 'assertion:report a khyber:EventReport ; khyber:alleges event:strike ; rdfs:label "Report"@en .'
CURATED = 'actor:ttp skos:altLabel "TTP"@en .'


class Accepting:
    """A dataset and its history."""

    def __init__(self) -> None:
        self.published = Published.of(base_quads())
        self.history: list[Accepted] = []
        self.first = self.published.id

    def accept(self, added: str = "", removed: str = "") -> str:
        graph, patch = graph_of(len(self.history) + 1), Patch.of(triples(added), triples(removed))
        self.published.apply(self.published.delta(patch, graph), self.published.sequence + 1)
        self.history.append(Accepted(graph, patch))
        return graph

    def revert(self, graph: str, *, forced: bool = False) -> Undo:
        undone = revert(self.published, self.history, graph, forced=forced)
        delta = self.published.complete(undone.asserted)
        self.published.apply(delta, self.published.sequence + 1)
        position = next(i for i, each in enumerate(self.history) if each.graph == graph)
        self.history[position] = self.history[position].reverted()
        return undone

    def where(self, turtle: str) -> list[str]:
        (triple,) = triples(turtle)
        return self.published.asserting(triple)


def test_what_was_added_goes_and_what_was_removed_comes_back_where_it_stood() -> None:
    desk = Accepting()
    graph = desk.accept(STRIKE, CURATED)
    undone = desk.revert(graph)

    assert set(undone.asserted.added) == set(in_graph(triples(CURATED), CORE_GRAPH))
    assert set(undone.asserted.removed) == set(in_graph(triples(STRIKE), graph))
    assert undone.patch == Patch.of(triples(CURATED), triples(STRIKE))
    assert desk.published.id == desk.first


def test_what_another_said_too_stays_and_is_no_part_of_the_patch() -> None:
    desk = Accepting()
    first, second = desk.accept(STRIKE), desk.accept(STRIKE)
    undone = desk.revert(first)

    assert len(undone.asserted.removed) == 2
    assert undone.patch == Patch()
    assert desk.where('event:strike rdfs:label "Strike"@en .') == [second]


def test_what_another_removed_since_stays_away() -> None:
    desk = Accepting()
    first = desk.accept(STRIKE)
    desk.accept("", 'event:strike rdfs:label "Strike"@en .')
    undone = desk.revert(first)

    assert set(undone.asserted.removed) == set(in_graph(triples("event:strike a khyber:Airstrike ."), first))
    desk.revert(graph_of(2))
    assert desk.published.id == desk.first


def test_what_two_removed_comes_back_with_the_second() -> None:
    desk = Accepting()
    first = desk.accept("", CURATED)
    second = desk.accept(CURATED)
    third = desk.accept("", CURATED)
    undone = desk.revert(first)
    assert undone.patch == Patch()

    desk.revert(third)
    assert desk.where(CURATED) == sorted([CORE_GRAPH, second])
    assert desk.published.missing == frozenset()


def test_who_builds_on_a_contribution_is_named() -> None:
    desk = Accepting()
    first, second = desk.accept(STRIKE), desk.accept(REPORT)
    with pytest.raises(
        BuiltUpon, match=r"^Contribution 1 cannot .*contribution 2 names .*event:strike"
    ) as raised:
        desk.revert(first)

    assert raised.value.builders == {second: (f"{ID}event/strike",)}
    assert str(pickle.loads(pickle.dumps(raised.value))) == str(raised.value)  # noqa: S301
    assert pickle.loads(pickle.dumps(raised.value)).builders == raised.value.builders  # noqa: S301
    assert desk.where("event:strike a khyber:Airstrike .") == [first]


def test_what_others_build_on_can_be_reverted_by_force() -> None:
    desk = Accepting()
    first, second = desk.accept(STRIKE), desk.accept(REPORT)
    desk.revert(first, forced=True)

    assert desk.where("event:strike a khyber:Airstrike .") == []
    assert desk.where("assertion:report khyber:alleges event:strike .") == [second]


def test_nobody_builds_on_what_another_says_too() -> None:
    desk = Accepting()
    first, second = desk.accept(STRIKE), desk.accept(REPORT + STRIKE)
    desk.revert(first)

    assert desk.where("event:strike a khyber:Airstrike .") == [second]


def test_the_builders_can_be_reverted_first() -> None:
    desk = Accepting()
    first, second = desk.accept(STRIKE), desk.accept(REPORT)
    desk.revert(second)
    desk.revert(first)

    assert desk.published.id == desk.first
    assert {named(quad) for quad in desk.published.quads()} == {named(quad) for quad in base_quads()}


def test_what_does_not_stand_cannot_be_reverted() -> None:
    desk = Accepting()
    graph = desk.accept(STRIKE)
    desk.revert(graph)
    for wrong in (graph, graph_of(9), CORE_GRAPH):
        with pytest.raises(Conflict, match="is not part of the published graph"):
            desk.revert(wrong)
