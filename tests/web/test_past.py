"""Older versions on a running server: queries are answered from them as they were."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from contributing import HEAD, Contributing, contributing, members, person, together
from khyber.errors import KhyberError, NotFound, QuerySyntaxError, UsageError
from problem_shape import assert_problem
from running import Answer

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
RESULTS = "application/sparql-results+json"
FORM = "application/x-www-form-urlencoded"
SPARQL = "application/sparql-query"
BACK = 4

PEOPLE = """\
PREFIX khyber: <https://w3id.org/khyber/ontology#>
SELECT ?slug WHERE { ?person a khyber:Person BIND(STRAFTER(STR(?person), "past-") AS ?slug) FILTER(?slug != "") }
ORDER BY ?slug
"""


@pytest.fixture(scope="module")
def khyber(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contributing]:
    folder = tmp_path_factory.mktemp("past")
    with contributing(folder, "--versions-asked", str(BACK)) as running:
        yield running


@pytest.fixture(scope="module")
def made(khyber: Contributing) -> dict[str, str]:
    """Make five versions; give what each but the first has, by its name, oldest first."""
    found = {release(khyber): ""}
    for slug in ("a", "b", "c"):
        khyber.decide(khyber.contributed(person(f"past-{slug}")), "accept")
        found[release(khyber)] = "".join(sorted({*found[list(found)[-1]], slug}))
    khyber.decide(2, "revert")
    found[release(khyber)] = "ac"
    return found


def release(khyber: Contributing) -> str:
    return str(members(khyber.fetch("/health"))["release"])


def asked(khyber: Contributing, query: str, version: str, accept: str = RESULTS, **headers: Any) -> Answer:
    return khyber.fetch(
        f"/sparql?{urlencode({'query': query, 'version': version})}", accept=accept, **headers
    )


def column(answer: Answer) -> str:
    assert answer.status == 200, answer.text
    rows = json.loads(answer.body)["results"]["bindings"]
    return "".join(next(iter(row.values()))["value"] for row in rows)


def assert_told(answer: Answer, expected: type[KhyberError]) -> dict[str, object]:
    return assert_problem(answer.status, answer.headers["Content-Type"], answer.body, expected)


def test_each_version_is_named_by_its_number_its_id_or_both(
    khyber: Contributing, made: dict[str, str]
) -> None:
    assert len(made) == BACK + 1
    for name, people in made.items():
        number, _, identifier = name.partition("-")
        for text in (name, number, identifier):
            answer = asked(khyber, PEOPLE, text)
            assert (column(answer), answer.headers["Khyber-Version"]) == (people, name)
    assert column(khyber.server.ask(PEOPLE, accept=RESULTS)) == "ac"


@pytest.mark.parametrize("way", ["form", "direct", "query"])
def test_the_version_stands_beside_the_query_however_that_is_sent(
    khyber: Contributing, made: dict[str, str], way: str
) -> None:
    name = list(made)[2]
    path, method, body, kind = {
        "form": ("/sparql", "POST", urlencode({"query": PEOPLE, "version": name}), FORM),
        "direct": (f"/sparql?version={name}", "POST", PEOPLE, SPARQL),
        "query": (f"/sparql?version={name}", "QUERY", PEOPLE, SPARQL),
    }[way]
    answer = khyber.fetch(path, method=method, accept=RESULTS, body=body.encode(), content_type=kind)
    assert column(answer) == "ab"


def test_conclusions_provenance_and_named_graphs_are_those_of_the_version(
    khyber: Contributing, made: dict[str, str]
) -> None:
    counts = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
    whole = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    seen: set[str] = set()
    for name in made:
        rows = json.loads(asked(khyber, counts, name).body)["results"]["bindings"]
        told = members(khyber.fetch(f"/versions/{name.partition('-')[0]}"))
        assert together({row["g"]["value"]: int(row["n"]["value"]) for row in rows}) == told["counts"]
        seen.add(column(asked(khyber, whole, name)))
    assert len(seen) >= BACK
    before, now = (asked(khyber, counts, name) for name in (next(iter(made)), list(made)[-1]))
    assert "graph/contribution/1" not in before.text
    assert "graph/contribution/1" in now.text


def test_an_answer_from_a_named_version_may_be_kept_for_ever(
    khyber: Contributing, made: dict[str, str]
) -> None:
    for name in (list(made)[1], list(made)[-1]):
        first = asked(khyber, PEOPLE, name)
        assert first.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        etag = first.headers["ETag"]
        again = asked(khyber, PEOPLE, name)
        assert (again.body, again.headers["ETag"]) == (first.body, etag)
        assert asked(khyber, PEOPLE, name, If_None_Match=etag).status == 304
    changing = asked(khyber, "SELECT (NOW() AS ?now) {}", list(made)[1])
    assert changing.headers["Cache-Control"] == "no-store"


def test_what_is_kept_of_one_version_is_not_given_for_another(
    khyber: Contributing, made: dict[str, str]
) -> None:
    etags = {asked(khyber, PEOPLE, name).headers["ETag"] for name in made}
    assert len(etags) == len(set(made.values()))
    plain = khyber.server.ask(PEOPLE, accept=RESULTS)
    assert plain.headers["Cache-Control"] == "no-cache"


def test_the_page_says_from_which_version_it_is(khyber: Contributing, made: dict[str, str]) -> None:
    name = list(made)[1]
    page = asked(khyber, PEOPLE, name, accept=BROWSER)
    assert (page.status, page.media_type) == (200, "text/html")
    assert f'Answered from version <a href="/versions/{name.partition("-")[0]}">{name}</a>' in page.text
    assert f'name="version" value="{name}"' in page.text
    plain = khyber.server.ask(PEOPLE, accept=BROWSER)
    assert "Answered from version" not in plain.text


@pytest.mark.parametrize(
    "version", ["999999", "1-0000000000000000", "0123456789abcdef", "x", "", "-1", "9" * 5000, "1 "]
)
def test_a_version_that_is_not_there_is_told(khyber: Contributing, version: str) -> None:
    assert_told(asked(khyber, PEOPLE, version), NotFound)


def test_a_query_that_is_wrong_is_told_as_ever(khyber: Contributing, made: dict[str, str]) -> None:
    assert_told(asked(khyber, "SELECT * { ?s ?p", list(made)[1]), QuerySyntaxError)
    twice = khyber.fetch(f"/sparql?{urlencode({'query': PEOPLE})}&version=1&version=2")
    assert_told(twice, UsageError)


def test_forms_of_one_number_are_undone_as_they_were_stated(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A store keeps values, so "01" and "1" are one triple in it: undoing one must not take the other."""
    event = "<https://w3id.org/khyber/id/person/past-number>"
    note = "<http://www.w3.org/2004/02/skos/core#note>"
    xsd = "^^<http://www.w3.org/2001/XMLSchema#integer>"
    count = f"SELECT (COUNT(*) AS ?n) {{ {event} {note} ?o }}"
    with contributing(tmp_path_factory.mktemp("forms")) as khyber:
        first = f'{person("past-number")}\n{event} {note} "1"{xsd} .\n'
        assert khyber.decide(khyber.contributed(first), "accept").status == 200
        one = release(khyber)
        second = khyber.contribute(f'{HEAD}{event} {note} "01"{xsd}, "2"{xsd} .\n')
        assert khyber.decide(int(members(second)["id"]), "accept").status == 200
        two = release(khyber)
        assert one != two
        assert [column(asked(khyber, count, name)) for name in (one, two)] == ["1", "2"]
        third = khyber.fetch(
            "/contributions?" + urlencode({"title": "t", "source": "s", "removes": "yes"}),
            method="POST",
            role="contributor",
            content_type="text/turtle",
            body=f'{event} {note} "1"{xsd} .\n'.encode(),
        )
        assert khyber.decide(int(members(third)["id"]), "accept").status == 200
        assert [column(asked(khyber, count, name)) for name in (one, two, release(khyber))] == ["1", "2", "2"]


def test_what_was_taken_out_is_not_given_from_older_versions_either(
    khyber: Contributing, made: dict[str, str]
) -> None:
    """The last test of this module: it publishes, so that the oldest version is too far back then."""
    libel = khyber.contributed(person("past-libel", "A libel"))
    khyber.decide(libel, "accept")
    name = release(khyber)
    khyber.decide(libel, "revert")
    query = 'SELECT ?s { ?s <http://www.w3.org/2000/01/rdf-schema#label> "A libel"@en }'
    export = f"/export?format=nquads&version={name}"
    assert "past-libel" in column(asked(khyber, query, name))
    assert "A libel" in khyber.fetch(export, accept="*/*").text
    assert khyber.post_json(f"/contributions/{libel}/redaction", "admin", reason="Libel.").status == 200
    assert column(asked(khyber, query, name)) == ""
    assert "A libel" not in khyber.fetch(export, accept="*/*").text

    oldest = next(iter(made))
    told = assert_told(asked(khyber, PEOPLE, oldest), NotFound)
    assert f"khyber export --version {oldest.partition('-')[0]}" in str(told["remedy"])
    assert khyber.fetch(f"/export?format=nquads&version={oldest}", accept="*/*").status == 200
