"""The queries of sh:sparql rules: what is read, what is left to pySHACL, and what they find."""

from __future__ import annotations

import pytest

from khyber.rdf.namespaces import PREFIXES, TERM
from khyber.validation.compiled.columns import Columns
from khyber.validation.compiled.compile import compile_shapes
from khyber.validation.compiled.patterns import NeedsReference
from khyber.validation.compiled.queries import Unread, read_select
from khyber.validation.shacl import Validator
from validation.turtle import triples

DATA = """
actor:a khyber:alleges actor:b ; khyber:claimant actor:x .
actor:b khyber:alleges actor:c , actor:a ; khyber:claimant actor:y .
actor:c khyber:alleges actor:d ; khyber:claimant actor:x , actor:z ; a khyber:State .
actor:d khyber:claimant actor:x .
khyber:State rdfs:subClassOf khyber:Actor .
"""

QUERIES = {
    "a circle": "$this k:alleges+ $this . $this k:alleges ?value .",
    "another": "$this k:alleges ?value ; k:claimant ?one . ?value k:claimant ?two . FILTER (?one != ?two)",
    "the same": "$this k:alleges ?value ; k:claimant ?one . ?value k:claimant ?two . FILTER (?one = ?two)",
    "back": "$this k:claimant/^k:claimant ?value . FILTER (?value != $this)",
    "a choice": "$this k:alleges|k:claimant ?value",
    "none": "$this k:alleges ?value . FILTER NOT EXISTS { ?value k:alleges+ $this }",
    "some": "$this k:alleges ?value FILTER EXISTS { ?value a/rdfs:subClassOf* k:Actor }",
    "an IRI": "$this k:claimant <https://w3id.org/khyber/id/actor/x> ; (k:alleges|^k:alleges)? ?value .",
    "several objects": "?value k:claimant <https://w3id.org/khyber/id/actor/x> , ?who . $this k:alleges ?value",
}

UNREAD = (
    "ASK { $this ?p ?o }",
    "SELECT $this { $this ?p ?o }",
    "SELECT $this { $this <x:p> 'text' }",
    "SELECT $this { $this x:p ?o }",
    "SELECT $this ?other { $this <x:p> ?other }",
    "SELECT ?value { ?value <x:p> ?other }",
    "SELECT $this ?value { $this <x:p> ?other }",
    "SELECT $this { $this <x:p> ?o } LIMIT 1",
    "SELECT $this { OPTIONAL { $this <x:p> ?o } }",
    "SELECT $this { $this <x:p> ?o FILTER (?o < 3) }",
    "SELECT $this { $this <x:p> ?o FILTER (?o = ?p || ?p = ?o) }",
    "SELECT $this { $this <x:p> ?o MINUS { $this <x:q> ?o } }",
    "SELECT $this { $this !<x:p> ?o }",
    "SELECT $this { $this <x:p>",
    "",
)


def query(pattern: str) -> str:
    expanded = pattern.replace("rdfs:subClassOf", f"<{PREFIXES['rdfs']}subClassOf>")
    for name in ("alleges", "claimant", "Actor"):
        expanded = expanded.replace(f"k:{name}", f"<{TERM}{name}>")
    return f"SELECT $this ?value WHERE {{ {expanded} }}"


def rules(pattern: str) -> str:
    return (
        "shape:S a sh:NodeShape ; sh:targetSubjectsOf khyber:claimant ; sh:message 'Of the shape.' ; "
        f"sh:sparql [ sh:message 'Of the rule.' ; sh:select '''{query(pattern)}''' ] ."
    )


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_finds_what_pyshacl_finds(name: str) -> None:
    shapes, data = triples(rules(QUERIES[name])), triples(DATA)
    compiled = compile_shapes([], shapes)
    assert compiled.uncovered == {}
    verdict = compiled.judge(data)
    assert verdict.left == frozenset()
    assert verdict.report == Validator([], shapes).validate(data)
    assert verdict.report.findings
    assert {finding.message for finding in verdict.report.findings} == {"Of the rule."}


@pytest.mark.parametrize("text", UNREAD)
def test_any_other_query_is_left_to_pyshacl(text: str) -> None:
    with pytest.raises(Unread):
        read_select(text)


def test_a_comparison_of_literals_is_left_to_pyshacl() -> None:
    select = read_select(query(QUERIES["another"]))
    graph = Columns(triples(DATA + "actor:a khyber:claimant 'somebody' ."))
    with pytest.raises(NeedsReference):
        list(select.rows(graph, [PREFIXES["actor"] + "a"]))
    shapes = triples(rules(QUERIES["another"]))
    verdict = compile_shapes([], shapes).judge(triples(DATA + "actor:a khyber:claimant 'somebody' ."))
    assert verdict.left == {"https://w3id.org/khyber/shapes#S"}


def test_the_order_of_the_triples_is_that_of_the_fewest_steps() -> None:
    """Where each claimant has many assertions and each event two, the pairs are found by the event."""
    said = "".join(
        f"assertion:a{number} khyber:claimant actor:x ; khyber:inEvent event:e{number // 2} .\n"
        for number in range(2000)
    )
    pattern = (
        f"$this <{TERM}claimant> ?who ; <{TERM}inEvent> ?event . "
        f"?value <{TERM}claimant> ?who ; <{TERM}inEvent> ?event . FILTER ($this != ?value)"
    )
    graph = Counted(triples(said))
    select = read_select(f"SELECT $this ?value WHERE {{ {pattern} }}")
    rows = list(select.rows(graph, sorted(graph.objects(TERM + "claimant"), key=str)))
    assert len(rows) == 2000
    assert graph.asked < 40_000


class Counted(Columns):
    """Columns that count how often they are asked."""

    asked = 0

    def objects(self, predicate: str):  # type: ignore[no-untyped-def]
        self.asked += 1
        return super().objects(predicate)
