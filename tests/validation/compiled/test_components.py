"""Each constraint component, target and path, alone: the findings of pySHACL, and some findings there are."""

from __future__ import annotations

import pytest

from khyber.errors import InputError
from khyber.validation.compiled.compile import compile_shapes
from khyber.validation.compiled.whole import validate
from khyber.validation.findings import Report
from khyber.validation.shacl import Validator
from validation.graph import ONTOLOGY
from validation.turtle import triples

DATA = """
actor:a a khyber:State ; skos:prefLabel "A"@en , "Ah"@en-GB , "AA"@EN , "a" ; khyber:value 1 , 2.5 , 1e0 , "x" .
actor:b a khyber:ArmedGroup ; khyber:alleges actor:a , actor:b ; khyber:value 3 , "3"^^xsd:decimal , "03"^^xsd:integer .
actor:c a khyber:Actor , khyber:Accusation ; khyber:alleges actor:b ; khyber:claimant actor:a , _:c , "Karl" .
actor:d a khyber:State ; khyber:alleges actor:c ; khyber:earliestDate "2026-01-01"^^xsd:date , "2026-01-05"^^xsd:date ;
    khyber:latestDate "2026-01-05"^^xsd:date , "2026-01-03"^^xsd:date ; khyber:claimant actor:a ; khyber:value true .
actor:e a khyber:State ; khyber:earliestDate "2026-01-01T00:00:00"^^xsd:dateTime , "abc"^^xsd:date ;
    khyber:latestDate "2026-01-02Z"^^xsd:date ; khyber:value "1"^^xsd:boolean , false ; khyber:stance stance:claims .
_:f a khyber:State ; khyber:stance stance:denies , "denies" ; khyber:value "2026-01-01"^^xsd:date , _:g .
"""

NODE_SHAPES = {
    "class": "sh:class khyber:Accusation",
    "not": "sh:not [ sh:class khyber:State ]",
    "or": "sh:or ( [ sh:class khyber:Accusation ] [ sh:property [ sh:path khyber:value ; sh:minCount 2 ] ] )",
    "and": "sh:and ( [ sh:class khyber:Actor ] [ sh:property [ sh:path khyber:value ; sh:minCount 2 ] ] )",
    "xone": "sh:xone ( [ sh:class khyber:State ] [ sh:property [ sh:path khyber:value ; sh:minCount 1 ] ] )",
    "pattern": 'sh:pattern "[ACD]$" ; sh:flags "i"',
    "node kind": "sh:nodeKind sh:IRI",
    "minimal length": "sh:minLength 99",
    "in": "sh:in ( actor:a actor:b )",
    "value": "sh:hasValue actor:a",
    "equals": "sh:equals khyber:alleges",
    "disjoint": "sh:disjoint khyber:alleges",
    "out of use": "sh:deactivated true ; sh:class khyber:Nothing ; sh:property [ sh:path khyber:x ; sh:minCount 1 ; sh:message 'No x.' ]",
    "nested": "sh:property [ sh:path khyber:alleges ; sh:property [ sh:path khyber:alleges ; sh:minCount 1 ; sh:message 'Alleges nothing.' ] ]",
}

