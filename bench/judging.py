"""How long it takes to judge a contribution of fifty triples, against graphs of growing size.

    python -m bench.judging --triples 0 100000 1000000

Zero stands for the curated graph. Each contribution is an event with its reports and claims, as nobody has
told it yet; it is judged by policy, vocabulary, shapes, contradictions and warnings, in process, warm. The
figures are the minimum and the median of milliseconds.
"""

from __future__ import annotations

import argparse
import io
import resource
from collections import defaultdict
from collections.abc import Iterable, Iterator
from statistics import median
from time import perf_counter

from bench.generate import write
from bench.world import World
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from khyber.config import graph_home
from khyber.contributions.judge import Judge
from khyber.contributions.patch import Patch
from khyber.contributions.published import Published
from khyber.rdf.namespaces import PREFIXES, TERM
from khyber.rdf.terms import Term
from khyber.reasoning.base import reasoner
from khyber.release.compile import dataset, infer
from khyber.release.sources import CORE_GRAPH, parse_sources, read_sources
from khyber.validation.findings import Report

ALLEGES, IN_EVENT = NamedNode(TERM + "alleges"), NamedNode(TERM + "inEvent")
FEWEST, MOST = 45, 60
"""How many triples a contribution has."""


def graph_of(triples: int) -> tuple[Published, list[Triple]]:
    """Give a published graph of a size, and its asserted triples; of size 0 the curated graph."""
    graphs = parse_sources(read_sources(graph_home()))
    if triples:
        text = io.StringIO()
        write(World(triples), text)
        data = text.getvalue().encode()
        graphs = {**graphs, CORE_GRAPH: [quad.triple for quad in parse(data, format=RdfFormat.N_TRIPLES)]}
    return Published.of(dataset(graphs, infer(graphs, reasoner()))), graphs[CORE_GRAPH]


def contributions(core: Iterable[Triple], number: int) -> Iterator[Patch]:
    """Give events with what is said of them, told again under other names."""
    about: dict[Term, list[Triple]] = defaultdict(list)
    sayings: dict[Term, list[Term]] = defaultdict(list)
    for triple in core:
        about[triple.subject].append(triple)
        if triple.predicate in (ALLEGES, IN_EVENT):
            sayings[triple.object].append(triple.subject)
    found = 0
    for event, told in sayings.items():
        nodes = (
            [event, *told]
            if isinstance(event, NamedNode) and event.value.startswith(PREFIXES["event"])
            else []
        )
        triples = [triple for node in nodes for triple in about[node]]
        if FEWEST <= len(triples) <= MOST and found < number:
            found += 1
            names = {node: NamedNode(f"{node.value}-again") for node in nodes if isinstance(node, NamedNode)}
            yield Patch.of(_renamed(triple, names) for triple in triples)


def _renamed(triple: Triple, names: dict[NamedNode, NamedNode]) -> Triple:
    value = triple.object
    subject = names[triple.subject] if isinstance(triple.subject, NamedNode) else triple.subject
    return Triple(
        subject, triple.predicate, names.get(value, value) if isinstance(value, NamedNode) else value
    )


def measured(judge: Judge, patches: list[Patch], rounds: int) -> list[float]:
    """Judge every patch some times, and give the milliseconds of each judgement after a warm-up."""
    for patch in patches:
        _require_conforming(judge.judge(patch))
    seconds = []
    for _ in range(rounds):
        for patch in patches:
            started = perf_counter()
            judge.judge(patch)
            seconds.append((perf_counter() - started) * 1000)
    return seconds


def _require_conforming(report: Report) -> None:
    if not report.conforms:
        raise SystemExit(report.text())


def main() -> None:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--triples", type=int, nargs="+", default=[0, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    print("asserted   contribution   minimum ms   median ms   memory MB")
    for size in asked.triples:
        published, core = graph_of(size)
        patches = list(contributions(core, 10))
        figures = measured(Judge(published), patches, asked.rounds)
        average = sum(len(patch.added) for patch in patches) / len(patches)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        least, middle = min(figures), median(figures)
        print(
            f"{len(core):>9,} {average:>11.0f}    {least:>10.1f} {middle:>11.1f} {memory:>11,}",
            flush=True,
        )


if __name__ == "__main__":
    main()
