"""Validation against shapes: what is reported, about which nodes, and as what."""

from __future__ import annotations

import warnings
from collections.abc import Iterable

import pytest
from pyoxigraph import NamedNode, Triple

from khyber.errors import InputError
from khyber.rdf.namespaces import PREFIXES, SH, SHAPE, SKOS, TERM
from khyber.validation.findings import Finding, Report
from khyber.validation.shacl import Validator, validate
from validation.graph import DATA, ONTOLOGY, SHAPES
from validation.turtle import triples


def judge(data: str, ontology: str = ONTOLOGY, shapes: str = SHAPES) -> Report:
    return validate(triples(data), triples(ontology), triples(shapes))


def only(report: Report) -> Finding:
    assert len(report.findings) == 1, report.text()
    return report.findings[0]


def test_a_conforming_graph_has_no_findings() -> None:
    report = judge(DATA)
    assert report.findings == ()
    assert report.conforms


def test_a_finding_names_node_path_shape_constraint_and_message() -> None:
    finding = only(judge(DATA + "assertion:a2 a khyber:Accusation ."))
    assert finding.severity == "Violation"
    assert finding.focus == PREFIXES["assertion"] + "a2"
    assert finding.path == TERM + "claimant"
    assert finding.value is None
    assert finding.shape == SHAPE + "AssertionClaimant"
    assert finding.constraint == SH + "MinCountConstraintComponent"
    assert finding.message == "An assertion has one claimant, an actor. Name the actor who says it."


def test_the_class_hierarchy_of_the_ontology_is_known() -> None:
    assert judge(DATA + "assertion:a2 a khyber:Assertion ; khyber:claimant actor:ttp .").conforms
    assert not judge(
        DATA, ontology=ONTOLOGY.replace("rdfs:subClassOf khyber:Actor", "rdfs:seeAlso khyber:Actor")
    ).conforms


def test_a_range_does_not_type_the_wrong_value_and_hide_it() -> None:
    report = judge(DATA + "assertion:a2 a khyber:Accusation ; khyber:claimant situation:haven .")
    assert {finding.constraint for finding in report.findings if finding.severity == "Violation"} == {
        SH + "ClassConstraintComponent"
    }


@pytest.mark.parametrize(
    "literal",
    [
        '"abc"^^xsd:date',
        '"2026-02-30"^^xsd:date',
        '"20260226"^^xsd:date',
        '"2026"^^xsd:gYear',
        '"2026-02-26"',
    ],
)
def test_a_literal_that_is_no_full_date_is_reported_as_it_was_written(literal: str) -> None:
    data = (
        f"assertion:a2 a khyber:Accusation ; khyber:claimant actor:pakistan ; khyber:earliestDate {literal} ."
    )
    finding = only(judge(DATA + data))
    assert finding.constraint == SH + "DatatypeConstraintComponent"
    assert finding.value == literal


def test_an_ill_typed_literal_logs_nothing_and_is_not_before_any_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    report = judge(DATA + 'assertion:a1 khyber:earliestDate "abc"^^xsd:date .')
    assert caplog.records == []
    assert {finding.constraint for finding in report.findings if finding.value == '"abc"^^xsd:date'} == {
        SH + "DatatypeConstraintComponent",
        SH + "LessThanOrEqualsConstraintComponent",
    }


def test_a_complex_path_reads_as_in_sparql() -> None:
    finding = only(judge(DATA + "situation:camp a khyber:Sheltering ."))
    assert finding.path == "^khyber:alleges"


def test_a_warning_or_a_remark_does_not_keep_a_graph_from_conforming() -> None:
    report = judge(DATA + "assertion:a1 khyber:stance stance:clames . actor:un a khyber:State . "
                   "assertion:a2 a khyber:Assertion ; khyber:claimant actor:un .")  # fmt: skip
    assert [finding.severity for finding in report.findings] == ["Warning", "Info"]
    assert report.conforms


def test_a_node_that_occurs_only_as_a_value_is_judged() -> None:
    report = judge(DATA + "assertion:a2 a khyber:Assertion ; khyber:claimant actor:nobody .")
    assert PREFIXES["actor"] + "nobody" in {finding.focus for finding in report.findings}


def test_a_rule_in_an_anonymous_shape_is_reported_under_the_named_shape_around_it() -> None:
    finding = only(judge(DATA + "assertion:a1 khyber:value 3 ."))
    assert finding.shape == SHAPE + "SelfAccusation"
    assert finding.constraint == SH + "OrConstraintComponent"


def test_a_rule_in_sparql_is_reported_with_its_own_message() -> None:
    finding = only(judge(DATA + "actor:pakistan khyber:denies assertion:a1 ."))
    assert finding.constraint == SH + "SPARQLConstraintComponent"
    assert finding.value == PREFIXES["actor"] + "pakistan"
    assert finding.message == "https://w3id.org/khyber/id/actor/pakistan says this and is denied. Remove one."


