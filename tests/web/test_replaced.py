"""Nodes that curators merged or retired, at their addresses on a running server."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from contributing import Contributing, contributing, members, person

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PERSON = "https://w3id.org/khyber/id/person/"


@pytest.fixture(scope="module")
def khyber(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contributing]:
    with contributing(tmp_path_factory.mktemp("replaced")) as running:
        yield running


def published(khyber: Contributing, *slugs: str) -> None:
    for slug in slugs:
        assert khyber.decide(khyber.contributed(person(slug, slug.title())), "accept").status == 200


def where(
    khyber: Contributing, path: str, method: str = "GET", accept: str = "*/*"
) -> tuple[int, str | None]:
    """Ask without following, which the other requests of the tests do."""
    connection = HTTPConnection(urlsplit(khyber.server.root).netloc, timeout=60)
    try:
        connection.request(method, path, headers={"Accept": accept})
        answer = connection.getresponse()
        return answer.status, answer.headers["Location"]
    finally:
        connection.close()


def test_the_address_of_a_merged_node_leads_to_the_other_in_every_format(khyber: Contributing) -> None:
    published(khyber, "merged-a", "merged-b")
    assert where(khyber, "/id/person/merged-a.ttl") == (200, None)
    said = {"node": f"{PERSON}merged-a", "into": f"{PERSON}merged-b", "reason": "One person."}
    merged = khyber.post_json("/merges", "curator", **said)
    assert merged.status == 200, merged.text
    for suffix in ("", ".ttl", ".json", ".jsonld", ".nt", ".rdf", ".html"):
        for method in ("GET", "HEAD"):
            found = where(khyber, f"/id/person/merged-a{suffix}", method)
            assert found == (308, f"/id/person/merged-b{suffix}")
    assert where(khyber, "/id/person/merged-b.ttl") == (200, None)
    page = khyber.fetch("/id/person/merged-a", accept=BROWSER)
    assert (page.status, "Merged-B" in page.text, "Merged-A" in page.text) == (200, True, True)

    published(khyber, "merged-c")
    further = {"node": f"{PERSON}merged-b", "into": f"{PERSON}merged-c", "reason": "One person."}
    assert khyber.post_json("/merges", "curator", **further).status == 200
    assert f"<{PERSON}merged-c>" in khyber.fetch("/id/person/merged-a.nt", accept="*/*").text


def test_the_address_leads_nowhere_else_after_the_merge_was_undone(khyber: Contributing) -> None:
    published(khyber, "undone-a", "undone-b")
    said = {"node": f"{PERSON}undone-a", "into": f"{PERSON}undone-b", "reason": "One person."}
    number = int(members(khyber.post_json("/merges", "curator", **said))["contribution"])
    assert where(khyber, "/id/person/undone-a")[0] == 308
    assert khyber.decide(number, "revert").status == 200
    assert where(khyber, "/id/person/undone-a") == (200, None)


def test_the_page_of_a_retired_node_says_so_and_why(khyber: Contributing) -> None:
    published(khyber, "retired")
    before = khyber.fetch("/id/person/retired", accept=BROWSER)
    assert "This node is retired" not in before.text
    said = {"node": f"{PERSON}retired", "reason": "Never <b>existed</b>."}
    assert khyber.post_json("/retirements", "curator", **said).status == 200
    page = khyber.fetch("/id/person/retired", accept=BROWSER, If_None_Match=before.headers["ETag"])
    assert (page.status, page.media_type) == (200, "text/html")
    assert "This node is retired" in page.text
    assert "Never &lt;b&gt;existed&lt;/b&gt;." in page.text
