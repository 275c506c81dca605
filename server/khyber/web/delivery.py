"""Answering the current request with a result: see ``khyber.web.shipment`` for how it is sent."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, g, request

from khyber.engine.base import Query, Result
from khyber.sparql.cacheable import is_cacheable
from khyber.web.about import served
from khyber.web.caching import result_key
from khyber.web.compression import preferred_coding
from khyber.web.past import Asked
from khyber.web.shipment import IMMUTABLE, NEVER, READS, REVALIDATE, Wish, is_known


def deliver_result(
    query: Query, content_type: str, run: Callable[[], Result], asked: Asked | None = None
) -> Response:
    """Answer with the result of ``query``, running it only if neither client nor cache has the result.

    ``content_type`` is that of the format that was negotiated, ``asked`` the version that was asked for, if
    one was. Raises NotAcceptable, before the query runs, and what ``run`` raises.
    """
    key = key_of(query, content_type, asked)
    lasting = IMMUTABLE if asked is not None else REVALIDATE
    return deliver(key, content_type, run, cache_control=NEVER if key is None else lasting)


def key_of(query: Query, content_type: str, asked: Asked | None = None) -> bytes | None:
    """Name the result of a query on a version, by default that of now; None if it must not be kept."""
    version = (asked or served()).engine.version()
    return result_key(version, query, content_type) if is_cacheable(query) else None


def deliver(
    key: bytes | None, content_type: str, run: Callable[[], Result], *, cache_control: str = REVALIDATE
) -> Response:
    """Answer with what ``run`` makes; ``key`` names it with its version, or is None if it changes each time.

    The answer varies by Accept and Accept-Encoding. Raises NotAcceptable, before anything runs, and what
    ``run`` raises.
    """
    preference = preferred_coding(request.headers.get("Accept-Encoding"))
    wish = Wish(content_type, preference, key, _known(), cache_control)
    shipment = served().shipping.ship(wish, run)
    g.cache, g.rows = shipment.outcome, shipment.rows
    response = Response(shipment.body, status=shipment.status, headers=shipment.headers)
    if shipment.close is not None:
        response.call_on_close(shipment.close)
    return response


def is_current(etag: str) -> bool:
    """Say whether the client tells that it has what this entity tag stands for."""
    return is_known(etag, _known())


def _known() -> str | None:
    return request.headers.get("If-None-Match") if request.method in READS else None
