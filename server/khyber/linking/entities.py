"""Items of Wikidata, as far as linking looks at them, read from the JSON of ``wbgetentities``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

INSTANCE_OF, SUBCLASS_OF = "P31", "P279"
_COUNTRY = ("P17", "P27", "P1001")
_BEGINNING = ("P571", "P580", "P569")
_END = ("P576", "P582")
_MOMENT = ("P585",)
_COORDINATES = "P625"
_LOOKED_AT = (INSTANCE_OF, SUBCLASS_OF, *_COUNTRY, *_BEGINNING, *_END, *_MOMENT, _COORDINATES)
_KEPT = ("id", "missing", "lastrevid", "redirects", "labels", "descriptions", "aliases")
_TIME = re.compile(r"[+](?P<year>\d{4,})-(?P<month>\d\d)-(?P<day>\d\d)T")
_PRECISE_TO_THE_DAY, _PRECISE_TO_THE_MONTH, _PRECISE_TO_THE_YEAR = 11, 10, 9


class NotAnEntity(ValueError):
    """What was answered for an entity is no entity; the message says why."""


@dataclass(frozen=True)
class Period:
    """The days between which something lies that Wikidata dates to a day, a month or a year."""

    first: date
    last: date


@dataclass(frozen=True)
class Entity:
    """An item: ``labels`` and ``aliases`` by language, some of its statements, and when it was read.

    ``asked`` is the identifier that was asked for, ``id`` that of the item; they differ for a redirect.
    """

    asked: str
    id: str
    fetched: datetime
    is_missing: bool = False
    revision: int | None = None
    labels: Mapping[str, str] | None = None
    descriptions: Mapping[str, str] | None = None
    aliases: Mapping[str, tuple[str, ...]] | None = None
    types: tuple[str, ...] = ()
    superclasses: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    beginnings: tuple[Period, ...] = ()
    ends: tuple[Period, ...] = ()
    moments: tuple[Period, ...] = ()
    coordinates: tuple[tuple[float, float], ...] = ()

    @property
    def is_redirect(self) -> bool:
        """Tell whether the item was merged into another one."""
        return self.asked != self.id

    @property
    def label(self) -> str:
        """Give the label in English or in no language, or the identifier."""
        labels = self.labels or {}
        return labels.get("en") or labels.get("mul") or next(iter(labels.values()), self.id)

    @property
    def description(self) -> str:
        """Give the description in English, or ""."""
        return (self.descriptions or {}).get("en", "")

    def names(self) -> list[str]:
        """Give labels and aliases in all languages that were asked for, each once."""
        aliases = (name for names in (self.aliases or {}).values() for name in names)
        return list(dict.fromkeys((*(self.labels or {}).values(), *aliases)))


def read_entity(asked: str, record: Any, fetched: datetime) -> Entity:
    """Read one member of ``entities``; raises NotAnEntity for what is none."""
    if not isinstance(record, dict) or not isinstance(record.get("id"), str):
        raise NotAnEntity(f"the answer about {asked} is no entity")
    if "missing" in record:
        return Entity(asked, asked, fetched, is_missing=True)
    claims = record.get("claims", {})
    if not isinstance(claims, dict):
        claims = {}  # how PHP writes an empty object
    revision = record.get("lastrevid")
    return Entity(
        asked=asked,
        id=record["id"],
        fetched=fetched,
        revision=revision if isinstance(revision, int) else None,
        labels=_by_language(record.get("labels")),
        descriptions=_by_language(record.get("descriptions")),
        aliases=_all_by_language(record.get("aliases")),
        types=tuple(_items(claims, (INSTANCE_OF,))),
        superclasses=tuple(_items(claims, (SUBCLASS_OF,))),
        countries=tuple(_items(claims, _COUNTRY)),
        beginnings=tuple(_periods(claims, _BEGINNING)),
        ends=tuple(_periods(claims, _END)),
        moments=tuple(_periods(claims, _MOMENT)),
        coordinates=tuple(_points(claims)),
    )


def slim(record: Any) -> Any:
    """Leave out of a member of ``entities`` what is not looked at; an item of a state is a megabyte."""
    if not isinstance(record, dict):
        return record
    kept = {name: record[name] for name in _KEPT if name in record}
    claims = record.get("claims")
    if isinstance(claims, dict):
        kept["claims"] = {name: claims[name] for name in _LOOKED_AT if name in claims}
    return kept


def _by_language(members: Any) -> dict[str, str]:
    if not isinstance(members, dict):
        return {}
    return {
        language: member["value"]
        for language, member in members.items()
        if isinstance(member, dict) and isinstance(member.get("value"), str)
    }


def _all_by_language(members: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(members, dict):
        return {}
    return {
        language: tuple(each["value"] for each in listed if isinstance(each, dict) and "value" in each)
        for language, listed in members.items()
        if isinstance(listed, list)
    }


def _values(claims: Mapping[str, Any], properties: tuple[str, ...]) -> Iterator[Any]:
    """Give the values of the best rank that the statements have; deprecated ones, and unknown values, not."""
    for name in properties:
        statements = [each for each in claims.get(name, ()) if isinstance(each, dict)]
        preferred = [each for each in statements if each.get("rank") == "preferred"]
        for statement in preferred or statements:
            if statement.get("rank") == "deprecated":
                continue
            value = statement.get("mainsnak", {}).get("datavalue", {}).get("value")
            if value is not None:
                yield value


def _items(claims: Mapping[str, Any], properties: tuple[str, ...]) -> Iterator[str]:
    for value in _values(claims, properties):
        if isinstance(value, dict) and isinstance(value.get("id"), str):
            yield value["id"]


def _periods(claims: Mapping[str, Any], properties: tuple[str, ...]) -> Iterator[Period]:
    for value in _values(claims, properties):
        match = _TIME.match(str(value.get("time", ""))) if isinstance(value, dict) else None
        if match is None:
            continue
        year, month, day = (int(match[part]) for part in ("year", "month", "day"))
        period = _period(year, month, day, value.get("precision"))
        if period:
            yield period


def _period(year: int, month: int, day: int, precision: object) -> Period | None:
    try:
        if precision == _PRECISE_TO_THE_DAY:
            return Period(date(year, month, day), date(year, month, day))
        if precision == _PRECISE_TO_THE_MONTH:
            following = date(year + month // 12, month % 12 + 1, 1)
            return Period(date(year, month, 1), date.fromordinal(following.toordinal() - 1))
        if precision == _PRECISE_TO_THE_YEAR:
            return Period(date(year, 1, 1), date(year, 12, 31))
    except ValueError:
        return None
    return None


def _points(claims: Mapping[str, Any]) -> Iterator[tuple[float, float]]:
    for value in _values(claims, (_COORDINATES,)):
        if isinstance(value, dict):
            latitude, longitude = value.get("latitude"), value.get("longitude")
            if isinstance(latitude, int | float) and isinstance(longitude, int | float):
                yield float(latitude), float(longitude)
