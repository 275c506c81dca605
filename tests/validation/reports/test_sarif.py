"""Reports as SARIF 2.1.0: what the standard asks for, and what editors and code hosts need beyond it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from khyber.errors import Location
from khyber.rdf.namespaces import SHAPE
from khyber.validation.findings import Finding, Report
from khyber.validation.reports.presentation import Presentation
from khyber.validation.reports.sarif import as_sarif
from validation.findings_of_every_kind import ALLEGED, CLAIM, CONTRADICTION, DATE, LABEL, REPORT, UNKNOWN


def run_of(report: Report, *sources: str) -> dict[str, Any]:
    log = json.loads(as_sarif(report, Presentation(sources)))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("/sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    found: dict[str, Any] = run
    return found


def result_of(finding: Finding, *sources: str) -> dict[str, Any]:
    (result,) = run_of(Report.of([finding]), *sources)["results"]
    found: dict[str, Any] = result
    return found


def test_every_result_names_a_rule_that_is_listed() -> None:
    run = run_of(REPORT)
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) == 5
    assert len({rule["id"] for rule in rules}) == len(rules) == 5
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_a_rule_has_a_page_and_a_title() -> None:
    (rule,) = run_of(Report.of([DATE]))["tool"]["driver"]["rules"]
    assert rule == {
        "id": "shape:AssertionDate",
        "name": "AssertionDate",
        "shortDescription": {"text": "Assertion date"},
        "helpUri": f"{SHAPE}AssertionDate",
    }


def test_findings_of_one_rule_share_it() -> None:
    again = Finding(DATE.severity, DATE.message, "urn:other", shape=DATE.shape)
    assert len(run_of(Report.of([DATE, again]))["tool"]["driver"]["rules"]) == 1


@pytest.mark.parametrize(("finding", "level"), [(DATE, "error"), (ALLEGED, "warning"), (LABEL, "note")])
def test_a_severity_is_a_level(finding: Finding, level: str) -> None:
    assert result_of(finding)["level"] == level


def test_a_finding_points_to_its_line_and_column() -> None:
    (location,) = result_of(DATE)["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "claims.ttl"},
        "region": {"startLine": 12, "startColumn": 5},
    }
    assert location["logicalLocations"][0]["fullyQualifiedName"] == CLAIM


def test_a_row_of_a_csv_is_a_line_and_a_cell_of_a_workbook_is_none() -> None:
    (of_csv,) = result_of(ALLEGED)["locations"]
    assert of_csv["physicalLocation"]["region"] == {"startLine": 4}
    (of_workbook,) = result_of(UNKNOWN)["locations"]
    assert of_workbook["physicalLocation"] == {"artifactLocation": {"uri": "events.xlsx"}}
    names = [each["fullyQualifiedName"] for each in of_workbook["logicalLocations"]]
    assert "events.xlsx, sheet Events, cell C7" in names


def test_a_finding_without_a_place_is_one_of_the_whole_document() -> None:
    (location,) = result_of(CONTRADICTION, "my claims.ttl")["locations"]
    assert location["physicalLocation"] == {"artifactLocation": {"uri": "my%20claims.ttl"}}
    (location,) = result_of(CONTRADICTION, "a.ttl", "b.ttl")["locations"]
    assert "physicalLocation" not in location


def test_files_are_named_by_uris(tmp_path: Path) -> None:
    finding = Finding("Info", "x", "urn:x", location=Location(str(tmp_path / "ä b.ttl"), 1, 1))
    uri = result_of(finding)["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.startswith("file:///")
    assert uri.endswith("%C3%A4%20b.ttl")


def test_columns_count_characters() -> None:
    assert run_of(REPORT)["columnKind"] == "unicodeCodePoints"


def test_an_empty_report_has_a_run_without_results() -> None:
    run = run_of(Report())
    assert run["results"] == []
    assert run["tool"]["driver"]["name"] == "khyber"
