"""What counting the rows of a result takes, as a part of the time that the engine takes to write the result.

Prints the medians of five runs.

    python -m bench.rows [--rows 400000]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from statistics import median
from timeit import repeat
from typing import cast

from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, QuerySolutions, Store

from khyber.engine.spool import BLOCK
from khyber.sparql.formats import BY_KEY
from khyber.web.rows import rows_in

ROUNDS = 5


def main() -> None:
    """Print the seconds of writing and of counting, and the ratio, for each format that has rows."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=400_000)
    count = parser.parse_args().rows
    store, label = Store(), NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    store.bulk_extend(
        Quad(NamedNode(f"https://example.org/node/{n}"), label, Literal(f"Node {n}", language="en"))
        for n in range(count)
    )
    print("| format | writing, ms | counting, ms | |\n| --- | ---: | ---: | ---: |")
    for key in ("json", "xml", "csv", "tsv"):
        found = BY_KEY[key]
        writer = cast("QueryResultsFormat", found.writer)
        document = written(store, writer)
        blocks = [document[start : start + BLOCK] for start in range(0, len(document), BLOCK)]
        if rows_in(found.media_type, blocks) != count:
            raise SystemExit(f"The rows in {found.name} were counted wrongly.")
        writing = _median(partial(written, store, writer))
        counting = _median(partial(rows_in, found.media_type, blocks))
        print(f"| {found.name} | {writing * 1000:.0f} | {counting * 1000:.0f} | {counting / writing:.1%} |")


def written(store: Store, writer: QueryResultsFormat) -> bytes:
    """Give all that is in the store, as the result of a query."""
    results = cast("QuerySolutions", store.query("SELECT * { ?s ?p ?o }"))
    return results.serialize(format=writer) or b""


def _median(work: Callable[[], object]) -> float:
    return median(repeat(work, number=1, repeat=ROUNDS))


if __name__ == "__main__":
    main()
