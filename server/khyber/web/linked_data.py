"""The published graph as linked data: each of its IRIs leads to what is said about it.

``https://w3id.org/khyber/`` and this server have the same paths below them. A path with the suffix of a
format gives that format; without one, the Accept header decides between the formats and a page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, redirect, render_template, request
from pyoxigraph import Literal, NamedNode, Triple

from khyber.engine.base import BytesResult, Query, ResultKind
from khyber.engine.graphs import write_graph
from khyber.errors import NotFound
from khyber.rdf.namespaces import BASE, DCTERMS, FOAF, GRAPH, ID, ONTOLOGY, RDF, RDFS, SHAPE, TERM
from khyber.release.sources import ONTOLOGY_GRAPH, SHAPES_GRAPH
from khyber.sparql.description import PREFIXES
from khyber.sparql.formats import BY_KEY, Format, offers_for
from khyber.sparql.negotiation import not_acceptable, preferred, with_charset
from khyber.sparql.resource import Resource, resource
from khyber.sparql.void import void
from khyber.web.about import About, served
from khyber.web.asking import asking
from khyber.web.delivery import deliver, deliver_result
from khyber.web.description import site
from khyber.web.problems import PAGE
from khyber.web.resource_page import Shown, resource_page, shown_iri
from khyber.web.vocabulary_page import schemes, sections

if TYPE_CHECKING:
    from pyoxigraph import RdfFormat
    from werkzeug.wrappers import Response as BaseResponse

SUFFIXES = {
    "ttl": "turtle",
    "nt": "ntriples",
    "json": "jsonld",
    "jsonld": "jsonld",
    "rdf": "rdfxml",
    "html": PAGE,
}
"""The suffix of an address → the key of the format that it gives, or the page."""

TWINS = ("ttl", "json", "nt", "rdf")
"""The suffixes that a page links to."""

blueprint = Blueprint("linked_data", __name__)


@dataclass(frozen=True)
class _Wanted:
    """What an address names, without its suffix, and the format that the suffix asks for."""

    path: str
    suffix: str = ""

    @property
    def iri(self) -> str:
        return BASE + self.path

    @property
    def key(self) -> str | None:
        return SUFFIXES.get(self.suffix)


@blueprint.get("/id/<path:name>")
def node(name: str) -> BaseResponse:
    """Tell what is said about a node of the graph, and what refers to it; 308 where it was replaced."""
    about = published()
    for wanted in _readings(f"id/{name}"):
        described = _resource(wanted.iri)
        if described:
            replacement = _replacement(described)
            if replacement is not None:
                return redirect(_address_of(replacement, wanted), 308)
            return _of_resource(about, wanted, described)
    raise _unknown(BASE + f"id/{name}")


@blueprint.get("/ontology")
@blueprint.get("/ontology.<suffix>")
@blueprint.get("/ontology/<path:version>")
def ontology(suffix: str = "", version: str = "") -> Response:
    """Give the ontology, under its own IRI or that of its version."""
    about = published()
    path = f"ontology.{suffix}" if suffix else f"ontology/{version}" if version else "ontology"
    for wanted in _readings(path):
        if wanted.path == "ontology" or (wanted.path.startswith("ontology/") and _is_version(wanted)):
            return _of_graph(about, wanted, ONTOLOGY_GRAPH, "ontology.html")
    raise _unknown(BASE + path)


@blueprint.get("/shapes")
@blueprint.get("/shapes.<suffix>")
def shapes(suffix: str = "") -> Response:
    """Give the shapes."""
    about = published()
    for wanted in _readings(f"shapes.{suffix}" if suffix else "shapes"):
        if wanted.path == "shapes":
            return _of_graph(about, wanted, SHAPES_GRAPH, "shapes.html")
    raise _unknown(f"{BASE}shapes.{suffix}")


@blueprint.get("/graph/<path:name>")
def graph(name: str) -> Response:
    """Give the content of a named graph."""
    about = published()
    for wanted in _readings(f"graph/{name}"):
        if wanted.iri in site(detailed=False).graphs:
            return _of_graph(about, wanted, wanted.iri, "graph.html")
    raise _unknown(GRAPH + name)


def published() -> About:
    """Give what is served where that is the published graph; raise NotFound on a server of files."""
    about = served()
    if not about.release:
        raise NotFound(
            f"There is nothing at {request.path}.",
            remedy="This server serves files, not the Khyber graph; ask its endpoint, /sparql.",
        )
    return about


def _readings(path: str) -> Iterator[_Wanted]:
    """Give what a path may mean: it may name a thing as it is, or end with the suffix of a format."""
    yield _Wanted(path)
    stem, _, suffix = path.rpartition(".")
    if stem and suffix in SUFFIXES:
        yield _Wanted(stem, suffix)


def _resource(iri: str) -> Resource | None:
    try:
        return resource(asking(), iri)
    except ValueError:
        return None  # a path that makes no IRI names nothing


def _replacement(described: Resource) -> str | None:
    """Give the one node that took the place of another, as when two were merged."""
    found = {
        statement.node.value
        for statement in described.outgoing
        if statement.property == DCTERMS + "isReplacedBy" and isinstance(statement.node, NamedNode)
    }
    return found.pop() if len(found) == 1 and described.iri not in found else None


def _address_of(iri: str, wanted: _Wanted) -> str:
    """Give the address of a node, here if it is of this graph, with the suffix that was asked for."""
    if not iri.startswith(ID):
        return iri
    suffix = wanted.suffix and f".{wanted.suffix}"
    return f"{request.script_root}/{quote(iri.removeprefix(BASE))}{suffix}"


def _is_version(wanted: _Wanted) -> bool:
    described = _resource(wanted.iri)
    return described is not None and any(
        isinstance(statement.node, NamedNode) and statement.node.value == ONTOLOGY
        for statement in described.incoming
    )


def _of_resource(about: About, wanted: _Wanted, described: Resource) -> Response:
    chosen = _chosen(wanted)
    if chosen is None:
        return _page(
            "resource.html",
            wanted,
            lambda: {"page": resource_page(asking(), described), "query": _references_query(described.iri)},
        )
    triples = [*described.triples(), *_document(about, wanted, described)]
    body = write_graph(dict.fromkeys(triples), cast("RdfFormat", chosen.writer), PREFIXES)
    return _linked(Response(body, content_type=_content_type(chosen)), wanted)


def _of_graph(about: About, wanted: _Wanted, iri: str, template: str) -> Response:
    chosen = _chosen(wanted)
    if chosen is not None:
        query = Query(
            f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {NamedNode(iri)} {{ ?s ?p ?o }} }}", ResultKind.GRAPH
        )
        response = deliver_result(query, _content_type(chosen), lambda: asking().answer(query, chosen.writer))
        if wanted.key:
            response.headers["Vary"] = "Accept-Encoding"
        return _linked(response, wanted)
    if template == "graph.html":
        return _page(template, wanted, lambda: _contents(iri))
    return _page(template, wanted, lambda: _vocabulary(about, wanted, iri))


def _vocabulary(about: About, wanted: _Wanted, graph: str) -> dict[str, object]:
    """Give what the page of the ontology or of the shapes shows."""
    of_ontology = graph == ONTOLOGY_GRAPH
    header = _resource(ONTOLOGY)
    return {
        "iri": wanted.iri,
        "sections": sections(asking(), graph, TERM if of_ontology else SHAPE, about.modules),
        "schemes": schemes(asking()) if of_ontology else [],
        "metadata": site(detailed=False).metadata,
        "header": resource_page(asking(), header) if header else None,
    }


def _contents(iri: str) -> dict[str, object]:
    """Give what the page of a named graph shows."""
    described = site(detailed=True)
    facts = described.facts.get(iri)
    classes = {name: use.entities for name, use in facts.classes.items()} if facts else {}
    properties = {name: use.triples for name, use in facts.properties.items()} if facts else {}
    return {
        "iri": iri,
        "count": described.graphs[iri],
        "facts": facts,
        "classes": _most_used(classes),
        "properties": _most_used(properties),
    }


def _most_used(counts: Mapping[str, int]) -> list[tuple[Shown, int]]:
    """Show terms with their counts, the most used first."""
    return [(shown_iri(iri), counts[iri]) for iri in sorted(counts, key=lambda iri: (-counts[iri], iri))]


def _chosen(wanted: _Wanted) -> Format | None:
    """Give the format to answer in, or None for the page."""
    if wanted.key:
        return None if wanted.key == PAGE else BY_KEY[wanted.key]
    offers = offers_for(ResultKind.GRAPH)
    accept = request.headers.get("Accept")
    chosen = preferred(accept, [*offers, PAGE])
    if chosen is None:
        raise not_acceptable(accept, [*offers, PAGE])
    return None if chosen == PAGE else offers[chosen]


def _page(template: str, wanted: _Wanted, shown: Callable[[], dict[str, object]]) -> Response:
    """Answer with a page, preparing what it shows only if neither client nor cache has the page."""
    about, address = served(), _address(wanted)

    def run() -> BytesResult:
        twins = {suffix: f"{address}.{suffix}" for suffix in TWINS}
        return BytesResult(render_template(template, about=about, twins=twins, **shown()).encode())

    key = hashlib.sha256(f"page {about.engine.version()} {address}".encode()).digest()
    response = deliver(key, with_charset(PAGE), run)
    if wanted.key:
        response.headers["Vary"] = "Accept-Encoding"
    return _linked(response, wanted)


def _linked(response: Response, wanted: _Wanted) -> Response:
    """Tell where the same is had in other formats (RFC 8288), and that the Accept header decided, if so."""
    if wanted.key is None:
        response.vary.add("Accept")
    alternates = (
        f'<{_address(wanted)}.{suffix}>; rel="alternate"; type="{BY_KEY[SUFFIXES[suffix]].media_type}"'
        for suffix in TWINS
    )
    response.headers["Link"] = ", ".join(alternates)
    return response


def _address(wanted: _Wanted) -> str:
    return f"{request.script_root}/{quote(wanted.path)}"


def _content_type(chosen: Format) -> str:
    return with_charset(chosen.media_type)


def _document(about: About, wanted: _Wanted, described: Resource) -> Iterator[Triple]:
    """Tell of the document what it is about, which dataset it is from, and what it leaves out."""
    document = NamedNode(f"{about.base_url}/{quote(wanted.path)}")
    yield Triple(document, NamedNode(RDF + "type"), NamedNode(FOAF + "Document"))
    yield Triple(document, NamedNode(FOAF + "primaryTopic"), NamedNode(described.iri))
    yield Triple(document, void("inDataset"), site(detailed=False).dataset)
    if described.references > len(described.incoming):
        text = (
            f"{len(described.incoming):,} of {described.references:,} references to {described.iri} are here."
        )
        query = f"{about.base_url}/sparql?{urlencode({'query': _references_query(described.iri)})}"
        yield Triple(document, NamedNode(RDFS + "comment"), Literal(text, language="en"))
        yield Triple(document, NamedNode(RDFS + "seeAlso"), NamedNode(query))


def _references_query(iri: str) -> str:
    pattern = f"?subject ?property <{iri}>"
    return f"SELECT DISTINCT ?subject ?property WHERE {{\n  {pattern}\n}}\nORDER BY ?property ?subject"


def _unknown(iri: str) -> NotFound:
    return NotFound(f"Nothing is known about {iri}.", remedy="The query endpoint is /sparql.")
