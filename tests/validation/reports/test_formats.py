"""The table of the formats of reports."""

from __future__ import annotations

import pytest

from khyber.errors import Location, UsageError
from khyber.validation.findings import Finding, Report
from khyber.validation.reports.formats import BY_KEY, REPORT_FORMATS, render
from validation.findings_of_every_kind import REPORT


def test_the_formats_are_those_of_the_manual() -> None:
    assert [entry.key for entry in REPORT_FORMATS] == ["json", "text", "turtle", "sarif", "html"]
    media_types = [media_type for entry in REPORT_FORMATS for media_type in entry.media_types]
    assert len(set(media_types)) == len(media_types)


@pytest.mark.parametrize("key", list(BY_KEY))
def test_every_format_holds_the_messages_and_ends_with_its_line(key: str) -> None:
    written = render(REPORT, key, sources=["claims.ttl"])
    assert written.endswith(b"\n")
    assert not written.endswith(b"\n\n")
    for finding in REPORT.findings:
        assert finding.message.split(".")[0].encode() in written


@pytest.mark.parametrize("key", list(BY_KEY))
def test_only_text_has_colours(key: str) -> None:
    assert (b"\x1b" in render(REPORT, key, colour=True)) == (key == "text")


@pytest.mark.parametrize("key", list(BY_KEY))
def test_the_name_of_a_file_may_be_no_unicode(key: str) -> None:
    finding = Finding("Info", "A label is missing.", "urn:x", location=Location("a\udcff.ttl", 1, 1))
    assert b"A label is missing." in render(Report.of([finding]), key, sources=["b\udcff.ttl"])


def test_an_unknown_format_is_told_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match="json, text, turtle, sarif, html"):
        render(REPORT, "pdf")
