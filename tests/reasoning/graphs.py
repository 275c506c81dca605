"""Graphs for the tests of reasoning: from short Turtle, and at random."""

from __future__ import annotations

import random
from collections.abc import Callable

from pyoxigraph import RdfFormat, Triple, parse

PREFIXES = """
@prefix : <https://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

CLASSES = [f":C{i}" for i in range(7)]
PROPERTIES = [f":p{i}" for i in range(6)]
INVERSES = [f":q{i}" for i in range(4)]
VALUES = [":d0", ":d1"]
PEOPLE = [f":i{i}" for i in range(8)]
LITERALS = ['"a"', '"b"@en', "1", '"01"^^xsd:integer', '"1.0"^^xsd:decimal', '"1"^^xsd:boolean', "true"]


def graph(turtle: str) -> set[Triple]:
    """Parse Turtle in which the prefixes above are declared."""
    return {quad.triple for quad in parse((PREFIXES + turtle).encode(), RdfFormat.TURTLE)}


def random_turtle(seed: int, axioms: int = 8) -> str:
    """Write a random ontology with chains, inverses and that many axioms of all kinds, and random data."""
    pick = random.Random(seed)  # noqa: S311
    lines = [f"{name} a owl:Class ." for name in CLASSES]
    lines += [f"{name} a owl:ObjectProperty ." for name in PROPERTIES + INVERSES]
    lines += [f"{name} a owl:DatatypeProperty ." for name in VALUES]
    lines += [
        f"{inverse} owl:inverseOf {name} ." for inverse, name in zip(INVERSES, PROPERTIES, strict=False)
    ]
    lines += _chains(pick)
    for axiom in pick.sample(AXIOMS, k=axioms):
        lines.append(axiom(pick))
    lines += [f"{pick.choice(PEOPLE)} a {pick.choice(CLASSES)} ." for _ in range(6)]
    for _ in range(12):
        lines.append(f"{pick.choice(PEOPLE)} {_link(pick)} {pick.choice(PEOPLE)} .")
    for _ in range(4):
        lines.append(f"{pick.choice(PEOPLE)} {pick.choice(VALUES)} {pick.choice(LITERALS)} .")
    return "\n".join(lines)


def _link(pick: random.Random) -> str:
    return pick.choice(PROPERTIES + INVERSES)


def _class(pick: random.Random) -> str:
    return pick.choice(CLASSES)


def _chains(pick: random.Random) -> list[str]:
    return [
        f":chain{length} owl:propertyChainAxiom ( {' '.join(_link(pick) for _ in range(length))} ) ."
        for length in (2, 3, 4)
    ]


def _restriction(pick: random.Random, filler: str) -> str:
    """Write a named restriction that a class is below or above."""
    name = f":r{pick.randrange(1000)}"
    below, above = pick.sample([name, _class(pick)], k=2)
    return f"{name} a owl:Restriction ; {filler} . {below} rdfs:subClassOf {above} ."


def _limit(pick: random.Random, filler: str) -> str:
    """Write a named restriction that a class is below, as OWL 2 RL allows for limits."""
    name = f":r{pick.randrange(1000)}"
    return f"{name} a owl:Restriction ; {filler} . {_class(pick)} rdfs:subClassOf {name} ."


def _related(predicate: str, draw: Callable[[random.Random], str]) -> Callable[[random.Random], str]:
    return lambda pick: f"{draw(pick)} {predicate} {draw(pick)} ."


def _of_kind(kind: str) -> Callable[[random.Random], str]:
    return lambda pick: f"{_link(pick)} a owl:{kind} ."


def _data_range(pick: random.Random) -> str:
    ranges = ["xsd:integer", "xsd:decimal", "xsd:string", "xsd:boolean"]
    return _restriction(
        pick, f"owl:onProperty {pick.choice(VALUES)} ; owl:someValuesFrom {pick.choice(ranges)}"
    )


AXIOMS: list[Callable[[random.Random], str]] = [
    _related("rdfs:subClassOf", _class),
    _related("rdfs:subClassOf", _class),
    _related("rdfs:subPropertyOf", _link),
    _related("rdfs:subPropertyOf", _link),
    _related("owl:equivalentClass", _class),
    _related("owl:equivalentProperty", _link),
    _related("owl:sameAs", lambda pick: pick.choice(PEOPLE)),
    _related("owl:disjointWith", _class),
    _of_kind("TransitiveProperty"),
    _of_kind("SymmetricProperty"),
    _of_kind("FunctionalProperty"),
    _of_kind("InverseFunctionalProperty"),
    lambda pick: f"{_link(pick)} rdfs:domain {_class(pick)} ; rdfs:range {_class(pick)} .",
    lambda pick: f"{_link(pick)} rdfs:domain {_class(pick)} .",
    lambda pick: f"{pick.choice(VALUES)} rdfs:domain {_class(pick)} ; rdfs:range xsd:integer .",
    lambda pick: f"{pick.choice(VALUES)} a owl:FunctionalProperty .",
    lambda pick: f':d0 rdfs:subPropertyOf :d1 . {_class(pick)} rdfs:label "a class"@en-GB .',
    lambda pick: f"[] owl:inverseOf {_link(pick)} ; rdfs:subPropertyOf {_link(pick)} .",
    lambda pick: f"{_class(pick)} owl:intersectionOf ( {_class(pick)} {_class(pick)} ) .",
    lambda pick: f"{_class(pick)} owl:unionOf ( {_class(pick)} {_class(pick)} {_class(pick)} ) .",
    lambda pick: f"{_class(pick)} owl:oneOf ( {pick.choice(PEOPLE)} {pick.choice(PEOPLE)} ) .",
    lambda pick: f"{_class(pick)} owl:hasKey ( {pick.choice(VALUES)} {_link(pick)} ) .",
    lambda pick: f"{_class(pick)} owl:hasKey ( {pick.choice(VALUES)} ) .",
    lambda pick: _restriction(pick, f"owl:onProperty {_link(pick)} ; owl:hasValue {pick.choice(PEOPLE)}"),
    lambda pick: _restriction(
        pick, f"owl:onProperty {pick.choice(VALUES)} ; owl:hasValue {pick.choice(LITERALS)}"
    ),
    lambda pick: _restriction(pick, f"owl:onProperty {_link(pick)} ; owl:someValuesFrom {_class(pick)}"),
    lambda pick: _restriction(pick, f"owl:onProperty {_link(pick)} ; owl:someValuesFrom {_class(pick)}"),
    lambda pick: _restriction(pick, f"owl:onProperty {_link(pick)} ; owl:someValuesFrom owl:Thing"),
    _data_range,
    lambda pick: _restriction(pick, f"owl:onProperty {_link(pick)} ; owl:allValuesFrom {_class(pick)}"),
    lambda pick: _restriction(pick, f"owl:onProperty {_link(pick)} ; owl:allValuesFrom {_class(pick)}"),
    lambda pick: _limit(pick, f"owl:onProperty {_link(pick)} ; owl:maxCardinality 1"),
    lambda pick: _limit(
        pick, f"owl:onProperty {_link(pick)} ; owl:onClass {_class(pick)} ; owl:maxQualifiedCardinality 1"
    ),
    lambda pick: _limit(
        pick, f"owl:onProperty {_link(pick)} ; owl:onClass owl:Thing ; owl:maxQualifiedCardinality 1"
    ),
]
"""Ways to write one axiom, each with the terms drawn at random."""
