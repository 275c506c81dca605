"""What it costs to run queries in processes that can be killed, and what it gives.

Prints, on this machine: what a small query takes in the isolated engine and in the process itself, how many
go through in a second, how late the answer at a time limit comes, what an update takes, how much the HTTP
process grows while a million rows go out, and how long other clients wait under a flood of killer queries.

    python bench/isolation.py [--triples 100000] [--runs 2000]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import median
from time import perf_counter
from urllib.parse import quote, urlsplit

from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat

from khyber.engine.base import Engine, Limits, Query, ResultKind, Update
from khyber.engine.isolation.client import IsolatedEngine
from khyber.engine.isolation.holding import MemoryHolding
from khyber.engine.memory import MemoryEngine
from khyber.errors import KhyberError
from khyber.rdf.delta import Delta

COMMAND = str(Path(sys.executable).with_name("khyber"))
EX = "http://example.org/"
SMALL = f"SELECT ?p ?o {{ <{EX}s7> ?p ?o }}"
KILLER = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
MILLION = "SELECT ?a ?b ?d { ?a ?b ?c . ?d ?e ?f }"
ROWS = 1000
STEP = 50
FLOOD = 8
"""How many times ``--runs`` the client asks under the flood."""
NAME = NamedNode(EX + "name")


def quads(count: int) -> Iterator[Quad]:
    for number in range(count):
        subject = NamedNode(f"{EX}s{number // 4}")
        yield Quad(subject, NamedNode(f"{EX}property{number % 4}"), Literal(number))


def seconds_of(work: Callable[[], object], runs: int) -> list[float]:
    measured = []
    for _ in range(runs):
        started = perf_counter()
        work()
        measured.append(perf_counter() - started)
    return sorted(measured)


def ask(engine: Engine, text: str, limits: Limits | None = None) -> None:
    engine.answer(Query(text, ResultKind.SOLUTIONS), QueryResultsFormat.JSON, limits=limits).close()


def report(name: str, value: str, target: str = "") -> None:
    print(f"{name:<58} {value:>16}   {target}", flush=True)


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


def engines(triples: int, runs: int) -> None:
    """Measure the engine alone."""
    direct = MemoryEngine.load(quads(triples))
    isolated = IsolatedEngine.start(lambda: MemoryHolding(direct))
    isolated.wait()
    ask(isolated, SMALL)
    alone = median(seconds_of(lambda: ask(direct, SMALL), runs))
    apart = seconds_of(lambda: ask(isolated, SMALL), runs)
    report("small query in the process itself, p50", milliseconds(alone))
    report("small query in the isolated engine, p50", milliseconds(median(apart)))
    report("overhead at p50", milliseconds(median(apart) - alone), "target ≤ 1.5 ms")
    report("small queries a second, one connection", f"{len(apart) / sum(apart):.0f}")
    report("version of the dataset, p50", milliseconds(median(seconds_of(isolated.version, runs))))

    def until_limit() -> None:
        try:
            ask(isolated, KILLER, Limits(seconds=0.25))
        except KhyberError:
            return

    late = [seconds - 0.25 for seconds in seconds_of(until_limit, 12)]
    report("from the time limit to the answer, median", milliseconds(median(late)))
    report("from the time limit to the answer, longest of 12", milliseconds(max(late)), "target ≤ 200 ms")
    numbers = iter(range(10**9))

    def write() -> None:
        isolated.update(Update(f"INSERT DATA {{ <{EX}new> <{EX}p> {next(numbers)} }}"))

    report(f"update of one triple over {triples:,}, p50", milliseconds(median(seconds_of(write, 30))))

    def apply() -> None:
        first = next(numbers) * STEP
        added = tuple(Quad(NAME, NAME, Literal(first + number)) for number in range(STEP))
        isolated.apply(Delta(added), f"{first}")

    report(f"delta of {STEP} quads over {triples:,}, p50", milliseconds(median(seconds_of(apply, 30))))
    for threads in (1, 2, 8):
        report(f"small queries a second, {threads} threads", f"{per_second(isolated, threads):.0f}")
    isolated.close()


def per_second(engine: Engine, threads: int, seconds: float = 2.0) -> float:
    """Give the small queries a second that so many threads get answered together."""
    counts = [0] * threads
    end = perf_counter() + seconds

    def work(number: int) -> None:
        while perf_counter() < end:
            ask(engine, SMALL)
            counts[number] += 1

    working = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for thread in working:
        thread.start()
    for thread in working:
        thread.join()
    return sum(counts) / seconds


@contextmanager
def server(file: Path, state: str) -> Iterator[tuple[int, str, int]]:
    """Run a server; give the process that answers HTTP, and its host and port."""
    command = [COMMAND, "serve", str(file), "--port", "0", "--state", state, "--query-timeout", "20"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            address = urlsplit(line.partition(" at ")[2].partition(" ")[0])
            yield http_worker(process.pid), address.hostname or "", address.port or 0
        finally:
            process.terminate()


def http_worker(main: int) -> int:
    children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
    (worker,) = [pid for pid in children if "khyber-" not in Path(f"/proc/{pid}/comm").read_text()]
    return int(worker)


def memory(process: int, field: str) -> float:
    """Give a line of /proc/PID/status, in MB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field + ":"))


