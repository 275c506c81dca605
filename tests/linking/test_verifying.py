"""Which links hold, which do not and why, with a network and without."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from khyber.config import graph_home
from khyber.errors import FileUnreadable, InputError
from khyber.federation.policy import Policy
from khyber.linking.answers import Answers
from khyber.linking.nodes import Node, Nodes
from khyber.linking.snapshot import Recorder, read_snapshot, write_snapshot
from khyber.linking.verifying import State, verify
from khyber.linking.wikidata import Wikidata
from khyber.rdf.namespaces import MAPPINGS_GRAPH
from khyber.release.sources import CORE_GRAPH, parse_sources, read_sources
from khyber.release.sssom import Link
from linking.wikibase import AFGHANISTAN, Wikibase, item, wikibase

ITEMS = (
    item("Q9201", "Kandahar", "Q515", country=AFGHANISTAN),
    item("Q9202", "Kandahar", "Q34876", country=AFGHANISTAN),
    item("Q9203", "Herat", "Q515"),
    item("Q9204", "Islamic Emirate of Afghanistan", "Q3024240"),
    item("Q9205", "Afghanistan–Pakistan skirmishes", "Q180684"),
)


@pytest.fixture(scope="module")
def nodes() -> dict[str, Node]:
    graphs = parse_sources(read_sources(graph_home()))
    return {node.curie: node for node in Nodes(graphs[CORE_GRAPH], graphs[MAPPINGS_GRAPH]).all.values()}


@pytest.fixture
def base() -> Iterator[Wikibase]:
    with wikibase(*ITEMS) as running:
        running.redirects["Q9209"] = "Q9201"
        yield running


def client(base: Wikibase, folder: Path) -> Wikidata:
    answers = Answers(folder, timedelta(days=1))
    return Wikidata(base.api, Policy(contact="a@example.org", private=("127.0.0.1",)), answers)


def link(
    subject: str, item_: str, label: str, relation: str = "exactMatch", *, is_rejected: bool = False
) -> Link:
    return Link(subject, "x", relation, item_, label, "x", "1", "x", "2026-11-22", is_rejected=is_rejected)


CASES = {
    "it is there": (link("place:kandahar", "wd:Q9201", "Kandahar"), State.HOLDS, ""),
    "deleted": (
        link("place:kandahar", "wd:Q404", "Kandahar"),
        State.MISSING,
        "Q404 was deleted, or never was.",
    ),
    "merged": (
        link("place:kandahar", "wd:Q9209", "Kandahar"),
        State.REDIRECT,
        "Q9209 was merged into Q9201.",
    ),
    "renamed": (
        link("place:kandahar", "wd:Q9203", "Kandahar"),
        State.RENAMED,
        "Q9203 is called 'Herat', not 'Kandahar'.",
    ),
    "a province": (
        link("place:kandahar", "wd:Q9202", "Kandahar"),
        State.OTHER_TYPE,
        "Q9202 (Kandahar) is a kind of province, not what place:kandahar is.",
    ),
    "close to a historical country": (
        link("actor:government-of-afghanistan", "wd:Q9204", "Islamic Emirate of Afghanistan", "closeMatch"),
        State.HOLDS,
        "",
    ),
    "the same as a historical country": (
        link("actor:government-of-afghanistan", "wd:Q9204", "Islamic Emirate of Afghanistan"),
        State.OTHER_TYPE,
        "is a kind of historical country",
    ),
    "broader": (
        link("event:cross-border-fighting-2025", "wd:Q9205", "Afghanistan–Pakistan skirmishes", "broadMatch"),
        State.HOLDS,
        "",
    ),
    "no node": (link("place:nowhere", "wd:Q9201", "Kandahar"), State.NO_NODE, "no node place:nowhere"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_link_is_what_it_is(name: str, base: Wikibase, nodes: dict[str, Node], tmp_path: Path) -> None:
    asserted, state, detail = CASES[name]
    (verified,) = verify([asserted], nodes, client(base, tmp_path))
    assert verified.state is state
    assert verified.holds is (state is State.HOLDS)
    assert detail in verified.detail


def test_rows_without_an_item_and_rejected_ones_are_left_out(
    base: Wikibase, nodes: dict[str, Node], tmp_path: Path
) -> None:
    rows = [
        link("actor:ttp", "sssom:NoTermFound", ""),
        link("place:kandahar", "wd:Q404", "Kandahar", is_rejected=True),
    ]
    assert verify(rows, nodes, client(base, tmp_path)) == []
    assert base.asked == []


def test_the_same_is_found_in_a_file_as_over_the_network(
    base: Wikibase, nodes: dict[str, Node], tmp_path: Path
) -> None:
    links = [each for each, _, _ in CASES.values()]
    recorder = Recorder(client(base, tmp_path / "answers"))
    online = verify(links, nodes, recorder)
    file = tmp_path / "snapshot.json"
    file.write_text(write_snapshot(recorder.kept))
    asked = len(base.asked)

    snapshot = read_snapshot(file)
    assert verify(links, nodes, snapshot) == online
    assert len(base.asked) == asked
    assert snapshot.fetched.tzinfo is not None
    assert {each.state for each in online} == set(State) - {State.UNKNOWN}


def test_an_item_that_the_file_lacks_does_not_hold(nodes: dict[str, Node], tmp_path: Path) -> None:
    file = tmp_path / "snapshot.json"
    file.write_text(json.dumps({"fetched": "2026-11-22T10:00:00+00:00", "entities": {}}))
    (verified,) = verify([link("place:kandahar", "wd:Q9201", "Kandahar")], nodes, read_snapshot(file))
    assert verified.state is State.UNKNOWN
    assert not verified.holds


BROKEN = {
    "no JSON": ('{"fetched": ', ":1:13: The file is no JSON"),
    "no entities": ("{}", "The file holds no 'entities'."),
    "a list": ("[]", "The file holds no 'entities'."),
    "no time": ('{"entities": {}}', "The file does not say when it was 'fetched'"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_is_none_is_refused(name: str, tmp_path: Path) -> None:
    text, said = BROKEN[name]
    (tmp_path / "snapshot.json").write_text(text)
    with pytest.raises(InputError) as raised:
        read_snapshot(tmp_path / "snapshot.json")
    assert said in str(raised.value)


def test_an_entity_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "snapshot.json"
    file.write_text(json.dumps({"fetched": "2026-11-22T10:00:00+00:00", "entities": {"Q1": 5}}))
    with pytest.raises(InputError, match="In the file the answer about Q1 is no entity"):
        read_snapshot(file).entities(["Q1"])


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable):
        read_snapshot(tmp_path / "nowhere.json")
