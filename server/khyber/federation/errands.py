"""The errands of the forwarder: ask another endpoint a query, and fetch a document."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode, urljoin, urlsplit

import pyoxigraph as ox
from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat

from khyber.engine.outbound import Outbound
from khyber.errors import BadGateway, EndpointBusy, GatewayTimeout, KhyberError, QueryRefused
from khyber.federation.fetching import Reply, Request, fetch
from khyber.federation.kept import Kept
from khyber.federation.policy import Policy
from khyber.federation.turns import Turns

RESULTS = "application/sparql-results+json, application/sparql-results+xml;q=0.8"
DOCUMENTS = "text/turtle, application/n-triples, application/rdf+xml;q=0.9, application/ld+json;q=0.8"
FORM = "application/x-www-form-urlencoded"

LONGEST_URL = 2000
"""The longest address of a GET; a query that is longer goes by POST."""

MOST_REDIRECTIONS = 3
LONGEST_QUOTE = 200

_REDIRECTIONS = (301, 302, 303, 307, 308)
_RESULT_TYPES = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "application/xml": QueryResultsFormat.XML,
    "text/xml": QueryResultsFormat.XML,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
_DOCUMENT_TYPES = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
}
_TIMED_OUT = b"TimeoutException"
"""What Blazegraph, the engine of Wikidata, writes into an answer, even into one with status 200."""

Wanted = Callable[[], bool]


class NobodyWaits(Exception):
    """Who sent the forwarder has gone."""


class Errands:
    """Runs errands within a policy; each is one request, or one for each redirection."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._allowed: Outbound = policy.outbound("")
        self._turns = Turns()
        self._kept = Kept(policy.fresh_seconds)

    def ask(self, endpoint: str, query: str, is_wanted: Wanted) -> bytes:
        """Give the solutions of another endpoint, as SPARQL results in JSON.

        Raises QueryRefused for one that may not be asked, BadGateway, GatewayTimeout and EndpointBusy for
        what goes wrong there, NobodyWaits if ``is_wanted`` says so before anything was sent.
        """
        if endpoint not in self._allowed.services:
            raise QueryRefused(f"SERVICE calls {endpoint}, which this server may not call.")

        def request(url: str) -> Request:
            return _query(url, endpoint, query)

        def answer() -> bytes:
            return _solutions(self._fetched(request, endpoint, self._may_be_asked, is_wanted), endpoint)

        return self._remembered((endpoint, query), answer)

    def load(self, iri: str, is_wanted: Wanted) -> bytes:
        """Give the triples of a document, as N-Triples; see ``ask`` for the errors."""
        if not self._allowed.allows_load(iri):
            raise QueryRefused(f"LOAD names {iri}, which this server may not load.")

        def request(url: str) -> Request:
            return Request("GET", url, iri, DOCUMENTS)

        reply = self._fetched(request, iri, self._allowed.allows_load, is_wanted)
        return _triples(reply, iri)

    def _may_be_asked(self, url: str) -> bool:
        return url.partition("?")[0] in self._allowed.services or url in self._allowed.services

    def _remembered(self, key: tuple[str, str], answer: Callable[[], bytes]) -> bytes:
        kept = self._kept.get(key)
        if kept is not None:
            return kept
        try:
            found = answer()
        except (BadGateway, GatewayTimeout) as error:
            self._kept.keep(key, error)
            raise
        self._kept.keep(key, found)
        return found

    def _fetched(
        self,
        request: Callable[[str], Request],
        name: str,
        is_allowed: Callable[[str], bool],
        is_wanted: Wanted,
    ) -> Reply:
        """Fetch what ``request`` makes of an address, following redirections to allowed addresses."""
        url = name
        for _ in range(MOST_REDIRECTIONS + 1):
            host = urlsplit(url).netloc.lower()
            with self._turns.turn(host, name, self._policy.seconds):
                if not is_wanted():
                    raise NobodyWaits
                reply = fetch(request(url), self._policy)
                self._require_welcome(reply, host, name)
            if reply.status not in _REDIRECTIONS:
                return _require_success(reply, name)
            url = _redirected(url, reply, name)
            if not (is_allowed(url) or url == f"https:{name.removeprefix('http:')}"):
                raise BadGateway(f"The endpoint {name} redirects to {url}, which this server may not call.")
        raise BadGateway(f"The endpoint {name} redirects more than {MOST_REDIRECTIONS} times.")

    def _require_welcome(self, reply: Reply, host: str, name: str) -> None:
        retry_after = reply.headers.get("Retry-After")
        if reply.status == 429 or (reply.status in (403, 503) and retry_after is not None):
            seconds = self._turns.leave_alone(host, retry_after)
            raise EndpointBusy(
                f"The endpoint {name} answered {reply.status} and wants to be left alone for {seconds} s.",
                remedy="Ask again later, and for less.",
                retry_after=seconds,
            )


