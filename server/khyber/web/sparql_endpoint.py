"""The SPARQL endpoint, for programs and for people."""

from __future__ import annotations

from flask import Blueprint, Response, g, render_template, request

from khyber.engine.base import Limits, Query, ResultKind
from khyber.sparql.answering import answer
from khyber.sparql.formats import BY_KEY, offers_for
from khyber.sparql.guard import admit
from khyber.sparql.negotiation import choose, preferred, with_charset
from khyber.sparql.protocol import UPDATE, DescriptionOperation, QueryOperation, UpdateOperation, parse
from khyber.web.about import served
from khyber.web.access import client_key, limits_asked, writable_engine
from khyber.web.delivery import deliver_result
from khyber.web.description import service_description
from khyber.web.results import excerpt, table
from khyber.web.update_endpoint import apply, base, request_parts

PAGE = "text/html"

START = "SELECT * WHERE {\n  ?subject ?predicate ?object\n}\nLIMIT 10"
"""The query that stands on the page where nobody has asked yet."""

blueprint = Blueprint("sparql", __name__)


@blueprint.get("/")
def start() -> Response:
    """Show the page on which to ask."""
    return _page(START)


@blueprint.route("/sparql", methods=["GET", "POST", "QUERY"])
def sparql() -> Response:
    """Answer a query, apply an update, or describe the service to a GET without either.

    See SPARQL 1.1 Protocol, sections 2.1 and 2.2.
    """
    if _sends_update():
        writable_engine()  # before the body is read, which may then be long
    operation = parse(request_parts(), base=base())
    if isinstance(operation, UpdateOperation):
        return apply(operation)
    response = _description() if isinstance(operation, DescriptionOperation) else _answer(operation)
    response.vary.add("Accept")
    return response


def _sends_update() -> bool:
    return request.method == "POST" and request.mimetype == UPDATE


def _answer(operation: QueryOperation) -> Response:
    g.query = operation.text
    query = admit(operation, served().outbound)
    limits = limits_asked(operation.seconds)
    if _prefers_page(query.kind):
        return _page_with_result(operation.text, query, limits)
    choice = choose(_accept(), query.kind)
    engine, client = served().engine, client_key()
    return deliver_result(
        query,
        choice.content_type,
        lambda: answer(engine, query, choice.format, limits=limits, client=client),
    )


def _description() -> Response:
    if _prefers_page(ResultKind.GRAPH):
        return _page(START)
    return service_description()


def _page_with_result(text: str, query: Query, limits: Limits) -> Response:
    writer = BY_KEY["turtle" if query.kind is ResultKind.GRAPH else "json"]
    body = b"".join(answer(served().engine, query, writer, limits=limits, client=client_key()))
    if query.kind is ResultKind.GRAPH:
        graph, complete = excerpt(body)
        return _page(text, graph=graph, complete=complete)
    return _page(text, result=table(body))


def _page(query: str, **result: object) -> Response:
    body = render_template("sparql.html", about=served(), query=query, **result)
    return Response(body, content_type=with_charset(PAGE))


def _prefers_page(kind: ResultKind) -> bool:
    return preferred(_accept(), [*offers_for(kind), PAGE]) == PAGE


def _accept() -> str | None:
    return request.headers.get("Accept")
