"""New shapes, ontology or core under what was accepted: tried first, published only if all conforms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import Quad, Triple

from khyber.contributions.history import Accepted, Asserted, asserted_after
from khyber.contributions.patch import Patch
from khyber.contributions.published import Published
from khyber.rdf.quads import graph_of
from khyber.reasoning.base import Reasoner
from khyber.release.compile import dataset, infer, judged
from khyber.release.sources import CORE_GRAPH, INFERRED_GRAPH, ONTOLOGY_GRAPH, SHAPES_GRAPH
from khyber.validation.findings import Report

Judging = Callable[[Published, Patch], Report]
"""Judges a patch against a dataset, in which it is not applied."""

Graphs = dict[str, list[Triple]]


@dataclass(frozen=True)
class Obsolete:
    """An accepted contribution that a new base does not admit any more, with what is wrong with it."""

    accepted: Accepted
    report: Report


@dataclass(frozen=True)
class Upgrade:
    """What came of trying a new base.

    ``published`` is the dataset on the new base, and ``report`` what was found in it (warnings, where all
    conforms). With any ``obsolete`` contributions it holds the others only, and is not to be published
    before somebody migrated or reverted those: the former one goes on serving.
    """

    published: Published
    report: Report
    obsolete: tuple[Obsolete, ...]

    @property
    def conforms(self) -> bool:
        """Tell whether the new dataset may take the place of the former."""
        return not self.obsolete and self.report.conforms


def replay(
    base: Iterable[Quad], accepted: Sequence[Accepted], reasoner: Reasoner, sequence: int = 0
) -> Published:
    """Build the dataset from scratch: a curated graph (what it has inferred is not used) and a history."""
    after = asserted_after((quad for quad in base if graph_of(quad) != INFERRED_GRAPH), accepted)
    graphs = _by_graph(after.quads)
    return _published(graphs, infer(graphs, reasoner), after, sequence)


def upgrade(
    base: Iterable[Quad],
    accepted: Sequence[Accepted],
    reasoner: Reasoner,
    sequence: int = 0,
    judge: Judging | None = None,
) -> Upgrade:
    """Try a new curated graph, which conforms by itself, under all that was accepted.

    First everything at once. Only where that does not conform each contribution is tried in its order, on
    the new base with those before it that conform, so that each is told what is wrong with it: by ``judge``,
    or without one by judging the whole graph each time.
    """
    curated = [quad for quad in base if graph_of(quad) != INFERRED_GRAPH]
    after = asserted_after(curated, accepted)
    graphs = _by_graph(after.quads)
    report, inferred = judged(graphs, reasoner)
    if report.conforms:
        return Upgrade(_published(graphs, inferred, after, sequence), report, ())
    published = replay(curated, [], reasoner, sequence)
    kept: list[Accepted] = []
    obsolete: list[Obsolete] = []
    for each in accepted:
        patch = _applicable(published, each) if each.stands else Patch()
        if judge is not None:
            found = judge(published, patch) if patch else Report()
        else:
            found = _report(curated, [*kept, each], reasoner) if patch else Report()
        if not found.conforms:
            obsolete.append(Obsolete(each, found))
            patch = Patch()
        kept.append(each if found.conforms else each.reverted())
        published.apply(published.delta(patch, each.graph, each.provenance), sequence)
    remaining = _report(curated, kept, reasoner)
    return Upgrade(published, remaining, tuple(obsolete))


def _published(graphs: Graphs, inferred: list[Triple], after: Asserted, sequence: int) -> Published:
    return Published.of(dataset(graphs, inferred), sequence, after.missing)


def _applicable(published: Published, accepted: Accepted) -> Patch:
    """Leave out the removals of what a new base does not assert any more."""
    removed = (triple for triple in accepted.patch.removed if published.asserting(triple))
    return Patch.of(accepted.patch.added, removed)


def _report(curated: Iterable[Quad], accepted: Sequence[Accepted], reasoner: Reasoner) -> Report:
    report, _ = judged(_by_graph(asserted_after(curated, accepted).quads), reasoner)
    return report


def _by_graph(quads: Iterable[Quad]) -> Graphs:
    graphs: defaultdict[str, list[Triple]] = defaultdict(list)
    for name in (ONTOLOGY_GRAPH, SHAPES_GRAPH, CORE_GRAPH):
        graphs[name] = []
    for quad in sorted(quads, key=str):
        graphs[graph_of(quad)].append(quad.triple)
    return dict(graphs)