def _query(url: str, endpoint: str, query: str) -> Request:
    form = urlencode({"query": query})
    by_get = f"{url}{'&' if '?' in url else '?'}{form}"
    if len(by_get) <= LONGEST_URL:
        return Request("GET", by_get, endpoint, RESULTS)
    return Request("POST", url, endpoint, RESULTS, form.encode(), FORM)


def _redirected(url: str, reply: Reply, name: str) -> str:
    """Give the address that a redirection leads to, without the query that was asked."""
    location = reply.headers.get("Location")
    if not location:
        raise BadGateway(f"The endpoint {name} redirects, and does not say where.")
    parts = urlsplit(urljoin(url, location))
    pairs = [pair for pair in parts.query.split("&") if pair and not pair.startswith("query=")]
    return parts._replace(query="&".join(pairs), fragment="").geturl()


def _require_success(reply: Reply, name: str) -> Reply:
    if reply.status == 200:
        return reply
    if reply.status in (408, 504) or _TIMED_OUT in reply.body:
        raise _slow(name)
    quote = ""
    if reply.headers.get_content_type() == "text/plain":
        first = reply.body.decode("utf-8", "replace").strip().partition("\n")[0][:LONGEST_QUOTE]
        quote = f": {''.join(c if c.isprintable() else ' ' for c in first).strip()}" if first else ""
    raise BadGateway(
        f"The endpoint {name} answered {reply.status}{quote.rstrip('.')}.",
        remedy="Try the group of the SERVICE clause as a query at that endpoint.",
    )


def _slow(name: str) -> GatewayTimeout:
    return GatewayTimeout(
        f"The endpoint {name} gave up: the query took it too long.",
        remedy="Ask it for less: put VALUES and LIMIT into the group of the SERVICE clause.",
    )


def _solutions(reply: Reply, endpoint: str) -> bytes:
    """Read a result to its end, so that a broken one is no result, and write it as JSON."""
    media_type = reply.headers.get_content_type()
    results_format = _RESULT_TYPES.get(media_type)
    if results_format is None:
        raise BadGateway(f"The endpoint {endpoint} answered with {media_type}, which is no result of SPARQL.")
    try:
        results = ox.parse_query_results(reply.body, format=results_format)
        if isinstance(results, QuerySolutions):
            return results.serialize(format=QueryResultsFormat.JSON) or b""
    except (SyntaxError, ValueError, OSError):
        raise _broken(reply, endpoint) from None
    raise BadGateway(f"The endpoint {endpoint} answered with true or false where solutions were asked for.")


def _triples(reply: Reply, iri: str) -> bytes:
    media_type = reply.headers.get_content_type()
    rdf_format = _DOCUMENT_TYPES.get(media_type)
    if rdf_format is None:
        raise BadGateway(f"The document {iri} is {media_type}, and LOAD reads RDF.")
    try:
        quads = ox.parse(reply.body, format=rdf_format, base_iri=iri)
        return ox.serialize((quad.triple for quad in quads), format=RdfFormat.N_TRIPLES) or b""
    except (SyntaxError, ValueError, OSError) as error:
        raise BadGateway(f"The document {iri} is not well-formed: {str(error).rstrip('.')}.") from None


def _broken(reply: Reply, endpoint: str) -> KhyberError:
    if _TIMED_OUT in reply.body:
        return _slow(endpoint)
    return BadGateway(
        f"The endpoint {endpoint} answered 200 with what is no complete result of SPARQL.",
        remedy="Try the group of the SERVICE clause as a query at that endpoint.",
    )
