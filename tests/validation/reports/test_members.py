"""Reports as JSON: what stands there, and that it reads back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khyber.errors import InputError, Location
from khyber.validation.findings import SEVERITIES, Finding, Report
from khyber.validation.reports.members import as_json, members, report_of
from khyber.validation.reports.presentation import Presentation
from validation.findings_of_every_kind import CLAIM, DATE, REPORT

_texts = st.text(max_size=20)
_maybe = st.none() | _texts
_locations = st.builds(
    Location,
    _texts,
    st.none() | st.integers(1, 9999),
    st.none() | st.integers(1, 9999),
    st.none() | st.just("") | _texts,
)
_findings = st.builds(
    Finding,
    st.sampled_from(SEVERITIES),
    _texts,
    _texts,
    _maybe,
    _maybe,
    _maybe,
    _maybe,
    st.none() | _locations,
)


def test_a_report_says_whether_it_conforms_and_what_was_found_where() -> None:
    read = json.loads(as_json(Report.of([DATE], {CLAIM: "claim of 50 killed"})))
    assert read == {
        "conforms": False,
        "counts": {"Violation": 1, "Warning": 0, "Info": 0},
        "findings": [
            {
                "severity": "Violation",
                "message": "A date is a full date. Write YYYY-MM-DD.",
                "focus": CLAIM,
                "label": "claim of 50 killed",
                "path": DATE.path,
                "value": '"abc"^^xsd:date',
                "shape": DATE.shape,
                "constraint": DATE.constraint,
                "location": {"source": "claims.ttl", "line": 12, "column": 5},
            }
        ],
        "more": 0,
    }


def test_a_report_that_is_cut_counts_what_is_missing() -> None:
    read = members(REPORT, Presentation(most=2))
    assert len(read["findings"]) == 2
    assert read["more"] == 3
    assert sum(read["counts"].values()) == 5


def test_the_example_reads_back_as_it_was() -> None:
    assert report_of(json.loads(as_json(REPORT))) == REPORT


@given(st.lists(_findings, max_size=4), st.dictionaries(_texts, st.text(min_size=1), max_size=3))
def test_every_report_reads_back_as_it_was(findings: list[Finding], labels: dict[str, str]) -> None:
    report = Report.of(findings, labels)
    assert report_of(json.loads(as_json(report))) == report


@pytest.mark.parametrize(
    "read",
    [
        None,
        [],
        {},
        {"findings": 3},
        {"findings": [{}]},
        {"findings": [{"severity": "Fatal", "message": "", "focus": ""}]},
        {"findings": [{"severity": "Info", "message": "", "focus": "", "location": {"row": 1}}]},
    ],
)
def test_what_is_no_report_is_told(read: object) -> None:
    with pytest.raises(InputError):
        report_of(read)
