"""What is left out of an inference, and what is not."""

from __future__ import annotations

import pytest

from khyber.reasoning.comparable import comparable
from reasoning.graphs import graph

LEFT_OUT = {
    "same as itself": ":a owl:sameAs :a .",
    "below itself": ":C rdfs:subClassOf :C .",
    "a property below itself": ":p rdfs:subPropertyOf :p .",
    "equivalent to itself": ":C owl:equivalentClass :C . :p owl:equivalentProperty :p .",
    "a thing": ":a a owl:Thing . _:b a owl:Thing, rdfs:Resource .",
    "below owl:Thing": ":C rdfs:subClassOf owl:Thing .",
    "of things": ":p rdfs:domain owl:Thing ; rdfs:range owl:Thing, rdfs:Resource .",
    "above owl:Nothing": "owl:Nothing rdfs:subClassOf :C .",
    "about the vocabularies": "xsd:date a rdfs:Datatype . rdf:nil a rdf:List . rdfs:label a owl:Thing, :C .",
}
KEPT = {
    "a type": ":a a :C . _:b a :C .",
    "the same as another": ":a owl:sameAs :b .",
    "equivalent to everything": ":C owl:equivalentClass owl:Thing .",
    "related to itself": ":a :p :a .",
    "impossible": ":a a owl:Nothing . :C rdfs:subClassOf owl:Nothing .",
    "a value": ":a rdfs:label 'x' ; :p owl:Thing .",
    "a name that only looks like the vocabulary": "<http://www.w3.org/2002/07/owlish#a> a :C .",
}


@pytest.mark.parametrize("turtle", LEFT_OUT.values(), ids=LEFT_OUT.keys())
def test_what_tells_nothing_is_left_out(turtle: str) -> None:
    triples = graph(turtle)
    assert triples
    assert comparable(triples) == set()


@pytest.mark.parametrize("turtle", KEPT.values(), ids=KEPT.keys())
def test_what_tells_something_is_kept(turtle: str) -> None:
    triples = graph(turtle)
    assert triples
    assert comparable(triples) == triples
