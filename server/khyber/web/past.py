"""Older versions of the published graph: which one a request asks for, and answers from it.

An engine holds the newest version. An older one is reached by undoing what came since, in a process that is
thrown away; the ways back are worked out by the office, and kept for the next who asks for the same version.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import cast

from khyber.contributions.door import Door
from khyber.contributions.records import Version
from khyber.contributions.versions import VersionName
from khyber.engine.base import (
    COUNT,
    COUNT_BY_GRAPH,
    Engine,
    Limits,
    Query,
    Result,
    ResultFormat,
    VersionedEngine,
)
from khyber.errors import NotFound, TooBusy
from khyber.rdf.delta import Delta
from khyber.sparql.selection import number, select, value
from khyber.web.about import served

TRIES = 5
"""How often a query is asked again because a version was published while it ran."""

QUADS_KEPT = 200_000
"""How many quads all the ways back that are kept may have together; the longest unused one goes first."""

_OVERHEAD = 1000
"""As how many quads a way back counts that is empty, so that there are not too many."""

LOOKED_THROUGH = 1000
"""How many versions back one is found by its id alone; by its number any is."""

NAMES_KEPT = 1000
"""How many names of versions are kept with what is known of those."""

_NUMBER = re.compile(r"[0-9]{1,18}")
_ID = re.compile(r"[0-9a-f]{16}")


class Past:
    """The ways back to older versions, each from one newest version; for any number of threads."""

    def __init__(self, door: Door, most: int) -> None:
        """Go at most ``most`` versions back."""
        self.most = most
        self._door = door
        self._deltas: OrderedDict[tuple[str, int], Delta] = OrderedDict()
        self._versions: OrderedDict[str, Version] = OrderedDict()
        self._ids: dict[str, int] = {}
        self._lock = Lock()
        self._redactions = 0

    @property
    def redactions(self) -> int:
        """Count how often something was taken out of older versions since the start."""
        return self._redactions

    def version(self, text: str) -> Version | None:
        """Give the version that is named by its number, its id or both; None if there is none."""
        with self._lock:
            known = self._versions.get(text)
        if known is None:
            known = self._looked_up(text)
            with self._lock:
                if known is not None:
                    self._versions[text] = known
                while len(self._versions) > NAMES_KEPT:
                    self._versions.popitem(last=False)
        return known

    def way_back(self, head: str, sequence: int) -> Delta | None:
        """Give what leads from the version ``head`` to an older one; None if ``head`` is not the newest."""
        with self._lock:
            kept = self._deltas.get((head, sequence))
            if kept is not None:
                self._deltas.move_to_end((head, sequence))
                return kept
            redactions = self._redactions
        way = self._door.way_back(sequence)
        if way.head != head:
            return None
        with self._lock:
            if redactions == self._redactions:
                self._keep((head, sequence), way.step.delta)
        return way.step.delta

    def forget(self) -> None:
        """Forget all ways back, because something was taken out of older versions."""
        with self._lock:
            self._redactions += 1
            self._deltas.clear()
            self._versions.clear()

    def _looked_up(self, text: str) -> Version | None:
        sequence = text.partition("-")[0]
        if _NUMBER.fullmatch(sequence):
            try:
                found = self._door.version(int(sequence))
            except NotFound:
                found = None
            if found is not None and text in (sequence, found.name):
                return found
        if _ID.fullmatch(text):
            found_by_id = self._by_id(text)
            return None if found_by_id is None else self._door.version(found_by_id)
        return None

    def _by_id(self, text: str) -> int | None:
        """Give the number of the newest version with an id; only what is not known yet is asked for."""
        newest = self._door.versions(limit=1)[0].sequence
        unknown = newest - max(self._ids.values(), default=0)
        if unknown > 0:
            listed = self._door.versions(limit=min(unknown, LOOKED_THROUGH))
            with self._lock:
                self._ids.update({each.id: each.sequence for each in reversed(listed)})
        return self._ids.get(text)

    def _keep(self, key: tuple[str, int], delta: Delta) -> None:
        self._deltas[key] = delta
        while sum(map(_size, self._deltas.values())) > QUADS_KEPT:
            self._deltas.popitem(last=False)


@dataclass(frozen=True)
class VersionEngine:
    """An engine that answers from one version of the published graph, whatever is published meanwhile."""

    engine: VersionedEngine
    past: Past
    told: Version

    def answer(
        self, query: Query, result_format: ResultFormat, *, limits: Limits | None = None, client: str = ""
    ) -> Result:
        """Give the result of a query on this version; see Engine.answer.

        Raises TooBusy where others publish all the time.
        """
        for _ in range(TRIES):
            head = self.engine.version()
            undo = None
            if head != self.told.name:
                undo = self.past.way_back(head, self.told.sequence)
                if undo is None:
                    continue
            result = self.engine.answer(query, result_format, limits=limits, client=client, undo=undo)
            if self.engine.version() == head:
                return result
            result.close()
        raise TooBusy(
            f"Others published {TRIES} versions while this was answered.",
            remedy="Ask again.",
            retry_after=1,
        )

    def size(self) -> int:
        """Give the number of triples in the default graph."""
        return number(next(select(self, COUNT)), "count")

    def graphs(self) -> Mapping[str, int]:
        """Give the number of triples of each named graph."""
        rows = select(self, COUNT_BY_GRAPH)
        return dict(sorted((value(row, "graph"), number(row, "count")) for row in rows))

    def version(self) -> str:
        """Name the state of the dataset: redactions change older versions, which keep their names."""
        return f"{self.told.name} after {self.past.redactions} redactions"


@dataclass(frozen=True)
class Asked:
    """The version that a request asks for: its name, and what answers from it, always the same."""

    name: str
    engine: Engine


def asked(text: str | None, *, however_far: bool = False) -> Asked | None:
    """Give the version that a request asks for with ``text``, its number, its id or both; None without.

    Raises NotFound for one that is not there, or further back than the server goes for a query.
    """
    if text is None:
        return None
    about = served()
    head = about.release or about.engine.version()
    if about.past is None:
        if text != head:
            raise _not_served(text, head)
        return Asked(head, about.engine)
    found = about.past.version(text)
    if found is None:
        raise _not_served(text, head)
    back = VersionName.read(head).sequence - found.sequence
    if back > about.past.most and not however_far:
        raise NotFound(
            f"Version {found.name} is {back} versions back, and queries go no more than {about.past.most}.",
            remedy=f"Export it, by khyber export --version {found.sequence} or /export?version="
            f"{found.sequence}, and ask a server of your own.",
        )
    return Asked(found.name, VersionEngine(cast("VersionedEngine", about.engine), about.past, found))


def _not_served(text: str, head: str) -> NotFound:
    return NotFound(
        f"The version {text} is not served here.", remedy=f"The version that is served is {head}."
    )


def forget_the_past() -> None:
    """Let no answer from older versions be given again, because something was taken out of them."""
    past = served().past
    if past is not None:
        past.forget()


def _size(delta: Delta) -> int:
    return len(delta.added) + len(delta.removed) + _OVERHEAD
