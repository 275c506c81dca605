"""How long contributions take: from documents sent to judged, and from accepted to seen by queries.

Serves the curated graph alone, and with made-up triples beside it, all at once, and sends the same
contribution of some sixty triples: validated again and again by each server in turns, then submitted and
accepted again and again, while a reader asks without end. Prints medians, of the first ``COLD`` validations
and of those after them, when the process that judges has made the memory that it uses its own; the ratio of
each graph to the one before it; and the longest that the reader waited.

    python -m bench.contributing [--triples 0 100000 1000000] [--rounds 12]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from threading import Event, Thread
from time import perf_counter, sleep

from bench.generate import write
from bench.world import World

from khyber.config import graph_home

COMMAND = str(Path(sys.executable).with_name("khyber"))
COLD = 40
TOKEN = "bench-token"  # noqa: S105 - of a server that lives as long as the benchmark
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
PREFIXES = """\
@prefix khyber: <https://w3id.org/khyber/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
EVENT = """\
<https://w3id.org/khyber/id/event/bench-{n}> a khyber:Airstrike ;
    rdfs:label "Airstrike {n} of the benchmark"@en ;
    khyber:datePrecision <https://w3id.org/khyber/id/precision/day> ;
    khyber:earliestDate "2026-02-{day:02}"^^xsd:date ;
    khyber:latestDate "2026-02-{day:02}"^^xsd:date ;
    khyber:perpetrator <https://w3id.org/khyber/id/actor/pakistan> ;
    khyber:place <https://w3id.org/khyber/id/place/nangarhar> .
<https://w3id.org/khyber/id/assertion/bench-told-{n}> a khyber:EventReport ;
    rdfs:label "Pakistan tells of airstrike {n} of the benchmark"@en ;
    khyber:alleges <https://w3id.org/khyber/id/event/bench-{n}> ;
    khyber:claimant <https://w3id.org/khyber/id/actor/pakistan> ;
    khyber:datePrecision <https://w3id.org/khyber/id/precision/day> ;
    khyber:earliestDate "2026-02-{day:02}"^^xsd:date ;
    khyber:latestDate "2026-02-{day:02}"^^xsd:date ;
    khyber:sentence 13 ;
    khyber:source <https://w3id.org/khyber/id/source/report-2026-02-28> ;
    khyber:stance <https://w3id.org/khyber/id/stance/claims> .
<https://w3id.org/khyber/id/assertion/bench-killed-{n}> a khyber:CasualtyClaim ;
    rdfs:label "Pakistan says that airstrike {n} of the benchmark killed {n} people"@en ;
    khyber:claimant <https://w3id.org/khyber/id/actor/pakistan> ;
    khyber:datePrecision <https://w3id.org/khyber/id/precision/day> ;
    khyber:earliestDate "2026-02-{day:02}"^^xsd:date ;
    khyber:figureWording "{n}" ;
    khyber:harm <https://w3id.org/khyber/id/harm/killed> ;
    khyber:inEvent <https://w3id.org/khyber/id/event/bench-{n}> ;
    khyber:latestDate "2026-02-{day:02}"^^xsd:date ;
    khyber:sentence 13 ;
    khyber:source <https://w3id.org/khyber/id/source/report-2026-02-28> ;
    khyber:stance <https://w3id.org/khyber/id/stance/claims> ;
    khyber:unit <https://w3id.org/khyber/id/unit/people> ;
    khyber:value {n} ;
    khyber:victims <https://w3id.org/khyber/id/people/civilians-in-nangarhar-and-paktika> .
"""


def contribution(number: int) -> bytes:
    """Give a contribution like no other: two events, who tells of them, how many were killed; 64 triples."""
    events = (EVENT.format(n=2 * number + part, day=1 + (number + part) % 28) for part in (1, 2))
    return (PREFIXES + "".join(events)).encode()


def make_home(folder: Path, triples: int) -> Path:
    """Make a graph home: the curated one, with made-up triples beside its data."""
    home = graph_home()
    for name in ("ontology", "shapes"):
        (folder / name).symlink_to(home / name)
    (folder / "data").mkdir()
    (folder / "data" / "queries").symlink_to(home / "data" / "queries")
    with (folder / "data" / "triples.ttl").open("w", encoding="utf-8") as file:
        file.write((home / "data" / "triples.ttl").read_text(encoding="utf-8"))
        if triples:
            write(World(triples, 1), file, None)
    return folder


