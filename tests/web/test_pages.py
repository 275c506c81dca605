from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from running import Answer, Server

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class Page(HTMLParser):
    """What a page loads, links to and says."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.cells: list[str] = []
        self.text = ""
        self._in_cell = False
        self.feed(answer.text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "td":
            self.cells.append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        self._in_cell = self._in_cell and tag != "td"

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._in_cell:
            self.cells[-1] += data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page(server: Server, path: str) -> Page:
    answer = server.fetch(path, headers={"Accept": BROWSER})
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    return Page(answer)


def ask(server: Server, query: str) -> Page:
    answer = server.ask(query, accept=BROWSER)
    assert answer.status == 200
    assert "Accept" in answer.headers["Vary"].split(", ")
    return Page(answer)


@pytest.mark.parametrize("path", ["/", "/sparql", "/sparql?query=ASK%7B%7D", "/nowhere"])
def test_a_page_loads_nothing_from_elsewhere_and_runs_no_script(server: Server, path: str) -> None:
    answer = server.fetch(path, headers={"Accept": BROWSER})
    found = Page(answer)
    assert not found.of("script")
    assert not found.of("style")
    assert not [
        tag for tag, attributes in found.tags if any(name.startswith(("on", "style")) for name in attributes)
    ]
    loaded = [link["href"] for link in found.of("link")] + [image["src"] for image in found.of("img")]
    assert loaded
    for address in loaded:
        assert address is not None
        assert re.match(r"/(?!/)", address)
        assert server.fetch(address).status == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_a_browser_finds_an_icon_where_it_looks_for_one(server: Server) -> None:
    answer = server.fetch("/favicon.ico")
    assert (answer.status, answer.media_type) == (200, "image/svg+xml")


@pytest.mark.parametrize("path", ["/", "/sparql"])
def test_the_page_has_a_form_that_asks_by_get(server: Server, path: str) -> None:
    found = page(server, path)
    assert found.of("form") == [{"action": "/sparql", "method": "get"}]
    assert found.of("textarea")[0]["name"] == "query"


def test_rows_are_shown_as_a_table_and_the_query_stays(server: Server) -> None:
    found = ask(server, "SELECT ?s ?name { ?s <http://example.org/name> ?name } ORDER BY ?name")
    assert found.cells[:4] == ["http://example.org/ann", "Ann", "http://example.org/ann", "Änne @de"]
    assert "SELECT ?s ?name {" in found.text


def test_no_more_rows_are_shown_than_a_page_bears_and_it_says_so(server: Server) -> None:
    numbers = " ".join(map(str, range(40)))
    found = ask(server, f"SELECT * {{ VALUES ?a {{ {numbers} }} VALUES ?b {{ {numbers} }} }}")
    assert "1,600 rows" in found.text
    assert "The first 1,000 are shown." in found.text
    assert len(found.of("tr")) == 1 + 1000 + 1 + 2


def test_a_boolean_is_shown_in_words(server: Server) -> None:
    assert "Yes" in ask(server, "ASK {}").text
    assert "No" in ask(server, "ASK { <http://example.org/cid> <http://example.org/name> ?o }").text


def test_a_graph_is_shown_as_turtle(server: Server) -> None:
    found = ask(server, "CONSTRUCT WHERE { ?s <http://example.org/name> ?o }")
    assert '<http://example.org/ann> <http://example.org/name> "Ann"' in found.text


def test_data_cannot_bring_markup_into_a_page(server: Server) -> None:
    found = ask(server, "SELECT ?o { GRAPH ?g { ?s <http://example.org/note> ?o } }")
    assert "<script>alert(1)</script>" in found.cells
    assert not found.of("script")


@pytest.mark.parametrize("iri", ["javascript:alert(1)", "data:text/html,x", "urn:x"])
def test_only_web_addresses_are_links(server: Server, iri: str) -> None:
    found = ask(server, f"SELECT * {{ VALUES ?x {{ <{iri}> <https://example.org/x> }} }}")
    assert iri in found.cells
    links = [link["href"] for link in found.of("a")]
    assert "https://example.org/x" in links
    assert iri not in links


def test_a_node_of_ours_leads_to_what_is_said_about_it(server: Server) -> None:
    found = ask(server, "SELECT * { VALUES ?x { <https://w3id.org/khyber/id/actor/ttp> } }")
    assert "actor:ttp" in found.cells
    link = next(str(link["href"]) for link in found.of("a") if "DESCRIBE" in str(link["href"]))
    assert "DESCRIBE <https://w3id.org/khyber/id/actor/ttp>" in page(server, link).text


@pytest.mark.parametrize("text", ["</textarea><script>alert(1)</script>", "'\"><b>"])
def test_a_query_cannot_bring_markup_into_a_page(server: Server, text: str) -> None:
    answer = server.ask(text, accept=BROWSER)
    assert answer.status == 400
    found = Page(answer)
    assert not found.of("script")
    assert not found.of("b")


def test_a_mistake_is_shown_in_its_line_with_the_query_to_mend(server: Server) -> None:
    answer = server.ask("SELECT * {\n  ?s ex:p ?o\n}", accept=BROWSER)
    assert (answer.status, answer.media_type) == (400, "text/html")
    found = Page(answer)
    assert "Line 2, column 6: The prefix ex: is not declared." in found.text
    assert "<pre>  ?s <mark>e</mark>x:p ?o</pre>" in answer.text
    assert found.of("textarea")
    assert "Traceback" not in found.text


def test_a_missing_page_is_told_as_a_page(server: Server) -> None:
    answer = server.fetch("/nowhere", headers={"Accept": BROWSER})
    assert (answer.status, answer.media_type) == (404, "text/html")
    assert "There is nothing at /nowhere." in Page(answer).text
