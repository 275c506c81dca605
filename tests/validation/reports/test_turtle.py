"""Reports as SHACL validation reports in Turtle."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox
import pyshacl
import pytest
from pyoxigraph import NamedNode, RdfFormat, Store, Triple
from rdflib import Graph

from khyber.errors import PROBLEM_BASE
from khyber.rdf.namespaces import PREFIXES, SH
from khyber.validation.findings import Finding, Report
from khyber.validation.reports.paths import triples_of_path
from khyber.validation.reports.turtle import as_turtle, term_of
from khyber.validation.shacl import Validator
from khyber.validation.terms import triples_to_rdflib
from validation.findings_of_every_kind import REPORT
from validation.graph import ONTOLOGY, SHAPES
from validation.turtle import triples

RESULT = """PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT ?severity ?focus ?path ?value ?component ?shape WHERE {
  ?report a sh:ValidationReport ; sh:result ?result .
  ?result a sh:ValidationResult ; sh:resultSeverity ?severity ; sh:focusNode ?focus ;
          sh:sourceConstraintComponent ?component ; sh:resultMessage ?message .
  OPTIONAL { ?result sh:resultPath ?path } OPTIONAL { ?result sh:value ?value }
  OPTIONAL { ?result sh:sourceShape ?shape }
}"""

WRONG = """
actor:ttp a khyber:ArmedGroup .
situation:haven a khyber:Sheltering .
assertion:a1 a khyber:Accusation ; khyber:claimant actor:ttp , "nobody" ; khyber:stance <urn:x> ;
    khyber:earliestDate "soon" , "2026-02-27"^^xsd:date ; khyber:latestDate "2026-02-26"^^xsd:date .
assertion:a2 a khyber:Assertion .
"""


def loaded(document: str) -> Store:
    store = Store()
    store.load(document.encode(), format=RdfFormat.TURTLE)
    return store


def rows(store: Store) -> set[tuple[str, ...]]:
    """Give the results, whose blank nodes (shapes and paths without an IRI) are told alike."""
    found: Any = store.query(RESULT)
    return {
        tuple("[]" if isinstance(term, ox.BlankNode) else str(term) for term in solution)
        for solution in found
    }


def by_pyshacl(data: Iterable[Triple]) -> Store:
    graphs = []
    for part in (data, [*triples(SHAPES), *triples(ONTOLOGY)]):
        graph = Graph()
        for triple in triples_to_rdflib(part):
            graph.add(triple)
        graphs.append(graph)
    _conforms, found, _text = pyshacl.validate(
        graphs[0] + graphs[1], shacl_graph=graphs[1], inplace=True, advanced=False
    )
    return loaded(found.serialize(format="nt"))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_report_says_what_pyshacl_says() -> None:
    data = triples(WRONG)
    report = Validator(triples(ONTOLOGY), triples(SHAPES)).validate(data)
    ours, theirs = rows(loaded(as_turtle(report))), rows(by_pyshacl(data))
    assert len(ours) > 6
    assert {row[4] for row in ours} >= {f"<{SH}{name}ConstraintComponent>" for name in ("Class", "Datatype")}
    assert ours == theirs


def test_the_report_says_whether_the_graph_conforms() -> None:
    for report, conforms in ((Report(), "true"), (REPORT, "false")):
        (quad,) = loaded(as_turtle(report)).quads_for_pattern(None, NamedNode(f"{SH}conforms"), None)
        assert str(quad.object) == f'"{conforms}"^^<http://www.w3.org/2001/XMLSchema#boolean>'


def test_each_finding_is_one_result_also_where_no_shape_was_broken() -> None:
    store = loaded(as_turtle(REPORT))
    results = list(store.quads_for_pattern(None, NamedNode(f"{SH}result"), None))
    components = [
        str(quad.object.value)
        for quad in store.quads_for_pattern(None, NamedNode(f"{SH}sourceConstraintComponent"), None)
        if isinstance(quad.object, NamedNode)
    ]
    assert len(results) == len(components) == 5
    assert f"{PROBLEM_BASE}does-not-conform" in components
    assert "https://www.w3.org/TR/owl2-profiles/#cax-dw" in components


def test_the_place_stands_in_the_report() -> None:
    assert '"claims.ttl:12:5"' in as_turtle(REPORT)
    assert '"events.xlsx, sheet Events, cell C7"' in as_turtle(REPORT)


def test_the_same_report_is_the_same_document() -> None:
    assert as_turtle(REPORT) == as_turtle(REPORT)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("^khyber:alleges", "[ sh:inversePath khyber:alleges ]"),
        ("^<http://example.org/p>", "[ sh:inversePath <http://example.org/p> ]"),
        ("khyber:a / ^khyber:b", "( khyber:a [ sh:inversePath khyber:b ] )"),
        ("khyber:a | khyber:b | khyber:c", "[ sh:alternativePath ( khyber:a khyber:b khyber:c ) ]"),
        (
            "(khyber:a / khyber:b)*/khyber:c+",
            "( [ sh:zeroOrMorePath ( khyber:a khyber:b ) ] [ sh:oneOrMorePath khyber:c ] )",
        ),
        (
            "^(khyber:a | khyber:b)?",
            "[ sh:inversePath [ sh:zeroOrOnePath [ sh:alternativePath ( khyber:a khyber:b ) ] ] ]",
        ),
        ("https://w3id.org/khyber/ontology#a", "khyber:a"),
        ("khyber:a khyber:b", '"khyber:a khyber:b"'),
        ("(khyber:a", '"(khyber:a"'),
        ("nobody:knows", '"nobody:knows"'),
        ("", '""'),
        ("/", '"/"'),
    ],
)
def test_a_path_is_written_as_shacl_writes_it(path: str, expected: str) -> None:
    written = triples_of_path(ox.BlankNode("r"), NamedNode(f"{SH}resultPath"), path, prefix="p")
    wanted = triples(f"[] sh:resultPath {expected} .")
    ours, theirs = ox.Dataset(quads(written)), ox.Dataset(quads(wanted))
    for dataset in (ours, theirs):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert ours == theirs


def quads(found: Iterable[Triple]) -> list[ox.Quad]:
    return [ox.Quad(triple.subject, triple.predicate, triple.object) for triple in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"abc"^^xsd:date', '"abc"^^<http://www.w3.org/2001/XMLSchema#date>'),
        ('"a\\"b"@en', '"a\\"b"@en'),
        ('"x"^^http://example.org/unit', '"x"^^<http://example.org/unit>'),
        ("https://w3id.org/khyber/id/actor/ttp", "<https://w3id.org/khyber/id/actor/ttp>"),
        ("_:b0", "_:b0"),
        ("not an IRI", '"not an IRI"'),
        ('"unclosed', '"\\"unclosed"'),
    ],
)
def test_a_term_reads_back_from_its_text(text: str, expected: str) -> None:
    assert str(term_of(text)) == expected


def test_what_a_document_holds_stays_inside_its_literals() -> None:
    finding = Finding(
        "Violation", 'x" . <urn:a> <urn:b> "', '"y" . <urn:c> <urn:d> "z"', path=PREFIXES["event"]
    )
    store = loaded(as_turtle(Report.of([finding])))
    assert not list(store.quads_for_pattern(NamedNode("urn:a"), None, None))
    assert not list(store.quads_for_pattern(NamedNode("urn:c"), None, None))
