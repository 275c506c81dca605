"""Which nodes a change puts in focus, for which shapes; and what the context of a judgement reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from khyber.config import graph_home
from khyber.errors import InputError
from khyber.rdf.namespaces import GRAPH, PREFIXES, SHAPE, TERM
from khyber.release.sources import ONTOLOGY_GRAPH, SHAPES_GRAPH, parse_sources, read_sources
from khyber.validation.asserted import AssertedGraph
from khyber.validation.changes import ChangeValidator
from khyber.validation.findings import Finding
from khyber.validation.focus import Reach
from validation.turtle import triples

ONTOLOGY = """
khyber:Actor a owl:Class . khyber:State a owl:Class ; rdfs:subClassOf khyber:Actor .
khyber:Event a owl:Class . khyber:Place a owl:Class .
"""
SHAPES = """
shape:Own a sh:NodeShape ; sh:targetClass khyber:Actor ;
    sh:property [ sh:path rdfs:label ; sh:minCount 1 ] .
shape:Backwards a sh:NodeShape ; sh:targetClass khyber:Event ;
    sh:property [ sh:path [ sh:inversePath khyber:alleges ] ; sh:minCount 1 ] .
shape:Further a sh:NodeShape ; sh:targetClass khyber:Event ;
    sh:property [ sh:path ( khyber:place [ sh:zeroOrMorePath khyber:locatedIn ] khyber:country ) ; sh:minCount 1 ] .
shape:Nested a sh:NodeShape ; sh:targetClass khyber:Event ;
    sh:property [ sh:path khyber:perpetrator ; sh:qualifiedMinCount 1 ; sh:qualifiedValueShape [
        sh:or ( [ sh:class khyber:State ] [ sh:property [ sh:path khyber:side ; sh:hasValue khyber:us ] ] ) ] ] .
shape:Pair a sh:NodeShape ; sh:targetClass khyber:Event ;
    sh:property [ sh:path ( khyber:place khyber:near ) ; sh:disjoint khyber:place ] .
shape:Objects a sh:NodeShape ; sh:targetObjectsOf khyber:claimant ;
    sh:property [ sh:path khyber:side ; sh:maxCount 1 ] .
shape:Closed a sh:NodeShape ; sh:targetClass khyber:Place ; sh:closed true ;
    sh:ignoredProperties ( rdf:type rdfs:label khyber:locatedIn khyber:country khyber:near ) .
shape:Asked a sh:NodeShape ; sh:targetSubjectsOf khyber:answers ; sh:sparql shape:Question .
shape:Question sh:select \"\"\"SELECT $this ?value WHERE {
    $this <TERManswers>+ ?value . ?value <TERMclaimant> ?who .
    OPTIONAL { ?who <TERMside> ?side }
    FILTER NOT EXISTS { ?value <TERMplace>|^<TERMnear> ?where } FILTER (!bound(?side)) }\"\"\" .
