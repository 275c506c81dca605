"""Templates: the columns are those of the shapes, and what is written can be filled and read."""

from __future__ import annotations

import csv
import json
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from contributions.sheet_graph import ACCUSATION, read_sheet, templates
from khyber.contributions.columns import Column, Kind
from khyber.contributions.csvw import csv_of, csvw_of, titles_of
from khyber.contributions.templates import Template
from khyber.contributions.workbooks import workbook_of
from khyber.errors import InputError, UsageError
from khyber.rdf.namespaces import ID, RDF, TERM
from running import khyber


def column(template: Template, path: str) -> Column:
    return next(each for each in template.columns if each.path == TERM + path)


@pytest.mark.parametrize(
    "name",
    ["CasualtyClaim", "casualty claim", "Casualty claims", "khyber:CasualtyClaim", TERM + "CasualtyClaim"],
)
def test_a_class_is_found_by_its_name_its_label_and_its_iri(name: str) -> None:
    assert templates().named(name).iri == TERM + "CasualtyClaim"


def test_a_class_that_there_is_not_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"Did you mean Mediation\?"):
        templates().named("Mediaton")
    assert templates().find("Proposition") is None


def test_every_class_with_nodes_of_its_own_has_a_template() -> None:
    names = {name for name, _label in templates().classes}
    assert {
        "Event",
        "Airstrike",
        "CasualtyClaim",
        "Accusation",
        "Denial",
        "Person",
        "City",
        "Source",
    } <= names
    for name in names:
        template = templates().named(name)
        assert template.columns[0].title == "label"
        assert len(set(titles_of(template))) == len(titles_of(template))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Event", "event"),
        ("Accusation", "assertion"),
        ("Person", "person"),
        ("State", "actor"),
        ("City", "place"),
    ],
)
def test_nodes_lie_where_the_shapes_want_them(name: str, kind: str) -> None:
    assert templates().named(name).kind == kind


def test_the_columns_take_what_the_shapes_ask_for() -> None:
    claim = templates().named("CasualtyClaim")
    assert {each.name for each in claim.columns if each.required} == {
        *(
            "label",
            "claimant",
            "stance",
            "source",
            "latestDate",
            "inEvent",
            "victims",
            "harm",
            "figureWording",
        )
    }
    assert column(claim, "harm").kind is Kind.CODE
    assert [slug for slug, _label, _iri in column(claim, "harm").codes] == ["injured", "killed"]
    assert column(claim, "unit").default == f"{ID}unit/people"
    assert column(claim, "claimant").kinds == ("actor", "person")
    assert column(claim, "lowerBound").kind is Kind.NUMBER
    assert (column(claim, "sentence").kind, column(claim, "sentence").several) == (Kind.INTEGER, True)
    assert column(claim, "sentence").wished
    assert not column(claim, "claimant").several


def test_a_clash_needs_two_parties_and_an_event_does_not() -> None:
    party = column(templates().named("Clash"), "party")
    assert party.rule
    assert party.rule.minimum == 2
    assert "fewer than two parties" in party.rule.message
    assert not column(templates().named("Event"), "party").required


def test_what_the_shapes_forbid_has_no_column() -> None:
    for name, path in (("Event", "value"), ("Denial", "alleges"), ("State", "accuses")):
        assert TERM + path not in {each.path for each in templates().named(name).columns}


@pytest.mark.parametrize(
    ("name", "report"), [("Airstrike", "EventReport"), ("Sheltering", "SituationReport")]
)
def test_events_and_situations_bring_a_report_along(name: str, report: str) -> None:
    companion = templates().named(name).companion
    assert companion
    assert (companion.iri, companion.link) == (TERM + report, TERM + "alleges")
    assert {"claimant", "stance", "source", "latestDate", "datePrecision"} <= {
        each.name for each in companion.columns
    }


def test_claims_and_actors_bring_no_report_along() -> None:
    for name in ("CasualtyClaim", "Accusation", "State", "City"):
        assert templates().named(name).companion is None


def test_the_csv_has_heads_and_a_row_of_hints_that_is_not_read() -> None:
    for name, _label in templates().classes:
        template = templates().named(name)
        heads, hints = csv.reader(StringIO(csv_of(template).decode(), newline=""))
        assert heads == titles_of(template)
        assert len(hints) == len(heads)
        assert hints[0].startswith("# ")
        row = csv_of(template) + b"example-node\r\n"
        document = read_sheet(row)
        assert {finding.path for finding in document.findings} == {
            each.path for each in template.columns if each.required
        }


