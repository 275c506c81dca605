"""The SPARQL endpoint, for programs and for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Blueprint, Response, g, render_template, request

from khyber.engine.base import Query, ResultKind
from khyber.engine.graphs import write_graph
from khyber.errors import UsageError
from khyber.sparql.answering import answer
from khyber.sparql.description import PREFIXES, describe
from khyber.sparql.formats import BY_KEY, offers_for
from khyber.sparql.guard import admit
from khyber.sparql.negotiation import choose, preferred, with_charset
from khyber.sparql.protocol import DescriptionOperation, QueryOperation, RequestParts, parse
from khyber.web.about import served
from khyber.web.results import excerpt, table

if TYPE_CHECKING:
    from pyoxigraph import RdfFormat

PAGE = "text/html"

START = "SELECT * WHERE {\n  ?subject ?predicate ?object\n}\nLIMIT 10"
"""The query that stands on the page where nobody has asked yet."""

blueprint = Blueprint("sparql", __name__)


@blueprint.get("/")
def start() -> Response:
    """Show the page on which to ask."""
    return _page(START)


@blueprint.route("/sparql", methods=["GET", "POST"])
def sparql() -> Response:
    """Answer a query, or describe the service to a GET without one (SPARQL 1.1 Protocol, section 2.1)."""
    operation = parse(_request_parts(), body_limit=served().max_request_bytes)
    response = _description() if isinstance(operation, DescriptionOperation) else _answer(operation)
    response.vary.add("Accept")
    return response


def _answer(operation: QueryOperation) -> Response:
    g.query = operation.text
    query = admit(operation)
    if _prefers_page(query.kind):
        return _page_with_result(query)
    choice = choose(_accept(), query.kind)
    body = b"".join(answer(served().engine, query, choice.format))
    return Response(body, content_type=choice.content_type)


def _description() -> Response:
    if _prefers_page(ResultKind.GRAPH):
        return _page(START)
    choice = choose(_accept(), ResultKind.GRAPH)
    about = served()
    try:
        triples = describe(request.base_url, size=about.size, graphs=about.graphs)
    except ValueError:
        raise UsageError(f"The Host header gives no address: {request.host!r}.") from None
    body = write_graph(triples, cast("RdfFormat", choice.format.writer), PREFIXES)
    return Response(body, content_type=choice.content_type)


def _page_with_result(query: Query) -> Response:
    writer = BY_KEY["turtle" if query.kind is ResultKind.GRAPH else "json"]
    body = b"".join(answer(served().engine, query, writer))
    if query.kind is ResultKind.GRAPH:
        graph, complete = excerpt(body)
        return _page(query.text, graph=graph, complete=complete)
    return _page(query.text, result=table(body))


def _page(query: str, **result: object) -> Response:
    body = render_template("sparql.html", about=served(), query=query, **result)
    return Response(body, content_type=with_charset(PAGE))


def _prefers_page(kind: ResultKind) -> bool:
    return preferred(_accept(), [*offers_for(kind), PAGE]) == PAGE


def _accept() -> str | None:
    return request.headers.get("Accept")


def _request_parts() -> RequestParts:
    return RequestParts(
        method=request.method,
        query_string=request.query_string,
        content_type=request.headers.get("Content-Type"),
        body=request.get_data(cache=False) if request.method == "POST" else b"",
    )
