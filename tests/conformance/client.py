"""One connection to the server under test, with the token for writing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPMessage
from urllib.parse import urlsplit

import pyoxigraph as ox
from pyoxigraph import DefaultGraph, Quad, RdfFormat

from running import SECONDS, Server, serving

TOKEN = "the-token-of-the-conformance-tests"  # noqa: S105


@dataclass(frozen=True)
class Response:
    """What came back: the status, the headers and the body."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get_content_type()


class Client:
    """Sends requests exactly as they are given, but for the token."""

    def __init__(self, server: Server) -> None:
        self.endpoint = server.endpoint
        self.root = server.root
        self._authority = urlsplit(server.root).netloc
        self._connection = HTTPConnection(self._authority, timeout=SECONDS)

    def send(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Response:
        authorised = {"Authorization": f"Bearer {TOKEN}", **(headers or {})}
        try:
            self._connection.request(method, path, body=body, headers=authorised)
            response = self._connection.getresponse()
            return Response(response.status, response.headers, response.read())
        except (OSError, HTTPException):
            self._connection.close()  # the next request gets a connection of its own
            raise

    def query(self, text: str, accept: str) -> Response:
        headers = {"Content-Type": "application/sparql-query", "Accept": accept}
        return self.send("POST", "/sparql", headers, text.encode())

    def update(self, text: str) -> Response:
        return self.send("POST", "/update", {"Content-Type": "application/sparql-update"}, text.encode())

    def hold(self, quads: Iterable[Quad]) -> None:
        """Let the server hold this dataset and nothing else."""
        graphs: dict[str | None, list[Quad]] = {}
        for quad in quads:
            name = None if isinstance(quad.graph_name, DefaultGraph) else str(quad.graph_name)
            graphs.setdefault(name, []).append(quad)
        blocks = []
        for name, held in graphs.items():
            triples = (quad.triple for quad in held)
            document = (ox.serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode()
            blocks.append(document if name is None else f"GRAPH {name} {{\n{document}}}\n")
        # In one operation, because a blank node may stand in several graphs.
        answer = self.update(f"DROP ALL ;\nINSERT DATA {{\n{''.join(blocks)}}}")
        assert answer.status == 204, answer.body

    def close(self) -> None:
        self._connection.close()


@contextmanager
def connected() -> Iterator[Client]:
    """Run an empty server that takes writes, and give a client of it."""
    with serving("--empty", "--writable", environment={"KHYBER_ADMIN_TOKEN": TOKEN}) as server:
        client = Client(server)
        try:
            yield client
        finally:
            client.close()
