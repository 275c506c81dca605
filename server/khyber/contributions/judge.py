"""The judgement on a contribution: whether it may enter the published graph, and what to look at.

Policy, closed vocabulary, shapes, contradictions and warnings, each over the nodes that the change touches
and in the context of the whole graph: at a cost that hangs on the change, not on the graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Protocol

from pyoxigraph import NamedNode, Store, Triple

from khyber.config import MAX_CONTRIBUTION_TRIPLES
from khyber.contributions.contradictions import Contradictions
from khyber.contributions.patch import Patch
from khyber.contributions.policy import Policy, reasonable, screen
from khyber.contributions.warnings import Cautions, label_of
from khyber.errors import Location
from khyber.rdf.delta import Delta
from khyber.rdf.namespaces import CONTRIBUTION_GRAPH, GRAPH
from khyber.reasoning.incremental import Premises
from khyber.validation.asserted import Asserted, AssertedGraph, in_store_form
from khyber.validation.changes import ChangeValidator
from khyber.validation.domains import Domains
from khyber.validation.findings import Finding, Report
from khyber.validation.names import text_of
from khyber.validation.vocabulary import Vocabulary, Wording

JUDGED_GRAPH = CONTRIBUTION_GRAPH + "judged"
"""The graph that a patch would be published in, while it is judged and has no number yet."""


class Dataset(Protocol):
    """The published dataset, as :class:`khyber.contributions.published.Published`."""

    store: Store
    sequence: int

    def asserting(self, triple: Triple) -> list[str]:
        """Name the graphs that assert a triple."""

    def premises(self, triple: Triple) -> Premises | None:
        """Give one reason why a triple is inferred."""

    def delta(self, patch: Patch, graph: str, provenance: Iterable[Triple] = ()) -> Delta:
        """Give all that changes when a patch is published, inferred triples too."""


class Spoken(Protocol):
    """A document, as :class:`khyber.contributions.document.Document`: it knows where it says what."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found while it was read."""

    def locate(self, subject: str, path: str | None = None, value: str | None = None) -> Location | None:
        """Say where it speaks of what a finding is about."""


class Judge:
    """Judges patches against a published dataset, one at a time.

    Ontology and shapes are read once: a dataset with others needs another judge. What is asserted is kept
    besides: tell each change that was made (:meth:`follow`), or it is all read again for the next version.
    Raises InputError for a shape that cannot be used.
    """

    def __init__(self, published: Dataset, *, most_triples: int | None = None) -> None:
        self._published = published
        self._most = MAX_CONTRIBUTION_TRIPLES.value() if most_triples is None else most_triples
        ontology, shapes = _triples(published.store, "ontology"), _triples(published.store, "shapes")
        self._changes = ChangeValidator(ontology, shapes)
        self._vocabulary = Vocabulary.of(ontology)
        self._domains = Domains.of(ontology)
        self._cautions = Cautions(ontology)
        self._contradictions = Contradictions(published.store)
        self._sequence = published.sequence
        self._asserted = AssertedGraph.of(published.store)

    def follow(self, delta: Delta) -> None:
        """Take in a change that was just made in the dataset (``published.apply(delta, sequence)``)."""
        self._asserted.follow(delta, self._published.store)
        self._sequence = self._published.sequence

    def judge(self, patch: Patch, document: Spoken | None = None) -> Report:
        """Report on the graph as it would be with the patch applied; the dataset stays as it is.

        The verdict is that on the whole graph. Each finding says where ``document``, which the patch comes
        from, speaks of it.
        """
        wording = Wording(self._vocabulary)
        screened = screen(patch, self._published, wording, self._most)
        findings = [*(document.findings if document else ()), *screened.findings]
        graph, effective = self._graph(), screened.patch
        removed = in_store_form(effective.removed).keys()
        after = Asserted(graph, effective.added, removed)
        shapes = Report()
        if effective:
            findings += self._misplaced(effective, after)
            shapes = self._changes.validate(graph, effective.added, removed)
            findings += shapes.findings
            findings += self._contradicting(reasonable(effective, wording))
            findings += self._cautions.of_change(graph, effective, after)
        located = [_located(finding, document) for finding in findings]
        return Report.of(located, _labels(located, after))

    def _graph(self) -> AssertedGraph:
        if self._sequence != self._published.sequence:
            self._asserted = AssertedGraph.of(self._published.store)
            self._sequence = self._published.sequence
        return self._asserted

    def _misplaced(self, patch: Patch, after: Asserted) -> Iterator[Finding]:
        for node in {triple.subject for triple in (*patch.added, *patch.removed)}:
            said = list(after.about(node))
            if said:
                yield from self._domains.misplaced(text_of(node), said)

    def _contradicting(self, patch: Patch) -> Iterator[Finding]:
        delta = self._published.delta(patch, JUDGED_GRAPH)
        for found in self._contradictions.of_change(self._published.store, delta):
            yield Finding("Violation", found.detail, found.focus, constraint=found.rule)


def _triples(store: Store, graph: str) -> list[Triple]:
    return [quad.triple for quad in store.quads_for_pattern(None, None, None, NamedNode(GRAPH + graph))]


def _located(finding: Finding, document: Spoken | None) -> Finding:
    if document is None or finding.location is not None or finding.constraint == Policy.SIZE:
        return finding
    return replace(finding, location=document.locate(finding.focus, finding.path, finding.value))


def _labels(findings: Iterable[Finding], graph: Asserted) -> dict[str, str]:
    nodes = {finding.focus for finding in findings if not finding.focus.startswith(('"', "_:", "<"))}
    labels = ((node, label_of(NamedNode(node), graph)) for node in nodes)
    return {node: label for node, label in labels if label}
