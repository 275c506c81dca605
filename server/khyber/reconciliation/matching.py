"""Answering queries for names: candidates with their scores, and a match where there is a clear winner."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pyoxigraph import Literal, NamedNode

from khyber.engine.base import Engine
from khyber.rdf.namespaces import ID, WIKIDATA_ENTITY
from khyber.rdf.terms import Term
from khyber.reconciliation.asking import Constraint, NameQuery, Wanted
from khyber.reconciliation.catalogue import CODES, Entity, entity_id
from khyber.reconciliation.index import Index
from khyber.reconciliation.scoring import EXACT, Asked, Score, found_entries, score
from khyber.reconciliation.values import Having, Values, having, values_of

MATCH = 90.0
"""The least score of a match."""

MARGIN = 5.0
"""By how much a match must be above the next candidate."""

LEAST_SCORE = 25.0

OTHER_TYPE = 0.5
"""What is left of the score of a node of another class, where the class is only wished for."""

PROPERTIES = 0.3
"""The part of a score that properties make up, where they are asked for and a node has them."""

AGREES = 0.9
"""From which likeness on a value is the value that is wanted."""

MOST_COMPARED = 30
"""How many candidates are compared by their properties."""

ITEM_ID = re.compile("Q[1-9][0-9]*")

NAMED = 60.0
"""The least score of a node that may be meant by the value of a property."""

MOST_HAVING = 500
"""How many nodes are looked at that have a value that is asked for, where no name is."""


@dataclass(frozen=True)
class Feature:
    """What a score is made of: ``name``, ``type``, ``properties``, each from 0 to 100."""

    id: str
    value: float


@dataclass(frozen=True)
class Candidate:
    """A node that may be meant."""

    entity: Entity
    score: float
    features: tuple[Feature, ...]
    is_certain: bool = True
    is_match: bool = False


def answer_batch(
    engine: Engine,
    index: Index,
    batch: Mapping[str, NameQuery],
    *,
    give_way: Callable[[], None] = lambda: None,
) -> dict[str, tuple[Candidate, ...]]:
    """Give the candidates of each query, the best first; raise what Engine.answer raises.

    ``give_way`` is called before each query, for others who wait for the processor.
    """
    found: dict[str, list[Candidate]] = {}
    for key, query in batch.items():
        give_way()
        found[key] = _by_name(engine, index, query)
    with_properties = {key: query for key, query in batch.items() if query.name and query.properties}
    if with_properties:
        nodes = {candidate.entity.id for key in with_properties for candidate in found[key][:MOST_COMPARED]}
        names = {constraint.property for query in with_properties.values() for constraint in query.properties}
        values = values_of(engine, nodes, names)
        for key, query in with_properties.items():
            found[key] = _ranked(
                _with_properties(index, candidate, query.properties, values)
                for candidate in found[key][:MOST_COMPARED]
            )
    return {key: _decided(found[key], batch[key].limit) for key in batch}


def _by_name(engine: Engine, index: Index, query: NameQuery) -> list[Candidate]:
    if not query.name:
        return _of_types(_by_properties(engine, index, query.properties), query)
    named = index.catalogue.entity(query.name) or _of_item(index, query.name)
    if named is not None:
        return _of_types([Candidate(named, EXACT, (Feature("id", EXACT),))], query)
    asked = Asked.of(index, query.name)
    best: dict[str, Score] = {}
    for place in found_entries(index, asked):
        entry = index.entries[place]
        found = score(index, asked, place)
        held = best.get(entry.entity)
        if found.value >= LEAST_SCORE and (held is None or found.value > held.value):
            best[entry.entity] = found
    entities = index.catalogue.entities
    return _of_types(
        (
            Candidate(entities[own], found.value, (Feature("name", found.value),), found.is_certain)
            for own, found in best.items()
        ),
        query,
    )


def _of_item(index: Index, told: str) -> Entity | None:
    text = told.strip().removeprefix(WIKIDATA_ENTITY).removeprefix("wd:")
    own = index.by_item.get(text)
    return index.catalogue.entities[own] if own else None


def _of_types(candidates: Iterable[Candidate], query: NameQuery) -> list[Candidate]:
    """Leave out, or put behind, those that are not of the classes that are wanted."""
    if not query.types:
        # Codes are looked for by who asks for codes, or by their id.
        kept = (each for each in candidates if CODES not in each.entity.types or each.features[0].id == "id")
        return _ranked(kept)
    wanted = set(query.types)
    found = []
    for candidate in candidates:
        has = wanted.intersection(candidate.entity.types)
        if has == wanted or (has and query.strictness != "all"):
            found.append(replace(candidate, features=(*candidate.features, Feature("type", EXACT))))
        elif query.strictness == "should":
            features = (*candidate.features, Feature("type", 0.0))
            lowered = candidate.score * OTHER_TYPE
            found.append(replace(candidate, score=lowered, features=features, is_certain=False))
    return _ranked(found)


def _ranked(candidates: Iterable[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=lambda candidate: (-candidate.score, candidate.entity.id))


def _decided(candidates: Sequence[Candidate], limit: int) -> tuple[Candidate, ...]:
    """Give so many of them, and say of the first whether it is a match: certain, and well above the next."""
    shown = candidates[: max(limit, 2)]
    rounded = [replace(candidate, score=round(candidate.score, 1)) for candidate in shown]
    if rounded and rounded[0].is_certain and rounded[0].score >= MATCH:
        next_score = rounded[1].score if len(rounded) > 1 else 0.0
        if rounded[0].score - next_score >= MARGIN:
            rounded[0] = replace(rounded[0], is_match=True)
    return tuple(rounded[:limit])


def _with_properties(
    index: Index, candidate: Candidate, constraints: Sequence[Constraint], values: Values
) -> Candidate:
    """Let the values of properties change a score; a node that has none of a property is not judged by it."""
    told = [
        agreement(index, constraint.values, terms)
        for constraint in constraints
        if (terms := values.get((candidate.entity.id, constraint.property)))
    ]
    if not told:
        return candidate
    mean = EXACT * sum(told) / len(told)
    return replace(
        candidate,
        score=candidate.score * (1 - PROPERTIES) + mean * PROPERTIES,
        features=(*candidate.features, Feature("properties", round(mean, 1))),
        is_certain=candidate.is_certain and all(each >= AGREES for each in told),
    )


def agreement(index: Index, wanted: Sequence[Wanted], terms: Sequence[Term]) -> float:
    """Give how well the best of the values that are wanted agrees with one that is there, from 0 to 1."""
    return max((_alike(index, value, term) for value in wanted for term in terms), default=0.0)


def _alike(index: Index, wanted: Wanted, term: Term) -> float:
    if isinstance(term, Literal):
        return float(_is_written(wanted.text, term))
    return _names(index, wanted, term.value) if isinstance(term, NamedNode) else 0.0


def _is_written(text: str, literal: Literal) -> bool:
    """Say whether a literal is what a text says: as text in any case, as a number, or as a day."""
    if text.casefold() == literal.value.casefold():
        return True
    number = _number(text)
    if number is not None and number == _number(literal.value):
        return True
    is_date = literal.datatype.value.endswith(("#date", "#dateTime"))
    return is_date and text[:10] == literal.value[:10]


def _names(index: Index, wanted: Wanted, iri: str) -> float:
    """Give how well a value names a node: by its id, or by a name that is like one of its names."""
    node = entity_id(iri) if iri.startswith(ID) else iri
    for told in filter(None, (wanted.id, wanted.text)):
        named = index.catalogue.entity(told)
        if told in (node, iri, iri.removeprefix(WIKIDATA_ENTITY)) or (named and named.id == node):
            return 1.0
    asked = Asked.of(index, wanted.text)
    return max((score(index, asked, at).value for at in index.of_entity(node)), default=0.0) / EXACT


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _by_properties(engine: Engine, index: Index, constraints: Sequence[Constraint]) -> list[Candidate]:
    """Give the nodes that have the values that are asked for; each property weighs the same."""
    wanted = {
        constraint.property: Having(
            tuple(iri for value in constraint.values for iri in _named(engine, index, value)),
            tuple(value.text for value in constraint.values if value.text),
        )
        for constraint in constraints
    }
    nodes = [own for own in having(engine, wanted, limit=MOST_HAVING) if own in index.catalogue.entities]
    values = values_of(engine, nodes, wanted)
    found = []
    for own in nodes:
        told = [agreement(index, each.values, values.get((own, each.property), ())) for each in constraints]
        mean = round(EXACT * sum(told) / len(told), 1)
        certain = all(each >= AGREES for each in told)
        features = (Feature("properties", mean),)
        found.append(Candidate(index.catalogue.entities[own], mean, features, certain))
    return found


def _named(engine: Engine, index: Index, wanted: Wanted) -> Iterable[str]:
    """Give the IRIs of the nodes that a value may name."""
    if wanted.id:
        named = index.catalogue.entity(wanted.id)
        yield ID + (named.id if named else wanted.id)
    if ITEM_ID.fullmatch(wanted.text):
        yield WIKIDATA_ENTITY + wanted.text
    elif wanted.text:
        for candidate in _by_name(engine, index, NameQuery(wanted.text)):
            if candidate.score >= NAMED:
                yield ID + candidate.entity.id
