"""Each rule of OWL 2 RL by its smallest example: what it derives, and nothing else."""

from __future__ import annotations

import pytest

from khyber.reasoning.base import reasoner
from khyber.reasoning.rules import DATA_RULES, LEFT_OUT, SCHEMA_RULES, SUBSUMED, Rule
from reasoning.graphs import graph

EQUIVALENT = """:R rdfs:subClassOf :S ; owl:equivalentClass :S .
    :S rdfs:subClassOf :R ; owl:equivalentClass :R ."""

EXAMPLES: list[tuple[str, str, str]] = [
    ("eq-sym", ":a owl:sameAs :b .", ":b owl:sameAs :a ."),
    (
        "eq-trans",
        ":a owl:sameAs :b . :b owl:sameAs :c .",
        ":b owl:sameAs :a . :c owl:sameAs :b, :a . :a owl:sameAs :c .",
    ),
    ("eq-rep-s", ":a owl:sameAs :b ; :p :o .", ":b owl:sameAs :a ; :p :o ."),
    ("eq-rep-p", ":p owl:sameAs :q . :s :p :o .", ":q owl:sameAs :p . :s :q :o ."),
    ("eq-rep-o", ":a owl:sameAs :b . :s :p :a .", ":b owl:sameAs :a . :s :p :b ."),
    ("prp-dom", ":p rdfs:domain :C . :a :p :b .", ":a a :C ."),
    ("prp-rng", ":p rdfs:range :C . :a :p :b .", ":b a :C ."),
    (
        "prp-fp",
        ":p a owl:FunctionalProperty . :a :p :b, :c .",
        ":b owl:sameAs :c . :c owl:sameAs :b .",
    ),
    (
        "prp-ifp",
        ":p a owl:InverseFunctionalProperty . :a :p :c . :b :p :c .",
        ":a owl:sameAs :b . :b owl:sameAs :a .",
    ),
    ("prp-symp", ":p a owl:SymmetricProperty . :a :p :b .", ":b :p :a ."),
    ("prp-trp", ":p a owl:TransitiveProperty . :a :p :b . :b :p :c .", ":a :p :c ."),
    ("prp-spo1", ":p rdfs:subPropertyOf :q . :a :p :b .", ":a :q :b ."),
    ("prp-spo2", ":p owl:propertyChainAxiom ( :q :r ) . :a :q :b . :b :r :c .", ":a :p :c ."),
    (
        "prp-eqp1",
        ":p owl:equivalentProperty :q . :a :p :b .",
        ":a :q :b . :q owl:equivalentProperty :p . :p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :p .",
    ),
    (
        "prp-eqp2",
        ":p owl:equivalentProperty :q . :a :q :b .",
        ":a :p :b . :q owl:equivalentProperty :p . :p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :p .",
    ),
    ("prp-inv1", ":p owl:inverseOf :q . :a :p :b .", ":b :q :a ."),
    ("prp-inv2", ":p owl:inverseOf :q . :a :q :b .", ":b :p :a ."),
    (
        "prp-key",
        ':C owl:hasKey ( :p :q ) . :a a :C ; :p 1 ; :q "x" . :b a :C ; :p 1 ; :q "x" . '
        ':c a :C ; :p 1 ; :q "y" .',
        ":a owl:sameAs :b . :b owl:sameAs :a .",
    ),
    (
        "cls-int1",
        ":C owl:intersectionOf ( :D :E ) . :a a :D, :E . :b a :D .",
        ":a a :C . :C rdfs:subClassOf :D, :E .",
    ),
    (
        "cls-int2",
        ":C owl:intersectionOf ( :D :E ) . :a a :C .",
        ":a a :D, :E . :C rdfs:subClassOf :D, :E .",
    ),
    (
        "cls-uni",
        ":C owl:unionOf ( :D :E ) . :a a :D . :b a :E .",
        ":a a :C . :b a :C . :D rdfs:subClassOf :C . :E rdfs:subClassOf :C .",
    ),
    (
        "cls-svf1",
        ":R owl:onProperty :p ; owl:someValuesFrom :C . :a :p :b . :b a :C . :c :p :d .",
        ":a a :R .",
    ),
    ("cls-svf2", ":R owl:onProperty :p ; owl:someValuesFrom owl:Thing . :a :p :b .", ":a a :R ."),
    ("cls-avf", ":R owl:onProperty :p ; owl:allValuesFrom :C . :a a :R ; :p :b . :c :p :d .", ":b a :C ."),
    ("cls-hv1", ":R owl:onProperty :p ; owl:hasValue :v . :a a :R .", ":a :p :v ."),
    ("cls-hv2", ":R owl:onProperty :p ; owl:hasValue :v . :a :p :v . :b :p :w .", ":a a :R ."),
    (
        "cls-maxc2",
        ":R owl:onProperty :p ; owl:maxCardinality 1 . :a a :R ; :p :b, :c . :d :p :e, :f .",
        ":b owl:sameAs :c . :c owl:sameAs :b .",
    ),
    (
        "cls-maxqc3",
        ":R owl:onProperty :p ; owl:onClass :C ; owl:maxQualifiedCardinality 1 . "
        ":a a :R ; :p :b, :c, :d . :b a :C . :c a :C .",
        ":b owl:sameAs :c . :c owl:sameAs :b .",
    ),
    (
        "cls-maxqc4",
        ":R owl:onProperty :p ; owl:onClass owl:Thing ; owl:maxQualifiedCardinality 1 . "
        ":a a :R ; :p :b, :c .",
        ":b owl:sameAs :c . :c owl:sameAs :b .",
    ),
    ("cls-oo", ":C owl:oneOf ( :a :b ) .", ":a a :C . :b a :C ."),
    ("cax-sco", ":C rdfs:subClassOf :D . :a a :C .", ":a a :D ."),
    (
        "cax-eqc1",
        ":C owl:equivalentClass :D . :a a :C .",
        ":a a :D . :D owl:equivalentClass :C . :C rdfs:subClassOf :D . :D rdfs:subClassOf :C .",
    ),
    (
        "cax-eqc2",
        ":C owl:equivalentClass :D . :a a :D .",
        ":a a :C . :D owl:equivalentClass :C . :C rdfs:subClassOf :D . :D rdfs:subClassOf :C .",
    ),
    (
        "scm-cls",  # C ⊑ C, which no answer holds, is what makes the two restrictions equivalent
        ":C a owl:Class . :R owl:onProperty :p ; owl:someValuesFrom :C . "
        ":S owl:onProperty :p ; owl:someValuesFrom :C .",
        EQUIVALENT,
    ),
    (
        "scm-cls",
        ":C a owl:Class . :R owl:onProperty :p ; owl:someValuesFrom :C . "
        ":S owl:onProperty :p ; owl:someValuesFrom owl:Thing .",
        ":R rdfs:subClassOf :S .",
    ),
    ("scm-cls", ":C a owl:Class ; rdfs:subClassOf owl:Nothing .", ":C owl:equivalentClass owl:Nothing ."),
    (
        "scm-op",
        ":p a owl:ObjectProperty . :R owl:onProperty :p ; owl:hasValue :v . "
        ":S owl:onProperty :p ; owl:hasValue :v .",
        EQUIVALENT,
    ),
    (
        "scm-dp",
        ":p a owl:DatatypeProperty . :R owl:onProperty :p ; owl:hasValue 1 . "
        ":S owl:onProperty :p ; owl:hasValue 1 .",
        EQUIVALENT,
    ),
    (
        "rdfs6",
        ":p a rdf:Property . :R owl:onProperty :p ; owl:hasValue 1 . :S owl:onProperty :p ; owl:hasValue 1 .",
        EQUIVALENT,
    ),
    ("scm-sco", ":C rdfs:subClassOf :D . :D rdfs:subClassOf :E .", ":C rdfs:subClassOf :E ."),
    (
        "scm-eqc1",
        ":C owl:equivalentClass :D .",
        ":C rdfs:subClassOf :D . :D rdfs:subClassOf :C . :D owl:equivalentClass :C .",
    ),
    (
        "scm-eqc2",
        ":C rdfs:subClassOf :D . :D rdfs:subClassOf :C .",
        ":C owl:equivalentClass :D . :D owl:equivalentClass :C .",
    ),
    ("scm-spo", ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :r .", ":p rdfs:subPropertyOf :r ."),
    (
        "scm-eqp1",
        ":p owl:equivalentProperty :q .",
        ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :p . :q owl:equivalentProperty :p .",
    ),
    (
        "scm-eqp2",
        ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :p .",
        ":p owl:equivalentProperty :q . :q owl:equivalentProperty :p .",
    ),
    ("scm-dom1", ":p rdfs:domain :C . :C rdfs:subClassOf :D .", ":p rdfs:domain :D ."),
    ("scm-dom2", ":q rdfs:domain :C . :p rdfs:subPropertyOf :q .", ":p rdfs:domain :C ."),
    ("scm-rng1", ":p rdfs:range :C . :C rdfs:subClassOf :D .", ":p rdfs:range :D ."),
    ("scm-rng2", ":q rdfs:range :C . :p rdfs:subPropertyOf :q .", ":p rdfs:range :C ."),
    (
        "scm-hv",
        ":R owl:onProperty :p ; owl:hasValue :v . :S owl:onProperty :q ; owl:hasValue :v . "
        ":p rdfs:subPropertyOf :q .",
        ":R rdfs:subClassOf :S .",
    ),
    (
        "scm-svf1",
        ":R owl:onProperty :p ; owl:someValuesFrom :C . :S owl:onProperty :p ; owl:someValuesFrom :D . "
        ":C rdfs:subClassOf :D .",
        ":R rdfs:subClassOf :S .",
    ),
    (
        "scm-svf2",
        ":R owl:onProperty :p ; owl:someValuesFrom :C . :S owl:onProperty :q ; owl:someValuesFrom :C . "
        ":p rdfs:subPropertyOf :q .",
        ":R rdfs:subClassOf :S .",
    ),
    (
        "scm-avf1",
        ":R owl:onProperty :p ; owl:allValuesFrom :C . :S owl:onProperty :p ; owl:allValuesFrom :D . "
        ":C rdfs:subClassOf :D .",
        ":R rdfs:subClassOf :S .",
    ),
    (
        "scm-avf2",
        ":R owl:onProperty :p ; owl:allValuesFrom :C . :S owl:onProperty :q ; owl:allValuesFrom :C . "
        ":p rdfs:subPropertyOf :q .",
        ":S rdfs:subClassOf :R .",
    ),
    ("scm-int", ":C owl:intersectionOf ( :D :E ) .", ":C rdfs:subClassOf :D, :E ."),
    ("scm-uni", ":C owl:unionOf ( :D :E ) .", ":D rdfs:subClassOf :C . :E rdfs:subClassOf :C ."),
    (
        "dt-type2",
        ":R owl:onProperty :p ; owl:someValuesFrom xsd:integer . :a :p 1 . :b :p 1.5 .",
        ":a a :R .",
    ),
]
"""Rule, input, and all that follows (as ``comparable`` defines it)."""

UNROLLED = {"prp-spo2", "prp-key", "cls-int1", "cls-maxc2", "cls-maxqc3", "cls-maxqc4"}
FACTS = {"cls-oo", "scm-int", "scm-uni", "dt-type2"}


@pytest.mark.parametrize("name", ["sparql", "owlrl"])
@pytest.mark.parametrize(("given", "derived"), [pytest.param(*rest, id=rule) for rule, *rest in EXAMPLES])
def test_a_rule_derives_its_example_and_nothing_else(name: str, given: str, derived: str) -> None:
    assert reasoner(name).infer(graph(given)) == graph(derived)


def test_each_rule_has_an_example() -> None:
    rules = {rule.name for rule in SCHEMA_RULES + DATA_RULES} | UNROLLED | FACTS | set(SUBSUMED)
    assert rules == {rule for rule, _, _ in EXAMPLES}


def test_no_rule_is_both_run_and_left_out() -> None:
    run = {rule.name for rule in SCHEMA_RULES + DATA_RULES} | UNROLLED | FACTS
    assert not run & (set(SUBSUMED) | set(LEFT_OUT))


@pytest.mark.parametrize("rule", SCHEMA_RULES + DATA_RULES, ids=lambda rule: rule.name)
def test_each_variable_of_a_head_is_bound_by_the_body(rule: Rule) -> None:
    bound = {term for pattern in rule.body for term in pattern if term.startswith("?")}
    assert {term for term in (*rule.head, *rule.distinct, *rule.nodes) if term.startswith("?")} <= bound
