"""What the reasoner on the engine promises beyond its rules."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from khyber.errors import InputError
from khyber.rdf.namespaces import OWL
from khyber.reasoning.base import reasoner
from khyber.reasoning.comparable import comparable
from reasoning.graphs import graph, random_turtle

EX = "https://example.org/"
LEXICAL_FORMS = [
    '"01"^^xsd:integer',
    '"1.0"^^xsd:decimal',
    '"1"^^xsd:boolean',
    '"2026-02-27T00:00:00.000Z"^^xsd:dateTime',
    '"1E0"^^xsd:double',
    '"nonsense"^^xsd:integer',
    '"text"@en-GB',
    '"  spaced "',
    '"270+"^^:figure',
]


def infer(turtle: str) -> set[Triple]:
    return reasoner("sparql").infer(graph(turtle))


def test_what_is_inferred_is_new() -> None:
    given = graph(":p rdfs:subPropertyOf :q . :a :p :b ; :q :b . :a :p :c .")
    assert reasoner().infer(given) == graph(":a :q :c .")


def test_nothing_follows_from_nothing() -> None:
    assert reasoner().infer([]) == set()


def test_an_iterator_will_do() -> None:
    assert reasoner().infer(iter(graph(":p rdfs:domain :C . :a :p :b ."))) == graph(":a a :C .")


@pytest.mark.parametrize("seed", range(200, 215))
def test_a_closure_has_nothing_to_add(seed: int) -> None:
    given = graph(random_turtle(seed))
    derived = reasoner().infer(given)
    assert derived
    assert reasoner().infer(given | derived) == set()


@pytest.mark.parametrize("seed", range(300, 305))
def test_the_order_of_the_input_does_not_matter(seed: int) -> None:
    given = sorted(graph(random_turtle(seed)), key=str)
    assert reasoner().infer(given) == reasoner().infer(reversed(given)) == reasoner().infer(given)


def test_more_input_never_takes_an_inference_away() -> None:
    given = graph(random_turtle(7))
    more = given | graph(":i0 :p0 :i7 . :i7 a :C3 .")
    assert reasoner().infer(given) <= reasoner().infer(more) | more


@pytest.mark.parametrize("name", ["sparql", "owlrl"])
@pytest.mark.parametrize("literal", LEXICAL_FORMS)
def test_an_inferred_literal_keeps_its_lexical_form(name: str, literal: str) -> None:
    given = graph(f":p rdfs:subPropertyOf :q . :a :p {literal} .")
    assert reasoner(name).infer(given) == graph(f":a :q {literal} .")


@pytest.mark.parametrize("name", ["sparql", "owlrl"])
def test_two_forms_of_one_number_stay_two_literals(name: str) -> None:
    given = graph(':p rdfs:subPropertyOf :q . :a :p 1, "01"^^xsd:integer .')
    assert reasoner(name).infer(given) == graph(':a :q 1, "01"^^xsd:integer .')


@pytest.mark.parametrize("name", ["sparql", "owlrl"])
def test_a_blank_node_keeps_its_identifier(name: str) -> None:
    one = Triple(BlankNode("one"), NamedNode(EX + "p"), BlankNode("two"))
    given = {one} | graph(":p owl:inverseOf :q .")
    assert reasoner(name).infer(given) == {Triple(BlankNode("two"), NamedNode(EX + "q"), BlankNode("one"))}


@pytest.mark.parametrize("name", ["sparql", "owlrl"])
def test_an_unnamed_inverse_is_followed_and_not_told(name: str) -> None:
    given = graph("[] owl:inverseOf :p ; rdfs:subPropertyOf :q . :a :p :b .")
    assert reasoner(name).infer(given) == graph(":b :q :a .")


@pytest.mark.parametrize(
    ("chain", "path"),
    [
        ("( :p :q )", ":a :p :b . :b :q :c ."),
        ("( :p :q :p )", ":a :p :x . :x :q :y . :y :p :c ."),
        ("( :p :q :r :p )", ":a :p :x . :x :q :y . :y :r :z . :z :p :c ."),
        ("( :pOf :q )", ":pOf owl:inverseOf :p . :b :p :a . :b :q :c ."),
        ("( :p :qOf :r )", ":q owl:inverseOf :qOf . :a :p :x . :y :q :x . :y :r :c ."),
        ("( :p :q )", ":s rdfs:subPropertyOf :q . :a :p :b . :b :s :c ."),
        ("( :p :q ) . :q owl:propertyChainAxiom ( :r :r )", ":a :p :b . :b :r :x . :x :r :c ."),
    ],
    ids=["two", "three", "four", "inverse first", "inverse between", "sub-property", "chain in a chain"],
)
def test_a_chain_draws_its_direct_edge(chain: str, path: str) -> None:
    edge = graph(":a :edge :c .")
    rule = f":edge owl:propertyChainAxiom {chain} ."
    assert edge <= infer(rule + path)
    for step in graph(path):
        assert not edge & reasoner().infer(graph(rule + path) - {step})


def test_a_direct_edge_has_its_inverse_and_its_types() -> None:
    given = """:accuses owl:propertyChainAxiom ( :claimantOf :accused ) ; owl:inverseOf :accusedBy ;
        rdfs:domain :Actor ; rdfs:range :Actor . :claimantOf owl:inverseOf :claimant .
        :x :claimant :a ; :accused :b ."""
    derived = graph(":a :claimantOf :x ; :accuses :b ; a :Actor . :b :accusedBy :a ; a :Actor .")
    assert infer(given) == derived


def test_an_instance_belongs_to_every_superclass() -> None:
    given = ":A a owl:Class ; rdfs:subClassOf :B . :B a owl:Class ; rdfs:subClassOf :C . :a a :A ."
    assert infer(given) == graph(":a a :B, :C . :A rdfs:subClassOf :C .")


@pytest.mark.parametrize("name", ["sparql", "owlrl"])
def test_nothing_is_said_to_be_the_same_as_itself(name: str) -> None:
    derived = reasoner(name).infer(graph(":a owl:sameAs :b . :b owl:sameAs :c . :a :p 1 ."))
    same = [triple for triple in derived if triple.predicate == NamedNode(f"{OWL}sameAs")]
    assert len(same) == 4
    assert [triple for triple in same if triple.subject == triple.object] == []


@pytest.mark.parametrize("name", ["sparql", "owlrl"])
def test_values_of_a_functional_property_do_not_stand_for_each_other(name: str) -> None:
    given = graph(":p a owl:FunctionalProperty . :a :p 1, 2 . :b :q 1 .")
    assert reasoner(name).infer(given) == set()


@pytest.mark.parametrize("name", ["sparql", "owlrl"])
def test_a_literal_is_never_the_same_as_anything(name: str) -> None:
    assert reasoner(name).infer(graph(':a owl:sameAs "b" ; :p :c . :d :q "b" .')) == set()


@pytest.mark.parametrize("name", ["sparql", "owlrl"])
def test_only_what_owl_thing_is_used_for_follows_from_it(name: str) -> None:
    given = graph(":B owl:unionOf ( owl:Thing :D ) . :A a owl:Class . :a a :A . :b a :Undeclared .")
    assert reasoner(name).infer(given) == graph(":a a :B . :A rdfs:subClassOf :B . :D rdfs:subClassOf :B .")


@pytest.mark.parametrize("name", ["sparql", "owlrl"])
@pytest.mark.parametrize(
    "cells",
    [
        "_:l rdf:first :p .",
        "_:l rdf:rest rdf:nil .",
        "_:l rdf:first :p, :q ; rdf:rest rdf:nil .",
        "_:l rdf:first :p ; rdf:rest _:l .",
        "_:l rdf:first :p ; rdf:rest rdf:nil, _:m .",
    ],
    ids=["no rest", "no first", "two firsts", "a circle", "two rests"],
)
def test_a_broken_list_is_refused(name: str, cells: str) -> None:
    with pytest.raises(InputError, match=r"propertyChainAxiom.* of <https://example.org/edge> breaks off"):
        reasoner(name).infer(graph(f":edge owl:propertyChainAxiom _:l . {cells}"))


@pytest.mark.parametrize("name", ["sparql", "owlrl"])
def test_a_literal_in_the_place_of_a_property_is_refused(name: str) -> None:
    with pytest.raises(InputError, match='names "p" where only a class or a property can stand'):
        reasoner(name).infer(graph(':edge owl:propertyChainAxiom ( "p" :q ) .'))


def test_a_triple_term_passes_through_unchanged() -> None:
    term = Triple(NamedNode(EX + "s"), NamedNode(EX + "p"), Literal("01", datatype=NamedNode(EX + "n")))
    given = {Triple(NamedNode(EX + "a"), NamedNode(EX + "p"), term)} | graph(":p rdfs:subPropertyOf :q .")
    expected = {Triple(NamedNode(EX + "a"), NamedNode(EX + "q"), term)}
    assert reasoner("sparql").infer(given) == expected
    assert reasoner("owlrl").infer(given) == expected


def test_what_is_inferred_is_comparable() -> None:
    derived = reasoner().infer(graph(random_turtle(1)))
    assert derived == comparable(derived)
