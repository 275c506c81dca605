"""Where properties belong: what no shape targets is found all the same."""

from __future__ import annotations

import pytest

from khyber.config import graph_home
from khyber.rdf.namespaces import PREFIXES, TERM
from khyber.release.compile import vocabulary_report
from khyber.release.sources import CORE_GRAPH, ONTOLOGY_GRAPH, parse_sources, read_sources
from khyber.validation.domains import misplaced_properties
from khyber.validation.findings import Finding
from validation.turtle import triples

ONTOLOGY = """
khyber:Proposition a owl:Class .
khyber:Event a owl:Class ; rdfs:subClassOf khyber:Proposition .
khyber:Attack a owl:Class ; rdfs:subClassOf khyber:Event , [ a owl:Restriction ] .
khyber:Situation a owl:Class ; rdfs:subClassOf khyber:Proposition .
khyber:Sheltering a owl:Class ; rdfs:subClassOf khyber:Situation .
khyber:Assertion a owl:Class .
khyber:Accusation a owl:Class ; rdfs:subClassOf khyber:Assertion .
khyber:Statement a owl:Class ; rdfs:subClassOf khyber:Assertion .
org:Post a owl:Class .
skos:Concept a owl:Class .
khyber:host a owl:ObjectProperty ; rdfs:domain khyber:Sheltering .
khyber:accused a owl:ObjectProperty ; rdfs:domain khyber:Accusation .
khyber:perpetrator a owl:ObjectProperty ; rdfs:domain khyber:Event .
khyber:place a owl:ObjectProperty ; rdfs:domain khyber:Proposition .
khyber:mixed a owl:ObjectProperty ; rdfs:domain [ owl:unionOf ( khyber:Event khyber:Assertion ) ] .
khyber:description a owl:DatatypeProperty .
stance:claims a skos:Concept .
"""


def found(data: str) -> list[Finding]:
    return misplaced_properties(triples(data), triples(ONTOLOGY))


def only(data: str) -> Finding:
    (finding,) = found(data)
    assert finding.severity == "Violation"
    return finding


def test_the_host_of_a_plain_situation_is_found() -> None:
    finding = only("situation:x a khyber:Situation ; khyber:host actor:a .")
    assert finding.focus == PREFIXES["situation"] + "x"
    assert finding.path == TERM + "host"
    assert finding.message == (
        "khyber:host belongs on a khyber:Sheltering; situation:x is a khyber:Situation. "
        "Give it that class, or take the property out."
    )


def test_the_accused_of_a_statement_is_found() -> None:
    assert only("assertion:x a khyber:Statement ; khyber:accused actor:a .").message.startswith(
        "khyber:accused belongs on a khyber:Accusation; assertion:x is a khyber:Statement."
    )


def test_an_event_without_a_class_is_found_once_and_told_which_class_its_property_asks_for() -> None:
    finding = only("event:x khyber:perpetrator place:kabul ; khyber:place place:kabul .")
    assert finding.focus == PREFIXES["event"] + "x"
    assert finding.path is None
    assert finding.message == (
        "event:x has no class. Say with rdf:type what it is; khyber:perpetrator belongs on a khyber:Event."
    )


def test_a_node_with_a_name_and_no_class_is_found() -> None:
    assert only('actor:x rdfs:label "X"@en .').message == (
        "actor:x has no class. Say with rdf:type what it is, such as a khyber:State or a khyber:Attack."
    )


@pytest.mark.parametrize(
    "data",
    [
        "event:x a khyber:Event ; khyber:perpetrator actor:a .",
        "event:x a khyber:Attack ; khyber:perpetrator actor:a ; khyber:place place:p .",
        "situation:x a khyber:Sheltering ; khyber:host actor:a ; khyber:place place:p .",
        "situation:x a khyber:Situation , khyber:Sheltering ; khyber:host actor:a .",
        'office:x a org:Post ; khyber:description "a post" .',
    ],
)
def test_a_property_on_its_class_or_on_a_narrower_one_has_its_place(data: str) -> None:
    assert found(data) == []


def test_a_node_of_two_classes_is_told_both() -> None:
    assert "; event:x is an org:Post and a khyber:Attack." in (
        only("event:x a org:Post , khyber:Attack ; khyber:host actor:a .").message
    )


def test_a_domain_that_is_a_class_expression_is_not_judged() -> None:
    assert found("situation:x a khyber:Situation ; khyber:mixed actor:a .") == []


def test_a_node_of_an_undeclared_class_is_left_to_the_vocabulary() -> None:
    assert found("situation:x a khyber:Shelterng ; khyber:host actor:a .") == []


def test_a_code_of_the_ontology_has_its_class_there() -> None:
    assert found("stance:claims rdfs:seeAlso <https://example.org/> .") == []


def test_the_findings_stand_in_the_order_of_a_report() -> None:
    data = "situation:x a khyber:Situation ; khyber:host actor:a ; khyber:accused actor:a . event:y khyber:place place:p ."
    assert [(finding.focus.rpartition("/")[2], finding.path) for finding in found(data)] == [
        ("y", None),
        ("x", TERM + "accused"),
        ("x", TERM + "host"),
    ]


def test_the_curated_graph_is_judged_by_its_own_ontology() -> None:
    graphs = parse_sources(read_sources(graph_home()))
    assert vocabulary_report(graphs).findings == ()
    wrong = triples(
        "situation:x a khyber:Situation ; khyber:host actor:pakistan ."
        "assertion:y a khyber:Statement ; khyber:accused actor:pakistan ."
        "event:z khyber:perpetrator place:kabul ."
    )
    report = vocabulary_report(
        {ONTOLOGY_GRAPH: graphs[ONTOLOGY_GRAPH], CORE_GRAPH: [*graphs[CORE_GRAPH], *wrong]}
    )
    assert not report.conforms
    assert [finding.focus.rpartition("/")[2] for finding in report.findings] == ["y", "z", "x"]


def test_a_node_of_which_only_its_replacement_is_said_needs_no_class() -> None:
    assert found("actor:double dcterms:isReplacedBy actor:one .") == []
    assert only('actor:double dcterms:isReplacedBy actor:one ; rdfs:label "Double"@en .').focus.endswith(
        "double"
    )
