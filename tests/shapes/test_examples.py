"""Every rule has an example that keeps it and one that breaks it, and breaks nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from khyber.config import graph_home
from khyber.rdf.namespaces import RDF, SH
from khyber.release.compile import stated
from khyber.release.sources import CORE_GRAPH, ONTOLOGY_GRAPH, SHAPES_GRAPH, parse_sources, read_sources
from khyber.validation.domains import misplaced_properties
from khyber.validation.findings import SEVERITIES
from khyber.validation.names import short
from khyber.validation.shacl import Context, Validator
from khyber.validation.vocabulary import unknown_terms
from shapes.examples import Example, examples
from shapes.rules import Rules

EXAMPLES = examples()


@dataclass(frozen=True)
class Bench:
    """Shapes compiled once and the curated graph made ready once, for all examples."""

    validator: Validator
    context: Context
    rules: Rules
    ontology: list[Triple]
    core: list[Triple]


@pytest.fixture(scope="module")
def bench() -> Bench:
    graphs = parse_sources(read_sources(graph_home()))
    validator = Validator(graphs[ONTOLOGY_GRAPH], graphs[SHAPES_GRAPH])
    context = validator.context(stated(graphs))
    return Bench(validator, context, Rules(graphs[SHAPES_GRAPH]), graphs[ONTOLOGY_GRAPH], graphs[CORE_GRAPH])


def of_kind(valid: bool) -> list[Example]:
    return [example for example in EXAMPLES if example.valid is valid]


def each(chosen: list[Example]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("example", chosen, ids=lambda example: example.name)


def test_examples_were_discovered() -> None:
    assert len(of_kind(True)) > 100
    assert len(of_kind(False)) > 100
    assert [
        example.name for example in EXAMPLES if not example.path.stem.startswith(("valid-", "invalid-"))
    ] == []


@each(EXAMPLES)
def test_an_example_names_shapes_that_there_are(bench: Bench, example: Example) -> None:
    assert set(example.shapes) <= bench.rules.rules()


@each(EXAMPLES)
def test_an_example_stands_in_the_folder_of_its_shape_or_of_one_that_holds_it(
    bench: Bench, example: Example
) -> None:
    folder = NamedNode(f"https://w3id.org/khyber/shapes#{example.path.parent.name}")
    assert set(example.shapes) & bench.rules.held_by([folder])


@each(EXAMPLES)
def test_an_example_uses_only_properties_and_classes_of_the_ontology(bench: Bench, example: Example) -> None:
    unknown = [
        finding
        for finding in unknown_terms(example.triples, bench.ontology)
        if "declares no" in finding.message
    ]
    assert [finding.message for finding in unknown] == []


@each(EXAMPLES)
def test_an_example_is_about_nodes_that_its_shapes_judge(bench: Bench, example: Example) -> None:
    targeting = bench.validator.shapes_targeting(bench.context, example.triples, example.focus)
    judged = bench.rules.held_by(map(NamedNode, targeting))
    assert set(example.shapes) <= judged


@each(of_kind(True))
def test_a_valid_example_breaks_no_rule(bench: Bench, example: Example) -> None:
    report = bench.validator.validate_focus(bench.context, example.triples, example.focus)
    assert report.conforms, report.text()
    assert [finding for finding in report.findings if finding.shape in example.shapes] == []


@each(of_kind(True))
def test_a_valid_example_has_its_properties_where_they_belong(bench: Bench, example: Example) -> None:
    kinds = [triple for triple in bench.core if triple.predicate.value == RDF + "type"]
    found = misplaced_properties([*example.triples, *kinds], bench.ontology)
    assert [finding.message for finding in found] == []


@each(of_kind(False))
def test_an_invalid_example_breaks_the_constraint_that_it_names_and_no_other(
    bench: Bench, example: Example
) -> None:
    report = bench.validator.validate_focus(bench.context, example.triples, example.focus)
    assert {(finding.shape, finding.constraint) for finding in report.findings} == {example.constraint}, (
        report.text()
    )


def test_every_rule_has_a_valid_and_an_invalid_example(bench: Bench) -> None:
    kept = {shape for example in of_kind(True) for shape in example.shapes}
    broken = {shape for example in of_kind(False) for shape in example.shapes}
    missing = [f"{short(rule)}: no valid example" for rule in bench.rules.rules() - kept]
    missing += [f"{short(rule)}: no invalid example" for rule in bench.rules.rules() - broken]
    assert sorted(missing) == [], "\n" + "\n".join(sorted(missing))


def test_every_shape_has_a_name(bench: Bench) -> None:
    shapes = bench.rules.shapes()
    assert len(shapes) > 50
    assert [str(shape) for shape in shapes if not isinstance(shape, NamedNode)] == []


def test_every_rule_has_one_english_message_that_ends_with_a_remedy(bench: Bench) -> None:
    for rule in sorted(bench.rules.rules()):
        messages = [
            message.value
            for message in bench.rules.values(NamedNode(rule)).get(SH + "message", [])
            if isinstance(message, Literal) and message.language == "en"
        ]
        assert len(messages) == 1, rule
        reason, _, remedy = messages[0].partition(". ")
        assert len(messages[0]) > 30, rule
        assert reason, rule
        assert remedy[:1].isupper(), f"{rule}: no remedy after the reason"
        assert remedy.endswith("."), rule


def test_every_severity_is_one_of_the_three(bench: Bench) -> None:
    known = {NamedNode(SH + severity) for severity in SEVERITIES}
    for shape in bench.rules.shapes():
        severities = bench.rules.values(shape).get(SH + "severity", [])
        assert len(severities) <= 1, shape
        assert set(severities) <= known, shape
