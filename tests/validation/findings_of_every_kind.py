"""A report with a finding of every kind: located and not, of a shape, of the vocabulary, of a contradiction."""

from __future__ import annotations

from khyber.errors import Location
from khyber.rdf.namespaces import PREFIXES, SH, SHAPE, SKOS, TERM
from khyber.validation.findings import Finding, Report

CLAIM = PREFIXES["assertion"] + "a2"
EVENT = PREFIXES["event"] + "raid"

DATE = Finding(
    "Violation",
    "A date is a full date. Write YYYY-MM-DD.",
    CLAIM,
    path=TERM + "earliestDate",
    value='"abc"^^xsd:date',
    shape=SHAPE + "AssertionDate",
    constraint=SH + "DatatypeConstraintComponent",
    location=Location("claims.ttl", 12, 5),
)
UNKNOWN = Finding(
    "Violation",
    "The ontology has no property khyber:claiment. Did you mean khyber:claimant?",
    EVENT,
    path=TERM + "claiment",
    value=TERM + "claiment",
    location=Location("events.xlsx", 7, 3, sheet="Events"),
)
CONTRADICTION = Finding(
    "Violation", "Nothing is both a state and a place. Choose one.", EVENT, constraint="cax-dw"
)
ALLEGED = Finding(
    "Warning",
    "A sheltering is alleged by somebody. Add <the> assertion & who.",
    EVENT,
    path="^khyber:alleges",
    shape=SHAPE + "AllegedBySomebody",
    constraint=SH + "MinCountConstraintComponent",
    location=Location("table.csv", 4, 2, sheet=""),
)
LABEL = Finding(
    "Info",
    "A claimant has a label. Add skos:prefLabel.",
    "_:b0",
    path=SKOS + "prefLabel",
    value='"<b>x</b>"@en',
    shape=SHAPE + "ClaimantLabel",
    constraint=SH + "MinCountConstraintComponent",
)

FINDINGS = (DATE, UNKNOWN, CONTRADICTION, ALLEGED, LABEL)
REPORT = Report.of(FINDINGS, {CLAIM: 'claim of "50" killed', EVENT: "Raid <on> a post"})
