"""Filled sheets: what a row states, and the cell of whatever is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode

from contributions.sheet_graph import (
    ACCUSATION,
    CLAIM,
    EVENT,
    Row,
    csv_of_rows,
    read_sheet,
    templates,
    violations,
    workbook_of,
)
from khyber.contributions.bounds import Bounds
from khyber.contributions.document import Document
from khyber.contributions.documents import read_document
from khyber.errors import FileUnreadable, InputError, Location, PayloadTooLarge
from khyber.rdf.namespaces import ID, RDF, RDFS, TERM, XSD
from khyber.validation.findings import Finding

CLAIM_ON_A_KNOWN_EVENT = {**CLAIM, "in event": "airstrikes-2026-02-21"}
WORKBOOK = {"Event": [EVENT], "CasualtyClaim": [CLAIM], "Accusations": [ACCUSATION]}


def stated(document: Document, node: str, path: str) -> list[str]:
    """Give the values that a document states of a property, IRIs under id/ shortened."""
    return [
        triple.object.value.removeprefix(ID)
        for triple in document.triples
        if triple.subject == NamedNode(ID + node)
        and triple.predicate == NamedNode(TERM + path)
        and isinstance(triple.object, NamedNode | Literal)
    ]


def claim(**cells: object) -> Document:
    """Read a sheet of one claim with some cells changed; None leaves a column out."""
    changed = {**CLAIM_ON_A_KNOWN_EVENT, **{name.replace("_", " "): cell for name, cell in cells.items()}}
    return read_sheet(csv_of_rows([{name: cell for name, cell in changed.items() if cell is not None}]))


def only_finding(document: Document) -> Finding:
    (finding,) = document.findings
    return finding


@pytest.mark.parametrize("row", [EVENT, CLAIM_ON_A_KNOWN_EVENT, ACCUSATION], ids=lambda row: next(iter(row)))
def test_a_filled_row_conforms(row: Row) -> None:
    document = read_sheet(csv_of_rows([row]))
    assert document.findings == ()
    assert violations(document) == []
    assert len(document.triples) > 8


def test_a_workbook_holds_several_sheets_that_refer_to_each_other() -> None:
    document = read_sheet(workbook_of(WORKBOOK), "book.xlsx")
    assert document.findings == ()
    assert violations(document) == []
    assert stated(document, "assertion/example-claim", "inEvent") == ["event/example-strike"]


def test_a_row_of_an_event_brings_the_report_of_it_along() -> None:
    document = read_sheet(csv_of_rows([EVENT]))
    report = "assertion/report-of-example-strike"
    assert stated(document, report, "alleges") == ["event/example-strike"]
    assert stated(document, report, "claimant") == ["actor/pakistan"]
    labels = [t.object for t in document.triples if t.predicate.value == RDFS + "label"]
    assert Literal("Report: Airstrike of the example", language="en") in labels
    classes = {t.object for t in document.triples if t.predicate.value == RDF + "type"}
    assert classes == {NamedNode(TERM + "Airstrike"), NamedNode(TERM + "EventReport")}


def test_a_report_may_have_a_label_of_its_own() -> None:
    document = read_sheet(csv_of_rows([{**EVENT, "report: label": "Pakistan reports a strike"}]))
    report = NamedNode(f"{ID}assertion/report-of-example-strike")
    labels = [
        t.object for t in document.triples if t.subject == report and t.predicate.value == RDFS + "label"
    ]
    assert labels == [Literal("Pakistan reports a strike", language="en")]


def test_a_row_without_a_word_on_its_report_brings_none_along() -> None:
    row = {name: cell for name, cell in EVENT.items() if not name.startswith("report")}
    document = read_sheet(csv_of_rows([row]))
    assert document.findings == ()
    assert {t.subject.value for t in document.triples if isinstance(t.subject, NamedNode)} == {
        f"{ID}event/example-strike"
    }


def test_nodes_are_named_by_slug_label_prefixed_name_or_iri() -> None:
    names = ("afghan-taliban", "Afghan Taliban", "actor:afghan-taliban", "actor/afghan-taliban", "Taliban")
    for name in (*names, f"{ID}actor/afghan-taliban"):
        document = read_sheet(csv_of_rows([{**ACCUSATION, "accused": name}]))
        assert document.findings == ()
        assert stated(document, "assertion/example-accusation", "accused") == ["actor/afghan-taliban"]


def test_the_column_tells_which_of_two_nodes_of_one_name_is_meant() -> None:
    document = read_sheet(csv_of_rows([{**EVENT, "place": "pakistan", "perpetrator": "pakistan"}]))
    assert stated(document, "event/example-strike", "place") == ["place/pakistan"]
    assert stated(document, "event/example-strike", "perpetrator") == ["actor/pakistan"]


def test_a_name_of_several_nodes_is_refused_with_them() -> None:
    finding = only_finding(read_sheet(csv_of_rows([{**ACCUSATION, "about": "pakistan"}])))
    assert "several nodes" in finding.message
    assert "actor:pakistan, place:pakistan" in finding.message


@pytest.mark.parametrize("value", ["killed", "Killed", "harm:killed", f"{ID}harm/killed"])
def test_codes_are_named_by_label_slug_or_iri(value: str) -> None:
    assert stated(claim(harm=value), "assertion/example-claim", "harm") == ["harm/killed"]


def test_the_only_code_that_there_is_need_not_be_written() -> None:
    assert stated(claim(), "assertion/example-claim", "unit") == ["unit/people"]


@pytest.mark.parametrize("cell", [date(2026, 2, 28), datetime(2026, 2, 28), "2026-02-28"])  # noqa: DTZ001 - a spreadsheet has no zones
def test_days_are_dates_of_the_spreadsheet_or_text(cell: object) -> None:
    document = read_sheet(workbook_of({"CasualtyClaim": [{**CLAIM, "latest date": cell}]}), "book.xlsx")
    days = [t.object for t in document.triples if t.predicate.value == TERM + "latestDate"]
    assert days == [Literal("2026-02-28", datatype=NamedNode(XSD + "date"))]


@pytest.mark.parametrize(
    ("cell", "literal"),
    [
        (3, Literal("3", datatype=NamedNode(XSD + "integer"))),
        (3.0, Literal("3", datatype=NamedNode(XSD + "integer"))),
        (0.8, Literal("0.8", datatype=NamedNode(XSD + "decimal"))),
        (1e-7, Literal("0.0000001", datatype=NamedNode(XSD + "decimal"))),
        ("270", Literal("270", datatype=NamedNode(XSD + "integer"))),
        ("+5", Literal("+5", datatype=NamedNode(XSD + "integer"))),
    ],
)
def test_numbers_keep_what_was_written(cell: object, literal: Literal) -> None:
    document = read_sheet(workbook_of({"CasualtyClaim": [{**CLAIM, "lower bound": cell}]}), "book.xlsx")
    assert [t.object for t in document.triples if t.predicate.value == TERM + "lowerBound"] == [literal]


def test_a_cell_may_hold_several_values_where_its_column_allows_it() -> None:
    document = read_sheet(csv_of_rows([{**ACCUSATION, "accused": "afghan-taliban|actor:ttp |"}]))
    assert stated(document, "assertion/example-accusation", "accused") == [
        "actor/afghan-taliban",
        "actor/ttp",
    ]
    assert stated(claim(wording_of_the_figure="3|4"), "assertion/example-claim", "figureWording") == ["3|4"]


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        ("latest date", "28/02/2026", "is no day"),
        ("latest date", "2026-02-30", "There is no day"),
        ("latest date", "February 2026", "is no day"),
        ("lower bound", "more than 270", "is no number"),
        ("lower bound", "1,000", "is no number"),
        ("lower bound inclusive", "perhaps", "neither true nor false"),
        ("sentence", "7.5", "no whole number"),
        ("harm", "kiled", "Did you mean killed?"),
        ("harm", "shocked", "Use one of: injured, killed."),
        ("claimant", "Nobody In Particular", "No actor or person is called"),
        ("claimant", "Khawaja MOHAMMAD Asif", "Did you mean person:khawaja-mohammad-asif?"),
        ("claimant", "place:kabul", "of the kind place"),
        ("victims", "actor:pakistan", "here stands people"),
        ("wording of the figure", "=SUM(A1:A9)", "formula"),
        ("label", "@import", "formula"),
        ("source", "+cmd|' /C calc'!A0", "formula"),
    ],
)
def test_what_a_cell_cannot_mean_is_a_finding_at_the_cell(column: str, cell: str, says: str) -> None:
    row = {**CLAIM_ON_A_KNOWN_EVENT, column: cell}
    place = list(row).index(column) + 1
    for data, name, sheet in (
        (csv_of_rows([row]), "my.csv", ""),
        (workbook_of({"casualty claims": [row]}), "book.xlsx", "casualty claims"),
    ):
        finding = only_finding(read_sheet(data, name))
        assert says in finding.message
        assert finding.location == Location(name, 2, place, sheet)
        assert (finding.severity, finding.focus) == ("Violation", f"{ID}assertion/example-claim")
        assert finding.path


def test_times_are_no_days() -> None:
    for cell in (datetime(2026, 2, 28, 12, 30), time(12, 30)):  # noqa: DTZ001 - a spreadsheet has no zones
        document = read_sheet(workbook_of({"CasualtyClaim": [{**CLAIM, "latest date": cell}]}), "book.xlsx")
        assert "is no day" in only_finding(document).message


def test_a_required_cell_without_a_value_is_the_finding_that_the_shapes_give() -> None:
    document = claim(claimant="", source="", label="")
    assert len(document.findings) == 3
    found = violations(document)
    for finding in document.findings:
        assert finding in found
        assert finding.shape
        assert finding.location
        assert finding.location.column == list(CLAIM).index(_column_of(finding)) + 1


def _column_of(finding: Finding) -> str:
    assert finding.path
    return finding.path.replace("#", "/").rpartition("/")[2]


def test_findings_of_the_shapes_have_their_cell() -> None:
    document = claim(latest_date="2026-02-28", earliest_date="2026-03-01", lower_bound=-3)
    located = {finding.path: finding.location for finding in violations(document)}
    assert located[TERM + "earliestDate"] == Location("sheet.csv", 2, len(CLAIM) + 1, "")
    assert located[TERM + "lowerBound"] == Location("sheet.csv", 2, 8, "")


def test_a_required_column_that_is_missing_is_found_at_the_id() -> None:
    finding = only_finding(claim(claimant=None))
    assert finding.path == TERM + "claimant"
    assert finding.location == Location("sheet.csv", 2, 1, "")


@pytest.mark.parametrize(
    ("column", "says"),
    [("claimnt", "Did you mean 'claimant'?"), ("number of the dead", "khyber template CasualtyClaim")],
)
def test_an_unknown_column_is_found_at_its_head(column: str, says: str) -> None:
    finding = only_finding(read_sheet(csv_of_rows([{**CLAIM_ON_A_KNOWN_EVENT, column: "x"}])))
    assert says in finding.message
    assert finding.location == Location("sheet.csv", 1, len(CLAIM) + 1, "")


def test_heads_are_known_whatever_their_case_and_by_their_terms() -> None:
    row = {**CLAIM_ON_A_KNOWN_EVENT}
    row["Lower_Bound"] = row.pop("lower bound")
    row["khyber:claimant"] = row.pop("claimant")
    row[TERM + "harm"] = row.pop("harm")
    row["ID"] = row.pop("casualty claim id")
    document = read_sheet(csv_of_rows([row]), "Casualty claims.csv")
    assert document.findings == ()
    assert violations(document) == []


def test_a_column_that_stands_twice_is_refused() -> None:
    finding = only_finding(read_sheet(csv_of_rows([{**ACCUSATION, "Accused": "ttp"}])))
    assert "twice" in finding.message


@pytest.mark.parametrize(
    ("slug", "says"), [("Example Claim", "such as example-claim"), ("", "no id"), ("=1+A", "formula")]
)
def test_an_id_that_is_none_is_found_and_nothing_is_stated_of_its_row(slug: str, says: str) -> None:
    document = claim(casualty_claim_id=slug, harm="nothing")
    assert says in document.findings[0].message
    assert document.findings[0].location == Location("sheet.csv", 2, 1, "")
    assert [finding.focus for finding in document.findings] == ["_:row-2", "_:row-2"]
    assert document.triples == ()


def test_an_id_stands_in_one_row() -> None:
    finding = only_finding(read_sheet(csv_of_rows([ACCUSATION, ACCUSATION])))
    assert "stands in row 2 already" in finding.message
    assert finding.location == Location("sheet.csv", 3, 1, "")


def test_an_unknown_type_is_found_with_those_that_there_are() -> None:
    finding = only_finding(read_sheet(csv_of_rows([{**EVENT, "type": "earthquake"}])))
    assert "suicide bombing" in finding.message
    assert finding.location == Location("sheet.csv", 2, 2, "")


def test_every_wrong_cell_is_found_not_only_the_first() -> None:
    rows = [
        {**CLAIM, "casualty claim id": f"c{n}", "harm": "x", "source": "", "nonsense": 1} for n in range(3)
    ]
    assert len(read_sheet(csv_of_rows(rows)).findings) == 1 + 3 * 2


def test_the_findings_of_a_table_are_bounded() -> None:
    rows = [{**CLAIM, "casualty claim id": "not an id"} for _ in range(200)]
    document = read_document(csv_of_rows(rows), "a.csv", templates=templates(), bounds=Bounds(findings=50))
    assert 50 <= len(document.findings) <= 60


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_may_be_delimited_as_spreadsheets_do(delimiter: str) -> None:
    document = read_sheet(csv_of_rows([ACCUSATION], delimiter))
    assert document.findings == ()
    assert len(document.triples) == len(read_sheet(csv_of_rows([ACCUSATION])).triples)


def test_rows_for_people_and_empty_rows_are_passed_over_and_still_counted() -> None:
    head, row = csv_of_rows([{**ACCUSATION, "accused": "nobody at all"}]).splitlines()
    data = b"\n".join([b"\xef\xbb\xbf" + head, b"# as the source has it", b",,,", b"", row])
    finding = only_finding(read_sheet(data))
    assert finding.location == Location("sheet.csv", 5, 3, "")


def test_a_line_end_in_quotes_is_part_of_its_row() -> None:
    document = read_sheet(csv_of_rows([{**ACCUSATION, "note": "one\ntwo"}, {**EVENT, "accusation id": "x"}]))
    assert {finding.location.line for finding in document.findings if finding.location} == {1, 3}


def test_sheets_with_a_mark_before_their_name_are_left_out() -> None:
    document = read_sheet(workbook_of({"# Notes": [{"x": "=1"}], "Accusation": [ACCUSATION]}), "book.xlsx")
    assert document.findings == ()


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "Event.csv", "no row"),
        (b"event id,label\n", "Event.csv", "no row"),
        (b"a,b\n1,2\n", "things.csv", "of which class"),
        (b'event id,label\nx,"open\n', "Event.csv", "cannot be read"),
        (b'event id,label\nx,"a"b\n', "Event.csv", "cannot be read"),
        (b"event id" + b",x" * 300 + b"\n", "Event.csv", "more than 200 cells"),
        (b"event id,label\nx," + b"y" * 200_000 + b"\n", "Event.csv", "cannot be read"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(data: bytes, name: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_sheet(data, name)


def test_a_table_in_another_encoding_says_where() -> None:
    with pytest.raises(FileUnreadable, match="not UTF-8") as caught:
        read_sheet("event id,label\nx,Präsident\n".encode("cp1252"), "Event.csv")
    assert caught.value.location == Location("Event.csv", 2, 5)


def _formula(sheet: Any) -> None:
    sheet["B2"] = '=HYPERLINK("http://127.0.0.1/")'


def _error(sheet: Any) -> None:
    sheet["B2"] = "#REF!"


@pytest.mark.parametrize("spoil", [_formula, _error])
def test_the_formulas_of_a_workbook_are_refused_by_cell(spoil: Callable[[Any], None]) -> None:
    from io import BytesIO

    from openpyxl import load_workbook

    workbook = load_workbook(BytesIO(workbook_of({"Accusation": [ACCUSATION]})))
    spoil(workbook["Accusation"])
    stream = BytesIO()
    workbook.save(stream)
    finding = only_finding(read_sheet(stream.getvalue(), "book.xlsx"))
    assert "formula" in finding.message
    assert str(finding.location) == "book.xlsx, sheet Accusation, cell B2"


def test_a_sheet_may_have_as_many_rows_as_its_bounds_and_no_more() -> None:
    rows = [{**ACCUSATION, "accusation id": f"a{n}"} for n in range(5)]
    for data, name in ((csv_of_rows(rows), "a.csv"), (workbook_of({"Accusation": rows}), "a.xlsx")):
        assert read_document(data, name, templates=templates(), bounds=Bounds(rows=6)).triples
        with pytest.raises(InputError, match="more than 5 rows"):
            read_document(data, name, templates=templates(), bounds=Bounds(rows=5))


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    data = workbook_of({"Accusation": [ACCUSATION]})
    with pytest.raises(PayloadTooLarge, match="unpacks"):
        read_document(data, "a.xlsx", templates=templates(), bounds=Bounds(bytes=len(data)))
