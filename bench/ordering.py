"""What it brings that patterns which a filter narrows are looked up first.

Loads made-up triples into an engine in this process, and asks questions as they are written and as they go to
the engine, in turns. Prints the medians of askings with parameters of their own, and the ratio; first makes
sure that the answers are the same. The last column is how long it takes to read a query and write it anew.

    python -m bench.ordering [--triples 1000000]
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from timeit import repeat
from typing import cast

from bench.generate import write
from bench.queries import QUESTIONS, Question, parameters
from bench.world import World
from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat, Store

from khyber.sparql.ordering import narrowed_first

ASKINGS = 9

OTHERS = (
    Question(
        "attacks of a year, by YEAR()",
        "join",
        """
        SELECT ?event ?label ?place {
          ?event a khyber:Attack ; rdfs:label ?label ; khyber:place ?place ; khyber:earliestDate ?day .
          FILTER(YEAR(?day) = {year})
        }""",
    ),
    Question(
        "events of a month",
        "join",
        """
        SELECT * {
          ?event khyber:place ?place ; rdfs:label ?label ; khyber:perpetrator ?one ; khyber:target ?other ;
            khyber:earliestDate ?day .
          FILTER(?day >= "{year}-05-01"^^xsd:date && ?day < "{year}-06-01"^^xsd:date)
        }""",
    ),
    Question(
        "high figures",
        "join",
        """
        SELECT ?claim ?claimant ?harm ?value {
          ?claim a khyber:CasualtyClaim ; khyber:claimant ?claimant ;
            khyber:harm ?harm ; khyber:value ?value .
          FILTER(?value > 50)
        }""",
    ),
    Question(
        "a filter that takes nothing away",
        "join",
        """
        SELECT ?event ?label ?place {
          ?event a khyber:Attack ; rdfs:label ?label ; khyber:place ?place ; khyber:earliestDate ?day .
          FILTER(?day > "1900-01-01"^^xsd:date)
        }""",
    ),
    Question(
        "a filter that takes nothing away, and a rare property",
        "join",
        """
        SELECT ?accusation ?words {
          ?accusation a khyber:Accusation ; khyber:quotation ?words ; khyber:latestDate ?day .
          FILTER(?day > "1900-01-01"^^xsd:date)
        }""",
    ),
)


def main() -> None:
    """Print a line for each question whose patterns change places."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--triples", type=int, default=1_000_000)
    size = World(parser.parse_args().triples)
    store = Store()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "graph.nt"
        with file.open("w", encoding="utf-8") as out:
            write(size, out)
        store.bulk_load(path=file, format=RdfFormat.N_TRIPLES)
    print("| question | as written, ms | narrowed first, ms | | reading, ms |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for question in _changed(size):
        written, ordered = _medians(store, size, question)
        text = question.query(parameters(size, 0), 0)
        reading = 1000 * median(repeat(partial(narrowed_first, text), number=1, repeat=99))
        ratio = ordered / written
        print(
            f"| {question.name} | {written:.2f} | {ordered:.2f} | {ratio:.2f} × | {reading:.2f} |", flush=True
        )


def _changed(size: World) -> Iterator[Question]:
    for question in (*QUESTIONS, *OTHERS):
        text = question.query(parameters(size, 0), 0)
        if narrowed_first(text) != text:
            yield question


def _medians(store: Store, size: World, question: Question) -> tuple[float, float]:
    taken: tuple[list[float], list[float]] = ([], [])
    for asking in range(ASKINGS + 1):
        text = question.query(parameters(size, asking), asking)
        answers = []
        for kept, given in zip(taken, (text, narrowed_first(text)), strict=True):
            started = perf_counter()
            answers.append(_answer(store, given))
            kept.append((perf_counter() - started) * 1000)
        if "LIMIT" not in text and len({tuple(sorted(rows.split(b"\n"))) for rows in answers}) > 1:
            raise SystemExit(f"The answers differ: {question.name}.")
    return median(taken[0][1:]), median(taken[1][1:])


def _answer(store: Store, text: str) -> bytes:
    results = cast("QuerySolutions", store.query(text))
    return results.serialize(format=QueryResultsFormat.TSV) or b""


if __name__ == "__main__":
    main()
