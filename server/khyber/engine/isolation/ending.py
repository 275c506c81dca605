"""How the supervisor is told that the server ends, and what those hear whose time is over by that."""

from __future__ import annotations

from khyber.engine.isolation.messages import Task
from khyber.errors import ServerEnding

LAST_CALL = b"."
"""What comes through the doorway when running work has had its time; a new connection is ``+``."""

GOES_ON = (Task.APPLY, Task.RELOAD)
"""What is done even then: a version that the ledger holds is published, which takes a moment."""

_BACK_SOON = 5


def server_is_ending(detail: str = "The server is ending.") -> ServerEnding:
    """Give the error of a server that ends; ``detail`` says what that means to whoever asked."""
    return ServerEnding(detail, remedy="Ask again in a moment.", retry_after=_BACK_SOON)


def stopped() -> ServerEnding:
    """Give the error of what the end of the server stopped, or kept from beginning."""
    return server_is_ending(
        "The server is ending, and this was not done in the time that was left to it; nothing was changed."
    )
