"""Reading what is asked: batches of queries as they are sent, each checked before any is answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from typing import Literal as OneOf

from khyber.errors import InputError, PayloadTooLarge
from khyber.reconciliation.catalogue import term_id

BATCH_SIZE = 50
"""How many queries one request may hold."""

MOST_CANDIDATES = 50
FEW = 5
"""How many candidates a query gets that does not say."""

MOST_CONSTRAINTS = 20
MOST_VALUES = 20

Strictness = OneOf["any", "all", "should"]


@dataclass(frozen=True)
class Wanted:
    """A value that a property is asked to have: a node by its id, or what stands in a cell."""

    text: str
    id: str = ""


@dataclass(frozen=True)
class Constraint:
    """A property that a candidate is asked to have with one of these values."""

    property: str
    values: tuple[Wanted, ...]


@dataclass(frozen=True)
class NameQuery:
    """One query of a batch: a name, the classes wanted, how strictly, how many candidates, properties.

    An empty ``name`` asks by the properties alone.
    """

    name: str
    types: tuple[str, ...] = ()
    strictness: Strictness = "any"
    limit: int = FEW
    properties: tuple[Constraint, ...] = ()


def read_batch(text: str) -> dict[str, NameQuery]:
    """Read the queries of a batch by their keys; raise InputError, or PayloadTooLarge for too many."""
    batch = read_object(text, "queries")
    if len(batch) > BATCH_SIZE:
        raise PayloadTooLarge(
            f"The batch holds {len(batch)} queries; it may hold {BATCH_SIZE}.",
            remedy="Send them in batches; the manifest tells the size as batchSize.",
        )
    return {key: _query(key, told) for key, told in batch.items()}


def read_object(text: str, parameter: str) -> dict[str, Any]:
    """Read a JSON object from a parameter; raise InputError if it is none."""
    try:
        found = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        at = f" at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        raise InputError(f"The parameter {parameter} is not well-formed JSON{at}.") from None
    if not isinstance(found, dict):
        raise InputError(f"The parameter {parameter} is not a JSON object.")
    _require_characters(text, parameter, found)
    return found


def _require_characters(text: str, parameter: str, found: object) -> None:
    r"""Refuse halves of characters (``\ud83d`` alone), which JSON can write and nothing else can."""
    if "\\ud" not in text.lower():
        return
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InputError(f"The parameter {parameter} holds half of a character.") from None


def _no_number(name: str) -> float:
    raise ValueError(name)


def _query(key: str, told: object) -> NameQuery:
    if not isinstance(told, dict):
        raise _wrong(key, "it is not an object")
    name = told.get("query", "")
    if not isinstance(name, str):
        raise _wrong(key, "query is not a text")
    properties = _constraints(key, told.get("properties"))
    if not name.strip() and not properties:
        raise _wrong(key, "it has neither a query nor properties")
    types = _types(key, told.get("type"))
    return NameQuery(name.strip(), types, _strictness(key, told), _limit(key, told), properties)


def _strictness(key: str, told: Mapping[str, object]) -> Strictness:
    match told.get("type_strict"):
        case None | "" | "any":
            return "any"
        case "all":
            return "all"
        case "should":
            return "should"
        case _:
            raise _wrong(key, "type_strict is none of any, all and should")


def _types(key: str, told: object) -> tuple[str, ...]:
    named = [told] if isinstance(told, (str, Mapping)) else told or []
    if not isinstance(named, list):
        raise _wrong(key, "type is neither a text nor a list of texts")
    # Some clients send a type as the object that the manifest or a candidate gave them.
    ids = [found.get("id") if isinstance(found, Mapping) else found for found in named]
    texts = [found for found in ids if isinstance(found, str)]
    if len(texts) != len(ids):
        raise _wrong(key, "type is neither a text nor a list of texts")
    return tuple(dict.fromkeys(term_id(text) for text in texts if text.strip()))


def _limit(key: str, told: Mapping[str, object]) -> int:
    limit = told.get("limit")
    if limit is None:
        return FEW
    if isinstance(limit, bool) or not isinstance(limit, (int, float)) or limit < 1 or limit % 1:
        raise _wrong(key, "limit is not a whole number above 0")
    return int(min(limit, MOST_CANDIDATES))


def _constraints(key: str, told: object) -> tuple[Constraint, ...]:
    if told is None:
        return ()
    if not isinstance(told, list):
        raise _wrong(key, "properties is not a list")
    if len(told) > MOST_CONSTRAINTS:
        raise _wrong(key, f"it has {len(told)} properties, and may have {MOST_CONSTRAINTS}")
    found = []
    for constraint in told:
        if not isinstance(constraint, dict) or not isinstance(constraint.get("pid"), str):
            raise _wrong(key, "one of its properties has no pid")
        if "v" not in constraint:
            raise _wrong(key, f"the property {constraint['pid']} has no v")
        values = constraint["v"] if isinstance(constraint["v"], list) else [constraint["v"]]
        wanted = tuple(_wanted(key, value) for value in values[:MOST_VALUES])
        if any(value.text or value.id for value in wanted):
            found.append(Constraint(term_id(constraint["pid"]), wanted))
    return tuple(found)


def _wanted(key: str, told: Any) -> Wanted:
    match told:
        case bool():
            return Wanted("true" if told else "false")
        case str():
            return Wanted(told.strip())
        case int() | float():
            return Wanted(f"{told:g}" if isinstance(told, float) else str(told))
        case {"id": str(own)}:
            name = told.get("name")
            return Wanted(name if isinstance(name, str) else "", own)
        case _:
            raise _wrong(key, "the value of a property is neither a text, a number nor an object with an id")


def _wrong(key: str, what: str) -> InputError:
    return InputError(f"The query {key[:40]!r} cannot be read: {what}.")
