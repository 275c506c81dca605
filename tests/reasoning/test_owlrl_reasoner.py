"""The adapter to owlrl: what it corrects, and that it leaves rdflib as it was."""

from __future__ import annotations

import pytest
import rdflib

from khyber.reasoning.base import reasoner
from reasoning.graphs import graph


def global_state() -> tuple[object, ...]:
    conversions = dict(rdflib.term._toPythonMapping)
    return rdflib.NORMALIZE_LITERALS, rdflib.term.Literal("01", datatype=rdflib.XSD.integer), conversions


def test_rdflib_is_left_as_it_was() -> None:
    before = global_state()
    reasoner("owlrl").infer(
        graph(':p a owl:FunctionalProperty . :a :p "01"^^xsd:integer, "x"^^xsd:integer .')
    )
    assert global_state() == before


@pytest.mark.parametrize("name", ["sparql", "owlrl"])
def test_every_property_of_a_key_counts(name: str) -> None:
    given = graph(":C owl:hasKey ( :p ) . :a a :C ; :p 1 . :b a :C ; :p 2 . :c a :C ; :p 2 . :d a :C .")
    assert reasoner(name).infer(given) == graph(":b owl:sameAs :c . :c owl:sameAs :b .")


def test_a_contradiction_writes_no_message_into_the_graph() -> None:
    given = graph(":C owl:disjointWith :D . :a a :C, :D .")
    assert reasoner("owlrl").infer(given) == set()
