"""Reports: their order, their verdict, and how they read."""

from __future__ import annotations

from khyber.rdf.namespaces import PREFIXES, SH, SHAPE, TERM
from khyber.validation.findings import Finding, Report

A1 = PREFIXES["assertion"] + "a1"
A2 = PREFIXES["assertion"] + "a2"

WARNING = Finding("Warning", "The place lies far away. Check its coordinates.", A1)
REMARK = Finding("Info", "There is no label in Pashto. Add one.", A1)
VIOLATION = Finding(
    "Violation",
    "A date is a full date. Write YYYY-MM-DD.",
    A2,
    path=TERM + "earliestDate",
    value='"abc"^^xsd:date',
    shape=SHAPE + "AssertionDate",
    constraint=SH + "DatatypeConstraintComponent",
)


def test_the_gravest_findings_come_first_and_each_once() -> None:
    report = Report.of([REMARK, WARNING, VIOLATION, WARNING])
    assert report.findings == (VIOLATION, WARNING, REMARK)


def test_only_a_violation_keeps_a_graph_from_conforming() -> None:
    assert Report().conforms
    assert Report.of([WARNING, REMARK]).conforms
    assert not Report.of([VIOLATION]).conforms


def test_two_reports_join_into_one() -> None:
    joined = Report.of([WARNING], {A1: "first"}) + Report.of([VIOLATION], {A2: "second"})
    assert joined.findings == (VIOLATION, WARNING)
    assert joined.labels == {A1: "first", A2: "second"}


def test_only_the_labels_of_reported_nodes_are_kept() -> None:
    assert Report.of([WARNING], {A1: "first", A2: "second"}).labels == {A1: "first"}
