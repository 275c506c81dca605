"""The example queries: one file a query, with its title, description and tags in comments before it.

::

    # title: Who accuses whom of sheltering whom
    # description: Each accusation with its claimant and source,
    #   earliest first.
    # tags: accusation, sheltering

    PREFIX khyber: <https://w3id.org/khyber/ontology#>
    SELECT …

A query that calls other endpoints in SERVICE clauses has the tag ``federated``; it runs only where it may.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from khyber.errors import InputError, Location
from khyber.rdf.reading import read_text, shown

QUERIES = "data/queries"
FIELDS = ("title", "description", "tags")
FEDERATED = "federated"
"""The tag of the queries that call other endpoints."""

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_FIELD = re.compile(r"# ?(?P<name>\w+): *(?P<value>.*)")
_CONTINUATION = re.compile(r"#\s{2,}(?P<value>\S.*)")


@dataclass(frozen=True)
class ExampleQuery:
    """An example query: ``name`` is the file's without suffix, ``text`` the query without its header.

    ``line`` is the line of the file on which ``text`` begins.
    """

    name: str
    title: str
    description: str
    tags: tuple[str, ...]
    text: str
    line: int = 1

    @property
    def is_federated(self) -> bool:
        """Say whether the query calls other endpoints."""
        return FEDERATED in self.tags


def example_queries(home: Path) -> list[ExampleQuery]:
    """Read data/queries/*.rq, sorted by name; raise InputError for a file whose header is not right."""
    return [read_example_query(path) for path in example_query_files(home)]


def example_query_files(home: Path) -> list[Path]:
    """List the files of the example queries, sorted by name."""
    return sorted(path for path in (home / QUERIES).glob("*.rq") if not path.name.startswith("."))


def read_example_query(path: Path) -> ExampleQuery:
    """Read one example query; raise FileUnreadable, or InputError with the line and the remedy."""
    return parse_example_query(read_text(path), path)


def parse_example_query(written: str, path: Path) -> ExampleQuery:
    """Give the example query that the text of a file holds; raise InputError with the line and the remedy."""
    if not _NAME.fullmatch(path.stem):
        raise InputError(
            f"The name {path.stem!r} is no name for a query: it becomes part of an address.",
            location=Location(shown(path)),
            remedy="Use small letters, digits and hyphens.",
        )
    lines = written.splitlines(keepends=True)
    length = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    fields = _fields(lines[:length], path)
    while length < len(lines) and not lines[length].strip():
        length += 1
    text = "".join(lines[length:])
    if not text.strip():
        raise InputError(
            "There is no query after the header.", location=Location(shown(path), len(lines) or 1)
        )
    return ExampleQuery(
        path.stem, fields["title"], fields["description"], _tags(fields["tags"]), text, length + 1
    )


def _fields(header: list[str], path: Path) -> dict[str, str]:
    fields: dict[str, str] = {}
    for number, name, value in _header_lines(header, path):
        if name not in FIELDS:
            raise _bad_header(path, number, f"{name!r} is none of the fields {', '.join(FIELDS)}.")
        if name in fields:
            raise _bad_header(path, number, f"The field {name!r} stands twice.")
        fields[name] = value
    for name in FIELDS:
        if not fields.get(name, "").strip(" ,"):
            raise _bad_header(path, 1, f"The field {name!r} is missing or empty.")
    return fields


def _header_lines(header: list[str], path: Path) -> Iterator[tuple[int, str, str]]:
    """Give the line, name and value of each field, with the lines that continue it joined."""
    number, name, value = 0, "", ""
    for line_number, line in enumerate(header, start=1):
        field, more = _FIELD.fullmatch(line.strip()), _CONTINUATION.fullmatch(line.strip())
        if more and name:
            value = f"{value} {more['value']}".strip()
        elif field:
            if name:
                yield number, name, value
            number, name, value = line_number, field["name"], field["value"].strip()
        else:
            raise _bad_header(path, line_number, f"{line.strip()!r} is no field, and continues none.")
    if name:
        yield number, name, value


def _tags(text: str) -> tuple[str, ...]:
    return tuple(sorted({tag.strip() for tag in text.split(",")} - {""}))


def _bad_header(path: Path, line: int, detail: str) -> InputError:
    return InputError(
        detail,
        location=Location(shown(path), line),
        remedy="A query file begins with the lines '# title: …', '# description: …' and '# tags: …, …'; "
        "a longer description goes on after '#   '.",
    )
