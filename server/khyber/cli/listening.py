"""The address that the server listens on, held from the start."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from khyber.errors import KhyberError, PortInUse, UsageError


@dataclass(frozen=True)
class Address:
    """Where the server listens: a numeric address and a port that is not 0."""

    ip: str
    port: int


@contextmanager
def reserved(host: str, port: int) -> Iterator[Address]:
    """Hold a port, any free one for 0, while the graph is compiled; raise PortInUse or UsageError.

    The HTTP server opens its sockets with SO_REUSEPORT and so would share the port with another server of
    the same kind without a word. The first socket here does not, and tells.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError):
        raise UsageError(f"--host {host!r} is no address of this machine.") from None
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise _cannot_listen(host, port, error) from None
        free_port: int = probe.getsockname()[1]
    with socket.socket(family, socket.SOCK_STREAM) as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind((address[0], free_port, *address[2:]))
        yield Address(str(address[0]), free_port)


def _cannot_listen(host: str, port: int, error: OSError) -> KhyberError:
    if error.errno == errno.EADDRINUSE:
        return PortInUse(
            f"Another program listens on port {port} of {host} already.",
            remedy="Choose another with --port, or --port 0 for any free one.",
        )
    if error.errno == errno.EACCES:
        return UsageError(f"Port {port} needs more rights than you have.", remedy="Choose one above 1023.")
    return UsageError(f"Nothing can listen on {host}: {error.strerror}.", remedy="Choose another --host.")
