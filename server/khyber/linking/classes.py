"""The classes of items, with those above them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from khyber.linking.entities import Entity

HIGHEST = 6
"""How many steps of subclass of (P279) are gone up."""


class Lookup(Protocol):
    """Where entities come from."""

    def entities(self, ids: Iterable[str]) -> dict[str, Entity]:
        """Give entities by the identifiers that were asked for, those of which something is known."""


def classes_of(entities: Iterable[Entity], lookup: Lookup) -> dict[str, set[str]]:
    """Give the classes of each item with those above them, some steps up."""
    above: dict[str, tuple[str, ...]] = {}
    listed = list(entities)
    level = {kind for entity in listed for kind in entity.types}
    for _ in range(HIGHEST):
        missing = sorted(level - above.keys())
        if not missing:
            break
        found = lookup.entities(missing)
        above.update((key, found[key].superclasses if key in found else ()) for key in missing)
        level = {kind for key in missing for kind in above[key]}
    return {entity.id: _closure(entity.types, above) for entity in listed}


def _closure(types: Iterable[str], above: Mapping[str, tuple[str, ...]]) -> set[str]:
    found: set[str] = set()
    waiting = list(types)
    while waiting:
        kind = waiting.pop()
        if kind not in found:
            found.add(kind)
            waiting += above.get(kind, ())
    return found
