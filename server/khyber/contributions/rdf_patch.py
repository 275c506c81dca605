"""An RDF Patch as a contributor gives it: the triples that its rows add and remove, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pyoxigraph import DefaultGraph, Quad, RdfFormat, Triple

from khyber.contributions.document import TextOrigin
from khyber.errors import InputError, Location, RdfSyntaxError
from khyber.rdf.reading import parse

_ROW = re.compile(r"[^\n]*\n?")
_MARK = re.compile(
    r"[ \t]*(?:(?P<change>[AD])(?=[ \t])|(?P<control>TA|TC|TX|PA|PD|H)(?=[ \t.\r\n]|\Z)|#|\r?\n?\Z)"
)


@dataclass(frozen=True)
class PatchDocument:
    """What a patch adds and removes in the end; the origin counts removals after additions."""

    added: tuple[Triple, ...]
    removed: tuple[Triple, ...]
    origin: TextOrigin


def read_patch(text: str, source: str) -> PatchDocument:
    """Read the rows of an RDF Patch in their order; a transaction that is aborted (TA) has no effect.

    Rows name no graph; a triple that is added and removed again is as if it had not been named. Prefixes in
    rows are not known. Raises RdfSyntaxError with line and column, InputError for a row with a graph.
    """
    marks, rows = _split(text, source)
    statements = "".join(rows)
    quads = parse(statements.encode(), format=RdfFormat.N_QUADS, source=source)
    everywhere = TextOrigin(source, statements, len(quads))
    changes = [mark for mark in marks if mark in "AD"]
    if len(quads) != len(changes):
        raise RdfSyntaxError(
            "A row holds two statements, or none.",
            location=Location(source),
            remedy="Write one statement a row: A or D, then subject, predicate, object and a '.'.",
        )
    _require_no_graph(quads, everywhere)
    added, removed = _net(marks, quads)
    numbers = tuple(added.values()) + tuple(removed.values())
    return PatchDocument(tuple(added), tuple(removed), TextOrigin(source, statements, len(quads), numbers))


def _split(text: str, source: str) -> tuple[list[str], list[str]]:
    """Give the mark of each row that has one, and the rows with all but their statements blanked out.

    So a statement of the second stands at the same line and column as in the text.
    """
    marks: list[str] = []
    rows: list[str] = []
    for number, row in enumerate(_ROW.findall(text), 1):
        match = _MARK.match(row)
        if match is None:
            raise RdfSyntaxError(
                "This is no row of an RDF Patch.",
                location=Location(source, number, 1),
                remedy="A row begins with A (add), D (delete), H, TX, TC or TA; terms are as in N-Quads.",
            )
        change = match["change"]
        if change or match["control"] in ("TA", "TC"):
            marks.append(change or match["control"])
        rows.append(" " * match.end() + row[match.end() :] if change else "\n" * row.endswith("\n"))
    return marks, rows


def _require_no_graph(quads: list[Quad], origin: TextOrigin) -> None:
    for number, quad in enumerate(quads):
        if not isinstance(quad.graph_name, DefaultGraph):
            raise InputError(
                f"A row names the graph {quad.graph_name}; a contribution names no graph.",
                location=origin.subject(number),
                remedy="Leave the graph out: a removal takes the triple out of every graph that asserts it.",
            )


def _net(marks: list[str], quads: list[Quad]) -> tuple[dict[Triple, int], dict[Triple, int]]:
    """Follow the rows and give what remains of them: triple → the number of its statement."""
    done: dict[Triple, tuple[str, int]] = {}
    current: dict[Triple, tuple[str, int]] = {}
    numbers = iter(range(len(quads)))
    for mark in marks:
        if mark == "TA":
            current = {}
        elif mark == "TC":
            done, current = _then(done, current), {}
        else:
            number = next(numbers)
            current = _then(current, {quads[number].triple: (mark, number)})
    done = _then(done, current)
    added = {triple: number for triple, (mark, number) in done.items() if mark == "A"}
    removed = {triple: number for triple, (mark, number) in done.items() if mark == "D"}
    return added, removed


def _then(
    earlier: dict[Triple, tuple[str, int]], later: dict[Triple, tuple[str, int]]
) -> dict[Triple, tuple[str, int]]:
    """Let ``earlier`` be followed by ``later``, in place: what is done and undone is left out."""
    for triple, change in later.items():
        before = earlier.pop(triple, None)
        if before is None or before[0] == change[0]:
            earlier[triple] = change
    return earlier
