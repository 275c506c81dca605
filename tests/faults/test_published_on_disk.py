"""The published graph, served from the disk."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

from isolated import eventually, named
from running import Server, serving

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
SHAPES = "ASK { GRAPH <https://w3id.org/khyber/graph/shapes> { ?s ?p ?o } }"


def counted(server: Server) -> int:
    answer = server.ask(COUNT, accept="application/sparql-results+json")
    assert answer.status == 200, answer.text
    return int(json.loads(answer.body)["results"]["bindings"][0]["n"]["value"])


def test_it_is_the_same_as_in_memory_and_outlives_its_holder(tmp_path: Path) -> None:
    with serving("--state", str(tmp_path)) as in_memory:
        expected = counted(in_memory)
        line = in_memory.first_line.partition(" answers ")[0]
    assert expected > 1000
    with serving("--state", str(tmp_path), "--engine", "disk") as server:
        assert server.first_line.partition(" answers ")[0] == line
        assert counted(server) == expected
        os.kill(named("khyber-holder", server.process.pid)[0], signal.SIGKILL)
        assert eventually(lambda: server.ask(COUNT).status == 200)
        assert counted(server) == expected
        assert (
            json.loads(server.ask(SHAPES, accept="application/sparql-results+json").body)["boolean"] is True
        )
    with serving("--state", str(tmp_path), "--engine", "disk") as again:
        assert counted(again) == expected
