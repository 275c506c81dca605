"""Templates as a workbook to fill: a sheet for each class, with the codes to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from khyber.contributions.columns import Column, Kind
from khyber.contributions.csvw import hints_of, titles_of
from khyber.contributions.templates import Companion, Template

_FIRST_ROW, _LAST_ROW = 3, 1_000
_WIDTH = 22
_LONGEST_LIST = 255
"""The most characters of a list of choices in a cell (ECMA-376, data validation)."""


def workbook_of(templates: Sequence[Template]) -> bytes:
    """Write an XLSX workbook with a sheet for each template, named after its class.

    Row 1 heads the columns, row 2 says what each takes and is not read; where a cell holds one of a few codes
    the spreadsheet program lets one choose.
    """
    workbook = Workbook()
    for sheet in workbook.worksheets:
        workbook.remove(sheet)
    for template in templates:
        sheet = workbook.create_sheet(template.name[:31])
        _fill(sheet, template)
    stream = BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _fill(sheet: Worksheet, template: Template) -> None:
    titles = titles_of(template)
    sheet.append(titles)
    sheet.append(hints_of(template))
    sheet.freeze_panes = "B3"
    for place in range(1, len(titles) + 1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = _WIDTH
        sheet[f"{letter}1"].font = Font(bold=True)
        sheet[f"{letter}2"].font = Font(italic=True, color="666666")
        sheet[f"{letter}2"].alignment = Alignment(wrap_text=True, vertical="top")
    for title, choices in _choices(template).items():
        listed = ",".join(choices)
        if len(listed) + 2 <= _LONGEST_LIST and not any("," in choice for choice in choices):
            letter = get_column_letter(titles.index(title) + 1)
            validation = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True)
            validation.add(f"{letter}{_FIRST_ROW}:{letter}{_LAST_ROW}")
            sheet.add_data_validation(validation)


def _choices(template: Template) -> dict[str, list[str]]:
    """Give what may stand in the columns that take one of a few values: title → values."""
    choices: dict[str, list[str]] = {}
    if len(template.types) > 1:
        choices["type"] = [title for title, _iri in template.types]
    for prefix, columns in (
        ("", template.columns),
        (Companion.prefix, template.companion.columns if template.companion else ()),
    ):
        choices |= {prefix + column.title: _values(column) for column in columns if not column.several}
    return {title: values for title, values in choices.items() if values}


def _values(column: Column) -> list[str]:
    if column.kind is Kind.BOOLEAN:
        return ["true", "false"]
    return [label or slug for slug, label, _iri in column.codes]
