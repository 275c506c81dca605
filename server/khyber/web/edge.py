"""The short way of a query: past the routing and the request objects of Flask, through the same functions.

Most requests are queries by GET or POST from programs, and what Flask does for one takes longer than many a
query. So they are answered here, by the functions that the application calls too. All that is not as common
goes on to the application, unchanged: other addresses and methods, updates, descriptions, pages for people,
tokens, time limits of one's own, and every error. A query that failed is not run again there: its error is
handed over and told.

The two ways give the same answers; tests/web/test_edge.py sends requests down both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from time import perf_counter
from typing import TYPE_CHECKING, cast

from flask import Flask
from werkzeug.wsgi import ClosingIterator

from khyber.engine.base import Query, Result
from khyber.errors import KhyberError
from khyber.sparql.answering import answer
from khyber.sparql.cacheable import is_cacheable
from khyber.sparql.formats import offers_for
from khyber.sparql.guard import admit
from khyber.sparql.negotiation import Choice, choose, preferred
from khyber.sparql.protocol import FORM, QUERY, QueryOperation, RequestParts, parse
from khyber.web.about import About
from khyber.web.caching import result_key
from khyber.web.compression import preferred_coding
from khyber.web.headers import ALWAYS
from khyber.web.observation import STARTED, Observation, Observed, observation_of
from khyber.web.problems import PAGE
from khyber.web.shipment import NEVER, REVALIDATE, Shipment, Wish
from khyber.web.sparql_endpoint import FAILED

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    Application = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]

ADDRESS = "/sparql"

_STATUS = {200: "200 OK", 304: "304 NOT MODIFIED"}
_HEADERS = tuple(ALWAYS.items())

_UNUSUAL = ("HTTP_AUTHORIZATION", "HTTP_UPGRADE", "HTTP_TRANSFER_ENCODING", "SCRIPT_NAME")
"""What a request on the short way does not have: holders of tokens have other limits and turns."""


class _NotCommon(Exception):
    """This request is for the application."""


@dataclass(frozen=True)
class _Admitted:
    """A query that may run, and what is to be sent for it."""

    operation: QueryOperation
    query: Query
    choice: Choice
    wish: Wish


class Edge:
    """A WSGI application: the short way for queries, and ``inner`` for everything else."""

    def __init__(self, inner: Application, about: About, observation: Observation) -> None:
        """Answer queries as the application ``inner`` does, which serves ``about``."""
        self.inner = inner
        self._about = about
        self._observation = observation
        self._base = about.base_url + ADDRESS

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        if environ.get("PATH_INFO") != ADDRESS:
            return self.inner(environ, start_response)
        environ[STARTED] = started = perf_counter()
        try:
            admitted = self._admitted(environ)
        except (_NotCommon, KhyberError):
            return self.inner(environ, start_response)
        client = str(environ.get("REMOTE_ADDR") or "")
        try:
            shipment = self._about.shipping.ship(admitted.wish, lambda: self._run(admitted, client))
        except Exception as error:  # the application tells every error, also one that nobody foresaw
            environ[FAILED] = error
            return self.inner(environ, start_response)
        self._observe(environ, admitted, shipment, client, perf_counter() - started)
        start_response(_STATUS[shipment.status], [*shipment.headers, *_HEADERS])
        if isinstance(shipment.body, bytes):
            return [shipment.body]
        return ClosingIterator(shipment.body, shipment.close)

    def _admitted(self, environ: WSGIEnvironment) -> _Admitted:
        """Judge a request; what it raises for one that is not common or wrong, the application finds too."""
        operation = parse(self._parts(environ), base=self._base)
        if not isinstance(operation, QueryOperation):
            raise _NotCommon
        if operation.seconds is not None or operation.version is not None:
            raise _NotCommon
        query = admit(operation, self._about.outbound)
        accept = environ.get("HTTP_ACCEPT")
        if preferred(accept, (*offers_for(query.kind), PAGE)) == PAGE:
            raise _NotCommon
        choice = choose(accept, query.kind)
        key = None
        if is_cacheable(query):
            key = result_key(self._about.engine.version(), query, choice.content_type)
        wish = Wish(
            choice.content_type,
            preferred_coding(environ.get("HTTP_ACCEPT_ENCODING")),
            key,
            environ.get("HTTP_IF_NONE_MATCH") if environ["REQUEST_METHOD"] == "GET" else None,
            NEVER if key is None else REVALIDATE,
        )
        return _Admitted(operation, query, choice, wish)

    def _parts(self, environ: WSGIEnvironment) -> RequestParts:
        method = environ["REQUEST_METHOD"]
        if method not in ("GET", "POST") or any(map(environ.get, _UNUSUAL)):
            raise _NotCommon
        query_string = environ.get("QUERY_STRING", "")
        if not query_string.isascii():
            raise _NotCommon
        if method == "GET":
            return RequestParts(method, query_string.encode())
        content_type = environ.get("CONTENT_TYPE", "")
        if content_type.partition(";")[0].strip().lower() not in (FORM, QUERY):
            raise _NotCommon
        return RequestParts(method, query_string.encode(), content_type, self._body(environ))

    def _body(self, environ: WSGIEnvironment) -> bytes:
        """Read the body, and leave it to be read again by the application."""
        told = environ.get("CONTENT_LENGTH", "")
        if not (told.isascii() and told.isdigit()) or int(told) > self._about.max_request_bytes:
            raise _NotCommon
        body, length = bytearray(), int(told)
        stream = environ["wsgi.input"]
        while len(body) < length and (piece := stream.read(length - len(body))):
            body += piece
        environ["wsgi.input"] = BytesIO(body)
        if len(body) != length:
            raise _NotCommon
        return bytes(body)

    def _run(self, admitted: _Admitted, client: str) -> Result:
        about = self._about
        return answer(
            about.engine, admitted.query, admitted.choice.format, limits=about.limits, client=client
        )

    def _observe(
        self,
        environ: WSGIEnvironment,
        admitted: _Admitted,
        shipment: Shipment,
        client: str,
        seconds: float,
    ) -> None:
        answered = Observed(
            method=environ["REQUEST_METHOD"],
            route=ADDRESS,
            path=ADDRESS,
            client=client,
            status=shipment.status,
            size=shipment.size,
            seconds=seconds,
            query=admitted.operation.text,
            cache=shipment.outcome,
            rows=shipment.rows,
        )
        self._observation.observe(answered)


def register(app: Flask) -> None:
    """Put the short way in front of ``app``; to be called when all else is registered but the intake."""
    about = cast("About", app.extensions["khyber"])
    app.wsgi_app = Edge(app.wsgi_app, about, observation_of(app))  # type: ignore[method-assign]