CONCEPTS_HAVE_NOTATIONS = """
shape:Concept a sh:NodeShape ; sh:targetClass skos:Concept ; sh:property shape:ConceptNotation .
shape:ConceptNotation a sh:PropertyShape ; sh:path skos:notation ; sh:minCount 1 ;
    sh:message "Add a notation."@en .
"""


def test_code_lists_are_judged_where_a_shape_targets_them() -> None:
    report = judge(DATA, shapes=SHAPES + CONCEPTS_HAVE_NOTATIONS)
    assert [finding.focus for finding in report.findings] == [
        PREFIXES["stance"] + "claims",
        PREFIXES["stance"] + "denies",
    ]
    assert report.labels[PREFIXES["stance"] + "claims"] == "claims"


CLASSES_ARE_UNTOUCHABLE = """
shape:NoClass a sh:NodeShape ; sh:targetClass owl:Class ; sh:property shape:NoLabel .
shape:NoLabel a sh:PropertyShape ; sh:path skos:prefLabel ; sh:minCount 1 ; sh:message "Label it."@en .
"""


def test_terms_of_the_ontology_are_not_judged_unless_the_data_speaks_about_them() -> None:
    assert judge(DATA, shapes=SHAPES + CLASSES_ARE_UNTOUCHABLE).findings == ()
    finding = only(
        judge(DATA + 'khyber:State rdfs:comment "mine" .', shapes=SHAPES + CLASSES_ARE_UNTOUCHABLE)
    )
    assert finding.focus == TERM + "State"


def test_labels_of_the_reported_nodes_come_with_the_report() -> None:
    report = judge(DATA + 'assertion:a2 a khyber:Accusation ; skos:prefLabel "zweite"@de , "second"@en .')
    assert report.labels == {PREFIXES["assertion"] + "a2": "second"}


def test_the_report_is_the_same_whatever_the_order_of_the_triples() -> None:
    broken = triples(
        DATA
        + "assertion:a2 a khyber:Accusation . assertion:a3 a khyber:Accusation ; khyber:stance stance:x ."
    )
    ontology, shapes = triples(ONTOLOGY), triples(SHAPES)
    first = validate(broken, ontology, shapes)
    assert len(first.findings) == 3
    assert validate(reversed(broken), list(reversed(ontology)), list(reversed(shapes))) == first


def test_a_shape_that_cannot_be_used_is_named() -> None:
    with pytest.raises(InputError, match=r"The shapes cannot be applied.*sh:path"):
        judge(DATA, shapes=SHAPES + "shape:Pathless a sh:PropertyShape ; sh:minCount 1 .")


def test_a_triple_term_is_refused() -> None:
    with pytest.raises(InputError, match="A triple stands as a term"):
        judge(DATA + "assertion:a2 khyber:alleges <<( actor:ttp a khyber:State )>> .")


CHANGES = [
    "assertion:a2 a khyber:Accusation .",
    "assertion:a2 a khyber:Accusation ; khyber:claimant actor:pakistan , actor:ttp .",
    "assertion:a2 a khyber:Accusation ; khyber:claimant event:x ; khyber:value 4 ; khyber:alleges actor:x .",
    'assertion:a2 a khyber:Assertion ; khyber:claimant actor:un . actor:un a khyber:State ; rdfs:label "" .',
    "situation:camp a khyber:Sheltering .",
    "actor:pakistan khyber:denies assertion:a1 .",
    "assertion:a1 khyber:earliestDate '2026-03-01'^^xsd:date .",
]


def nodes(data: Iterable[Triple]) -> set[NamedNode]:
    return {
        term for triple in data for term in (triple.subject, triple.object) if isinstance(term, NamedNode)
    }


@pytest.mark.parametrize("change", CHANGES)
def test_judging_the_changed_nodes_finds_what_judging_the_whole_graph_finds_about_them(change: str) -> None:
    validator = Validator(triples(ONTOLOGY), triples(SHAPES))
    data, added = triples(DATA), triples(change)
    focus = nodes(data) | nodes(added)
    context = validator.context(data)
    assert validator.validate_focus(context, added, focus) == validator.validate([*data, *added])
    some = validator.validate_focus(context, added, nodes(added))
    names = {node.value for node in nodes(added)}
    whole = validator.validate([*data, *added])
    assert some.findings == tuple(finding for finding in whole.findings if finding.focus in names)


def test_judging_changes_leaves_the_context_as_it_was() -> None:
    validator = Validator(triples(ONTOLOGY), triples(SHAPES))
    data = triples(DATA)
    context = validator.context(data)
    before = set(context.graph)
    claimant = [triple for triple in data if triple.predicate.value == TERM + "claimant"]
    a1 = NamedNode(PREFIXES["assertion"] + "a1")
    without = validator.validate_focus(context, [], [a1], removed=claimant)
    assert [finding.constraint for finding in without.findings] == [SH + "MinCountConstraintComponent"]
    assert validator.validate_focus(context, claimant, [a1], removed=claimant).findings == ()
    assert set(context.graph) == before


