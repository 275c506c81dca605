"""The graph store: reading and writing whole graphs (SPARQL 1.1 Graph Store HTTP Protocol)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast
from urllib.parse import quote, urlsplit
from uuid import uuid4

from flask import Blueprint, Response, request
from pyoxigraph import Triple
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from khyber.contributions.updates import NEW, patch_of_graph_change
from khyber.engine.base import GraphChange, Query, ResultKind, WritableEngine
from khyber.errors import InputError, NotFound, UnsupportedMediaType
from khyber.sparql.answering import answer
from khyber.sparql.form import by_name, decoded_form
from khyber.sparql.graph_store import MULTIPART, PATH, Part, Target, required, target, triples_of
from khyber.sparql.negotiation import choose
from khyber.web.about import served
from khyber.web.access import client_key, limits_asked, writable_engine
from khyber.web.delivery import deliver_result
from khyber.web.update_endpoint import require_writer
from khyber.web.writes import PARAMETERS, Write, contribute

WHOLE = "CONSTRUCT WHERE { ?s ?p ?o }"

blueprint = Blueprint("graph_store", __name__)


@blueprint.get(PATH)
@blueprint.get(f"{PATH}/<path:path>", merge_slashes=False)
def read(path: str | None = None) -> Response:
    """Give a graph; 404 if it is not there."""
    found = required(_target(path), request.method)
    engine = cast("WritableEngine", served().engine)
    if not engine.has_graph(found.graph):
        raise _absent(found)
    choice = choose(request.headers.get("Accept"), ResultKind.GRAPH)
    query = Query(WHOLE, ResultKind.GRAPH)
    if found.graph is not None:
        query = Query(WHOLE, ResultKind.GRAPH, (found.graph,), ())
    limits, client = limits_asked(None), client_key()
    response = deliver_result(
        query,
        choice.content_type,
        lambda: answer(engine, query, choice.format, limits=limits, client=client),
    )
    return _naming(found.graph, response)


@blueprint.put(PATH)
@blueprint.put(f"{PATH}/<path:path>", merge_slashes=False)
def replace(path: str | None = None) -> Response:
    """Make a graph hold what the body holds and no more; 201 if it was not there.

    In the published graph only a graph that is not there yet, that of a new contribution.
    """
    require_writer()
    found = required(_target(path), request.method)
    return _changed(GraphChange("replace", found.graph, _triples(found)))


@blueprint.post(PATH)
@blueprint.post(f"{PATH}/<path:path>", merge_slashes=False)
def merge(path: str | None = None) -> Response:
    """Add what the body holds to a graph; to a new one, which the answer names, if the request names none.

    To the published graph it is a contribution, as an update is.
    """
    require_writer()
    new = NEW.value if served().door else f"{served().base_url}{PATH}/{uuid4()}"
    found = _target(path) or Target(new)
    return _changed(GraphChange("merge", found.graph, _triples(found)))


@blueprint.delete(PATH)
@blueprint.delete(f"{PATH}/<path:path>", merge_slashes=False)
def drop(path: str | None = None) -> Response:
    """Take a graph away, or empty the default graph; 404 if it is not there. 403 in the published graph."""
    require_writer()
    found = required(_target(path), request.method)
    if not cast("WritableEngine", served().engine).has_graph(found.graph):
        raise _absent(found)
    return _changed(GraphChange("drop", found.graph))


def _changed(change: GraphChange) -> Response:
    limits = limits_asked(None)
    if served().door is not None:
        way = f"{request.method} to the graph store"
        write = Write(patch_of_graph_change, change, limits, way, "graph.rdfp")
        return contribute(write, by_name(decoded_form(request.query_string, "query string")))
    is_new = writable_engine().change_graph(change, limits=limits, client=client_key())
    if not is_new or change.kind == "drop":
        return _naming(change.graph, Response(status=204))
    response = Response(status=201)
    response.autocorrect_location_header = False
    response.headers["Location"] = _uri(str(change.graph))
    return _naming(change.graph, response)


def _naming(graph: str | None, response: Response) -> Response:
    """Let the answer say which graph it is about: clients see how their path was read."""
    if graph is not None:
        response.headers["Content-Location"] = _uri(graph)
    return response


def _uri(iri: str) -> str:
    return quote(iri, safe="%/:?#[]@!$&'()*+,;=~")


def _target(path: str | None) -> Target | None:
    raw = request.environ.get("REQUEST_URI") or request.environ.get("RAW_URI")
    raw_path = urlsplit(raw).path if isinstance(raw, str) else None
    others = PARAMETERS if served().door is not None and request.method in ("PUT", "POST") else ()
    return target(request.query_string, path, served().base_url, raw_path=raw_path, others=others)


def _absent(found: Target) -> NotFound:
    return NotFound(f"There is no such graph: {found}.", remedy="The service description lists the graphs.")


def _triples(found: Target) -> tuple[Triple, ...]:
    """Parse the whole body, before anything changes."""
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType("The body is compressed.", remedy="Send it without Content-Encoding.")
    content_type = request.headers.get("Content-Type")
    body = request.get_data(cache=False)
    media_type, options = parse_options_header(content_type)
    is_multipart = media_type == MULTIPART
    parts = list(_parts(body, options.get("boundary", ""))) if is_multipart else [Part(content_type, body)]
    return triples_of(parts, found.graph or served().base_url + PATH)


def _parts(body: bytes, boundary: str) -> Iterator[Part]:
    """Give the documents of a multipart body (RFC 7578)."""
    decoder = MultipartDecoder(boundary.encode(), max_parts=1000)
    try:
        decoder.receive_data(body)
        decoder.receive_data(None)
        part, data = Part(None, b""), bytearray()
        while not isinstance(event := decoder.next_event(), (Epilogue, NeedData)):
            if isinstance(event, (Field, File)):
                name = getattr(event, "filename", None) or event.name
                part, data = Part(event.headers.get("Content-Type"), b"", f"part {name}"), bytearray()
            elif isinstance(event, Data):
                data += event.data
                if not event.more_data:
                    yield Part(part.content_type, bytes(data), part.name)
    except (ValueError, RequestEntityTooLarge):
        raise InputError(
            "The body is no multipart/form-data with the boundary of its Content-Type."
        ) from None
