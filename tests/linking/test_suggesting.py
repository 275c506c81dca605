"""What is suggested for a node, and what is shown as a namesake or a near type and never as a match."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from khyber.config import graph_home
from khyber.errors import InputError, UsageError
from khyber.federation.policy import Policy
from khyber.linking.answers import Answers
from khyber.linking.names import nearest, plain, similarity, spellings
from khyber.linking.nodes import Node, Nodes
from khyber.linking.scoring import Candidate, Verdict
from khyber.linking.suggesting import proposals, suggest
from khyber.linking.wikidata import Wikidata
from khyber.rdf.namespaces import MAPPINGS_GRAPH
from khyber.release.sources import CORE_GRAPH, parse_sources, read_sources
from khyber.release.sssom import read_mappings, write_mappings
from linking.wikibase import AFGHANISTAN, ELSEWHERE, PAKISTAN, item, wikibase

ITEMS = (
    item("Q9101", "Kandahar", "Q515", description="city in Afghanistan", country=AFGHANISTAN),
    item("Q9102", "Kandahar", "Q34876", description="province of Afghanistan", country=AFGHANISTAN),
    item("Q9103", "Kandahar", "Q515", description="town in another country", country=ELSEWHERE),
    item("Q9111", "Islamic State", "Q9802", aliases=("ISIS",)),
    item("Q9112", "Islamic State", "Q7275", description="type of state"),
    item("Q9113", "Islamic State – Khorasan Province", "Q9802"),
    item("Q9121", "Abdul Basit", "Q5", description="cricketer"),
    item("Q9122", "Abdul Basit", "Q5", description="ambassador", country=PAKISTAN),
    item("Q9131", "Hibatullah Akhundzada", "Q5", country=AFGHANISTAN),
    item("Q9141", "Islamic Emirate of Afghanistan", "Q3024240", country=AFGHANISTAN),
    item("Q9151", "Pakistan Armed Forces", "Q772547", country=PAKISTAN),
    item("Q9161", "Tehreek-e-Taliban Pakistan", "Q17149090", country=PAKISTAN),
    item("Q9162", "Tehrik-i-Taliban Pakistan", "Q17149090", country=PAKISTAN),
    item("Q9171", "Suicide bombing", "Q5"),
    item("Q9181", "Pakistani airstrikes in Nangarhar and Paktika", "Q2380335", dates={"P585": "2026-02-21"}),
    item(
        "Q9182",
        "Pakistani airstrikes in Nangarhar and Paktika",
        "Q2380335",
        dates={"P585": "2024-03-18"},
    ),
    item("Q9194", "Afghanistan", "Q3624078 Q3024240"),
    item("Q9195", "Afghanistan", "Q3024240"),
    item("Q9193", "Paktia", "Q34876", country=AFGHANISTAN, aliases=("Paktika (wrongly)",)),
    item("Q9191", "Prime minister of Pakistan", "Q4164871", country=PAKISTAN),
    item("Q9192", "Army of Afghanistan", "Q772547", country=AFGHANISTAN, dates={"P576": "2021-08-15"}),
)


@pytest.fixture(scope="module")
def nodes() -> Nodes:
    graphs = parse_sources(read_sources(graph_home()))
    return Nodes(graphs[CORE_GRAPH], graphs[MAPPINGS_GRAPH])


@pytest.fixture(scope="module")
def wikidata(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wikidata]:
    with wikibase(*ITEMS) as base:
        answers = Answers(tmp_path_factory.mktemp("answers"), timedelta(days=1))
        yield Wikidata(base.api, Policy(contact="a@example.org", private=("127.0.0.1",)), answers)


def found(name: str, nodes: Nodes, wikidata: Wikidata) -> list[Candidate]:
    (suggestion,) = suggest([nodes.named(name)], wikidata)
    return list(suggestion.candidates)


def verdicts(name: str, nodes: Nodes, wikidata: Wikidata) -> list[tuple[str, Verdict]]:
    return [(each.entity.id, each.verdict) for each in found(name, nodes, wikidata)]


def test_what_the_graph_knows_of_a_node(nodes: Nodes) -> None:
    kandahar = nodes.named("place:kandahar")
    assert (kandahar.kind, kandahar.label, set(kandahar.countries)) == ("City", "Kandahar", {AFGHANISTAN})
    assert kandahar.links == (("exactMatch", "Q45604"),)
    assert nodes.named("person:khawaja-mohammad-asif").countries == {PAKISTAN}
    assert nodes.named("https://w3id.org/khyber/id/actor/pakistan").countries == frozenset()
    ttp = nodes.named("actor:ttp")
    assert ttp.names == ("Tehrik-i-Taliban Pakistan", "Pakistani Taliban", "TTP")
    assert (ttp.is_decided, ttp.is_sought, ttp.known) == (True, True, date(2026, 2, 28))
    strikes = nodes.named("event:airstrikes-2026-02-21")
    assert (strikes.first, strikes.last) == (date(2026, 2, 21), date(2026, 2, 22))
    assert len(nodes.actors()) == 25


def test_a_node_that_is_not_there_is_named(nodes: Nodes) -> None:
    with pytest.raises(UsageError, match="There is no node actor:nobody in the graph"):
        nodes.named("actor:nobody")


def test_the_province_of_a_city_and_a_city_elsewhere_are_no_match(nodes: Nodes, wikidata: Wikidata) -> None:
    assert verdicts("place:kandahar", nodes, wikidata) == [
        ("Q9101", Verdict.CANDIDATE),
        ("Q9103", Verdict.NAMESAKE),
        ("Q9102", Verdict.NEAR_KIND),
    ]
    city, elsewhere, province = found("place:kandahar", nodes, wikidata)
    assert city.reasons == ("called 'Kandahar'", "is a kind of city", "the country agrees")
    assert "its country is Q9900" in elsewhere.reasons
    assert "is a kind of province, not what place:kandahar is" in province.reasons


def test_the_idea_of_a_state_is_no_match_for_a_group(nodes: Nodes, wikidata: Wikidata) -> None:
    assert verdicts("actor:islamic-state", nodes, wikidata)[:2] == [
        ("Q9111", Verdict.CANDIDATE),
        ("Q9112", Verdict.NEAR_KIND),
    ]


def test_what_a_state_was_once_is_no_match(nodes: Nodes, wikidata: Wikidata) -> None:
    assert dict(verdicts("actor:afghanistan", nodes, wikidata)) == {
        "Q9194": Verdict.CANDIDATE,
        "Q9195": Verdict.NEAR_KIND,
    }


def test_a_branch_is_no_match_for_another_branch(nodes: Nodes, wikidata: Wikidata) -> None:
    ids = dict(verdicts("actor:islamic-state-pakistan-province", nodes, wikidata))
    assert ids.get("Q9113", Verdict.UNLIKE) is Verdict.UNLIKE


def test_people_of_one_name_are_namesakes(nodes: Nodes, wikidata: Wikidata) -> None:
    assert verdicts("person:abdul-basit", nodes, wikidata) == [
        ("Q9121", Verdict.NAMESAKE),
        ("Q9122", Verdict.NAMESAKE),
    ]
    first, _ = found("person:abdul-basit", nodes, wikidata)
    assert "nothing but the name speaks for it" in first.reasons


def test_a_person_is_found_in_another_spelling_and_told_by_the_country(
    nodes: Nodes, wikidata: Wikidata
) -> None:
    (leader,) = found("person:haibatullah-akhunzada", nodes, wikidata)
    assert (leader.entity.id, leader.verdict) == ("Q9131", Verdict.CANDIDATE)
    assert leader.reasons[0] == "called 'Hibatullah Akhundzada' (here 'Haibatullah Akhunzada')"


def test_a_name_turned_round_is_found(nodes: Nodes, wikidata: Wikidata) -> None:
    assert verdicts("actor:pakistan-armed-forces", nodes, wikidata) == [("Q9151", Verdict.CANDIDATE)]


def test_two_that_suit_equally_well_are_both_namesakes(nodes: Nodes, wikidata: Wikidata) -> None:
    candidates = found("actor:ttp", nodes, wikidata)
    assert {(each.entity.id, each.verdict) for each in candidates} == {
        ("Q9161", Verdict.NAMESAKE),
        ("Q9162", Verdict.NAMESAKE),
    }
    assert all("2 items suit equally well" in each.reasons for each in candidates)


def test_an_event_is_told_by_its_days(nodes: Nodes, wikidata: Wikidata) -> None:
    first, second = found("event:airstrikes-2026-02-21", nodes, wikidata)
    assert (first.entity.id, first.verdict) == ("Q9181", Verdict.CANDIDATE)
    assert "the dates agree" in first.reasons
    assert (second.entity.id, second.verdict) == ("Q9182", Verdict.NAMESAKE)
    assert "it was in 2024-03" in second.reasons


def test_a_province_with_nearly_the_same_name_is_no_match(nodes: Nodes, wikidata: Wikidata) -> None:
    (paktia,) = found("place:paktika", nodes, wikidata)
    assert (paktia.entity.id, paktia.verdict) == ("Q9193", Verdict.UNLIKE)


def test_what_ended_before_the_report_is_a_namesake(nodes: Nodes, wikidata: Wikidata) -> None:
    (army,) = found("actor:afghan-army", nodes, wikidata)
    assert army.verdict is Verdict.NAMESAKE
    assert "it ended in 2021" in army.reasons


def test_what_was_rejected_stays_marked_and_is_not_proposed_again(nodes: Nodes, wikidata: Wikidata) -> None:
    kandahar = nodes.named("place:kandahar")
    (suggestion,) = suggest([kandahar], wikidata, rejected=[(kandahar.iri, "Q9102")])
    assert [each.entity.id for each in suggestion.candidates if each.is_rejected] == ["Q9102"]
    written = proposals([suggestion], author="x", day=date(2026, 11, 22), set_id="x:y", license_="x:z")
    assert "Q9102" not in write_mappings(written)
    assert "Q9103" in write_mappings(written)


def test_proposals_are_refused_as_decisions(nodes: Nodes, wikidata: Wikidata) -> None:
    suggestions = suggest([nodes.named("place:kandahar")], wikidata)
    mappings = proposals(suggestions, author="x", day=date(2026, 11, 22), set_id="x:y", license_="x:z")
    text = write_mappings(mappings)
    modifiers = {link.item: link.is_rejected for link in mappings.links}
    assert modifiers == {"wd:Q9101": False, "wd:Q9102": True, "wd:Q9103": True}
    assert "may match: called 'Kandahar'; is a kind of city; the country agrees." in text
    with pytest.raises(InputError, match="A person decides on a mapping"):
        read_mappings(text.encode(), Path("proposals.sssom.tsv"))
    decided = text.replace("semapv:LexicalMatching", "semapv:ManualMappingCuration")
    assert len(read_mappings(decided.encode(), Path("decided.sssom.tsv")).links) == 3


def test_whatever_the_score_only_what_may_match_comes_first(nodes: Nodes, wikidata: Wikidata) -> None:
    every: list[Node] = [node for node in nodes.all.values() if node.kind]
    order = list(Verdict)
    judged = 0
    for suggestion in suggest(every, wikidata):
        ranks = [order.index(each.verdict) for each in suggestion.candidates]
        assert ranks == sorted(ranks), suggestion.node.curie
        judged += len(ranks)
    assert judged > 10


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("Haibatullah Akhunzada", "Hibatullah Akhundzada", 0.97, 0.97),
        ("Khawaja Mohammad Asif", "Khawaja Muhammad Asif", 0.97, 0.97),
        ("Tehrik-i-Taliban Pakistan", "Tehreek-e-Taliban Pakistan", 0.97, 0.97),
        ("Türkiye", "TURKIYE", 1, 1),
        ("Afghanistan–Pakistan border", "Afghanistan-Pakistan border", 1, 1),
        ("Armed forces of Pakistan", "Pakistan Armed Forces", 0.96, 0.96),
        ("Paktika", "Paktia", 0.9, 0.96),
        ("Islamic State", "Islamic State – Khorasan Province", 0, 0.7),
        ("Kabul", "Kandahar", 0, 0.6),
        ("", "Kabul", 0, 0),
    ],
)
def test_names_are_as_near_as_they_are(one: str, other: str, least: float, most: float) -> None:
    assert least <= similarity(one, other) <= most
    assert similarity(one, other) == similarity(other, one)


def test_the_nearest_names_are_given() -> None:
    assert nearest(["UNHCR", "Refugee agency"], ["Refugee Agency", "X"]) == (
        1.0,
        "Refugee agency",
        "Refugee Agency",
    )
    assert nearest([], ["X"]) == (0.0, "", "")


def test_spellings_begin_with_the_names_and_are_few() -> None:
    tried = spellings(["Haibatullah Akhunzada"], is_person=True)
    assert tried[0] == "Haibatullah Akhunzada"
    assert {"Hibatullah Akhundzada", "Akhunzada"} <= set(tried)
    assert spellings(["Suicide bomber (unnamed)"], is_person=False) == ["Suicide bomber"]
    assert "Pakistan Armed forces" in spellings(["Armed forces of Pakistan"], is_person=False)
    many = spellings([f"Mohammad {number}" for number in range(20)], is_person=True)
    assert len(many) == 8
    assert plain("  Türkiye–Pakistan (talks) ") == "turkiye pakistan talks"
