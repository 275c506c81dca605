"""The template of a sheet as files: a CSV to fill, and its description as CSV on the Web (W3C, 2015).

The CSV has a row of column heads and a row that begins with ``#``, which says what each cell takes; readers
of CSVW pass over it as a comment.
"""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import Any

from khyber.contributions.columns import Column, Kind
from khyber.contributions.tables import COMMENT
from khyber.contributions.templates import SEPARATOR, Companion, Template
from khyber.rdf.namespaces import ID, RDF

_SLUG = "[a-z0-9]+(-[a-z0-9]+)*"
_DATATYPES: dict[Kind, Any] = {
    Kind.NODE: "string",
    Kind.CODE: "string",
    Kind.DATE: {"base": "date", "format": "yyyy-MM-dd"},
    Kind.NUMBER: "decimal",
    Kind.INTEGER: "integer",
    Kind.BOOLEAN: {"base": "boolean", "format": "true|false"},
    Kind.TEXT: "string",
    Kind.ENGLISH: "string",
}
_MOST_CODES = 8


def titles_of(template: Template) -> list[str]:
    """Give the heads of the columns of a template, in their order."""
    titles = [template.id_title]
    titles += ["type"] if len(template.types) > 1 else []
    titles += [column.title for column in template.columns]
    if template.companion:
        titles += [Companion.prefix + column.title for column in template.companion.columns]
    return titles


def csv_of(template: Template) -> bytes:
    """Write the CSV to fill: the heads, and the row that says what each cell takes."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(titles_of(template))
    writer.writerow(hints_of(template))
    return text.getvalue().encode()


def hints_of(template: Template) -> list[str]:
    """Say for each column what its cells take."""
    hints = [f"{COMMENT} required. A short name in lower-case letters, digits and hyphens"]
    if len(template.types) > 1:
        hints.append(f"One of: {', '.join(title for title, _iri in template.types)}")
    hints += [_hint(column) for column in template.columns]
    if template.companion:
        hints += [_hint(column) for column in template.companion.columns]
    return hints


def csvw_of(template: Template, url: str) -> bytes:
    """Write the description of a table at ``url``, as ``FILE.csv-metadata.json`` beside it."""
    columns: list[dict[str, Any]] = [
        {
            "name": "id",
            "titles": template.id_title,
            "dc:description": f"The slug of the node: its IRI is {ID}{template.kind}/SLUG.",
            "datatype": {"base": "string", "format": _SLUG},
            "required": True,
            "suppressOutput": True,
        }
    ]
    if len(template.types) > 1:
        columns.append(_type_column(template))
    columns += [_described(column, column.name, None) for column in template.columns]
    if template.companion:
        about = f"{ID}assertion/report-of-{{id}}"
        columns += [
            _described(column, f"report_{column.name}", about) for column in template.companion.columns
        ]
    columns += _virtual(template)
    description = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": url,
        "dc:title": f"{template.title} rows",
        "dc:description": template.description,
        "dialect": {"commentPrefix": COMMENT, "header": True, "headerRowCount": 1},
        "tableSchema": {
            "aboutUrl": f"{ID}{template.kind}/{{id}}",
            "primaryKey": "id",
            "columns": columns,
        },
    }
    return (json.dumps(description, indent=2, ensure_ascii=False) + "\n").encode()


def _type_column(template: Template) -> dict[str, Any]:
    titles = [title for title, _iri in template.types]
    return {
        "name": "type",
        "titles": "type",
        "dc:description": f"The class of the node; without it, {template.title}.",
        "datatype": {"base": "string", "format": "|".join(titles)},
        "default": template.title,
        "suppressOutput": True,
    }


def _described(column: Column, name: str, about: str | None) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": name,
        "titles": (Companion.prefix if about else "") + column.title,
        "dc:description": f"{column.description} {_hint(column)}.".strip(),
        "propertyUrl": column.path,
        "datatype": _DATATYPES[column.kind],
        "required": column.required,
    }
    if about:
        described["aboutUrl"] = about
    if column.several:
        described["separator"] = SEPARATOR
    if column.kind is Kind.ENGLISH:
        described["lang"] = "en"
    if column.default:
        described["default"] = column.default.rpartition("/")[2]
    if column.kind is Kind.CODE:
        described["valueUrl"] = f"{column.codes[0][2].rpartition('/')[0]}/{{{name}}}"
    elif len(column.kinds) == 1:
        described["valueUrl"] = f"{ID}{column.kinds[0]}/{{{name}}}"
    return described


def _virtual(template: Template) -> list[dict[str, Any]]:
    columns: list[dict[str, Any]] = []
    if len(template.types) == 1:
        columns.append(
            {"name": "class", "virtual": True, "propertyUrl": RDF + "type", "valueUrl": template.iri}
        )
    if template.companion:
        about = f"{ID}assertion/report-of-{{id}}"
        of = f"{ID}{template.kind}/{{id}}"
        columns += [
            {"virtual": True, "name": "report_class", "aboutUrl": about}
            | {"propertyUrl": RDF + "type", "valueUrl": template.companion.iri},
            {"virtual": True, "name": "report_of", "aboutUrl": about}
            | {"propertyUrl": template.companion.link, "valueUrl": of},
        ]
    return columns


def _hint(column: Column) -> str:
    """Say in a few words what a cell takes: whether it must, what, and how many."""
    what = column.kind.value
    if column.kind is Kind.CODE:
        labels = [label or slug for slug, label, _iri in column.codes]
        more = ", ..." if len(labels) > _MOST_CODES else ""
        what = f"one of: {', '.join(labels[:_MOST_CODES])}{more}"
    elif column.kinds:
        what = f"{' or '.join(column.kinds)}: slug, label or IRI"
    parts = [
        "required" if column.required else "wished for" if column.wished else "",
        what,
        f"several with {SEPARATOR} between" if column.several else "",
    ]
    return ". ".join(part[:1].upper() + part[1:] for part in parts if part)
