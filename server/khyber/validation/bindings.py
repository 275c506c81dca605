"""Candidates for the variables of patterns: a superset of what any solution binds, found the cheapest way.

A node with a hundred thousand incoming links is not expanded where another pattern leads to the same
variable by three: the ways are walked in turn, and the first that comes to its end is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from khyber.rdf.terms import Term
from khyber.validation.paths import Link, Lookups, ends, inverse
from khyber.validation.query_paths import Pattern

Candidates = dict[str, set[Term]]
"""Variable → the terms that it can stand for."""


def bound(
    patterns: Sequence[Pattern], known: Mapping[str, set[Term]], graph: Lookups, wanted: Iterable[str]
) -> Candidates | None:
    """Extend ``known`` to the ``wanted`` variables; None where the patterns cannot all be matched.

    Every wanted variable must be joined to a known one by the patterns.
    """
    found: Candidates = {name: set(terms) for name, terms in known.items()}
    if not all(found.values()):
        return None
    missing = set(wanted) - found.keys()
    while missing:
        name, terms = _shortest(list(_ways(patterns, found, graph)))
        fitting = {term for term in terms if _fits(name, term, patterns, found, graph)}
        if not fitting:
            return None
        found[name] = fitting
        missing.discard(name)
    return found


def _ways(
    patterns: Sequence[Pattern], found: Candidates, graph: Lookups
) -> Iterator[tuple[str, Iterator[Term]]]:
    """Yield each variable that a pattern joins to what is found, with the terms it leads to."""
    for pattern in patterns:
        starts, stops = _terms(pattern.subject, found), _terms(pattern.value, found)
        if starts is not None and stops is None and isinstance(pattern.value, str):
            yield pattern.value, ends(pattern.path, starts, graph)
        elif stops is not None and starts is None and isinstance(pattern.subject, str):
            yield pattern.subject, ends(inverse(pattern.path), stops, graph)


def _terms(end: str | Term, found: Candidates) -> set[Term] | None:
    return found.get(end) if isinstance(end, str) else {end}


def _shortest(ways: list[tuple[str, Iterator[Term]]]) -> tuple[str, set[Term]]:
    """Walk all ways in turn, and give the variable and the terms of the first that ends."""
    walked: list[set[Term]] = [set() for _ in ways]
    while True:
        for (name, terms), seen in zip(ways, walked, strict=True):
            term = next(terms, None)
            if term is None:
                return name, seen
            seen.add(term)


def _fits(name: str, term: Term, patterns: Sequence[Pattern], found: Candidates, graph: Lookups) -> bool:
    """Tell whether the term has the links that patterns ask of it to what is found already."""
    for pattern in patterns:
        if pattern.subject == name and isinstance(pattern.path, Link) and not pattern.path.inverse:
            stops = _terms(pattern.value, found)
            if stops is not None and stops.isdisjoint(graph.objects(term, pattern.path.predicate)):
                return False
    return True
