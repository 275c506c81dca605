"""The verdict on a change, from the nodes that it touches, is the verdict on the whole graph: always."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

import pytest
from pyoxigraph import NamedNode, Triple

from khyber.config import graph_home
from khyber.rdf.namespaces import OWL, RDF, SH, SKOS
from khyber.release.sources import CORE_GRAPH, ONTOLOGY_GRAPH, SHAPES_GRAPH, parse_sources, read_sources
from khyber.validation.asserted import AssertedGraph, in_store_form
from khyber.validation.changes import ChangeValidator
from khyber.validation.findings import Finding, Report
from khyber.validation.shacl import Validator
from shapes.examples import examples
from shapes.rules import Rules
from validation.random_changes import Case, Cases, published

RANDOM_CHANGES = 130
"""Besides an example of each rule, and valid examples that are cut: more than 500 changes in all."""
QUERIES = ("EnvelopePlace", "OneClaimAFigure", "SupersedesOwn", "LocatedInCycle", "IncludedInCycle")
"""Rules by sh:sparql whose valid examples are cut again and again: a node is judged by what others say."""
CUTS = 18


@pytest.fixture(scope="module")
def graphs() -> dict[str, list[Triple]]:
    read = parse_sources(read_sources(graph_home()))
    return {**read, ONTOLOGY_GRAPH: _with_used_codes(read)}


@pytest.fixture(scope="module")
def cases(graphs: dict[str, list[Triple]]) -> list[Case]:
    classes = sorted(
        triple.subject.value
        for triple in graphs[ONTOLOGY_GRAPH]
        if isinstance(triple.subject, NamedNode) and triple.object == NamedNode(OWL + "Class")
    )
    all_examples = examples()
    making = Cases(graphs[CORE_GRAPH], all_examples, classes)
    invalid = {example.constraint: example for example in all_examples if not example.valid}
    random = Random(26022026)  # noqa: S311 - the same changes each time
    return [
        *(making.of_example(example, random) for _, example in sorted(invalid.items())),
        *(
            making.of_cut_example(example, random)
            for example in all_examples
            if example.valid and example.path.parent.name in QUERIES
            for _ in range(CUTS)
        ),
        *(making.random(number, random) for number in range(RANDOM_CHANGES)),
    ]


def test_the_findings_are_those_of_the_whole_graph(
    graphs: dict[str, list[Triple]], cases: list[Case]
) -> None:
    whole = Validator(graphs[ONTOLOGY_GRAPH], graphs[SHAPES_GRAPH])
    incremental = ChangeValidator(graphs[ONTOLOGY_GRAPH], graphs[SHAPES_GRAPH])
    random = Random(1)  # noqa: S311 - the same each time
    violated: set[str] = set()
    violating = 0
    differing = []
    for case in cases:
        expected = violations(whole.validate(case.after))
        graph = AssertedGraph.of(published(case.graph, graphs[ONTOLOGY_GRAPH], random))
        found = violations(incremental.validate(graph, case.added, in_store_form(case.removed).keys()))
        if found != expected:
            differing.append((case.name, expected ^ found))
        violating += bool(expected)
        violated.update(finding.shape for finding in expected if finding.shape)
    assert differing == []
    assert len(cases) >= 500
    assert violating >= 0.3 * len(cases)
    assert len([case for case in cases if case.removed]) >= 0.25 * len(cases)
    assert rules_of_violations(graphs[SHAPES_GRAPH]) - violated == set()


def violations(report: Report) -> set[Finding]:
    return {finding for finding in report.findings if finding.severity == "Violation"}


def rules_of_violations(shapes: Iterable[Triple]) -> set[str]:
    """Give the shapes that state a rule whose breach is a violation."""
    rules = Rules(shapes)
    lenient = {
        triple.subject.value
        for triple in shapes
        if isinstance(triple.subject, NamedNode)
        and triple.predicate.value == SH + "severity"
        and triple.object != NamedNode(SH + "Violation")
    }
    return rules.rules() - lenient


def _with_used_codes(graphs: dict[str, list[Triple]]) -> list[Triple]:
    """Leave out the codes that no case speaks of: each would be judged again with every whole graph."""
    used = {triple.object for triple in graphs[CORE_GRAPH]}
    used |= {triple.object for example in examples() for triple in example.triples}
    ontology = graphs[ONTOLOGY_GRAPH]
    concept = NamedNode(SKOS + "Concept")
    codes = {
        each.subject for each in ontology if each.predicate.value == RDF + "type" and each.object == concept
    }
    return [triple for triple in ontology if triple.subject not in codes or triple.subject in used]
