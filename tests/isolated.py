"""An isolated engine over a small dataset, and the queries that it has to withstand."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat

from khyber.engine.base import Limits, Query, ResultKind
from khyber.engine.isolation.client import IsolatedEngine
from khyber.engine.isolation.holding import Holding, MemoryHolding
from khyber.engine.memory import MemoryEngine

EX = "http://example.org/"
TRIPLES = 2_000
SMALL = f"SELECT ?o {{ <{EX}s7> <{EX}p> ?o }}"
ALL = "SELECT * { ?s ?p ?o }"
KILLER = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
HOG = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c"
GROUPING_HOG = (
    "SELECT (GROUP_CONCAT(?long) AS ?all) { ?a ?b ?c . ?d ?e ?f "
    f"BIND (CONCAT({', '.join(['STR(?a)'] * 100)}) AS ?long) }}"
)
LONG = "SELECT * { ?a ?b ?c . ?d ?e ?f }"

MIB = 1024 * 1024


def quads() -> Iterator[Quad]:
    for number in range(TRIPLES):
        yield Quad(NamedNode(f"{EX}s{number}"), NamedNode(EX + "p"), Literal(number))


def load() -> Holding:
    return MemoryHolding(MemoryEngine.load(quads()))


@contextmanager
def isolated(loader: Callable[[], Holding] = load, **options: Any) -> Iterator[IsolatedEngine]:
    engine = IsolatedEngine.start(loader, **{"slots": 1, **options})
    try:
        engine.wait()
        yield engine
    finally:
        engine.close()


def select(
    engine: IsolatedEngine, text: str, limits: Limits | None = None, client: str = ""
) -> list[dict[str, str]]:
    query = Query(text, ResultKind.SOLUTIONS)
    result = engine.answer(query, QueryResultsFormat.JSON, limits=limits, client=client)
    rows = json.loads(b"".join(result))["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in rows]


def count(engine: IsolatedEngine) -> int:
    return int(select(engine, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[0]["n"])


def descendants(process: int) -> list[int]:
    """Give the processes below ``process``, the nearest first."""
    found = [process]
    for parent in found:
        try:
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found[1:]


def name_of(process: int) -> str:
    try:
        return Path(f"/proc/{process}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def eventually(condition: Callable[[], object], seconds: float = 20) -> bool:
    """Wait until something is so; give whether it became so."""
    end = monotonic() + seconds
    while monotonic() < end:
        if condition():
            return True
        sleep(0.01)
    return False


def named(name: str, above: int | None = None) -> list[int]:
    """Give the processes below this one (or ``above``) whose name begins with ``name``."""
    return [
        process
        for process in descendants(above or os.getpid())
        if name_of(process).startswith(name) and is_running(process)
    ]
