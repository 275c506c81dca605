"""The addresses of a host to which a connection may be made."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from khyber.errors import BadGateway, QueryRefused

IPAddress = IPv4Address | IPv6Address

_TRANSLATED = ip_network("64:ff9b::/96")


def reachable(host: str, port: int, *, is_private_allowed: bool) -> list[str]:
    """Give the addresses of a host, each of them public unless others are allowed.

    One look-up serves the judgement and the connection, so that a name cannot mean one address for the first
    and another for the second. Raises BadGateway for a host that has no address, QueryRefused for one
    that has none which may be reached.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise BadGateway(f"The name {host} is not known to the name servers.") from None
    addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
    allowed = [text for text in addresses if is_private_allowed or is_public(ip_address(text))]
    if not allowed:
        raise QueryRefused(
            f"{host} has only addresses inside of a private network, and this server reaches none.",
            remedy="Its administrator may allow the host with --allow-private.",
        )
    return allowed


def is_public(address: IPAddress) -> bool:
    """Say whether an address is one of the public internet, in itself and in what it stands for."""
    return all(
        part.is_global and not part.is_multicast and not part.is_reserved for part in _meanings(address)
    )


def _meanings(address: IPAddress) -> Sequence[IPAddress]:
    """Give an address, or the IPv4 address that is written inside of it."""
    if isinstance(address, IPv4Address):
        return [address]
    if address in _TRANSLATED:
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address.sixtofour is not None:
        return [address, address.sixtofour]
    if address.teredo is not None:
        return [address, *address.teredo]
    return [address]
