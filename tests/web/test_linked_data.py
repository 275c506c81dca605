"""The published graph as linked data, on a running server of the curated graph."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from urllib.parse import quote, unquote, urlsplit

import pyoxigraph as ox
import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat

from khyber.errors import NotAcceptable, NotFound
from khyber.rdf.namespaces import BASE, GRAPH, ID, ONTOLOGY, SHAPE, TERM
from khyber.release.release import Release
from problem_shape import assert_problem
from running import Answer, Server

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
FORMATS = {
    "ttl": ("text/turtle", RdfFormat.TURTLE),
    "nt": ("application/n-triples", RdfFormat.N_TRIPLES),
    "json": ("application/ld+json", RdfFormat.JSON_LD),
    "rdf": ("application/rdf+xml", RdfFormat.RDF_XML),
}
ASSERTION = "/id/assertion/accusation-of-sheltering-ttp"
PATHS = ("/id/actor/ttp", ASSERTION, "/id/query/network", "/ontology", "/shapes", "/graph/core", "/id/stance")
FEW_AT_ONCE = 4


class Page(HTMLParser):
    """What a page holds."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        assert (answer.status, answer.media_type) == (200, "text/html"), answer.text
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(answer.text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, attribute: str, tag: str | None = None) -> list[str]:
        found = (attributes.get(attribute) for name, attributes in self.tags if tag in (None, name))
        return [value for value in found if value is not None]


def fetched(server: Server, path: str, accept: str) -> Answer:
    return server.fetch(path, headers={"Accept": accept})


def own_iris(release: Release) -> set[str]:
    terms = (term for q in release.quads for term in (q.subject, q.predicate, q.object, q.graph_name))
    return {term.value for term in terms if isinstance(term, NamedNode) and term.value.startswith(BASE)}


def path_of(iri: str) -> str:
    return "/" + quote(iri.removeprefix(BASE).partition("#")[0])


def test_every_iri_of_the_published_dataset_dereferences(khyber: Server, release: Release) -> None:
    iris = own_iris(release)
    for beginning in (ID + "actor/", ID + "query/", ID + "prefix/", TERM, SHAPE, GRAPH, ONTOLOGY + "/"):
        assert any(iri.startswith(beginning) for iri in iris), beginning

    def missing(path: str) -> set[str]:
        answer = fetched(khyber, path, "application/n-triples")
        assert (answer.status, answer.media_type) == (200, "application/n-triples"), path
        about = {iri for iri in iris if path_of(iri) == path}
        return (
            set()
            if path.startswith(("/graph/", "/sparql"))
            else {i for i in about if f"<{i}>" not in answer.text}
        )

    with ThreadPoolExecutor(FEW_AT_ONCE) as pool:
        assert set().union(*pool.map(missing, sorted({path_of(iri) for iri in iris}))) == set()


@pytest.mark.parametrize(
    "kind", ["actor", "assertion", "event", "person", "place", "query", "situation", "stance"]
)
def test_every_page_of_a_kind_is_there_and_its_own_links_lead_somewhere(
    khyber: Server, release: Release, kind: str
) -> None:
    iris = sorted(iri for iri in own_iris(release) if iri.startswith(f"{ID}{kind}/"))
    assert iris
    known = {path_of(iri) for iri in own_iris(release)}
    for iri in iris:
        page = Page(fetched(khyber, path_of(iri), BROWSER))
        assert iri in page.text
        for link in page.values("href", "a"):
            parts = urlsplit(link)
            if not parts.netloc and parts.path.startswith(("/id/", "/ontology", "/shapes", "/graph/")):
                stem = re.sub(r"\.(ttl|json|nt|rdf)$", "", parts.path)
                assert stem in known, link


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("suffix", FORMATS)
def test_a_twin_is_what_negotiation_gives(khyber: Server, path: str, suffix: str) -> None:
    media_type, _ = FORMATS[suffix]
    twin, negotiated = khyber.fetch(f"{path}.{suffix}"), fetched(khyber, path, media_type)
    assert (twin.status, twin.media_type, negotiated.media_type) == (200, media_type, media_type)
    assert twin.body == negotiated.body
    assert "Accept" in negotiated.headers["Vary"].split(", ")
    assert "Accept" not in (twin.headers["Vary"] or "").split(", ")
    assert f'<{path}.{suffix}>; rel="alternate"; type="{media_type}"' in negotiated.headers["Link"]


