"""What a running server tells of itself follows each version that is published; nothing of before is given."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

from contributing import Contributing, contributing, members, person, together
from khyber.config import graph_home
from khyber.release.queries import example_queries
from running import Answer

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
RESULTS = "application/sparql-results+json"
PATH = "/id/person/published"
SIZE = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"

FOLLOWING = {
    "the page of a node": (PATH, BROWSER),
    "a node in Turtle": (PATH, "text/turtle"),
    "the graph of provenance": ("/graph/provenance", "text/turtle"),
    "the page of a graph": ("/graph/provenance", BROWSER),
    "the start page": ("/", BROWSER),
    "the description of the service": ("/sparql", "text/turtle"),
    "VoID": ("/.well-known/void", "text/turtle"),
    "DCAT": ("/.well-known/dcat", "text/turtle"),
    "the export": ("/export?format=nquads", "*/*"),
    "a query": (f"/sparql?{urlencode({'query': SIZE})}", RESULTS),
    "a query on a page": (f"/sparql?{urlencode({'query': SIZE})}", BROWSER),
    "the graph store": ("/graphs?default", "text/turtle"),
    "the versions": ("/versions", "application/json"),
}
"""What is another thing after each version, and what is asked for by it."""


@pytest.fixture(scope="module")
def khyber(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contributing]:
    with contributing(tmp_path_factory.mktemp("publishing")) as running:
        yield running


def release(khyber: Contributing) -> str:
    return str(members(khyber.fetch("/health"))["release"])


def seen(khyber: Contributing) -> dict[str, Answer]:
    return {name: khyber.fetch(path, accept=accept) for name, (path, accept) in FOLLOWING.items()}


def count(khyber: Contributing) -> int:
    return int(khyber.server.ask(SIZE, accept="text/csv").text.split()[1])


def test_everything_follows_a_version_and_goes_back_with_its_undoing(khyber: Contributing) -> None:
    khyber.decide(khyber.contributed(person("published", "First")), "accept")
    before, first = seen(khyber), release(khyber)
    assert {answer.status for answer in before.values()} == {200}
    again = seen(khyber)
    assert {name: each.headers["ETag"] for name, each in again.items()} == {
        name: each.headers["ETag"] for name, each in before.items()
    }
    label = 'INSERT DATA { <https://w3id.org/khyber/id/person/published> <http://www.w3.org/2004/02/skos/core#altLabel> "Again"@en }'
    update = khyber.fetch(
        "/update",
        method="POST",
        role="curator",
        body=label.encode(),
        content_type="application/sparql-update",
    )
    assert update.status == 204, update.text
    second = release(khyber)
    assert update.headers["Khyber-Version"] == second != first
    for name, (path, accept) in FOLLOWING.items():
        etag = before[name].headers["ETag"]
        after = khyber.fetch(path, accept=accept, If_None_Match=etag)
        assert (name, after.status) == (name, 200)
        assert after.headers["ETag"] != etag
    assert second in khyber.fetch("/", accept=BROWSER).text
    number = int(update.headers["Location"].rpartition("/")[2])
    assert khyber.decide(number, "revert").status == 200
    assert release(khyber) not in (first, second)
    assert "Again" not in khyber.fetch(PATH, accept=BROWSER).text


def test_the_counts_are_those_of_the_version(khyber: Contributing) -> None:
    for slug in ("counted-a", "counted-b"):
        khyber.decide(khyber.contributed(person(slug)), "accept")
        health = members(khyber.fetch("/health"))
        newest = members(khyber.fetch("/versions?limit=1"))["versions"][0]
        assert health["release"] == newest["name"]
        assert together(health["graphs"]) == newest["counts"]
        assert health["triples"] == count(khyber)
        void = khyber.fetch("/.well-known/void", accept="application/n-triples").text
        default = re.search(r'void#default> <http://rdfs.org/ns/void#triples> "(\d+)"', void)
        assert default is not None
        assert int(default[1]) == health["triples"]
        assert newest["name"] in khyber.fetch("/.well-known/dcat", accept="text/turtle").text
        metrics = khyber.fetch("/metrics", accept="*/*").text
        assert f'release="{newest["name"]}",dataset="{newest["name"]}"' in metrics
        ready = members(khyber.fetch("/health/ready"))
        assert ready["release"] == newest["name"]
        disposition = khyber.fetch("/export?format=trig", accept="*/*").headers["Content-Disposition"]
        assert f"khyber-{newest['name']}.trig" in disposition


def test_no_answer_is_of_another_version_than_its_neighbours_while_versions_are_published(
    khyber: Contributing,
) -> None:
    """Four readers ask one cached query while versions are made; each sees its numbers only grow."""
    query = 'SELECT (COUNT(*) AS ?n) { ?s <http://www.w3.org/2000/01/rdf-schema#label> "Growing"@en }'
    numbers = [khyber.contributed(person(f"growing-{each}", "Growing")) for each in range(6)]
    done: list[int] = []

    def read(_reader: int) -> list[int]:
        found: list[int] = []
        while len(done) < len(numbers):
            known = len(done)
            answer = khyber.server.ask(query, accept="text/csv")
            found.append(int(answer.text.split()[1]))
            assert found[-1] >= known
        return found

    with ThreadPoolExecutor(4) as readers:
        reading = [readers.submit(read, reader) for reader in range(4)]
        for number in numbers:
            assert khyber.decide(number, "accept").status == 200
            done.append(number)
        for each in reading:
            found = each.result()
            assert found == sorted(found)
    assert khyber.server.ask(query, accept="text/csv").text.split()[1] == str(len(numbers))


def test_who_said_a_triple_and_who_let_it_in_is_one_query(khyber: Contributing) -> None:
    document = person("questioned", "Questioned")
    number = khyber.contributed(document, source="https://example.org/a-report")
    khyber.decide(number, "accept", reason="Checked against the source.")
    example = next(
        each
        for each in example_queries(graph_home())
        if each.title == "Who said this triple, and who let it in?"
    )
    asked = example.text.replace(
        'actor:ttp skos:altLabel "TTP"@en',
        '<https://w3id.org/khyber/id/person/questioned> rdfs:label "Questioned"@en',
    )
    assert asked != example.text
    rows = json.loads(khyber.server.ask(asked, accept=RESULTS).body)["results"]["bindings"]
    told = [{name: cell["value"] for name, cell in row.items()} for row in rows]
    decided = members(khyber.fetch(f"/contributions/{number}/decisions"))["decisions"][0]["time"]
    assert [row.pop("accepted")[:19] for row in told] == [decided[:19]]
    assert told == [
        {
            "graph": f"https://w3id.org/khyber/graph/contribution/{number}",
            "author": "Test contributor",
            "source": "https://example.org/a-report",
            "curator": "Test curator",
            "reason": "Checked against the source.",
        }
    ]
    page = khyber.fetch("/", accept=BROWSER).text
    assert "Who said this triple, and who let it in?" in page
