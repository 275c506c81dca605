"""Validation of a whole graph: the same by either way, and without pySHACL where nothing is left to it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from khyber.errors import InputError
from khyber.rdf.namespaces import PREFIXES, TERM
from khyber.validation.compiled.columns import Columns, is_blank, node_of
from khyber.validation.compiled.compile import compile_shapes
from khyber.validation.compiled.whole import validate
from validation.graph import ONTOLOGY, SHAPES
from validation.turtle import triples

DATA = """
actor:pakistan a khyber:State ; skos:prefLabel "Pakistan"@en , "Pakistan" .
assertion:a1 a khyber:Accusation ; khyber:claimant actor:pakistan , actor:pakistan ; khyber:earliestDate "2026"^^xsd:date .
assertion:a2 a khyber:Accusation ; skos:prefLabel "Zwei"@de , "Deux"@fr .
"""

COMPILES = """
import sys
from khyber.config import graph_home
from khyber.release.compile import shapes_report
from khyber.release.sources import parse_sources, read_sources
report = shapes_report(parse_sources(read_sources(graph_home())))
print(report.conforms, "pyshacl" in sys.modules, "rdflib" in sys.modules)
"""


def test_both_ways_give_the_same_report_with_the_same_labels() -> None:
    given = triples(DATA), triples(ONTOLOGY), triples(SHAPES)
    report = validate(*given)
    assert report == validate(*given, reference=True)
    assert report.labels[PREFIXES["assertion"] + "a2"] == "Deux"
    assert not report.conforms


def test_the_curated_graph_is_judged_without_pyshacl() -> None:
    printed = subprocess.run(
        [sys.executable, "-c", COMPILES], capture_output=True, text=True, check=True
    ).stdout
    assert printed.split() == ["True", "False", "False"]


def test_a_triple_as_a_term_is_refused() -> None:
    (inner,) = triples("actor:a a khyber:State .")
    data = [Triple(NamedNode(PREFIXES["actor"] + "b"), NamedNode(TERM + "about"), inner)]
    with pytest.raises(InputError, match="stands as a term"):
        validate(data, triples(ONTOLOGY), triples(SHAPES))


def test_terms_of_the_ontology_are_judged_only_where_data_speaks_of_them() -> None:
    rules = triples(
        "shape:C a sh:NodeShape ; sh:targetClass owl:Class ; sh:class khyber:Nothing ; sh:message 'No.' ."
    )
    compiled = compile_shapes(triples(ONTOLOGY), rules)
    assert compiled.judge(triples(DATA)).report.findings == ()
    (finding,) = compiled.judge(triples(DATA + "khyber:State rdfs:comment 'Said.' .")).report.findings
    assert finding.focus == TERM + "State"


def test_columns_hold_each_triple_once_and_literals_as_they_were_written() -> None:
    values = [Literal(text, datatype=NamedNode(PREFIXES["xsd"] + "integer")) for text in ("1", "01", "1")]
    many = [Literal(str(number)) for number in range(30)]
    subject, predicate = NamedNode("https://example.org/s"), NamedNode("https://example.org/p")
    graph = Columns(Triple(subject, predicate, value) for value in (*values, *many, *many))
    found = graph.objects(predicate.value)[subject.value]
    assert len(found) == 32
    assert set(found) == {*values, *many}
    assert list(graph.subjects(predicate.value)[values[1]]) == [subject.value]


def test_instances_are_those_of_classes_below_even_in_a_circle() -> None:
    graph = Columns(
        triples(
            "khyber:A rdfs:subClassOf khyber:B . khyber:B rdfs:subClassOf khyber:C . khyber:C rdfs:subClassOf khyber:A . "
            "actor:a a khyber:A . _:b a khyber:B . actor:d a khyber:D ."
        )
    )
    instances = graph.instances(TERM + "C")
    assert {node for node in instances if not is_blank(node)} == {PREFIXES["actor"] + "a"}
    assert len(instances) == 2
    assert graph.instances(TERM + "Nothing") == frozenset()
    assert node_of(NamedNode(TERM + "A")) == TERM + "A"