@dataclass
class Server:
    """A running server, and the seconds that it took to start."""

    host: str
    port: int
    started: float
    connection: HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = HTTPConnection(self.host, self.port, timeout=600)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        """Give the status and the body of an answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, path, body, {**HEADERS, **named})
        response = self.connection.getresponse()
        return response.status, response.read()


@contextmanager
def serving(home: Path, state: Path) -> Iterator[Server]:
    """Serve a graph home."""
    began = perf_counter()
    command = [COMMAND, "serve", "--port", "0", "--home", str(home), "--state", str(state)]
    environment = {**os.environ, "KHYBER_ADMIN_TOKEN": TOKEN}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            found = re.search(r"http://([^:]+):(\d+)/", line)
            if found is None:
                raise SystemExit("The server did not start.")
            yield Server(found[1], int(found[2]), perf_counter() - began)
        finally:
            process.terminate()


def expect(answer: tuple[int, bytes], status: int) -> bytes:
    """Give the body of an answer that has this status; end the benchmark if it has another."""
    if answer[0] != status:
        raise SystemExit(f"The server answered {answer[0]} instead of {status}: {answer[1][:2000].decode()}")
    return answer[1]


def validate(server: Server, number: int) -> float:
    """Give the milliseconds from sending a document to having its report."""
    began = perf_counter()
    body = expect(
        server.ask(
            "POST", "/validate", contribution(number), Content_Type="text/turtle", Accept="application/json"
        ),
        200,
    )
    taken = 1000 * (perf_counter() - began)
    if not json.loads(body)["conforms"]:
        raise SystemExit(body.decode())
    return taken


def accept(server: Server, number: int) -> float:
    """Give the milliseconds from asking to accept a contribution to a query that sees it."""
    path = f"/contributions?title=Benchmark&source=report-2026-02-28&n={number}"
    filed = expect(
        server.ask("POST", path, contribution(number), Content_Type="text/turtle", Accept="application/json"),
        201,
    )
    decision = json.dumps({"decision": "accept", "reason": "It is a benchmark."}).encode()
    began = perf_counter()
    expect(
        server.ask(
            "POST",
            f"/contributions/{json.loads(filed)['id']}/decision",
            decision,
            Content_Type="application/json",
        ),
        200,
    )
    query = f"ASK {{ <https://w3id.org/khyber/id/event/bench-{2 * number + 1}> ?p ?o }}".encode()
    seen = expect(server.ask("POST", "/sparql", query, Content_Type="application/sparql-query"), 200)
    taken = 1000 * (perf_counter() - began)
    if b"true" not in seen:
        raise SystemExit("What was accepted is not there.")
    return taken


class Reader(Thread):
    """Asks a small query without end; ``longest`` is its longest wait in milliseconds."""

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self._server = Server(server.host, server.port, 0)
        self._stopped = Event()
        self.longest = 0.0
        self.asked = self.failures = 0

    def run(self) -> None:
        while not self._stopped.is_set():
            query = f"ASK {{ ?s ?p {self.asked} }}".encode()
            began = perf_counter()
            status, _ = self._server.ask("POST", "/sparql", query, Content_Type="application/sparql-query")
            self.longest = max(self.longest, 1000 * (perf_counter() - began))
            self.asked += 1
            self.failures += status != 200
            sleep(0.005)

    def stop(self) -> None:
        """End it."""
        self._stopped.set()
        self.join()


@dataclass
class Course:
    """One size: its server, and the milliseconds of what it did."""

    triples: int
    server: Server
    first: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)


def judge_in_turns(courses: Sequence[Course], rounds: int) -> None:
    """Let every server validate, one after the other: what else the machine does meets them all."""
    for number in range(COLD + rounds):
        for course in courses:
            course.server.connection.close()  # the server does so where another one takes its time
            (course.warm if number >= COLD else course.first).append(validate(course.server, number))


def accept_some(server: Server, rounds: int) -> tuple[float, float]:
    """Give the median of acceptances, and how long a reader waited at most meanwhile."""
    server.connection.close()  # as above
    accept(server, 0)
    reader = Reader(server)
    reader.start()
    accepted = [accept(server, number) for number in range(1, rounds)]
    reader.stop()
    if reader.failures:
        raise SystemExit(f"{reader.failures} of {reader.asked} queries failed.")
    return median(accepted), reader.longest


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--triples", type=int, nargs="*", default=[0, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=12)
    asked = parser.parse_args()
    with ExitStack() as stack:
        courses = [Course(triples, stack.enter_context(started(triples))) for triples in asked.triples]
        judge_in_turns(courses, asked.rounds)
        before = None
        for course in courses:
            print(
                f"the curated graph and {course.triples:,} triples" if course.triples else "the curated graph"
            )
            validated = median(course.warm)
            _print("start, s", course.server.started)
            _print("validate at first, ms", median(course.first))
            _print("validate, ms", validated)
            if before is not None:
                _print("validate, times the one before", validated / before)
            accepted, longest = accept_some(course.server, asked.rounds)
            _print("accept to seen, ms", accepted)
            _print("longest wait of a reader, ms", longest)
            before = validated


@contextmanager
def started(triples: int) -> Iterator[Server]:
    """Serve the curated graph with so many triples beside it."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "home").mkdir()
        with serving(make_home(place / "home", triples), place / "state") as server:
            yield server


def _print(name: str, value: float) -> None:
    print(f"  {name:30} {value:10.2f}", flush=True)


if __name__ == "__main__":
    main()
