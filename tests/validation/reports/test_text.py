"""Reports as text."""

from __future__ import annotations

from khyber.errors import Location
from khyber.rdf.namespaces import PREFIXES
from khyber.validation.findings import Finding, Report
from khyber.validation.reports.presentation import Presentation
from khyber.validation.reports.text import as_text
from validation.findings_of_every_kind import CLAIM, DATE, REPORT

A1 = PREFIXES["assertion"] + "a1"
WARNING = Finding("Warning", "The place lies far away. Check its coordinates.", A1)
REMARK = Finding("Info", "There is no label in Pashto. Add one.", A1)


def test_the_text_groups_findings_by_node_the_gravest_node_first() -> None:
    report = Report.of([REMARK, WARNING, DATE], {CLAIM: "claim of 50 killed"})
    assert (
        as_text(report)
        == """\
assertion:a2 (claim of 50 killed)
  claims.ttl:12:5: Violation: A date is a full date. Write YYYY-MM-DD.
    path  khyber:earliestDate
    value "abc"^^xsd:date
    rule  shape:AssertionDate

assertion:a1
  Warning: The place lies far away. Check its coordinates.
  Info: There is no label in Pashto. Add one.

The graph does not conform: 1 violation, 1 warning, 1 remark."""
    )


def test_a_place_in_a_workbook_is_named_as_there() -> None:
    finding = Finding("Violation", "Mend it.", A1, location=Location("e.xlsx", 7, 3, sheet="Events"))
    assert (
        "  e.xlsx, sheet Events, cell C7: Violation: Mend it." in as_text(Report.of([finding])).splitlines()
    )


def test_the_text_of_an_empty_report_is_one_line() -> None:
    assert as_text(Report()) == "The graph conforms."
    assert Report().text() == "The graph conforms."


def test_a_long_report_is_cut_and_says_how_much_is_missing() -> None:
    findings = [Finding("Warning", f"Number {number:04}.", A1) for number in range(1_500)]
    lines = as_text(Report.of(findings), Presentation(most=3)).splitlines()
    assert [line for line in lines if "Number" in line] == [
        f"  Warning: Number {each:04}." for each in range(3)
    ]
    assert "… and 1,497 more" in lines
    assert lines[-1] == "The graph conforms: 1,500 warnings."


def test_what_is_cut_is_the_least_grave() -> None:
    text = as_text(REPORT, Presentation(most=3))
    assert text.count("Violation:") == 3
    assert "Warning:" not in text
    assert text.splitlines()[-1] == "The graph does not conform: 3 violations, 1 warning, 1 remark."


def test_a_message_of_several_lines_stays_in_its_place() -> None:
    text = as_text(Report.of([Finding("Warning", "One.\nTwo.", A1)]))
    assert text.splitlines()[1:3] == ["  Warning: One.", "    Two."]


def test_colour_is_added_and_nothing_else() -> None:
    plain, coloured = as_text(REPORT), as_text(REPORT, Presentation(colour=True))
    assert "\x1b[1;31mViolation\x1b[0m" in coloured
    assert "\x1b" not in plain
    stripped = coloured
    for code in ("\x1b[1;31m", "\x1b[1;33m", "\x1b[1;36m", "\x1b[0m", "\x1b[1m", "\x1b[2m"):
        stripped = stripped.replace(code, "")
    assert stripped == plain


def test_control_characters_of_a_document_do_not_reach_the_terminal() -> None:
    finding = Finding(
        "Violation", "Bell \x07 and \x1b[31m red.\r", "_:b\x1b[2J", value="\u202eevil", path="\x9b1m"
    )
    for colour in (False, True):
        text = as_text(Report.of([finding], {finding.focus: "\x1b]0;title\x07"}), Presentation(colour=colour))
        for bad in ("\x07", "\x1b[31m red", "\x1b[2J", "\u202e", "\x9b", "\x1b]0", "\r"):
            assert bad not in text
        assert r"\x1b[2J" in text
