"""The compile: from the curated files to a release, in stages.

Strict parse → closed vocabulary and shapes over what was asserted → conclusions → contradictions → counts.
What is judged is what somebody asserted, not the closure: there rdfs:range would type a wrong value and
hide the error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter

from pyoxigraph import NamedNode, Quad, Triple

from khyber.rdf.namespaces import CONTRIBUTION_GRAPH, MAPPINGS_GRAPH
from khyber.reasoning.base import Reasoner
from khyber.reasoning.consistency import inconsistencies
from khyber.release.release import Release, ReleaseRefused, release_id, statistics
from khyber.release.sources import (
    CORE_GRAPH,
    INFERRED_GRAPH,
    ONTOLOGY_GRAPH,
    SERVICE_GRAPH,
    SHAPES_GRAPH,
    Sources,
    parse_sources,
    service,
)
from khyber.validation.compiled.whole import validate
from khyber.validation.domains import misplaced_properties
from khyber.validation.findings import Finding, Report
from khyber.validation.vocabulary import unknown_terms

OnStage = Callable[[str, str], None]
"""Called with the name of a stage and a detail when the stage begins."""

Graphs = Mapping[str, list[Triple]]
"""Named graph → its triples."""


def quiet(_name: str, _detail: str) -> None:
    """Tell nobody about a stage."""


def compile_release(
    sources: Sources, reasoner: Reasoner, *, reasoner_name: str, on_stage: OnStage = quiet
) -> Release:
    """Compile a release; deterministic but for its seconds.

    Raises FileUnreadable, RdfSyntaxError or InputError if a source cannot be used, and ReleaseRefused (with
    the report) if the graph violates its shapes, uses unknown terms or contradicts itself.
    """
    stages = _Stages(on_stage)
    with stages.stage("read", f"{len(sources.files):,} files"):
        graphs = parse_sources(sources)
    with stages.stage("validate", f"{len(graphs[CORE_GRAPH]):,} triples"):
        report = vocabulary_report(graphs) + shapes_report(graphs)
    with stages.stage("reason", reasoner_name):
        inferred = infer(graphs, reasoner)
    with stages.stage("consistency", f"{len(inferred):,} conclusions"):
        report += consistency_report(graphs, inferred)
    if not report.conforms:
        raise ReleaseRefused(report)
    with stages.stage("count", ""):
        quads = tuple(dataset({**graphs, SERVICE_GRAPH: service(sources)}, inferred))
        return Release(
            id=release_id(quads),
            reasoner=reasoner_name,
            quads=quads,
            counts=statistics(quads),
            report=report,
            seconds=stages.seconds,
        )


def asserted(graphs: Graphs) -> list[Triple]:
    """Give the data that is reasoned over, each triple once: the core and all contributions."""
    named = [graph for graph in graphs if graph == CORE_GRAPH or graph.startswith(CONTRIBUTION_GRAPH)]
    if named == [CORE_GRAPH]:
        return graphs[CORE_GRAPH]
    return sorted({triple for graph in named for triple in graphs[graph]}, key=str)


def stated(graphs: Graphs) -> list[Triple]:
    """Give the data that is judged: what is reasoned over, and the mappings, which are not."""
    mappings = graphs.get(MAPPINGS_GRAPH)
    return sorted({*asserted(graphs), *mappings}, key=str) if mappings else asserted(graphs)


def judged(graphs: Graphs, reasoner: Reasoner) -> tuple[Report, list[Triple]]:
    """Judge graphs as a release is judged; give the report and the conclusions."""
    report = vocabulary_report(graphs) + shapes_report(graphs)
    inferred = infer(graphs, reasoner)
    return report + consistency_report(graphs, inferred), inferred


def vocabulary_report(graphs: Graphs) -> Report:
    """Judge whether the data uses only what the ontology declares, and each property where it belongs."""
    data, ontology = stated(graphs), graphs[ONTOLOGY_GRAPH]
    return Report.of([*unknown_terms(data, ontology), *misplaced_properties(data, ontology)])


def shapes_report(graphs: Graphs, *, reference: bool = False) -> Report:
    """Judge the data by the shapes, with the class hierarchy and the code lists of the ontology.

    By compiled shapes; with ``reference`` by pySHACL, which finds the same.
    """
    return validate(stated(graphs), graphs[ONTOLOGY_GRAPH], graphs[SHAPES_GRAPH], reference=reference)


def infer(graphs: Graphs, reasoner: Reasoner) -> list[Triple]:
    """Draw the conclusions from ontology and data, sorted; the shapes are not reasoned over."""
    return sorted(reasoner.infer([*graphs[ONTOLOGY_GRAPH], *asserted(graphs)]), key=str)


def consistency_report(graphs: Graphs, inferred: Iterable[Triple]) -> Report:
    """Report each contradiction of the closure as a Violation."""
    closure = [*graphs[ONTOLOGY_GRAPH], *asserted(graphs), *inferred]
    return Report.of(
        Finding("Violation", found.detail, found.focus, constraint=found.rule)
        for found in inconsistencies(closure)
    )


def dataset(graphs: Graphs, inferred: list[Triple]) -> Iterator[Quad]:
    """Give the quads of the dataset: each graph under its name, in the order of the names."""
    named = {**graphs, INFERRED_GRAPH: inferred}
    for graph in sorted(named):
        name = NamedNode(graph)
        for triple in named[graph]:
            yield Quad(triple.subject, triple.predicate, triple.object, name)


class _Stages:
    """The seconds of each stage, and the telling about it."""

    def __init__(self, on_stage: OnStage) -> None:
        self.seconds: dict[str, float] = {}
        self._on_stage = on_stage

    @contextmanager
    def stage(self, name: str, detail: str) -> Iterator[None]:
        self._on_stage(name, detail)
        started = perf_counter()
        yield
        self.seconds[name] = perf_counter() - started
