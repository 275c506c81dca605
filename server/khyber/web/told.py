"""Records over HTTP: one or a list, in JSON or as a page, and what a request says about what it wants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Response, jsonify, render_template, request

from khyber.errors import InputError, UnsupportedMediaType, UsageError
from khyber.rdf.delta import MEDIA_TYPE as RDF_PATCH
from khyber.rdf.delta import Delta, to_rdf_patch
from khyber.sparql.negotiation import not_acceptable, preferred, with_charset
from khyber.sparql.protocol import FORM
from khyber.web.about import served
from khyber.web.problems import PAGE

JSON = "application/json"

MOST = 500
"""The longest page of a list."""

USUAL = 50

Record = TypeVar("Record")


def prefers_page() -> bool:
    """Say whether the client prefers a page to JSON; raise NotAcceptable where it takes neither."""
    accept = request.headers.get("Accept")
    chosen = preferred(accept, (JSON, PAGE))
    if chosen is None:
        raise not_acceptable(accept, (JSON, PAGE))
    return chosen == PAGE


def page(template: str, **facts: Any) -> Response:
    """Give a page of ours."""
    response = Response(render_template(template, about=served(), **facts), content_type=with_charset(PAGE))
    response.vary.add("Accept")
    return response


def told(members: object, status: int = 200) -> Response:
    """Give JSON."""
    response = jsonify(members)
    response.status_code = status
    response.vary.add("Accept")
    return response


def number(name: str, default: int | None = None, *, most: int | None = None) -> int | None:
    """Give a whole number from 1 of the query string; UsageError where it is something else."""
    text = request.args.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and 0 < int(text[:18]) <= (most or 10**18)):
        limit = f" to {most}" if most else ""
        raise UsageError(f"The parameter {name} is a whole number from 1{limit}; it was given {text!r}.")
    return int(text)


def listed(
    fetch: Callable[[int, int | None], Sequence[Record]], key: Callable[[Record], int]
) -> tuple[list[Record], str | None]:
    """Give a page of a list, newest first, and the address of the next one where there is more.

    ``fetch`` gives records by their number and the key before which they come.
    """
    limit, before = number("limit", USUAL, most=MOST) or USUAL, number("before")
    found = list(fetch(limit + 1, before))
    if len(found) <= limit:
        return found, None
    shown = found[:limit]
    kept = {name: value for name, value in request.args.items() if name in ("limit", "status")}
    return shown, f"{request.script_root}{request.path}?{urlencode({**kept, 'before': key(shown[-1])})}"


def with_next(response: Response, following: str | None) -> Response:
    """Let the answer name the next page of its list (RFC 8288)."""
    if following:
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response


def patch(delta: Delta, name: str) -> Response:
    """Give a delta as an RDF Patch; as plain text to browsers, which then show it."""
    accept = request.headers.get("Accept")
    chosen = preferred(accept, (RDF_PATCH, "text/plain", PAGE))
    if chosen is None:
        raise not_acceptable(accept, (RDF_PATCH,))
    media_type = RDF_PATCH if chosen == RDF_PATCH else "text/plain"
    response = Response(to_rdf_patch(delta), content_type=with_charset(media_type))
    response.headers["Content-Disposition"] = f'inline; filename="{name}.rdfp"'
    response.vary.add("Accept")
    return response


def fields(required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, str]:
    """Give the members of a JSON object, or the fields of a form, all of them texts.

    Raises UnsupportedMediaType, InputError and UsageError, which name what is wrong.
    """
    given = _given()
    known = (*required, *optional)
    for name, value in given.items():
        if name not in known:
            raise UsageError(
                f"There is no field {name!r} here.", remedy=f"The fields are {', '.join(known)}."
            )
        if not isinstance(value, str):
            raise UsageError(f"The field {name} is a text.")
    found = {name: str(given.get(name, "")).strip() for name in known}
    missing = [name for name in required if not found[name]]
    if missing:
        raise UsageError(f"The field {missing[0]} is missing.", remedy=f"Send {' and '.join(required)}.")
    return found


def _given() -> dict[str, Any]:
    if request.mimetype == FORM:
        return dict(request.form.items())
    if request.mimetype != JSON:
        raise UnsupportedMediaType(
            "The body is no JSON." if request.mimetype else "The body has no Content-Type.",
            remedy="Send an object with the header Content-Type: application/json.",
        )
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        raise InputError("The body is no JSON object.", remedy='Send one, such as {"reason": "…"}.')
    return given
