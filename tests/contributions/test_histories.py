"""Whatever is accepted, reverted and merged: the dataset is the one compiled from scratch."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from contributions.khyber_graph import base_quads, graph_of, in_graph, named, triples
from khyber.contributions.history import Accepted, asserted_after
from khyber.contributions.merging import merge
from khyber.contributions.patch import Patch
from khyber.contributions.published import Published
from khyber.contributions.undo import Undo, revert
from khyber.contributions.upgrades import replay
from khyber.errors import Conflict
from khyber.rdf.delta import Delta, composed
from khyber.rdf.namespaces import ID, OWL, RDF
from khyber.reasoning.base import reasoner
from khyber.reasoning.seminaive import SparqlReasoner
from khyber.release.release import release_id
from khyber.release.sources import CORE_GRAPH, INFERRED_GRAPH, ONTOLOGY_GRAPH
from khyber.validation.asserted import is_asserted

STEPS = 14
SEEDS = range(15)


@cache
def core() -> tuple[Triple, ...]:
    return tuple(quad.triple for quad in base_quads() if named(quad) == CORE_GRAPH)


@cache
def ontology() -> frozenset[Triple]:
    return frozenset(quad.triple for quad in base_quads() if named(quad) == ONTOLOGY_GRAPH)


@cache
def properties() -> tuple[NamedNode, ...]:
    """Give every property that the ontology declares, its chains and sub-properties included."""
    kinds = {NamedNode(f"{OWL}{kind}Property") for kind in ("Object", "Datatype")}
    declared = {
        quad.subject for quad in base_quads() if named(quad) == ONTOLOGY_GRAPH and quad.object in kinds
    }
    return tuple(sorted((each for each in declared if isinstance(each, NamedNode)), key=str))


@cache
def nodes() -> tuple[NamedNode, ...]:
    found = {each.subject for each in core() if isinstance(each.subject, NamedNode)}
    return tuple(sorted(found, key=str))


class Office:
    """Accepts and reverts on a kept dataset, and remembers what a dataset from scratch is made of."""

    def __init__(self, pick: random.Random) -> None:
        self.pick = pick
        self.published = Published.of(base_quads())
        self.history: list[Accepted] = []
        self.deltas: list[Delta] = []
        self.ids = [self.published.id]

    def accept(self, patch: Patch) -> None:
        number = len(self.history) + 1
        told = tuple(triples(f'graph:provenance rdfs:comment "{number}" .'))
        self._publish(self.published.delta(patch, graph_of(number), told))
        self.history.append(Accepted(graph_of(number), patch, told))

    def revert(self, position: int) -> None:
        each = self.history[position]
        undone = revert(self.published, self.history, each.graph, forced=True)
        told = triples(f'graph:provenance rdfs:comment "back {len(self.deltas)}" .')
        self._require_patch(undone)
        self._publish(self.published.complete(undone.asserted, told))
        self.history[position] = each.reverted(told)

    def merge(self) -> bool:
        one, other = self.pick.sample(nodes(), 2)
        try:
            self.accept(merge(self.published, one.value, other.value))
        except Conflict:
            return False
        return True

    def step(self) -> None:
        standing = [i for i, each in enumerate(self.history) if each.stands]
        chance = self.pick.random()
        if standing and chance < 0.35:
            self.revert(self.pick.choice(standing))
        elif chance < 0.5:
            while not self.merge():
                pass
        else:
            self.accept(random_patch(self.pick, self.published))

    def _require_patch(self, undone: Undo) -> None:
        """The patch of a reversal is what it changes in the union of the asserted graphs."""
        before = asserted_triples(self.published)
        sequence, delta = self.published.sequence, self.published.complete(undone.asserted)
        self.published.apply(delta, sequence)
        now = asserted_triples(self.published)
        self.published.apply(delta.inverse, sequence)
        assert undone.patch == Patch.of(now - before, before - now)

    def _publish(self, delta: Delta) -> None:
        before, sequence = self.published.id, self.published.sequence
        stored = set(self.published.store)
        self.published.apply(delta, sequence + 1)
        after = self.published.id
        self.published.apply(delta.inverse, sequence)
        assert self.published.id == before
        assert set(self.published.store) == stored
        self.published.apply(delta, sequence + 1)
        assert self.published.id == after
        self.deltas.append(delta)
        self.ids.append(after)


def asserted_triples(published: Published) -> set[Triple]:
    return {
        quad.triple for graph in published.counts() if is_asserted(graph) for quad in published.quads(graph)
    }


def random_patch(pick: random.Random, published: Published) -> Patch:
    """Draw triples as they are curated, made up with every property, and to be removed."""
    added = [renamed(each, pick) for each in pick.sample(core(), 4)]
    added += [made_up(pick) for _ in range(6)]
    added += pick.sample(core(), 1)
    inferred = [quad.triple for quad in published.quads(INFERRED_GRAPH)]
    added += [each for each in pick.sample(inferred, 2) if each.subject in nodes()]
    standing = sorted(asserted_triples(published), key=str)
    return Patch.of(added, pick.sample(standing, pick.randrange(5)))


def renamed(triple: Triple, pick: random.Random) -> Triple:
    return Triple(NamedNode(f"{ID}event/new-{pick.randrange(3)}"), triple.predicate, triple.object)


def made_up(pick: random.Random) -> Triple:
    value: NamedNode | Literal = pick.choice(nodes())
    if pick.random() < 0.1:
        value = pick.choice([Literal("01", datatype=NamedNode("urn:number")), Literal(1), Literal("text")])
    if pick.random() < 0.1:
        kinds = [each.object for each in core() if each.predicate.value == RDF + "type"]
        return Triple(pick.choice(nodes()), NamedNode(RDF + "type"), pick.choice(kinds))
    return Triple(pick.choice(nodes()), pick.choice(properties()), value)


def id_from_scratch(history: Sequence[Accepted]) -> str:
    """Name what somebody gets who applies the history to the curated graph and reasons over everything."""
    stated = [quad for quad in base_quads() if named(quad) != INFERRED_GRAPH]
    quads = asserted_after(stated, history).quads
    premises = {quad.triple for quad in quads if is_asserted(named(quad))} | ontology()
    return release_id([*quads, *in_graph(SparqlReasoner().infer(premises), INFERRED_GRAPH)])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_dataset_is_the_one_from_scratch(seed: int) -> None:
    office = Office(random.Random(seed))  # noqa: S311
    for step in range(STEPS):
        office.step()
        if step % 3 == 0:
            assert office.published.id == id_from_scratch(office.history)
    scratch = replay(base_quads(), office.history, reasoner())
    assert office.published.id == scratch.id
    assert office.published.missing == scratch.missing
    assert set(office.published.store) == set(scratch.store)
    assert len(office.history) > STEPS / 3


@given(st.integers(), st.data())
@settings(max_examples=5, deadline=None)
def test_every_version_can_be_gone_back_to(seed: int, data: st.DataObject) -> None:
    office = Office(random.Random(seed))  # noqa: S311
    for _ in range(6):
        office.step()
    version = data.draw(st.integers(0, len(office.deltas)))
    office.published.apply(composed(office.deltas[version:]).inverse, version)
    assert office.published.id == office.ids[version]
    office.published.apply(composed(office.deltas[version:]), len(office.deltas))
    assert office.published.id == office.ids[-1]


def test_the_steps_draw_every_property() -> None:
    drawn = {made_up(random.Random(seed)).predicate for seed in range(3_000)}  # noqa: S311
    assert set(properties()) <= drawn
