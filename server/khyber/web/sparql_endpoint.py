"""The SPARQL endpoint, for programs and for people."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, g, render_template, request

from khyber.engine.base import BytesResult, Limits, Query, Result, ResultKind
from khyber.sparql.answering import answer
from khyber.sparql.formats import BY_KEY, Format, offers_for
from khyber.sparql.guard import admit
from khyber.sparql.negotiation import choose, preferred, with_charset
from khyber.sparql.protocol import UPDATE, DescriptionOperation, QueryOperation, UpdateOperation, parse
from khyber.web.about import served
from khyber.web.access import client_key, limits_asked
from khyber.web.delivery import deliver, deliver_result, key_of
from khyber.web.description import service_description
from khyber.web.past import Asked, asked
from khyber.web.problems import PAGE
from khyber.web.results import excerpt, table
from khyber.web.shipment import NEVER, REVALIDATE
from khyber.web.update_endpoint import apply, base, request_parts, require_writer
from khyber.web.writes import VERSION

START = "SELECT * WHERE {\n  ?subject ?predicate ?object\n}\nLIMIT 10"
"""The query that stands on the page where nobody has asked yet."""

FAILED = "khyber.failed"
"""Under this name the environment of a request holds the error of its query, where that has run already."""

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
        require_writer()  # before the body is read, which may then be long
    parts = request_parts()
    operation = parse(parts, base=base())
    if isinstance(operation, UpdateOperation):
        return apply(operation, parts)
    response = _description() if isinstance(operation, DescriptionOperation) else _answer(operation)
    response.vary.add("Accept")
    return response


def _sends_update() -> bool:
    return request.method == "POST" and request.mimetype == UPDATE


def _answer(operation: QueryOperation) -> Response:
    g.query = operation.text
    query = admit(operation, served().outbound)
    limits, version = limits_asked(operation.seconds), asked(operation.version)
    if _prefers_page(query.kind):
        return _naming(version, _page_with_result(operation.text, query, limits, version))
    choice = choose(_accept(), query.kind)
    response = deliver_result(
        query, choice.content_type, lambda: _run(query, choice.format, limits, version), version
    )
    return _naming(version, response)


def _run(query: Query, result_format: Format, limits: Limits, version: Asked | None) -> Result:
    failure = request.environ.get(FAILED)
    if failure is not None:
        raise failure
    engine = (version or served()).engine
    return answer(engine, query, result_format, limits=limits, client=client_key())


def _naming(version: Asked | None, response: Response) -> Response:
    """Let the answer name the version that was asked for, which may have been asked for by its number."""
    if version is not None:
        response.headers[VERSION] = version.name
    return response


def _description() -> Response:
    if _prefers_page(ResultKind.GRAPH):
        return _page(START)
    return service_description()


def _page_with_result(text: str, query: Query, limits: Limits, version: Asked | None) -> Response:
    """Answer with a page, running the query only if neither client nor cache has the page."""
    content_type = with_charset(PAGE)
    # The page shows the query as it was sent, and its links begin with the root of the application.
    key = key_of(replace(query, text=f"{request.script_root}\n{text}"), content_type, version)
    facts = {"version": version.name} if version is not None else {}

    def run() -> BytesResult:
        writer = BY_KEY["turtle" if query.kind is ResultKind.GRAPH else "json"]
        result = _run(query, writer, limits, version)
        try:
            body = b"".join(result)
        finally:
            result.close()
        if query.kind is ResultKind.GRAPH:
            graph, complete = excerpt(body)
            return BytesResult(_written_page(text, graph=graph, complete=complete, **facts))
        return BytesResult(_written_page(text, result=table(body), **facts))

    return deliver(key, content_type, run, cache_control=NEVER if key is None else REVALIDATE)


def _page(query: str) -> Response:
    return Response(_written_page(query), content_type=with_charset(PAGE))


def _written_page(query: str, **result: object) -> bytes:
    return render_template("sparql.html", about=served(), query=query, **result).encode()


def _prefers_page(kind: ResultKind) -> bool:
    return preferred(_accept(), [*offers_for(kind), PAGE]) == PAGE


def _accept() -> str | None:
    return request.headers.get("Accept")
