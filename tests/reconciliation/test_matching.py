"""What a name matches, and what it does not, on a small graph of hard cases."""

from __future__ import annotations

import pytest

from khyber.reconciliation.asking import Constraint, Wanted
from named_graph import asked, index, match


@pytest.mark.parametrize(
    ("name", "node"),
    [
        ("Kandahar", "place/kandahar"),
        ("kandahar", "place/kandahar"),
        ("Qandahār", "place/kandahar"),
        ("City of Kandahar", "place/kandahar"),
        ("Tehreek-e-Taliban Pakistan", "actor/ttp"),
        ("Pakistan Tehrik-i-Taliban", "actor/ttp"),
        ("ttp", "actor/ttp"),
        ("T.T.P.", "actor/ttp"),
        ("پاکستان", "actor/pakistan"),
        ("پاكستان", "actor/pakistan"),
        ("د پاکستان د طالبانو غورځنګ", "actor/ttp"),
        ("Khwaja Muhammad Asif", "person/asif"),
        ("Asif, Khawaja Muhammad", "person/asif"),
        ("Dr Khawaja Mohammad Asif", "person/asif"),
        ("Southern Khyber Pashtunkhwa", "place/south"),
        ("Camp 12", "place/group-12"),
    ],
)
def test_a_clear_winner_is_a_match(name: str, node: str) -> None:
    assert match(name) == node


@pytest.mark.parametrize(
    "name",
    [
        "Kandahar Province",
        "Paktia",
        "Paktika City",
        "Northern Khyber Pakhtunkhwa",
        "Khyber Pakhtunkhwa",
        "Tehreek-e-Labbaik Pakistan",
        "Taliban",
        "Asif",
        "Camp 14",
        "Camp",
        "Gul Khan",
        "Herat",
        "Movement of old",
        "Pakistan Army",
        "Republic of Pakistan Movement",
    ],
)
def test_namesakes_parts_and_near_misses_are_no_match(name: str) -> None:
    assert match(name) is None


def test_a_type_decides_between_namesakes() -> None:
    assert match("Herat", "City") == "place/herat"
    assert match("Herat", "Province") == "place/herat-province"
    assert match("Herat (province)") == "place/herat-province"


def test_a_property_decides_between_namesakes() -> None:
    def at(place: str) -> str | None:
        return match("Gul Khan", properties=(Constraint("locatedIn", (Wanted(place),)),))

    assert (at("Kandahar"), at("Qandahar"), at("Herat")) == ("person/one", "person/one", "person/two")
    assert at("Paktika") is None


def test_a_property_that_a_node_has_not_says_nothing() -> None:
    found = asked("Kandahar", properties=(Constraint("locatedIn", (Wanted("Iran"),)),))
    assert (found[0].entity.id, found[0].score, found[0].is_match) == ("place/kandahar", 100.0, True)


def test_initials_bring_up_a_candidate_and_no_match() -> None:
    found = asked("SKP")
    assert [(candidate.entity.id, candidate.is_match) for candidate in found] == [("place/south", False)]


def test_a_merged_node_is_found_by_its_old_id() -> None:
    assert match("actor/double") == "actor/ttp"
    assert "actor/double" not in index().catalogue.entities


def test_a_retired_node_is_not_found() -> None:
    assert asked("actor/old") == ()


def test_an_item_finds_its_node() -> None:
    assert match("Q843") == "actor/pakistan"
    assert asked("Q844") == ()


def test_the_label_in_english_is_the_name_that_is_shown() -> None:
    entity = index().catalogue.entities["actor/pakistan"]
    assert (entity.label, entity.types, entity.item) == ("Pakistan", ("State", "Actor"), "Q843")


def test_the_other_order_of_a_long_name_makes_another_sense() -> None:
    found = asked("Attack of Pakistan on Kandahar")
    assert not any(candidate.is_match for candidate in found)


def test_scores_are_rounded_and_sorted_and_ties_are_broken_by_id() -> None:
    found = asked("Gul Khan", limit=10)
    assert [(c.entity.id, c.score) for c in found[:2]] == [("person/one", 100.0), ("person/two", 100.0)]
    scores = [candidate.score for candidate in found]
    assert scores == sorted((round(score, 1) for score in scores), reverse=True)
