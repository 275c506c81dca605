"""A patch, applied, gives what pyoxigraph's own update gives on a store whose default graph is the union."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from khyber.contributions.updates import patch_of_update
from khyber.engine.base import Update
from khyber.engine.published import load_published
from khyber.errors import QueryRefused
from khyber.rdf.namespaces import GRAPH
from khyber.validation.asserted import in_store_form

NODES = [NamedNode(f"https://example.org/{letter}") for letter in "abcd"]
PREDICATES = [NamedNode(f"https://example.org/{letter}") for letter in "pqr"]
INTEGER = NamedNode("http://www.w3.org/2001/XMLSchema#integer")
VALUES = [
    *NODES,
    Literal("x"),
    Literal("}", language="en"),
    Literal("01"),
    Literal("01", datatype=INTEGER),
    Literal(3),
    Literal(-4),
]
GRAPHS = ["core", "contribution/1", "contribution/2"]

triples = st.builds(Triple, st.sampled_from(NODES), st.sampled_from(PREDICATES), st.sampled_from([*VALUES]))
states = st.lists(st.tuples(triples, st.sampled_from(GRAPHS)), max_size=14)

ends = st.sampled_from([*(str(node) for node in NODES), "?x", "?y", "ex:a", "ex:b"])
things = st.one_of(ends, st.sampled_from([*(str(value) for value in VALUES), "?z", "-4", "3", "'x'"]))
properties = st.sampled_from([*(str(predicate) for predicate in PREDICATES), "?q", "ex:p", "a"])
patterns = st.builds("{} {} {} .".format, ends, properties, things)
bodies = st.lists(patterns, min_size=1, max_size=2).map(" ".join)
filters = st.sampled_from(
    [
        "",
        "FILTER (?x != ex:a)",
        "FILTER (?z<3)",
        "OPTIONAL { ?x ex:q ?w }",
        "OPTIONAL { ?y ex:r ?z } # } ;",
        "BIND (STRLEN('};{') AS ?n)",
        "FILTER NOT EXISTS { ?x ex:q ?z }",
        "{ SELECT ?x WHERE { ?x ?anything ?thing } ORDER BY STR(?x) LIMIT 2 }",
        "MINUS { ?x ex:p ex:b }",
        "VALUES ?w { ex:d 'x' }",
    ]
)
templates = st.lists(
    st.builds(
        "{} {} {} .".format,
        ends,
        properties,
        st.one_of(things, st.sampled_from(["?w", "?n", '\'new\' , """{ ?x"""@en', "?z ; ex:r ?w"])),
    ),
    min_size=1,
    max_size=2,
).map(" ".join)
data = st.lists(triples, min_size=1, max_size=3).map(lambda found: " . ".join(map(str, found)))

operations = st.one_of(
    st.builds("INSERT DATA {{ {} }}".format, data),
    st.builds("DELETE DATA {{ {} . }}".format, data),
    st.builds("DELETE WHERE {{ {} }}".format, bodies),
    st.builds("DELETE {{ {} }} WHERE {{ {} {}\n }}".format, templates, bodies, filters),
    st.builds("INSERT {{ {} }} WHERE {{ {} {}\n }}".format, templates, bodies, filters),
    st.builds("delete{{{}}}\ninsert {{ {} }}where{{{} {}\n}}".format, templates, templates, bodies, filters),
)
updates = st.lists(operations, min_size=1, max_size=4).map(" ;\n".join)


def of_store(store: Store) -> set[Triple]:
    return {quad.triple for quad in store.quads_for_pattern(None, None, None, DefaultGraph())}


READ = (
    "INSERT { ?x ex:q <http://example.org/#a> } WHERE { ?x ex:p ?l } # } ; DROP ALL",
    "INSERT{?x ex:q'c'}WHERE{?x ex:p?l}",
    "INSERT DATA{ex:a ex:q'c'@en,'d'^^ex:e,1,-2.5,true}",
    "INSERT { GRAPH ?g { ?x ex:q 'c' } } WHERE { ?x ex:p ?l }",
    "INSERT { ?x ex:q '\\u007D' . ?x ex:q '\\'}' } WHERE { ?x ex:p ?l }",
    "INSERT { ?x ex:q ?\u00e9 } WHERE { ?x ex:p ?\u00e9 }",
    "INSERT { ?x ex:q $l . $x ex:r ?l } WHERE { $x ex:p ?l }",
    "INSERT { ?x ex:GRAPH ex:WHERE . ex:INSERT ex:DATA ex:DELETE } WHERE { ?x ex:p ?l }",
    "PREFIX graph: <x:> INSERT { ?x ex:q graph:a . graph:b ex:q ?x } WHERE { ?x ex:p ?l }",
    "BASE <https://example.org/> INSERT { <a> ex:q <#b> } WHERE { <a> ex:p ?l }",
)
"""Updates that are hard to take apart."""

REFUSED = (
    "INSERT { ?x ex:q 'c' } WHERE { ?x ex:p ?l FILTER (?l<'x>}') }",
    "INSERT { ?x ex:q 'c' } WHERE { ?x ex:p ?l FILTER (?l<'x>' && '}'!=?l) }",
    "INSERT { ?x ex:q 'c' } WHERE { ?x ex:p ?l FILTER (?l<ex:y#>}\n) }",
    "INSERT { ?x ex:q 'c' } WHERE { ?x ex:p ?l FILTER (?l<'x>} ; DROP ALL #') }",
    "insertData{ex:a ex:q 'c'}",
    "DELETEWHERE{?x ex:p ?l}",
)
"""Updates that Oxigraph reads and our tokens do not show: a comparison that looks like an IRI, words without space."""

STATE = [(Triple(NODES[0], PREDICATES[0], Literal(letter)), "core") for letter in "axyz"]


@pytest.mark.parametrize("text", READ)
def test_what_is_hard_to_take_apart_is_read_rightly(text: str) -> None:
    assert_equal(STATE, text)


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_taken_apart_is_refused_and_never_guessed(text: str) -> None:
    with pytest.raises(QueryRefused, match="white space"):
        assert_equal(STATE, text)


@settings(max_examples=300, deadline=None)
@given(states, updates)
def test_a_patch_does_what_the_update_does(state: list[tuple[Triple, str]], text: str) -> None:
    assert_equal(state, text)


def assert_equal(state: list[tuple[Triple, str]], text: str) -> None:
    union = Store()
    union.extend(Quad(triple.subject, triple.predicate, triple.object) for triple, _ in state)
    before = of_store(union)
    update = Update("PREFIX ex: <https://example.org/>\n" + text)
    union.update(update.text)

    quads = [Quad(each.subject, each.predicate, each.object, NamedNode(GRAPH + name)) for each, name in state]
    patch = load_published(quads, "1-test").run(patch_of_update, update)

    after = of_store(union)
    assert set(in_store_form(patch.added)) == after - before
    assert len(patch.added) == len(after - before)
    assert set(patch.removed) == before - after
