"""Filled sheets as statements: a row is a node, a column a property, and each finding has its cell."""

from __future__ import annotations

from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from khyber.contributions.bounds import Bounds
from khyber.contributions.cells import Lookup, Namer, Unreadable, slug_of, terms_of
from khyber.contributions.columns import Column, folded
from khyber.contributions.sheet_heads import Head, head_of
from khyber.contributions.tables import CellValue, Formula, Table
from khyber.contributions.templates import LABEL, Companion, Templates
from khyber.errors import InputError, Location
from khyber.rdf.namespaces import ID, RDF, TERM
from khyber.validation.findings import Finding
from khyber.validation.names import text_of

_TYPE = RDF + "type"

_Cells = tuple[CellValue, ...]


@dataclass(frozen=True)
class SheetOrigin:
    """The origin of statements in sheets: for each the cells of its subject, property and object."""

    cells: tuple[tuple[Location, Location, Location], ...]
    places: dict[tuple[str, str], Location]

    def subject(self, number: int) -> Location:
        """Give the cell that names the subject: the id of the row."""
        return self.cells[number][0]

    def predicate(self, number: int) -> Location:
        """Give the cell that names the property: the head of the column."""
        return self.cells[number][1]

    def object(self, number: int) -> Location:
        """Give the cell of the value."""
        return self.cells[number][2]

    def vacant(self, subject: str, path: str) -> Location | None:
        """Give the cell in which a value of a property of a node would stand."""
        return self.places.get((subject, path))


@dataclass(frozen=True)
class Sheets:
    """What filled sheets state, what is wrong in their cells, and where each statement stands."""

    triples: tuple[Triple, ...]
    findings: tuple[Finding, ...]
    origin: SheetOrigin


@dataclass(frozen=True)
class _Row:
    """A row that is being read, as far as one node is concerned: the row's own, or that of its report.

    ``iri`` is None where the row has no usable id: then its cells are looked at, and nothing is stated.
    ``anchor`` is the cell that stands for the node.
    """

    number: int
    cells: _Cells
    iri: str | None
    focus: str
    anchor: Location

    def at(self, place: int | None) -> CellValue:
        """Give the cell in a column, counted from 1."""
        return _at(self.cells, place)


