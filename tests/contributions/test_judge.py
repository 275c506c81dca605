"""The judgement: what it finds, where, and that it leaves everything as it was."""

from __future__ import annotations

import pytest

from contributions.small_publication import CONTRIBUTED, Court, node, patch
from khyber.contributions.documents import read_document
from khyber.contributions.patch import Patch
from khyber.errors import Location
from khyber.rdf.namespaces import CONTRIBUTION_GRAPH, PREFIXES, SH, SHAPE, TERM

REPORTED = """
assertion:second a khyber:EventReport ; rdfs:label "A second report"@en ; khyber:alleges event:raid ;
    khyber:claimant actor:ttp ; khyber:source source:report-2026-02-28 ; khyber:stance stance:claims ;
    khyber:sentence 3 ; khyber:datePrecision precision:no-later-than ;
    khyber:latestDate "2026-02-28"^^xsd:date .
"""


@pytest.fixture(scope="module")
def court() -> Court:
    return Court()


def test_a_sound_contribution_conforms(court: Court) -> None:
    assert court.findings(REPORTED) == []


def test_a_shape_is_broken_in_the_context_of_the_graph(court: Court) -> None:
    findings = court.findings(REPORTED.replace("khyber:claimant actor:ttp", "khyber:claimant place:kabul"))
    (finding,) = [each for each in findings if each.shape]
    assert finding.shape == SHAPE + "Claimant"
    assert finding.focus == node("assertion:second")
    assert finding.value == node("place:kabul")


def test_a_removal_breaks_the_shapes_of_both_ends(court: Court) -> None:
    findings = court.findings(removed="assertion:raid khyber:alleges event:raid .")
    assert {(each.focus, each.shape) for each in findings} >= {
        (node("assertion:raid"), SHAPE + "EventReportAlleges"),
        (node("event:raid"), SHAPE + "EventAsserted"),
    }


def test_the_event_that_loses_its_report_is_found(court: Court) -> None:
    report = (
        "assertion:raid" + CONTRIBUTED.partition("assertion:raid")[2].partition("assertion:raid-figure")[0]
    )
    finding = court.only(removed=report)
    assert (finding.focus, finding.shape) == (node("event:raid"), SHAPE + "EventAsserted")
    assert finding.constraint == SH + "QualifiedMinCountConstraintComponent"


def test_a_property_on_a_node_of_another_class_is_found(court: Court) -> None:
    paths = {each.path for each in court.findings("event:raid khyber:host actor:pakistan .")}
    assert TERM + "host" in paths


def test_a_node_that_loses_its_class_is_found(court: Court) -> None:
    messages = [each.message for each in court.findings(removed="event:raid a khyber:Attack .")]
    assert any(message.startswith("event:raid has no class.") for message in messages)


def test_a_contradiction_over_the_closure_is_found_with_the_names_of_its_nodes(court: Court) -> None:
    findings = court.findings("event:raid a khyber:Sheltering .")
    contradictions = [each for each in findings if each.constraint in ("cax-dw", "cax-adc")]
    assert contradictions != []
    assert all(each.message.startswith("Raid is both") for each in contradictions)
    assert {each.focus for each in contradictions} == {node("event:raid")}


def test_a_contradiction_by_an_inferred_class_is_found(court: Court) -> None:
    """The place is a place by its class, and an actor because somebody is said to speak for it."""
    findings = court.findings("assertion:raid khyber:addressee place:kabul .")
    assert "cax-adc" in {each.constraint for each in findings if each.focus == node("place:kabul")}


def test_a_finding_says_where_in_the_document_it_stands(court: Court) -> None:
    header = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
    wrong = REPORTED.replace("khyber:claimant actor:ttp", "khyber:claimant place:kabul")
    document = read_document((header + wrong).encode(), "mine.ttl")
    (finding,) = [
        each
        for each in court.judge.judge(document.patch, document).findings
        if each.shape == SHAPE + "Claimant"
    ]
    line = len(PREFIXES) + 3
    assert finding.location is not None
    assert (finding.location.source, finding.location.line) == ("mine.ttl", line)
    assert isinstance(finding.location, Location)


def test_the_nodes_of_findings_have_their_labels(court: Court) -> None:
    report = court.judge.judge(patch("event:raid khyber:perpetrator place:kabul ."))
    assert report.labels[node("event:raid")] == "Raid"


def test_the_dataset_is_as_it_was(court: Court) -> None:
    before = court.published.id, len(court.published.store)
    court.findings(REPORTED, removed="event:raid a khyber:Attack .")
    assert (court.published.id, len(court.published.store)) == before


def test_a_judgement_does_not_hang_on_the_one_before(court: Court) -> None:
    first = court.judge.judge(patch(REPORTED))
    court.judge.judge(patch(REPORTED.replace("actor:ttp", "place:kabul"), "event:raid a khyber:Attack ."))
    assert court.judge.judge(patch(REPORTED)) == first


@pytest.mark.parametrize("follows", [True, False], ids=["it is told", "it finds out"])
def test_what_was_published_meanwhile_is_the_context_of_the_next_judgement(follows: bool) -> None:
    court = Court()
    removal = patch(removed="assertion:raid khyber:alleges event:raid .")
    assert court.findings(removed="assertion:raid khyber:alleges event:raid .") != []
    assert "EventAsserted" in rules(court, removal)
    delta = court.published.delta(patch(REPORTED), CONTRIBUTION_GRAPH + "2")
    court.published.apply(delta, 1)
    if follows:
        court.judge.follow(delta)
    assert "EventAsserted" not in rules(court, removal)
    court.published.apply(delta.inverse, 2)
    if follows:
        court.judge.follow(delta.inverse)
    assert "EventAsserted" in rules(court, removal)


def rules(court: Court, change: Patch) -> set[str]:
    shapes = (each.shape for each in court.judge.judge(change).findings)
    return {shape.removeprefix(SHAPE) for shape in shapes if shape}