@pytest.mark.parametrize("path", PATHS)
def test_the_page_is_a_twin_too(khyber: Server, path: str) -> None:
    assert khyber.fetch(f"{path}.html").body == fetched(khyber, path, BROWSER).body


@pytest.mark.parametrize("path", ["/id/actor/ttp", ASSERTION, "/id/source/report-2026-02-28"])
def test_every_format_holds_the_same_triples(khyber: Server, path: str) -> None:
    triples = [
        {quad.triple for quad in ox.parse(khyber.fetch(f"{path}.{suffix}").body, format=rdf_format)}
        for suffix, (_, rdf_format) in FORMATS.items()
    ]
    assert triples[0]
    assert all(found == triples[0] for found in triples)


@pytest.mark.parametrize("name", ["ontology", "shapes", "core"])
def test_a_graph_is_had_whole(khyber: Server, release: Release, name: str) -> None:
    path = f"/{name}.nt" if name != "core" else "/graph/core.nt"
    found = list(ox.parse(khyber.fetch(path).body, format=RdfFormat.N_TRIPLES))
    assert len(found) == release.counts[GRAPH + name].triples
    version = fetched(khyber, "/ontology/0.1.0", "application/n-triples")
    assert version.body == khyber.fetch("/ontology.nt").body


def test_an_assertion_is_described_with_its_proposition(khyber: Server) -> None:
    text = fetched(khyber, ASSERTION, "application/n-triples").text
    situation = f"<{ID}situation/sheltering-of-ttp-by-afghan-taliban>"
    assert f"{situation} <{TERM}host> <{ID}actor/afghan-taliban>" in text
    page = Page(fetched(khyber, ASSERTION, BROWSER))
    assert "On whose word" in page.text
    assert re.search(r"Report of 28 February 2026\s*, sentence 7", page.text)
    assert "no later than 2026-02-28" in page.text
    assert "/id/actor/pakistan" in page.values("href", "a")


def test_an_event_is_shown_with_who_says_what_about_it(khyber: Server) -> None:
    page = Page(fetched(khyber, "/id/event/afghan-border-attack-2026-02-27", BROWSER))
    assert "Assertions that refer to it" in page.text
    links = page.values("href", "a")
    assert {"/id/stance/acknowledges", "/id/stance/claims", "/id/actor/pakistan"} <= set(links)
    assert "sentence 16" in page.text


def test_what_only_reasoning_says_is_marked(khyber: Server) -> None:
    page = Page(fetched(khyber, "/id/actor/ttp", BROWSER))
    assert "inferred" in page.text
    assert "What follows from it" in page.text


def test_more_references_than_a_description_holds_are_counted_and_asked_for(khyber: Server) -> None:
    path = "/id/source/report-2026-02-28"
    page = Page(fetched(khyber, path, BROWSER))
    assert re.search(r"200 of \d+ references are shown", page.text)
    (query,) = [link for link in page.values("href", "a") if "ORDER" in link]
    rows = fetched(khyber, query, "text/csv").text.splitlines()
    assert len(rows) > 200
    turtle = khyber.fetch(f"{path}.ttl").text
    assert re.search(r"200 of \d+ references", turtle)
    assert f"{khyber.root}/sparql?query=" in turtle


def test_the_ontology_page_has_an_anchor_for_each_of_its_terms(khyber: Server, release: Release) -> None:
    for path, namespace, graph in (("/ontology", TERM, "ontology"), ("/shapes", SHAPE, "shapes")):
        anchors = set(Page(fetched(khyber, path, BROWSER)).values("id"))
        subjects = {
            q.subject.value
            for q in release.quads
            if q.graph_name == NamedNode(GRAPH + graph) and isinstance(q.subject, NamedNode)
        }
        terms = {iri.removeprefix(namespace) for iri in subjects if iri.startswith(namespace)}
        assert len(terms) > 100
        assert terms <= anchors