""".replace("TERM", TERM)
DATA = """
actor:a a khyber:State . actor:b a khyber:Actor ; khyber:side side:x .
event:e a khyber:Event ; khyber:place place:p ; khyber:perpetrator actor:b .
place:p a khyber:Place ; khyber:locatedIn place:q . place:q khyber:locatedIn place:r . place:r khyber:near place:z .
assertion:one khyber:alleges event:e ; khyber:claimant actor:b .
assertion:two khyber:answers assertion:one ; khyber:claimant actor:a .
assertion:three khyber:answers assertion:two .
"""
CORE = NamedNode(GRAPH + "core")


def store_of(data: str) -> Store:
    store = Store()
    store.extend(Quad(each.subject, each.predicate, each.object, CORE) for each in triples(data))
    return store


def focus(added: str = "", removed: str = "", data: str = DATA) -> dict[str, set[str]]:
    reach = Reach(triples(SHAPES), triples(ONTOLOGY))
    found = reach.focus(AssertedGraph.of(store_of(data)), triples(added), triples(removed))
    return {
        shape.value.removeprefix(SHAPE): {short(each) for each in nodes}
        for shape, nodes in found.items()
        if isinstance(shape, NamedNode)
    }


def short(term: object) -> str:
    assert isinstance(term, NamedNode)
    return term.value.rpartition("/")[2]


def test_a_change_of_a_nodes_own_property_puts_it_in_focus_for_the_shapes_that_look_there() -> None:
    assert focus('actor:a rdfs:label "A"@en .') == {"Own": {"a"}, "Closed": {"a"}}


def test_a_property_that_no_shape_looks_at_puts_only_closed_shapes_in_doubt() -> None:
    assert focus('place:p khyber:description "x" .') == {"Closed": {"p"}}


def test_a_removed_link_puts_in_focus_what_it_led_to() -> None:
    assert focus(removed="assertion:one khyber:alleges event:e .")["Backwards"] == {"e"}


def test_a_link_far_along_a_path_is_traced_back_to_where_the_path_begins() -> None:
    assert focus("place:r khyber:country place:s .")["Further"] == {"e"}
    assert focus(removed="place:q khyber:locatedIn place:r .")["Further"] == {"e"}
    assert focus("place:z khyber:country place:s .").get("Further", set()) == set()


def test_a_change_of_class_concerns_who_points_at_the_node() -> None:
    assert focus("actor:b a khyber:State .")["Nested"] == {"e"}
    assert "Nested" not in focus("actor:b a khyber:Place .")


def test_a_nested_shape_is_looked_into() -> None:
    assert focus("actor:b khyber:side khyber:us .")["Nested"] == {"e"}


def test_both_sides_of_a_pair_are_looked_at() -> None:
    assert focus("event:e khyber:place place:z .")["Pair"] == {"e"}
    assert focus("place:p khyber:near place:z .")["Pair"] == {"e"}


def test_a_target_by_property_begins_and_ends_with_it() -> None:
    assert focus("assertion:three khyber:claimant actor:a .")["Objects"] == {"a"}
    assert focus(removed="assertion:one khyber:claimant actor:b .")["Objects"] == {"b"}


@pytest.mark.parametrize(
    ("added", "removed", "judged"),
    [
        ("", "assertion:two khyber:answers assertion:one .", {"two", "three"}),
        ("", "assertion:one khyber:claimant actor:b .", {"two", "three"}),
        ("actor:b khyber:side side:y .", "", {"two", "three"}),
        ("assertion:two khyber:place place:p .", "", {"three"}),
        ("place:p khyber:near assertion:one .", "", {"two", "three"}),
        ("place:p khyber:near assertion:three .", "", set()),
    ],
)
def test_a_query_is_asked_again_where_a_pattern_can_match_a_changed_link(
    added: str, removed: str, judged: set[str]
) -> None:
    assert focus(added, removed).get("Asked", set()) == judged


@pytest.mark.parametrize(
    ("shapes", "says"),
    [
        ("shape:S sh:targetClass khyber:Event ; sh:node shape:S .", "holds itself"),
        ("shape:S sh:targetClass khyber:Event ; sh:expression true .", "uses sh:expression"),
    ]
    + [
        (
            f"shape:S sh:targetClass khyber:Event ; sh:sparql [ sh:select '''SELECT $this WHERE {where}''' ] .",
            says,
        )
        for where, says in (
            ("{ ?a ?p $this }", "a variable as property"),
            ("{ ?a a ?b . $this a ?c }", "not joined to"),
            ("{ $this a ?c { SELECT ?c { ?c a ?d } } }", "uses ToMultiSet"),
            ("{ $this !(a) ?c }", "negated property set"),
            ("{", "cannot be parsed"),
        )
    ],
)
def test_a_shape_whose_reach_cannot_be_told_is_refused(shapes: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        Reach(triples(shapes), ())


def test_every_shape_of_the_project_has_a_reach_its_queries_too() -> None:
    graphs = parse_sources(read_sources(graph_home()))
    reach = Reach(graphs[SHAPES_GRAPH], graphs[ONTOLOGY_GRAPH])
    queries = [query for shape in reach.shapes for query in shape.queries]
    told = [each for each in graphs[SHAPES_GRAPH] if each.predicate.value.endswith("shacl#select")]
    assert {query.text for query in queries} == {
        each.object.value for each in told if isinstance(each.object, Literal)
    }
    assert len(queries) == len(told) > 0


class CountingStore:
    """A store that counts the quads it gives out: a stand-in at the seam to the engine."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.given = 0

    def quads_for_pattern(self, *pattern: object) -> Iterator[Quad]:
        for quad in self._store.quads_for_pattern(*pattern):  # type: ignore[arg-type]
            self.given += 1
            yield quad


def hub(events: int) -> str:
    """Write many events of one claimant in one country, each with a figure."""
    return DATA + "".join(
        f"event:x{n} a khyber:Event ; khyber:place place:p ; khyber:perpetrator actor:b . "
        f"assertion:x{n} khyber:alleges event:x{n} ; khyber:claimant actor:b ; khyber:answers assertion:one . "
        for n in range(events)
    )


NEW = """event:new a khyber:Event ; khyber:place place:p ; khyber:perpetrator actor:a .
assertion:new khyber:alleges event:new ; khyber:claimant actor:b ; khyber:answers assertion:three ."""


def test_what_is_read_does_not_grow_with_the_graph() -> None:
    validator = ChangeValidator(triples(ONTOLOGY), triples(SHAPES))
    read = []
    for size in (50, 500):
        graph = AssertedGraph.of(store_of(hub(size)))
        counting = CountingStore(graph.data)
        validator.validate(replace(graph, data=counting), triples(NEW), [])  # type: ignore[arg-type]
        read.append(counting.given)
    assert 0 < read[0] == read[1]


def test_the_findings_are_those_of_the_nodes_in_focus() -> None:
    validator = ChangeValidator(triples(ONTOLOGY), triples(SHAPES))
    report = validator.validate(AssertedGraph.of(store_of(hub(3))), triples(NEW), [])
    assert {(short_name(each), each.shape) for each in report.findings} == {
        ("new", SHAPE + "Further"),
        ("new", SHAPE + "Asked"),
    }


def short_name(finding: Finding) -> str:
    return finding.focus.rpartition("/")[2]


def test_what_only_the_inferred_graph_says_is_not_seen() -> None:
    store = store_of(DATA)
    (label,) = triples('actor:c rdfs:label "C"@en .')
    store.add(Quad(label.subject, label.predicate, label.object, NamedNode(GRAPH + "inferred")))
    validator = ChangeValidator(triples(ONTOLOGY), triples(SHAPES))
    report = validator.validate(AssertedGraph.of(store), triples("actor:c a khyber:Actor ."), [])
    assert {each.shape for each in report.findings} == {SHAPE + "Own"}


def test_removed_triples_are_gone_from_every_graph() -> None:
    store = store_of('actor:c a khyber:Actor ; rdfs:label "C"@en .')
    label = Triple(
        NamedNode(PREFIXES["actor"] + "c"), NamedNode(PREFIXES["rdfs"] + "label"), Literal("C", language="en")
    )
    store.add(Quad(label.subject, label.predicate, label.object, NamedNode(GRAPH + "contribution/1")))
    validator = ChangeValidator(triples(ONTOLOGY), triples(SHAPES))
    assert not validator.validate(AssertedGraph.of(store), [], [label]).conforms
    assert validator.validate(AssertedGraph.of(store), [], []).conforms
