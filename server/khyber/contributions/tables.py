"""Tables as a contributor gives them: CSV, tab-separated values and XLSX, read into rows of values."""

from __future__ import annotations

import csv
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO, StringIO
from typing import Any

from khyber.contributions.bounds import Bounds
from khyber.contributions.texts import text_of_bytes
from khyber.errors import FileUnreadable, InputError, Location, PayloadTooLarge

COMMENT = "#"
"""A row whose first cell begins so is for people; a sheet whose name begins so too."""

_DELIMITERS = (",", ";", "\t")
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*")
_PARTS = 1_000
_SMALL_PART = 4_194_304
_LAST_ROW = 1_048_576
_DAMAGED = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    NotImplementedError,  # packed in a way that zipfile does not know
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)
"""What zipfile raises for an archive that is cut, damaged, encrypted or packed in an unknown way."""
_ENTITIES = (b"<!DOCTYPE", b"<!ENTITY")


@dataclass(frozen=True)
class Formula:
    """A cell that computes its value, or would if a spreadsheet program opened it."""

    text: str


CellValue = str | int | float | bool | date | datetime | time | timedelta | Formula | None


@dataclass(frozen=True)
class Table:
    """One sheet: its name ("" for CSV) and its rows that hold anything, each with its number from 1."""

    sheet: str
    rows: tuple[tuple[int, tuple[CellValue, ...]], ...]


def read_csv(data: bytes, name: str, bounds: Bounds) -> list[Table]:
    """Read comma-, semicolon- or tab-separated values in UTF-8; a row is a record, whatever its lines.

    Raises FileUnreadable for what is not UTF-8, InputError for quotes that do not match and for a sheet that
    is larger than it may be. A cell that begins with =, + or @ and is no number is a formula.
    """
    text = text_of_bytes(data, name)
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[tuple[int, tuple[CellValue, ...]]] = []
    try:
        for number, cells in enumerate(reader, 1):
            _require_room(number, len(cells), name, "", bounds)
            row = tuple(_plain(cell) for cell in cells)
            if _says_anything(row):
                rows.append((number, row))
    except csv.Error as error:
        raise InputError(
            f"The table cannot be read: {error}.",
            location=Location(name, reader.line_num or 1, sheet=""),
            remedy='Put quotes around a cell with a quote, and write the quote twice: "so ""called"" ally".',
        ) from None
    return [Table("", tuple(rows))]


def read_workbook(data: bytes, name: str, bounds: Bounds) -> list[Table]:
    """Read the sheets of an XLSX workbook; those whose name begins with # are left out.

    Raises FileUnreadable for what is no workbook, PayloadTooLarge where it would unpack to more than it may,
    InputError for a sheet that is larger than it may be. Formulas are given as Formula, not as their value.
    """
    from openpyxl import load_workbook  # noqa: PLC0415 - slow to import, and only workbooks need it

    _require_harmless(data, name, bounds)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of styles and extensions that it leaves out
        try:
            workbook = load_workbook(BytesIO(data), read_only=True, keep_links=False, data_only=False)
            return list(_sheets(workbook, name, bounds))
        except (InputError, MemoryError):
            raise
        except Exception as error:  # openpyxl promises no class of error for a damaged file
            raise FileUnreadable(
                f"The workbook is damaged: {type(error).__name__}.",
                location=Location(name),
                remedy="Open it in a spreadsheet program and save it again as XLSX, or as CSV in UTF-8.",
            ) from None


def _sheets(workbook: Any, name: str, bounds: Bounds) -> Iterator[Table]:
    sheets = [sheet for sheet in workbook.worksheets if not sheet.title.startswith(COMMENT)]
    if len(sheets) > bounds.sheets:
        raise InputError(
            f"The workbook has {len(sheets)} sheets; {bounds.sheets} are allowed.", location=Location(name)
        )
    for sheet in sheets:
        sheet.reset_dimensions()
        yield Table(sheet.title, tuple(_rows(sheet, name, bounds)))


