"""How many contributions a ledger takes, decides about and lists in a second.

    python bench/ledger.py [WHERE …]

WHERE is a folder or postgresql://user:password@host/database, empty; without one, a temporary folder. A
contribution holds 50 triples; a version counts in with its delta of 120 quads. Each line is on the disk
before the next begins.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter

from pyoxigraph import Literal, NamedNode, Quad

from khyber.contributions.ledger import Ledger, NewContribution, NewVersion
from khyber.contributions.records import Account, Action, Kind, Upload
from khyber.contributions.roles import Role
from khyber.rdf.delta import Delta, to_rdf_patch
from khyber.validation.findings import Report

COUNT = 500
ANN = Account("1", "Ann", Role.CURATOR)


def patch(number: int, quads: int) -> bytes:
    """Give a patch that adds so many quads."""
    node = NamedNode(f"https://w3id.org/khyber/id/event/{number}")
    say = NamedNode("https://w3id.org/khyber/ontology#note")
    graph = NamedNode(f"https://w3id.org/khyber/graph/contribution/{number}")
    return to_rdf_patch(
        Delta.of([Quad(node, say, Literal(f"{number} {each}"), graph) for each in range(quads)], [])
    )


def measured(what: str, call: Callable[[int], object]) -> None:
    """Call it for each number, and print how many calls there were in a second."""
    begun = perf_counter()
    for number in range(1, COUNT + 1):
        call(number)
    seconds = perf_counter() - begun
    print(f"  {what:38} {COUNT / seconds:7.0f} /s   {1000 * seconds / COUNT:6.2f} ms each")


def measure(where: str) -> None:
    """Measure one ledger."""
    patches, deltas = ([patch(number, size) for number in range(COUNT + 1)] for size in (50, 120))
    with Ledger.open(where, clock=lambda: datetime.now(UTC)) as ledger:

        def submit(number: int) -> None:
            uploads = (Upload(patches[number], "facts.rdfp", "application/rdf-patch"),)
            ledger.submit(
                NewContribution(ANN, uploads, patches[number], Report(), "A title", "A source", 0, 50)
            )

        def accept(number: int) -> None:
            new = NewVersion(number, f"{number:016x}", Kind.ACCEPT, deltas[number], 120)
            ledger.decide(number, Action.ACCEPT, ANN, "well sourced", new)

        _, secret = ledger.create_token("Ann", Role.CURATOR)
        print(f"{ledger.name}, {COUNT} each")
        measured("submit", submit)
        measured("accept (decision and version)", accept)
        measured("one contribution", ledger.contribution)
        measured("a page of 50 contributions", lambda number: ledger.contributions(limit=50, before=number))
        measured("a payload", ledger.payload)
        measured("a token by its secret", lambda _: ledger.find(secret))
        begun = perf_counter()
        size = sum(len(delta) for _, delta in ledger.deltas())
        print(f"  all {COUNT} deltas, {size / 1e6:.1f} MB: {perf_counter() - begun:.2f} s")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for place in sys.argv[1:] or [folder]:
            measure(place)
