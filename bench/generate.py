"""A graph in Khyber's vocabulary of any size, made up, the same bytes every time.

    python -m bench.generate --triples 1000000 > million.nt

Writes N-Triples, or with --graph N-Quads, in constant memory. The file ends with all that is said about its
last event, so it may hold up to two hundred triples more than asked for. It conforms to the shapes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import TextIO

from bench.background import CATEGORIES, city_block, frame, group_block, people_iri, person_block
from bench.nodes import A, Block, Said, Voice, assertion, code, node_block, on_day, typed
from bench.world import (
    COUNTRIES,
    EVENTS_PER_SOURCE,
    PROVINCES_PER_COUNTRY,
    Dice,
    World,
    city_iri,
    event_iri,
    force_iri,
    group_iri,
    node_iri,
    person_iri,
    place_name,
    province_iri,
    source_iri,
    state_iri,
)

from khyber.rdf.namespaces import PREFIXES

KINDS = ("Attack", "Attack", "Airstrike", "DroneStrike", "SuicideBombing", "SuicideBombing", "Clash")
NAMES = {
    "Attack": "Ground attack",
    "Airstrike": "Airstrike",
    "DroneStrike": "Drone strike",
    "SuicideBombing": "Suicide bombing",
    "Clash": "Clash",
    "MilitaryOperation": "Operation",
}
ACTS = ("threat", "demand", "promise", "appeal", "protest", "declaration")
MODES = ("active-support", "safe-haven", "training", "tolerance")
PHRASES = (
    "we shall answer in kind",
    "our patience is at its end",
    "the door to talks stays open",
    "there are no sanctuaries on our soil",
    "those who did this will be found",
    "we call for restraint on both sides",
    "the ceasefire is over",
)
OPERATION_EVERY = 50
PARTS_OF_OPERATION = 10


@dataclass(frozen=True)
class Happening:
    """An event as the sayings about it need it: its number, its two actors, its label, its reporter."""

    number: int
    attacker: str
    target: str
    label: str
    reporter: Voice

    @property
    def iri(self) -> str:
        """Give the event, as a term."""
        return f"<{event_iri(self.number)}>"

    @property
    def is_operation(self) -> bool:
        """Say whether it is an operation, of which the next events are parts."""
        return self.number % OPERATION_EVERY == 0

    def voice(self, claimant: str) -> Voice:
        """Let somebody else speak, in the same source on the same day."""
        return Voice(claimant, self.reporter.source, self.reporter.day)


def blocks(size: World) -> Iterator[Block]:
    """Give what is said about one thing after the other, without end."""
    yield frame()
    for number in range(size.persons):
        yield person_block(number)
    for number in range(size.cities):
        yield city_block(size, number)
    for number in range(size.groups):
        yield group_block(size, number)
    for number in count():
        if number % EVENTS_PER_SOURCE == 0:
            yield _source(size, number // EVENTS_PER_SOURCE)
        yield _event(size, number)


def write(size: World, out: TextIO, graph: str | None = None) -> int:
    """Write the file and give its number of triples."""
    end = f" <{graph}> .\n" if graph else " .\n"
    written = 0
    for block in blocks(size):
        out.write(end.join(block) + end)
        written += len(block)
        if written >= size.triples:
            break
    return written


def _source(size: World, number: int) -> Block:
    iri, author = source_iri(number), person_iri(number % size.persons)
    published = size.day((number + 1) * EVENTS_PER_SOURCE) + timedelta(days=3)
    schema = PREFIXES["schema"]
    block = node_block(iri, "Source", f"Synthetic report {number}", ("author", f"<{author}>"))
    return [
        *block,
        f"<{iri}> {A} <{schema}NewsArticle>",
        f"<{iri}> <{schema}datePublished> {on_day(published)}",
        f'<{iri}> <{schema}inLanguage> "en"',
    ]


def _event(size: World, number: int) -> Block:
    """Say of an event what happened, who reports it, and what else is said about it."""
    dice = size.dice(2, number)
    operation = number % OPERATION_EVERY == 0
    kind = "MilitaryOperation" if operation else KINDS[dice.below(len(KINDS))]
    city = dice.below(size.cities)
    source = number // EVENTS_PER_SOURCE
    happening = Happening(
        number,
        *_opponents(size, dice, by_force=operation),
        label=f"{NAMES[kind]} {number} in {place_name(city)}",
        reporter=Voice(person_iri(source % size.persons), source, size.day(number)),
    )
    roles = ("party", "party") if kind == "Clash" else ("perpetrator", "target")
    said: list[Said] = [
        ("earliestDate", on_day(happening.reporter.day)),
        ("latestDate", on_day(happening.reporter.day)),
        ("datePrecision", code("precision/day")),
        ("place", f"<{city_iri(city)}>"),
        (roles[0], f"<{happening.attacker}>"),
        (roles[1], f"<{happening.target}>"),
    ]
    if kind == "Attack":
        said.append(("eventType", code("eventtype/ground-attack")))
    if number > 20 and dice.chance(70):
        said.append(("precededBy", f"<{event_iri(number - 1 - dice.below(20))}>"))
    if 0 < number % OPERATION_EVERY <= PARTS_OF_OPERATION:
        said.append(("subEventOf", f"<{event_iri(number - number % OPERATION_EVERY)}>"))
    block = node_block(event_iri(number), kind, happening.label, *said)
    for saying in _sayings(size, happening, dice):
        block += saying
    return block


def _opponents(size: World, dice: Dice, *, by_force: bool) -> tuple[str, str]:
    """Throw two actors of different sides; a few groups act often."""
    first = dice.below(size.groups) if dice.chance(40) else dice.below(8)
    other = (first + 1) % COUNTRIES
    attacker = force_iri(first % COUNTRIES) if by_force else group_iri(first)
    return attacker, state_iri(other) if dice.chance(30) else force_iri(other)


def _sayings(size: World, happening: Happening, dice: Dice) -> Iterator[Block]:
    """Say who says what about an event: reports, figures, words, accusations."""
    for copy in range(1 + dice.below(2)):
        yield _report(size, happening, copy, dice)
    for copy in range(dice.below(4)):
        yield _casualties(happening, copy, dice)
    if dice.chance(25):
        yield _statement(size, happening, dice)
    if dice.chance(10) and not happening.is_operation:
        claim = (f"responsibility-{happening.number}", "ResponsibilityClaim", f"{happening.label}, claimed")
        voice = happening.voice(happening.attacker)
        yield assertion(*claim, voice, ("responsibilityFor", happening.iri))
    if dice.chance(6):
        yield _accusation(size, happening, dice)


def _report(size: World, happening: Happening, copy: int, dice: Dice) -> Block:
    author = happening.reporter.claimant
    claimant = (author, happening.attacker, happening.target)[dice.below(3)] if copy else author
    said: list[Said] = [("alleges", happening.iri)]
    if claimant != author and dice.chance(50):
        said.append(("spokesperson", f"<{person_iri(dice.below(size.persons))}>"))
    return assertion(
        f"report-{happening.number}-{copy}",
        "EventReport",
        f"{happening.label}, reported",
        happening.voice(claimant),
        *said,
        stance="reports" if dice.chance(25) else "claims",
    )


def _casualties(happening: Happening, copy: int, dice: Dice) -> Block:
    """Say how many came to harm, in the words and bounds of one claimant."""
    figure = 1 + dice.below(12) * (1 + dice.below(8))
    integer = typed(str(figure), "integer")
    wording, *bounds = (
        (f"{figure}", ("value", integer)),
        (f"more than {figure}", ("lowerBound", integer), ("lowerInclusive", typed("false", "boolean"))),
        (f"up to {figure}", ("upperBound", integer), ("upperInclusive", typed("true", "boolean"))),
        (f"about {figure}", ("value", integer), ("approximate", typed("true", "boolean"))),
    )[dice.below(4)]
    harmed = happening.attacker if dice.chance(40) else force_iri(dice.below(COUNTRIES))
    claimants = (happening.reporter.claimant, happening.attacker, happening.target)
    return assertion(
        f"casualties-{happening.number}-{copy}",
        "CasualtyClaim",
        f"Casualties of event {happening.number}, claim {copy}",
        happening.voice(claimants[(happening.number + copy) % 3]),  # each claims one figure
        ("inEvent", happening.iri),
        ("harm", code("harm/killed" if dice.chance(60) else "harm/injured")),
        ("victims", f"<{people_iri(harmed, CATEGORIES[dice.below(len(CATEGORIES))])}>"),
        ("unit", code("unit/people")),
        ("figureWording", f'"{wording}"'),
        *bounds,
        stance=("claims", "claims", "acknowledges", "estimates")[dice.below(4)],
    )


def _statement(size: World, happening: Happening, dice: Dice) -> Block:
    actors = (happening.attacker, happening.target)
    claimant, addressee = actors if dice.chance(50) else actors[::-1]
    return assertion(
        f"statement-{happening.number}",
        "Statement",
        f"Statement on event {happening.number}",
        happening.voice(claimant),
        ("about", happening.iri),
        ("addressee", f"<{addressee}>"),
        ("speechAct", code(f"act/{ACTS[dice.below(len(ACTS))]}")),
        ("quotation", f'"{PHRASES[dice.below(len(PHRASES))]}, {happening.number}"'),
        ("spokesperson", f"<{person_iri(dice.below(size.persons))}>"),
    )


def _accusation(size: World, happening: Happening, dice: Dice) -> Block:
    """Say that a state accuses another of sheltering a group, and perhaps that this one denies it."""
    number, accuser = happening.number, dice.below(COUNTRIES)
    host, threatened = state_iri(1 - accuser), state_iri(accuser)
    sheltering = node_iri("situation", f"sheltering-{number}")
    block = node_block(
        sheltering,
        "Sheltering",
        f"Sheltering {number}",
        ("host", f"<{host}>"),
        ("sheltered", f"<{group_iri(dice.below(size.groups))}>"),
        ("targetState", f"<{threatened}>"),
        ("mode", code(f"mode/{MODES[dice.below(len(MODES))]}")),
        ("temporalStatus", code("status/past" if dice.chance(30) else "status/ongoing")),
        ("place", f"<{province_iri(dice.below(COUNTRIES * PROVINCES_PER_COUNTRY))}>"),
    )
    accusation = (f"accusation-{number}", "Accusation", f"Accusation {number}", happening.voice(threatened))
    block += assertion(*accusation, ("accused", f"<{host}>"), ("alleges", f"<{sheltering}>"))
    if dice.chance(40):
        denial = (f"denial-{number}", "Denial", f"Denial {number}", happening.voice(host))
        block += assertion(*denial, ("contests", f"<{sheltering}>"), stance="denies")
    return block


def main() -> None:
    """Write the file to standard output."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--triples", type=int, default=1_000_000, help="how many at least (default: 1000000)")
    parser.add_argument("--seed", type=int, default=World.seed, help="another seed gives another world")
    parser.add_argument("--graph", help="write N-Quads, with this IRI as the graph")
    asked = parser.parse_args()
    written = write(World(asked.triples, asked.seed), sys.stdout, asked.graph)
    print(f"{written:,} triples", file=sys.stderr)


if __name__ == "__main__":
    main()