def test_only_the_named_nodes_are_judged_and_nested_shapes_still_see_all_nodes() -> None:
    shapes = """
    shape:Alleged a sh:NodeShape ; sh:targetClass khyber:Sheltering ; sh:property shape:AllegedBySpeaker .
    shape:AllegedBySpeaker a sh:PropertyShape ;
        sh:path [ sh:inversePath khyber:alleges ] ; sh:node shape:Speaker ;
        sh:message "The assertion has a claimant. Add one."@en .
    shape:Speaker a sh:NodeShape ; sh:property [ sh:path khyber:claimant ; sh:minCount 1 ] .
    """
    validator = Validator(triples(ONTOLOGY), triples(shapes))
    context = validator.context(triples(DATA))
    added = triples("assertion:a2 a khyber:Accusation ; khyber:alleges situation:haven .")
    haven = NamedNode(PREFIXES["situation"] + "haven")
    finding = only(validator.validate_focus(context, added, [haven]))
    assert finding.value == PREFIXES["assertion"] + "a2"
    assert finding.constraint == SH + "NodeConstraintComponent"


def test_pyshacl_as_it_comes_finds_the_same() -> None:
    import pyshacl
    from rdflib import Graph
    from rdflib.namespace import SH as SHACL

    from khyber.validation.terms import triples_to_rdflib

    def graph(text: str) -> Graph:
        filled = Graph()
        for triple in triples_to_rdflib(triples(text)):
            filled.add(triple)
        return filled

    data = DATA + " ".join(CHANGES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _conforms, results, _text = pyshacl.validate(
            graph(ONTOLOGY + data), shacl_graph=graph(SHAPES), inference="none"
        )
    theirs = sorted(
        (
            str(results.value(result, SHACL.focusNode)),
            str(results.value(result, SHACL.sourceConstraintComponent)),
        )
        for result in results.subjects(SHACL.focusNode)
    )
    ours = sorted((finding.focus, finding.constraint) for finding in judge(data).findings)
    assert ours == theirs
    assert len(ours) > 5


def test_the_language_of_a_message_is_english_where_there_is_one() -> None:
    shapes = """
    shape:Labelled a sh:NodeShape ; sh:targetClass khyber:State ; sh:property shape:Label .
    shape:Label a sh:PropertyShape ; sh:path skos:altLabel ; sh:minCount 1 ;
        sh:message "Ein Name fehlt."@de , "A name is missing."@en , "Il manque un nom."@fr .
    """
    assert only(judge(DATA, shapes=shapes)).message == "A name is missing."
    assert only(judge(DATA, shapes=shapes)).path == SKOS + "altLabel"


EVERY_CONSTRAINT = """
shape:All a sh:NodeShape ; sh:targetClass khyber:State ;
    sh:property shape:Range , shape:Order , shape:Text , shape:Kind .
shape:Range a sh:PropertyShape ; sh:path khyber:value ;
    sh:minInclusive 0 ; sh:maxExclusive "9"^^xsd:decimal ; sh:minExclusive "2020-01-01"^^xsd:date .
shape:Order a sh:PropertyShape ; sh:path khyber:value ;
    sh:lessThan khyber:latestDate ; sh:lessThanOrEquals khyber:latestDate ; sh:equals khyber:latestDate ;
    sh:disjoint khyber:latestDate .
shape:Text a sh:PropertyShape ; sh:path khyber:value ;
    sh:pattern "^a" ; sh:minLength 2 ; sh:maxLength 3 ; sh:uniqueLang true ; sh:languageIn ( "en" ) .
shape:Kind a sh:PropertyShape ; sh:path khyber:value ;
    sh:nodeKind sh:Literal ; sh:in ( 1 "a" ) ; sh:hasValue 1 ;
    sh:class khyber:State ; sh:datatype xsd:integer .
"""

ODD_VALUES = [
    "1", "1.0", "1e0", '"NaN"^^xsd:double', '"INF"^^xsd:double', '"1e400"^^xsd:decimal', '"x"^^xsd:integer',
    '"2026-02-26"^^xsd:date', '"abc"^^xsd:date', '"2026"^^xsd:gYear', '"2026-02"^^xsd:gYearMonth', "true",
    '"yes"^^xsd:boolean',
    '"2026-02-26T00:00:00"^^xsd:dateTime', '"2026-02-26T00:00:00Z"^^xsd:dateTime',
    '"24:00:00"^^xsd:time', '"P1D"^^xsd:duration',
    '"a"', '"a"@en', '"a"@ur', '"a"^^<https://example.org/type>', "actor:ttp", '"<p"^^rdf:XMLLiteral', '""',
]  # fmt: skip


@pytest.mark.parametrize("left", ODD_VALUES)
def test_no_value_makes_the_validation_fail(left: str) -> None:
    ontology, shapes = triples(ONTOLOGY), triples(EVERY_CONSTRAINT)
    validator = Validator(ontology, shapes)
    for right in ODD_VALUES:
        data = f"actor:a a khyber:State ; khyber:value {left} ; khyber:latestDate {right} ."
        assert not validator.validate(triples(data)).conforms
