"""The generated graph is the same every time, conforms, and grows as asked."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from io import StringIO

import pytest
from bench.generate import write
from bench.world import World
from pyoxigraph import NamedNode, Quad, RdfFormat

from khyber.config import graph_home
from khyber.rdf.namespaces import MAPPINGS_GRAPH, SHAPE
from khyber.rdf.reading import parse
from khyber.release.compile import shapes_report, vocabulary_report
from khyber.release.sources import CORE_GRAPH, parse_sources, read_sources

SMALL = World(3_000)


def generated(size: World, graph: str | None = None) -> str:
    out = StringIO()
    write(size, out, graph)
    return out.getvalue()


def quads(size: World, graph: str | None = None) -> list[Quad]:
    written = generated(size, graph).encode()
    return parse(written, format=RdfFormat.N_QUADS if graph else RdfFormat.N_TRIPLES, source="generated")


def test_the_same_command_writes_the_same_bytes() -> None:
    command = [sys.executable, "-m", "bench.generate", "--triples", "2000"]
    digests = {
        hashlib.sha256(
            subprocess.run(
                command, cwd=graph_home(), env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
            ).stdout
        ).hexdigest()
        for seed in ("1", "2")
    }
    assert len(digests) == 1
    assert digests == {hashlib.sha256(generated(World(2_000)).encode()).hexdigest()}


def test_another_seed_makes_another_world() -> None:
    assert generated(World(2_000, seed=3)) != generated(World(2_000, seed=4))


def test_it_conforms_to_the_shapes_and_uses_only_declared_terms() -> None:
    graphs = dict(parse_sources(read_sources(graph_home())))
    graphs[CORE_GRAPH] = [quad.triple for quad in quads(SMALL)]
    graphs[MAPPINGS_GRAPH] = []
    report = vocabulary_report(graphs) + shapes_report(graphs)
    told = {finding.shape for finding in report.findings}
    assert told == {f"{SHAPE}ActorHasLink"}, "nobody has looked for what is made up"
    assert report.conforms


@pytest.mark.parametrize("triples", [3_000, 20_000])
def test_it_has_as_many_triples_as_asked_for_and_none_twice(triples: int) -> None:
    found = quads(World(triples))
    assert triples <= len(found) < triples + 200
    assert len(set(found)) == len(found)


def test_events_spread_over_thirty_years() -> None:
    days = sorted(
        str(quad.object)
        for quad in quads(World(20_000))
        if quad.predicate.value.endswith("#earliestDate") and "/id/event/" in str(quad.subject)
    )
    assert days[0].startswith('"1996-01')
    assert '"2024' < days[-1] < '"2028'


def test_a_graph_can_be_named() -> None:
    graph = "https://example.org/graph"
    assert {quad.graph_name for quad in quads(SMALL, graph)} == {NamedNode(graph)}
