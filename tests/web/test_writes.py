"""Writes to the published graph, on a running server: each is a contribution, judged and on record."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlencode

import pytest

from contributing import HEAD, TURTLE, Contributing, contributing, members, person
from khyber.errors import (
    Conflict,
    Forbidden,
    InputError,
    KhyberError,
    NotAsserted,
    NotFound,
    QueryRefused,
    QuerySyntaxError,
    TimeLimitReached,
    Unauthorized,
    UsageError,
)
from khyber.rdf.delta import from_rdf_patch
from problem_shape import assert_problem, assert_refusal
from running import Answer

UPDATE = "application/sparql-update"
FORM = "application/x-www-form-urlencoded"
CONTRIBUTION = "https://w3id.org/khyber/graph/contribution/"
PREFIXES = """\
PREFIX khyber: <https://w3id.org/khyber/ontology#>
PREFIX person: <https://w3id.org/khyber/id/person/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX source: <https://w3id.org/khyber/id/source/>
"""


@pytest.fixture(scope="module")
def khyber(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contributing]:
    with contributing(tmp_path_factory.mktemp("writes")) as running:
        yield running


def update(
    khyber: Contributing, text: str, role: str | None = "curator", path: str = "/update", **headers: str
) -> Answer:
    body = f"{PREFIXES}{text}".encode()
    return khyber.fetch(path, method="POST", role=role, body=body, content_type=UPDATE, **headers)


def insertion(slug: str) -> str:
    return (
        f'INSERT DATA {{ person:{slug} a khyber:Person ; rdfs:label "Somebody"@en ; '
        f"khyber:mentionedIn source:report-2026-02-28 }}"
    )


def assert_told(answer: Answer, expected: type[KhyberError]) -> dict[str, object]:
    return assert_problem(answer.status, answer.headers["Content-Type"], answer.body, expected)


def filed(khyber: Contributing) -> int:
    """Give the number of the last contribution."""
    found = members(khyber.fetch("/contributions?limit=1"))["contributions"]
    return int(found[0]["id"]) if found else 0


@pytest.mark.parametrize("path", ["/update", "/sparql"])
def test_what_a_curator_writes_is_in_the_next_answer_and_on_record(khyber: Contributing, path: str) -> None:
    slug = f"written{path.replace('/', '-')}"
    answer = update(khyber, insertion(slug), path=path)
    assert (answer.status, answer.body) == (204, b"")
    assert khyber.knows(slug)
    found = members(khyber.fetch(answer.headers["Location"]))
    assert (found["status"], found["title"], found["added"]) == ("accepted", "SPARQL update", 3)
    assert found["source"] == "Test curator (by SPARQL update, no source named)"
    assert found["author"]["name"] == "Test curator"
    version = members(khyber.fetch(f"/versions/{found['version']}"))
    assert answer.headers["Khyber-Version"] == f"{version['sequence']}-{version['id']}"
    assert members(khyber.fetch("/health"))["release"] == answer.headers["Khyber-Version"]
    patch = khyber.fetch(f"{answer.headers['Location']}/payload", accept="*/*")
    assert len(from_rdf_patch(patch.body, "update").added) == 3
    decisions = members(khyber.fetch(f"{answer.headers['Location']}/decisions"))["decisions"]
    assert [each["decision"] for each in decisions] == ["accept"]


def test_what_an_admin_writes_with_the_token_of_the_start_is_published(khyber: Contributing) -> None:
    assert update(khyber, insertion("by-the-admin"), "admin").status == 204
    assert khyber.knows("by-the-admin")


def test_what_a_contributor_writes_waits_for_review(khyber: Contributing) -> None:
    answer = update(khyber, insertion("pending"), "contributor")
    assert answer.status == 202
    found = members(answer)
    assert found == {
        name: value
        for name, value in members(khyber.fetch(answer.headers["Location"])).items()
        if name != "links"
    }
    assert (found["status"], found["author"]["role"]) == ("submitted", "contributor")
    assert "Khyber-Version" not in answer.headers
    assert not khyber.knows("pending")
    assert khyber.decide(found["id"], "accept").status == 200
    assert khyber.knows("pending")


def test_title_source_and_licence_come_as_parameters_or_headers_or_in_a_form(khyber: Contributing) -> None:
    said = {"title": "Ärger", "source": "https://example.org/häuser", "licence": "CC0"}
    headers = {f"Khyber_{name.capitalize()}": quote(value) for name, value in said.items()}
    form = urlencode({"update": PREFIXES + insertion("told-in-a-form"), **said}).encode()
    answers = [
        update(khyber, insertion("told-in-parameters"), path=f"/update?{urlencode(said)}"),
        update(khyber, insertion("told-in-headers"), **headers),
        khyber.fetch("/update", method="POST", role="curator", body=form, content_type=FORM),
        khyber.fetch("/sparql", method="POST", role="curator", body=form.replace(b"form", b"other"), content_type=FORM),
    ]  # fmt: skip
    assert [answer.status for answer in answers] == [204] * 4
    for answer in answers:
        found = members(khyber.fetch(answer.headers["Location"]))
        assert {name: found[name] for name in said} == said


def test_a_title_that_is_given_twice_or_cannot_be_read_is_told(khyber: Contributing) -> None:
    before = filed(khyber)
    assert_told(update(khyber, insertion("twice"), path="/update?title=a&title=b"), UsageError)
    assert_told(update(khyber, insertion("unreadable"), Khyber_Title="%FF"), InputError)
    assert filed(khyber) == before


def test_a_change_removes_what_is_asserted_and_adds_the_rest_as_one_contribution(
    khyber: Contributing,
) -> None:
    update(khyber, insertion("renamed"))
    rename = (
        'DELETE { ?s rdfs:label ?old } INSERT { ?s rdfs:label "Renamed"@en } '
        "WHERE { VALUES ?s { person:renamed } ?s rdfs:label ?old }"
    )
    answer = update(khyber, rename)
    assert answer.status == 204
    delta = from_rdf_patch(khyber.fetch(f"{answer.headers['Location']}/diff", accept="*/*").body, "diff")
    assert [str(quad.object) for quad in delta.added] == ['"Renamed"@en']
    assert [str(quad.object) for quad in delta.removed] == ['"Somebody"@en']
    number = int(answer.headers["Location"].rpartition("/")[2])
    assert khyber.decide(number, "revert").status == 200
    labels = khyber.server.ask(
        f"{PREFIXES} SELECT ?l {{ person:renamed rdfs:label ?l }}", accept="text/csv"
    ).text
    assert labels.split() == ["l", "Somebody"]


def test_what_changes_nothing_is_not_filed(khyber: Contributing) -> None:
    update(khyber, insertion("once"))
    before = filed(khyber)
    for text in (
        insertion("once"),
        "DELETE WHERE { person:nobody ?p ?o }",
        "DELETE DATA { person:x a person:y }",
    ):
        answer = update(khyber, text)
        assert (answer.status, answer.headers["Location"]) == (204, None)
    assert filed(khyber) == before  # fmt: skip


@pytest.mark.parametrize("role", ["contributor", "curator"])
def test_what_would_violate_is_answered_with_the_findings_and_not_filed(
    khyber: Contributing, role: str
) -> None:
    before = filed(khyber)
    answer = update(khyber, "INSERT DATA { person:bad a khyber:Person }", role)
    found = assert_refusal(answer.status, answer.headers["Content-Type"], answer.body)
    assert any("rdfs:label" in each["message"] for each in found["findings"])
    answer = update(khyber, "DELETE { ?s rdfs:label ?o } WHERE { ?s a khyber:Person ; rdfs:label ?o }", role)
    assert_refusal(answer.status, answer.headers["Content-Type"], answer.body)
    assert filed(khyber) == before
    assert not khyber.knows("bad")


def test_writes_at_once_are_as_if_one_came_after_the_other(khyber: Contributing) -> None:
    """All set the one English label of a node, which goes wrong where one does not see what the last did."""
    update(khyber, insertion("raced"))

    def rename(number: int) -> Answer:
        text = (
            'DELETE { ?s rdfs:label ?old } INSERT { ?s rdfs:label "Raced NUMBER"@en } '
            "WHERE { VALUES ?s { person:raced } ?s rdfs:label ?old }"
        ).replace("NUMBER", str(number))
        return update(khyber, text, path=f"/update?title=Race+{number}")

    with ThreadPoolExecutor(4) as writers:
        statuses = [answer.status for answer in writers.map(rename, range(8))]
    assert statuses == [204] * 8
    listed = members(khyber.fetch("/contributions?limit=500"))["contributions"]
    raced = {each["title"]: each["status"] for each in listed if each["title"].startswith("Race ")}
    assert sorted(raced.values()) == ["accepted"] + 7 * ["superseded"]
    query = f"{PREFIXES} SELECT ?l {{ person:raced rdfs:label ?l }}"
    rows = khyber.server.ask(query, accept="text/csv").text.splitlines()[1:]
    assert len(rows) == 1
    assert raced[f"Race {rows[0].rpartition(' ')[2]}"] == "accepted"


REFUSED: dict[str, tuple[str, type[KhyberError]]] = {
    "syntax": ("INSERT DATA { person:a a", QuerySyntaxError),
    "an inferred triple": (
        "DELETE DATA { <https://w3id.org/khyber/id/actor/ttp> a khyber:Actor }",
        NotAsserted,
    ),
    "clear": ("CLEAR ALL", Forbidden),
    "drop": ("DROP GRAPH <https://w3id.org/khyber/graph/core>", Forbidden),
    "another graph": ("INSERT DATA { GRAPH <https://w3id.org/khyber/graph/core> { person:a a khyber:Person } }", Forbidden),
    "the ontology": ("DELETE WHERE { khyber:Person ?p ?o }", Forbidden),
    "a document from elsewhere": ("LOAD <http://127.0.0.1:1/>", QueryRefused),
    "another server": (
        "INSERT { ?s a khyber:Person } WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        QueryRefused,
    ),
    "a blank node": ("INSERT DATA { [] a khyber:Person }", InputError),
}  # fmt: skip


@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_for_an_update_to_do_is_told(
    khyber: Contributing, refused: tuple[str, type[KhyberError]]
) -> None:
    before = filed(khyber)
    text, expected = refused
    assert_told(update(khyber, text), expected)
    assert filed(khyber) == before


def test_an_update_that_takes_too_long_is_stopped_and_not_filed(khyber: Contributing) -> None:
    before = filed(khyber)
    text = "INSERT { person:long rdfs:label ?a } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    assert_told(update(khyber, text, path="/update?timeout=0.5"), TimeLimitReached)
    assert filed(khyber) == before
    assert update(khyber, insertion("after-the-long-one")).status == 204


@pytest.mark.parametrize("path", ["/update", "/sparql"])
def test_writing_needs_a_token_that_is_known(khyber: Contributing, path: str) -> None:
    assert_told(update(khyber, insertion("anonymous"), None, path), Unauthorized)
    wrong = {"Authorization": "Bearer wrong"}
    assert_told(update(khyber, insertion("anonymous"), None, path, **wrong), Unauthorized)
    for method in ("PUT", "POST", "DELETE"):
        body = person("anonymous").encode()
        answer = khyber.fetch("/graphs?default", method=method, body=body, content_type=TURTLE)
        assert_told(answer, Unauthorized)
    assert not khyber.knows("anonymous")


def test_the_same_key_gives_the_same_contribution(khyber: Contributing) -> None:
    first, again = (
        update(khyber, insertion("keyed"), "contributor", Idempotency_Key="update-1") for _ in range(2)
    )
    assert (first.status, again.status) == (202, 202)
    assert first.headers["Location"] == again.headers["Location"]
    other = update(khyber, insertion("other"), "contributor", Idempotency_Key="update-1")
    assert_told(other, Conflict)
    number = int(first.headers["Location"].rpartition("/")[2])
    assert khyber.decide(number, "accept").status == 200
    later = update(khyber, insertion("keyed"), "contributor", Idempotency_Key="update-1")
    assert (later.status, later.headers["Location"]) == (204, None)


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("POST", "/graphs?default"),
        ("POST", "/graphs"),
        ("POST", f"/graphs?graph={CONTRIBUTION}new"),
        ("PUT", f"/graphs?graph={CONTRIBUTION}new"),
    ],
)
def test_the_graph_store_adds_a_graph_as_a_contribution(
    khyber: Contributing, method: str, address: str
) -> None:
    slug = f"stored-{method}-{len(address)}".lower()
    mark = "&" if "?" in address else "?"
    answer = khyber.fetch(
        f"{address}{mark}title=A+graph&source=https://example.org/s",
        method=method,
        role="curator",
        body=person(slug).encode(),
        content_type=TURTLE,
    )
    assert answer.status == 204, answer.text
    assert khyber.knows(slug)
    found = members(khyber.fetch(answer.headers["Location"]))
    assert (found["title"], found["source"], found["added"]) == ("A graph", "https://example.org/s", 3)
    graph = khyber.fetch(f"/graphs?graph={found['graph']}", accept=TURTLE)
    assert (graph.status, "Somebody" in graph.text) == (200, True)


def test_the_graph_store_takes_what_a_contributor_adds_for_review(khyber: Contributing) -> None:
    body = person("for-review").encode()
    answer = khyber.fetch(
        "/graphs?default", method="POST", role="contributor", body=body, content_type=TURTLE
    )
    assert (answer.status, members(answer)["title"]) == (202, "POST to the graph store")
    assert not khyber.knows("for-review")


def test_a_graph_that_would_violate_is_answered_with_the_findings(khyber: Contributing) -> None:
    body = f"{HEAD}person:bad a khyber:Person .".encode()
    answer = khyber.fetch("/graphs?default", method="POST", role="curator", body=body, content_type=TURTLE)
    assert_refusal(answer.status, answer.headers["Content-Type"], answer.body)


@pytest.mark.parametrize("graph", ["default", "graph=https://w3id.org/khyber/graph/core"])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_whole_graphs_are_not_replaced_or_taken_away(khyber: Contributing, method: str, graph: str) -> None:
    answer = khyber.fetch(
        f"/graphs?{graph}", method=method, role="admin", body=person("x").encode(), content_type=TURTLE
    )
    assert_told(answer, Forbidden)
    assert khyber.fetch(f"/graphs?{graph}", accept=TURTLE).status == 200


def test_a_graph_that_is_not_there_cannot_be_taken_away(khyber: Contributing) -> None:
    answer = khyber.fetch("/graphs?graph=https://example.org/none", method="DELETE", role="admin")
    assert_told(answer, NotFound)


def test_the_server_says_that_it_takes_updates(khyber: Contributing) -> None:
    description = khyber.fetch("/sparql", accept="application/n-triples").text
    assert "sparql-service-description#SPARQL11Update" in description
    post = members(khyber.fetch("/openapi.json"))["paths"]["/update"]["post"]
    assert post["security"] == [{"token": []}]
    assert {"title", "source", "licence"} <= {each["name"] for each in post["parameters"]}
