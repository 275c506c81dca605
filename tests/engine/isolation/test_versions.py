"""A dataset that is kept elsewhere, version by version, in the isolated engine."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import sleep

import pytest
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, RdfFormat, Store, parse, serialize

from isolated import EX, KILLER, count, eventually, isolated, named
from khyber.engine import disk
from khyber.engine.base import Limits, Query, ResultKind
from khyber.engine.isolation.client import IsolatedEngine
from khyber.engine.isolation.holding import Holding, MemoryHolding
from khyber.engine.published import APART, load_published, named_graphs
from khyber.errors import EngineFailure, KhyberError, QuerySyntaxError, RdfSyntaxError, TimeLimitReached
from khyber.rdf.delta import Delta
from khyber.rdf.namespaces import CONTRIBUTION_GRAPH, GRAPH

CORE, INFERRED = GRAPH + "core", GRAPH + "inferred"
LOADED = 100


def quad(number: int, graph: str = CORE) -> Quad:
    return Quad(NamedNode(f"{EX}s{number}"), NamedNode(EX + "p"), Literal(number), NamedNode(graph))


def contribution(number: int) -> Delta:
    graph = f"{CONTRIBUTION_GRAPH}{number}"
    return Delta((quad(LOADED + number, graph), quad(-number, graph)), ())


@dataclass(frozen=True)
class Record:
    """A dataset in a file, which is written before the engine hears of a delta; its folder has the store."""

    folder: Path
    kind: str

    def read(self) -> tuple[str, list[Quad]]:
        version, _, quads = (self.folder / "record").read_text().partition("\n")
        return version, list(parse(quads, format=RdfFormat.N_QUADS))

    def write(self, version: str, quads: set[Quad]) -> None:
        text = (serialize(sorted(quads, key=str), format=RdfFormat.N_QUADS) or b"").decode()
        (self.folder / "next").write_text(f"{version}\n{text}")
        (self.folder / "next").replace(self.folder / "record")

    def take(self, delta: Delta, version: str) -> None:
        self.write(version, (set(self.read()[1]) - set(delta.removed)) | set(delta.added))

    def load(self) -> Holding:
        version, quads = self.read()
        if self.kind == "memory":
            return MemoryHolding(load_published(quads, version))
        return disk.load(
            self.folder / "disk",
            lambda: (quads, named_graphs(quads) - APART),
            writable=True,
            apart=APART,
            version=version,
        )


@pytest.fixture(params=["memory", "disk"])
def record(request: pytest.FixtureRequest, tmp_path: Path) -> Record:
    kept = Record(tmp_path, request.param)
    kept.write("0-base", {quad(number) for number in range(LOADED)} | {quad(0, INFERRED)})
    return kept


@pytest.fixture
def engine(record: Record) -> Iterator[IsolatedEngine]:
    with isolated(record.load) as running:
        yield running


def test_the_version_is_the_one_of_the_loader_and_then_that_of_the_delta_in_every_thread(
    engine: IsolatedEngine,
) -> None:
    assert engine.version() == engine.state().version == "0-base"
    seen: list[tuple[str, int]] = []

    def see() -> None:
        seen.append((engine.version(), count(engine)))

    for number in (1, 2, 3):
        engine.apply(contribution(number), f"{number}-name")
        threads = [threading.Thread(target=see) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert seen[-4:] == [(f"{number}-name", LOADED + 2 * number)] * 4
    with pytest.raises(ValueError, match="at most"):
        engine.apply(Delta(), "x" * 64)


def test_a_triple_of_two_graphs_leaves_the_default_graph_with_the_second(engine: IsolatedEngine) -> None:
    engine.apply(Delta((), (quad(0),)), "1")
    assert count(engine) == LOADED
    assert engine.graphs() == {CORE: LOADED - 1, INFERRED: 1}
    engine.apply(Delta((), (quad(0, INFERRED),)), "2")
    assert count(engine) == LOADED - 1
    assert engine.graphs() == {CORE: LOADED - 1}


def test_reads_go_on_and_see_whole_deltas_only(engine: IsolatedEngine) -> None:
    seen: list[int] = []
    ended = threading.Event()

    def read() -> None:
        while not ended.is_set():
            seen.append(count(engine))

    reading = [threading.Thread(target=read) for _ in range(2)]
    for thread in reading:
        thread.start()
    for number in range(1, 21):
        engine.apply(contribution(number), str(number))
    ended.set()
    for thread in reading:
        thread.join()
    assert len(seen) > 20
    assert {number % 2 for number in seen} == {0}
    assert count(engine) == LOADED + 40


def test_deltas_outlive_a_killed_holder_because_the_loader_finds_them(
    engine: IsolatedEngine, record: Record
) -> None:
    for number in (1, 2, 3):
        delta = contribution(number)
        record.take(delta, str(number))
        engine.apply(delta, str(number))
        name = "khyber-update" if record.kind == "memory" else "khyber-holder"
        os.kill(named(name, engine.supervisor)[0], signal.SIGKILL)
        assert eventually(partial(has_reloaded, engine, number))
        assert count(engine) == LOADED + 2 * number
        assert engine.version() == str(number)


def has_reloaded(engine: IsolatedEngine, times: int) -> bool:
    return engine.state().reloads == times


def test_whenever_a_process_is_killed_the_dataset_is_the_old_or_the_new_one(
    engine: IsolatedEngine, record: Record
) -> None:
    choice = random.Random(11)  # noqa: S311
    failures: list[KhyberError] = []

    def apply(delta: Delta, version: str) -> None:
        try:
            engine.apply(delta, version)
        except EngineFailure as error:
            failures.append(error)

    for number in range(1, 21):
        delta = contribution(number)
        record.take(delta, str(number))
        failures.clear()
        applying = threading.Thread(target=apply, args=(delta, str(number)))
        applying.start()
        sleep(choice.random() * 0.05)
        with suppress(ProcessLookupError):
            os.kill(choice.choice(named("khyber-", engine.supervisor)), signal.SIGKILL)
        applying.join()
        assert count(engine) in {LOADED + 2 * number - 2, LOADED + 2 * number}
        if failures:
            engine.reload()
        assert count(engine) == LOADED + 2 * number
        assert engine.version() == str(number)


def test_an_older_version_is_answered_and_leaves_nothing(engine: IsolatedEngine, record: Record) -> None:
    undo = Delta()
    for number in range(1, 6):
        delta = contribution(number)
        undo = delta.inverse.then(undo)
        engine.apply(delta, str(number))
    query = Query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", ResultKind.SOLUTIONS)
    for _ in range(3):
        answer = engine.answer(query, QueryResultsFormat.CSV, undo=undo)
        assert b"".join(answer).split() == [b"n", str(LOADED).encode()]
        assert count(engine) == LOADED + 10
    assert engine.version() == "5"
    with pytest.raises(QuerySyntaxError):
        engine.answer(Query("SELECT", ResultKind.SOLUTIONS), QueryResultsFormat.CSV, undo=undo)
    with pytest.raises(TimeLimitReached):
        engine.answer(
            Query(KILLER, ResultKind.SOLUTIONS), QueryResultsFormat.CSV, undo=undo, limits=Limits(seconds=0.3)
        )
    assert count(engine) == LOADED + 10
    if record.kind == "disk":
        engine.apply(contribution(6), "6")  # sweeps up behind the one that was killed
        assert len(list(record.folder.glob("disk/generation-*"))) <= 2


def length_after_clearing(store: Store, graph: str) -> tuple[int, int]:
    before = len(store)
    store.clear_graph(NamedNode(graph))
    return before, len(store)


def failing(store: Store, message: str) -> None:
    store.clear()
    raise RdfSyntaxError(message)


def endless(_store: Store, number: int) -> int:
    return sum(range(number))


def test_a_function_gets_a_store_of_its_own(engine: IsolatedEngine) -> None:
    for _ in range(3):
        assert engine.run(length_after_clearing, CORE) == (2 * LOADED + 1, LOADED + 1)
        with pytest.raises(RdfSyntaxError, match="as it said"):
            engine.run(failing, "as it said")
        assert count(engine) == LOADED
    with pytest.raises(TimeLimitReached):
        engine.run(endless, 10**12, limits=Limits(seconds=0.3))
    assert count(engine) == LOADED


def test_reloading_takes_over_what_the_loader_finds_while_reads_go_on(
    engine: IsolatedEngine, record: Record
) -> None:
    for number in (1, 2):
        record.take(contribution(number), str(number))
        seen: list[int] = []
        reloading = threading.Thread(target=engine.reload)
        reloading.start()
        while reloading.is_alive():
            seen.append(count(engine))
        reloading.join()
        assert set(seen) <= {LOADED + 2 * number - 2, LOADED + 2 * number}
        assert count(engine) == LOADED + 2 * number
        assert engine.version() == str(number)
    engine.apply(contribution(3), "3")
    assert count(engine) == LOADED + 6
    assert eventually(lambda: len(named("khyber-holder", engine.supervisor)) <= 1)


def test_what_cannot_be_loaded_anew_leaves_what_was_there(engine: IsolatedEngine, record: Record) -> None:
    engine.apply(contribution(1), "1")
    (record.folder / "record").write_text("9\n<broken")
    with pytest.raises(EngineFailure, match="cannot be loaded"):
        engine.reload()
    assert count(engine) == LOADED + 2
    engine.apply(contribution(2), "2")
    assert (count(engine), engine.version()) == (LOADED + 4, "2")


def slowly(loader: Callable[[], Holding], asked: Path) -> Callable[[], Holding]:
    def load() -> Holding:
        holding = loader()
        if asked.exists():
            sleep(60)
        return holding

    return load


def test_reloading_may_be_stopped_and_a_killed_loader_is_told(record: Record) -> None:
    asked = record.folder / "slow"
    with isolated(slowly(record.load, asked)) as engine:
        asked.touch()
        with pytest.raises(TimeLimitReached):
            engine.reload(limits=Limits(seconds=0.3))
        outcome: list[KhyberError] = []

        def reload() -> None:
            with pytest.raises(EngineFailure, match="ended from outside") as raised:
                engine.reload()
            outcome.append(raised.value)

        first = named("khyber-holder", engine.supervisor)
        reloading = threading.Thread(target=reload)
        reloading.start()
        assert eventually(lambda: set(named("khyber-holder", engine.supervisor)) - set(first))
        for process in set(named("khyber-holder", engine.supervisor)) - set(first):
            os.kill(process, signal.SIGKILL)
        reloading.join(timeout=20)
        assert len(outcome) == 1
        engine.apply(contribution(1), "1")
        assert (count(engine), engine.version()) == (LOADED + 2, "1")
