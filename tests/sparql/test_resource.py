"""The description of one resource: both directions, bounded where it may be large, with propositions."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple

from khyber.engine.memory import MemoryEngine
from khyber.rdf.namespaces import RDFS, TERM
from khyber.rdf.reading import parse
from khyber.sparql.resource import MOST_REFERENCES, attributions, labels, resource

EX = "http://example.org/"
DATA = """
PREFIX ex: <http://example.org/>
PREFIX khyber: <https://w3id.org/khyber/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
GRAPH ex:core {
  ex:claim khyber:alleges ex:event ; khyber:claimant ex:ann ; khyber:sentence 7 ; rdfs:label "A claim"@en .
  ex:event rdfs:label "Ein Ereignis"@de , "An event"@en ; khyber:place ex:here .
  ex:ann rdfs:label "Ann" .
  [] rdfs:seeAlso ex:ann .
}
GRAPH ex:inferred { ex:claim khyber:alleges ex:event . ex:event khyber:allegedBy ex:claim }
"""


def engine(text: str = DATA) -> MemoryEngine:
    quads = parse(text.encode(), format=RdfFormat.TRIG, source="data")
    return MemoryEngine.load(quads, {EX + "core", EX + "inferred"})


def test_a_resource_is_described_in_both_directions_with_the_graphs_that_say_so() -> None:
    event = resource(engine(), EX + "event")
    assert event is not None
    assert [(s.property, s.node) for s in event.incoming] == [(TERM + "alleges", NamedNode(EX + "claim"))]
    assert event.incoming[0].graphs == {EX + "core", EX + "inferred"}
    assert {s.property for s in event.outgoing} == {RDFS + "label", TERM + "place", TERM + "allegedBy"}
    assert event.references == 1
    assert Triple(NamedNode(EX + "claim"), NamedNode(TERM + "alleges"), NamedNode(EX + "event")) in set(
        event.triples()
    )


def test_an_assertion_comes_with_its_proposition() -> None:
    claim = resource(engine(), EX + "claim")
    assert claim is not None
    assert list(claim.propositions) == [EX + "event"]
    place = Triple(NamedNode(EX + "event"), NamedNode(TERM + "place"), NamedNode(EX + "here"))
    assert place in set(claim.triples())


def test_what_is_only_referred_to_is_described_too() -> None:
    here = resource(engine(), EX + "here")
    assert here is not None
    assert (here.outgoing, here.references) == ((), 1)


def test_nothing_is_described_of_which_no_graph_speaks() -> None:
    assert resource(engine(), EX + "nobody") is None
    with pytest.raises(ValueError, match="IRI"):
        resource(engine(), "no iri")


def test_a_reference_from_a_blank_node_is_left_out() -> None:
    ann = resource(engine(), EX + "ann")
    assert ann is not None
    assert [s.node for s in ann.incoming] == [NamedNode(EX + "claim")]


def test_references_are_bounded_and_counted() -> None:
    many = "".join(f"<{EX}{n:04}> <{EX}p> <{EX}hub> ." for n in range(MOST_REFERENCES + 3))
    hub = resource(engine(f"GRAPH <{EX}core> {{ {many} }}"), EX + "hub")
    assert hub is not None
    assert (len(hub.incoming), hub.references) == (MOST_REFERENCES, MOST_REFERENCES + 3)
    assert [str(s.node) for s in hub.incoming] == sorted(str(s.node) for s in hub.incoming)


def test_a_label_in_english_is_preferred_and_any_is_better_than_none() -> None:
    found = labels(engine(), {EX + "event", EX + "ann", EX + "here", ""})
    assert found == {EX + "event": "An event", EX + "ann": "Ann"}
    assert labels(engine(), set()) == {}


def test_an_attribution_is_given_for_assertions_only() -> None:
    found = attributions(engine(), {EX + "claim", EX + "event"})
    assert found == {EX + "claim": {"claimant": NamedNode(EX + "ann"), "sentence": Literal(7)}}
    assert attributions(engine(), set()) == {}
