from __future__ import annotations

import os
import signal
import threading

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from isolated import EX, KILLER, MIB, SMALL, TRIPLES, count, eventually, isolated, load, named, select
from khyber.engine.base import GraphChange, Limits, Update
from khyber.engine.isolation.client import IsolatedEngine
from khyber.errors import EngineFailure, KhyberError, QuerySyntaxError, TimeLimitReached

SLOW = (
    f"INSERT DATA {{ <{EX}a> <{EX}b> 1 }} ; DELETE {{ ?a ?b ?c }} WHERE {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }}"
)


def insert(number: int) -> Update:
    return Update(f"INSERT DATA {{ <{EX}new{number}> <{EX}p> {number} }}")


def test_the_next_query_sees_an_update_and_the_version_changes() -> None:
    with isolated() as engine:
        versions = {engine.version()}
        for number in range(5):
            engine.update(insert(number))
            assert count(engine) == TRIPLES + number + 1
            assert engine.size() == TRIPLES + number + 1
            versions.add(engine.version())
        assert len(versions) == 6


def test_a_graph_is_put_and_dropped() -> None:
    graph = EX + "graph"
    triple = Triple(NamedNode(EX + "s"), NamedNode(EX + "p"), Literal("o"))
    with isolated() as engine:
        assert not engine.has_graph(graph)
        assert engine.change_graph(GraphChange("replace", graph, (triple,))) is True
        assert engine.graphs() == {graph: 1}
        assert engine.change_graph(GraphChange("replace", graph, (triple,))) is False
        engine.change_graph(GraphChange("drop", graph))
        assert not engine.has_graph(graph)


@pytest.mark.parametrize("limit", ["time", "memory", "killed"])
def test_an_update_that_is_stopped_changes_nothing(limit: str) -> None:
    with isolated() as engine:
        version = engine.version()
        if limit == "killed":
            outcome: list[KhyberError] = []
            writing = threading.Thread(target=lambda: outcome.append(_failed(engine, Limits(seconds=20))))
            writing.start()
            assert eventually(lambda: named("khyber-update", engine.supervisor))
            for child in named("khyber-update", engine.supervisor):
                os.kill(child, signal.SIGKILL)
            writing.join(timeout=20)
            assert [error.status for error in outcome] == [500]
        else:
            limits = Limits(seconds=0.3) if limit == "time" else Limits(seconds=20, memory_bytes=16 * MIB)
            error = _failed(engine, limits)
            assert error.code == f"{limit}-limit"
        assert count(engine) == TRIPLES
        assert select(engine, f"SELECT * {{ <{EX}a> ?p ?o }}") == []
        assert engine.version() == version
        engine.update(insert(0))
        assert count(engine) == TRIPLES + 1


def _failed(engine: IsolatedEngine, limits: Limits) -> KhyberError:
    with pytest.raises(KhyberError) as raised:
        engine.update(Update(SLOW), limits=limits)
    return raised.value


def test_an_update_that_cannot_be_read_changes_nothing() -> None:
    with isolated() as engine:
        with pytest.raises(QuerySyntaxError):
            engine.update(Update(insert(0).text + " ; INSERT"))
        assert count(engine) == TRIPLES


def test_updates_of_many_clients_are_all_there_and_queries_see_whole_ones_only() -> None:
    pair = "INSERT DATA {{ <{ex}l{n}> <{ex}q> {n} . <{ex}r{n}> <{ex}q> {n} }}"
    with isolated() as engine:

        def write(client: int) -> None:
            for number in range(5):
                update = Update(pair.format(ex=EX, n=client * 100 + number))
                engine.update(update, client=str(client))

        writers = [threading.Thread(target=write, args=(client,)) for client in range(4)]
        for writer in writers:
            writer.start()
        seen = [count(engine)]
        while any(writer.is_alive() for writer in writers):
            seen.append(count(engine))
        for writer in writers:
            writer.join()
        assert all((number - TRIPLES) % 2 == 0 for number in seen)
        assert seen == sorted(seen)
        assert count(engine) == TRIPLES + 40
        assert eventually(
            lambda: len(named("khyber-update", engine.supervisor)) == 1
        )  # the one that holds the dataset now


def test_a_query_that_began_before_an_update_ends_on_what_it_began_with() -> None:
    with isolated() as engine:

        def begin() -> None:
            with pytest.raises(TimeLimitReached):
                select(engine, KILLER, Limits(seconds=1), "a")

        begun = threading.Thread(target=begin)
        begun.start()
        assert eventually(lambda: engine.state().running)
        engine.update(insert(0), client="b")
        assert engine.state().running + engine.state().paused == 1
        assert count(engine) == TRIPLES + 1
        begun.join(timeout=20)
        assert engine.counters()["khyber_kills_time_total"] == 1


def test_a_holder_that_is_killed_is_loaded_again_while_nothing_has_been_written() -> None:
    with isolated() as engine:
        version = engine.version()
        holder = named("khyber-holder", engine.supervisor)[0]
        os.kill(holder, signal.SIGKILL)
        assert eventually(lambda: engine.state().reloads)
        assert select(engine, SMALL) == [{"o": "7"}]
        assert engine.version() != version


def test_a_holder_that_is_killed_with_writes_in_it_ends_the_engine_with_a_line(
    capfd: pytest.CaptureFixture[str],
) -> None:
    engine = IsolatedEngine.start(load)
    engine.wait()
    engine.update(insert(0))
    holder = named("khyber-update", engine.supervisor)[0]
    os.kill(holder, signal.SIGKILL)
    assert engine.has_ended(within=20)
    with pytest.raises(EngineFailure):
        count(engine)
    assert engine.close() == 1
    assert capfd.readouterr().err.startswith(
        "khyber: The process that holds the dataset was ended from outside"
    )