@dataclass
class _Gathered:
    """What is gathered while sheets are read."""

    triples: list[Triple] = field(default_factory=list)
    cells: list[tuple[Location, Location, Location]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    places: dict[tuple[str, str], Location] = field(default_factory=dict)


def read_sheets(
    tables: list[Table], source: str, templates: Templates, lookup: Lookup, bounds: Bounds
) -> Sheets:
    """Read the statements of filled sheets; ``lookup`` finds nodes of the published graph.

    What is wrong in a cell is a finding, and the reading goes on (up to ``bounds.findings``); the statements
    of a row without a usable id are left out. Raises InputError where no sheet holds anything, or where the
    class of one cannot be told.
    """
    filled = [table for table in tables if table.rows]
    if not any(len(table.rows) > 1 for table in filled):
        raise InputError(
            "The document has no row to read.",
            location=Location(source),
            remedy="Below the heads of the columns, write a row for each node.",
        )
    heads = [head_of(table, source, templates) for table in filled]
    namer = Namer(_own_names(filled, heads), lookup)
    gathered = _Gathered(findings=[finding for head in heads for finding in head.findings])
    for table, head in zip(filled, heads, strict=True):
        reader = _Reader(head, templates, namer, gathered, Location(source, sheet=table.sheet))
        for number, cells in table.rows[1:]:
            if len(gathered.findings) >= bounds.findings:
                break
            reader.read(number, cells)
    origin = SheetOrigin(tuple(gathered.cells), gathered.places)
    return Sheets(tuple(gathered.triples), tuple(gathered.findings), origin)


def _own_names(tables: list[Table], heads: list[Head]) -> dict[str, list[str]]:
    """Find the nodes that the sheets themselves describe, by slug and by label."""
    names: dict[str, list[str]] = {}
    for table, head in zip(tables, heads, strict=True):
        labels = [place for place, column in head.columns.items() if column.path == LABEL]
        for _number, cells in table.rows[1:]:
            try:
                slug = slug_of(_at(cells, head.id), head.template.kind)
            except Unreadable:
                continue
            iri = f"{ID}{head.template.kind}/{slug}"
            for text in (slug, *(str(_at(cells, place)) for place in labels)):
                names.setdefault(text, []).append(iri)
    return names


def _at(cells: _Cells, place: int | None) -> CellValue:
    return cells[place - 1] if place is not None and place <= len(cells) else None


class _Reader:
    """Reads the rows of one sheet into what is gathered."""

    def __init__(
        self, head: Head, templates: Templates, namer: Namer, gathered: _Gathered, sheet: Location
    ) -> None:
        self._head, self._templates, self._namer = head, templates, namer
        self._gathered, self._sheet = gathered, sheet
        self._seen: dict[str, int] = {}
        self._types = {folded(title): iri for title, iri in head.template.types}
        for _title, iri in head.template.types:
            name = iri.removeprefix(TERM)
            self._types |= {folded(each): iri for each in (name, f"khyber:{name}", iri)}

    def read(self, number: int, cells: _Cells) -> None:
        """Read one row: its node, and the report that comes with it."""
        kind = self._head.template.kind
        anchor = self._location(number, self._head.id)
        slug = self._slug(number, cells, anchor)
        iri = f"{ID}{kind}/{slug}" if slug else None
        row = _Row(number, cells, iri, iri or f"_:row-{number}", anchor)
        described = self._templates.template(self._class(row))
        self._state(row, _TYPE, NamedNode(described.iri), anchor, self._head.type)
        exact = {column.path: column for column in described.columns}
        columns = {place: exact.get(each.path, each) for place, each in self._head.columns.items()}
        self._describe(row, columns)
        self._complete(row, columns, described.columns)
        if described.companion and any(row.at(place) is not None for place in self._head.reported):
            self._report(row, slug, described.companion)

    def _slug(self, number: int, cells: _Cells, anchor: Location) -> str | None:
        if self._head.id is None:
            return None
        value = _at(cells, self._head.id)
        focus = f"_:row-{number}"
        if value is None:
            self._wrong("The row has no id. Write a short name for its node.", focus, anchor)
            return None
        kind = self._head.template.kind
        try:
            slug = slug_of(value, kind)
        except Unreadable as error:
            self._wrong(str(error), focus, anchor)
            return None
        first = self._seen.setdefault(slug, number)
        if first != number:
            message = f"The id {slug} stands in row {first} already. Give each node one row."
            self._wrong(message, f"{ID}{kind}/{slug}", anchor)
        return slug

    def _class(self, row: _Row) -> str:
        """Give the class of a row: that of its type, or that of the sheet."""
        template = self._head.template
        value = row.at(self._head.type)
        if value is None:
            return template.iri
        text = value.text if isinstance(value, Formula) else str(value)
        known = self._types.get(folded(text))
        if known is None:
            titles = ", ".join(title for title, _iri in template.types)
            message = f"{text[:60]!r} is no type of {template.title}. Use one of: {titles}."
            self._wrong(message, row.focus, self._location(row.number, self._head.type), _TYPE)
        return known or template.iri

    def _describe(self, row: _Row, columns: dict[int, Column]) -> None:
        for place, column in columns.items():
            cell = self._location(row.number, place)
            self._gathered.places.setdefault((row.focus, column.path), cell)
            value = row.at(place)
            try:
                for term in terms_of(value, column, self._namer):
                    self._state(row, column.path, term, cell, place)
            except Unreadable as error:
                text = value.text if isinstance(value, Formula) else str(value)
                self._wrong(str(error), row.focus, cell, column.path, text_of(Literal(text[:100])))

    def _complete(self, row: _Row, columns: dict[int, Column], wanted: tuple[Column, ...]) -> None:
        """Fill in the only value that a property may have; tell which required values are missing.

        That is told in the words of the shape that asks for them, so that it is one finding with the shape's.
        """
        places = {column.path: place for place, column in columns.items()}
        for column in wanted:
            place = places.get(column.path)
            if row.at(place) is not None:
                continue
            cell = self._location(row.number, place) if place else row.anchor
            if column.default:
                self._state(row, column.path, NamedNode(column.default), cell, place)
            elif column.rule:
                rule = column.rule
                self._gathered.findings.append(
                    Finding(
                        severity="Violation",
                        message=rule.message,
                        focus=row.focus,
                        path=column.path,
                        shape=rule.shape,
                        constraint=rule.constraint,
                        location=cell,
                    )
                )

    def _report(self, row: _Row, slug: str | None, companion: Companion) -> None:
        """State the assertion that comes with a row: that its claimant says so."""
        anchor = self._location(row.number, next(iter(self._head.reported)))
        iri = f"{ID}assertion/report-of-{slug}" if slug else None
        report = _Row(row.number, row.cells, iri, iri or f"_:report-in-row-{row.number}", anchor)
        self._state(report, _TYPE, NamedNode(companion.iri), anchor, None)
        if row.iri:
            self._state(report, companion.link, NamedNode(row.iri), row.anchor, None)
        self._describe(report, self._head.reported)
        self._complete(report, self._head.reported, companion.columns)
        own_label = [place for place, column in self._head.reported.items() if column.path == LABEL]
        if not any(row.at(place) is not None for place in own_label):
            self._label(report)

    def _label(self, report: _Row) -> None:
        """Name a report after what it reports."""
        for place, column in self._head.columns.items():
            value = report.at(place)
            if column.path == LABEL and isinstance(value, str):
                label = Literal(f"Report: {value}", language="en")
                self._state(report, LABEL, label, self._location(report.number, place), place)

    def _state(
        self, row: _Row, path: str, term: NamedNode | Literal, cell: Location, head: int | None
    ) -> None:
        if row.iri is not None:
            self._gathered.triples.append(Triple(NamedNode(row.iri), NamedNode(path), term))
            self._gathered.cells.append((row.anchor, self._location(self._head.row, head), cell))

    def _wrong(
        self, message: str, focus: str, cell: Location, path: str | None = None, value: str | None = None
    ) -> None:
        finding = Finding("Violation", message, focus, path=path, value=value, location=cell)
        self._gathered.findings.append(finding)

    def _location(self, row: int, place: int | None) -> Location:
        return Location(self._sheet.source, row, place, self._sheet.sheet)
