"""What a forked process pays for the memory that it shares, and what it saves to copy it ahead.

Loads made-up triples, and forks a process that asks the twenty questions of the benchmark, first as it is and
then with its memory copied before. Prints how long the copying took, and the geometric means, over the
questions, of the medians of five askings with parameters of their own: of the first five, and of the next.

    python -m bench.forked_memory [--triples 1000000]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from statistics import geometric_mean, median
from time import perf_counter

from bench.generate import write
from bench.queries import GRAPH, QUESTIONS, Question, parameters
from bench.world import World
from pyoxigraph import QueryResultsFormat, QueryTriples, RdfFormat, Store

from khyber.engine.isolation.own_memory import OwnMemory

ASKINGS = 5


def ask(store: Store, question: Question, size: World, asking: int) -> float:
    """Give the milliseconds that an asking takes, written out."""
    text = question.query(parameters(size, asking), asking)
    started = perf_counter()
    result = store.query(text)
    if isinstance(result, QueryTriples):
        result.serialize(BytesIO(), RdfFormat.from_media_type(GRAPH))
    else:
        result.serialize(BytesIO(), QueryResultsFormat.JSON)
    return (perf_counter() - started) * 1000


def mean(store: Store, size: World, first: int) -> float:
    """Give the geometric mean over the questions."""
    askings = range(first, first + ASKINGS)
    return geometric_mean([median(ask(store, one, size, asking) for asking in askings) for one in QUESTIONS])


def child(store: Store, size: World, *, ahead: bool) -> None:
    """Ask in a fork of this process."""
    sys.stdout.flush()
    process = os.fork()
    if process:
        os.waitpid(process, 0)
        return
    name = "memory copied ahead" if ahead else "as it is"
    if ahead:
        started = perf_counter()
        own = OwnMemory()
        while own.left:
            own.copy_block()
        print(f"{'copying ahead':48}{perf_counter() - started:8.2f} s")
    for number in range(2):
        which = f"a forked process, {name}, askings {number * ASKINGS + 1} to {(number + 1) * ASKINGS}"
        print(f"{which:60}{mean(store, size, ASKINGS * number):8.2f} ms")
    sys.stdout.flush()
    os._exit(0)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--triples", type=int, default=1_000_000, help="about how many (default: 1000000)")
    size = World(parser.parse_args().triples)
    store = Store()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "graph.nt"
        with file.open("w", encoding="utf-8") as out:
            count = write(size, out)
        store.bulk_load(path=file, format=RdfFormat.N_TRIPLES)
    print(f"{count:,} triples, {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    for ahead in (False, True):
        child(store, size, ahead=ahead)


if __name__ == "__main__":
    main()