PROPERTY_SHAPES = {
    "class": "khyber:claimant ; sh:class khyber:Actor",
    "datatype": "khyber:value ; sh:datatype xsd:integer",
    "datatype decimal": "khyber:value ; sh:datatype xsd:decimal",
    "datatype boolean": "khyber:value ; sh:datatype xsd:boolean",
    "datatype date": "khyber:earliestDate ; sh:datatype xsd:date",
    "datatype time": "khyber:earliestDate ; sh:datatype xsd:dateTime",
    "datatype string": "skos:prefLabel ; sh:datatype xsd:string",
    "datatype tagged": "skos:prefLabel ; sh:datatype rdf:langString",
    "any literal": "khyber:claimant ; sh:datatype rdfs:Literal",
    "any datatype": "khyber:value ; sh:datatype rdfs:Datatype",
    "node kind": "khyber:claimant ; sh:nodeKind sh:BlankNodeOrIRI",
    "literal or blank": "khyber:claimant ; sh:nodeKind sh:BlankNodeOrLiteral",
    "counts": "khyber:value ; sh:minCount 2 ; sh:maxCount 3",
    "least": "khyber:value ; sh:minInclusive 2.5",
    "more": "khyber:value ; sh:minExclusive 1",
    "most": "khyber:value ; sh:maxInclusive 1.0",
    "less": "khyber:value ; sh:maxExclusive 3",
    "not after a day": "khyber:earliestDate ; sh:maxInclusive '2026-01-01'^^xsd:date",
    "after a time": "khyber:earliestDate ; sh:minExclusive '2026-01-01T00:00:00'^^xsd:dateTime",
    "before text": "skos:prefLabel ; sh:maxExclusive 'b'",
    "length": "skos:prefLabel ; sh:minLength 2 ; sh:maxLength 1",
    "languages": "skos:prefLabel ; sh:languageIn ( 'EN' 'ur' )",
    "any language": "skos:prefLabel ; sh:languageIn ( '*' )",
    "one a language": "skos:prefLabel ; sh:uniqueLang true",
    "not one a language": "skos:prefLabel ; sh:uniqueLang false ; sh:minCount 1",
    "equals": "khyber:claimant ; sh:equals khyber:alleges",
    "disjoint": "khyber:earliestDate ; sh:disjoint khyber:latestDate",
    "before": "khyber:earliestDate ; sh:lessThan khyber:latestDate",
    "before or at": "khyber:earliestDate ; sh:lessThanOrEquals khyber:latestDate",
    "value": "khyber:value ; sh:hasValue 1 , true",
    "two patterns": "skos:prefLabel ; sh:pattern 'A' , 'h'",
    "qualified": "khyber:claimant ; sh:qualifiedValueShape [ sh:class khyber:State ] ; sh:qualifiedMinCount 1 ; sh:qualifiedMaxCount 1",
    "none or one": "khyber:value ; sh:or ( [ sh:datatype xsd:integer ] [ sh:not [ sh:minInclusive 2 ] ] )",
    "inverse": "[ sh:inversePath khyber:alleges ] ; sh:minCount 1",
    "chain": "( khyber:alleges [ sh:inversePath khyber:alleges ] ) ; sh:maxCount 0",
    "choice": "[ sh:alternativePath ( khyber:alleges khyber:claimant ) ] ; sh:class khyber:State",
    "any number": "[ sh:zeroOrMorePath khyber:alleges ] ; sh:class khyber:State",
    "once or more": "[ sh:oneOrMorePath khyber:alleges ] ; sh:maxCount 2",
    "once at most": "[ sh:zeroOrOnePath khyber:alleges ] ; sh:maxCount 1",
    "chain of choices": "( [ sh:alternativePath ( khyber:alleges khyber:claimant ) ] [ sh:zeroOrMorePath khyber:alleges ] ) ; sh:maxCount 1",
}

TARGETS = (
    "sh:targetClass khyber:Actor",
    "sh:targetSubjectsOf khyber:alleges",
    "sh:targetObjectsOf khyber:claimant",
    "sh:targetNode actor:a , actor:unheard-of , 'text'",
    "a owl:Class",
)


def both(shapes: str) -> tuple[Report, Report]:
    rules, data, ontology = triples(shapes), triples(DATA), triples(ONTOLOGY)
    compiled = compile_shapes(ontology, rules)
    assert compiled.uncovered == {}
    verdict = compiled.judge(data)
    assert verdict.left == frozenset()
    return verdict.report, Validator(ontology, rules).validate(data)


def node_shape(constraint: str, target: str = "sh:targetClass khyber:Actor") -> str:
    return f"shape:S a sh:NodeShape ; {target} ; {constraint} ; sh:message 'Wrong.'@en , 'Falsch.'@de ."


def property_shape(constraint: str, target: str = "sh:targetClass khyber:Actor") -> str:
    return f"shape:S a sh:PropertyShape ; {target} ; sh:path {constraint} ; sh:severity sh:Info ; sh:message 'Wrong.' ."


@pytest.mark.parametrize("name", NODE_SHAPES)
def test_a_node_shape_finds_what_pyshacl_finds(name: str) -> None:
    compiled, expected = both(node_shape(NODE_SHAPES[name]))
    assert compiled == expected
    assert bool(compiled.findings) is (name != "out of use")


