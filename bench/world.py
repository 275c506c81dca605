"""The names and numbers of the synthetic world that the benchmark asks about.

All of it is made up and says so in its names (``synthetic-…``), so that nothing generated can be taken for
a fact about a real actor, and nothing clashes with the curated graph.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from khyber.rdf.namespaces import ID

FIRST_DAY = date(1996, 1, 1)
DAYS = 30 * 365
"""Events lie on the thirty years from the first day on, in the order of their numbers."""

TRIPLES_PER_EVENT = 54.2
"""How many triples an event brings on average, with what is said about it."""

EVENTS_PER_SOURCE = 20
PROVINCES_PER_COUNTRY = 12
STATES = 8
COUNTRIES = 2

_FIRST = ("Shin", "Kar", "Wan", "Mir", "Tor", "Spin", "Dar", "Gul", "Zar", "Bal", "Kand", "Lash")
_SECOND = ("dara", "kot", "abad", "khel", "gar", "wal", "ghar", "pur", "shah", "mena", "tangi", "band")
_MASK = (1 << 64) - 1


class Dice:
    """Throws that depend on their name alone: the same on every machine and Python (splitmix64)."""

    def __init__(self, seed: int, kind: int, number: int) -> None:
        self._state = (
            seed * 0x9E3779B97F4A7C15 + kind * 0xD1342543DE82EF95 + number * 0xAF251AF3B0F025B5
        ) & _MASK

    def below(self, limit: int) -> int:
        """Throw a whole number from 0 to ``limit`` - 1."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = ((self._state ^ (self._state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return (mixed ^ (mixed >> 31)) % limit

    def chance(self, percent: int) -> bool:
        """Say yes in so many of a hundred throws."""
        return self.below(100) < percent


@dataclass(frozen=True)
class World:
    """How large the world is for a number of triples."""

    triples: int
    seed: int = 3

    @property
    def groups(self) -> int:
        """Give the number of armed groups."""
        return min(max(self.triples // 2500, 8), 2000)

    @property
    def persons(self) -> int:
        """Give the number of persons: spokespersons and authors."""
        return min(max(self.triples // 2000, 8), 2500)

    @property
    def cities(self) -> int:
        """Give the number of cities."""
        return min(max(self.triples // 1500, 2 * PROVINCES_PER_COUNTRY), 3000)

    @property
    def events(self) -> int:
        """Give about how many events there are; a generated file may hold some more or some fewer."""
        beside = 24 * self.groups + 9 * self.persons + 7 * self.cities + 300
        return max(int((self.triples - beside) / TRIPLES_PER_EVENT), 12)

    def day(self, event: int) -> date:
        """Give the day of an event."""
        return FIRST_DAY + timedelta(days=event * DAYS // self.events)

    def dice(self, kind: int, number: int) -> Dice:
        """Give the throws for one thing of a kind."""
        return Dice(self.seed, kind, number)


def node_iri(kind: str, name: str) -> str:
    """Give the IRI of a synthetic node."""
    return f"{ID}{kind}/synthetic-{name}"


def place_name(number: int) -> str:
    """Give the name of a city, readable and used once."""
    first, second = _FIRST[number % len(_FIRST)], _SECOND[number // len(_FIRST) % len(_SECOND)]
    again = number // (len(_FIRST) * len(_SECOND))
    return f"{first}{second}" + (f" {again + 1}" if again else "")


def state_iri(number: int) -> str:
    return node_iri("actor", f"state-{number}")


def force_iri(number: int) -> str:
    return node_iri("actor", f"armed-force-{number}")


def group_iri(number: int) -> str:
    return node_iri("actor", f"group-{number}")


def person_iri(number: int) -> str:
    return node_iri("person", f"person-{number}")


def country_iri(number: int) -> str:
    return node_iri("place", f"country-{number}")


def province_iri(number: int) -> str:
    return node_iri("place", f"province-{number}")


def city_iri(number: int) -> str:
    return node_iri("place", f"city-{number}")


def province_of(number: int) -> int:
    """Give the number of the province in which a city lies."""
    return number % (COUNTRIES * PROVINCES_PER_COUNTRY)


def event_iri(number: int) -> str:
    return node_iri("event", f"event-{number}")


def source_iri(number: int) -> str:
    return node_iri("source", f"report-{number}")
