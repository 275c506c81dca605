"""A validation report as JSON, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from khyber.errors import Location
from khyber.validation.findings import Finding, Report


def to_json(report: Report) -> dict[str, Any]:
    """Give a report as values that JSON knows."""
    findings = [
        {name: value for name, value in asdict(finding).items() if value is not None}
        for finding in report.findings
    ]
    return {"findings": findings, "labels": dict(report.labels)}


def of_json(value: dict[str, Any]) -> Report:
    """Read what ``to_json`` wrote."""
    return Report(tuple(_finding(each) for each in value["findings"]), value["labels"])


def _finding(value: dict[str, Any]) -> Finding:
    location = value.get("location")
    return Finding(**{**value, "location": Location(**location) if location else None})
