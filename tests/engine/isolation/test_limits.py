from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from pyoxigraph import QueryResultsFormat, RdfFormat, parse

from isolated import (
    ALL,
    GROUPING_HOG,
    HOG,
    KILLER,
    LONG,
    MIB,
    SMALL,
    TRIPLES,
    count,
    isolated,
    named,
    select,
)
from khyber.engine.base import BytesResult, Limits, Query, ResultKind, Update
from khyber.engine.isolation.client import IsolatedEngine
from khyber.engine.isolation.holding import Holding
from khyber.engine.spool import FileResult
from khyber.errors import (
    EngineFailure,
    KhyberError,
    MemoryLimitReached,
    QueryRefused,
    QuerySyntaxError,
    RdfSyntaxError,
    ResultTooLarge,
    TimeLimitReached,
)


@pytest.fixture(scope="module")
def engine() -> Iterator[IsolatedEngine]:
    with isolated() as running:
        yield running


def test_a_query_is_answered(engine: IsolatedEngine) -> None:
    assert select(engine, SMALL) == [{"o": "7"}]
    assert engine.size() == TRIPLES
    assert engine.graphs() == {}


def test_a_small_result_comes_in_memory_and_a_long_one_in_a_file_with_its_size(
    engine: IsolatedEngine,
) -> None:
    small = engine.answer(Query(SMALL, ResultKind.SOLUTIONS), QueryResultsFormat.CSV)
    assert isinstance(small, BytesResult)
    long = engine.answer(Query(ALL, ResultKind.SOLUTIONS), QueryResultsFormat.JSON)
    assert isinstance(long, FileResult)
    body = b"".join(long)
    assert len(body) == long.size
    assert body == b"".join(long.chunks())
    long.close()
    long.close()


def test_a_graph_is_written_in_the_format_that_is_asked_for(engine: IsolatedEngine) -> None:
    query = Query("CONSTRUCT WHERE { ?s ?p ?o }", ResultKind.GRAPH)
    for rdf_format in (RdfFormat.TURTLE, RdfFormat.N_TRIPLES, RdfFormat.RDF_XML):
        body = b"".join(engine.answer(query, rdf_format))
        assert len(list(parse(body, format=rdf_format))) == TRIPLES


def test_a_mistake_in_the_query_is_told_as_in_process(engine: IsolatedEngine) -> None:
    with pytest.raises(QuerySyntaxError) as raised:
        select(engine, "SELECT * {\n ?s ?p }")
    assert raised.value.location is not None
    assert raised.value.location.line == 2


@pytest.mark.parametrize(
    ("query", "limits", "error", "says"),
    [
        (KILLER, Limits(seconds=0.3), TimeLimitReached, "0.3 seconds"),
        (HOG, Limits(memory_bytes=64 * MIB), MemoryLimitReached, "67,108,864 bytes"),
        (GROUPING_HOG, Limits(memory_bytes=64 * MIB), MemoryLimitReached, "67,108,864 bytes"),
        (LONG, Limits(result_bytes=MIB), ResultTooLarge, "1,048,576 bytes"),
    ],
    ids=["time", "memory_by_sorting", "memory_by_grouping", "result"],
)
def test_at_a_limit_the_error_names_it_and_the_engine_goes_on(
    engine: IsolatedEngine, query: str, limits: Limits, error: type[KhyberError], says: str
) -> None:
    with pytest.raises(error, match=says) as raised:
        select(engine, query, limits)
    assert raised.value.remedy
    assert select(engine, SMALL) == [{"o": "7"}]


def test_kills_are_counted_by_reason() -> None:
    with isolated() as engine:
        with pytest.raises(TimeLimitReached):
            select(engine, KILLER, Limits(seconds=0.1))
        with pytest.raises(MemoryLimitReached):
            select(engine, HOG, Limits(memory_bytes=32 * MIB))
        counters = engine.counters()
        assert counters["khyber_kills_time_total"] == 1
        assert counters["khyber_kills_memory_total"] == 1
        assert counters["khyber_queries_running"] == 0


