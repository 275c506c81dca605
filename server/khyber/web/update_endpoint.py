"""The update endpoint (SPARQL 1.1 Protocol, section 2.2)."""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from khyber.sparql.protocol import RequestParts, UpdateOperation, parse_update
from khyber.sparql.update import admit_update
from khyber.web.about import served
from khyber.web.access import client_key, limits_asked, writable_engine

blueprint = Blueprint("update", __name__)


@blueprint.post("/update")
def update() -> Response:
    """Apply an update, for the holder of a token that may write."""
    writable_engine()
    return apply(parse_update(request_parts(), base=base()))


def apply(operation: UpdateOperation) -> Response:
    """Apply an update as a whole or not at all; the next query sees it."""
    engine = writable_engine()
    g.query = operation.text
    admitted = admit_update(operation, served().outbound)
    engine.update(admitted, limits=limits_asked(operation.seconds), client=client_key())
    return Response(status=204)


def request_parts() -> RequestParts:
    """Give what the protocol needs of the current request."""
    return RequestParts(
        method=request.method,
        query_string=request.query_string,
        content_type=request.headers.get("Content-Type"),
        body=request.get_data(cache=False) if request.method in ("POST", "QUERY") else b"",
    )


def base() -> str:
    """Give the IRI against which relative IRIs of queries and updates are resolved."""
    return f"{served().base_url}/sparql"
