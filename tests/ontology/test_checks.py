"""The rules of ontology/checks: the graph keeps each, and each has a counter-example that breaks it.

A counter-example is a Turtle file, ``<rule>.ttl`` or ``<rule>+<variant>.ttl``, whose first line says in which
graph it would stand.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad

from khyber.config import graph_home
from khyber.engine.published import load_published
from khyber.rdf.namespaces import GRAPH
from khyber.rdf.reading import read_file
from khyber.reasoning.base import reasoner
from khyber.release.compile import dataset, infer
from khyber.release.query_gates import broken_rules, check_files, rule_of
from khyber.release.sources import parse_sources, read_sources

COUNTEREXAMPLES = Path(__file__).parent / "counterexamples"
CHECKS = {path.stem: path for path in check_files(graph_home())}
CASES = sorted(COUNTEREXAMPLES.glob("*.ttl"))

each_check = pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)


@cache
def published() -> tuple[Quad, ...]:
    """The dataset of the curated graph, with its conclusions."""
    graphs = parse_sources(read_sources(graph_home()))
    return tuple(dataset(graphs, infer(graphs, reasoner())))


def rule_broken_by(case: Path) -> str:
    return case.stem.partition("+")[0]


def quads_of(case: Path) -> list[Quad]:
    header = re.match(r"# graph: (ontology|core|mappings)\n", case.read_text(encoding="utf-8"))
    assert header is not None, f"{case}: the first line must be '# graph: ' and ontology, core or mappings."
    graph = NamedNode(GRAPH + header[1])
    return [Quad(quad.subject, quad.predicate, quad.object, graph) for quad in read_file(case)]


def test_checks_were_discovered() -> None:
    assert len(CHECKS) > 50


@each_check
def test_the_rule_stands_in_english_on_the_first_line(check: Path) -> None:
    assert re.fullmatch(r"[A-Z].{20,}\.", rule_of(check))


@each_check
def test_the_graph_keeps_the_rule(check: Path) -> None:
    assert list(broken_rules(check, load_published(published()))) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_counterexample_breaks_its_rule(case: Path) -> None:
    engine = load_published([*published(), *quads_of(case)])
    assert list(broken_rules(CHECKS[rule_broken_by(case)], engine)) != []


def test_every_rule_has_a_counterexample() -> None:
    assert {rule_broken_by(case) for case in CASES} == set(CHECKS)
