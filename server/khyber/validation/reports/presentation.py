"""What every way of writing a report needs to know, and the words that they share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from khyber.errors import PROBLEM_BASE
from khyber.validation.findings import SEVERITIES, Finding, Report, Severity

OWL_RL = "https://www.w3.org/TR/owl2-profiles/#"
"""Before the name of a rule such as ``cax-dw``: where the rules of OWL 2 RL are explained."""

NOUNS: dict[Severity, str] = {"Violation": "violation", "Warning": "warning", "Info": "remark"}


@dataclass(frozen=True)
class Presentation:
    """How a report is to be written.

    ``sources`` name the documents that were judged. ``most`` is how many findings are written out, all where
    None; the counts are those of all. ``colour`` is for a terminal.
    """

    sources: tuple[str, ...] = ()
    most: int | None = None
    colour: bool = False

    def chosen(self, report: Report) -> tuple[Finding, ...]:
        """Give the findings that are written out: the gravest."""
        return report.findings[: self.most]

    def by_node(self, report: Report) -> Iterator[tuple[str, str | None, list[Finding]]]:
        """Group what is written out: each node with its label and its findings, the gravest node first."""
        chosen, gravest = self.chosen(report), dict[str, int]()
        for finding in chosen:
            gravest.setdefault(finding.focus, finding.order[0])
        ordered = sorted(chosen, key=lambda finding: (gravest[finding.focus], finding.focus))
        for focus, findings in groupby(ordered, key=lambda finding: finding.focus):
            yield focus, report.labels.get(focus), list(findings)

    def left_out(self, report: Report) -> int:
        """Count the findings that are not written out."""
        return len(report.findings) - len(self.chosen(report))


def counts(report: Report) -> dict[Severity, int]:
    """Count the findings of each severity, gravest first."""
    found = [finding.severity for finding in report.findings]
    return {severity: found.count(severity) for severity in SEVERITIES}


def verdict(report: Report) -> str:
    """Say in a line whether the graph conforms, and count what was found."""
    listed = ", ".join(counted(number, NOUNS[name]) for name, number in counts(report).items() if number)
    said = "The graph conforms" if report.conforms else "The graph does not conform"
    return f"{said}: {listed}." if listed else f"{said}."


def counted(number: int, noun: str) -> str:
    """Write a number with its noun."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def is_iri(text: str) -> bool:
    """Say whether the text of a term is an IRI, and not a literal, a blank node or a mere name."""
    scheme, colon, rest = text.partition(":")
    is_plain = not any(character <= " " or character in '<>"{}|\\^`' for character in text)
    return bool(colon and rest and is_plain and scheme[:1].isalpha() and scheme.replace("-", "").isalnum())


def rule_of(finding: Finding) -> str:
    """Give the IRI of the rule that a finding is about: its shape, else its constraint."""
    return finding.shape or constraint_of(finding)


def constraint_of(finding: Finding) -> str:
    """Give the IRI of the constraint that was not met, or else one that explains what it was."""
    constraint = finding.constraint
    if not constraint:
        return f"{PROBLEM_BASE}does-not-conform"
    return constraint if is_iri(constraint) else f"{OWL_RL}{constraint}"
