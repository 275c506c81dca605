from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

import pytest
from pyoxigraph import Quad

from isolated import EX, SMALL, TRIPLES, count, eventually, isolated, named, quads, select
from khyber.engine import disk
from khyber.engine.base import Limits, Update
from khyber.engine.isolation.holding import Holding
from khyber.errors import Conflict, EngineFailure, KhyberError, RdfSyntaxError, TimeLimitReached

SLOW = (
    f"INSERT DATA {{ <{EX}a> <{EX}b> 1 }} ; DELETE {{ ?a ?b ?c }} WHERE {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }}"
)


@pytest.fixture
def loader(tmp_path: Path) -> Callable[[], Holding]:
    return lambda: disk.load(tmp_path, lambda: (quads(), ()))


def generations(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("generation-*"))


def insert(number: int) -> Update:
    return Update(f"INSERT DATA {{ <{EX}new{number}> <{EX}p> {number} }}")


def test_queries_are_answered_from_the_disk_also_by_the_next_server(
    loader: Callable[[], Holding], tmp_path: Path
) -> None:
    for _ in range(2):
        with isolated(loader) as engine:
            assert select(engine, SMALL) == [{"o": "7"}]
            assert engine.size() == TRIPLES
    assert generations(tmp_path) == ["generation-00000001"]


def test_updates_are_seen_by_the_next_query_and_by_the_next_server(
    loader: Callable[[], Holding], tmp_path: Path
) -> None:
    with isolated(loader) as engine:
        versions = {engine.version()}
        for number in range(3):
            engine.update(insert(number))
            assert count(engine) == TRIPLES + number + 1
            versions.add(engine.version())
        assert len(versions) == 4
    with isolated(loader) as engine:
        assert count(engine) == TRIPLES + 3
        assert len(generations(tmp_path)) == 1


def test_an_update_that_is_stopped_leaves_the_dataset_and_no_generation(
    loader: Callable[[], Holding], tmp_path: Path
) -> None:
    with isolated(loader) as engine:
        with pytest.raises(TimeLimitReached):
            engine.update(Update(SLOW), limits=Limits(seconds=0.5))
        assert count(engine) == TRIPLES
        engine.update(insert(0))
        assert count(engine) == TRIPLES + 1
    with isolated(loader) as engine:
        assert count(engine) == TRIPLES + 1
        assert len(generations(tmp_path)) == 1


def test_after_a_crash_in_the_middle_of_an_update_the_last_published_dataset_is_there(
    loader: Callable[[], Holding], tmp_path: Path
) -> None:
    with isolated(loader) as engine:
        engine.update(insert(0))
        errors: list[KhyberError] = []

        def write() -> None:
            with pytest.raises(EngineFailure) as raised:
                engine.update(Update(SLOW))
            errors.append(raised.value)

        writing = threading.Thread(target=write)
        writing.start()
        assert eventually(lambda: len(generations(tmp_path)) > 1)
        supervisor = engine.supervisor
        os.kill(supervisor, signal.SIGKILL)
        writing.join(timeout=20)
        assert len(errors) == 1
    with isolated(loader) as engine:
        assert count(engine) == TRIPLES + 1
        assert select(engine, f"SELECT * {{ <{EX}a> ?p ?o }}") == []


def test_a_holder_that_is_killed_after_writes_is_replaced_without_loss(
    loader: Callable[[], Holding], tmp_path: Path
) -> None:
    assert tmp_path.is_dir()
    with isolated(loader) as engine:
        engine.update(insert(0))
        holder = named("khyber-holder", engine.supervisor)[0]
        os.kill(holder, signal.SIGKILL)
        assert eventually(lambda: engine.state().reloads)
        assert count(engine) == TRIPLES + 1


def test_what_cannot_be_read_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> tuple[Iterable[Quad], Collection[str]]:
        raise RdfSyntaxError("Something is wrong.")

    with (
        pytest.raises(RdfSyntaxError, match="Something is wrong"),
        isolated(lambda: disk.load(tmp_path, broken)),
    ):
        pass
    assert generations(tmp_path) == []


def test_two_servers_may_read_one_dataset_but_not_write_to_it(tmp_path: Path) -> None:
    def source() -> tuple[Iterable[Quad], Collection[str]]:
        return quads(), ()

    with isolated(lambda: disk.load(tmp_path, source)) as one:
        with isolated(lambda: disk.load(tmp_path, source)) as other:
            assert count(one) == count(other) == TRIPLES
        with (
            pytest.raises(Conflict, match="Another server"),
            isolated(lambda: disk.load(tmp_path, source, writable=True)),
        ):
            pass
