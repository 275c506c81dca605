"""How many names a second are reconciled, and how well: over HTTP, on the curated graph and made-up nodes.

Serves the curated graph with 5,000 made-up actors and places beside it, sends 10,000 names in batches of 50
over two connections, and prints how many are answered in a second. Then it sends the labelled spellings of
bench/spellings.tsv and prints how many of the nodes that are meant come first and among the first five, and
the precision and the recall of ``match``. The spellings of round 1 were in sight when the rules were made,
those of round 2 were written afterwards.

    python -m bench.reconciliation [--names 10000]
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar
from urllib.parse import urlencode

from bench.contributing import Server, make_home, serving
from bench.generate import blocks
from bench.world import Dice, World, place_name

BATCH = 50
CONNECTIONS = 2
SPELLINGS = Path(__file__).with_name("spellings.tsv")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

SIZE = World(5_000_000)
"""The world of the made-up nodes: it has as many groups and cities as there are at most, 5,000 together."""

Answer = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Spelling:
    """A name as somebody may write it, the class wanted if any, and the node that is meant, "" for none."""

    name: str
    type: str
    node: str
    spelling: str
    round: int


def spellings() -> list[Spelling]:
    """Read the labelled list."""
    with SPELLINGS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Spelling(row["name"], row["type"], row["node"], row["spelling"], int(row["round"])) for row in rows
    ]


def misspelt(name: str, number: int) -> str:
    """Give a name as it is, or with an error: a letter left out, doubled, or swapped with the next."""
    dice = Dice(5, 9, number)
    at, kind = dice.below(max(len(name) - 1, 1)), dice.below(4)
    if kind == 0 or name[at : at + 1].isdigit():
        return name
    if kind == 1:
        return name[:at] + name[at + 1 :]
    if kind == 2:
        return name[:at] + name[at] + name[at:]
    return name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :]


def names(count: int) -> Iterator[str]:
    """Give names of the curated and of the made-up nodes in turn, most of them with an error."""
    curated = [spelling.name for spelling in spellings() if spelling.node]
    for number in range(count):
        dice = Dice(4, 8, number)
        match number % 5:
            case 0:
                name = curated[dice.below(len(curated))]
            case 1 | 2:
                name = f"Synthetic group {dice.below(SIZE.groups)}"
            case _:
                name = place_name(dice.below(SIZE.cities))
        yield misspelt(name, number)


def batches(asked: Sequence[T]) -> Iterator[Sequence[T]]:
    """Give what is asked in batches."""
    for first in range(0, len(asked), BATCH):
        yield asked[first : first + BATCH]


def bodies(asked: Iterable[str]) -> list[bytes]:
    """Give the bodies of the requests for names, a batch each."""
    return [
        urlencode(
            {"queries": json.dumps({f"q{number}": {"query": name} for number, name in enumerate(batch)})}
        ).encode()
        for batch in batches(tuple(asked))
    ]


def posted(connection: HTTPConnection, body: bytes) -> Answer:
    """Send a form, and give the answer."""
    connection.request("POST", "/reconcile", body, FORM)
    response = connection.getresponse()
    answer = response.read()
    if response.status != 200:
        raise SystemExit(f"{response.status}: {answer[:500].decode()}")
    told: Answer = json.loads(answer)
    return told


def send(server: Server, wanted: Sequence[bytes]) -> int:
    """Send requests over one connection; give how many names got candidates."""
    connection = HTTPConnection(server.host, server.port, timeout=600)
    found = 0
    for body in wanted:
        found += sum(1 for each in posted(connection, body).values() if each["result"])
    connection.close()
    return found


def throughput(server: Server, asked: Iterable[str]) -> tuple[float, float]:
    """Give the names answered in a second, and the part of them that got candidates."""
    wanted = bodies(asked)
    shares = [wanted[number::CONNECTIONS] for number in range(CONNECTIONS)]
    began = perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        found = sum(pool.map(lambda share: send(server, share), shares))
    seconds = perf_counter() - began
    count = len(wanted) * BATCH
    return count / seconds, found / count


def candidates(server: Server, asked: Sequence[Spelling]) -> list[list[Answer]]:
    """Give the candidates of each spelling."""
    connection = HTTPConnection(server.host, server.port, timeout=600)
    found: list[list[Answer]] = []
    for batch in batches(asked):
        queries = {
            str(number): {"query": each.name, **({"type": each.type} if each.type else {})}
            for number, each in enumerate(batch)
        }
        body = urlencode({"queries": json.dumps(queries)}).encode()
        told = posted(connection, body)
        found += [told[str(number)]["result"] for number in range(len(batch))]
    connection.close()
    return found


def quality(asked: Sequence[Spelling], found: Sequence[list[Answer]]) -> dict[str, float]:
    """Give the shares of nodes found first and among five, and precision and recall of ``match``."""
    meant = sum(1 for each in asked if each.node)
    first = five = given = right = 0
    for each, results in zip(asked, found, strict=True):
        ids = [result["id"] for result in results]
        first += bool(each.node) and ids[:1] == [each.node]
        five += bool(each.node) and each.node in ids[:5]
        matches = [result["id"] for result in results if result["match"]]
        given += bool(matches)
        right += bool(each.node) and matches == [each.node]
    return {
        "spellings": len(asked),
        "first": first / meant,
        "among five": five / meant,
        "match precision": right / given,
        "match recall": right / meant,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--names", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "home").mkdir()
        home = make_home(place / "home", 0)
        # The frame, the persons, the cities, the groups, and the source of what is said of the groups.
        count = 1 + SIZE.persons + SIZE.cities + SIZE.groups + 1
        with (home / "data" / "triples.ttl").open("a", encoding="utf-8") as file:
            for block in islice(blocks(SIZE), count):
                file.writelines(f"{triple} .\n" for triple in block)
        with serving(home, place / "state") as server:
            began = perf_counter()
            server.ask("GET", "/reconcile")
            print(f"first answer: {perf_counter() - began:.2f} s")
            rate, share = throughput(server, names(options.names))
            print(f"{options.names:,} names in batches of {BATCH}: {rate:,.0f} names/s")
            print(f"{share:.1%} of them got candidates")
            asked = spellings()
            found = candidates(server, asked)
            for number in (1, 2, 0):
                chosen = [at for at, each in enumerate(asked) if number in (0, each.round)]
                told = quality([asked[at] for at in chosen], [found[at] for at in chosen])
                print(
                    f"round {number}:" if number else "both rounds:",
                    *(f"{k} {v:.3g}" for k, v in told.items()),
                    sep="  ",
                )


if __name__ == "__main__":
    main()
