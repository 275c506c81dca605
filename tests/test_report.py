"""Each sentence of the report is accounted for, and each assertion has its sentence.

``report.tsv`` holds the numbers of the sentences, not their text. A row names the nodes that hold what the sentence
says, or "no fact" with the reason. Where the report itself is at hand, its sentences are counted too.
"""

from __future__ import annotations

import csv
import os
import re
from collections import defaultdict
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from khyber.config import graph_home
from khyber.rdf.namespaces import ID, PREFIXES, RDF, TERM
from khyber.rdf.reading import read_file

REPORT = NamedNode(ID + "source/report-2026-02-28")
DEFAULT_TEXT = graph_home().parent / "shared" / "source" / "report-2026-02-28.txt"
ASSERTION = ID + "assertion/"


@pytest.fixture(scope="module")
def table() -> dict[int, tuple[tuple[str, ...], str]]:
    with (Path(__file__).parent / "report.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return {int(row["sentence"]): (tuple(row["nodes"].split()), row["reason"]) for row in rows}


@pytest.fixture(scope="module")
def sentences() -> dict[str, set[int]]:
    """Assertion → the sentences that it names in the data."""
    found: dict[str, set[int]] = defaultdict(set)
    triples = [quad.triple for quad in read_file(graph_home() / "data" / "triples.ttl")]
    from_report = {
        triple.subject
        for triple in triples
        if triple.predicate.value == TERM + "source" and triple.object == REPORT
    }
    for triple in triples:
        if triple.subject in from_report and triple.predicate.value == TERM + "sentence":
            assert isinstance(triple.subject, NamedNode)
            found[triple.subject.value].add(int(getattr(triple.object, "value", "")))
    assert len(found) == len(from_report)
    return found


def iri(name: str) -> str:
    prefix, local = name.split(":", 1)
    return PREFIXES[prefix] + local


def test_every_sentence_is_accounted_for(table: dict[int, tuple[tuple[str, ...], str]]) -> None:
    assert sorted(table) == list(range(1, max(table) + 1))
    for number, (nodes, reason) in table.items():
        assert bool(nodes) != bool(reason), f"sentence {number} needs nodes, or a reason why it holds no fact"


def test_every_node_of_the_table_stands_in_the_graph(table: dict[int, tuple[tuple[str, ...], str]]) -> None:
    known = {
        quad.subject.value
        for quad in read_file(graph_home() / "data" / "triples.ttl")
        if quad.predicate.value == RDF + "type" and isinstance(quad.subject, NamedNode)
    }
    missing = {name for nodes, _ in table.values() for name in nodes if iri(name) not in known}
    assert missing == set()


def test_every_sentence_with_a_fact_is_held_by_an_assertion(
    table: dict[int, tuple[tuple[str, ...], str]],
) -> None:
    bare = [
        number
        for number, (nodes, _) in table.items()
        if nodes and not any(n.startswith("assertion:") for n in nodes)
    ]
    assert bare == []


def test_table_and_assertions_name_the_same_sentences(
    table: dict[int, tuple[tuple[str, ...], str]], sentences: dict[str, set[int]]
) -> None:
    listed: dict[str, set[int]] = defaultdict(set)
    for number, (nodes, _) in table.items():
        for name in nodes:
            if iri(name).startswith(ASSERTION):
                listed[iri(name)].add(number)
    assert listed == sentences


def test_every_node_of_the_graph_is_in_the_table(table: dict[int, tuple[tuple[str, ...], str]]) -> None:
    listed = {iri(name) for nodes, _ in table.values() for name in nodes}
    subjects = {
        quad.subject.value
        for quad in read_file(graph_home() / "data" / "triples.ttl")
        if isinstance(quad.subject, NamedNode)
    }
    of_the_file_itself = {
        REPORT.value,
        ID + "person/author-of-report-2026-02-28",
        ID + "side/pakistan",
        ID + "side/afghanistan",
    }
    assert subjects - listed == of_the_file_itself


def test_the_table_has_as_many_sentences_as_the_report(table: dict[int, tuple[tuple[str, ...], str]]) -> None:
    path = Path(os.environ.get("KHYBER_REPORT", DEFAULT_TEXT))
    if not path.is_file():
        pytest.skip("the report is not at hand: set KHYBER_REPORT to its text to count its sentences")
    text = re.sub(r"^\s*date \S+\s*", "", path.read_text(encoding="utf-8"))
    joined = text.replace("“ ", "“").replace("Mr ", "Mr_")
    ends = re.findall(r"[.!?]”?(?=\s|$)", joined)
    assert len(ends) == max(table)
