"""The SPARQL 1.1 Protocol: from the parts of a request to the operation that it asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from pyoxigraph import NamedNode

from khyber.errors import (
    InputError,
    MethodNotAllowed,
    PayloadTooLarge,
    QueryRefused,
    UnsupportedMediaType,
    UsageError,
)

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"

METHODS = ("GET", "HEAD", "POST")

_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")

Parameters = list[tuple[str, str]]


@dataclass(frozen=True)
class RequestParts:
    """What the protocol needs of a request: the query string and the body as they came, not decoded."""

    method: str
    query_string: bytes = b""
    content_type: str | None = None
    body: bytes = b""


@dataclass(frozen=True)
class QueryOperation:
    """A query to run, with the dataset that the request names; None where it names none."""

    text: str
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None


@dataclass(frozen=True)
class DescriptionOperation:
    """The service describes itself (SPARQL 1.1 Service Description, section 2)."""


Operation = QueryOperation | DescriptionOperation


def parse(request: RequestParts, *, body_limit: int | None = None) -> Operation:
    """Give the operation that a request to the query endpoint asks for (SPARQL 1.1 Protocol, section 2.1).

    Parameters that the protocol does not know are passed over. Raises UsageError, InputError, QueryRefused,
    MethodNotAllowed, PayloadTooLarge, UnsupportedMediaType.
    """
    if request.method not in METHODS:
        raise MethodNotAllowed(
            f"The SPARQL endpoint does not take {request.method}.", remedy="Send a query by GET or POST."
        )
    if body_limit is not None and len(request.body) > body_limit:
        raise too_large(body_limit)
    parameters = _decoded_form(request.query_string, "query string")
    if request.method == "POST":
        return _post(request, parameters)
    if not any(name in ("query", "update") for name, _ in parameters):
        return DescriptionOperation()
    return _operation(parameters)


def too_large(limit: int) -> PayloadTooLarge:
    """Say that a body is longer than ``limit`` bytes."""
    return PayloadTooLarge(
        f"The body of the request is longer than {limit:,} bytes.", remedy="Send a shorter query."
    )


def _post(request: RequestParts, parameters: Parameters) -> Operation:
    media_type = _media_type(request.content_type)
    if media_type == FORM:
        return _operation(parameters + _decoded_form(request.body, "body"))
    if media_type == QUERY:
        return _operation([*parameters, ("query", _decoded(request.body, "body"))])
    if media_type == UPDATE:
        raise UnsupportedMediaType(
            "The body is a SPARQL update, and this address only answers queries.",
            remedy="The graph that is served here is read-only.",
        )
    was = f"has the media type {media_type}" if media_type else "has no Content-Type"
    raise UnsupportedMediaType(
        f"The body of the request {was}.", remedy=f"Send the query as {QUERY}, or as {FORM}."
    )


def _operation(parameters: Parameters) -> QueryOperation:
    values = _by_name(parameters)
    if "update" in values:
        raise QueryRefused(
            "The parameter update asks for an update, and this address only answers queries.",
            remedy="Send a query in the parameter query. The graph that is served here is read-only.",
        )
    texts = values.get("query", [])
    if len(texts) != 1:
        times = "is missing" if not texts else f"was given {len(texts)} times"
        raise UsageError(f"The parameter query must be given once; it {times}.")
    return QueryOperation(texts[0], _graphs(values, "default-graph-uri"), _graphs(values, "named-graph-uri"))


def _by_name(parameters: Parameters) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in parameters:
        values.setdefault(name, []).append(value)
    return values


def _graphs(values: dict[str, list[str]], name: str) -> tuple[str, ...] | None:
    if name not in values:
        return None
    graphs = tuple(dict.fromkeys(values[name]))
    for graph in graphs:
        try:
            NamedNode(graph)
        except ValueError:
            raise UsageError(
                f"The parameter {name} must be an absolute IRI; it was {graph!r}.",
                remedy="Write it whole, as https://example.org/graph.",
            ) from None
    return graphs


def _media_type(content_type: str | None) -> str:
    media_type, *parameters = [part.strip().lower() for part in (content_type or "").split(";")]
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        charset = value.strip().strip('"')
        if name.strip() == "charset" and charset not in ("utf-8", "utf8", "us-ascii"):
            raise UnsupportedMediaType(f"The body is in the charset {charset}.", remedy="Send it as UTF-8.")
    return media_type


def _decoded_form(form: bytes, place: str) -> Parameters:
    """Decode name=value pairs, once: ``%25`` is a percent sign, by GET and by POST."""
    pairs = []
    for pair in form.split(b"&"):
        if pair:
            name, _, value = pair.partition(b"=")
            pairs.append((_unquoted(name, place), _unquoted(value, place)))
    return pairs


def _unquoted(raw: bytes, place: str) -> str:
    bad = _BAD_ESCAPE.search(raw)
    if bad:
        escape = raw[bad.start() : bad.start() + 3].decode("ascii", "replace")
        raise InputError(
            f"In the {place}, {escape!r} is no percent-encoded character.",
            remedy="Write a percent sign as %25.",
        )
    return _decoded(unquote_to_bytes(raw.replace(b"+", b" ")), place)


def _decoded(raw: bytes, place: str) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise InputError(
            f"The byte 0x{raw[error.start]:02x} in the {place} is not UTF-8.",
            remedy="Send the query as UTF-8.",
        ) from None
