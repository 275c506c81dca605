"""A difference as a page shows it."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, Quad

from khyber.engine.memory import MemoryEngine
from khyber.rdf.delta import Delta
from khyber.rdf.namespaces import GRAPH, PREFIXES, RDF, TERM
from khyber.web.app import create_app
from khyber.web.difference import MOST, ShownDifference, shown_difference

TTP = NamedNode(PREFIXES["actor"] + "ttp")
NAME = NamedNode(TERM + "name")
CORE = NamedNode(GRAPH + "core")


def shown(delta: Delta) -> ShownDifference:
    with create_app(MemoryEngine.load(()), release="x").test_request_context():
        return shown_difference(delta)


def test_triples_stand_by_subject_what_goes_before_what_comes() -> None:
    added = [Quad(TTP, NAME, Literal("TTP", language="en"), NamedNode(GRAPH + "contribution/1"))]
    removed = [Quad(TTP, NamedNode(RDF + "type"), NamedNode(TERM + "State"), CORE)]
    found = shown(Delta.of(added, removed))
    ((subject, lines),) = found.subjects
    assert (subject.text, subject.link) == ("actor:ttp", "/id/actor/ttp")
    assert [(line.sign, line.predicate.text, line.object.text, line.graph) for line in lines] == [
        ("−", "rdf:type", "khyber:State", "core"),
        ("+", "khyber:name", "TTP @en", "contribution/1"),
    ]
    assert (found.added, found.removed, found.complete) == (1, 1, True)


def test_a_long_difference_is_cut_and_says_so() -> None:
    added = [Quad(TTP, NAME, Literal(str(number)), CORE) for number in range(MOST + 1)]
    found = shown(Delta.of(added, []))
    assert sum(len(lines) for _, lines in found.subjects) == MOST
    assert (found.added, found.complete) == (MOST + 1, False)
