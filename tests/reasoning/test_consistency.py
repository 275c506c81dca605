"""Each rule of OWL 2 RL that derives *false*: an example that it finds, and a near miss that it does not."""

from __future__ import annotations

import pytest

from khyber.reasoning.base import reasoner
from khyber.reasoning.consistency import Inconsistency, inconsistencies
from khyber.reasoning.false_rules import FALSE_RULES
from reasoning.graphs import graph

DIFFER = "[] a owl:AllDifferent ; owl:{members} ( :a :b :c ) ."
NONE = ":a a :R ; :p :b . :R owl:onProperty :p ; "
DENIED = "[] owl:sourceIndividual :a ; owl:assertionProperty :p ; "

CASES: list[tuple[str, str, str, str]] = [
    (
        "eq-diff1",
        ":a owl:differentFrom :b . :p a owl:FunctionalProperty .",
        ":x :p :a, :b .",
        ":x :p :a . :y :p :b .",
    ),
    ("eq-diff1", ":a :p :b .", ":a owl:differentFrom :a .", ":a owl:differentFrom :b ."),
    ("eq-diff2", DIFFER.format(members="members"), ":a owl:sameAs :c .", ":a owl:sameAs :d ."),
    ("eq-diff3", DIFFER.format(members="distinctMembers"), ":b owl:sameAs :c .", ":d owl:sameAs :c ."),
    ("dt-diff", ":p a owl:FunctionalProperty .", ":a :p 1, 2 .", ':a :p 1, "01"^^xsd:integer .'),
    (
        "dt-diff",
        ":R owl:onProperty :p ; owl:maxCardinality 1 . :a :p 1, 2 .",
        ":a a :R .",
        ":b a :R .",
    ),
    ("prp-irp", ":p a owl:IrreflexiveProperty .", ":a :p :a .", ":a :p :b . :b :p :a ."),
    ("prp-asyp", ":p a owl:AsymmetricProperty .", ":a :p :b . :b :p :a .", ":a :p :b . :b :q :a ."),
    ("prp-pdw", ":p owl:propertyDisjointWith :q .", ":a :p :b ; :q :b .", ":a :p :b ; :q :c ."),
    (
        "prp-adp",
        "[] a owl:AllDisjointProperties ; owl:members ( :p :q :r ) .",
        ":a :p :b ; :r :b .",
        ":a :p :b ; :s :b .",
    ),
    ("prp-npa1", DENIED + "owl:targetIndividual :b .", ":a :p :b .", ":b :p :a ."),
    ("prp-npa2", DENIED + "owl:targetValue 5 .", ":a :p 5 .", ":a :p 6 ."),
    ("cls-nothing2", ":C rdfs:subClassOf owl:Nothing .", ":a a :C .", ":a a :D ."),
    ("cls-com", ":C owl:complementOf :D .", ":a a :C, :D .", ":a a :C . :b a :D ."),
    ("cls-com", ":C owl:complementOf owl:Thing .", ":a a :C .", ":a a :D ."),
    ("cls-maxc1", NONE, "owl:maxCardinality 0 .", "owl:maxCardinality 1 ."),
    (
        "cls-maxqc1",
        NONE + "owl:onClass :D ; owl:maxQualifiedCardinality 0 .",
        ":b a :D .",
        ":b a :E .",
    ),
    (
        "cls-maxqc2",
        NONE + "owl:onClass owl:Thing ; ",
        "owl:maxQualifiedCardinality 0 .",
        "owl:maxCardinality 2 .",
    ),
    ("cax-dw", ":C owl:disjointWith :D . :E rdfs:subClassOf :D .", ":a a :C, :E .", ":a a :C . :b a :E ."),
    ("cax-adc", "[] a owl:AllDisjointClasses ; owl:members ( :C :D :E ) .", ":a a :C, :E .", ":a a :C, :F ."),
]


def contradictions(turtle: str) -> list[Inconsistency]:
    given = graph(turtle)
    return inconsistencies(given | reasoner().infer(given))


@pytest.mark.parametrize(("rule", "axiom", "breach", "near_miss"), CASES, ids=[case[0] for case in CASES])
def test_a_contradiction_is_found_once_and_a_near_miss_is_not(
    rule: str, axiom: str, breach: str, near_miss: str
) -> None:
    found = contradictions(axiom + breach)
    assert {contradiction.rule for contradiction in found} == {rule}
    assert len(found) == 1
    assert found[0].focus.startswith("https://example.org/")
    assert contradictions(axiom + near_miss) == []


def test_each_rule_has_a_case() -> None:
    assert {rule.name for rule in FALSE_RULES} == {case[0] for case in CASES}


def test_a_contradiction_is_told_with_labels() -> None:
    (found,) = contradictions(
        """:kabul a :Place, :Actor ; rdfs:label "Kabul"@en, "Kaboul"@fr .
        :Place rdfs:label "Place"@en ; owl:disjointWith :Actor .
        :Actor rdfs:label "Actor"@en ; owl:disjointWith :Place ."""
    )
    assert found == Inconsistency(
        "cax-dw",
        "https://example.org/kabul",
        "Kabul is both a Place and an Actor, which are disjoint: nothing can be both. "
        "Look for the type that is wrong, or for the property whose domain or range gave it.",
    )


def test_what_has_no_label_is_told_by_its_iri() -> None:
    (found,) = contradictions(
        "PREFIX khyber: <https://w3id.org/khyber/ontology#> "
        "khyber:p a owl:IrreflexiveProperty . :a khyber:p :a ."
    )
    assert found.detail.startswith("<https://example.org/a> stands in the relation “khyber:p” to itself")


def test_values_are_told_with_their_datatype() -> None:
    (found,) = contradictions(
        ':p a owl:FunctionalProperty ; rdfs:label "age" . :a rdfs:label "Ann" ; :p 1, "x" .'
    )
    assert (
        found.detail
        == "Ann has two values of “age”, which allows one: 1 (xsd:integer) and “x”. Keep one of them."
    )


def test_contradictions_come_sorted_and_the_same_each_time() -> None:
    turtle = (
        ":p a owl:IrreflexiveProperty . :C owl:disjointWith :D . :b :p :b ; a :C, :D . :a :p :a ; a :C, :D ."
    )
    found = contradictions(turtle)
    assert [(one.rule, one.focus[-1]) for one in found] == [
        ("cax-dw", "a"),
        ("cax-dw", "b"),
        ("prp-irp", "a"),
        ("prp-irp", "b"),
    ]
    assert contradictions(turtle) == found


def test_a_blank_node_in_focus_is_told_as_such() -> None:
    (found,) = contradictions(":p a owl:IrreflexiveProperty . _:x :p _:x .")
    assert found.focus.startswith("_:")
    assert "(without a name)" in found.detail
