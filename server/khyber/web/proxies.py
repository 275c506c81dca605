"""Who asks, where proxies stand before the server: the address that a proxy we trust says it was asked from.

Only what a trusted proxy adds is believed: the list in X-Forwarded-For is read from its end, past the
addresses of trusted proxies, to the first that is none. What a client wrote itself stands before that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

from flask import Flask

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    Application = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]

PEER = "khyber.peer"
"""Where a request's environment says who is at the other end of the connection, if that is not the client."""

Address = IPv4Address | IPv6Address


class BehindProxies:
    """A WSGI application that lets ``inner`` see the client's address instead of that of a trusted proxy."""

    def __init__(self, inner: Application, trusted: Sequence[str]) -> None:
        """Trust proxies in these networks, written as addresses or as 10.0.0.0/8."""
        self._inner = inner
        self._trusted = tuple(ip_network(network) for network in trusted)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        forwarded = environ.get("HTTP_X_FORWARDED_FOR")
        if forwarded:
            environ[PEER] = environ.get("REMOTE_ADDR", "")
            environ["REMOTE_ADDR"] = self.client(environ.get("REMOTE_ADDR", ""), forwarded)
        return self._inner(environ, start_response)

    def client(self, peer: str, forwarded: str) -> str:
        """Give the address of the client, from that of the peer and the X-Forwarded-For that came."""
        found = peer
        for written in reversed(forwarded.split(",")):
            address = _address(found)
            if address is None or not any(address in network for network in self._trusted):
                return found
            if _address(written) is None:
                return found
            found = str(_address(written))
        return found


def _address(text: str) -> Address | None:
    """Read an address, with a port or without."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def register(app: Flask, trusted: Sequence[str]) -> None:
    """Let ``app`` know clients behind trusted proxies; to be called last, so that all else sees them."""
    if trusted:
        app.wsgi_app = BehindProxies(app.wsgi_app, trusted)  # type: ignore[method-assign]
