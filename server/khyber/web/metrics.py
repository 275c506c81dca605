"""What the server counts, in the text format of Prometheus (version 0.0.4).

The counts are those of one process: Khyber answers HTTP in one, and its threads share them.
"""

from __future__ import annotations

import os
import resource
import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from threading import Lock
from typing import Literal, Protocol, runtime_checkable

from khyber.engine.isolation.messages import State

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""The upper bounds of the histogram of durations, in seconds."""

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Sample:
    """One number of a metric, with the labels and the ending of the name that tell it from others."""

    value: float
    labels: Labels = ()
    suffix: str = ""


@dataclass(frozen=True)
class Metric:
    """A metric: its name, its type, its help in a sentence, and its numbers."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    samples: tuple[Sample, ...]


@runtime_checkable
class Measured(Protocol):
    """An engine that tells how it is doing."""

    def state(self) -> State:
        """Give its counts of now."""


class RequestCounts:
    """The requests that were answered: how many, how long they took, and how many bytes went out."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._bytes: Counter[str] = Counter()
        self._durations: dict[str, list[float]] = {}

    def add(self, method: str, route: str, status: int, *, seconds: float, size: int) -> None:
        """Count one answer to ``method`` at ``route``, the rule that matched and not the path."""
        with self._lock:
            self._requests[method, route, status] += 1
            self._bytes[route] += size
            buckets = self._durations.setdefault(route, [0.0] * (len(BOUNDS) + 2))
            buckets[bisect_left(BOUNDS, seconds)] += 1
            buckets[-1] += seconds

    def metrics(self) -> tuple[Metric, ...]:
        """Give the counts of now."""
        with self._lock:
            requests = tuple(
                Sample(count, (("method", method), ("route", route), ("status", str(status))))
                for (method, route, status), count in sorted(self._requests.items())
            )
            sizes = tuple(Sample(size, (("route", route),)) for route, size in sorted(self._bytes.items()))
            durations = tuple(
                sample
                for route, buckets in sorted(self._durations.items())
                for sample in _histogram(route, buckets)
            )
        return (
            Metric("khyber_requests_total", "counter", "Requests that were answered.", requests),
            Metric(
                "khyber_request_seconds",
                "histogram",
                "Seconds until an answer was ready.",
                durations,
            ),
            Metric("khyber_response_bytes_total", "counter", "Bytes of the bodies that were sent.", sizes),
        )


def _histogram(route: str, buckets: list[float]) -> Iterator[Sample]:
    labels = (("route", route),)
    count = 0.0
    for bound, inside in zip((*map(str, BOUNDS), "+Inf"), buckets, strict=False):
        count += inside
        yield Sample(count, (*labels, ("le", bound)), "_bucket")
    yield Sample(buckets[-1], labels, "_sum")
    yield Sample(count, labels, "_count")


def engine_metrics(state: State) -> tuple[Metric, ...]:
    """Give what an engine counts."""
    kills = tuple(Sample(count, (("reason", reason),)) for reason, count in sorted(state.kills.items()))
    plain: tuple[tuple[str, Literal["counter", "gauge"], str, float], ...] = (
        ("khyber_queries_running", "gauge", "Queries and updates that run.", state.running),
        ("khyber_queries_paused", "gauge", "Those of them that stand still for others.", state.paused),
        ("khyber_queries_waiting", "gauge", "Queries and updates that wait for their turn.", state.waiting),
        ("khyber_children", "gauge", "Processes that answer queries.", state.children),
        (
            "khyber_queries_finished_total",
            "counter",
            "Queries and updates that ended.",
            state.finished,
        ),
        ("khyber_writes_total", "counter", "Updates and graph changes that were published.", state.writes),
        ("khyber_queries_refused_total", "counter", "Requests that found too many waiting.", state.refused),
        ("khyber_reloads_total", "counter", "Times that the dataset was loaded anew.", state.reloads),
    )
    return (
        *(Metric(name, kind, text, (Sample(value),)) for name, kind, text, value in plain),
        Metric("khyber_kills_total", "counter", "Children that were killed, by the reason.", kills),
    )


def process_metrics() -> tuple[Metric, ...]:
    """Give what the HTTP process takes of the machine."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    cpu = Sample(usage.ru_utime + usage.ru_stime)
    most = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    found = [
        Metric("process_cpu_seconds_total", "counter", "Processor time of the HTTP process.", (cpu,)),
        Metric(
            "process_peak_memory_bytes",
            "gauge",
            "The most memory that it held.",
            (Sample(most),),
        ),
    ]
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - no path to work with
            pages = int(file.read().split()[1])
    except OSError:
        return tuple(found)
    held = Sample(pages * os.sysconf("SC_PAGE_SIZE"))
    return (
        *found,
        Metric("process_resident_memory_bytes", "gauge", "Memory that the HTTP process holds.", (held,)),
    )


def exposition(metrics: Iterable[Metric]) -> str:
    """Write metrics in the text format."""
    return "".join(line + "\n" for metric in metrics for line in _lines(metric))


def _lines(metric: Metric) -> Iterator[str]:
    yield f"# HELP {metric.name} {metric.help}"
    yield f"# TYPE {metric.name} {metric.kind}"
    for sample in metric.samples:
        labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in sample.labels)
        braces = f"{{{labels}}}" if labels else ""
        yield f"{metric.name}{sample.suffix}{braces} {_number(sample.value)}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