@pytest.mark.parametrize("name", PROPERTY_SHAPES)
def test_a_property_shape_finds_what_pyshacl_finds(name: str) -> None:
    compiled, expected = both(property_shape(PROPERTY_SHAPES[name]))
    assert compiled == expected
    assert compiled.findings


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_chooses_what_pyshacl_chooses(target: str) -> None:
    shapes = node_shape("sh:class khyber:Nothing", target)
    extra = "actor:h a shape:S ." if target == "a owl:Class" else ""
    rules, data, ontology = triples(shapes), triples(DATA + extra), triples(ONTOLOGY)
    report = compile_shapes(ontology, rules).judge(data).report
    assert report == Validator(ontology, rules).validate(data)
    assert report.findings


def test_a_shape_without_an_iri_is_named_after_the_one_that_holds_it() -> None:
    compiled, expected = both(
        "shape:S sh:targetClass khyber:Actor ; sh:property [ sh:path khyber:x ; sh:minCount 1 ; sh:message 'No x.' ] ."
    )
    assert compiled == expected
    assert {finding.shape for finding in compiled.findings} == {"https://w3id.org/khyber/shapes#S"}


UNCOVERED = {
    "sh:node": "sh:node [ sh:class khyber:State ]",
    "sh:closed": "sh:closed true",
    "no message": "sh:class khyber:State",
    "a query that is no pattern": "sh:sparql [ sh:message 'X.' ; sh:select 'SELECT $this { $this ?p ?o . FILTER (strlen(?o) > 3) }' ]",
    "a message with a variable": "sh:sparql [ sh:message 'X {?value}.' ; sh:select 'SELECT $this ?value { $this <https://w3id.org/khyber/ontology#alleges> ?value }' ]",
    "siblings": "sh:property [ sh:path khyber:alleges ; sh:message 'X.' ; sh:qualifiedValueShape [ sh:class khyber:State ] ; sh:qualifiedMinCount 1 ; sh:qualifiedValueShapesDisjoint true ]",
}


@pytest.mark.parametrize("name", UNCOVERED)
def test_what_is_not_compiled_is_named_and_judged_by_pyshacl(name: str) -> None:
    message = "" if name == "no message" else "; sh:message 'Wrong.'"
    shapes = f"shape:S a sh:NodeShape ; sh:targetClass khyber:Actor ; {UNCOVERED[name]} {message} ."
    rest = "shape:T a sh:NodeShape ; sh:targetClass khyber:Actor ; sh:class khyber:Accusation ; sh:message 'No accusation.' ."
    rules, data, ontology = triples(shapes + rest), triples(DATA), triples(ONTOLOGY)
    compiled = compile_shapes(ontology, rules)
    assert "https://w3id.org/khyber/shapes#S" in compiled.uncovered
    assert list(compiled.shapes) == ["https://w3id.org/khyber/shapes#T"]
    report = validate(data, ontology, rules)
    reference = validate(data, ontology, rules, reference=True)
    # pySHACL makes up a message where there is none, and writes blank nodes and sets in it as they come.
    assert {(each.focus, each.shape, each.constraint) for each in report.findings} == {
        (each.focus, each.shape, each.constraint) for each in reference.findings
    }
    assert {finding.shape for finding in report.findings} == {
        "https://w3id.org/khyber/shapes#S",
        "https://w3id.org/khyber/shapes#T",
    }


def test_components_of_its_own_leave_a_whole_graph_to_pyshacl() -> None:
    rules = triples(node_shape("sh:class khyber:State") + " shape:C a sh:ConstraintComponent .")
    assert list(compile_shapes(triples(ONTOLOGY), rules).uncovered) == ["https://w3id.org/khyber/shapes#S"]


@pytest.mark.parametrize(
    "broken",
    [
        "shape:S a sh:NodeShape ; sh:path khyber:value .",
        "shape:S a sh:PropertyShape .",
        "shape:S a sh:NodeShape ; sh:targetClass khyber:Actor ; sh:minCount 1 ; sh:message 'X.' .",
        "shape:S a sh:PropertyShape ; sh:targetClass khyber:Actor ; sh:path khyber:value ; sh:minCount 1 , 2 ; sh:message 'X.' .",
        "shape:S a sh:NodeShape ; sh:targetClass khyber:Actor ; sh:or () ; sh:message 'X.' .",
    ],
)
def test_a_broken_shape_is_explained_by_pyshacl(broken: str) -> None:
    with pytest.raises(InputError, match="The shapes cannot be applied"):
        validate(triples(DATA), triples(ONTOLOGY), triples(broken))
