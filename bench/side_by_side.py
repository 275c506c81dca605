"""Khyber beside the servers that a user would pick instead, on one graph, in one run.

    python -m bench.side_by_side [--triples 1000000] [--rounds 15] [--only NAME …]

The answers of all servers to twenty questions are compared first; then they are timed in turns, with other
parameters at every asking and no cache. Servers that are not there are named and passed over (``python -m
bench.peers install`` gets them). Prints tables in Markdown. Read the ratios, not the milliseconds.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from bench.generate import write
from bench.http1 import BrokenAnswer, Throughput
from bench.measuring import (
    Course,
    Overhead,
    compare_answers,
    geometric_mean,
    overhead,
    small_queries,
    time_answers,
)
from bench.peers import NotStarted, Peer, Running, peers, running
from bench.queries import QUESTIONS
from bench.world import World

from khyber.engine.memory import MemoryEngine
from khyber.rdf.reading import read_file

OURS, IN_MEMORY, ON_DISK, IN_PYTHON = "khyber", "oxigraph, memory", "oxigraph, disk", "rdflib-endpoint"


def main() -> None:
    """Start what is there, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--triples", type=int, default=1_000_000, help="size of the graph (default: 1000000)")
    parser.add_argument("--rounds", type=int, default=15, help="how often each question is timed at most")
    parser.add_argument("--seconds", type=float, default=240, help="how long the timing may take")
    parser.add_argument("--flood", type=float, default=4, help="seconds of small queries for each server")
    parser.add_argument("--only", nargs="*", default=(), help="servers to compare, by a part of their names")
    asked = parser.parse_args()
    size = World(asked.triples)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        data = Path(folder) / "data" / "graph.nt"
        data.parent.mkdir()
        with data.open("w", encoding="utf-8") as out:
            written = write(size, out)
        print(f"{written:,} triples, {os.cpu_count()} cores, Python {sys.version.split()[0]}\n")
        wanted = [peer for peer in peers() if not asked.only or any(part in peer.name for part in asked.only)]
        started = list(_started(wanted, data, Path(folder), stack))
        courses = [Course(running) for running in started]
        _print_started(started)
        compare_answers(size, courses)
        rounds = time_answers(size, courses, rounds=asked.rounds, seconds=asked.seconds)
        _print_questions(courses, rounds)
        floods = {one.name: _flooded(size, one, asked.flood) for one in started}
        _print_floods(floods)
        ours = next((one for one in started if one.name == OURS), None)
        told = None
        if ours:
            engine = MemoryEngine.load(read_file(data))
            told = overhead(size, ours, engine)
        _print_targets({course.name: course for course in courses}, floods, told)


def _started(wanted: Sequence[Peer], data: Path, folder: Path, stack: ExitStack) -> Iterator[Running]:
    for number, peer in enumerate(wanted):
        if peer.missing:
            print(f"{peer.name} is not here: {', '.join(peer.missing)} is missing.\n", flush=True)
            continue
        try:
            yield stack.enter_context(running(peer, data, folder / str(number)))
        except NotStarted as error:
            print(f"{peer.name} did not start: {error}\n", flush=True)


def _flooded(size: World, one: Running, seconds: float) -> Throughput | None:
    try:
        return small_queries(size, one, seconds=seconds)
    except (BrokenAnswer, OSError) as error:
        print(f"{one.name} broke off under small queries: {error}\n", flush=True)
        return None


def _print_started(started: Sequence[Running]) -> None:
    _row("server", "seconds from the file to the first answer", "MB then")
    _row("---", "---:", "---:")
    for one in started:
        _row(one.name, f"{one.seconds:.1f}", f"{one.megabytes():.0f}")
    print(flush=True)


def _print_questions(courses: Sequence[Course], rounds: int) -> None:
    """Print the medians, and behind those of the others how much longer Khyber takes."""
    ours = courses[0]
    _row("question", "", *(f"{course.name}, ms" for course in courses))
    _row("---", "---", *("---:" for _ in courses))
    for question in QUESTIONS:
        cells = []
        for course in courses:
            median, ratio = course.median(question), ours.ratio_to(course, question)
            shown = f"{median * 1000:.2f}" if median is not None else "–"
            if question.name in course.differs:
                shown += " (differs)"
            cells.append(shown if course is ours or ratio is None else f"{shown} ({ratio:.2f})")
        _row(question.name, question.work, *cells)
    means = [f"{geometric_mean(_ratios(ours, course)):.2f} × {course.name}" for course in courses[1:]]
    print(f"\nGeometric mean of {ours.name} over the same answers, {rounds} rounds: {', '.join(means)}.")
    for course in courses:
        for name, note in course.differs.items():
            print(f"{course.name} answers otherwise: {name}: {note}.")
        if course.gave_up:
            print(f"{course.name} gave no answer within a minute: {course.gave_up}; asked no more.")
    print(flush=True)


def _ratios(ours: Course, other: Course) -> list[float]:
    ratios = (ours.ratio_to(other, question) for question in QUESTIONS)
    return [ratio for ratio in ratios if ratio is not None]


def _print_floods(floods: dict[str, Throughput | None]) -> None:
    _row("server", "small queries a second, 8 connections", "median ms", "p99 ms")
    _row("---", "---:", "---:", "---:")
    for name, flood in floods.items():
        if flood:
            ordered = sorted(flood.latencies)
            middle, late = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
            _row(name, f"{flood.rate:,.0f}", f"{middle * 1000:.2f}", f"{late * 1000:.2f}")
    print(flush=True)


def _print_targets(
    courses: dict[str, Course], floods: dict[str, Throughput | None], told: Overhead | None
) -> None:
    _row("target", "asked for", "measured", "")
    _row("---", "---", "---:", "---")
    for other, most in ((ON_DISK, 0.35), (IN_MEMORY, 1.1)):
        if OURS in courses and other in courses:
            mean = geometric_mean(_ratios(courses[OURS], courses[other]))
            _verdict(f"latency beside {other}", f"≤ {most} ×", f"{mean:.2f} ×", met=mean <= most)
    own = floods.get(OURS)
    for other, least in ((IN_MEMORY, 0.2), (ON_DISK, 0.2), (IN_PYTHON, 20)):
        theirs = floods.get(other)
        if own and theirs:
            ratio = own.rate / theirs.rate
            _verdict(f"small queries beside {other}", f"≥ {least} ×", f"{ratio:.2f} ×", met=ratio >= least)
    if told:
        above = (told.over_http - told.in_process) * 1000
        _verdict("overhead over the engine, median", "≤ 1.5 ms", f"{above:.2f} ms", met=above <= 1.5)
        hit = told.cached * 1000
        _verdict("hit in the cache, seen by the client", "≤ 1 ms", f"{hit:.2f} ms", met=hit <= 1)


def _verdict(what: str, target: str, measured: str, *, met: bool) -> None:
    _row(what, target, measured, "met" if met else "MISSED")


def _row(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
