"""The headers of every answer: reading is open to any origin, and our pages load nothing from elsewhere."""

from __future__ import annotations

from flask import Flask, Response, request

_POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

ALWAYS = {
    "Access-Control-Allow-Origin": "*",
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""The headers that stand on every answer, errors too."""

PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type",
    "Access-Control-Max-Age": "86400",
}
"""The headers with which OPTIONS answers a browser that asks before it sends a page's request."""


def register(app: Flask) -> None:
    """Add the headers to every answer of ``app``."""
    app.after_request(_complete)


def _complete(response: Response) -> Response:
    response.headers.update(ALWAYS)
    if request.method == "OPTIONS":
        response.headers.update(PREFLIGHT)
    return response
