"""Validation of a whole graph: compiled shapes against pySHACL, in CPU seconds of this machine.

    python -m bench.validation [--small 10000] [--large 100000 1000000] [--seed 3]

First both judge a small generated graph with mistakes in it, and must find the same; then the compiled shapes
judge the large ones, with mistakes too. Beside the shapes, the two judgements of the vocabulary. Read the
ratio and whether the targets are met.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from io import StringIO
from time import process_time

from bench.generate import write
from bench.world import World
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from khyber.config import graph_home
from khyber.rdf.namespaces import RDFS, TERM, XSD
from khyber.release.sources import CORE_GRAPH, ONTOLOGY_GRAPH, SHAPES_GRAPH, parse_sources, read_sources
from khyber.validation.compiled.whole import validate
from khyber.validation.domains import misplaced_properties
from khyber.validation.findings import Report
from khyber.validation.vocabulary import unknown_terms

TARGETS = {100_000: 2.0, 1_000_000: 20.0}
EVERY = 200
"""One triple in so many is spoilt."""

_MISTAKES = (
    (TERM + "claimant", NamedNode("https://w3id.org/khyber/id/actor/nobody")),
    (TERM + "latestDate", Literal("2026-02-30", datatype=NamedNode(XSD + "date"))),
    (TERM + "latestDate", Literal("1990-01-01", datatype=NamedNode(XSD + "date"))),
    (TERM + "value", Literal("-3", datatype=NamedNode(XSD + "integer"))),
    (TERM + "value", Literal("many")),
    (TERM + "stance", NamedNode("https://w3id.org/khyber/id/mode/tolerance")),
    (RDFS + "label", Literal("Another label", language="en")),
    (TERM + "locatedIn", NamedNode("https://w3id.org/khyber/id/place/nowhere")),
)


def spoilt(triples: list[Triple]) -> list[Triple]:
    """Give the triples with a mistake about the subject of each two-hundredth."""
    mistakes = (
        Triple(triple.subject, NamedNode(predicate), thing)
        for number, triple in enumerate(triples[::EVERY])
        for predicate, thing in [_MISTAKES[number % len(_MISTAKES)]]
    )
    return [*triples, *mistakes]


def generated(size: int, seed: int) -> list[Triple]:
    """Give a generated graph with mistakes."""
    text = StringIO()
    write(World(size, seed), text)
    return spoilt([quad.triple for quad in parse(text.getvalue().encode(), format=RdfFormat.N_TRIPLES)])


def timed(judge: Callable[[], Report]) -> tuple[Report, float]:
    """Give a report, and the CPU seconds that it took."""
    start = process_time()
    report = judge()
    return report, process_time() - start


def main() -> None:
    """Compare, measure and print; end with an error if the two differ."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", type=int, default=10_000, help="triples that both judge (default: 10000)")
    parser.add_argument(
        "--large", type=int, nargs="*", default=sorted(TARGETS), help="triples for the compiled"
    )
    parser.add_argument("--seed", type=int, default=World.seed, help="another seed gives another world")
    asked = parser.parse_args()
    graphs = parse_sources(read_sources(graph_home()))
    ontology, shapes = graphs[ONTOLOGY_GRAPH], graphs[SHAPES_GRAPH]

    def by_shapes(data: list[Triple], *, reference: bool = False) -> tuple[Report, float]:
        return timed(lambda: validate(data, ontology, shapes, reference=reference))

    data = [*graphs[CORE_GRAPH], *generated(asked.small, asked.seed)]
    by_shapes(data, reference=True)  # once, so that rdflib and pySHACL are loaded
    expected, slow = by_shapes(data, reference=True)
    report, fast = by_shapes(data)
    if report != expected:
        raise SystemExit("DIFFERENT: the compiled shapes do not find what pySHACL finds.")
    print(f"{len(data):,} triples: {len(report.findings):,} findings, equal")
    print(f"    pySHACL {slow:.2f} s, compiled {fast:.3f} s: {slow / fast:.0f} times faster")
    for size in asked.large:
        data = [*graphs[CORE_GRAPH], *generated(size, asked.seed)]
        report, seconds = by_shapes(data)
        target = TARGETS.get(size)
        verdict = f", target ≤ {target:g} {'met' if seconds <= target else 'MISSED'}" if target else ""
        print(f"{len(data):,} triples: {len(report.findings):,} findings, compiled {seconds:.2f} s{verdict}")
        unknown = timed(lambda: Report.of(unknown_terms(data, ontology)))  # noqa: B023 - called at once
        misplaced = timed(lambda: Report.of(misplaced_properties(data, ontology)))  # noqa: B023
        print(f"    unknown terms {unknown[1]:.2f} s, misplaced properties {misplaced[1]:.2f} s")


if __name__ == "__main__":
    main()
