"""Sending without waiting: what a receiver does not take at once goes out when it can take more."""

from __future__ import annotations

import selectors
from collections.abc import Callable, Sequence

from khyber.engine.isolation.wire import Channel

Reaction = Callable[[int], None]
"""What happens when something can be read from a channel, or written to it; it gets the selector's mask."""


class Post:
    """Sends through channels that are registered for reading, with a ``Reaction`` as their data."""

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self._selector = selector

    def send(self, channel: Channel, message: object, descriptors: Sequence[int] = ()) -> None:
        """Send a message; nothing happens if the receiver has gone, which the selector tells."""
        try:
            if channel.post(message, descriptors):
                return
        except OSError:
            return
        react: Reaction = self._selector.get_key(channel).data

        def go_on(mask: int) -> None:
            if mask & selectors.EVENT_WRITE and channel.fileno() >= 0:
                try:
                    done = channel.flush()
                except OSError:
                    done = True
                if done:
                    self._selector.modify(channel, selectors.EVENT_READ, react)
            if mask & selectors.EVENT_READ:
                react(mask)

        self._selector.modify(channel, selectors.EVENT_READ | selectors.EVENT_WRITE, go_on)
