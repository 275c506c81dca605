"""What an example query is expected to answer: read from a TOML file written by hand from the report."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from khyber.rdf.namespaces import PREFIXES

Answer = bool | list[tuple[str, ...]]
"""A truth value, or rows (of solutions or of triples) in no order, terms in their short form."""


@dataclass(frozen=True)
class Change:
    """A change to the curated graph that matters, and the answer that follows from it.

    ``graphs`` are named graphs that come besides, such as ``contribution/1``, without their namespace.
    """

    why: str
    remove: tuple[ox.Triple, ...]
    add: tuple[ox.Triple, ...]
    graphs: Mapping[str, tuple[ox.Triple, ...]]
    answer: Answer


@dataclass(frozen=True)
class Expectation:
    """The answer of a query, the sentences of the report that it rests on, and what would change it."""

    name: str
    sentences: tuple[int, ...]
    columns: tuple[str, ...]
    answer: Answer
    changes: tuple[Change, ...]


def read_expectation(path: Path) -> Expectation:
    """Read the expectation of the query of the same name."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return Expectation(
        name=path.stem,
        sentences=tuple(content["sentences"]),
        columns=tuple(content.get("columns", ())),
        answer=_answer(content),
        changes=tuple(
            Change(
                change["why"],
                _triples(change.get("remove", "")),
                _triples(change.get("add", "")),
                {graph: _triples(turtle) for graph, turtle in change.get("graphs", {}).items()},
                _answer(change),
            )
            for change in content["change"]
        ),
    )


def short(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None) -> str:
    """Write a term in its short form: prefixed name, lexical form of a literal, nothing if unbound."""
    if term is None:
        return ""
    if isinstance(term, ox.NamedNode):
        matches = [(len(iri), prefix) for prefix, iri in PREFIXES.items() if term.value.startswith(iri)]
        if matches:
            length, prefix = max(matches)
            return f"{prefix}:{term.value[length:]}"
        return f"<{term.value}>"
    return str(term) if isinstance(term, ox.Triple) else term.value


def rows(solutions: Iterable[Iterable[str]]) -> list[tuple[str, ...]]:
    """Bring rows into an order of their own, so that two answers compare as multisets."""
    return sorted(tuple(row) for row in solutions)


def _answer(content: dict[str, object]) -> Answer:
    for key in ("rows", "triples"):
        value = content.get(key)
        if isinstance(value, list):
            return rows(value)
    answer = content["answer"]
    assert isinstance(answer, bool)
    return answer


def _triples(turtle: str) -> tuple[ox.Triple, ...]:
    prefixes = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
    return tuple(quad.triple for quad in ox.parse(prefixes + turtle, format=ox.RdfFormat.TURTLE))
