"""The closure that is kept equals the one from scratch, whatever changes."""

from __future__ import annotations

import random

import pytest
from pyoxigraph import Triple

from khyber.config import graph_home
from khyber.errors import InputError
from khyber.rdf.reading import read_file
from khyber.reasoning.incremental import KeptClosure
from khyber.reasoning.seminaive import SparqlReasoner
from reasoning.graphs import (
    AXIOMS,
    CLASSES,
    INVERSES,
    LITERALS,
    PEOPLE,
    PROPERTIES,
    VALUES,
    graph,
    random_turtle,
)

PLAIN_AXIOMS = [axiom for axiom in AXIOMS if not set("([") & set(axiom(random.Random(0)))]  # noqa: S311
"""Those that are written without blank nodes, so that any triple of them can be removed."""


def inferred(ontology: set[Triple], data: set[Triple]) -> set[Triple]:
    return SparqlReasoner().infer(ontology | data)


def kept(ontology: set[Triple], data: set[Triple]) -> KeptClosure:
    return KeptClosure(ontology, data, inferred(ontology, data))


class Walk:
    """A closure that is changed step by step, each compared with the one from scratch."""

    def __init__(self, ontology: set[Triple], data: set[Triple]) -> None:
        self.ontology, self.data = ontology, data - ontology
        self.known = inferred(ontology, data)
        self.closure = KeptClosure(ontology, self.data, self.known)

    def step(self, added: set[Triple], removed: set[Triple]) -> None:
        plus, minus = added - self.data - self.ontology, removed & self.data
        plus -= minus
        with self.closure.changed(plus, minus) as tried:
            pass
        done = self.closure.change(plus, minus)
        assert done == tried
        self.data = (self.data | plus) - minus
        assert not done.added & self.known
        assert done.removed <= self.known
        self.known = (self.known | done.added) - done.removed
        assert self.known == inferred(self.ontology, self.data)


def random_triples(pick: random.Random, count: int) -> set[Triple]:
    lines = []
    for _ in range(count):
        kind = pick.random()
        if kind < 0.25:
            lines.append(f"{pick.choice(PEOPLE)} a {pick.choice(CLASSES)} .")
        elif kind < 0.75:
            link = pick.choice(PROPERTIES + INVERSES)
            lines.append(f"{pick.choice(PEOPLE)} {link} {pick.choice(PEOPLE)} .")
        elif kind < 0.95:
            lines.append(f"{pick.choice(PEOPLE)} {pick.choice(VALUES)} {pick.choice(LITERALS)} .")
        elif kind < 0.97:
            lines.append(f"{pick.choice(PEOPLE)} owl:sameAs {pick.choice(PEOPLE)} .")
        elif kind < 0.99:
            lines.append(f"{pick.choice(PEOPLE)} {pick.choice(PROPERTIES)} {pick.choice(LITERALS)} .")
        else:
            lines.append(pick.choice(PLAIN_AXIOMS)(pick))
    return graph("\n".join(lines))


@pytest.mark.parametrize("seed", range(30))
def test_the_kept_closure_is_the_one_from_scratch(seed: int) -> None:
    pick = random.Random(seed)  # noqa: S311
    ontology = graph(random_turtle(seed, axioms=pick.randrange(3, 14)))
    walk = Walk(ontology, random_triples(pick, 10))
    for _ in range(10):
        removed = set(pick.sample(sorted(walk.data, key=str), k=min(len(walk.data), pick.randrange(5))))
        walk.step(random_triples(pick, pick.randrange(6)), removed)


KHYBER = [
    quad.triple for file in sorted((graph_home() / "ontology").rglob("*.ttl")) for quad in read_file(file)
]
CURATED = [quad.triple for quad in read_file(graph_home() / "data" / "triples.ttl")]


@pytest.mark.parametrize("seed", range(4))
def test_curated_triples_come_and_go_in_any_order(seed: int) -> None:
    pick = random.Random(seed)  # noqa: S311
    data = list(CURATED)
    pick.shuffle(data)
    walk = Walk(set(KHYBER), set(data[:800]))
    for _ in range(6):
        absent = sorted(set(data) - walk.data, key=str)
        removed = pick.sample(sorted(walk.data, key=str), k=60)
        walk.step(set(pick.sample(absent, k=60)), set(removed))


def test_everything_can_be_taken_back() -> None:
    walk = Walk(set(KHYBER), set(CURATED))
    walk.step(set(), set(CURATED))
    assert walk.known == inferred(set(KHYBER), set())
    walk.step(set(CURATED), set())


def step(ontology: str, data: str, added: str = "", removed: str = "") -> tuple[set[Triple], set[Triple]]:
    closure = kept(graph(ontology), graph(data))
    done = closure.change(graph(added), graph(removed))
    return set(done.added), set(done.removed)