def test_the_ontology_page_tells_definition_example_and_range_by_module(khyber: Server) -> None:
    page = Page(fetched(khyber, "/ontology", BROWSER))
    assert "Somebody who can act, speak and be accused" in page.text
    assert "Pakistan; the Tehrik-i-Taliban Pakistan; Shehbaz Sharif." in page.text
    links = page.values("href", "a")
    assert {"#module-actors", "#module-edges", "/ontology#Actor", "/id/stance"} <= set(links)


@pytest.mark.parametrize("path", [*PATHS, "/id/prefix/khyber", "/graph/service", "/sparql", "/"])
def test_a_page_loads_nothing_from_elsewhere_and_is_well_made(khyber: Server, path: str) -> None:
    answer = fetched(khyber, path, BROWSER)
    page = Page(answer)
    assert not {"script", "style", "iframe"} & {tag for tag, _ in page.tags}
    assert not [
        name for _, attributes in page.tags for name in attributes if name.startswith(("on", "style"))
    ]
    for tag, attributes in page.tags:
        for name in ("src", "href", "action"):
            address = attributes.get(name)
            if address is not None and urlsplit(address).netloc:
                assert (tag, name) == ("a", "href")
    assert ("html", {"lang": "en"}) in page.tags
    assert len([tag for tag, _ in page.tags if tag == "h1"]) == (0 if path in ("/sparql", "/") else 1)
    identifiers = page.values("id")
    assert len(identifiers) == len(set(identifiers))
    assert set(page.values("aria-labelledby")) <= set(identifiers)
    assert all(attributes.get("scope") for tag, attributes in page.tags if tag == "th")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert {"/ontology", "/.well-known/void", "/export?format=trig"} <= set(page.values("href", "a"))


@pytest.mark.parametrize(
    "path",
    [
        "/id/actor/nobody",
        "/id/actor/nobody.ttl",
        "/id/actor/ttp.txt",
        "/id/actor",
        "/id/actor/a%20b",
        "/id/actor/%3Cscript%3E",
        "/ontology/9.9.9",
        "/ontology.txt",
        "/shapes.txt",
        "/graph/nowhere",
        "/graph/core.txt",
    ],
)
def test_what_is_unknown_is_told_as_a_problem(khyber: Server, path: str) -> None:
    answer = khyber.fetch(path)
    problem = assert_problem(answer.status, answer.headers["Content-Type"], answer.body, NotFound)
    assert unquote(path.rpartition("/")[2]).partition(".")[0] in problem["detail"]
    assert fetched(khyber, path, BROWSER).media_type == "text/html"


def test_a_format_that_is_not_there_is_refused(khyber: Server) -> None:
    answer = fetched(khyber, "/id/actor/ttp", "image/png")
    problem = assert_problem(answer.status, answer.headers["Content-Type"], answer.body, NotAcceptable)
    assert "text/html" in problem["remedy"]


def test_head_answers_as_get_without_the_body(khyber: Server) -> None:
    head, get = khyber.fetch("/id/actor/ttp", method="HEAD"), khyber.fetch("/id/actor/ttp")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Type"] == get.headers["Content-Type"]
    assert head.headers["Link"] == get.headers["Link"]


def test_a_row_of_a_result_leads_to_the_page_of_its_node(khyber: Server) -> None:
    query = f"SELECT * {{ VALUES (?a ?b) {{ (<{ID}actor/ttp> <{TERM}accuses>) }} }}"
    page = Page(khyber.ask(query, accept=BROWSER))
    assert {"/id/actor/ttp", "/ontology#accuses"} <= set(page.values("href", "a"))


@pytest.mark.parametrize("path", ["/id/actor/ttp", "/ontology", "/shapes", "/graph/one", "/ontology.ttl"])
def test_a_server_of_other_files_has_none_of_it(server: Server, path: str) -> None:
    answer = server.fetch(path)
    assert_problem(answer.status, answer.headers["Content-Type"], answer.body, NotFound)


def test_the_same_release_is_published_with_queries_and_prefixes(release: Release) -> None:
    service = [q for q in release.quads if q.graph_name == NamedNode(GRAPH + "service")]
    assert len(service) == release.counts[GRAPH + "service"].triples > 300
    assert all(isinstance(q, Quad) and isinstance(q.subject, NamedNode) for q in service)
