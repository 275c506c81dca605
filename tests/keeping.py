"""What ledger tests give to a ledger: contributions, versions, accounts, and a time that they set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Triple

from khyber.contributions.ledger import NewContribution, NewVersion
from khyber.contributions.records import Account, Kind, Upload
from khyber.contributions.roles import Role
from khyber.rdf.delta import Delta, to_rdf_patch
from khyber.rdf.namespaces import CONTRIBUTION_GRAPH
from khyber.validation.findings import Report

EX = "http://example.org/"
ANN = Account("1", "Ann", Role.CONTRIBUTOR)
CURA = Account("2", "Cura", Role.CURATOR)
ADA = Account("3", "Ada", Role.ADMIN)
START = datetime(2026, 3, 1, 12, 0, 0, 123456, UTC)


@dataclass
class Time:
    """A clock that goes on by a second each time it is read."""

    now: datetime = START

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def triple(text: str, node: str = "node") -> Triple:
    return Triple(NamedNode(EX + node), NamedNode(EX + "says"), Literal(text))


def patch_of(*triples: Triple, removed: tuple[Triple, ...] = (), graph: str | None = None) -> bytes:
    def quads(each: tuple[Triple, ...]) -> list[Quad]:
        name = NamedNode(graph) if graph else DefaultGraph()
        return [Quad(one.subject, one.predicate, one.object, name) for one in each]

    return to_rdf_patch(Delta.of(quads(triples), quads(removed)))


def contribution(*texts: str, **fields: Any) -> NewContribution:
    """Give a contribution that says each of the texts."""
    triples = [triple(text) for text in texts or ("something",)]
    document = "".join(f"{each} .\n" for each in triples).encode()
    defaults: dict[str, Any] = {
        "author": ANN,
        "uploads": (Upload(document, "facts.nt", "application/n-triples"),),
        "patch": patch_of(*triples),
        "report": Report(),
        "title": "A title",
        "source": "http://example.org/source",
        "base": 1,
        "added": len(triples),
    }
    return NewContribution(**{**defaults, **fields})


def version(sequence: int, *texts: str, kind: Kind = Kind.ACCEPT, **fields: Any) -> NewVersion:
    """Give a version that adds a triple for each of the texts to a contribution's graph."""
    triples = [triple(text) for text in texts or ("something",)]
    defaults: dict[str, Any] = {
        "id": f"{sequence:016x}",
        "delta": patch_of(*triples, graph=CONTRIBUTION_GRAPH + "1"),
        "added": len(triples),
        "counts": {CONTRIBUTION_GRAPH + "1": len(triples)},
    }
    return NewVersion(sequence=sequence, kind=kind, **{**defaults, **fields})
