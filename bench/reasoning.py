"""Reasoning, side by side: the rules on the engine against owlrl, in CPU seconds of this machine.

    python bench/reasoning.py [--triples 6000] [--large 100000]

First the curated graph; then its ontology with as many copies of its data as make that many triples; then,
without owlrl, the large one. Read the ratios, not the seconds.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from time import process_time

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from khyber.config import graph_home
from khyber.rdf.reading import read_file
from khyber.reasoning.base import reasoner
from khyber.reasoning.consistency import inconsistencies

Term = NamedNode | BlankNode | Literal | Triple


def read(files: list[Path]) -> set[Triple]:
    return {quad.triple for file in files for quad in read_file(file)}


def multiplied(data: set[Triple], size: int) -> set[Triple]:
    """Return copies of the data, each with nodes of its own, until there are that many triples."""
    nodes = {triple.subject for triple in data}
    copies = set(data)
    number = 1
    while len(copies) < size:
        names: dict[Term, NamedNode] = {
            node: NamedNode(f"{node.value}-copy-{number}") for node in nodes if isinstance(node, NamedNode)
        }
        for triple in data:
            subject, thing = (
                names.get(triple.subject, triple.subject),
                names.get(triple.object, triple.object),
            )
            copies.add(Triple(subject, triple.predicate, thing))
        number += 1
    return copies


def measure(name: str, triples: set[Triple]) -> tuple[set[Triple], float]:
    start = process_time()
    derived = reasoner(name).infer(triples)
    return derived, process_time() - start


def compare(title: str, triples: set[Triple]) -> None:
    ours, seconds = measure("sparql", triples)
    theirs, owlrl_seconds = measure("owlrl", triples)
    equal = (
        "equal"
        if ours == theirs
        else f"DIFFERENT: {len(ours - theirs)} and {len(theirs - ours)} of their own"
    )
    print(f"{title}: {len(triples):,} triples, {len(ours):,} inferred, {equal}")
    print(
        f"    sparql {seconds:.2f} s, owlrl {owlrl_seconds:.2f} s: {owlrl_seconds / seconds:.0f} times faster"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare the reasoners in CPU seconds.")
    parser.add_argument("--triples", type=int, default=6_000, help="size of the graph that both reason over")
    parser.add_argument("--large", type=int, default=100_000, help="size of the graph for the engine alone")
    asked = parser.parse_args()
    ontology = read(sorted((graph_home() / "ontology").rglob("*.ttl")))
    data = read(sorted((graph_home() / "data").glob("*.ttl")))
    measure("sparql", ontology)  # once to warm up
    compare("curated graph", ontology | data)
    compare("copies of it", ontology | multiplied(data, asked.triples))
    large = ontology | multiplied(data, asked.large)
    derived, seconds = measure("sparql", large)
    print(f"many copies: {len(large):,} triples, {len(derived):,} inferred: sparql {seconds:.2f} s")
    start = process_time()
    found = inconsistencies(large | derived)
    print(f"    contradictions: {len(found)} in {process_time() - start:.2f} s")


if __name__ == "__main__":
    main()
