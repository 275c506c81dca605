"""The curated graph, its templates and its validator, for the tests of sheets: read once."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from io import BytesIO, StringIO
from typing import Any

from openpyxl import Workbook
from pyoxigraph import NamedNode, Quad, Store, Triple

from khyber.config import graph_home
from khyber.contributions.cells import Lookup, lookup_in
from khyber.contributions.document import Document
from khyber.contributions.documents import read_document
from khyber.contributions.templates import Templates
from khyber.release.sources import CORE_GRAPH, ONTOLOGY_GRAPH, SHAPES_GRAPH, parse_sources, read_sources
from khyber.validation.findings import Finding
from khyber.validation.shacl import Validator

Row = Mapping[str, object]


@cache
def graphs() -> dict[str, list[Triple]]:
    return parse_sources(read_sources(graph_home()))


@cache
def templates() -> Templates:
    return Templates.of(graphs()[ONTOLOGY_GRAPH], graphs()[SHAPES_GRAPH])


@cache
def lookup() -> Lookup:
    store = Store()
    core = NamedNode(CORE_GRAPH)
    store.extend(Quad(each.subject, each.predicate, each.object, core) for each in graphs()[CORE_GRAPH])
    return lookup_in(store)


@cache
def _validator() -> Validator:
    return Validator(graphs()[ONTOLOGY_GRAPH], graphs()[SHAPES_GRAPH])


def violations(document: Document) -> list[Finding]:
    """Judge the curated graph with what a document adds, and locate what is wrong with its nodes."""
    report = _validator().validate([*graphs()[CORE_GRAPH], *document.triples])
    found = [finding for finding in report.findings if finding.severity == "Violation"]
    return [_located(finding, document) for finding in found]


def _located(finding: Finding, document: Document) -> Finding:
    location = document.locate(finding.focus, finding.path, finding.value)
    return Finding(
        finding.severity,
        finding.message,
        finding.focus,
        finding.path,
        finding.value,
        finding.shape,
        finding.constraint,
        location,
    )


def csv_of_rows(rows: Iterable[Row], delimiter: str = ",") -> bytes:
    """Write rows as CSV, with the columns that they use."""
    kept = list(rows)
    columns = list(dict.fromkeys(column for row in kept for column in row))
    text = StringIO()
    writer = csv.DictWriter(text, columns, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(kept)
    return text.getvalue().encode()


def workbook_of(sheets: Mapping[str, Iterable[Row]]) -> bytes:
    """Write rows as the sheets of a workbook."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in sheets.items():
        kept = list(rows)
        columns = list(dict.fromkeys(column for row in kept for column in row))
        sheet: Any = workbook.create_sheet(name)
        sheet.append(columns)
        for row in kept:
            sheet.append([row.get(column) for column in columns])
    stream = BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def read_sheet(data: bytes, name: str = "sheet.csv") -> Document:
    """Read a sheet by the templates of the curated graph."""
    return read_document(data, name, templates=templates(), lookup=lookup())


EVENT: Row = {
    "event id": "example-strike",
    "type": "airstrike",
    "label": "Airstrike of the example",
    "earliest date": "2026-02-21",
    "latest date": "2026-02-22",
    "date precision": "within days",
    "perpetrator": "Pakistan",
    "place": "Nangarhar | paktika",
    "preceded by": "suicide-bombing-2026-02-21",
    "report: claimant": "actor:pakistan",
    "report: stance": "claims",
    "report: source": "report-2026-02-28",
    "report: sentence": "12",
    "report: latest date": "2026-02-28",
    "report: date precision": "no later than",
}
CLAIM: Row = {
    "casualty claim id": "example-claim",
    "label": "Claim of the example",
    "claimant": "Government of Afghanistan formed by the Taliban",
    "harm": "Killed",
    "in event": "example-strike",
    "victims": "Pakistani soldiers",
    "wording of the figure": "more than 3",
    "lower bound": 3,
    "lower bound inclusive": False,
    "stance": "claims",
    "source": "report-2026-02-28",
    "sentence": "13",
    "latest date": "2026-02-28",
    "date precision": "no later than",
}
ACCUSATION: Row = {
    "accusation id": "example-accusation",
    "label": "Accusation of the example",
    "accused": "afghan-taliban",
    "claimant": "pakistan",
    "alleges": "sheltering-of-ttp-by-afghan-taliban",
    "stance": "claims",
    "source": "https://w3id.org/khyber/id/source/report-2026-02-28",
    "sentence": "7|8",
    "latest date": "2026-02-28",
    "date precision": "no-later-than",
}
