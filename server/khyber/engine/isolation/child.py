"""The process that runs queries, one at a time, and may be killed at any moment; or one update."""

from __future__ import annotations

import select
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from pyoxigraph import QueryResultsFormat, RdfFormat

from khyber.engine.base import Query, ResultFormat, Step
from khyber.engine.isolation.holding import Holding, Reading
from khyber.engine.isolation.memory import MOST_GROWTH, Memory
from khyber.engine.isolation.messages import Loaded, NotLoaded, Reply, Request, Task, packed, unpacked
from khyber.engine.isolation.own_memory import OwnMemory
from khyber.engine.isolation.wire import Channel
from khyber.engine.spool import Spool
from khyber.errors import EngineFailure, KhyberError, MemoryLimitReached

REST = 20
"""After how many milliseconds without a request a child copies more of its memory, if it is in use."""

IN_USE = 8
"""After how many jobs a child is in use: those that wait for work go on sharing the holder's memory."""


def serve_queries(channel: Channel, holding: Holding, spool_folder: Path) -> None:
    """Answer the requests that come through ``channel``, until its other end closes it."""
    engine, memory = holding.reader(), Memory()
    most = memory.resident + MOST_GROWTH
    own = OwnMemory()
    for jobs in count():
        if jobs >= IN_USE and own.left:
            most += _use_rest(channel, own, memory)
        request, _ = channel.receive()
        spool = Spool(spool_folder, request.limits.result_bytes)
        reply, descriptors = _guarded(memory, request, lambda: _read(holding, engine, request, spool))  # noqa: B023
        spool.close()
        if request.task.spoils or memory.resident > most:
            reply = replace(reply, grown=True)
        channel.send(reply, descriptors)


def _use_rest(channel: Channel, own: OwnMemory, memory: Memory) -> int:
    """Copy memory until a request comes; give by how many bytes that let this process grow."""
    before = memory.resident
    waiting = select.poll()
    waiting.register(channel, select.POLLIN)
    rest = REST
    while own.left and not waiting.poll(rest):
        own.copy_block()
        rest = 0
    return memory.resident - before


def serve_update(channel: Channel, holding: Holding) -> Loaded | None:
    """Apply the one update that comes through ``channel``; publish it when the other end says so.

    That is what the other end says when it has seen that the update succeeded: from then on no limit can
    undo it. Gives what to tell when it was published, else None.
    """
    request, _ = channel.receive()
    version = ""

    def write() -> tuple[Reply, list[int]]:
        nonlocal version
        engine = holding.writer()
        change = unpacked(request.argument)
        if isinstance(change, Step):
            version = change.version
            engine.apply(change.delta, version)
            return Reply(packed(None)), []
        if request.task is Task.CHANGE_GRAPH:
            return Reply(packed(engine.change_graph(change))), []
        engine.update(change)
        return Reply(packed(None)), []

    memory = Memory()
    reply, _ = _guarded(memory, request, write)
    memory.close()
    channel.send(reply)
    if reply.failed is not None:
        return None
    channel.receive()  # Publish
    try:
        holding.commit()
    except Exception as error:
        failure = EngineFailure(f"The update cannot be kept: {type(error).__name__}: {error}.")
        channel.send(NotLoaded(packed(failure)))
        return None
    return Loaded(holding.promotes, version)


def format_name(result_format: ResultFormat) -> tuple[bool, str]:
    """Name a format so that the name can be sent; Oxigraph's own objects cannot."""
    return isinstance(result_format, RdfFormat), result_format.media_type


def _format_named(name: tuple[bool, str]) -> ResultFormat:
    is_rdf, media_type = name
    found = (RdfFormat if is_rdf else QueryResultsFormat).from_media_type(media_type)
    if found is None:
        raise EngineFailure(f"The engine knows no format {media_type}.")
    return found


def _read(holding: Holding, engine: Reading, request: Request, spool: Spool) -> tuple[Reply, list[int]]:
    argument = unpacked(request.argument)
    if request.task is Task.ANSWER:
        query, name = argument
        return _answer(engine, query, name, spool)
    if request.task.spoils:
        return _read_apart(holding, request.task, argument, spool)
    if request.task is Task.HAS_GRAPH:
        return Reply(packed(engine.has_graph(argument))), []
    if request.task is Task.CENSUS:
        return Reply(packed((engine.size(), dict(engine.graphs())))), []
    function, value = argument
    return Reply(packed(function(value))), []


def _answer(engine: Reading, query: Query, name: tuple[bool, str], spool: Spool) -> tuple[Reply, list[int]]:
    engine.write(query, _format_named(name), spool)
    taken = spool.taken()
    return (Reply(packed(taken)), []) if isinstance(taken, bytes) else (Reply(packed(spool.size)), [taken])


def _read_apart(holding: Holding, task: Task, argument: Any, spool: Spool) -> tuple[Reply, list[int]]:
    """Do a task on a dataset that is this child's own, and of no more use afterwards."""
    engine = holding.writer()
    try:
        if task is Task.RUN:
            function, value = argument
            return Reply(packed(function(engine.store, value))), []
        query, name, undo = argument
        engine.apply(undo.delta, undo.version)
        return _answer(engine, query, name, spool)
    finally:
        holding.discard()


def _guarded(
    memory: Memory, request: Request, work: Callable[[], tuple[Reply, list[int]]]
) -> tuple[Reply, list[int]]:
    """Do ``work`` within the memory limit, and give every exception as a reply."""
    try:
        memory.limit(request.limits.memory_bytes)
        return work()
    except KhyberError as error:
        failure = error
    except MemoryError:
        failure = memory_limit(request.limits.memory_bytes)
    except BaseException as error:
        failure = EngineFailure(f"The engine made a mistake: {type(error).__name__}: {error}.")
    finally:
        memory.limit(None)
    return Reply(packed(failure), failure.code), []


def memory_limit(limit: int | None) -> KhyberError:
    """Give the error of a query that took more memory than it may."""
    named = f"the limit of {limit:,} bytes" if limit is not None else "there is"
    return MemoryLimitReached(
        f"The query took more memory than {named} and was stopped.",
        remedy="Narrow the patterns; ORDER BY, GROUP BY, DISTINCT and GROUP_CONCAT hold all their rows.",
    )
