"""The name of a release and its counts."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, Quad

from khyber.rdf.namespaces import RDF
from khyber.release.release import ReleaseRefused, release_id, statistics
from khyber.validation.findings import Finding, Report

G, H = NamedNode("https://example.org/g"), NamedNode("https://example.org/h")
A, B, P = (NamedNode(f"https://example.org/{name}") for name in "abp")
TYPE = NamedNode(RDF + "type")


def test_the_name_depends_on_the_quads_and_not_on_their_order_or_repetition() -> None:
    quads = [Quad(A, P, Literal("one\ntwo"), G), Quad(A, P, B, G), Quad(A, P, B, H)]

    assert release_id(quads) == release_id([*reversed(quads), quads[0]])
    assert len(release_id(quads)) == 16


def test_the_name_changes_with_a_term_a_graph_or_a_lexical_form() -> None:
    variants = [
        [Quad(A, P, Literal("1"), G)],
        [Quad(A, P, Literal("1"), H)],
        [Quad(A, P, Literal("01"), G)],
        [Quad(A, P, Literal("1", language="en"), G)],
        [Quad(A, P, Literal(1), G)],
        [Quad(A, P, Literal("1"), G), Quad(A, P, Literal("1"), H)],
        [],
    ]

    assert len({release_id(quads) for quads in variants}) == len(variants)


def test_each_graph_is_counted_by_itself() -> None:
    counts = statistics([Quad(A, TYPE, P, G), Quad(B, TYPE, P, G), Quad(A, P, B, G), Quad(A, P, B, H)])

    assert list(counts) == [G.value, H.value]
    assert (counts[G.value].triples, counts[G.value].subjects) == (3, 2)
    assert counts[G.value].classes == {P.value: 2}
    assert counts[H.value].classes == {}


def test_a_refusal_counts_violations_only_and_carries_the_report() -> None:
    report = Report.of([Finding("Violation", "No.", A.value), Finding("Warning", "Hm.", B.value)])

    refusal = ReleaseRefused(report)

    assert "1 thing to mend" in str(refusal)
    assert refusal.report is report
    assert (refusal.exit_code, refusal.status, refusal.code) == (1, 422, "does-not-conform")
