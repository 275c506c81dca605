"""The update endpoint (SPARQL 1.1 Protocol, section 2.2)."""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from khyber.contributions.updates import patch_of_update
from khyber.sparql.protocol import RequestParts, UpdateOperation, parameters, parse_update
from khyber.sparql.update import admit_update
from khyber.web.about import served
from khyber.web.access import client_key, limits_asked, writable_engine
from khyber.web.writes import Write, contribute, writer

blueprint = Blueprint("update", __name__)


@blueprint.post("/update")
def update() -> Response:
    """Apply an update, for the holder of a token that may write; the next query sees it.

    To the published graph it is a contribution, whose address the answer has: a curator's is published at
    once (204), that of a contributor waits for review (202); 422 with what was found where the graph would
    not conform. ``title``, ``source`` and ``licence`` may come as headers too: Khyber-Title and so on.
    """
    require_writer()
    parts = request_parts()
    return apply(parse_update(parts, base=base()), parts)


def require_writer() -> None:
    """Let who may write go on, with a longer body; raise ReadOnly, Unauthorized, Forbidden for others."""
    if served().door is None:
        writable_engine()
    else:
        writer()


def apply(operation: UpdateOperation, parts: RequestParts) -> Response:
    """Apply an update as a whole or not at all; ``parts`` are those of its request."""
    require_writer()
    g.query = operation.text
    admitted, limits = admit_update(operation, served().outbound), limits_asked(operation.seconds)
    if served().door is not None:
        write = Write(patch_of_update, admitted, limits, "SPARQL update", "update.rdfp")
        return contribute(write, parameters(parts))
    writable_engine().update(admitted, limits=limits, client=client_key())
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
