"""The head of a filled sheet: of which class its rows are, and what each column holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePath

from khyber.contributions.columns import Column, folded
from khyber.contributions.tables import CellValue, Formula, Table
from khyber.contributions.templates import Companion, Template, Templates
from khyber.errors import InputError, Location
from khyber.validation.findings import Finding

_ID, _TYPE = "id", "type"


@dataclass(frozen=True)
class Head:
    """What stands where in a sheet; columns are counted from 1.

    ``columns`` hold properties of the row's node, ``reported`` those of the report that comes with it; ``id``
    and ``type`` are the columns of the slug and of the class, if there are any.
    """

    template: Template
    row: int
    columns: dict[int, Column]
    reported: dict[int, Column]
    id: int | None
    type: int | None
    findings: tuple[Finding, ...] = ()


def head_of(table: Table, source: str, templates: Templates) -> Head:
    """Read the first row of a sheet: unknown and repeated columns are findings, and are not read.

    The class is told by the name of the sheet, by the name of the file, or by the head of the ids. Raises
    InputError where none of them tells it.
    """
    row, cells = table.rows[0]
    titles = {place: cell for place, cell in enumerate(cells, 1) if cell is not None}
    template = _template(table.sheet, titles, templates, Location(source, row, sheet=table.sheet))
    meanings = _Meanings(template)
    findings: list[Finding] = []
    found: dict[str, int] = {}
    for place, title in titles.items():
        name = None if isinstance(title, Formula) else meanings.of(str(title))
        if name is None or name in found:
            message = meanings.unknown(_shown(title)) if name is None else _repeated(_shown(title))
            location = Location(source, row, place, table.sheet)
            findings.append(Finding("Violation", message, template.iri, location=location))
        else:
            found[name] = place
    if _ID not in found:
        message = f"The sheet has no column {template.id_title!r}. Add it: a short name for each node."
        location = Location(source, row, sheet=table.sheet)
        findings.append(Finding("Violation", message, template.iri, location=location))
    return Head(
        template=template,
        row=row,
        columns={place: meanings.columns[name] for name, place in found.items() if name in meanings.columns},
        reported={
            place: meanings.reported[name] for name, place in found.items() if name in meanings.reported
        },
        id=found.get(_ID),
        type=found.get(_TYPE),
        findings=tuple(findings),
    )


def reported(companion: Companion | None) -> tuple[Column, ...]:
    """Give the columns of the report that comes with a row, if one does."""
    return companion.columns if companion else ()


class _Meanings:
    """What the columns of a template may be called, whatever their case, spaces and punctuation."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self.columns = {f"own {column.path}": column for column in template.columns}
        self.reported = {f"report {column.path}": column for column in reported(template.companion)}
        self._names = {folded(_ID): _ID, folded(template.id_title): _ID, folded(_TYPE): _TYPE}
        self._titles = {_ID: template.id_title, _TYPE: _TYPE}
        for prefix, columns in (("", self.columns), (Companion.prefix, self.reported)):
            for name, column in columns.items():
                self._titles[name] = prefix + column.title
                for called in (column.title, column.name, column.path, f"khyber:{column.name}"):
                    self._names.setdefault(folded(prefix + called), name)

    def of(self, title: str) -> str | None:
        """Tell what a column is by its head."""
        return self._names.get(folded(title))

    def unknown(self, title: str) -> str:
        """Say that there is no such column, and which may have been meant."""
        near = get_close_matches(folded(title), self._names, n=1, cutoff=0.75)
        template = self._template
        hint = (
            f"Did you mean {self._titles[self._names[near[0]]]!r}?"
            if near
            else f"khyber template {template.name} writes those that there are."
        )
        return f"A sheet of {template.title} rows has no column {title[:60]!r}. {hint}"


def _template(
    sheet: str, titles: Mapping[int, CellValue], templates: Templates, location: Location
) -> Template:
    names = [sheet or PurePath(location.source).name.partition(".")[0]]
    names += [str(title)[: -len(_ID)] for title in titles.values() if folded(str(title)).endswith(_ID)]
    for name in names:
        template = templates.find(name)
        if template:
            return template
    raise InputError(
        "Neither the name of the sheet nor its columns say of which class its rows are.",
        location=location,
        remedy="Name the sheet after the class, such as CasualtyClaim, or head the ids: casualty claim id; "
        "a sheet of a workbook whose name begins with # is left out.",
    )


def _repeated(title: str) -> str:
    return f"The column {title[:60]!r} stands here twice. Keep one."


def _shown(title: CellValue) -> str:
    return title.text if isinstance(title, Formula) else str(title)
