"""A report as JSON, written and read.

::

    {"conforms": false,
     "counts": {"Violation": 1, "Warning": 0, "Info": 0},
     "findings": [{"severity": "Violation", "message": "…", "focus": "https://…", "label": "…",
                   "path": "https://…", "value": "…", "shape": "https://…", "constraint": "http://…",
                   "location": {"source": "claims.ttl", "line": 12, "column": 5}}],
     "more": 0}

``severity``, ``message`` and ``focus`` are always there, the other members of a finding where they are known.
A location has ``source``, and ``line``, ``column`` and ``sheet`` where they are known. ``more`` counts
findings that were left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from khyber.errors import InputError, Location
from khyber.validation.findings import SEVERITIES, Finding, Report
from khyber.validation.reports.presentation import Presentation, counts

_OPTIONAL = ("path", "value", "shape", "constraint")


def as_json(report: Report, presentation: Presentation = Presentation()) -> str:  # noqa: B008 - frozen
    """Write a report as an object, indented."""
    return json.dumps(members(report, presentation), ensure_ascii=False, indent=2)


def members(report: Report, presentation: Presentation = Presentation()) -> dict[str, Any]:  # noqa: B008
    """Give the members of the object, for JSON."""
    return {
        "conforms": report.conforms,
        "counts": dict(counts(report)),
        "findings": [_finding(finding, report) for finding in presentation.chosen(report)],
        "more": presentation.left_out(report),
    }


def _finding(finding: Finding, report: Report) -> dict[str, Any]:
    found: dict[str, Any] = {
        "severity": finding.severity,
        "message": finding.message,
        "focus": finding.focus,
    }
    if label := report.labels.get(finding.focus):
        found["label"] = label
    found |= {name: value for name in _OPTIONAL if (value := getattr(finding, name)) is not None}
    if finding.location:
        facts = finding.location.__dict__.items()
        found["location"] = {name: value for name, value in facts if value is not None}
    return found


def report_of(read: object) -> Report:
    """Read what ``members`` gives; raise InputError where it is something else."""
    try:
        findings = cast("Mapping[str, Any]", read)["findings"]
        labels = {each["focus"]: each["label"] for each in findings if "label" in each}
        return Report.of(map(_read_finding, findings), labels)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InputError("This is no report of a validation in JSON.") from None


def _read_finding(read: Mapping[str, Any]) -> Finding:
    if read["severity"] not in SEVERITIES:
        raise ValueError
    location = read.get("location")
    return Finding(
        severity=read["severity"],
        message=str(read["message"]),
        focus=str(read["focus"]),
        location=Location(**location) if location else None,
        **{name: read.get(name) for name in _OPTIONAL},
    )