def test_the_description_is_csv_on_the_web() -> None:
    for name, _label in templates().classes:
        template = templates().named(name)
        described: dict[str, Any] = json.loads(csvw_of(template, "a.csv"))
        assert described["@context"][0] == "http://www.w3.org/ns/csvw"
        schema = described["tableSchema"]
        real = [each for each in schema["columns"] if not each.get("virtual")]
        assert [each["titles"] for each in real] == titles_of(template)
        names = [each["name"] for each in schema["columns"]]
        assert len(set(names)) == len(names)
        assert names.index(real[-1]["name"]) == len(real) - 1, "virtual columns come last (CSVW §5.6)"
        assert schema["aboutUrl"] == f"{ID}{template.kind}/{{id}}"


def test_the_description_says_what_each_column_means() -> None:
    described = json.loads(csvw_of(templates().named("CasualtyClaim"), "a.csv"))
    by_name = {each["name"]: each for each in described["tableSchema"]["columns"]}
    assert by_name["harm"]["valueUrl"] == f"{ID}harm/{{harm}}"
    assert by_name["harm"]["propertyUrl"] == TERM + "harm"
    assert by_name["harm"]["required"] is True
    assert by_name["latestDate"]["datatype"] == {"base": "date", "format": "yyyy-MM-dd"}
    assert by_name["sentence"]["separator"] == "|"
    assert by_name["label"]["lang"] == "en"
    assert by_name["class"]["valueUrl"] == TERM + "CasualtyClaim"
    assert by_name["class"]["propertyUrl"] == RDF + "type"
    event = json.loads(csvw_of(templates().named("Event"), "a.csv"))
    of_report = next(each for each in event["tableSchema"]["columns"] if each["name"] == "report_of")
    assert of_report["aboutUrl"] == f"{ID}assertion/report-of-{{id}}"
    assert of_report["valueUrl"] == f"{ID}event/{{id}}"


def test_the_command_writes_the_table_and_its_description(tmp_path: Path) -> None:
    table = tmp_path / "claims.csv"
    assert khyber("template", "casualty claims", "-o", str(table)).returncode == 0
    assert table.read_bytes() == csv_of(templates().named("CasualtyClaim"))
    described = json.loads((tmp_path / "claims.csv-metadata.json").read_text(encoding="utf-8"))
    assert described["url"] == "claims.csv"
    again = khyber("template", "Event", "-o", str(table))
    assert (again.returncode, again.stdout) == (2, "")
    assert "is there already" in again.stderr
    assert table.read_bytes() == csv_of(templates().named("CasualtyClaim"))


def test_a_workbook_has_a_sheet_for_each_class_with_choices() -> None:
    chosen = [templates().named(name) for name in ("Event", "CasualtyClaim", "Accusation")]
    workbook = load_workbook(BytesIO(workbook_of(chosen)))
    assert workbook.sheetnames == ["Event", "CasualtyClaim", "Accusation"]
    for template, sheet in zip(chosen, workbook.worksheets, strict=True):
        assert [cell.value for cell in sheet[1]] == titles_of(template)
        assert str(sheet["A2"].value).startswith("# ")
    choices = {each.formula1 for each in workbook["CasualtyClaim"].data_validations.dataValidation}
    assert {'"injured,killed"', '"true,false"', '"people"'} <= choices
    assert any(
        "suicide bombing" in str(each.formula1) for each in workbook["Event"].data_validations.dataValidation
    )


def test_a_workbook_as_it_was_written_has_no_row_and_a_filled_one_is_read() -> None:
    workbook = load_workbook(BytesIO(workbook_of([templates().named("Accusation")])))
    stream = BytesIO()
    sheet = workbook["Accusation"]
    titles = [cell.value for cell in sheet[1]]
    sheet.append([ACCUSATION.get(str(title)) for title in titles])
    workbook.save(stream)
    document = read_sheet(stream.getvalue(), "book.xlsx")
    assert document.findings == ()
    location = document.locate(f"{ID}assertion/example-accusation", TERM + "accused")
    assert location
    assert (location.sheet, location.line) == ("Accusation", 3)
    with pytest.raises(InputError, match="no row"):
        read_sheet(workbook_of([templates().named("Accusation")]), "book.xlsx")


def test_the_command_writes_a_workbook_of_several_classes(tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    assert khyber("template", "Event", "accusations", "-o", str(book)).returncode == 0
    assert load_workbook(book).sheetnames == ["Event", "Accusation"]
    refused = khyber("template", "Event", "Accusation", "-o", str(tmp_path / "a.csv"))
    assert (refused.returncode, "one class" in refused.stderr) == (2, True)


def test_the_command_prints_the_table_or_the_classes() -> None:
    assert khyber("template", "Accusation").stdout.startswith("accusation id,label,accused,")
    assert "CasualtyClaim" in khyber("template", "--list").stdout
    for arguments, says in (
        ([], "Name a class"),
        (["Accusatoin"], "Did you mean Accusation?"),
        (["Event", "-o", "event.txt"], ".csv"),
    ):
        refused = khyber("template", *arguments)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert says in refused.stderr
