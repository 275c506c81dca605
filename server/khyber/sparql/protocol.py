"""The SPARQL 1.1 Protocol: from the parts of a request to the operation that it asks for."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pyoxigraph import NamedNode

from khyber.errors import (
    MethodNotAllowed,
    PayloadTooLarge,
    QueryRefused,
    UnsupportedMediaType,
    UsageError,
)
from khyber.sparql.form import Parameters, by_name, decoded, decoded_form

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"

METHODS = ("GET", "HEAD", "POST", "QUERY")
"""The methods of the query endpoint; QUERY is a GET with a body (draft-ietf-httpbis-safe-method-w-body)."""

_OF_QUERIES = ("default-graph-uri", "named-graph-uri")
_OF_UPDATES = ("using-graph-uri", "using-named-graph-uri")


@dataclass(frozen=True)
class RequestParts:
    """What the protocol needs of a request: the query string and the body as they came, not decoded."""

    method: str
    query_string: bytes = b""
    content_type: str | None = None
    body: bytes = b""


@dataclass(frozen=True)
class QueryOperation:
    """A query to run, with the dataset that the request names; None where it names none.

    ``base`` is the IRI against which its relative IRIs are resolved, ``seconds`` the time limit that the
    request asks for, ``version`` the version of the dataset, as it was sent.
    """

    text: str
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    base: str | None = None
    seconds: float | None = None
    version: str | None = None


@dataclass(frozen=True)
class UpdateOperation:
    """An update to run, with the dataset of its WHERE clauses that the request names (section 2.2.3)."""

    text: str
    using_graphs: tuple[str, ...] | None = None
    using_named_graphs: tuple[str, ...] | None = None
    base: str | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class DescriptionOperation:
    """The service describes itself (SPARQL 1.1 Service Description, section 2)."""


Operation = QueryOperation | UpdateOperation | DescriptionOperation


def parse(request: RequestParts, *, base: str | None = None) -> Operation:
    """Give the operation that a request to the endpoint asks for (SPARQL 1.1 Protocol, sections 2.1 and 2.2).

    ``base`` becomes the base of the operation. Parameters that the protocol does not know are passed over.
    Raises UsageError, InputError, QueryRefused, MethodNotAllowed, UnsupportedMediaType.
    """
    if request.method not in METHODS:
        raise MethodNotAllowed(
            f"The SPARQL endpoint does not take {request.method}.", remedy="Send a query by GET or POST."
        )
    sent = decoded_form(request.query_string, "query string")
    if request.method in ("POST", "QUERY"):
        return _with_body(request, sent, base)
    if not any(name in ("query", "update") for name, _ in sent):
        return DescriptionOperation()
    return _query(by_name(sent), base)


def parse_update(request: RequestParts, *, base: str | None = None) -> UpdateOperation:
    """Give the update that a request to the update endpoint asks for (SPARQL 1.1 Protocol, section 2.2).

    Raises what ``parse`` raises.
    """
    if request.method != "POST":
        raise MethodNotAllowed(
            f"The update endpoint does not take {request.method}.", remedy="Send an update by POST."
        )
    operation = parse(request, base=base)
    if isinstance(operation, UpdateOperation):
        return operation
    raise UsageError("This address only takes updates.", remedy="Send queries to /sparql.")


def parameters(request: RequestParts) -> dict[str, list[str]]:
    """Give the parameters of a request by their names: those of the query string, then those of a form."""
    form = media_type_of(request.content_type) == FORM
    body = decoded_form(request.body, "body") if form else []
    return by_name(decoded_form(request.query_string, "query string") + body)


def too_large(limit: int) -> PayloadTooLarge:
    """Say that a body is longer than ``limit`` bytes."""
    return PayloadTooLarge(
        f"The body of the request is longer than {limit:,} bytes.", remedy="Send a shorter query."
    )


def media_type_of(content_type: str | None) -> str:
    """Give the media type of a body in small letters, "" for none; text must be UTF-8.

    Raises UnsupportedMediaType for another charset.
    """
    media_type, *parameters = [part.strip().lower() for part in (content_type or "").split(";")]
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        charset = value.strip().strip('"')
        if name.strip() == "charset" and charset not in ("utf-8", "utf8", "us-ascii"):
            raise UnsupportedMediaType(f"The body is in the charset {charset}.", remedy="Send it as UTF-8.")
    return media_type


def absolute_iri(value: str, parameter: str) -> str:
    """Give ``value`` if it is an absolute IRI; raise UsageError, naming the ``parameter``, if it is not."""
    try:
        return NamedNode(value).value
    except ValueError:
        raise UsageError(
            f"The parameter {parameter} must be an absolute IRI; it was {value!r}.",
            remedy="Write it whole, as https://example.org/graph.",
        ) from None


def _with_body(request: RequestParts, sent: Parameters, base: str | None) -> Operation:
    media_type = media_type_of(request.content_type)
    if media_type == FORM:
        values = by_name(sent + decoded_form(request.body, "body"))
        is_update = "update" in values and request.method == "POST"
        return _update(values, base) if is_update else _query(values, base)
    if media_type == QUERY:
        return _query(by_name([*sent, ("query", decoded(request.body, "body"))]), base)
    if media_type == UPDATE and request.method == "POST":
        return _update(by_name([*sent, ("update", decoded(request.body, "body"))]), base)
    was = f"has the media type {media_type}" if media_type else "has no Content-Type"
    raise UnsupportedMediaType(
        f"The body of the request {was}.",
        remedy=f"Send a query as {QUERY}, or as {FORM}; an update, by POST, as {UPDATE} or the same form.",
    )


def _query(values: dict[str, list[str]], base: str | None) -> QueryOperation:
    if "update" in values:
        raise QueryRefused(
            "The parameter update asks for an update, and this request can only be a query.",
            remedy="Send an update by POST, and without a query.",
        )
    text = _once(values, "query")
    _require_none(values, _OF_UPDATES, "an update", "default-graph-uri and named-graph-uri")
    default, named = (_graphs(values, name) for name in _OF_QUERIES)
    version = _once(values, "version") if "version" in values else None
    return QueryOperation(text, default, named, base, _seconds(values), version)


def _update(values: dict[str, list[str]], base: str | None) -> UpdateOperation:
    if "query" in values:
        raise UsageError("The parameters query and update exclude each other.", remedy="Send one of them.")
    text = _once(values, "update")
    _require_none(values, _OF_QUERIES, "a query", "using-graph-uri and using-named-graph-uri")
    using, named = (_graphs(values, name) for name in _OF_UPDATES)
    return UpdateOperation(text, using, named, base, _seconds(values))


def _once(values: dict[str, list[str]], name: str) -> str:
    texts = values.get(name, [])
    if len(texts) != 1:
        times = "is missing" if not texts else f"was given {len(texts)} times"
        raise UsageError(f"The parameter {name} must be given once; it {times}.")
    return texts[0]


def seconds_of(name: str, text: str) -> float:
    """Read the seconds that a parameter gives; raise UsageError where they are no number above 0."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise UsageError(f"The parameter {name} must be a number of seconds above 0; it was {text!r}.")
    return seconds


def _require_none(values: dict[str, list[str]], names: tuple[str, ...], whose: str, instead: str) -> None:
    for name in names:
        if name in values:
            raise UsageError(f"The parameter {name} belongs to {whose}.", remedy=f"Here it is {instead}.")


def _seconds(values: dict[str, list[str]]) -> float | None:
    return seconds_of("timeout", _once(values, "timeout")) if "timeout" in values else None


def _graphs(values: dict[str, list[str]], name: str) -> tuple[str, ...] | None:
    if name not in values:
        return None
    return tuple(absolute_iri(graph, name) for graph in dict.fromkeys(values[name]))
