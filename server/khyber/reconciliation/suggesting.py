"""Suggestions while somebody types: nodes, classes and properties whose names begin like what was typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from khyber.engine.base import Engine
from khyber.reconciliation.asking import NameQuery
from khyber.reconciliation.catalogue import CODES, Entity, Term, term_id
from khyber.reconciliation.index import Index
from khyber.reconciliation.matching import answer_batch
from khyber.reconciliation.spelling import plain

AT_ONCE = 20
"""How many suggestions are given at a time; ``cursor`` asks for those behind."""

MOST = 1000
"""How far a cursor may lead."""


def entities(
    engine: Engine, index: Index, prefix: str, *, types: tuple[str, ...] = (), cursor: int = 0
) -> tuple[Entity, ...]:
    """Suggest nodes: the one with that id, those whose names begin so, then those with names like it."""
    found = dict.fromkeys(_entities(engine, index, prefix, types))
    return tuple(found)[cursor : cursor + AT_ONCE]


def _entities(engine: Engine, index: Index, prefix: str, types: tuple[str, ...]) -> Iterator[Entity]:
    def is_wanted(entity: Entity) -> bool:
        return not types or not set(types).isdisjoint(entity.types)

    named = index.catalogue.entity(prefix)
    if named is not None and is_wanted(named):
        yield named
    typed = plain(prefix)
    if not typed:
        return
    held = index.beginning_with(typed, MOST)
    # Who looks for things is shown codes last.
    for codes in (False, True):
        for own in held:
            entity = index.catalogue.entities[own]
            if is_wanted(entity) and (CODES in entity.types) is codes:
                yield entity
    query = NameQuery(prefix[:200], types, limit=AT_ONCE)
    for candidate in answer_batch(engine, index, {"": query})[""]:
        yield candidate.entity


def terms(known: Mapping[str, Term], prefix: str, *, cursor: int = 0) -> tuple[Term, ...]:
    """Suggest classes or properties: that with the id, then by the beginning of the label, then others."""
    typed, told = plain(prefix), term_id(prefix)
    found: dict[str, Term] = {}
    if told in known:
        found[told] = known[told]
    if typed or not prefix.strip():
        ranked = sorted(known.values(), key=lambda term: (term.label.casefold(), term.id))
        for matches in (_begins, _has_word, _holds):
            found |= {term.id: term for term in ranked if matches(term, typed)}
    return tuple(found.values())[cursor : cursor + AT_ONCE]


def _begins(term: Term, typed: str) -> bool:
    return plain(term.label).startswith(typed) or term.id.casefold().startswith(typed)


def _has_word(term: Term, typed: str) -> bool:
    return f" {typed}" in f" {plain(term.label)}"


def _holds(term: Term, typed: str) -> bool:
    return typed in plain(term.label) or typed in term.id.casefold()
