"""Messages with file descriptors over Unix sockets, waiting for them or not."""

from __future__ import annotations

import os
import pickle
import socket
import struct
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

_HEADER = struct.Struct("!QB")
_MOST_DESCRIPTORS = 4
_BLOCK = 96 * 1024  # beyond 128 KiB the C library maps and unmaps memory for each message
_DESCRIPTOR = struct.calcsize("i")


class Channel:
    """One end of a connection; a message is any picklable object, with file descriptors beside it.

    Descriptors are closed here when they have been sent. ``send`` and ``receive`` wait; ``post``, ``flush``
    and ``read`` never do, and need a socket that does not block.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._arrived = bytearray()
        self._descriptors: deque[int] = deque()
        self._outgoing: deque[tuple[memoryview, Sequence[int]]] = deque()

    @classmethod
    def pair(cls) -> tuple[Channel, Channel]:
        """Give the two ends of a new connection."""
        one, other = socket.socketpair()
        return cls(one), cls(other)

    @classmethod
    def of_descriptor(cls, descriptor: int) -> Channel:
        """Take over the descriptor of a connected socket."""
        return cls(socket.socket(fileno=descriptor))

    def fileno(self) -> int:
        """Give the descriptor of the socket, for selectors."""
        return self._socket.fileno()

    def set_blocking(self, blocking: bool) -> None:
        """Say whether this end waits."""
        self._socket.setblocking(blocking)

    def set_timeout(self, seconds: float | None) -> None:
        """Say how long ``send`` and ``receive`` wait before they raise TimeoutError."""
        self._socket.settimeout(seconds)

    def send(self, message: object, descriptors: Sequence[int] = ()) -> None:
        """Send a message, and wait until it is on its way."""
        self._enqueue(message, descriptors)
        while self._outgoing:
            self._send_some()

    def receive(self) -> tuple[Any, list[int]]:
        """Wait for a message, and give it with its descriptors; raise EOFError if the other end has gone."""
        while (message := self._next()) is None:
            self._receive_some()
        return message

    def receive_all(self) -> list[tuple[Any, list[int]]]:
        """Wait for a message, and give all that came with it; raise EOFError if the other end has gone.

        Who waits with a selector needs all of them: it does not tell of what has been read already.
        """
        messages = [self.receive()]
        while (message := self._next()) is not None:
            messages.append(message)
        return messages

    def post(self, message: object, descriptors: Sequence[int] = ()) -> bool:
        """Send as much of a message as goes now; say whether that was all. Call ``flush`` for the rest."""
        self._enqueue(message, descriptors)
        return self.flush()

    def flush(self) -> bool:
        """Send as much as goes now of what is left; say whether that was all. Raises OSError."""
        try:
            while self._outgoing:
                self._send_some()
        except BlockingIOError:
            return False
        return True

    def read(self) -> tuple[list[tuple[Any, list[int]]], bool]:
        """Give the messages that have arrived whole, and say whether the other end is still there."""
        open_still = True
        try:
            self._receive_some()
        except BlockingIOError:
            pass
        except (EOFError, OSError):
            open_still = False
        messages = []
        while (message := self._next()) is not None:
            messages.append(message)
        return messages, open_still

    def close(self) -> None:
        """End the connection; what has not been sent is dropped."""
        for _, descriptors in self._outgoing:
            close_all(descriptors)
        self._outgoing.clear()
        close_all(self._descriptors)
        self._descriptors.clear()
        self._socket.close()

    def __del__(self) -> None:
        """End the connection of a thread that has ended."""
        self.close()

    def _enqueue(self, message: object, descriptors: Sequence[int]) -> None:
        body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        head = _HEADER.pack(len(body), len(descriptors))
        self._outgoing.append((memoryview(head + body), descriptors))

    def _send_some(self) -> None:
        data, descriptors = self._outgoing.popleft()
        try:
            if descriptors:
                sent = socket.send_fds(self._socket, [data], list(descriptors))
                close_all(descriptors)
                descriptors = ()
            else:
                sent = self._socket.send(data)
        except BaseException:
            self._outgoing.appendleft((data, descriptors))
            raise
        if sent < len(data):
            self._outgoing.appendleft((data[sent:], descriptors))

    def _receive_some(self) -> None:
        data, ancillary, _, _ = self._socket.recvmsg(
            _BLOCK, socket.CMSG_SPACE(_MOST_DESCRIPTORS * _DESCRIPTOR), socket.MSG_CMSG_CLOEXEC
        )
        for level, kind, content in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                whole = len(content) - len(content) % _DESCRIPTOR
                self._descriptors.extend(struct.unpack(f"{whole // _DESCRIPTOR}i", content[:whole]))
        if not data:
            raise EOFError
        self._arrived += data

    def _next(self) -> tuple[Any, list[int]] | None:
        if len(self._arrived) < _HEADER.size:
            return None
        length, count = _HEADER.unpack_from(self._arrived)
        end = _HEADER.size + length
        if len(self._arrived) < end:
            return None
        with memoryview(self._arrived) as arrived:
            message = pickle.loads(arrived[_HEADER.size : end])  # noqa: S301 - see the package's docstring
        del self._arrived[:end]
        return message, [self._descriptors.popleft() for _ in range(count)]


def close_all(descriptors: Iterable[int]) -> None:
    """Close file descriptors."""
    for descriptor in descriptors:
        os.close(descriptor)
