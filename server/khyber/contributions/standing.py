"""What the ledger and the curated files make of the published graph: the history, and the state it led to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode, Quad

from khyber.contributions.history import Accepted
from khyber.contributions.ledger import Ledger
from khyber.contributions.patch import patch_from
from khyber.contributions.records import Status, Version
from khyber.rdf.delta import Delta, composed, from_rdf_patch
from khyber.rdf.namespaces import PROVENANCE_GRAPH
from khyber.validation.asserted import CURATED_GRAPHS

_TAKEN_IN = {Status.ACCEPTED, Status.REVERTED, Status.SUPERSEDED}


def history_of(ledger: Ledger) -> dict[int, Accepted]:
    """Give every contribution that was ever accepted, by its number, in the order of acceptance."""
    taken = [each for each in ledger.contributions(limit=None) if each.status in _TAKEN_IN]
    told = _provenance(ledger)
    return {
        each.id: Accepted(
            each.graph,
            patch_from(ledger.patch(each.id)),
            tuple(quad.triple for quad in told.get(each.id, ())),
            stands=each.status is not Status.REVERTED,
        )
        for each in sorted(taken, key=lambda each: each.version or 0)
    }


def deltas_after(ledger: Ledger, sequence: int) -> Iterator[Delta]:
    """Give what made each version above ``sequence``, in their order."""
    for version, data in ledger.deltas(sequence):
        yield from_rdf_patch(data, f"version {version.sequence}")


def state_after(quads: Iterable[Quad], deltas: Iterable[Delta]) -> set[Quad]:
    """Apply deltas, one after the other."""
    state = set(quads)
    change = composed(deltas)
    state.difference_update(change.removed)
    state.update(change.added)
    return state


def missing_from(base: Iterable[Quad], state: set[Quad]) -> Iterator[Quad]:
    """Give the quads of the curated graphs that contributions have removed."""
    names = {NamedNode(graph) for graph in CURATED_GRAPHS}
    return (quad for quad in base if quad.graph_name in names and quad not in state)


def release_of(version: Version) -> str:
    """Give the id of the curated release that a version of the kind BASE was made of."""
    return version.note.removeprefix(NOTE)


NOTE = "Release "
"""What the note of a version that came with the curated files begins with; the release's id follows."""


def _provenance(ledger: Ledger) -> dict[int, list[Quad]]:
    graph = NamedNode(PROVENANCE_GRAPH)
    told: dict[int, list[Quad]] = {}
    for version, data in ledger.deltas():
        if version.contribution is not None:
            delta = from_rdf_patch(data, f"version {version.sequence}")
            quads = [quad for quad in delta.added if quad.graph_name == graph]
            told.setdefault(version.contribution, []).extend(quads)
    return told
