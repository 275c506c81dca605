"""What a query or an update may reach outside of the store, and how that is said between processes.

Oxigraph fetches what a SERVICE clause or a LOAD operation names, over the network, by itself. Here it only
ever reaches the forwarder, a process of this server on the loopback address: the guard writes the address of
the forwarder over the name (``khyber.sparql.guard``), the forwarder fetches (``khyber.federation``), and what
goes wrong comes back in the body of its answer, which Oxigraph quotes in its own error.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import Enum
from urllib.parse import quote, unquote

from khyber.errors import (
    BadGateway,
    EndpointBusy,
    EngineFailure,
    GatewayTimeout,
    KhyberError,
    QueryRefused,
)

WITHIN_WIKIDATA = (
    "http://wikiba.se/ontology#label",
    "http://wikiba.se/ontology#around",
    "http://wikiba.se/ontology#box",
    "http://wikiba.se/ontology#mwapi",
    "https://query.wikidata.org/subgraph/scholarly_articles",
    "https://query.wikidata.org/subgraph/wikidata_main",
)
"""Names that mean a service only to Wikidata's query services, inside a SERVICE clause that calls one."""


class Errand(Enum):
    """What the forwarder is asked to do: ask another endpoint, or fetch a document."""

    SERVICE = "service"
    LOAD = "load"


@dataclass(frozen=True)
class Outbound:
    """What may be reached: endpoints by SERVICE, documents by LOAD, both through the forwarder.

    ``loads`` holds IRIs of documents; one that ends with a slash stands for all below it. ``forwarder`` is
    the address of the forwarder with the word that opens it, None where there is none; then ``closed`` and
    ``remedy`` say why nothing is reached, and what would change that.
    """

    services: tuple[str, ...] = ()
    loads: tuple[str, ...] = ()
    forwarder: str | None = None
    closed: str = "federation is off: this server calls no other server."
    remedy: str = "Ask the other endpoint by itself and join the results, or load its data here."

    def allows_load(self, iri: str) -> bool:
        """Say whether a document may be loaded."""
        path = unquote(iri.partition("?")[0])
        if "/../" in path + "/" or "/./" in path + "/" or "\\" in path:
            return False
        return any(iri == load or (load.endswith("/") and iri.startswith(load)) for load in self.loads)

    def address(self, errand: Errand, iri: str) -> str:
        """Give the IRI by which the forwarder is asked for ``iri``."""
        if self.forwarder is None:
            raise ValueError("There is no forwarder.")
        return address(self.forwarder, errand, iri)


NOTHING = Outbound()
"""No other server is called."""

_FAILURES: dict[str, type[KhyberError]] = {
    error.code: error for error in (BadGateway, GatewayTimeout, EndpointBusy, QueryRefused)
}
_MARK = "khyber-forwarder"
_QUOTED = re.compile(r"returned by \S+ with payload:\s*(?P<body>\{.*)", re.DOTALL)
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/[\w\-]{20,}(?:/(?:service|load)/(?P<iri>[^\s<>\"']*))?")


def address(forwarder: str, errand: Errand, iri: str) -> str:
    """Give the IRI by which a forwarder is asked for ``iri``."""
    return f"{forwarder}/{errand.value}/{quote(iri, safe='')}"


def restored(text: str, forwarder: str) -> str:
    """Give a query with the endpoints that it names through the forwarder under their own names again."""
    named = re.compile(re.escape(f"<{forwarder}/{Errand.SERVICE.value}/") + r"([^<>\s]*)>")
    return named.sub(lambda match: f"<{unquote(match[1])}>", text)


def failure_body(error: KhyberError) -> bytes:
    """Write a failure of the forwarder as the body of its answer."""
    members = {"is": _MARK, "code": error.code, "detail": error.detail}
    more = {"remedy": error.remedy, "retry_after": error.retry_after}
    return json.dumps(members | {name: value for name, value in more.items() if value is not None}).encode()


def failure(error: Exception) -> KhyberError | None:
    """Give the failure of the forwarder that an exception of Oxigraph stands for, or None if it is another.

    No address of the forwarder is left in what is said: whoever knows it may use the forwarder.
    """
    if isinstance(error, ConnectionError):
        return BadGateway(
            "The part of this server that calls other endpoints does not answer.",
            remedy="Ask again later, or without SERVICE.",
        )
    message = str(error)
    quoted = _QUOTED.search(message)
    if quoted is not None:
        try:
            members = json.JSONDecoder().raw_decode(quoted["body"])[0]
        except ValueError:
            members = {}
        if members.get("is") == _MARK:
            return _FAILURES.get(members["code"], EngineFailure)(
                members["detail"], remedy=members.get("remedy"), retry_after=members.get("retry_after")
            )
    if _ADDRESS.search(message):
        told = _ADDRESS.sub(lambda match: unquote(match["iri"] or "") or "the forwarder", message)
        return EngineFailure(f"The query could not be finished: {told.rstrip('.')}.")
    return None