class Asking:
    """A client that keeps its connection."""

    def __init__(self, host: str, port: int, source: str) -> None:
        self._connection = HTTPConnection(host, port, timeout=60, source_address=(source, 0))

    def get(self, query: str) -> tuple[int, int]:
        headers = {"Accept": "application/sparql-results+json", "Cache-Control": "no-cache"}
        self._connection.request("GET", "/sparql?query=" + quote(query), headers=headers)
        answer = self._connection.getresponse()
        size = 0
        while block := answer.read(1 << 20):
            size += len(block)
        return answer.status, size


def growth(file: Path, state: str) -> None:
    """Measure how much the HTTP process grows while a million rows go out."""
    with server(file, state) as (worker, host, port):
        asking = Asking(host, port, "127.0.0.1")
        for _ in range(20):
            asking.get(SMALL)
        before = memory(worker, "VmRSS")
        started = perf_counter()
        status, size = asking.get(MILLION + " LIMIT 1000000")
        seconds = perf_counter() - started
        after = memory(worker, "VmHWM")
        report("a million rows as JSON", f"{size / 1e6:.0f} MB", f"status {status}, {seconds:.1f} s")
        report("growth of the HTTP process meanwhile", f"{after - before:.1f} MB", "target < 64 MB")


def flood(file: Path, state: str, runs: int) -> None:
    """Measure how long a client waits while four others send killer queries without end.

    It asks for some seconds: in the first one the killers are begun, and take each other's places often.
    """
    with server(file, state) as (_, host, port):
        asking = Asking(host, port, "127.0.0.1")
        numbers = iter(range(10**9))

        def one() -> None:
            status, _ = asking.get(SMALL.replace("s7", f"s{next(numbers) % 200}") + f" # {next(numbers)}")
            if status != 200:
                raise SystemExit(f"A small query was answered {status}.")

        seconds_of(one, 50)
        quiet = seconds_of(one, FLOOD * runs)
        ended = threading.Event()

        def attack(number: int) -> None:
            attacker = Asking(host, port, f"127.0.0.{number + 2}")
            with suppress(HTTPException, OSError):  # the server ends before its last answer
                while not ended.is_set():
                    attacker.get(KILLER)

        attackers = [threading.Thread(target=attack, args=(number,), daemon=True) for number in range(4)]
        for attacker in attackers:
            attacker.start()
        beginning = seconds_of(one, runs)
        flooded = sorted(beginning + seconds_of(one, (FLOOD - 1) * runs))
        ended.set()
        for name, measured in (
            ("quiet", quiet),
            ("4 killers beginning", beginning),
            ("4 killers at once", flooded),
        ):
            report(f"small query over HTTP, {name}, p50", milliseconds(median(measured)))
            report(f"small query over HTTP, {name}, p99", milliseconds(measured[int(len(measured) * 0.99)]))
        report("small query over HTTP, 4 killers at once, longest", milliseconds(flooded[-1]))
        ratio = flooded[int(FLOOD * runs * 0.99)] / quiet[int(FLOOD * runs * 0.99)]
        report("p99 under the flood over p99 in quiet", f"{ratio:.1f}×", "target ≤ 2×")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--triples", type=int, default=100_000, help="in the engine (default: 100000)")
    parser.add_argument("--runs", type=int, default=2000, help="of each small query (default: 2000)")
    arguments = parser.parse_args()
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, {arguments.triples:,} triples")
    engines(arguments.triples, arguments.runs)
    with tempfile.TemporaryDirectory() as state:
        file = Path(state) / "numbers.nt"
        file.write_text("".join(f"{q.subject} {q.predicate} {q.object} .\n" for q in quads(ROWS)))
        growth(file, state)
        flood(file, state, arguments.runs)


if __name__ == "__main__":
    main()
