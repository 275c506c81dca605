"""Contributing to the published graph in tests: documents, and a server with tokens of every role."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from khyber.rdf.namespaces import CONTRIBUTION_GRAPH
from running import Answer, Server, serving

ADMIN_TOKEN = "an-admin-token-for-tests"  # noqa: S105
TURTLE = "text/turtle"

HEAD = """\
@prefix khyber: <https://w3id.org/khyber/ontology#> .
@prefix person: <https://w3id.org/khyber/id/person/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix source: <https://w3id.org/khyber/id/source/> .

"""


def person(slug: str, label: str = "Somebody") -> str:
    """Write a document that conforms: a person whom the report mentions."""
    return (
        f"{HEAD}person:{slug} a khyber:Person ;\n"
        f'    rdfs:label "{label}"@en ;\n'
        f"    khyber:mentionedIn source:report-2026-02-28 .\n"
    )


def together(counts: Mapping[str, int]) -> dict[str, int]:
    """Give the triples of each graph as a version tells them: those of all contributions in one number."""
    told: dict[str, int] = {}
    for graph, count in counts.items():
        name = CONTRIBUTION_GRAPH if graph.startswith(CONTRIBUTION_GRAPH) else graph
        told[name] = told.get(name, 0) + count
    return told


def nameless(slug: str) -> str:
    """Write a document that violates: at line 6, a person without a label and with a misspelt property."""
    return f"{HEAD}person:{slug} a khyber:Person ;\n    khyber:mentionedInn source:report-2026-02-28 .\n"


BROKEN = f"{HEAD}person:jane a khyber:Person ;;; rdfs:label oops .\n"
"""A document that cannot be read: line 6."""


@dataclass(frozen=True)
class Contributing:
    """A server of the published graph, its state folder, and a secret for each role."""

    server: Server
    state: Path
    secrets: Mapping[str, str]

    def fetch(
        self,
        path: str,
        *,
        method: str = "GET",
        role: str | None = None,
        accept: str = "application/json, application/problem+json",
        body: bytes | None = None,
        content_type: str | None = None,
        **headers: str,
    ) -> Answer:
        """Send a request as the holder of a token with this role."""
        sent = {"Accept": accept, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if role:
            sent["Authorization"] = f"Bearer {self.secrets[role]}"
        if content_type:
            sent["Content-Type"] = content_type
        return self.server.fetch(path, method=method, headers=sent, body=body)

    def post_json(self, path: str, by: str | None, /, **members: str) -> Answer:
        """Send an object, as the holder of a token with the role ``by``."""
        body = json.dumps(members).encode()
        return self.fetch(path, method="POST", role=by, body=body, content_type="application/json")

    def contribute(self, document: str, role: str | None = "contributor", **said: str) -> Answer:
        """Send in a Turtle document."""
        query = urlencode({"title": "A test", "source": "https://example.org/source", **said})
        return self.fetch(
            f"/contributions?{query}",
            method="POST",
            role=role,
            body=document.encode(),
            content_type=TURTLE,
        )

    def contributed(self, document: str, **said: str) -> int:
        """Send in a document that conforms; give the number of the contribution."""
        answer = self.contribute(document, **said)
        assert answer.status == 201, answer.text
        return int(members(answer)["id"])

    def decide(self, number: int, decision: str, role: str = "curator", reason: str = "A test.") -> Answer:
        """Decide about a contribution."""
        return self.post_json(f"/contributions/{number}/decision", role, decision=decision, reason=reason)

    def knows(self, slug: str) -> bool:
        """Say whether the published graph has a person."""
        query = f"ASK {{ <https://w3id.org/khyber/id/person/{slug}> ?p ?o }}"
        return bool(
            json.loads(self.server.ask(query, accept="application/sparql-results+json").body)["boolean"]
        )


def members(answer: Answer) -> dict[str, Any]:
    """Give the object that an answer holds."""
    found: dict[str, Any] = json.loads(answer.body)
    return found


@contextmanager
def contributing(folder: Path, *arguments: str) -> Iterator[Contributing]:
    """Run a server of the published graph with an empty ledger, and make a token of each role."""
    state = folder / "state"
    with serving(
        "--state", str(state), *arguments, environment={"KHYBER_ADMIN_TOKEN": ADMIN_TOKEN}
    ) as server:
        secrets = {"admin": ADMIN_TOKEN}
        first = Contributing(server, state, secrets)
        for role in ("contributor", "curator"):
            answer = first.post_json("/tokens", "admin", name=f"Test {role}", role=role)
            assert answer.status == 201, answer.text
            secrets[role] = members(answer)["secret"]
        yield first
