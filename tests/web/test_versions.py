"""Versions over HTTP, on a running server: listed, told, compared."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pyoxigraph import BlankNode, Quad, RdfFormat

from contributing import Contributing, contributing, members, person
from khyber.errors import NotFound
from khyber.rdf.delta import Delta, from_rdf_patch
from khyber.rdf.namespaces import CONTRIBUTION_GRAPH
from khyber.rdf.reading import parse
from problem_shape import assert_problem

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture(scope="module")
def khyber(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contributing]:
    with contributing(tmp_path_factory.mktemp("versions")) as running:
        yield running


@pytest.fixture(scope="module")
def made(khyber: Contributing) -> list[int]:
    """Give the sequences of three versions, each of which a contribution made."""
    numbers = [khyber.contributed(person(f"versioned-{each}")) for each in range(3)]
    return [members(khyber.decide(number, "accept", reason="Fine."))["version"] for number in numbers]


def difference(khyber: Contributing, earlier: int, later: int) -> Delta:
    answer = khyber.fetch(f"/versions/{earlier}/diff/{later}", accept="application/rdf-patch")
    assert (answer.status, answer.media_type) == (200, "application/rdf-patch")
    return from_rdf_patch(answer.body, "diff")


def test_every_version_says_when_by_whom_why_and_how_much(khyber: Contributing, made: list[int]) -> None:
    listed = members(khyber.fetch("/versions"))["versions"]
    assert [each["sequence"] for each in listed][:3] == made[::-1]
    newest = listed[0]
    assert (newest["kind"], newest["author"]["name"]) == ("accept", "Test curator")
    assert newest["contribution"]
    assert newest["name"] == f"{newest['sequence']}-{newest['id']}"
    of_contributions = {each["sequence"]: each["counts"].get(CONTRIBUTION_GRAPH, 0) for each in listed}
    assert of_contributions[newest["sequence"]] == of_contributions[newest["sequence"] - 1] + 3
    assert listed[-1]["kind"] == "base"
    assert members(khyber.fetch(f"/versions/{newest['sequence']}")) == newest


def test_the_list_is_paged(khyber: Contributing, made: list[int]) -> None:
    first = khyber.fetch("/versions?limit=1")
    assert [each["sequence"] for each in members(first)["versions"]] == [made[-1]]
    following = first.headers["Link"].partition(">")[0].lstrip("<")
    assert [each["sequence"] for each in members(khyber.fetch(following))["versions"]] == [made[-2]]


def test_two_versions_differ_by_an_rdf_patch(khyber: Contributing, made: list[int]) -> None:
    first, second, third = made
    one, other = difference(khyber, first, second), difference(khyber, second, third)
    assert len(one.added) > 3
    assert difference(khyber, first, third) == one.then(other)
    assert difference(khyber, third, first) == one.then(other).inverse
    assert difference(khyber, first, first) == Delta()


def exported(khyber: Contributing, name: str) -> set[Quad]:
    answer = khyber.fetch(f"/export?format=nquads&version={name}", accept="*/*")
    assert answer.status == 200, answer.text
    assert "immutable" in answer.headers["Cache-Control"]
    return {quad for quad in parse(answer.body, format=RdfFormat.N_QUADS, source="export") if is_ground(quad)}


def is_ground(quad: Quad) -> bool:
    return not isinstance(quad.subject, BlankNode) and not isinstance(quad.object, BlankNode)


def test_every_version_can_be_exported_and_is_what_it_was(khyber: Contributing, made: list[int]) -> None:
    newest, *older = members(khyber.fetch("/versions"))["versions"]
    assert len(older) == len(made)
    after = exported(khyber, newest["name"])
    for told in older:
        before = exported(khyber, str(told["sequence"]))
        assert before == exported(khyber, told["name"]) == exported(khyber, told["id"])
        delta = difference(khyber, told["sequence"], newest["sequence"])
        assert after - before
        assert after - before == set(delta.added)
        assert before - after == set(delta.removed)


@pytest.mark.parametrize(
    "name", ["999999", "1-0000000000000000", "0123456789abcdef", "x", "99999999999999999"]
)
def test_a_version_that_is_not_there_is_not_exported(khyber: Contributing, name: str) -> None:
    answer = khyber.fetch(f"/export?format=nquads&version={name}")
    assert_problem(answer.status, answer.headers["Content-Type"], answer.body, NotFound)


def test_a_browser_is_shown_the_difference(khyber: Contributing, made: list[int]) -> None:
    answer = khyber.fetch(f"/versions/{made[0]}/diff/{made[1]}", accept=BROWSER)
    assert (answer.status, answer.media_type) == (200, "text/plain")


def test_there_are_pages(khyber: Contributing, made: list[int]) -> None:
    for path in ("/versions", f"/versions/{made[0]}", "/versions?limit=1"):
        page = khyber.fetch(path, accept=BROWSER)
        assert (page.status, page.media_type) == (200, "text/html")
        assert "Test curator" in page.text
        assert "<script" not in page.text
    base = members(khyber.fetch("/versions"))["versions"][-1]["sequence"]
    assert khyber.fetch(f"/versions/{base}", accept=BROWSER).status == 200


def test_the_iri_of_a_version_leads_to_it(khyber: Contributing, made: list[int]) -> None:
    assert members(khyber.fetch(f"/version/{made[0]}"))["sequence"] == made[0]


@pytest.mark.parametrize(
    "path",
    [
        "/versions/999999",
        "/versions/1/diff/999999",
        "/versions/999999/diff/1",
        "/versions/99999999999999999999",
    ],
)
def test_a_version_that_is_not_there_is_told(khyber: Contributing, path: str) -> None:
    answer = khyber.fetch(path)
    assert_problem(answer.status, answer.headers["Content-Type"], answer.body, NotFound)