def _rows(sheet: Any, name: str, bounds: Bounds) -> Iterator[tuple[int, tuple[CellValue, ...]]]:
    from openpyxl.cell.read_only import EMPTY_CELL  # noqa: PLC0415 - as above

    gap: object = None
    for number, cells in enumerate(sheet.iter_rows(max_col=bounds.columns + 1), 1):
        if number > _LAST_ROW:
            _require_room(number, 0, name, sheet.title, bounds)
        if cells is gap:  # openpyxl fills a gap between rows with one and the same row
            continue
        gap = cells
        width = next((place for place in range(len(cells), 0, -1) if cells[place - 1] is not EMPTY_CELL), 0)
        row = tuple(map(_of_workbook, cells[:width]))
        if _says_anything(row):
            _require_room(number, width, name, sheet.title, bounds)
            yield number, row


def _of_workbook(cell: Any) -> CellValue:
    value = cell.value
    if cell.data_type == "f":
        return Formula(str(getattr(value, "text", value)))
    if cell.data_type == "e":
        return Formula(str(value))
    return _plain(value) if isinstance(value, str) else value


def _plain(text: str) -> CellValue:
    stripped = text.strip()
    if stripped.startswith(("=", "+", "@")) and not _NUMBER.fullmatch(stripped):
        return Formula(stripped)
    return stripped or None


def _says_anything(row: Sequence[CellValue]) -> bool:
    first = row[0] if row else None
    if isinstance(first, str) and first.startswith(COMMENT):
        return False
    return any(value is not None for value in row)


def _require_room(row: int, columns: int, name: str, sheet: str, bounds: Bounds) -> None:
    if row > bounds.rows:
        raise InputError(
            f"The sheet has more than {bounds.rows:,} rows.",
            location=Location(name, row, sheet=sheet),
            remedy="Give it in parts, each a contribution that can be reviewed.",
        )
    if columns > bounds.columns:
        raise InputError(
            f"The row has more than {bounds.columns} cells.",
            location=Location(name, row, sheet=sheet),
            remedy="khyber template writes the columns that are read.",
        )


def _delimiter(text: str) -> str:
    """Choose the delimiter that stands most often in the first line that holds anything."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=lambda delimiter: (first.count(delimiter), delimiter == ","))


def _require_harmless(data: bytes, name: str, bounds: Bounds) -> None:
    """Look into the archive before anything else does: how much it unpacks to, and no entities."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > _PARTS or sum(part.file_size for part in parts) > bounds.bytes:
                raise PayloadTooLarge(
                    f"The workbook unpacks to more than {bounds.bytes:,} bytes.",
                    location=Location(name),
                    remedy="Give it in parts, without pictures and charts.",
                )
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    _require_plain_part(archive.read(part), part.filename, name)
    except _DAMAGED:
        raise _no_workbook(name) from None


def _require_plain_part(part: bytes, part_name: str, name: str) -> None:
    if part.startswith((b"\xfe\xff", b"\xff\xfe", b"\0")) or any(mark in part for mark in _ENTITIES):
        raise InputError(
            f"The part {part_name} of the workbook declares entities, or is not UTF-8; neither is read here.",
            location=Location(name),
            remedy="Open it in a spreadsheet program and save it again as XLSX.",
        )
    if not part_name.startswith(("xl/worksheets/", "xl/sharedStrings")) and len(part) > _SMALL_PART:
        raise PayloadTooLarge(
            f"The part {part_name} of the workbook is longer than {_SMALL_PART:,} bytes.",
            location=Location(name),
            remedy="Save the sheets without their formats, or as CSV in UTF-8.",
        )


def _no_workbook(name: str) -> FileUnreadable:
    return FileUnreadable(
        "This is no whole XLSX workbook.",
        location=Location(name),
        remedy="Save it as XLSX without a password, or as CSV in UTF-8.",
    )