def test_what_has_another_derivation_stays() -> None:
    ontology = ":p rdfs:subPropertyOf :r . :q rdfs:subPropertyOf :r ."
    assert step(ontology, ":a :p :b ; :q :b .", removed=":a :p :b .") == (set(), set())
    assert step(ontology, ":a :p :b .", removed=":a :p :b .") == (set(), graph(":a :r :b ."))


def test_what_supports_only_itself_goes() -> None:
    ontology = ":p a owl:SymmetricProperty, owl:TransitiveProperty ."
    assert step(ontology, ":a :p :b .", removed=":a :p :b .") == (
        set(),
        graph(":b :p :a . :a :p :a . :b :p :b ."),
    )


def test_a_chain_breaks_with_any_of_its_steps_and_is_mended() -> None:
    ontology, data = ":edge owl:propertyChainAxiom ( :p :q :r ) .", ":a :p :b . :b :q :c . :c :r :d ."
    for one in graph(data):
        closure = kept(graph(ontology), graph(data))
        assert closure.change([], [one]).removed == graph(":a :edge :d .")
        assert closure.change([one], []).added == graph(":a :edge :d .")


def test_a_conclusion_that_is_asserted_is_no_conclusion() -> None:
    ontology = ":p rdfs:subPropertyOf :q ."
    assert step(ontology, ":a :p :b .", added=":a :q :b .") == (set(), graph(":a :q :b ."))
    assert step(ontology, ":a :p :b ; :q :b .", removed=":a :q :b .") == (graph(":a :q :b ."), set())
    assert step(ontology, ":a :p :b ; :q :b .", removed=":a :p :b .") == (set(), set())


def test_a_conclusion_of_the_ontology_that_is_asserted_is_no_conclusion() -> None:
    ontology = ":C owl:oneOf ( :a :b ) ."
    assert step(ontology, "", added=":a a :C .") == (set(), graph(":a a :C ."))
    assert step(ontology, ":a a :C .", removed=":a a :C .") == (graph(":a a :C ."), set())


def test_nodes_with_one_key_are_the_same_while_they_have_it() -> None:
    ontology = ":C owl:hasKey ( :d ) ."
    same = graph(":a owl:sameAs :b . :b owl:sameAs :a .")
    data = ':a a :C ; :d "1" . :b a :C .'
    added, removed = step(ontology, data, added=':b :d "1" .')
    assert (added, removed) == (same, set())
    added, removed = step(ontology, data + ':b :d "1" ; :p :x .', removed=':b :d "1" .')
    assert (added, removed) == (set(), same | graph(":a :p :x ."))


def test_literals_of_a_data_range_classify_what_has_them() -> None:
    ontology = ":C owl:equivalentClass [ owl:onProperty :d ; owl:someValuesFrom xsd:integer ] ."
    (classified,) = {each for each in step(ontology, "", added=":a :d 7 .")[0] if "C>" in str(each.object)}
    assert {classified} == graph(":a a :C .")
    assert step(ontology, "", added=':a :d "7" .')[0] == set()


def test_two_forms_of_one_number_come_and_go_by_themselves() -> None:
    ontology = ":p rdfs:subPropertyOf :q ."
    data = ':a :p 1, "01"^^xsd:integer .'
    assert step(ontology, data, removed=":a :p 1 .") == (set(), graph(":a :q 1 ."))


def test_data_that_speaks_of_the_ontology_is_reasoned_over_all_the_same() -> None:
    added, _ = step(":C a owl:Class .", ":a a :C . :x :p :y .", added=":C rdfs:subClassOf :D .")
    assert added == graph(":a a :D .")
    _, removed = step(
        "", ":a a :C . :C rdfs:subClassOf :D . :C owl:sameAs :E .", removed=":C rdfs:subClassOf :D ."
    )
    assert graph(":a a :D . :E rdfs:subClassOf :D .") <= removed


def test_a_broken_list_changes_nothing() -> None:
    closure = kept(set(), graph(":p rdfs:subPropertyOf :q ."))
    with pytest.raises(InputError, match="breaks off"):
        closure.change(graph(":e owl:propertyChainAxiom :l . :l rdf:first :p ."), [])
    assert closure.change(graph(":a :p :b ."), []).added == graph(":a :q :b .")


def test_a_conclusion_has_premises() -> None:
    closure = kept(graph(":edge owl:propertyChainAxiom ( :p :q ) ."), graph(":a :p :b . :b :q :c ."))
    (edge,) = graph(":a :edge :c .")
    found = closure.premises(edge)
    assert found is not None
    assert found.rule == "prp-spo2"
    assert set(found.triples) == graph(":a :p :b . :b :q :c .")
    assert closure.premises(next(iter(graph(":a :p :b .")))) is None
