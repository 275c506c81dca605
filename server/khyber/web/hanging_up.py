"""Hanging up on clients who hold connections and send next to nothing.

The HTTP server waits for a body as long as it takes and tells nobody which connection is whose, so the
connections are found among the open files of the process, by the address of the other side.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

_OPEN_FILES = Path("/proc/self/fd")
_SILENCE = struct.Struct("@I")
_SILENCE_OFFSET = 44
"""Where ``tcpi_last_data_sent`` stands in ``struct tcp_info`` of Linux: milliseconds since we last sent."""


def hang_up(clients: Collection[str], port: int, *, silent_seconds: float) -> int:
    """End the connections of these clients to ``port`` of ours on which we sent nothing for so long.

    Gives how many; none where the system does not tell (elsewhere than on Linux).
    """
    ended = 0
    for connection in _connections():
        with connection, suppress(OSError):
            if connection.getsockname()[1] != port or connection.getpeername()[0] not in clients:
                continue
            if _silent_seconds(connection) >= silent_seconds:
                connection.shutdown(socket.SHUT_RDWR)
                ended += 1
    return ended


def _connections() -> Iterator[socket.socket]:
    """Give the TCP sockets of this process, each by a descriptor of its own that the caller closes."""
    if not _OPEN_FILES.is_dir():
        return
    for name in os.listdir(_OPEN_FILES):  # noqa: PTH208 - numbers, not paths
        with suppress(OSError):
            found = socket.socket(fileno=os.dup(int(name)))
            if found.family in (socket.AF_INET, socket.AF_INET6) and found.type == socket.SOCK_STREAM:
                yield found
            else:
                found.close()


def _silent_seconds(connection: socket.socket) -> float:
    told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    (milliseconds,) = _SILENCE.unpack_from(told, _SILENCE_OFFSET)
    return float(milliseconds) / 1000
