"""The headers of every answer: reading is open to any origin, and our pages load nothing from elsewhere."""

from __future__ import annotations

from flask import Flask, Response, g, request

_POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
_UNFRAMED = "frame-ancestors 'none'"
_EXPOSED = "Allow, Content-Disposition, Content-Encoding, ETag, Khyber-Version, Link, Location, Retry-After"

ALWAYS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": _EXPOSED,
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""The headers that stand on every answer, errors too. X-Frame-Options is for browsers that know no policy."""

PREFLIGHT = {
    "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, Idempotency-Key, If-None-Match, "
    "Khyber-Licence, Khyber-Source, Khyber-Title",
    "Access-Control-Max-Age": "86400",
}
"""The headers with which OPTIONS answers a browser that asks before it sends a page's request.

No cookie lets anybody in here, so a page of another origin can do what its own reader has a token for, and
no more.
"""

METHODS = "Access-Control-Allow-Methods"


def allow_framing() -> None:
    """Let pages of any origin show the answer to the current request in a frame: for previews."""
    g.may_be_framed = True


def register(app: Flask) -> None:
    """Add the headers to every answer of ``app``."""
    app.after_request(_complete)


def _complete(response: Response) -> Response:
    response.headers.update(ALWAYS)
    if g.get("may_be_framed", False):
        response.headers["Content-Security-Policy"] = _POLICY.replace(_UNFRAMED, "frame-ancestors *")
        del response.headers["X-Frame-Options"]
    if request.method == "OPTIONS":
        response.headers.update(PREFLIGHT)
        response.headers[METHODS] = response.headers.get("Allow", "OPTIONS")
    if "Cache-Control" not in response.headers:
        is_error = response.status_code >= 400
        response.headers["Cache-Control"] = "no-store" if is_error else "no-cache"
    return response
