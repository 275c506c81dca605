"""One index for a version: made once, anew when the dataset changes, by one thread while others go on."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from threading import Event, Thread

import pyoxigraph as ox
import pytest
from pyoxigraph import Literal, NamedNode

from khyber.engine.base import Engine, Limits, Query, Result, ResultFormat
from khyber.errors import EngineFailure
from khyber.rdf.delta import Delta
from khyber.rdf.namespaces import GRAPH, ID, RDFS
from khyber.reconciliation.editions import Editions, keep_up
from khyber.reconciliation.index import at_once
from named_graph import engine

LABEL = NamedNode(RDFS + "label")
KABUL = ox.Quad(
    NamedNode(ID + "place/kabul"), LABEL, Literal("Kabul", language="en"), NamedNode(GRAPH + "core")
)


@dataclass
class Gate:
    """An engine in front of another, which counts queries, and fails or holds them back."""

    inner: Engine
    open: Event = field(default_factory=Event)
    reached: Event = field(default_factory=Event)
    asked: int = 0
    fails: bool = False

    def answer(
        self, query: Query, result_format: ResultFormat, *, limits: Limits | None = None, client: str = ""
    ) -> Result:
        self.asked += 1
        self.reached.set()
        if self.fails:
            raise EngineFailure("It fails.")
        assert self.open.wait(30)
        return self.inner.answer(query, result_format, limits=limits, client=client)

    def size(self) -> int:
        return self.inner.size()

    def graphs(self) -> Mapping[str, int]:
        return self.inner.graphs()

    def version(self) -> str:
        return self.inner.version()


def test_an_index_is_made_once_for_a_version() -> None:
    gate = Gate(engine())
    gate.open.set()
    editions = Editions()
    first = editions.current(gate)
    asked = gate.asked
    assert editions.current(gate) is first
    assert gate.asked == asked


def test_a_change_is_seen_by_who_asks_next() -> None:
    published, editions = engine(), Editions()
    assert "place/kabul" not in editions.current(published).catalogue.entities
    published.apply(Delta((KABUL,), ()), "2")
    assert "place/kabul" in editions.current(published).catalogue.entities
    published.apply(Delta((), (KABUL,)), "3")
    assert "place/kabul" not in editions.current(published).catalogue.entities


def test_many_who_ask_at_first_make_one_index() -> None:
    gate, editions = Gate(engine()), Editions()
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(editions.current, gate) for _ in range(8)]
        assert gate.reached.wait(30)
        gate.open.set()
        assert len({id(each.result(30)) for each in waiting}) == 1
    asked = gate.asked
    Editions().current(gate)
    assert gate.asked == 2 * asked


def test_others_go_on_with_the_index_before_while_one_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("khyber.reconciliation.editions.PATIENCE", 0.05)
    published = engine()
    gate, editions = Gate(published), Editions()
    gate.open.set()
    before = editions.current(gate)
    gate.open.clear()
    gate.reached.clear()
    published.apply(Delta((KABUL,), ()), "2")
    with ThreadPoolExecutor(1) as pool:
        maker = pool.submit(editions.current, gate)
        assert gate.reached.wait(30)
        assert editions.current(gate) is before
        gate.open.set()
        assert "place/kabul" in maker.result(30).catalogue.entities


def test_a_failure_is_raised_and_the_next_tries_again() -> None:
    gate, editions = Gate(engine(), fails=True), Editions()
    with pytest.raises(EngineFailure):
        editions.current(gate)
    gate.fails = False
    gate.open.set()
    assert editions.current(gate).catalogue.entities


def test_an_index_made_ahead_is_there_for_who_asks() -> None:
    gate, editions = Gate(engine()), Editions()
    gate.open.set()
    editions.refresh(gate, at_once)
    asked = gate.asked
    assert asked
    editions.refresh(gate, at_once)
    editions.current(gate)
    assert gate.asked == asked


def test_others_go_on_while_an_index_is_made_ahead() -> None:
    rested: list[None] = []
    Editions().refresh(engine(), lambda: rested.append(None))
    assert rested


def test_who_asks_first_waits_for_the_index_that_is_being_made_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("khyber.reconciliation.editions.PATIENCE", 0.05)
    published = engine()
    gate, editions = Gate(published), Editions()
    gate.open.set()
    before = editions.current(gate)
    published.apply(Delta((KABUL,), ()), "2")
    gate.open.clear()
    gate.reached.clear()
    with ThreadPoolExecutor(2) as pool:
        ahead = pool.submit(editions.refresh, gate, at_once)
        assert gate.reached.wait(30)
        first = pool.submit(editions.current, gate)
        wait([first], timeout=0.5)  # longer than the others wait
        assert not first.done()
        assert editions.current(gate) is before
        gate.open.set()
        ahead.result(30)
        assert "place/kabul" in first.result(30).catalogue.entities


def test_who_waited_gets_no_index_of_a_version_before_the_one_they_saw() -> None:
    published, editions = engine(), Editions()
    has_read, go_on = Event(), Event()

    def hold() -> None:
        has_read.set()
        assert go_on.wait(30)

    with ThreadPoolExecutor(2) as pool:
        ahead = pool.submit(editions.refresh, published, hold)
        assert has_read.wait(30)
        published.apply(Delta((KABUL,), ()), "2")
        asked = pool.submit(editions.current, published)
        go_on.set()
        ahead.result(30)
        assert "place/kabul" in asked.result(30).catalogue.entities


def test_each_version_is_indexed_ahead_until_the_end_also_after_a_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("khyber.reconciliation.editions.AFTER_FAILURE", 0.01)
    published = engine()
    gate, editions, ended = Gate(published, fails=True), Editions(), Event()
    gate.open.set()
    follower = Thread(target=keep_up, args=(editions, gate, at_once, ended), daemon=True)
    follower.start()
    try:
        assert gate.reached.wait(30)
        gate.fails = False
        for version, delta in (("2", Delta((KABUL,), ())), ("3", Delta((), (KABUL,)))):
            wait_until_made_of(gate, editions)
            published.apply(delta, version)
        wait_until_made_of(gate, editions)
    finally:
        ended.set()
    follower.join(30)
    assert not follower.is_alive()


def wait_until_made_of(gate: Gate, editions: Editions) -> None:
    """Wait until the follower has seen the version of now, which it has made by itself."""
    seen = gate.version()
    for _ in range(3000):
        if editions.version == seen:
            return
        time.sleep(0.01)
    pytest.fail(f"There is no index of version {seen}.")
