"""What there is before anything happens: sides, states, forces, people, places, groups and their branches."""

from __future__ import annotations

from bench.nodes import Block, Voice, assertion, code, english, node_block, typed
from bench.world import (
    COUNTRIES,
    FIRST_DAY,
    PROVINCES_PER_COUNTRY,
    STATES,
    World,
    city_iri,
    country_iri,
    force_iri,
    group_iri,
    node_iri,
    person_iri,
    place_name,
    province_iri,
    province_of,
    state_iri,
)

from khyber.rdf.namespaces import ID, PREFIXES

ALT_LABEL = f"<{PREFIXES['skos']}altLabel>"
LAT, LONG = (f"<{PREFIXES['wgs84']}{name}>" for name in ("lat", "long"))
CATEGORIES = ("militants", "soldiers", "civilians")


def frame() -> Block:
    """Say what there is whatever the size: sides, states, forces, countries, provinces."""
    block: Block = []
    for number in range(COUNTRIES):
        block += node_block(node_iri("side", f"side-{number}"), "Side", f"Synthetic side {number}")
        block += node_block(
            country_iri(number),
            "Country",
            f"Synthetic country {number}",
            ("territoryOf", f"<{state_iri(number)}>"),
            mentioned=0,
        )
        block += _armed(force_iri(number), "ArmedForce", f"Synthetic armed force {number}", number)
    for number in range(STATES):
        side = (_side(number),) if number < COUNTRIES else ()
        block += node_block(state_iri(number), "State", f"Synthetic state {number}", *side, mentioned=0)
    for number in range(COUNTRIES * PROVINCES_PER_COUNTRY):
        within = ("locatedIn", f"<{country_iri(number // PROVINCES_PER_COUNTRY)}>")
        block += node_block(
            province_iri(number), "Province", f"Synthetic province {number}", within, mentioned=0
        )
    return block


def _side(number: int) -> tuple[str, str]:
    return "side", f"<{node_iri('side', f'side-{number % COUNTRIES}')}>"


def _armed(iri: str, kind: str, label: str, number: int) -> Block:
    """Say of an armed actor who it is and who its people are."""
    block = node_block(iri, kind, label, _side(number), mentioned=0)
    for category in CATEGORIES:
        block += node_block(
            people_iri(iri, category),
            "PeopleGroup",
            f"{category.capitalize()} of {label}",
            ("peopleCategory", code(f"category/{category}")),
            ("belongsTo", f"<{iri}>"),
            mentioned=0,
        )
    return block


def people_iri(actor: str, category: str) -> str:
    return f"{ID}people/{actor.rpartition('/')[2]}-{category}"


def person_block(number: int) -> Block:
    description = ("description", f'"spokesperson of office {number % 12}"')
    label = f"Synthetic person {number}"
    return node_block(person_iri(number), "Person", label, _side(number), description, mentioned=0)


def city_block(size: World, number: int) -> Block:
    dice = size.dice(1, number)
    iri = city_iri(number)
    within = ("locatedIn", f"<{province_iri(province_of(number))}>")
    block = node_block(iri, "City", place_name(number), within, mentioned=0)
    for predicate, south_west in ((LAT, 24), (LONG, 61)):
        degrees = f"{south_west + dice.below(12)}.{dice.below(10_000):04}"
        block.append(f"<{iri}> {predicate} {typed(degrees, 'decimal')}")
    return block


def group_block(size: World, number: int) -> Block:
    """Say of an armed group who it is, and which group reports hold it to be a branch of."""
    iri, label = group_iri(number), f"Synthetic group {number}"
    block = _armed(iri, "ArmedGroup", label, number)
    block.append(f"<{iri}> {ALT_LABEL} {english(f'SG{number}')}")
    if number == 0:
        return block
    trunk = f"<{group_iri((number - 1) // 3)}>"
    branch = node_iri("situation", f"branch-{number}")
    block += node_block(
        branch,
        "Affiliation",
        f"{label} as a branch",
        ("affiliate", f"<{iri}>"),
        ("affiliatedTo", trunk),
        ("branch", f"<{iri}>"),
        ("branchedFrom", trunk),
        ("affiliationType", code("affiliation/branch")),
        ("temporalStatus", code("status/ongoing")),
    )
    voice = Voice(person_iri(number % size.persons), 0, FIRST_DAY)
    report = (f"report-of-branch-{number}", "SituationReport", f"{label} is a branch")
    return block + assertion(*report, voice, ("alleges", f"<{branch}>"))
