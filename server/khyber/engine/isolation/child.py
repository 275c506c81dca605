"""The process that runs queries, one at a time, and may be killed at any moment; or one update."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from pathlib import Path

from pyoxigraph import QueryResultsFormat, RdfFormat

from khyber.engine.base import ResultFormat
from khyber.engine.isolation.holding import Holding, Reading
from khyber.engine.isolation.messages import NotLoaded, Reply, Request, Task, packed, unpacked
from khyber.engine.isolation.wire import Channel
from khyber.engine.spool import Spool
from khyber.errors import EngineFailure, KhyberError, MemoryLimitReached

MOST_GROWTH = 128 * 1024 * 1024
"""How much more memory, in bytes, a child may keep from job to job before it is replaced."""

_PAGE = os.sysconf("SC_PAGE_SIZE")
_RESIDENT, _DATA = 1, 5
"""Where /proc/self/statm says, in pages, what is in memory and what is private and writable."""


def serve_queries(channel: Channel, holding: Holding, spool_folder: Path) -> None:
    """Answer the requests that come through ``channel``, until its other end closes it."""
    engine = holding.reader()
    most = _pages(_RESIDENT) + MOST_GROWTH // _PAGE
    while True:
        request, _ = channel.receive()
        spool = Spool(spool_folder, request.limits.result_bytes)
        reply, descriptors = _guarded(request, lambda: _read(engine, request, spool))  # noqa: B023
        spool.close()
        channel.send(
            Reply(reply.value, reply.failed, grown=_pages(_RESIDENT) > most),
            descriptors,
        )


def serve_update(channel: Channel, holding: Holding) -> bool:
    """Apply the one update that comes through ``channel``; publish it when the other end says so.

    That is what the other end says when it has seen that the update succeeded: from then on no limit can
    undo it. Gives whether it was published.
    """
    request, _ = channel.receive()

    def write() -> tuple[Reply, list[int]]:
        engine = holding.writer()
        change = unpacked(request.argument)
        if request.task is Task.CHANGE_GRAPH:
            return Reply(packed(engine.change_graph(change))), []
        engine.update(change)
        return Reply(packed(None)), []

    reply, _ = _guarded(request, write)
    channel.send(reply)
    if reply.failed is not None:
        return False
    channel.receive()  # Publish
    try:
        holding.commit()
    except Exception as error:
        failure = EngineFailure(f"The update cannot be kept: {type(error).__name__}: {error}.")
        channel.send(NotLoaded(packed(failure)))
        return False
    return True


def format_name(result_format: ResultFormat) -> tuple[bool, str]:
    """Name a format so that the name can be sent; Oxigraph's own objects cannot."""
    return isinstance(result_format, RdfFormat), result_format.media_type


def _format_named(name: tuple[bool, str]) -> ResultFormat:
    is_rdf, media_type = name
    found = (RdfFormat if is_rdf else QueryResultsFormat).from_media_type(media_type)
    if found is None:
        raise EngineFailure(f"The engine knows no format {media_type}.")
    return found


def _read(engine: Reading, request: Request, spool: Spool) -> tuple[Reply, list[int]]:
    argument = unpacked(request.argument)
    if request.task is Task.ANSWER:
        query, name = argument
        engine.write(query, _format_named(name), spool)
        taken = spool.taken()
        return (
            (Reply(packed(taken)), []) if isinstance(taken, bytes) else (Reply(packed(spool.size)), [taken])
        )
    if request.task is Task.HAS_GRAPH:
        return Reply(packed(engine.has_graph(argument))), []
    if request.task is Task.CENSUS:
        return Reply(packed((engine.size(), dict(engine.graphs())))), []
    function, value = argument
    return Reply(packed(function(value))), []


def _guarded(request: Request, work: Callable[[], tuple[Reply, list[int]]]) -> tuple[Reply, list[int]]:
    """Do ``work`` within the memory limit, and give every exception as a reply."""
    try:
        _limit_memory(request.limits.memory_bytes)
        return work()
    except KhyberError as error:
        failure = error
    except MemoryError:
        failure = memory_limit(request.limits.memory_bytes)
    except BaseException as error:
        failure = EngineFailure(f"The engine made a mistake: {type(error).__name__}: {error}.")
    finally:
        _limit_memory(None)
    return Reply(packed(failure), failure.code), []


def memory_limit(limit: int | None) -> KhyberError:
    """Give the error of a query that took more memory than it may."""
    named = f"the limit of {limit:,} bytes" if limit is not None else "there is"
    return MemoryLimitReached(
        f"The query took more memory than {named} and was stopped.",
        remedy="Narrow the patterns; ORDER BY, GROUP BY, DISTINCT and GROUP_CONCAT hold all their rows.",
    )


def _limit_memory(limit: int | None) -> None:
    """Let this process take ``limit`` bytes more; beyond, allocation fails and Oxigraph aborts."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    soft = hard if limit is None else _pages(_DATA) * _PAGE + limit
    resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _pages(field: int) -> int:
    with Path("/proc/self/statm").open("rb", buffering=0) as file:
        return int(file.read().split()[field])
