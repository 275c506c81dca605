"""Versions: their names, the way from one to another, and what changed between two."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad

from khyber.contributions.published import asserts
from khyber.errors import UsageError
from khyber.rdf.delta import Delta
from khyber.rdf.namespaces import RDF
from khyber.release.sources import INFERRED_GRAPH

_NAME = re.compile(r"(?P<sequence>[0-9]{1,18})(?:-(?P<id>[0-9a-f]{16}))?")
_TYPE = NamedNode(RDF + "type")


@dataclass(frozen=True)
class VersionName:
    """What a person calls a version by: its sequence number, and the id of its content if they give it."""

    sequence: int
    id: str | None = None

    @classmethod
    def read(cls, text: str) -> VersionName:
        """Read ``12`` or ``12-8c7d1a631d44d2b4``; raise UsageError for anything else."""
        match = _NAME.fullmatch(text)
        if match is None:
            raise UsageError(
                f"{text!r} is no name of a version.",
                remedy="Give its number, such as 12, or its name, such as 12-8c7d1a631d44d2b4.",
            )
        return cls(int(match["sequence"]), match["id"])


@dataclass(frozen=True)
class Change:
    """What changed, counted: quads by graph, asserted triples, conclusions; and the nodes it is about.

    ``by_graph`` gives for each named graph how many triples came and how many went. ``new`` nodes got a
    class that somebody asserts, ``gone`` ones lost one; ``changed`` are the other subjects of what was
    asserted or taken back. All are IRIs, sorted.
    """

    by_graph: dict[str, tuple[int, int]]
    asserted: tuple[int, int]
    inferred: tuple[int, int]
    new: tuple[str, ...]
    gone: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def text(self) -> str:
        """Say it in a line: ``5 triples added, 1 removed; 1 new node``."""
        plus, minus = self.asserted
        parts = [f"{_counted(plus, 'triple')} added"] if plus else []
        if minus:
            parts.append(f"{minus} removed" if plus else f"{_counted(minus, 'triple')} removed")
        nodes = [f"{_counted(len(each), f'{word} node')}" for each, word in self._nodes if each]
        return "; ".join(", ".join(each) for each in (parts, nodes) if each) or "nothing"

    @property
    def _nodes(self) -> tuple[tuple[tuple[str, ...], str], ...]:
        return (self.new, "new"), (self.gone, "lost")


def composed(deltas: Iterable[Delta]) -> Delta:
    """Give the one delta that does what all do, one after the other, oldest first."""
    signs: dict[Quad, int] = {}
    for delta in deltas:
        for sign, quads in ((-1, delta.removed), (1, delta.added)):
            for quad in quads:
                if signs.get(quad) == -sign:
                    del signs[quad]
                else:
                    signs[quad] = sign
    return Delta.of(
        (quad for quad, sign in signs.items() if sign > 0),
        (quad for quad, sign in signs.items() if sign < 0),
    )


def back(deltas: Iterable[Delta]) -> Delta:
    """Give the way back from the head to a version, from the deltas of all that followed, oldest first."""
    return composed(deltas).inverse


def what_changed(delta: Delta) -> Change:
    """Count and name what a delta changes."""
    by_graph: dict[str, tuple[int, int]] = {}
    for place, quads in enumerate((delta.added, delta.removed)):
        for quad in quads:
            plus, minus = by_graph.get(_graph(quad), (0, 0))
            by_graph[_graph(quad)] = (plus + (place == 0), minus + (place == 1))
    data = {graph: counts for graph, counts in by_graph.items() if asserts(graph)}
    new, gone = _classed(delta.added), _classed(delta.removed)
    subjects = {
        quad.subject.value
        for quad in (*delta.added, *delta.removed)
        if asserts(_graph(quad)) and isinstance(quad.subject, NamedNode)
    }
    return Change(
        by_graph=dict(sorted(by_graph.items())),
        asserted=(sum(plus for plus, _ in data.values()), sum(minus for _, minus in data.values())),
        inferred=by_graph.get(INFERRED_GRAPH, (0, 0)),
        new=tuple(sorted(new - gone)),
        gone=tuple(sorted(gone - new)),
        changed=tuple(sorted(subjects - (new ^ gone))),
    )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _classed(quads: Iterable[Quad]) -> set[str]:
    return {
        quad.subject.value
        for quad in quads
        if quad.predicate == _TYPE and asserts(_graph(quad)) and isinstance(quad.subject, NamedNode)
    }


def _graph(quad: Quad) -> str:
    return quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""
