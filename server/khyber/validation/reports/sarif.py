"""A report as SARIF 2.1.0, which code hosts and editors show beside the lines of a document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

import khyber
from khyber.errors import Location
from khyber.rdf.namespaces import BASE
from khyber.validation.findings import Finding, Report, Severity
from khyber.validation.names import short
from khyber.validation.reports.presentation import Presentation, rule_of
from khyber.validation.reports.text import visible

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_LEVELS: dict[Severity, str] = {"Violation": "error", "Warning": "warning", "Info": "note"}
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_TEXTUAL = (".csv", ".tsv")

Object = dict[str, Any]


def as_sarif(report: Report, presentation: Presentation = Presentation()) -> str:  # noqa: B008 - frozen
    """Write a log with one run; a finding without a place is one of the document, if there is only one."""
    chosen = presentation.chosen(report)
    rules = {iri: number for number, iri in enumerate(dict.fromkeys(map(rule_of, chosen)))}
    run = {
        "tool": {
            "driver": {**_DRIVER, "version": khyber.__version__, "rules": [_rule(iri) for iri in rules]}
        },
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": {"uri": uri}} for uri in _artifacts(chosen, presentation.sources)],
        "results": [_result(finding, report, rules, presentation.sources) for finding in chosen],
        "properties": {"conforms": report.conforms, "more": presentation.left_out(report)},
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


_DRIVER: Object = {"name": "khyber", "informationUri": BASE}


def _rule(iri: str) -> Object:
    name = re.split(r"[#/]", iri)[-1]
    return {
        "id": short(iri),
        "name": name,
        "shortDescription": {"text": " ".join(_WORD.findall(name)).capitalize() or name},
        "helpUri": iri,
    }


def _result(finding: Finding, report: Report, rules: dict[str, int], sources: tuple[str, ...]) -> Object:
    label = report.labels.get(finding.focus)
    node = {"name": visible(label or short(finding.focus)), "fullyQualifiedName": finding.focus}
    logical = [{**node, "kind": "resource"}, *_cell(finding.location)]
    location: Object = {"logicalLocations": logical}
    place = finding.location or (Location(sources[0]) if len(sources) == 1 else None)
    if place:
        location["physicalLocation"] = _physical(place)
    iri = rule_of(finding)
    return {
        "ruleId": short(iri),
        "ruleIndex": rules[iri],
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message or "The node breaks a rule."},
        "locations": [location],
        "properties": _facts(finding),
    }


def _facts(finding: Finding) -> Object:
    found = {name: getattr(finding, name) for name in ("path", "value", "shape", "constraint")}
    return {name: value for name, value in found.items() if value is not None}


def _physical(place: Location) -> Object:
    physical: Object = {"artifactLocation": {"uri": _uri(place.source)}}
    if place.line is not None and _is_text(place):
        physical["region"] = {"startLine": place.line}
        if place.column is not None and place.sheet is None:
            physical["region"]["startColumn"] = place.column
    return physical


def _is_text(place: Location) -> bool:
    """Say whether a line can be pointed at: a workbook has rows, which no editor of text can go to."""
    return place.sheet is None or place.source.lower().endswith(_TEXTUAL)


def _cell(place: Location | None) -> list[Object]:
    if place is None or place.sheet is None or place.line is None:
        return []
    return [{"fullyQualifiedName": str(place), "kind": "member"}]


def _artifacts(findings: Iterable[Finding], sources: tuple[str, ...]) -> list[str]:
    named = [finding.location.source for finding in findings if finding.location]
    return list(dict.fromkeys(_uri(name) for name in (*sources, *named)))


def _uri(source: str) -> str:
    """Give a file as SARIF names it: relative as it was given, or as a file: URI."""
    path = PurePath(source)
    return (
        path.as_uri()
        if path.is_absolute()
        else quote(path.as_posix(), safe="/._-~", errors="surrogateescape")
    )
