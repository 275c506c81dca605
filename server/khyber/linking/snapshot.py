"""What Wikidata said of some entities, in a file: for looking links up without a network.

The file is JSON: ``fetched``, when it was asked, and ``entities``, as ``wbgetentities`` gives them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from khyber.errors import InputError, Location
from khyber.linking.answers import Answer
from khyber.linking.entities import Entity, NotAnEntity, read_entity
from khyber.rdf.reading import decoded, read_bytes, shown


class Records(Protocol):
    """Where what is said of entities comes from, with the time."""

    def records(self, ids: Iterable[str]) -> dict[str, Answer]:
        """Give what is said of entities, by the identifiers that were asked for."""


class Recorder:
    """Looks entities up elsewhere, and keeps what was said of them for a file."""

    def __init__(self, source: Records) -> None:
        self._source = source
        self.kept: dict[str, Answer] = {}

    def entities(self, ids: Iterable[str]) -> dict[str, Entity]:
        """Give the entities. Raises what the source raises, and NotAnEntity."""
        found = self._source.records(ids)
        self.kept.update(found)
        return {each: read_entity(each, answer.content, answer.fetched) for each, answer in found.items()}


class Snapshot:
    """The entities of a file, and when they were asked for."""

    def __init__(self, records: Mapping[str, Any], fetched: datetime, source: str) -> None:
        self._records = records
        self._source = source
        self.fetched = fetched

    def entities(self, ids: Iterable[str]) -> dict[str, Entity]:
        """Give the entities that the file has. Raises InputError for one that is none."""
        try:
            return {
                each: read_entity(each, self._records[each], self.fetched)
                for each in ids
                if each in self._records
            }
        except NotAnEntity as error:
            raise InputError(f"In the file {error}.", location=Location(self._source)) from None


def read_snapshot(path: Path) -> Snapshot:
    """Read a file that :func:`write_snapshot` wrote; raise FileUnreadable or InputError."""
    source = shown(path)
    try:
        content = json.loads(decoded(read_bytes(path), path))
    except json.JSONDecodeError as error:
        raise InputError(
            f"The file is no JSON: {error.msg}.", location=Location(source, error.lineno, error.colno)
        ) from None
    entities = content.get("entities") if isinstance(content, dict) else None
    if not isinstance(entities, dict):
        raise InputError("The file holds no 'entities'.", location=Location(source))
    try:
        fetched = datetime.fromisoformat(str(content.get("fetched")))
    except ValueError:
        raise InputError(
            "The file does not say when it was 'fetched', as 2026-11-22T10:00:00+00:00.",
            location=Location(source),
        ) from None
    return Snapshot(entities, fetched, source)


def write_snapshot(records: Mapping[str, Answer]) -> str:
    """Give the text of a file for some entities; it bears the time of the oldest of them."""
    fetched = min(answer.fetched for answer in records.values())
    entities = {each: records[each].content for each in sorted(records)}
    content = {"fetched": fetched.isoformat(), "entities": entities}
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
