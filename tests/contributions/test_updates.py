"""SPARQL updates on the published graph become patches, by its rules."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pyoxigraph import NamedNode, Quad

from isolated import isolated
from khyber.contributions.patch import Patch
from khyber.contributions.updates import NEW, patch_of_graph_change, patch_of_update
from khyber.engine.base import GraphChange, Limits, Update
from khyber.engine.isolation.holding import MemoryHolding
from khyber.engine.memory import MemoryEngine
from khyber.engine.published import load_published
from khyber.errors import (
    Conflict,
    Forbidden,
    InputError,
    KhyberError,
    NotAsserted,
    QueryRefused,
    QuerySyntaxError,
    TimeLimitReached,
)
from khyber.rdf.namespaces import CONTRIBUTION_GRAPH, GRAPH, PREFIXES
from khyber.reasoning.base import reasoner
from validation.turtle import triples

ONTOLOGY = """
khyber:Actor a owl:Class . khyber:State a owl:Class ; rdfs:subClassOf khyber:Actor .
khyber:host a owl:ObjectProperty ; rdfs:range khyber:Actor ; owl:inverseOf khyber:hostIn .
khyber:hostIn a owl:ObjectProperty . khyber:Emirate a owl:Class ; rdfs:subClassOf khyber:State .
"""
CORE = """
actor:a a khyber:State ; rdfs:label "A"@en . actor:b a khyber:State ; rdfs:label "B"@en .
situation:s khyber:host actor:a ; khyber:latestDate "2026-02-21"^^xsd:date .
"""
FIRST = 'situation:s khyber:host actor:b . actor:b rdfs:label "B"@en .'
SHAPES = "shape:S a sh:NodeShape ."
CORE_GRAPH, FIRST_GRAPH = f"{GRAPH}core", f"{CONTRIBUTION_GRAPH}1"
DECLARED = "".join(
    f"PREFIX {prefix}: <{PREFIXES[prefix]}> "
    for prefix in ("khyber", "actor", "situation", "rdfs", "rdf", "xsd", "graph", "shape", "owl")
)


def quads() -> Iterator[Quad]:
    data = triples(CORE) + triples(FIRST)
    graphs = {
        "core": triples(CORE),
        "contribution/1": triples(FIRST),
        "ontology": triples(ONTOLOGY),
        "shapes": triples(SHAPES),
        "inferred": reasoner("sparql").infer([*triples(ONTOLOGY), *data]),
    }
    for name, found in graphs.items():
        for triple in found:
            yield Quad(triple.subject, triple.predicate, triple.object, NamedNode(GRAPH + name))


@pytest.fixture(scope="module")
def engine() -> MemoryEngine:
    return load_published(list(quads()), "1-test")


def patch(engine: MemoryEngine, text: str, base: str | None = None) -> Patch:
    return engine.run(patch_of_update, Update(DECLARED + text, base))


def changed(engine: MemoryEngine, change: GraphChange) -> Patch:
    return engine.run(patch_of_graph_change, change)


def of(added: str = "", removed: str = "") -> Patch:
    return Patch.of(triples(added), triples(removed))


ALLOWED = {
    "an insertion": ("INSERT DATA { actor:c a khyber:State }", "actor:c a khyber:State .", ""),
    "into the new graph": (
        f"INSERT DATA {{ GRAPH <{NEW.value}> {{ actor:c a khyber:State ; rdfs:label 'C'@en . }} . actor:d a khyber:State }}",
        "actor:c a khyber:State ; rdfs:label 'C'@en . actor:d a khyber:State .",
        "",
    ),
    "with the new graph": (
        f"WITH <{NEW.value}> INSERT {{ actor:c a khyber:State }} WHERE {{ }}",
        "actor:c a khyber:State .",
        "",
    ),
    "what is asserted already": ("INSERT DATA { actor:a a khyber:State }", "", ""),
    "what is only inferred": ("INSERT DATA { actor:a a khyber:Actor }", "actor:a a khyber:Actor .", ""),
    "a deletion": ("DELETE DATA { actor:a rdfs:label 'A'@en }", "", "actor:a rdfs:label 'A'@en ."),
    "a deletion from all graphs": (
        "DELETE DATA { actor:b rdfs:label 'B'@en }",
        "",
        "actor:b rdfs:label 'B'@en .",
    ),
    "a deletion from the core": (
        "DELETE DATA { GRAPH graph:core { actor:a rdfs:label 'A'@en } }",
        "",
        "actor:a rdfs:label 'A'@en .",
    ),
    "a deletion from a contribution": (
        f"DELETE DATA {{ GRAPH <{FIRST_GRAPH}> {{ situation:s khyber:host actor:b }} }}",
        "",
        "situation:s khyber:host actor:b .",
    ),
    "with the core": (
        "WITH graph:core DELETE { ?x rdfs:label ?label } WHERE { ?x rdfs:label ?label FILTER (?x = actor:a) }",
        "",
        "actor:a rdfs:label 'A'@en .",
    ),
    "what is not there": (
        "DELETE DATA { actor:z a khyber:State . GRAPH <x:y> { actor:a a khyber:State } }",
        "",
        "",
    ),
    "another graph has it": ("DELETE DATA { GRAPH <x:y> { actor:a a khyber:State } }", "", ""),
    "where": (
        "DELETE WHERE { ?x khyber:latestDate ?day }",
        "",
        "situation:s khyber:latestDate '2026-02-21'^^xsd:date .",
    ),
    "where in a graph": (
        "DELETE WHERE { GRAPH ?g { ?x khyber:latestDate ?day } }",
        "",
        "situation:s khyber:latestDate '2026-02-21'^^xsd:date .",
    ),
    "where sees the union": (
        "INSERT { ?actor rdfs:seeAlso ?other } WHERE { ?actor khyber:hostIn ?x . ?other khyber:hostIn ?x . FILTER (?actor != ?other) }",
        "actor:a rdfs:seeAlso actor:b . actor:b rdfs:seeAlso actor:a .",
        "",
    ),
    "using narrows it": (
        "INSERT { ?actor rdfs:seeAlso ?x } USING graph:core WHERE { ?x khyber:host ?actor }",
        "actor:a rdfs:seeAlso situation:s .",
        "",
    ),
    "using a named graph": (
        f"INSERT {{ ?actor rdfs:seeAlso ?x }} USING NAMED <{FIRST_GRAPH}> WHERE {{ GRAPH ?g {{ ?x khyber:host ?actor }} }}",
        "actor:b rdfs:seeAlso situation:s .",
        "",
    ),
    "what is not bound": (
        "INSERT { ?x rdfs:seeAlso ?nothing . ?x rdfs:comment 'said' . ?label rdfs:seeAlso ?x . ?x ?label ?x } "
        "WHERE { ?x rdfs:label ?label FILTER (?x = actor:a) }",
        "actor:a rdfs:comment 'said' .",
        "",
    ),
    "a change": (
        "DELETE { ?x rdfs:label ?label } INSERT { ?x rdfs:label 'Z'@en } WHERE { ?x rdfs:label ?label FILTER (?x = actor:a) }",
        "actor:a rdfs:label 'Z'@en .",
        "actor:a rdfs:label 'A'@en .",
    ),
    "a change to the same": (
        "DELETE { ?x rdfs:label ?l } INSERT { ?x rdfs:label ?l } WHERE { ?x rdfs:label ?l }",
        "",
        "",
    ),
    "one after the other": (
        "INSERT DATA { actor:c rdfs:label 'C'@en } ; "
        "DELETE { ?x rdfs:label ?l } INSERT { ?x rdfs:comment ?l } WHERE { ?x rdfs:label ?l FILTER (?x = actor:c) } ; "
        "PREFIX ex: <https://example.org/> INSERT { ?x rdfs:seeAlso ex:c } WHERE { ?x rdfs:comment 'C'@en } ;",
        "actor:c rdfs:comment 'C'@en ; rdfs:seeAlso <https://example.org/c> .",
        "",
    ),
    "taken out and put back": (
        "DELETE DATA { actor:a rdfs:label 'A'@en } ; INSERT DATA { actor:a rdfs:label 'A'@en }",
        "",
        "",
    ),
    "put in and taken out": (
        f"INSERT DATA {{ actor:c a khyber:State }} ; DELETE DATA {{ GRAPH <{NEW.value}> {{ actor:c a khyber:State }} }}",
        "",
        "",
    ),
    "a premise and what follows": (
        "DELETE DATA { situation:s khyber:host actor:a . actor:a khyber:hostIn situation:s }",
        "",
        "situation:s khyber:host actor:a .",
    ),
    "all of a node": (
        "DELETE { actor:b ?p ?o . ?s ?q actor:b } WHERE { { actor:b ?p ?o } UNION { ?s ?q actor:b } }",
        "",
        "actor:b a khyber:State ; rdfs:label 'B'@en . situation:s khyber:host actor:b .",
    ),
    "braces, quotation marks and comments": (
        'INSERT DATA { actor:c rdfs:comment \'} INSERT { \\\' # no comment\', -5 , 1.5e3 , true . # }\n actor:c rdfs:label """{"""@en }',
        "actor:c rdfs:comment \"} INSERT { ' # no comment\" , -5 , 1.5e3 , true ; rdfs:label '{'@en .",
        "",
    ),
    "nothing": ("", "", ""),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_an_update_asks_for(engine: MemoryEngine, name: str) -> None:
    text, added, removed = ALLOWED[name]
    assert patch(engine, text) == of(added, removed)


REFUSED: dict[str, tuple[str, type[KhyberError], str]] = {
    "core": (
        "INSERT DATA { GRAPH graph:core { actor:c a khyber:State } }",
        Forbidden,
        "inserted into graph:core",
    ),
    "ontology": (
        "INSERT DATA { GRAPH graph:ontology { actor:c a khyber:State } }",
        Forbidden,
        "graph:ontology",
    ),
    "old contribution": (
        f"WITH <{FIRST_GRAPH}> INSERT {{ actor:c a khyber:State }} WHERE {{}}",
        Forbidden,
        "contribution/1",
    ),
    "a term": ("DELETE DATA { khyber:State a owl:Class }", Forbidden, "graph:ontology"),
    "a term there": (
        "DELETE DATA { GRAPH graph:ontology { khyber:State a owl:Class } }",
        Forbidden,
        "ontology",
    ),
    "a shape": ("DELETE WHERE { GRAPH graph:shapes { ?s ?p ?o } }", Forbidden, "graph:shapes"),
    "inferred": (
        "DELETE DATA { actor:a khyber:hostIn situation:s }",
        NotAsserted,
        "It follows from: situation:s khyber:host actor:a.",
    ),
    "inferred there": (
        "DELETE WHERE { GRAPH graph:inferred { actor:a khyber:hostIn ?s } }",
        NotAsserted,
        "It follows from: situation:s khyber:host actor:a.",
    ),
    "inferred in two ways": (
        "DELETE DATA { situation:s khyber:host actor:b . actor:b a khyber:Actor }",
        NotAsserted,
        "It follows from: actor:b rdf:type khyber:State.",
    ),
    "of the ontology": (
        "DELETE DATA { khyber:Emirate rdfs:subClassOf khyber:Actor }",
        NotAsserted,
        "is inferred from the ontology",
    ),
    "one of two": (
        "DELETE DATA { GRAPH graph:core { actor:b rdfs:label 'B'@en } }",
        Conflict,
        "stands in graph:core and in",
    ),
    "blank node": ("INSERT DATA { _:x rdfs:label 'X'@en }", InputError, "blank node"),
    "brackets": ("INSERT DATA { actor:c rdfs:seeAlso [ rdfs:label 'X'@en ] }", InputError, "blank node"),
    "made blank node": (
        "INSERT { ?x rdfs:seeAlso ?n } WHERE { ?x rdfs:label ?l BIND (BNODE() AS ?n) }",
        InputError,
        "blank node",
    ),
    "no update": ("INSERT { actor:c a khyber:State }", QuerySyntaxError, "not well-formed"),
    "a query": ("SELECT * { ?s ?p ?o }", QuerySyntaxError, "not well-formed"),
    "another endpoint": (
        "INSERT { ?x rdfs:seeAlso ?y } WHERE { SERVICE <http://127.0.0.1:9/> { ?x rdfs:seeAlso ?y } }",
        QueryRefused,
        "SERVICE",
    ),
    "clear": ("CLEAR DEFAULT", Forbidden, "CLEAR changes whole graphs"),
    "clear silently": ("CLEAR SILENT GRAPH graph:core", Forbidden, "CLEAR"),
    "drop": ("DROP ALL", Forbidden, "DROP"),
    "create": ("CREATE GRAPH <x:y>", Forbidden, "CREATE"),
    "load": ("LOAD <http://127.0.0.1:9/> INTO GRAPH <x:y>", Forbidden, "LOAD"),
    "copy": ("COPY <https://w3id.org/khyber/graph/core> TO <x:y>", Forbidden, "COPY"),
    "move": ("MOVE <https://w3id.org/khyber/graph/core> TO <x:y>", Forbidden, "MOVE"),
    "add": ("ADD <https://w3id.org/khyber/graph/core> TO <x:y>", Forbidden, "ADD"),
    "a later operation": ("INSERT DATA { actor:c a khyber:State } ; DROP DEFAULT", Forbidden, "DROP"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_update_is_refused(engine: MemoryEngine, name: str) -> None:
    text, kind, said = REFUSED[name]
    with pytest.raises(kind) as caught:
        patch(engine, text)
    assert said in caught.value.detail


@pytest.mark.parametrize(
    ("kind", "status"), [(Forbidden, 403), (NotAsserted, 422), (Conflict, 409), (InputError, 400)]
)
def test_a_refusal_has_its_status(kind: type[KhyberError], status: int) -> None:
    assert kind.status == status
    assert any(issubclass(each, kind) for _, each, _ in REFUSED.values())


def test_relative_names_are_resolved_against_the_base(engine: MemoryEngine) -> None:
    found = patch(engine, "INSERT DATA { <actor/c> a khyber:State }", "https://w3id.org/khyber/id/")
    assert found == of("actor:c a khyber:State .")


def test_the_dataset_stays_as_it_was(engine: MemoryEngine) -> None:
    before = engine.size(), dict(engine.graphs())
    patch(engine, "DELETE WHERE { ?x khyber:latestDate ?day } ; INSERT DATA { actor:c a khyber:State }")
    assert (engine.size(), dict(engine.graphs())) == before


def load() -> MemoryHolding:
    return MemoryHolding(load_published(list(quads()), "1-test"))


def test_an_update_runs_in_a_child_that_can_be_killed() -> None:
    slow = "INSERT { ?a rdfs:seeAlso ?z } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?z ?y ?x }"
    with isolated(load) as engine:
        update = Update(DECLARED + "DELETE WHERE { ?x khyber:latestDate ?day }")
        assert engine.run(patch_of_update, update) == of(
            removed="situation:s khyber:latestDate '2026-02-21'^^xsd:date ."
        )
        with pytest.raises(NotAsserted, match="It follows from: situation:s khyber:host actor:a"):
            engine.run(patch_of_update, Update(DECLARED + REFUSED["inferred"][0]))
        with pytest.raises(TimeLimitReached):
            engine.run(patch_of_update, Update(DECLARED + slow), limits=Limits(seconds=0.3))
        change = GraphChange("merge", None, SAID)
        assert engine.run(patch_of_graph_change, change) == of("actor:c a khyber:State .")


SAID = tuple(triples("actor:c a khyber:State . actor:a a khyber:State ."))


@pytest.mark.parametrize("graph", [None, NEW.value])
def test_post_adds_what_is_not_asserted(engine: MemoryEngine, graph: str | None) -> None:
    assert changed(engine, GraphChange("merge", graph, SAID)) == of("actor:c a khyber:State .")


def test_put_of_the_new_graph_adds_too(engine: MemoryEngine) -> None:
    assert changed(engine, GraphChange("replace", NEW.value, SAID)) == of("actor:c a khyber:State .")


@pytest.mark.parametrize(
    "change",
    [
        GraphChange("replace", None, SAID),
        GraphChange("drop", None),
        *(GraphChange("replace", GRAPH + name, SAID) for name in ("core", "ontology", "shapes", "inferred")),
        *(GraphChange("merge", GRAPH + name, SAID) for name in ("core", "ontology", "shapes", "inferred")),
        *(GraphChange("drop", GRAPH + name) for name in ("core", "ontology", "contribution/1")),
        GraphChange("merge", "https://example.org/graph", SAID),
    ],
    ids=lambda change: f"{change.kind} {change.graph}",
)
def test_no_other_graph_is_changed_as_a_whole(engine: MemoryEngine, change: GraphChange) -> None:
    with pytest.raises(Forbidden):
        changed(engine, change)


def test_a_posted_blank_node_is_refused(engine: MemoryEngine) -> None:
    with pytest.raises(InputError, match="blank node"):
        changed(engine, GraphChange("merge", None, tuple(triples("[] a khyber:State ."))))


def test_a_patch_names_triples_as_the_store_has_them(engine: MemoryEngine) -> None:
    found = patch(engine, "DELETE DATA { actor:a rdfs:label 'A'@EN }")
    assert found == of(removed="actor:a rdfs:label 'A'@en .")


def test_what_is_added_is_as_it_was_written_and_known_by_its_value(engine: MemoryEngine) -> None:
    said = "INSERT DATA { actor:c khyber:value '01'^^xsd:integer , '+1'^^xsd:integer }"
    (added,) = patch(engine, said).added
    assert str(added.object).startswith('"01"')
    assert patch(engine, said + " ; DELETE DATA { actor:c khyber:value 1 }") == of()
    assert patch(engine, said + " ; DELETE WHERE { actor:c khyber:value ?number }") == of()
