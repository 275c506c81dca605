"""What every answer that is held in memory gets: a content coding, an entity tag, and 304 where that fits.

Results of queries come coded and tagged already (``khyber.web.delivery``).
"""

from __future__ import annotations

from flask import Flask, Response, g, request

from khyber.errors import NotAcceptable
from khyber.web.caching import entity_tag
from khyber.web.compression import IDENTITY, Preference, can_shrink, coded, preferred_coding
from khyber.web.delivery import is_current
from khyber.web.problems import render
from khyber.web.shipment import IN_MEMORY, NEVER

_OF_CONTENT = ("Content-Encoding", "Content-Length", "Content-Type")


def register(app: Flask) -> None:
    """Finish every answer of ``app``."""
    app.after_request(_finished)


def _finished(response: Response) -> Response:
    if "cache" in g or response.status_code in (204, 206, 304):
        return response
    is_read = request.method in ("GET", "HEAD") and response.status_code == 200
    if (can_shrink(response.mimetype) and not response.is_streamed) or _is_small_file(response):
        response.vary.add("Accept-Encoding")
        try:
            _code(response, preferred_coding(request.headers.get("Accept-Encoding")))
        except NotAcceptable as error:
            if is_read:
                return render(error)
    return _tagged(response) if is_read else response


def _is_small_file(response: Response) -> bool:
    size = response.content_length
    return (
        response.direct_passthrough
        and size is not None
        and size <= IN_MEMORY
        and can_shrink(response.mimetype)
    )


def _code(response: Response, preference: Preference) -> None:
    size = response.content_length if response.direct_passthrough else len(response.get_data())
    coding = preference.coding_for(size or 0)
    if coding == IDENTITY or "Content-Encoding" in response.headers:
        return
    response.direct_passthrough = False
    response.set_data(coded(response.get_data(), coding))
    response.headers["Content-Encoding"] = coding
    response.headers.pop("ETag", None)


def _tagged(response: Response) -> Response:
    if response.headers.get("Cache-Control") == NEVER:
        return response
    if "ETag" not in response.headers:
        if response.is_streamed:
            return response
        response.set_etag(entity_tag(response.mimetype or "", (response.get_data(),)))
    etag, _ = response.get_etag()
    if etag is not None and is_current(etag):
        response.set_data(b"")
        response.status_code = 304
        for name in _OF_CONTENT:
            response.headers.pop(name, None)
    return response