def test_the_engines_own_limits_hold_where_the_query_brings_none() -> None:
    with isolated(limits=Limits(seconds=0.2, memory_bytes=512 * MIB, result_bytes=MIB)) as engine:
        with pytest.raises(TimeLimitReached, match=r"0\.2 seconds"):
            select(engine, KILLER)
        with pytest.raises(ResultTooLarge):
            select(engine, LONG, Limits(seconds=20))


def test_others_are_answered_while_a_query_runs_to_its_limit(engine: IsolatedEngine) -> None:
    errors: list[KhyberError] = []

    def kill() -> None:
        with pytest.raises(TimeLimitReached) as raised:
            select(engine, KILLER, Limits(seconds=1.5), client="heavy")
        errors.append(raised.value)

    heavy = threading.Thread(target=kill)
    heavy.start()
    answered = 0
    while heavy.is_alive():
        assert select(engine, SMALL, client="light") == [{"o": "7"}]
        answered += 1
    heavy.join()
    assert len(errors) == 1
    assert answered > 10


def test_a_full_disk_is_told_and_leaves_the_engine_working(tmp_path: Path) -> None:
    folder = Path("/dev/full")  # what cannot hold a file stands for what has no room for one
    with isolated(spool=folder) as engine:
        with pytest.raises(ResultTooLarge, match="cannot be kept"):
            select(engine, ALL)
        assert select(engine, SMALL) == [{"o": "7"}]
    with isolated(spool=tmp_path) as engine:
        assert len(select(engine, ALL)) == TRIPLES
        assert list(tmp_path.iterdir()) == []


def test_a_child_that_is_killed_gives_its_client_an_error_and_is_replaced(engine: IsolatedEngine) -> None:
    for _ in range(3):
        outcome: list[KhyberError] = []

        def ask(outcome: list[KhyberError] = outcome) -> None:
            with pytest.raises(EngineFailure) as raised:
                select(engine, KILLER, Limits(seconds=20))
            outcome.append(raised.value)

        asking = threading.Thread(target=ask)
        asking.start()
        while asking.is_alive():
            for child in named("khyber-query", engine.supervisor):
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            asking.join(timeout=0.1)
        assert [error.status for error in outcome] == [500]
        assert select(engine, SMALL) == [{"o": "7"}]


@pytest.mark.parametrize("query", ["SELECT * {", "SELECT * {?s ?p ?o FILTER ("], ids=["groups", "brackets"])
def test_a_query_that_is_nested_too_deeply_is_refused(engine: IsolatedEngine, query: str) -> None:
    last = query[-1]
    deep = query[:-1] + last * 50_000 + "?o" + {"{": "}", "(": ")"}[last] * 50_000
    with pytest.raises(QueryRefused, match="nested so deeply"):
        select(engine, deep, Limits(seconds=20))
    with pytest.raises(QueryRefused, match="nested so deeply"):
        engine.update(Update("DELETE {} WHERE " + "{" * 50_000 + "}" * 50_000))
    assert select(engine, SMALL) == [{"o": "7"}]


def test_a_function_runs_in_a_child_within_the_limits(engine: IsolatedEngine) -> None:
    assert engine.call(len, "four") == 4
    with pytest.raises(EngineFailure, match="TypeError"):
        engine.call(len, 3)  # type: ignore[arg-type]
    with pytest.raises(TimeLimitReached):
        engine.call(sum, range(10**12), limits=Limits(seconds=0.2))


def test_what_the_loader_raises_is_raised_by_waiting() -> None:
    def load_what_is_broken() -> Holding:
        raise RdfSyntaxError("Something is wrong.")

    engine = IsolatedEngine.start(load_what_is_broken)
    with pytest.raises(RdfSyntaxError, match="Something is wrong"):
        engine.wait()
    assert engine.close() == 1


def test_closing_ends_every_process_at_once() -> None:
    with isolated() as engine:
        count(engine)
        supervisor = engine.supervisor
        below = named("khyber-", supervisor)
        assert len(below) >= 2
    assert [process for process in [supervisor, *below] if process in named("khyber-")] == []
