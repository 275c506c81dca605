"""The one renderer of errors: problem details (RFC 9457) for programs, a page for browsers."""

from __future__ import annotations

import json
from http import HTTPStatus

from flask import Flask, Response, current_app, g, render_template, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.exceptions import MethodNotAllowed as WrongMethod
from werkzeug.exceptions import NotFound as NoSuchPage

from khyber.errors import (
    InputError,
    KhyberError,
    MethodNotAllowed,
    NotFound,
    QuerySyntaxError,
    Unauthorized,
)
from khyber.sparql.negotiation import preferred, with_charset
from khyber.sparql.protocol import too_large
from khyber.web.about import served

JSON = "application/problem+json"
PAGE = "text/html"


def register(app: Flask) -> None:
    """Let ``app`` answer every error with this renderer, also Flask's own and those that nobody foresaw."""
    app.register_error_handler(KhyberError, render)
    app.register_error_handler(HTTPException, _render_http)
    app.register_error_handler(Exception, _render_unforeseen)


def render(error: KhyberError) -> Response:
    """Give the answer that tells an error: a page if the client prefers one, else problem details."""
    g.outcome = error.code
    wanted = preferred(request.headers.get("Accept"), (JSON, "application/json", PAGE)) or JSON
    if wanted == PAGE:
        body = render_template(
            "problem.html",
            about=served(),
            problem=error.problem(),
            excerpt=_excerpt(error),
            query=g.get("query"),
        )
    else:
        body = json.dumps(error.problem(), ensure_ascii=False)
    response = Response(body, status=error.status, content_type=with_charset(wanted))
    response.vary.add("Accept")
    if isinstance(error, Unauthorized):
        response.headers["WWW-Authenticate"] = 'Bearer realm="Khyber"'
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _render_http(error: HTTPException) -> Response:
    code = error.code or 500
    if error.response is not None or code < 400:
        return current_app.make_response(error.get_response())
    if isinstance(error, WrongMethod):
        response = render(
            MethodNotAllowed(f"{request.path} does not take {request.method}.", remedy=_allowed(error))
        )
        response.headers["Allow"] = ", ".join(_methods(error))
        return response
    response = render(_translated(error, code))
    response.status_code = code
    return response


def _translated(error: HTTPException, code: int) -> KhyberError:
    if isinstance(error, NoSuchPage):
        return NotFound(f"There is nothing at {request.path}.", remedy="The query endpoint is /sparql.")
    if isinstance(error, RequestEntityTooLarge):
        return too_large(request.max_content_length or served().max_request_bytes)
    phrase = HTTPStatus(code).phrase
    return (InputError if code < 500 else KhyberError)(f"The request failed: {phrase}.")


def _render_unforeseen(error: Exception) -> Response:
    current_app.logger.error(
        "An error that nobody foresaw, at %s %s", request.method, request.path, exc_info=error
    )
    return render(KhyberError("The server made a mistake; its log tells more."))


def _methods(error: WrongMethod) -> list[str]:
    return sorted(error.valid_methods or ())


def _allowed(error: WrongMethod) -> str | None:
    methods = _methods(error)
    return f"It takes {', '.join(methods)}." if methods else None


def _excerpt(error: KhyberError) -> tuple[str, str, str] | None:
    """Give the line of the query where the mistake is: before it, the character, and after it."""
    location = error.location
    lines = str(g.get("query", "")).split("\n")
    if not isinstance(error, QuerySyntaxError) or not location or not location.line or not location.column:
        return None
    line = lines[location.line - 1] if location.line <= len(lines) else ""
    at = location.column - 1
    return line[:at], line[at : at + 1] or " ", line[at + 1 :]
