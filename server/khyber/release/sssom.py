"""Mappings in SSSOM: a table of links from nodes of this graph to items elsewhere, with who, when and why.

A file is UTF-8 text with tabs: comment lines that hold metadata (``#license: …``, ``#curie_map:`` and below
it ``#  wd: http://…``), the names of the columns, and a row for each mapping. Written, it always has the same
form: rows sorted, columns in the order of ``COLUMNS``, the prefixes that are used and no other. See
https://mapping-commons.github.io/sssom/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from khyber.errors import InputError, Location
from khyber.rdf.namespaces import NOT_FOUND_IN_WIKIDATA, SKOS, XSD
from khyber.rdf.reading import decoded, shown

RELATIONS = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
"""The mapping relations of SKOS, by their local names."""

NO_TERM_FOUND = "sssom:NoTermFound"
"""What stands in the place of an item where one was looked for and not found."""

DECISIONS = ("semapv:ManualMappingCuration", "semapv:MappingReview")
"""The justifications of what a person has decided; any other is that of a proposal."""

REJECTED = "Not"
"""The predicate modifier of a candidate that was rejected: the mapping does not hold."""

COLUMNS = (
    *("subject_id", "subject_label", "predicate_id", "predicate_modifier", "object_id", "object_label"),
    *("mapping_justification", "confidence", "author_label", "mapping_date", "mapping_tool", "comment"),
)
"""The columns, in the order in which they are written."""

_OPTIONAL = frozenset(("predicate_modifier", "mapping_tool"))
_METADATA = ("mapping_set_id", "mapping_set_title", "license")
_CURIE = re.compile(r"(?P<prefix>[A-Za-z][A-Za-z0-9_.-]*):(?P<local>[^\s/]\S*)")
_HEADER = re.compile(r"#(?P<indent> *)(?P<key>[A-Za-z][A-Za-z0-9_.-]*):(?: +(?P<value>\S.*?))? *")
_IRI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]*")
_CONFIDENCE = re.compile(r"0(\.[0-9]{1,3})?|1(\.0{1,3})?")
_KNOWN_PREFIXES = {"sssom": "https://w3id.org/sssom/", "semapv": "https://w3id.org/semapv/vocab/"}


@dataclass(frozen=True)
class Link:
    """A row: ``subject`` and ``item`` as CURIEs, ``relation`` one of RELATIONS.

    ``item`` is NO_TERM_FOUND where none was found; ``is_rejected`` tells that the mapping does not hold.
    ``confidence`` and ``date`` are kept as they were written, "" where there is none.
    """

    subject: str
    subject_label: str
    relation: str
    item: str
    item_label: str
    justification: str
    confidence: str
    author: str
    date: str
    comment: str = ""
    tool: str = ""
    is_rejected: bool = False
    line: int = 0

    @property
    def is_found(self) -> bool:
        """Tell whether the row names an item."""
        return self.item != NO_TERM_FOUND

    @property
    def key(self) -> tuple[str, int, str, bool]:
        """Give what a row is sorted by; two rows with one key say the same."""
        return self.subject, RELATIONS.index(self.relation), _numbered(self.item), self.is_rejected

    def cells(self) -> dict[str, str]:
        """Give the row by the names of the columns."""
        return {
            "subject_id": self.subject,
            "subject_label": self.subject_label,
            "predicate_id": f"skos:{self.relation}",
            "predicate_modifier": REJECTED if self.is_rejected else "",
            "object_id": self.item,
            "object_label": self.item_label,
            "mapping_justification": self.justification,
            "confidence": self.confidence,
            "author_label": self.author,
            "mapping_date": self.date,
            "mapping_tool": self.tool,
            "comment": self.comment,
        }


@dataclass(frozen=True)
class MappingSet:
    """A file of mappings: its metadata, its prefixes and its rows."""

    metadata: Mapping[str, str]
    prefixes: Mapping[str, str]
    links: tuple[Link, ...]

    def iri(self, curie: str) -> str:
        """Write a CURIE out."""
        prefix, _, local = curie.partition(":")
        return self.prefixes[prefix] + local

    def triples(self) -> Iterator[Triple]:
        """Give what the rows that hold say: a SKOS relation, or the day on which no item was found."""
        for link in self.links:
            if link.is_rejected:
                continue
            subject = NamedNode(self.iri(link.subject))
            if link.is_found:
                yield Triple(subject, NamedNode(SKOS + link.relation), NamedNode(self.iri(link.item)))
            else:
                day = Literal(link.date, datatype=NamedNode(XSD + "date"))
                yield Triple(subject, NamedNode(NOT_FOUND_IN_WIKIDATA), day)


def read_mappings(data: bytes, path: Path) -> MappingSet:
    """Read a file of mappings; raise InputError, with line and column, for what is not right in it."""
    source = shown(path)
    lines = decoded(data, path).removesuffix("\n").split("\n")
    header, body = _split(lines)
    metadata, prefixes = _metadata(header, source)
    if body >= len(lines):
        raise _wrong(source, len(lines) + 1, 1, "The names of the columns are missing.")
    names = _names(lines[body], body + 1, source)
    rows = (
        _Row(source, body + 2 + index, names, line.split("\t"), prefixes)
        for index, line in enumerate(lines[body + 1 :])
    )
    links = [row.link() for row in rows]
    seen: dict[object, int] = {}
    for link in links:
        if link.key in seen:
            raise _wrong(source, link.line, 1, f"The row says the same as line {seen[link.key]}. Keep one.")
        seen[link.key] = link.line
    return MappingSet(metadata, prefixes, tuple(links))


def write_mappings(mappings: MappingSet) -> str:
    """Give the text of a file of mappings; the same mappings give the same text."""
    links = sorted(mappings.links, key=lambda link: link.key)
    rows = [link.cells() for link in links]
    columns = [name for name in COLUMNS if name not in _OPTIONAL or any(row[name] for row in rows)]
    used = {cell.partition(":")[0] for row in rows for name, cell in row.items() if name.endswith("_id")}
    used |= {link.justification.partition(":")[0] for link in links}
    lines = ["#curie_map:"]
    lines += (f"#  {prefix}: {iri}" for prefix, iri in sorted(mappings.prefixes.items()) if prefix in used)
    lines += (f"#{key}: {value}" for key, value in sorted(mappings.metadata.items()))
    lines.append("\t".join(columns))
    lines += ("\t".join(row[name] for name in columns) for row in rows)
    return "\n".join(lines) + "\n"


def _split(lines: list[str]) -> tuple[list[str], int]:
    body = next((index for index, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return lines[:body], body


def _metadata(header: list[str], source: str) -> tuple[dict[str, str], dict[str, str]]:
    metadata: dict[str, str] = {}
    prefixes = dict(_KNOWN_PREFIXES)
    is_within_map = False
    for number, line in enumerate(header, start=1):
        match = _HEADER.fullmatch(line)
        if match is None:
            raise _wrong(source, number, 1, "A line of the head has the form '#key: value'.")
        key, value = match["key"], (match["value"] or "").strip("\"'")
        if is_within_map and match["indent"]:
            if not _IRI.fullmatch(value):
                raise _wrong(source, number, match.start("key") + 1, f"The prefix {key} has no IRI.")
            prefixes[key] = value
            continue
        is_within_map = key == "curie_map"
        if not is_within_map and key not in _METADATA:
            known = ", ".join(("curie_map", *_METADATA))
            raise _wrong(source, number, 2, f"The head has a line {key!r}. Lines are: {known}.")
        if not is_within_map:
            metadata[key] = value
    missing = [key for key in ("license", "mapping_set_id") if not metadata.get(key)]
    if missing:
        raise _wrong(source, 1, 1, f"The head does not say {missing[0]!r}. Add a line '#{missing[0]}: …'.")
    return metadata, prefixes


def _names(line: str, number: int, source: str) -> list[str]:
    names = line.split("\t")
    for index, name in enumerate(names):
        if name not in COLUMNS or name in names[:index]:
            what = "stands twice" if name in COLUMNS else f"is not one of: {', '.join(COLUMNS)}"
            raise _wrong(source, number, _column(names, index), f"The column {name!r} {what}.")
    missing = [name for name in COLUMNS if name not in names and name not in _OPTIONAL]
    if missing:
        raise _wrong(source, number, 1, f"The column {missing[0]!r} is missing.")
    return names


@dataclass(frozen=True)
class _Row:
    """A row as it was read, for judging it cell by cell."""

    source: str
    line: int
    names: list[str]
    texts: list[str]
    prefixes: Mapping[str, str]

    def link(self) -> Link:
        if len(self.texts) != len(self.names):
            detail = f"The row has {len(self.texts)} cells; the columns are {len(self.names)}."
            raise _wrong(self.source, self.line, 1, detail)
        self._require_text()
        cell = dict.fromkeys(_OPTIONAL, "") | dict(zip(self.names, self.texts, strict=True))
        for name in ("subject_id", "object_id"):
            self._require_curie(name, cell[name])
        is_rejected, item = bool(cell["predicate_modifier"]), cell["object_id"]
        self._require_relation(cell["predicate_id"])
        if cell["predicate_modifier"] not in ("", REJECTED):
            raise self._wrong("predicate_modifier", f"A modifier is {REJECTED}, or there is none.")
        self._require_found(item, cell["predicate_id"], is_rejected=is_rejected)
        self._require_decision(cell)
        return Link(
            subject=cell["subject_id"],
            subject_label=cell["subject_label"],
            relation=cell["predicate_id"].removeprefix("skos:"),
            item=item,
            item_label=cell["object_label"],
            justification=cell["mapping_justification"],
            confidence=cell["confidence"],
            author=cell["author_label"],
            date=cell["mapping_date"],
            comment=cell["comment"],
            tool=cell["mapping_tool"],
            is_rejected=is_rejected,
            line=self.line,
        )

    def _require_text(self) -> None:
        for name, text in zip(self.names, self.texts, strict=True):
            if text != text.strip() or not text.isprintable():
                raise self._wrong(name, "A cell has no white space around it and no unprintable characters.")

    def _require_curie(self, name: str, text: str) -> None:
        match = _CURIE.fullmatch(text)
        if match is None or match["prefix"] not in self.prefixes:
            known = ", ".join(sorted(self.prefixes))
            raise self._wrong(name, f"{text!r} is no name with a prefix of the head. Prefixes are: {known}.")
        try:
            NamedNode(self.prefixes[match["prefix"]] + match["local"])
        except ValueError:
            raise self._wrong(name, f"{text!r} makes no IRI.") from None

    def _require_relation(self, text: str) -> None:
        if text not in {f"skos:{relation}" for relation in RELATIONS}:
            known = ", ".join(f"skos:{relation}" for relation in RELATIONS)
            raise self._wrong("predicate_id", f"{text!r} is no mapping relation. Use one of: {known}.")

    def _require_found(self, item: str, relation: str, *, is_rejected: bool) -> None:
        if item.startswith("sssom:") and item != NO_TERM_FOUND:
            raise self._wrong("object_id", f"{item!r} is unknown. Where nothing was found: {NO_TERM_FOUND}.")
        if item == NO_TERM_FOUND and (relation != "skos:exactMatch" or is_rejected):
            raise self._wrong("object_id", f"{NO_TERM_FOUND} stands with skos:exactMatch, not modified.")

    def _require_decision(self, cell: Mapping[str, str]) -> None:
        for name in ("subject_label", "author_label"):
            if not cell[name]:
                raise self._wrong(name, f"The cell {name} is empty. Every row says it.")
        is_found = cell["object_id"] != NO_TERM_FOUND
        if is_found is not bool(cell["object_label"]):
            raise self._wrong("object_label", "An item has a label; where none was found there is none.")
        if is_found is not bool(cell["confidence"]) or (
            is_found and not _CONFIDENCE.fullmatch(cell["confidence"])
        ):
            raise self._wrong("confidence", "Confidence is a number from 0 to 1; without an item none.")
        if cell["mapping_justification"] not in DECISIONS:
            raise self._wrong(
                "mapping_justification",
                f"A person decides on a mapping: {' or '.join(DECISIONS)}. A proposal is kept apart.",
            )
        if not _is_day(cell["mapping_date"]):
            raise self._wrong("mapping_date", "The date is not a day of the form 2026-02-28.")

    def _wrong(self, name: str, detail: str) -> InputError:
        index = self.names.index(name) if name in self.names else 0
        return _wrong(self.source, self.line, _column(self.texts, index), detail)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _column(texts: list[str], index: int) -> int:
    return sum(len(text) + 1 for text in texts[:index]) + 1


def _numbered(item: str) -> str:
    prefix, _, local = item.partition(":")
    number = local[1:]
    return f"{prefix}:{local[:1]}{number.zfill(20)}" if number.isdecimal() else item


def _wrong(source: str, line: int, column: int, detail: str) -> InputError:
    return InputError(detail, location=Location(source, line, column))
