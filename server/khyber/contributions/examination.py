"""Judging what was sent in: reading its documents, and what the published graph would be with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Store, Triple

from khyber.contributions.cells import Lookup, lookup_in
from khyber.contributions.document import Document
from khyber.contributions.documents import read_document
from khyber.contributions.door import Judged, Submission
from khyber.contributions.judge import Judge
from khyber.contributions.judged import Examined, Plan
from khyber.contributions.patch import Patch, patch_bytes, patch_from
from khyber.contributions.published import Published
from khyber.contributions.records import Upload
from khyber.contributions.templates import Templates
from khyber.errors import InputError, Location
from khyber.rdf.delta import Delta
from khyber.rdf.namespaces import GRAPH, RDF, RDFS, SKOS
from khyber.release.sources import CORE_GRAPH
from khyber.validation.findings import Finding
from khyber.validation.names import text_of

_TYPE = NamedNode(RDF + "type")
_NAMES = tuple(map(NamedNode, (RDFS + "label", SKOS + "prefLabel", SKOS + "altLabel")))


@dataclass(frozen=True)
class Documents:
    """Documents that were sent in together; a finding is located in the first that describes its node."""

    all: Sequence[Document]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Give what was found while they were read."""
        return tuple(finding for document in self.all for finding in document.findings)

    def locate(self, subject: str, path: str | None = None, value: str | None = None) -> Location | None:
        """Say where they speak of what a finding is about."""
        describing = sorted(self.all, key=lambda document: not document.describes(subject))
        found = (document.locate(subject, path, value) for document in describing)
        return next((location for location in found if location is not None), None)


class Examiner:
    """Judges submissions and patches against the published dataset, and changes nothing that stays."""

    def __init__(self, published: Published) -> None:
        """Read ontology and shapes, once. Raises InputError for a shape that cannot be used."""
        self._published = published
        self._judge = Judge(published)
        ontology, shapes = (_triples(published.store, name) for name in ("ontology", "shapes"))
        self._templates = Templates.of(ontology, shapes)

    def warm_up(self) -> None:
        """Judge a copy of a node of each class, so that the first who asks waits no longer than the others.

        What shapes and rules prepare for themselves when they are first used stays, also in processes that
        are forked from this one.
        """
        self._judge.judge(Patch.of(_copies(self._published)))

    def follow(self, delta: Delta) -> None:
        """Take note of a change that was just made to the dataset."""
        self._judge.follow(delta)

    def examine(self, submission: Submission) -> Examined:
        """Read and judge documents; raises InputError and its kind for what cannot be read."""
        if not submission.uploads:
            raise InputError("There is no document.", remedy="Send at least one.")
        documents = self._read(submission)
        added: list[Triple] = []
        removed: list[Triple] = []
        for upload, document in zip(submission.uploads, documents, strict=True):
            (removed if upload.removes else added).extend(document.triples)
            removed.extend(document.removed)
        patch = Patch.of(added, removed)
        report = self._judge.judge(patch, Documents(documents))
        judged = Judged(report, len(patch.added), len(patch.removed), self._published.name)
        return Examined(judged, patch_bytes(patch))

    def _read(self, submission: Submission) -> list[Document]:
        """Read documents; a cell may name a node by a label that any of them gives it."""
        published = lookup_in(self._published.store)
        documents = [self._document(upload, published, submission.skolemise) for upload in submission.uploads]
        if len(documents) == 1:
            return documents
        named = _labels(triple for document in documents for triple in document.triples)

        def lookup(text: str) -> set[str]:
            return {*published(text), *named.get(text, ())}

        return [self._document(upload, lookup, submission.skolemise) for upload in submission.uploads]

    def _document(self, upload: Upload, lookup: Lookup, skolemise: bool) -> Document:
        return read_document(
            upload.data,
            upload.name,
            upload.media_type,
            templates=self._templates,
            lookup=lookup,
            skolemise=skolemise,
        )

    def judge(self, plan: Plan) -> Judged:
        """Judge what a decision would do."""
        patch = patch_from(plan.patch)
        report = self._judge.judge(patch)
        return Judged(report, len(patch.added), len(patch.removed), self._published.name)


def _copies(published: Published) -> Iterator[Triple]:
    """Give what is said of one node of each class, as if it were said of another one."""
    kinds: dict[str, NamedNode] = {}
    for quad in published.quads(CORE_GRAPH):
        if quad.predicate == _TYPE and isinstance(quad.subject, NamedNode):
            kinds.setdefault(str(quad.object), quad.subject)
    for node in sorted(set(kinds.values()), key=str):
        copy = NamedNode(f"{node.value}-copy")
        for quad in published.naming(node):
            if quad.subject == node:
                yield Triple(copy, quad.predicate, quad.object)


def _labels(triples: Iterable[Triple]) -> dict[str, set[str]]:
    """Give the nodes that have a label, by the label."""
    named: defaultdict[str, set[str]] = defaultdict(set)
    for triple in triples:
        if triple.predicate in _NAMES and isinstance(triple.object, Literal):
            named[triple.object.value].add(text_of(triple.subject))
    return named


def _triples(store: Store, name: str) -> list[Triple]:
    return [quad.triple for quad in store.quads_for_pattern(None, None, None, NamedNode(GRAPH + name))]
