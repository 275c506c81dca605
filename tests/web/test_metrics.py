from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import khyber
from khyber.engine.isolation.messages import State
from khyber.web.metrics import (
    BOUNDS,
    Metric,
    RequestCounts,
    Sample,
    engine_metrics,
    exposition,
    process_metrics,
)
from running import Server, serving

LINE = re.compile(
    r"# (?:HELP|TYPE) [a-z_]+ .+"
    r'|[a-z_]+(?:\{[a-z]+="(?:[^"\\\n]|\\[\\"n])*"(?:,[a-z]+="(?:[^"\\\n]|\\[\\"n])*")*\})? [0-9.e+-]+'
)


def values(text: str) -> dict[str, float]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


@given(st.text())
def test_any_text_stands_as_a_label_without_breaking_the_line(text: str) -> None:
    metric = Metric("a_total", "counter", "A.", (Sample(1, (("b", text.replace("\r", "")),)),))
    written = exposition([metric])
    assert written.count("\n") == 3
    assert written.endswith('"} 1\n')


def test_a_histogram_counts_each_duration_in_every_bucket_above_it() -> None:
    counts = RequestCounts()
    durations = [0.0005, BOUNDS[0], 0.3, 100.0]
    for seconds in durations:
        counts.add("GET", "/x", 200, seconds=seconds, size=10)
    found = values(exposition(counts.metrics()))
    buckets = [
        found[f'khyber_request_seconds_bucket{{route="/x",le="{bound}"}}'] for bound in (*BOUNDS, "+Inf")
    ]
    assert buckets == sorted(buckets)
    assert (buckets[0], buckets[-1]) == (2, 4)
    assert buckets[BOUNDS.index(0.5)] == 3
    assert found['khyber_request_seconds_count{route="/x"}'] == 4
    assert found['khyber_request_seconds_sum{route="/x"}'] == pytest.approx(sum(durations))
    assert found['khyber_response_bytes_total{route="/x"}'] == 40


def test_the_kills_are_counted_by_their_reason() -> None:
    state = State("1", running=2, waiting=3, kills={"time": 4, "memory": 1})
    found = values(exposition(engine_metrics(state)))
    assert found["khyber_queries_running"] == 2
    assert found["khyber_queries_waiting"] == 3
    assert found['khyber_kills_total{reason="time"}'] == 4
    assert found['khyber_kills_total{reason="memory"}'] == 1


def test_the_process_tells_its_memory_and_its_time() -> None:
    found = values(exposition(process_metrics()))
    assert found["process_cpu_seconds_total"] > 0
    assert found["process_peak_memory_bytes"] > 1_000_000


@pytest.fixture
def own(people: Path) -> Iterator[Server]:
    """Give a server of which nobody else asks."""
    with serving(str(people)) as running:
        yield running


def test_the_server_counts_its_answers_by_method_route_and_status(own: Server) -> None:
    own.ask("ASK {}")
    own.ask("ASK {")
    own.ask("ASK { } # again")
    own.fetch("/nowhere/at/all")
    own.fetch("/sparql", method="BREW")
    answer = own.fetch("/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    lines = answer.text.splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    found = values(answer.text)
    assert found['khyber_requests_total{method="GET",route="/sparql",status="200"}'] == 2
    assert found['khyber_requests_total{method="GET",route="/sparql",status="400"}'] == 1
    assert found['khyber_requests_total{method="GET",route="none",status="404"}'] == 1
    assert found['khyber_requests_total{method="other",route="none",status="405"}'] == 1
    assert found['khyber_request_seconds_count{route="/sparql"}'] == 3
    assert found['khyber_response_bytes_total{route="/sparql"}'] > 2 * len('{"head":{},"boolean":true}')
    assert f'version="{khyber.__version__}"' in answer.text


def test_every_metric_is_explained_once(own: Server) -> None:
    lines = own.fetch("/metrics").text.splitlines()
    helped = [line.split()[2] for line in lines if line.startswith("# HELP")]
    typed = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert helped == typed
    assert len(set(helped)) == len(helped)
    names = {re.split(r"[{ ]", line)[0] for line in lines if not line.startswith("#")}
    assert names
    assert {re.sub(r"_(bucket|sum|count)$", "", name) for name in names} <= set(helped)
