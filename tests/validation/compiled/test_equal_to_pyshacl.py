"""Compiled shapes find what pySHACL finds: on the curated graph, the examples, and graphs full of mistakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from random import Random

import pytest
from bench.generate import write
from bench.world import World
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Triple, parse

from khyber.config import graph_home
from khyber.errors import InputError
from khyber.release.sources import CORE_GRAPH, ONTOLOGY_GRAPH, SHAPES_GRAPH, parse_sources, read_sources
from khyber.validation.compiled.columns import node_of
from khyber.validation.compiled.compile import CompiledShapes, compile_shapes
from khyber.validation.findings import Report
from khyber.validation.shacl import Context, Validator
from shapes.examples import examples
from validation.compiled.mutations import changed

EXAMPLES = examples()


@dataclass(frozen=True, repr=False)
class Bench:
    """The project's shapes, compiled and in pySHACL, and its curated graph."""

    compiled: CompiledShapes
    pyshacl: Validator
    core: list[Triple]
    context: Context

    def judge(self, data: list[Triple]) -> Report:
        """Judge by compiled shapes, and by pySHACL what they leave."""
        verdict = self.compiled.judge(data)
        if not verdict.left:
            return verdict.report
        return verdict.report + self.pyshacl.validate(data, only=verdict.left)


@pytest.fixture(scope="module")
def bench() -> Bench:
    graphs = parse_sources(read_sources(graph_home()))
    pyshacl = Validator(graphs[ONTOLOGY_GRAPH], graphs[SHAPES_GRAPH])
    return Bench(
        compile_shapes(graphs[ONTOLOGY_GRAPH], graphs[SHAPES_GRAPH]),
        pyshacl,
        graphs[CORE_GRAPH],
        pyshacl.context(graphs[CORE_GRAPH]),
    )


def outcome(judge: Callable[[list[Triple]], Report], data: list[Triple]) -> Report | str:
    """Give the report, or what is said where a blank node stands for a date."""
    try:
        return judge(data)
    except InputError as error:
        return error.detail


def test_every_shape_of_the_project_is_compiled(bench: Bench) -> None:
    assert bench.compiled.uncovered == {}
    assert len(bench.compiled.shapes) > 90


def test_the_curated_graph_gets_the_same_report(bench: Bench) -> None:
    report = bench.compiled.judge(bench.core).report
    assert report == bench.pyshacl.validate(bench.core)
    assert report.findings


@pytest.mark.parametrize("part", range(4))
def test_each_example_of_a_shape_gets_the_same_findings(bench: Bench, part: int) -> None:
    chosen = EXAMPLES[part::4]
    assert len(chosen) > 150
    for example in chosen:
        expected = bench.pyshacl.validate_focus(bench.context, example.triples, example.focus)
        graph = bench.compiled.columns([*bench.core, *example.triples])
        verdict = bench.compiled.judge_focus(graph, {node_of(node) for node in example.focus})
        assert (example.name, verdict.report) == (example.name, expected)
        assert verdict.left == frozenset()


def test_all_examples_in_one_graph_get_the_same_report(bench: Bench) -> None:
    data = [*bench.core, *(triple for example in EXAMPLES for triple in example.triples)]
    report = bench.judge(data)
    assert report == bench.pyshacl.validate(data)
    broken = {finding.shape for finding in report.findings}
    assert len(broken) > 200


def test_a_generated_graph_with_mistakes_gets_the_same_report(bench: Bench) -> None:
    text = StringIO()
    write(World(6000), text)
    generated = [quad.triple for quad in parse(text.getvalue().encode(), format=RdfFormat.N_TRIPLES)]
    data = [*bench.core, *changed(generated, Random(7), 800)]  # noqa: S311
    report = bench.judge(data)
    assert report == bench.pyshacl.validate(data)
    assert len(report.findings) > 500


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), count=st.integers(1, 120))
def test_any_change_of_the_curated_graph_gets_the_same_report(bench: Bench, seed: int, count: int) -> None:
    data = changed(bench.core, Random(seed), count)  # noqa: S311
    found = outcome(bench.judge, data)
    assert found == outcome(bench.pyshacl.validate, data)
