"""Accepting and reverting 50 triples: the kept closure against reasoning over everything.

    python -m bench.incremental [--triples 100000] [--rounds 20]

A made-up graph of that size is published; then contributions of some fifty triples each (an event, who
reports it, figures) are accepted and reverted, and a curated triple of a much-named actor is removed and
put back. CPU seconds: read the ratios.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Iterator
from io import StringIO
from itertools import pairwise
from time import process_time

from bench.generate import write
from bench.world import World
from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse

from khyber.config import graph_home
from khyber.contributions.patch import Patch
from khyber.contributions.published import Published
from khyber.rdf.delta import Delta
from khyber.rdf.namespaces import CONTRIBUTION_GRAPH, ID, TERM
from khyber.reasoning.base import reasoner
from khyber.release.compile import dataset, infer
from khyber.release.release import release_id
from khyber.release.sources import CORE_GRAPH, parse_sources, read_sources

PATCH_SIZE = 50


def generated(size: int, seed: int) -> list[Triple]:
    """Give the triples of a made-up world, in the order in which they are told."""
    out = StringIO()
    write(World(size, seed), out)
    return [quad.triple for quad in parse(out.getvalue(), RdfFormat.N_TRIPLES)]


def contributions(core: list[Triple], count: int) -> Iterator[Patch]:
    """Take the last events out of a world, as patches of some fifty triples, each whole nodes."""
    starts = [0, *(i for i, (a, b) in enumerate(pairwise(core), 1) if a.subject != b.subject), len(core)]
    end = len(starts) - 1
    for _ in range(count):
        begin = end
        while starts[end] - starts[begin] < PATCH_SIZE:
            begin -= 1
        yield Patch.of(core[starts[begin] : starts[end]])
        end = begin


def hub_patches(core: list[Triple], count: int) -> list[Patch]:
    """Remove what names the actor that is named most, one triple a patch."""
    target = NamedNode(TERM + "target")
    named = [triple for triple in core if triple.predicate == target]
    objects = [triple.object for triple in named]
    hub = max(set(objects), key=objects.count)
    print(f"the actor named most is the target of {objects.count(hub):,} events")
    return [Patch.of([], [triple]) for triple in named if triple.object == hub][:count]


def same(before: str, after: str) -> None:
    """Stop if two names differ."""
    if before != after:
        raise SystemExit(f"{before} became {after}")


def timed(what: str, run: Callable[[Patch, int], Delta], patches: list[Patch]) -> list[Delta]:
    """Run on each patch and print the median and the longest time."""
    seconds, deltas = [], []
    for number, patch in enumerate(patches, 1):
        start = process_time()
        deltas.append(run(patch, number))
        seconds.append(process_time() - start)
    changed = statistics.mean(map(len, deltas))
    print(
        f"{what}: median {statistics.median(seconds) * 1000:.1f} ms, longest {max(seconds) * 1000:.1f} ms "
        f"({changed:.0f} quads change)"
    )
    return deltas


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--triples", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    asked = parser.parse_args()
    graphs = parse_sources(read_sources(graph_home()))
    world = generated(asked.triples, World.seed)
    patches = list(contributions(world, asked.rounds))
    kept_back = {triple for patch in patches for triple in patch.added}
    core = [triple for triple in world if triple not in kept_back]
    graphs[CORE_GRAPH] = core
    start = process_time()
    inferred = infer(graphs, reasoner())
    whole = process_time() - start
    print(f"{len(core):,} asserted, {len(inferred):,} inferred; reasoning over everything: {whole:.2f} s")
    quads: list[Quad] = list(dataset(graphs, inferred))
    start = process_time()
    published = Published.of(quads)
    print(f"taking it over: {process_time() - start:.2f} s")
    start = process_time()
    before = published.id
    print(f"its id for the first time: {process_time() - start:.2f} s")
    same(before, release_id(quads))

    def named(delta: Delta) -> Delta:
        return delta if published.name else Delta()

    def accept(patch: Patch, number: int) -> Delta:
        delta = published.delta(patch, f"{CONTRIBUTION_GRAPH}{number}")
        published.apply(delta, published.sequence + 1)
        return named(delta)

    def revert(patch: Patch, number: int) -> Delta:
        delta = published.complete(published.asserted(patch.inverse, f"{CONTRIBUTION_GRAPH}{number}"))
        published.apply(delta, published.sequence + 1)
        return named(delta)

    timed("accept (delta, apply, id)", accept, patches)
    timed("revert (delta, apply, id)", revert, patches)
    same(before, published.id)
    hub = hub_patches(core, asked.rounds)
    deltas = timed("remove a curated triple of the actor named most", accept, hub)

    def back(_: Patch, number: int) -> Delta:
        published.apply(deltas[-number].inverse, published.sequence + 1)
        return named(deltas[-number])

    timed("put it back", back, hub)
    same(before, published.id)
    own = NamedNode(f"{ID}event/of-everybody")
    nobody = Patch.of([Triple(own, NamedNode(TERM + "target"), NamedNode(ID + "actor/ttp"))])
    start = process_time()
    published.delta(nobody, f"{CONTRIBUTION_GRAPH}1")
    one = process_time() - start
    print(f"one triple: {one * 1000:.2f} ms; everything takes {whole / one:,.0f} times as long")


if __name__ == "__main__":
    main()
