"""A release: the published graph with its name, its counts and what its validation found."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pyoxigraph import NamedNode, Quad

from khyber.errors import DoesNotConform
from khyber.rdf.namespaces import RDF
from khyber.validation.findings import Report

_TYPE = RDF + "type"


@dataclass(frozen=True)
class GraphStatistics:
    """How much a named graph holds; ``classes`` gives the number of instances by the class's IRI."""

    triples: int
    subjects: int
    classes: Mapping[str, int]


@dataclass(frozen=True)
class Release:
    """A compiled graph, valid by construction.

    ``id`` names the content: the same quads have the same id, whatever compiled them. ``quads`` stand in
    named graphs only, sorted. ``counts`` has an entry for each named graph, ``seconds`` one for each stage
    of the compile. ``report`` may hold warnings. ``cached`` tells that the release was read, not compiled.
    """

    id: str
    reasoner: str
    quads: tuple[Quad, ...]
    counts: Mapping[str, GraphStatistics]
    report: Report
    seconds: Mapping[str, float] = field(compare=False)
    cached: bool = field(default=False, compare=False)


class ReleaseRefused(DoesNotConform):
    """The curated graph violates its shapes or contradicts its ontology; ``report`` says where and why."""

    def __init__(self, report: Report) -> None:
        self.report = report
        count = sum(finding.severity == "Violation" for finding in report.findings)
        things = "thing" if count == 1 else "things"
        super().__init__(
            f"The graph does not conform: {count} {things} to mend.",
            remedy="A graph that does not conform is not published; the report says what to mend.",
        )


def release_id(quads: Iterable[Quad]) -> str:
    """Name a set of quads: hash the hashes of each graph's sorted N-Quads lines (16 hexadecimal digits)."""
    lines: defaultdict[str, set[str]] = defaultdict(set)
    for quad in quads:
        lines[str(quad.graph_name)].add(str(quad))
    return name_of({graph: _hash(sorted(lines[graph])) for graph in lines})


def name_of(hashes: Mapping[str, str]) -> str:
    """Name a dataset by the hash of each graph's sorted N-Quads lines; graphs as N-Quads writes them."""
    return _hash(f"{graph} {hashes[graph]}" for graph in sorted(hashes))[:16]


def statistics(quads: Iterable[Quad]) -> dict[str, GraphStatistics]:
    """Count each named graph: its triples, its subjects and the instances of each class, classes by IRI."""
    triples: Counter[str] = Counter()
    subjects: defaultdict[str, set[object]] = defaultdict(set)
    classes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for quad in quads:
        graph = quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""
        triples[graph] += 1
        subjects[graph].add(quad.subject)
        if quad.predicate.value == _TYPE and isinstance(quad.object, NamedNode):
            classes[graph][quad.object.value] += 1
    return {
        graph: GraphStatistics(triples[graph], len(subjects[graph]), dict(sorted(classes[graph].items())))
        for graph in sorted(triples)
    }


def _hash(lines: Iterable[str]) -> str:
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
