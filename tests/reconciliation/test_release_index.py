"""The index comes with the version: on a real server it is there before anybody asks to reconcile.

The engine of the server counts the queries that it has answered. To make an index takes some, to answer with
the manifest from one that is there takes none: so the counter tells who has made it. One query more for each
version counts the triples, which /metrics tells as well.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from contributing import contributing, person
from khyber.reconciliation.reading import read_catalogue
from named_graph import engine
from reconciliation.test_editions import Gate
from reconciling import candidates, document, got
from running import Server, serving

SECONDS = 60


CENSUS = 1


def queries_for_a_version() -> int:
    """Count the queries that come with a version: those that its index is made from, and the census."""
    gate = Gate(engine())
    gate.open.set()
    read_catalogue(gate)
    return gate.asked + CENSUS


def answered(server: Server) -> int:
    """Give how many queries the engine has answered."""
    lines = server.fetch("/metrics").text.splitlines()
    (value,) = (line.split()[1] for line in lines if line.startswith("khyber_queries_finished_total "))
    return int(float(value))


def wait_until_answered(server: Server, wanted: int) -> None:
    """Wait until the engine has answered so many queries; nobody else asks it meanwhile."""
    deadline = time.monotonic() + SECONDS
    while (found := answered(server)) < wanted:
        assert time.monotonic() < deadline, f"the engine answered {found} queries, not {wanted}"
        time.sleep(0.05)


@pytest.mark.parametrize("kind", ["memory", "disk"])
def test_the_first_request_after_the_start_makes_no_index(kind: str) -> None:
    needed = queries_for_a_version()
    with serving("--engine", kind) as server:
        wait_until_answered(server, needed)
        assert document(got(server))["name"]
        assert answered(server) == needed


def test_the_index_of_a_new_version_is_made_before_anybody_asks(tmp_path: Path) -> None:
    needed = queries_for_a_version()
    with contributing(tmp_path) as khyber:
        wait_until_answered(khyber.server, needed)
        accepted = khyber.decide(khyber.contributed(person("zarmina", "Zarmina Wardak")), "accept")
        assert accepted.status == 200, accepted.text
        wait_until_answered(khyber.server, 2 * needed)
        document(got(khyber.server))
        assert answered(khyber.server) == 2 * needed
        assert candidates(khyber.server, "Zarmina Wardak")[0]["id"] == "person/zarmina"


def test_who_asks_right_after_a_decision_gets_the_new_names(tmp_path: Path) -> None:
    with contributing(tmp_path) as khyber:
        for number, name in enumerate(("Zarmina Wardak", "Palwasha Yusufzai", "Spogmai Mohmand")):
            contribution = khyber.contributed(person(f"new-{number}", name))
            assert khyber.decide(contribution, "accept").status == 200
            assert [each["id"] for each in candidates(khyber.server, name)][:1] == [f"person/new-{number}"]
            assert khyber.decide(contribution, "revert").status == 200
            assert candidates(khyber.server, name) == []


def test_a_server_of_files_indexes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "one.ttl"
    file.write_text('<urn:a> <http://www.w3.org/2000/01/rdf-schema#label> "One" .')
    with serving(str(file)) as server:
        assert server.ask("ASK { ?s ?p ?o }").status == 200
        assert server.ask("ASK { ?s ?p 'One' }").status == 200
        assert answered(server) == CENSUS + 2
