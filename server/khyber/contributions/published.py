"""The published dataset in memory, and what a change of it amounts to, conclusions and name included."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple, parse

from khyber.contributions.lines import SortedLines
from khyber.contributions.patch import Patch
from khyber.contributions.stored import Added, another_is_stored_alike
from khyber.errors import Conflict, NotAsserted
from khyber.rdf.delta import Delta
from khyber.rdf.namespaces import CONTRIBUTION_GRAPH, PROVENANCE_GRAPH
from khyber.rdf.quads import graph_of, quad_in
from khyber.reasoning.incremental import KeptClosure, Premises
from khyber.release.release import name_of
from khyber.release.sources import CORE_GRAPH, INFERRED_GRAPH, ONTOLOGY_GRAPH
from khyber.validation.asserted import CURATED_GRAPHS, is_asserted

_INFERRED, _PROVENANCE, _ONTOLOGY = map(NamedNode, (INFERRED_GRAPH, PROVENANCE_GRAPH, ONTOLOGY_GRAPH))


class Published:
    """The published dataset: its quads, what is inferred from them, its name; one thread at a time.

    ``store`` has named graphs only, for reading. It rewrites literals, so what was asserted, and what the
    name is a hash of, is kept besides, as lines. ``missing`` are the quads of the curated graphs that
    contributions removed: they come back when those are reverted.
    """

    def __init__(self, lines: dict[str, SortedLines], store: Store, closure: KeptClosure) -> None:
        self.store = store
        self.sequence = 0
        self.missing: frozenset[Quad] = frozenset()
        self._lines = lines
        self._closure = closure

    @classmethod
    def of(cls, quads: Iterable[Quad], sequence: int = 0, missing: Iterable[Quad] = ()) -> Published:
        """Take over a compiled dataset: its inferred graph holds exactly what follows from the others.

        Raises InputError if an RDF list of the ontology is broken.
        """
        by_graph: defaultdict[str, list[Quad]] = defaultdict(list)
        for quad in quads:
            by_graph[graph_of(quad)].append(quad)
        store = Store()
        for each in by_graph.values():
            store.bulk_extend(each)
        premises = (
            quad.triple for graph, each in by_graph.items() if _is_reasoned_over(graph) for quad in each
        )
        inferred = (quad.triple for quad in by_graph[INFERRED_GRAPH])
        ontology = (quad.triple for quad in by_graph[ONTOLOGY_GRAPH])
        closure = KeptClosure(ontology, premises, inferred)
        lines = {graph: SortedLines(map(str, each)) for graph, each in by_graph.items() if each}
        published = cls(lines, store, closure)
        published.sequence = sequence
        published.missing = frozenset(missing)
        return published

    @property
    def id(self) -> str:
        """Name the content, as ``khyber.release.release.release_id`` does."""
        return name_of({str(NamedNode(graph)): lines.digest for graph, lines in self._lines.items()})

    @property
    def name(self) -> str:
        """Name the version: its sequence number and the id of its content."""
        return f"{self.sequence}-{self.id}"

    def counts(self) -> dict[str, int]:
        """Count the triples of each named graph."""
        return {graph: len(self._lines[graph]) for graph in sorted(self._lines)}

    def totals(self) -> dict[str, int]:
        """Count the triples of each named graph, those of all contributions together as CONTRIBUTION_GRAPH.

        This is kept with every version, so its length must not grow with the number of contributions.
        """
        totals: Counter[str] = Counter()
        for graph, count in self.counts().items():
            totals[CONTRIBUTION_GRAPH if graph.startswith(CONTRIBUTION_GRAPH) else graph] += count
        return dict(sorted(totals.items()))

    def quads(self, graph: str | None = None) -> Iterator[Quad]:
        """Give the quads as they were stated, those of one graph or all, sorted by graph and line."""
        for name in sorted(self._lines) if graph is None else [graph]:
            text = "".join(f"{line} .\n" for line in self._lines.get(name, ()))
            yield from parse(text, format=RdfFormat.N_QUADS)

    def __contains__(self, quad: Quad) -> bool:
        """Tell whether a quad was stated, with this very form of its literals."""
        lines = self._lines.get(graph_of(quad))
        return lines is not None and str(quad) in lines

    def asserting(self, triple: Triple) -> list[str]:
        """Name the graphs that assert a triple, sorted; the ontology, which nobody contributes to, aside."""
        return sorted(graph for graph in self._graphs_of(triple) if is_asserted(graph))

    def naming(self, node: NamedNode) -> list[Quad]:
        """Give the asserted quads that a node is the subject or the value of, as they were stated."""
        graphs = {graph_of(quad) for quad in self.store.quads_for_pattern(node, None, None, None)}
        text = "".join(
            f"{line} .\n"
            for graph in sorted(filter(is_asserted, graphs))
            for line in self._lines[graph].starting_with(f"{node} ")
        )
        as_subject = list(parse(text, RdfFormat.N_QUADS))
        as_value = self.store.quads_for_pattern(None, None, node, None)
        others = (quad for quad in as_value if is_asserted(graph_of(quad)) and quad.subject != node)
        return as_subject + sorted(others, key=str)

    def graph_id(self, graph: str) -> str:
        """Name the content of one graph (16 hexadecimal digits)."""
        lines = self._lines.get(graph, SortedLines())
        return lines.digest[:16]

    def premises(self, triple: Triple) -> Premises | None:
        """Give one reason why a triple is inferred."""
        return self._closure.premises(triple)

    def asserted(self, patch: Patch, graph: str) -> Delta:
        """Give what a patch asks for as quads: what it adds in ``graph``, what it removes wherever it is.

        What ``graph`` holds already is left out. Raises NotAsserted for the removal of a triple that no
        curated or contributed graph holds.
        """
        name = NamedNode(graph)
        added = [quad for quad in (quad_in(triple, name) for triple in patch.added) if quad not in self]
        removed: list[Quad] = []
        for triple in patch.removed:
            holders = self.asserting(triple)
            if not holders:
                raise self._not_asserted(triple)
            removed.extend(quad_in(triple, NamedNode(holder)) for holder in holders)
        return Delta.of(added, removed)

    def delta(self, patch: Patch, graph: str, provenance: Iterable[Triple] = ()) -> Delta:
        """Give all that changes when a patch is published in ``graph``; everything stays as it is.

        Raises NotAsserted for the removal of a triple that is not asserted.
        """
        return self.complete(self.asserted(patch, graph), provenance)

    def complete(self, asserted: Delta, provenance: Iterable[Triple] = ()) -> Delta:
        """Add to a change of asserted quads what changes among the inferred ones, and provenance.

        Everything stays as it is. Raises Conflict if the change does not fit what is there.
        """
        self._require_fit(asserted)
        with self._closure.changed(*self._premises_changed(asserted)) as conclusions:
            told = [quad_in(triple, _PROVENANCE) for triple in provenance]
            added = [quad_in(triple, _INFERRED) for triple in conclusions.added]
            removed = [quad_in(triple, _INFERRED) for triple in conclusions.removed]
        new = (quad for quad in told if quad not in self)
        return Delta.of((*asserted.added, *added, *new), (*asserted.removed, *removed))

    def apply(self, delta: Delta, sequence: int) -> None:
        """Make a change that ``delta`` or ``complete`` gave, or its inverse, and take the sequence number.

        Raises Conflict, with nothing changed, if it does not fit: a quad is there already or not there, or
        the inferred part is not what follows.
        """
        self._require_fit(delta)
        won, lost = self._premises_changed(delta)
        conclusions = self._closure.change(won, lost)
        follows = Delta.of(
            (quad_in(triple, _INFERRED) for triple in conclusions.added),
            (quad_in(triple, _INFERRED) for triple in conclusions.removed),
        )
        if follows != _part(delta, INFERRED_GRAPH):
            self._closure.change(lost, won)
            raise Conflict("What the change says is inferred is not what follows from what it asserts.")
        self._change_lines_and_store(delta)
        self.sequence = sequence
        self.missing = (self.missing | set(filter(_is_curated, delta.removed))) - set(delta.added)

    @contextmanager
    def changing(self, delta: Delta, sequence: int) -> Iterator[None]:
        """Make a change as ``apply`` does; where the block raises, everything is put back as it was."""
        before, missing = self.sequence, self.missing
        self.apply(delta, sequence)
        try:
            yield
        except BaseException:
            self.apply(delta.inverse, before)
            self.missing = missing
            raise

    def stored(self, delta: Delta) -> Delta:
        """Give what a change does to a store, which rewrites literals: "01" and "1" are one quad there.

        To be asked before the change is made.
        """
        won = Added(delta.added)
        lost = frozenset(delta.removed)
        kept = (quad for quad in lost if not another_is_stored_alike(quad, self._stating(quad), won, lost))
        return Delta.of(delta.added, kept)

    def _stating(self, quad: Quad) -> SortedLines:
        return self._lines.get(graph_of(quad), SortedLines())

    def _change_lines_and_store(self, delta: Delta) -> None:
        stored = self.stored(delta)
        for quad in stored.removed:
            self.store.remove(quad)
        self.store.extend(stored.added)
        for quad in delta.removed:
            lines = self._lines[graph_of(quad)]
            lines.remove(str(quad))
            if not lines:
                del self._lines[graph_of(quad)]
                self.store.remove_graph(quad.graph_name)
        for quad in delta.added:
            self._lines.setdefault(graph_of(quad), SortedLines()).add(str(quad))

    def _premises_changed(self, delta: Delta) -> tuple[list[Triple], list[Triple]]:
        """Give the triples that come to be asserted, and those that cease to be, for the reasoner."""
        change: defaultdict[Triple, Counter[str]] = defaultdict(Counter)
        for sign, quads in ((1, delta.added), (-1, delta.removed)):
            for quad in quads:
                if _is_reasoned_over(graph_of(quad)):
                    change[quad.triple][graph_of(quad)] += sign
        won: list[Triple] = []
        lost: list[Triple] = []
        for triple, graphs in change.items():
            holders = {graph for graph in self._graphs_of(triple) if _is_reasoned_over(graph)}
            after = (holders | {graph for graph, sign in graphs.items() if sign > 0}) - {
                graph for graph, sign in graphs.items() if sign < 0
            }
            if quad_in(triple, _ONTOLOGY) in self or bool(holders) == bool(after):
                continue
            (won if after else lost).append(triple)
        return won, lost

    def _graphs_of(self, triple: Triple) -> Iterator[str]:
        found = self.store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
        for quad in list(found):
            if quad_in(triple, quad.graph_name) in self:
                yield graph_of(quad)

    def _require_fit(self, delta: Delta) -> None:
        for quads, wanted in ((delta.added, False), (delta.removed, True)):
            for quad in quads:
                graph = graph_of(quad)
                if not is_asserted(graph) and graph not in (INFERRED_GRAPH, PROVENANCE_GRAPH):
                    raise Conflict(f"No contribution changes the graph {graph}.")
                if (quad in self) != wanted:
                    state = "is not there to be removed" if wanted else "is there already"
                    raise Conflict(f"The quad {quad} {state}.")

    def _not_asserted(self, triple: Triple) -> NotAsserted:
        if quad_in(triple, _ONTOLOGY) in self:
            return NotAsserted(
                f"{triple} is part of the ontology, which contributions do not change.",
                remedy="Propose the change in the files of ontology/.",
            )
        premises = self.premises(triple) if quad_in(triple, _INFERRED) in self else None
        if premises is None:
            return NotAsserted(
                f"{triple} is not asserted, so it cannot be removed.",
                remedy="Name the triple exactly as it stands, literals with their type or language.",
            )
        listed = " and ".join(map(str, premises.triples))
        return NotAsserted(
            f"{triple} is not asserted; it follows from {listed}.",
            remedy="Remove one of those instead.",
        )


def _is_reasoned_over(graph: str) -> bool:
    """Tell whether conclusions are drawn from a graph; from mappings they are not."""
    return graph == CORE_GRAPH or graph.startswith(CONTRIBUTION_GRAPH)


def _is_curated(quad: Quad) -> bool:
    return graph_of(quad) in CURATED_GRAPHS


def _part(delta: Delta, graph: str) -> Delta:
    return Delta(
        tuple(quad for quad in delta.added if graph_of(quad) == graph),
        tuple(quad for quad in delta.removed if graph_of(quad) == graph),
    )
